"""What was agreed is followed up on its day (P21 C16), and the policy's review is reminded of (P22): in school hours."""

from datetime import date

from bot import notices
from bot.agreement import ASKED, Agreement, Event, State, decide
from bot.people import Person, Role
from bot.talk import YES_NO, Field, Standing, standing, yes_no
from bot.which import RECENT
from handlers.desk import talks
from handlers.desk.case import Case
from handlers.desk.talks import Asking, Topic
from store import people, records, visits
from store.talks import Talk

SHOWN = 60
"""So much of what was agreed stands in a text."""
FORM = (Field("kept", "agreement_kept", yes_no, YES_NO),)
_LAST = {
    State.KEPT: "agreement_was_kept",
    State.REMINDED: "agreement_reminded",
    State.FOLLOW_UP: "agreement_follow_up",
}


async def ask(case: Case, school_id: int) -> bool:
    """Ask the one who visited and the office about what has come due: one thing of a visit at a time."""
    calendar = case.school(school_id).calendar
    if not calendar.is_open(case.now):
        return False
    today, asked = calendar.day(case.now), False
    for agreement in await records.agreements_due(case.tx, school_id, today):
        of_visit = await records.agreements_of(case.tx, school_id, agreement.visit_id)
        if not any(one.state in ASKED and one.due_on and one.due_on > today for one in of_visit):
            asked = await _ask_about(case, agreement, today) or asked
    return asked


async def _ask_about(case: Case, agreement: Agreement, today: date) -> bool:
    whom = await _whom_to_ask(case, agreement)
    if not whom:
        return False
    await records.save_agreement(case.tx, decide(agreement, Event.DUE, today))
    await _note(case, agreement, None, Event.DUE)
    for person in whom:
        about = {"agreement": agreement.id}
        question = await talks.begin(case, person, AGREEMENT, visit_id=agreement.visit_id, about=about)
        await talks.say(case, person, question, visit_id=agreement.visit_id)
    return True


async def _whom_to_ask(case: Case, agreement: Agreement) -> list[Person]:
    """The first who was on the visit, and the office; none of them while inside a home."""
    school_id = agreement.school_id
    been = await visits.places_of_visit(case.tx, school_id, agreement.visit_id)
    office = people.with_role(await case.people(school_id), Role.OFFICE)
    found = {person.id: person for place in been[:1] if (person := await case.person(school_id, place.visitor_id))}
    found |= {person.id: person for person in office}
    return [person for person in found.values() if not await _inside(case, person)]


async def _inside(case: Case, person: Person) -> bool:
    mine = await visits.places_of_visitor(case.tx, person.school_id, person.id, case.now - RECENT)
    return standing(mine, case.now) is Standing.INSIDE


async def _asking(case: Case, person: Person, talk: Talk) -> Asking:
    agreement = await _meant(case, talk)
    by = f"{agreement.by:%d/%m}" if agreement.by else notices.label("no_day", case.language(talk.school_id))
    return Asking(FORM, {"visit": agreement.visit_id, "what": notices.shorten(agreement.what, SHOWN), "by": by})


async def _meant(case: Case, talk: Talk) -> Agreement:
    found = await records.agreements_of(case.tx, talk.school_id, talk.visit_id or 0)
    return next(one for one in found if one.id == talk.about["agreement"])


async def _done(case: Case, person: Person, talk: Talk) -> str:
    """The first answer counts; what follows from it is told to those who do it."""
    agreement = await _meant(case, talk)
    event = Event.YES if talk.answers["kept"] else Event.NO
    after = decide(agreement, event, case.school(talk.school_id).calendar.day(case.now))
    await records.save_agreement(case.tx, after)
    await _note(case, agreement, person, event)
    await talks.close_others(case, talk, person)
    if after.state is not agreement.state:
        await _tell(case, after)
    return notices.render(_LAST.get(after.state, "agreement_was_kept"), case.language(talk.school_id))


async def _tell(case: Case, agreement: Agreement) -> None:
    """A letter is the office's to send; another visit is proposed to those who authorise it."""
    policy = await case.policy(agreement.school_id, agreement.visit_id)
    told = {State.REMINDED: ("office_letter", (Role.OFFICE,)), State.FOLLOW_UP: ("office_follow_up", policy.authorise)}
    if agreement.state not in told:
        return
    notice, roles = told[agreement.state]
    await case.tell(
        agreement.school_id,
        roles,
        notice,
        visit_id=agreement.visit_id,
        visit=agreement.visit_id,
        what=notices.shorten(agreement.what, SHOWN),
        number=agreement.id,
    )


async def _note(case: Case, agreement: Agreement, person: Person | None, event: Event) -> None:
    by = person.id if person else None
    await case.note(
        agreement.school_id, "agreement", agreement.visit_id, person_id=by, agreement=agreement.id, event=event
    )


async def review(case: Case, school_id: int) -> bool:
    """Remind the headteacher of the policy's review, once for each, with how much feedback there is."""
    school = case.school(school_id)
    day, today = school.policy.review_on, school.calendar.day(case.now)
    if day is None or today < day - school.policy.remind_review or not school.calendar.is_open(case.now):
        return False
    if await records.review_reminded_for(case.tx, school_id) == day:
        return False
    await records.remind_of_review(case.tx, school_id, day)
    count = len(await records.feedback_of(case.tx, school_id))
    when = f"{day:%d/%m/%Y}"
    await case.tell(school_id, [Role.HEADTEACHER], "head_review", day=when, count=count, school=school.key)
    await case.note(school_id, "review", day=when, feedback=count)
    return True


AGREEMENT = Topic("agreement", _asking, _done)
