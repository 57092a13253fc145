"""Visits out of a CSV file."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.people import Person, Role
from bot.school import School
from bot.visit import Place, plan
from handlers.imports import table
from handlers.imports.table import ImportReport, Line
from store import journal, people, visits
from store.database import Transaction

VISIT_COLUMNS = ("school", "visitors", "address", "pupil", "reason", "starts_at", "ends_at", "code_word")
_LOOK_BACK = timedelta(days=400)
"""How old a closed visit may be and still show that a line was imported before."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A visit as a line has it, with every value read."""

    line: Line
    school_id: int
    visitors: tuple[Person, ...]
    address: str
    starts_at: datetime
    ends_at: datetime
    code_words: tuple[str, ...]


async def import_visits(tx: Transaction, schools_by_id: Mapping[int, School], text: str, now: datetime) -> ImportReport:
    """Plan the visits of a CSV file under their schools' policies, with the first deadlines. Raises ImportRefused."""
    lines = table.read(text, VISIT_COLUMNS)
    plans: list[Plan] = []
    for line in lines:
        planned = await _planned(tx, line, schools_by_id, now)
        if planned is None:
            continue
        _refuse_clash_in_file(planned, plans)
        await _refuse_clash_in_store(tx, planned, now)
        plans.append(planned)
    table.refuse_all(lines)
    ids = [await _keep(tx, planned, schools_by_id[planned.school_id], now) for planned in plans]
    return ImportReport(
        added=len(ids), visit_ids=tuple(ids), notes=tuple(note for line in lines for note in line.notes)
    )


async def _keep(tx: Transaction, planned: Plan, school: School, now: datetime) -> int:
    cells = planned.line.cells
    visit = await visits.add(
        tx,
        planned.school_id,
        school.policy,
        now,
        address=planned.address,
        pupil=cells["pupil"],
        reason=cells["reason"],
        code_words=planned.code_words,
    )
    for visitor in planned.visitors:
        place = Place(visitor.id, visit_id=visit.id, starts_at=planned.starts_at, ends_at=planned.ends_at)
        await visits.add_place(tx, planned.school_id, plan(place, school.policy))
    await journal.append(
        tx,
        planned.school_id,
        now,
        "planned",
        visit_id=visit.id,
        visitors=[visitor.id for visitor in planned.visitors],
        starts_at=planned.starts_at.isoformat(),
        ends_at=planned.ends_at.isoformat(),
    )
    return visit.id


async def _planned(tx: Transaction, line: Line, schools: Mapping[int, School], now: datetime) -> Plan | None:
    """The plan of a line; None when the line is refused."""
    school_id = table.school_id(line, schools)
    address = " ".join(line.cells["address"].split())
    if not address:
        line.refuse("address: it is empty; nobody could be sent there")
    code_words = table.code_words(line)
    if school_id is None:
        return None
    visitors = await _visitors(tx, line, school_id)
    zone = schools[school_id].zone
    starts_at, ends_at = _instant(line, "starts_at", zone), _instant(line, "ends_at", zone)
    if ends_at and ends_at <= now:
        line.refuse(f"ends_at: {line.cells['ends_at']} has passed")
    if starts_at and ends_at and ends_at <= starts_at:
        line.refuse(f"ends_at: {line.cells['ends_at']} is not after starts_at, {line.cells['starts_at']}")
    if line.faults or starts_at is None or ends_at is None:
        return None
    return Plan(line, school_id, visitors, address, starts_at, ends_at, code_words)


async def _visitors(tx: Transaction, line: Line, school_id: int) -> tuple[Person, ...]:
    staff = {person.phone: person for person in await people.of_school(tx, school_id)}
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


def _refuse_clash_in_file(planned: Plan, others: Sequence[Plan]) -> None:
    for other in others:
        shared = [visitor for visitor in planned.visitors if visitor in other.visitors]
        if _same(planned, other.visitors, other.address, other.starts_at):
            planned.line.refuse(f"it is the same visit as on line {other.line.number}; take one of them out")
        elif shared and planned.starts_at < other.ends_at and other.starts_at < planned.ends_at:
            planned.line.refuse(
                f"visitors: {shared[0].phone} is on another visit at that time, on line {other.line.number}"
            )


async def _refuse_clash_in_store(tx: Transaction, planned: Plan, now: datetime) -> None:
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


async def _is_known(tx: Transaction, planned: Plan, place: Place) -> bool:
    """Whether this place is of the same visit: the same visitors, address and start."""
    if place.starts_at != planned.starts_at or place.visit_id is None:
        return False
    visit = await visits.by_id(tx, planned.school_id, place.visit_id)
    others = {other.visitor_id for other in await visits.places_of_visit(tx, planned.school_id, place.visit_id)}
    here = {visitor.id for visitor in planned.visitors}
    return visit is not None and others == here and visit.address.casefold() == planned.address.casefold()


def _same(planned: Plan, visitors: Sequence[Person], address: str, starts_at: datetime) -> bool:
    same_people = {person.id for person in planned.visitors} == {person.id for person in visitors}
    return same_people and planned.starts_at == starts_at and planned.address.casefold() == address.casefold()
