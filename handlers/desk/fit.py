"""On the day of a visit: what has run out of whoever goes, a DBS check, a training, an insurance (P20 C8)."""

from datetime import time, timedelta

from bot import notices
from bot.calendar import Calendar
from bot.fitness import Fault, faults
from bot.people import Person, Role
from bot.place import COMING
from bot.policy import Policy
from handlers.desk.case import Case
from store import told, visits
from store.visits import Visit

DAY = timedelta(days=1)
ROOM = 90
"""How much of what has run out a notice holds."""


async def look(case: Case, school_id: int) -> bool:
    """Ask whoever goes today for what has run out, and tell the office; once a day each, while the school is open."""
    school = case.school(school_id)
    if not school.calendar.is_open(case.now):
        return False
    found = False
    for person in await case.people(school_id):
        if not _ran_out(person, school.policy, school.calendar, case):
            continue  # nearly always: so nothing is read of the visits of the day
        visit = await _goes_on(case, person)
        ran_out = _ran_out(person, visit.policy, school.calendar, case) if visit else []
        if visit is not None and ran_out and await _is_due(case, person):
            await _tell(case, person, visit, ran_out)
            found = True
    return found


async def _goes_on(case: Case, person: Person) -> Visit | None:
    """The first visit that somebody still goes on today."""
    calendar = case.school(person.school_id).calendar
    midnight = calendar.instant(calendar.day(case.now) + DAY, time.min)
    for place in await visits.places_of_visitor(case.tx, person.school_id, person.id, case.now):
        today = place.starts_at is not None and case.now <= place.starts_at < midnight
        if today and place.state in COMING and place.visit_id is not None:
            return await visits.by_id(case.tx, person.school_id, place.visit_id)
    return None


def _ran_out(person: Person, policy: Policy, calendar: Calendar, case: Case) -> list[Fault]:
    """What was on record and holds no more. What never was is for whoever says yes to see."""
    return [fault for fault in faults(person, policy, calendar.day(case.now)) if fault.until]


async def _is_due(case: Case, person: Person) -> bool:
    calendar = case.school(person.school_id).calendar
    midnight = calendar.instant(calendar.day(case.now), time.min)
    return await told.is_due(case.tx, person.school_id, f"ran out {person.id}", midnight, case.now)


async def _tell(case: Case, person: Person, visit: Visit, ran_out: list[Fault]) -> None:
    language = case.language(person.school_id)
    lacks = notices.shorten("; ".join(notices.fitness(fault, language) for fault in ran_out), ROOM)
    text = notices.render("run_out", language, visit=visit.id, lacks=lacks)
    await case.owe(person, "run_out", text, case.usable(person.channels())[:1], visit_id=visit.id)
    await case.tell(
        person.school_id,
        [Role.OFFICE],
        "office_run_out",
        besides=frozenset({person.id}),
        visit_id=visit.id,
        initials=person.initials,
        visit=visit.id,
        lacks=lacks,
    )
