"""After a visit: its record is asked for by chat in a few short questions, and taken up again with "record 12".

Nobody is asked before the door has closed and the return, where one is awaited, is confirmed; nor while anything else is
being asked of them. What has been said is on the record at once, so a restart, "later" and "never mind" lose nothing.
"""

from dataclasses import replace
from datetime import timedelta

from bot import notices, recording, words
from bot.events import Event, Happening
from bot.papers import sort_of
from bot.people import Person, Role
from bot.policy import Policy
from bot.recording import LATER, Wanted
from bot.talk import Question, Standing, standing
from bot.visit import Place, State
from bot.which import RECENT
from bot.words import Kind
from handlers.desk import closing, places, talks
from handlers.desk.case import Case
from handlers.desk.said import Text
from handlers.desk.talks import Asking, Topic
from store import records, visits
from store import talks as talk_store
from store.records import Feedback, Written
from store.talks import Talk
from store.visits import Visit

SETTLE = timedelta(minutes=5)
"""From the end of a visit to the first question: the visit's own last words come first."""
LOOK_BACK = timedelta(days=1)
"""A visit that ended longer ago is not asked about; "record" and its number still is an answer."""
_OUT = (Standing.FREE, Standing.LATER)


# -- asking -----------------------------------------------------------------------------------------


async def ask(case: Case, school_id: int) -> bool:
    """Ask for the records of visits that are over, each of the one who was there, one at a time."""
    if case.school(school_id).policy.record_within is None:
        return False
    asked = False
    for visit_id in await records.unrecorded(case.tx, school_id, case.now - LOOK_BACK):
        person = await _whom_to_ask(case, school_id, visit_id)
        if person is not None and await _has_time(case, person):
            await records.begin(case.tx, Written(school_id, visit_id, person.id, case.now))
            await _note(case, school_id, visit_id, person, "asked")
            await talks.say(case, person, await talks.begin(case, person, RECORD, visit_id=visit_id))
            asked = True
    return asked


async def _whom_to_ask(case: Case, school_id: int, visit_id: int) -> Person | None:
    """The first of the visitors who were there, once the visit is over for all of them."""
    found = await visits.places_of_visit(case.tx, school_id, visit_id)
    been = [
        place for place in found if place.arrived_at and place.state is not State.CALLED_OFF and not place.off_reason
    ]
    last = max((place.left_at for place in been if place.left_at), default=None)
    if not been or last is None or last > case.now - SETTLE or any(place.is_open for place in found):
        return None
    return await case.person(school_id, been[0].visitor_id)


async def _has_time(case: Case, person: Person) -> bool:
    """Whether nothing else is asked of them, and no visit of theirs is near."""
    busy = [talk for talk in await talks.live(case, person) if not closing.lingers(talk, case.now)]
    return not busy and await _free(case, person)


async def remind(case: Case, school_id: int) -> bool:
    """In school hours: a record that is not complete in its time is asked for again, and the office is told. Once."""
    if not case.school(school_id).calendar.is_open(case.now):
        return False
    told = False
    for written in await records.late(case.tx, school_id):
        within = (await case.policy(school_id, written.visit_id)).record_within
        person = await case.person(school_id, written.person_id)
        if within is None or person is None or case.now < written.asked_at + within or not await _free(case, person):
            continue
        await records.save(case.tx, replace(written, late_told_at=case.now))
        await talks.say(case, person, await _take_up(case, person, written))
        await _tell_office(case, person, written.visit_id)
        told = True
    return told


async def _tell_office(case: Case, person: Person, visit_id: int) -> None:
    await case.tell(
        person.school_id,
        [Role.OFFICE],
        "office_record_late",
        besides=frozenset({person.id}),
        visit_id=visit_id,
        visit=visit_id,
        initials=person.initials,
    )


async def _free(case: Case, person: Person) -> bool:
    mine = await visits.places_of_visitor(case.tx, person.school_id, person.id, case.now - RECENT)
    return standing(mine, case.now) in _OUT


async def _take_up(case: Case, person: Person, written: Written) -> Question:
    return await talks.begin(case, person, RECORD, visit_id=written.visit_id, answers=written.answers)


# -- "record 12", "feedback …" ----------------------------------------------------------------------


async def command(case: Case, text: Text) -> bool:
    """Take a text that asks for a record or gives feedback. False leaves it to others; inside a home it always is."""
    person, said = text.person, text.incoming.text
    language = case.language(person.school_id)
    if not text.own or standing(text.places, case.now) is Standing.INSIDE:
        return False
    wanted, feedback = recording.command(said, language), recording.feedback(said, language)
    if feedback is not None:
        await records.give_feedback(case.tx, person.school_id, Feedback(feedback, case.now, person.id))
        await case.note(person.school_id, "feedback", person_id=person.id)
        reply = Question(notices.render("feedback_kept", language), ())
    elif wanted is not None:
        reply = await _wanted(case, text, wanted)
    else:
        return False
    await talks.say(case, person, reply, channels=[text.incoming.channel], not_before=text.answered_at(case))
    return True


async def _wanted(case: Case, text: Text, wanted: recording.Command) -> Question:
    """The next question of the record that is meant, or why there is none."""
    person = text.person
    visit_id = wanted.visit_id or await _newest(case, text)
    language = case.language(person.school_id)
    if visit_id is None:
        return Question(notices.render("record_none", language), ())
    found = await visits.places_of_visit(case.tx, person.school_id, visit_id)
    if not found or not (person.is_contact or any(place.visitor_id == person.id for place in found)):
        return Question(notices.render("record_no_visit", language, visit=visit_id), ())
    if any(place.is_open for place in found):
        return Question(notices.render("record_not_over", language, visit=visit_id), ())
    written = await records.of_visit(case.tx, person.school_id, visit_id)
    if written is None:
        written = await records.begin(case.tx, Written(person.school_id, visit_id, person.id, case.now))
    if written.completed_at is not None and not wanted.anew:
        when = case.clock(person.school_id, written.completed_at)
        return Question(notices.render("record_complete", language, visit=visit_id, completed=when), ())
    if wanted.anew:
        written = await _anew(case, person, written)
    return await _take_up(case, person, written)


async def _newest(case: Case, text: Text) -> int | None:
    """The visit whose record waits for this person; where none does, the one they were on last."""
    waiting = await records.waiting_for(case.tx, text.person.school_id, text.person.id)
    if waiting:
        return waiting[0].visit_id
    been = sorted((place.left_at, place.visit_id) for place in text.places if place.left_at and place.visit_id)
    return been[-1][1] if been else None


async def _anew(case: Case, person: Person, written: Written) -> Written:
    """Empty the record, and leave what was being asked about it."""
    for talk in await talk_store.open_with(case.tx, person.school_id, person.id):
        if (talk.topic, talk.visit_id) == (RECORD.name, written.visit_id):
            await talks.leave(case, person, talk)
    await _note(case, person.school_id, written.visit_id, person, "anew")
    return await records.save(case.tx, replace(written, answers={}, completed_at=None, completed_by=None))


# -- the conversation -------------------------------------------------------------------------------


async def _asking(case: Case, person: Person, talk: Talk) -> Asking:
    """The questions for this visit; and what has been answered is put on the record on the way."""
    plan = await visits.by_id(case.tx, talk.school_id, talk.visit_id or 0)
    await _keep(case, person, talk)
    if plan is None:
        return Asking(())
    begun = [place.arrived_at or place.starts_at for place in await _places(case, plan)]
    start = case.clock(talk.school_id, min((at for at in begun if at), default=None))
    return Asking(recording.form(_wants(plan)), {"visit": plan.id, "start": start})


async def _places(case: Case, plan: Visit) -> list[Place]:
    return await visits.places_of_visit(case.tx, plan.school_id, plan.id)


def _wants(plan: Visit) -> Wanted:
    """What the visit and the policy it began under call for."""
    policy, sort = plan.policy, sort_of(plan.reason)
    return Wanted(
        pupil_class=bool(plan.pupil) and not plan.details.pupil_class,
        attendance=policy.attendance_threshold is not None or sort == "attendance",
        signature=plan.details.signature,
        transport=bool(plan.details.transport) or (policy.transport and sort == "transport"),
        feedback=policy.review_on is not None,
    )


async def _keep(case: Case, person: Person, talk: Talk) -> None:
    """Put the answers so far on the record, and pass a concern in them on: it is never only on record (P19b)."""
    written = await records.of_visit(case.tx, talk.school_id, talk.visit_id or 0)
    answers = {name: value for name, value in talk.answers.items() if name != LATER}
    if written is None or dict(written.answers) == answers:
        return
    fresh = [name for name in ("present", "summary", "agreed") if name in answers and name not in written.passed]
    heard = [name for name in fresh if _concern(case, talk.school_id, _told(answers[name]))]
    await records.save(case.tx, replace(written, answers=answers, passed=(*written.passed, *heard)))
    for name in heard:
        await _pass_on(case, person, talk, _told(answers[name]))


def _told(answer: object) -> str:
    return "; ".join(one["what"] for one in answer) if isinstance(answer, list) else str(answer or "")


def _concern(case: Case, school_id: int, said: str) -> bool:
    school = case.school(school_id)
    return Kind.CONCERN in words.read(said, now=case.now, zone=school.zone, language=school.language).kinds


async def _pass_on(case: Case, person: Person, talk: Talk, said: str) -> None:
    found = await visits.places_of_visit(case.tx, talk.school_id, talk.visit_id or 0)
    place = next((place for place in found if place.visitor_id == person.id), None)
    place = place or Place(person.id, visit_id=talk.visit_id)
    after, owed = await places.happen(case, person, place, Happening(Event.CONCERN, note=said))
    if owed:
        await places.prompt(case, person, after, owed[0].notice, places.answer(case, person, owed))


async def _done(case: Case, person: Person, talk: Talk) -> str:
    """All is answered, or put off."""
    language = case.language(talk.school_id)
    await _keep(case, person, talk)
    written = await records.of_visit(case.tx, talk.school_id, talk.visit_id or 0)
    plan = await visits.by_id(case.tx, talk.school_id, talk.visit_id or 0)
    assert written is not None and plan is not None, "a record is of a visit"
    if talk.answers.get(LATER):
        await _note(case, talk.school_id, plan.id, person, "later")
        return notices.render("record_later", language, visit=plan.id)
    await _complete(case, person, written, plan)
    await talks.close_others(case, talk, person)
    return notices.render("record_done", language, visit=plan.id)


async def _complete(case: Case, person: Person, written: Written, plan: Visit) -> None:
    answers, school_id = written.answers, plan.school_id
    today = case.now.astimezone(case.school(school_id).zone).date()
    said = answers.get("feedback")
    if said and "feedback" not in written.passed:
        await records.give_feedback(case.tx, school_id, Feedback(said, case.now, person.id, plan.id))
        written = replace(written, passed=(*written.passed, "feedback"))
    await records.save(case.tx, replace(written, completed_at=case.now, completed_by=person.id))
    await records.agree(case.tx, school_id, plan.id, recording.agreements(answers, today))
    await _note(case, school_id, plan.id, person, "complete")
    await _refer(case, plan, answers)


async def _refer(case: Case, plan: Visit, answers: object) -> None:
    """Attendance below the school's threshold: the headteacher is told that the record is marked (P21b C17)."""
    policy: Policy = plan.policy
    record = recording.compose(answers if isinstance(answers, dict) else {}, policy.attendance_threshold)
    if record.referral:
        await case.tell(
            plan.school_id,
            [Role.HEADTEACHER],
            "head_referral",
            visit_id=plan.id,
            visit=plan.id,
            percent=f"{record.attendance.percent:g}",
            threshold=f"{policy.attendance_threshold:g}",
        )


async def _note(case: Case, school_id: int, visit_id: int, person: Person, event: str) -> None:
    await case.note(school_id, "record", visit_id, person_id=person.id, event=event)


RECORD = Topic("record", _asking, _done, left="record_left")
