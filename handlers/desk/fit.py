"""On the day of a visit: what the records of whoever goes lack, a DBS check, a training, an insurance, a car (P17 P20 C8)."""

from datetime import date, datetime, time, timedelta

from bot import notices
from bot.fitness import Fault, Lack, faults
from bot.people import Person, Role
from bot.place import COMING, Place
from bot.policy import Policy
from handlers.desk.case import Case
from store import told, visits
from store.visits import Visit

DAY = timedelta(days=1)
AGAIN = timedelta(days=6)
"""What never was on record is asked for once in so many days: an office that keeps no such records hears no more of it."""
ELSEWHERE = (Lack.NO_MOBILE, Lack.UNREACHABLE)
"""Nobody can be asked for these by a text."""
ROOM = 90
"""How much of what lacks a notice holds."""


async def look(case: Case, school_id: int) -> bool:
    """Ask whoever goes today for what lacks, and tell the office; once a day each, while the school is open."""
    school = case.school(school_id)
    if not school.calendar.is_open(case.now):
        return False
    day = school.calendar.day(case.now)
    everybody = {one.id: one for one in await case.people(school_id)}
    lacking = {one.id: one for one in everybody.values() if _lacks(one, school.policy, day)}
    midnight = school.calendar.instant(day + DAY, time.min)
    # Nearly always nobody lacks anything: so nothing is read of the visits of the day.
    places = await visits.open_places(case.tx, school_id, midnight) if lacking else []
    driven = {place.visit_id for place in places if (one := everybody.get(place.visitor_id)) and _has_car(one)}
    found = False
    for place in places:
        person = lacking.get(place.visitor_id) if _is_to_come(case, place, midnight) else None
        visit = await visits.by_id(case.tx, school_id, place.visit_id) if person and place.visit_id else None
        lacks = _lacks(person, visit.policy, day) if person and visit else []
        lacks = [fault for fault in lacks if fault.lack is not Lack.NO_CAR or place.visit_id not in driven]
        if person and visit and lacks and await _is_due(case, person, lacks):
            await _tell(case, person, visit, lacks)
            found = True
    return found


def _is_to_come(case: Case, place: Place, midnight: datetime) -> bool:
    return place.state in COMING and place.starts_at is not None and case.now <= place.starts_at < midnight


def _has_car(person: Person) -> bool:
    """One car does for all who go on a visit."""
    return bool(person.vehicle or any(person.particulars.car))


def _lacks(person: Person, policy: Policy, day: date) -> list[Fault]:
    return [fault for fault in faults(person, policy, day) if fault.lack not in ELSEWHERE]


async def _is_due(case: Case, person: Person, lacks: list[Fault]) -> bool:
    """Once a day for what has run out."""
    calendar = case.school(person.school_id).calendar
    since = calendar.instant(calendar.day(case.now), time.min)
    if not any(fault.until for fault in lacks):
        since -= AGAIN
    return await told.is_due(case.tx, person.school_id, f"lacks {person.id}", since, case.now)


async def _tell(case: Case, person: Person, visit: Visit, lacking: list[Fault]) -> None:
    language = case.language(person.school_id)
    lacks = notices.shorten("; ".join(notices.fitness(fault, language) for fault in lacking), ROOM)
    text = notices.render("lacking", language, visit=visit.id, lacks=lacks)
    await case.owe(person, "lacking", text, case.usable(person.channels())[:1], visit_id=visit.id)
    await case.tell(
        person.school_id,
        [Role.OFFICE],
        "office_lacking",
        besides=frozenset({person.id}),
        visit_id=visit.id,
        initials=person.initials,
        visit=visit.id,
        lacks=lacks,
    )
