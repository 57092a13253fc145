"""Visits out of a CSV file."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.authorising.marks import Plan
from bot.people import Person, Role
from bot.school import School
from bot.visit import Place
from handlers.imports import table
from handlers.imports.entries import ENTRY_COLUMNS, authorised_by, details, lacking
from handlers.imports.keeping import Keeping, Planned
from handlers.imports.table import ImportReport, Line
from store import people, visits
from store.database import Transaction

VISIT_COLUMNS = ("school", "visitors", "address", "pupil", "reason", "starts_at", "ends_at", "code_word")
_LOOK_BACK = timedelta(days=400)
"""How old a closed visit may be and still show that a line was imported before."""


async def import_visits(tx: Transaction, schools_by_id: Mapping[int, School], text: str, now: datetime) -> ImportReport:
    """Plan the visits of a CSV file under their schools' policies, with the first deadlines. Raises ImportRefused."""
    lines = table.read(text, VISIT_COLUMNS, ENTRY_COLUMNS)
    plans: list[Planned] = []
    for line in lines:
        line.cells = {**dict.fromkeys(ENTRY_COLUMNS, ""), **line.cells}
        planned = await _planned(tx, line, schools_by_id, now)
        if planned is None:
            continue
        _refuse_clash_in_file(planned, plans)
        await _refuse_clash_in_store(tx, planned, now)
        plans.append(planned)
    returns = _shared_returns(plans)
    table.refuse_all(lines)
    keeping = Keeping(tx, schools_by_id, now, returns)
    ids = [await keeping.keep(planned) for planned in plans]
    return ImportReport(
        added=len(ids), visit_ids=tuple(ids), notes=tuple(note for line in lines for note in line.notes)
    )


async def _planned(tx: Transaction, line: Line, schools: Mapping[int, School], now: datetime) -> Planned | None:
    """The plan of a line; None when the line is refused."""
    school_id = table.school_id(line, schools)
    address = " ".join(line.cells["address"].split())
    if not address:
        line.refuse("address: it is empty; nobody could be sent there")
    code_words = table.code_words(line)
    if school_id is None:
        return None
    school = schools[school_id]
    staff = await people.of_school(tx, school_id)
    visitors, entry = _visitors(line, staff), details(line, staff)
    times = _times(line, school.zone, now)
    if line.faults or times is None:
        return None
    starts_at, ends_at, returns_at = times
    lacking(line, school)
    by = authorised_by(line, Plan(visitors, starts_at, ends_at, entry), school, staff)
    return Planned(
        line,
        school_id,
        visitors,
        address,
        starts_at,
        ends_at,
        code_words,
        entry,
        returns_at,
        " ".join(line.cells["outing"].casefold().split()),
        by,
    )


def _times(line: Line, zone: ZoneInfo, now: datetime) -> tuple[datetime, datetime, datetime | None] | None:
    """From when until when, and when they are back at school; None when that cannot be."""
    starts_at, ends_at = _instant(line, "starts_at", zone), _instant(line, "ends_at", zone)
    returns_at = _instant(line, "returns_at", zone) if line.cells["returns_at"] else None
    if ends_at and ends_at <= now:
        line.refuse(f"ends_at: {line.cells['ends_at']} has passed")
    if starts_at and ends_at and ends_at <= starts_at:
        line.refuse(f"ends_at: {line.cells['ends_at']} is not after starts_at, {line.cells['starts_at']}")
    if ends_at and returns_at and returns_at < ends_at:
        line.refuse(f"returns_at: {line.cells['returns_at']} is before ends_at, {line.cells['ends_at']}")
    return (starts_at, ends_at, returns_at) if starts_at and ends_at else None


def _shared_returns(plans: Sequence[Planned]) -> Mapping[tuple[int, str], datetime | None]:
    """When each outing of several visits is back (E3); one that would be back twice, or too early, is refused."""
    outings: dict[tuple[int, str], list[Planned]] = {}
    for planned in plans:
        if planned.outing:
            outings.setdefault((planned.school_id, planned.outing), []).append(planned)
    returns: dict[tuple[int, str], datetime | None] = {}
    for key, together in outings.items():
        back = next((planned.returns_at for planned in together if planned.returns_at), None)
        returns[key] = back
        for planned in together:
            name = planned.line.cells["outing"]
            if planned.returns_at and planned.returns_at != back:
                planned.line.refuse(f"returns_at: the outing {name} has one return; give a visit after it another name")
            elif back and planned.ends_at > back:
                planned.line.refuse(f"ends_at: the outing {name} is back before that; give this visit another name")
    return returns


def _visitors(line: Line, people_on_record: Iterable[Person]) -> tuple[Person, ...]:
    staff = {person.phone: person for person in people_on_record}
    found: dict[str, Person] = {}
    parts = line.parts("visitors")
    if not parts:
        line.refuse("visitors: they are empty; write the phone of each, parted by ;")
    for written in parts:
        phone = table.phone(line, "visitors", written)
        person = staff.get(phone or "")
        if phone and (person is None or Role.VISITOR not in person.roles):
            line.refuse(f"visitors: {phone} is no visitor of this school; import them first, with the role visitor")
        elif person and person.phone in found:
            line.refuse(f"visitors: {phone} is there twice")
        elif person:
            found[person.phone] = person
    return tuple(found.values())


def _instant(line: Line, column: str, zone: ZoneInfo) -> datetime | None:
    """The school's local time as an instant: the earlier where it comes twice, refused where it never comes."""
    written = line.cells[column]
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:00)?", written, re.ASCII):
            raise ValueError(written)
        local = datetime.fromisoformat(written).replace(tzinfo=zone)
        earlier, later = (local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    except (ValueError, OverflowError):
        line.refuse(f"{column}: {written!r} is not a time; write the school's local time like 2026-11-23T14:00")
        return None
    if earlier.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        line.refuse(
            f"{column}: {written} does not exist in {zone.key}: the clocks go forward over it; write another time"
        )
        return None
    if earlier != later:
        line.note(f"{column}: {written} comes twice in {zone.key}; the earlier is taken, {earlier:%H:%M} UTC")
    return earlier


def _refuse_clash_in_file(planned: Planned, others: Sequence[Planned]) -> None:
    for other in others:
        shared = [visitor for visitor in planned.visitors if visitor in other.visitors]
        if _same(planned, other.visitors, other.address, other.starts_at):
            planned.line.refuse(f"it is the same visit as on line {other.line.number}; take one of them out")
        elif shared and planned.starts_at < other.ends_at and other.starts_at < planned.ends_at:
            planned.line.refuse(
                f"visitors: {shared[0].phone} is on another visit at that time, on line {other.line.number}"
            )


async def _refuse_clash_in_store(tx: Transaction, planned: Planned, now: datetime) -> None:
    for visitor in planned.visitors:
        for place in await visits.places_of_visitor(tx, planned.school_id, visitor.id, now - _LOOK_BACK):
            if await _is_known(tx, planned, place):
                planned.line.refuse(f"this visit is planned already, as visit {place.visit_id}; take the line out")
                return
            starts_at, ends_at = place.starts_at or now, place.ends_at or now
            if place.is_open and planned.starts_at < ends_at and starts_at < planned.ends_at:
                planned.line.refuse(
                    f"visitors: {visitor.phone} is on another visit at that time, visit {place.visit_id}"
                )


async def _is_known(tx: Transaction, planned: Planned, place: Place) -> bool:
    """Whether this place is of the same visit: the same visitors, address and start."""
    if place.starts_at != planned.starts_at or place.visit_id is None:
        return False
    visit = await visits.by_id(tx, planned.school_id, place.visit_id)
    others = {other.visitor_id for other in await visits.places_of_visit(tx, planned.school_id, place.visit_id)}
    here = {visitor.id for visitor in planned.visitors}
    return visit is not None and others == here and visit.address.casefold() == planned.address.casefold()


def _same(planned: Planned, visitors: Sequence[Person], address: str, starts_at: datetime) -> bool:
    same_people = {person.id for person in planned.visitors} == {person.id for person in visitors}
    return same_people and planned.starts_at == starts_at and planned.address.casefold() == address.casefold()
