"""Planning by chat: a visit in one line, or question by question; a round of several that share one return."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot import notices
from bot.people import Person, Role
from bot.planning import Desk, Line, Staff, Wants, form, known_pupil, may_be_a_plan, moments, rounds, settled
from bot.policy import Lone
from bot.talk import Again, Fault, Question
from bot.words import LOWERING, Kind
from handlers.desk import plans, talks
from handlers.desk.case import Case
from handlers.desk.plans import Plan
from handlers.desk.said import Text
from handlers.desk.talks import Asking, Topic
from store import talks as talk_store
from store.talks import Talk
from store.visits import Visit

REMINDERS = (timedelta(minutes=30), timedelta(hours=12))
INHERITED = ("day", "visitors", "partners", "alone", "vehicle", "own_car", "assessment", "not_back")
"""What a further visit of a round takes over from the one before it."""
_FIELD_OF = {
    "plan_fault_postcode": "address",
    "plan_fault_partner": "partners",
    "plan_fault_which": "partners",
    "plan_fault_lone": "partners",
    "plan_fault_day": "day",
    "plan_fault_weekday": "day",
    "plan_fault_length": "end",
    "plan_fault_pupil": "pupil",
}
"""Which answer a fault of the line belongs to: it is asked for again, with what is wrong."""


async def take(case: Case, text: Text) -> bool:
    """Plan what a text plans. False where it plans nothing."""
    if not text.own or text.reading.danger:
        return False
    person = text.person
    if not may_be_a_plan(text.incoming.text, desk_of(case, person, [])):
        return False
    lines = rounds(text.incoming.text, desk_of(case, person, await case.people(person.school_id)))
    busy = bool(await talk_store.open_with(case.tx, person.school_id, person.id))
    if not lines or not _means_a_plan(lines[0], text, busy):
        return False
    question = await begin(case, person, lines)
    await talks.say(case, person, question, channels=[text.incoming.channel], not_before=text.answered_at(case))
    return True


def _means_a_plan(line: Line, text: Text, busy: bool) -> bool:
    """Whether a text is a plan and nothing else: what may be about a visit that goes on is that visit's."""
    reading = text.reading
    if line.opens in ("plan", "round"):
        return not (text.certain and reading.kinds & (LOWERING | {Kind.ARRIVED}))
    if not line.is_plan:
        return False
    when, where = line.answers.keys() & {"day", "start"}, line.answers.keys() & {"address", "pupil"}
    full = bool(when and where)
    about_now = reading.kinds & (LOWERING | {Kind.ARRIVED, Kind.SETTING_OUT}) or reading.ask in LOWERING | {
        Kind.ARRIVED
    }
    return full or not (busy or about_now or any(place.is_inside for place in text.places))


async def begin(case: Case, person: Person, lines: list[Line]) -> Question:
    """Begin a plan with what its first line says; one that was half made is left for a new one, or gone on with."""
    first = lines[0]
    if first.answers:
        for talk in await talk_store.open_with(case.tx, person.school_id, person.id):
            if talk.topic == TOPIC.name:
                await talks.leave(case, person, talk)
    rest = [{"answers": dict(line.answers), "faults": [list(fault[:2]) for fault in line.faults]} for line in lines[1:]]
    about = {"rest": rest, "round": first.opens == "round"}
    answers = _known(case, person, first.answers, first.faults)
    return await talks.begin(
        case, person, TOPIC, answers=answers, about=about, again=_wrong(case, person, answers, first.faults)
    )


async def begin_with(
    case: Case,
    person: Person,
    answers: Mapping[str, Any],
    faults: tuple[Fault, ...],
    about: Mapping[str, Any] | None = None,
) -> Question:
    """Begin a plan of which so much is known."""
    known = _known(case, person, answers, faults)
    again = _wrong(case, person, known, faults)
    return await talks.begin(case, person, TOPIC, answers=known, about=about, again=again, fresh=True)


def _known(case: Case, person: Person, answers: Mapping[str, Any], faults: tuple[Fault, ...]) -> Mapping[str, Any]:
    """What a line has said for certain: a day that cannot be is none, and none is put in its place."""
    if any(_FIELD_OF[fault.notice] == "day" for fault in faults):
        return {name: value for name, value in answers.items() if name not in ("day", "weekly")}
    return settled(answers, case.now, case.school(person.school_id).zone)


def _wrong(case: Case, person: Person, answers: Mapping[str, Any], faults: tuple[Fault, ...]) -> Again | None:
    """What is wrong with what is known, named at once: the faults of the line, a child on no list, times that cannot be."""
    pupil = answers.get("pupil")
    if pupil and known_pupil(pupil, case.school(person.school_id).pupils) is None:
        faults = (*faults, Fault("plan_fault_pupil", {"said": pupil}))
    if answers.get("alone") and case.school(person.school_id).policy.lone is Lone.NEVER:
        faults = (*faults, Fault("plan_fault_lone"))
    if faults:
        fields = list(dict.fromkeys(_FIELD_OF[fault.notice] for fault in faults))
        cleared = (*fields, *(["weekly"] if "day" in fields else []), *(["alone"] if "partners" in fields else []))
        return Again(faults[0], cleared, tuple(fields[1:]))
    if "day" not in answers or "start" not in answers:
        return None
    school = case.school(person.school_id)
    found = moments(answers, case.now, school.zone, school.policy.unplanned_length)
    return found if isinstance(found, Again) else None


def desk_of(case: Case, person: Person, staff: list[Person]) -> Desk:
    """What a line of this person's is read with. Only those who go on visits can be named."""
    school = case.school(person.school_id)
    known = tuple(Staff(one.id, one.name) for one in staff if Role.VISITOR in one.roles)
    return Desk(case.now, school.zone, school.language, school.opens, school.closes, known, person.id)


async def _asking(case: Case, person: Person, talk: Talk) -> Asking:
    staff = await case.people(person.school_id)
    desk = desk_of(case, person, staff)
    people = await plans.goers(case, person, talk.answers)
    wants = Wants(
        policy=case.school(person.school_id).policy,
        goes=Role.VISITOR in person.roles,
        visitors=desk.staff,
        car=any(one.vehicle for one in people),
        round=bool(talk.about.get("round")),
        more=bool(talk.about.get("rest")),
        pupils=case.school(person.school_id).pupils,
    )
    settled_answers = settled(talk.answers, case.now, desk.zone)
    return Asking(form(wants, settled_answers, desk), known={"desk": desk})


async def _done(case: Case, person: Person, talk: Talk) -> Question | Again:
    """All is said: look at it once more as a whole, keep it, and go on with the next visit of the round."""
    school = case.school(person.school_id)
    answers = dict(settled(talk.answers, case.now, school.zone))
    found = moments(answers, case.now, school.zone, school.policy.unplanned_length)
    if isinstance(found, Again):
        return found
    people = await plans.goers(case, person, answers)
    if not people:
        return Again(Fault("plan_fault_nobody", {"said": ""}), ("visitors", "partners"))
    if len(people) < school.policy.least_visitors and not answers.get("alone"):
        return Again(Fault("plan_fault_few", {"least": school.policy.least_visitors}), ("partners", "alone"))
    if found_clash := await plans.clash(case, people, found.starts_at, found.ends_at):
        return found_clash
    outing = talk.about.get("outing")
    made = await plans.make(case, person, Plan(answers, found, people, outing))
    if outing is not None and found.back is not None:
        await plans.share_return(case, made)
    line = await plans.summary(case, made)
    said = [notices.render("plan_done", school.language, visit=made.id, line=line)]
    said += plans.warnings(case, person.school_id, found)
    if not talk.about.get("rest") and not answers.get("another"):
        return Question(" ".join(said), ())
    following = await _next_of_round(case, person, talk, answers, made)
    return Question(f"{' '.join(said)} {following.text}", following.buttons)


async def _next_of_round(case: Case, person: Person, talk: Talk, answers: dict[str, Any], made: Visit) -> Question:
    """The next visit of a round. With a return in between ("back 12.15") a new outing begins."""
    outing = talk.about.get("outing")
    if answers.get("back"):
        outing = None
    elif outing is None:
        await plans.open_outing(case, made)
        outing = made.id
    rest = list(talk.about.get("rest", []))
    said = rest[0] if rest else {"answers": {}, "faults": []}
    inherited = {name: answers[name] for name in INHERITED if name in answers}
    faults = tuple(Fault(notice, values) for notice, values in said["faults"])
    about = {"rest": rest[1:], "round": talk.about.get("round"), "outing": outing}
    return await begin_with(case, person, {**inherited, **said["answers"]}, faults, about)


TOPIC = Topic("plan", _asking, _done, reminders=REMINDERS, gives_up=True)
