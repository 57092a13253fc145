"""On the day of a visit: what has run out of whoever goes, a DBS check, a training, an insurance (P20 C8)."""

from datetime import datetime, time, timedelta

from bot import notices
from bot.calendar import Calendar
from bot.fitness import Fault, faults
from bot.people import Person, Role
from bot.place import COMING
from handlers.desk.case import Case
from store import told, visits
from store.visits import Visit

DAY = timedelta(days=1)
ROOM = 90
"""How much of what has run out a notice holds."""


async def look(case: Case, school_id: int) -> bool:
    """Ask whoever goes today for what has run out, and tell the office; once a day each, while the school is open."""
    calendar = case.school(school_id).calendar
    if not calendar.is_open(case.now):
        return False
    found = False
    for visit, places in await visits.between(case.tx, school_id, case.now, _midnight(calendar, case)):
        for place in places:
            person = await case.person(school_id, place.visitor_id) if place.state in COMING else None
            ran_out = _ran_out(person, visit, calendar, case) if person else []
            if person is not None and ran_out and await _is_due(case, person):
                await _tell(case, person, visit, ran_out)
                found = True
    return found


def _midnight(calendar: Calendar, case: Case) -> datetime:
    return calendar.instant(calendar.day(case.now) + DAY, time.min)


def _ran_out(person: Person, visit: Visit, calendar: Calendar, case: Case) -> list[Fault]:
    """What was on record and holds no more. What never was is for whoever says yes to see."""
    return [fault for fault in faults(person, visit.policy, calendar.day(case.now)) if fault.until]


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
