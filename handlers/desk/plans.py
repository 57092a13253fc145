"""Plans in the store: a visit made out of what was said, what stands in its way, and how it is told of."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from bot import notices, visit
from bot.authorising.marks import UNTOLD
from bot.details import Details
from bot.people import Person, Role
from bot.planning import Moments, who_goes
from bot.talk import Again, Answers, Fault
from bot.visit import Place
from handlers.desk import authorising, outings
from handlers.desk.case import Case
from handlers.desk.judging import initials_of
from store import visits
from store.visits import Visit

SOON = timedelta(days=6)
"""Within these days a weekday says which day is meant; further off the date is said too."""
SHORT = 40


class Plan(NamedTuple):
    """What is to become a visit."""

    answers: Answers
    moments: Moments
    visitors: tuple[Person, ...]
    outing_id: int | None = None


async def goers(case: Case, maker: Person, answers: Answers) -> tuple[Person, ...]:
    """Everybody who goes."""
    ids = who_goes(answers, maker.id, Role.VISITOR in maker.roles)
    found = [await case.person(maker.school_id, one) for one in ids]
    return tuple(person for person in found if person is not None)


async def clash(
    case: Case, people: Sequence[Person], starts_at: datetime, ends_at: datetime, besides: int | None = None
) -> Again | None:
    """The other visit that one of these people is on at that time."""
    for person in people:
        for place in await visits.places_of_visitor(case.tx, person.school_id, person.id, case.now):
            begins, ends = place.starts_at or case.now, place.ends_at or case.now
            open_then = place.is_open and place.visit_id != besides and place.left_at is None
            if open_then and starts_at < ends and begins < ends_at:
                when = moment(case, person.school_id, begins)
                values = {"initials": person.initials, "visit": place.visit_id or "-", "when": when}
                return Again(Fault("plan_fault_clash", values), ("day", "start", "end", "minutes", "weekly"))
    return None


async def make(case: Case, maker: Person, plan: Plan) -> Visit:
    """Keep a plan: the visit, everybody's place with its first deadline, and the journal; tell those who go."""
    school = case.school(maker.school_id)
    answers = plan.answers
    made = await visits.add(
        case.tx,
        maker.school_id,
        school.policy,
        case.now,
        address=answers.get("address", ""),
        pupil=answers.get("pupil", ""),
        reason=answers.get("reason", ""),
        code_words=(answers["code_word"],) if answers.get("code_word") else (),
        details=details(answers),
        outing_id=plan.outing_id,
        made_by=maker.id,
    )
    starts_at, ends_at, back = plan.moments
    for person in plan.visitors:
        place = Place(
            person.id, visit_id=made.id, starts_at=starts_at, ends_at=ends_at, returns_at=back, outing_id=plan.outing_id
        )
        await visits.add_place(case.tx, maker.school_id, visit.plan(place, school.policy))
    await case.note(
        maker.school_id,
        "planned",
        made.id,
        person_id=maker.id,
        visitors=[person.id for person in plan.visitors],
        starts_at=starts_at,
        ends_at=ends_at,
        returns_at=back,
        vehicle=answers.get("vehicle", ""),
        warnings=warnings(case, maker.school_id, plan.moments),
    )
    await tell_goers(case, maker, made, plan.visitors, "plan_told")
    await authorising.ask(case, made)
    return made


def details(answers: Answers) -> Details:
    """What the log entry holds beside who, where and when. A family that was not told has the reason beside it."""
    told = answers.get("family_told") or ""
    untold = told == "no"
    return Details(
        house_phone=answers.get("house_phone") or "",
        pupil_class=answers.get("class") or "",
        kind=answers.get("kind") or "",
        family_told=f"{UNTOLD} {answers.get('why_not') or '-'}" if untold else told,
        confirmed=answers.get("confirmed") or "",
        parents=answers.get("parents") or "",
        attendance=str(answers["attendance"]) if answers.get("attendance") is not None else "",
        named_contact=answers.get("named_contact") or "",
        assessment=answers.get("assessment") or "",
        high_risk=bool(answers.get("high_risk")),
        signature=bool(answers.get("signature")),
    )


async def open_outing(case: Case, made: Visit) -> None:
    """The first visit of a round gives the round its number."""
    await visits.change(case.tx, made, outing_id=made.id)
    for place in await visits.places_of_visit(case.tx, made.school_id, made.id):
        await visits.save_place(case.tx, made.school_id, replace(place, outing_id=made.id))


async def share_return(case: Case, made: Visit) -> None:
    """The visits of one round share its return: everybody is awaited when this one says (E3)."""
    for place in await visits.places_of_visit(case.tx, made.school_id, made.id):
        await outings.share_return(case, made.school_id, place)


async def tell_goers(
    case: Case, maker: Person, made: Visit, people: Sequence[Person], notice: str, **values: object
) -> None:
    """Tell everybody who goes, but for the one who writes."""
    language = case.language(maker.school_id)
    line = await summary(case, made)
    text = notices.render(notice, language, initials=maker.initials, visit=made.id, line=line, **values)
    for person in people:
        if person.id != maker.id:
            await case.owe(person, notice, text, case.usable(person.channels())[:1], visit_id=made.id)


def moment(case: Case, school_id: int, at: datetime) -> str:
    """An instant as a plan says it: "14:00", "Mon 14:00", "Mon 7/12 14:00"."""
    zone = case.school(school_id).zone
    local, today = at.astimezone(zone), case.now.astimezone(zone).date()
    if local.date() - today <= SOON:
        return case.clock(school_id, at)
    return f"{notices.weekday(local, case.language(school_id))} {local.day}/{local.month} {local:%H:%M}"


async def summary(case: Case, made: Visit) -> str:
    """A visit in one line: "Mon 14:00 14 High St, K.T., A. with B., back 15:30". Initials only (DESIGN §8)."""
    language = case.language(made.school_id)
    places = await visits.places_of_visit(case.tx, made.school_id, made.id)
    people = [await case.person(made.school_id, place.visitor_id) for place in places]
    starts = [place.starts_at for place in places if place.starts_at]
    back = next((place.returns_at for place in places if place.returns_at), None)
    when = moment(case, made.school_id, min(starts)) if starts else ""
    parts = [
        f"{when} {notices.shorten(case.where(made.school_id, made), SHORT)}".strip(),
        initials_of(made.pupil),
        ", ".join(person.initials for person in people if person),
        notices.label("plan_back", language, back=_clock_only(case, made.school_id, back)) if back else "",
    ]
    return ", ".join(part for part in parts if part).removesuffix(".")  # the sentence it stands in has its own


def _clock_only(case: Case, school_id: int, at: datetime) -> str:
    return f"{at.astimezone(case.school(school_id).zone):%H:%M}"


def warnings(case: Case, school_id: int, moments: Moments) -> list[str]:
    """What the one who plans should know: it is outside the school's hours (P3)."""
    school = case.school(school_id)
    for instant in (moments.starts_at, moments.back or moments.ends_at):
        if closed := school.calendar.why_closed(instant):
            why = notices.why_closed(closed, school.language)
            return [notices.render("plan_closed", school.language, why=why)]
    return []
