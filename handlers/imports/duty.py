"""The rota and absences, out of CSV files and from the command line."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot import notices
from bot.calendar import WEEKDAYS, Days, Hours, parse_days, parse_hours
from bot.duty import ALL_DAY, Absence, Hole, Shift, holes
from bot.people import CONTACT_ROLES, Channel, Person, Role
from bot.school import School
from handlers.imports import table
from handlers.imports.table import ImportRefused, ImportReport, Line
from store import duty, journal, people
from store.database import Transaction

ROTA_COLUMNS = ("school", "who", "days", "hours")
ABSENCE_COLUMNS = ("school", "phone", "from", "to")
LOOK_AHEAD, FAR = timedelta(days=14), timedelta(days=62)
_EVERY_DAY = ("every day", "daily")
_AT_HOURS: Mapping[str, Hours | None] = {"": None, "school hours": None, "all day": ALL_DAY}


async def import_rota(tx: Transaction, schools: Mapping[int, School], text: str, now: datetime) -> ImportReport:
    """Make a CSV file the rota of every school it names, in place of any before. Raises ImportRefused."""
    lines = table.read(text, ROTA_COLUMNS)
    shifts: dict[int, list[Shift]] = {}
    for line in lines:
        school_id = table.school_id(line, schools)
        if school_id is not None:
            who, hours = await _who(tx, line, school_id), _hours(line)
            of_line = [replace(days, hours=hours, person_id=who.person_id, role=who.role) for days in _days(line)]
            shifts.setdefault(school_id, []).extend(of_line)
    table.refuse_all(lines)
    notes = []
    for school_id, kept in shifts.items():
        await duty.replace_rota(tx, school_id, kept)
        await journal.append(tx, school_id, now, "rota", lines=len(kept))
        notes += await _empty_rungs(tx, school_id, schools[school_id], (), now, now + LOOK_AHEAD)
    return ImportReport(added=sum(map(len, shifts.values())), notes=tuple(notes))


async def drop_rota(tx: Transaction, schools: Mapping[int, School], key: str, now: datetime) -> None:
    """Take a school's rota away: everybody is on duty always. Raises ImportRefused for a school that is none."""
    line = Line(1, {"school": key})
    school_id = table.school_id(line, schools)
    if school_id is None:
        raise ImportRefused(_bare(line))
    await duty.replace_rota(tx, school_id, [])
    await journal.append(tx, school_id, now, "rota", lines=0)


async def _who(tx: Transaction, line: Line, school_id: int) -> Shift:
    """Whose line it is: a role's, or a person's by their phone. Of nobody's days yet."""
    written = line.cells["who"].casefold()
    if written in CONTACT_ROLES:
        return Shift(role=Role(written))
    roles = " ".join(role for role in Role if role in CONTACT_ROLES)
    if not re.search(r"\d", written):
        line.refuse(f"who: {line.cells['who']!r} is no role and no phone; write a phone, or one of: {roles}")
        return Shift()
    phone = table.phone(line, "who", written)
    staff = {person.phone: person for person in await people.of_school(tx, school_id)}
    person = staff.get(phone or "")
    if phone and (person is None or not person.is_contact):
        line.refuse(
            f"who: {phone} is nobody of this school who can be alarmed; import them first, with one of: {roles}"
        )
    return Shift(person_id=person.id if person else None)


def _hours(line: Line) -> Hours | None:
    written = " ".join(line.cells["hours"].casefold().split())
    if written in _AT_HOURS:
        return _AT_HOURS[written]
    try:
        return parse_hours(written)
    except ValueError:
        line.refuse(
            f'hours: {line.cells["hours"]!r} are no hours; write them like 08:00-16:00, "all day", or nothing for school hours'
        )
        return None


def _days(line: Line) -> list[Shift]:
    """The days of a line: its weekdays as one, and each date or run of dates."""
    weekdays: set[int] = set()
    runs: list[Days] = []
    parts = line.parts("days")
    if not parts:
        line.refuse("days: they are empty; write Mon-Fri, or Mon;Wed, or dates like 2026-12-21..2026-12-23")
    for part in parts:
        numbers = _weekdays(part.casefold())
        weekdays |= numbers
        if not numbers:
            try:
                runs.append(parse_days(part))
            except ValueError:
                line.refuse(f"days: {part!r} are no days; write Mon-Fri, or Mon;Wed, or 2026-12-21..2026-12-23")
    found = [Shift(weekdays=frozenset(weekdays))] if weekdays else []
    return [*found, *(Shift(days=days) for days in runs)]


def _weekdays(written: str) -> set[int]:
    """The numbers of "mon", "monday", "mon-fri" or "every day"; none for what names no weekdays."""
    if written in _EVERY_DAY:
        return set(range(7))
    ends = [_weekday(name.strip()) for name in re.split(r"-|\bto\b", written)]
    first, last = ends[0], ends[-1]
    if len(ends) > 2 or first is None or last is None:
        return set()
    return {number % 7 for number in range(first, last + 1 if last >= first else last + 8)}


def _weekday(name: str) -> int | None:
    found = [number for number, full in enumerate(WEEKDAYS) if len(name) >= 3 and full.startswith(name)]
    return found[0] if found else None


# -- absences ---------------------------------------------------------------------------------------


async def import_absences(tx: Transaction, schools: Mapping[int, School], text: str, now: datetime) -> ImportReport:
    """Keep the absences of a CSV file beside those that are known. Raises ImportRefused."""
    lines = table.read(text, ABSENCE_COLUMNS)
    read: list[tuple[int, Absence]] = []
    for line in lines:
        school_id = table.school_id(line, schools)
        phone = table.phone(line, "phone", line.cells["phone"])
        if school_id is None or phone is None:
            continue
        person = next((p for p in await people.of_school(tx, school_id) if p.phone == phone), None)
        if person is None or not person.is_contact:
            line.refuse(f"phone: {phone} is nobody of this school who can be alarmed")
        elif absence := _absence(line, person, schools[school_id].zone, now):
            read.append((school_id, absence))
    table.refuse_all(lines)
    added = 0
    for school_id, absence in read:
        added += await _keep(tx, school_id, absence, now)
    notes = await _left_empty(tx, schools, read, now)
    return ImportReport(added=added, unchanged=len(read) - added, notes=tuple(notes))


async def absent(
    tx: Transaction, schools: Mapping[int, School], phone: str, first: str, last: str, now: datetime
) -> ImportReport:
    """Keep one absence of whoever has that phone, at each of their schools. Raises ImportRefused."""
    line = Line(1, {"phone": phone, "from": first, "to": last})
    read = []
    for person in await _contacts(tx, schools, line):
        if absence := _absence(line, person, schools[person.school_id].zone, now):
            read.append((person.school_id, absence))
    if line.faults:
        raise ImportRefused(_bare(line))
    for school_id, absence in read:
        await _keep(tx, school_id, absence, now)
    return ImportReport(added=len(read), notes=tuple(await _left_empty(tx, schools, read, now)))


async def present(tx: Transaction, schools: Mapping[int, School], phone: str, now: datetime) -> int:
    """End the absence of whoever has that phone; gives how many are still to come. Raises ImportRefused."""
    line = Line(1, {"phone": phone})
    left = []
    for person in await _contacts(tx, schools, line):
        left += await duty.end_absences(tx, person.school_id, person.id, now)
        await journal.append(tx, person.school_id, now, "present", person_id=person.id)
    if line.faults:
        raise ImportRefused(_bare(line))
    return len(left)


async def _contacts(tx: Transaction, schools: Mapping[int, School], line: Line) -> list[Person]:
    phone = table.phone(line, "PHONE", line.cells["phone"])
    found = await people.by_address(tx, Channel.SMS, phone) if phone else []
    contacts = [person for person in found if person.school_id in schools and person.is_contact]
    if phone and not contacts:
        line.refuse(f"PHONE: {phone} is nobody on record who can be alarmed; see `doorstep people duty`")
    return contacts


def _bare(line: Line) -> Sequence[str]:
    """The faults of what came from the command line, where there is no line to name."""
    return [fault.removeprefix("line 1: ") for fault in line.faults]


async def _keep(tx: Transaction, school_id: int, absence: Absence, now: datetime) -> bool:
    fresh = await duty.add_absence(tx, school_id, absence, now)
    if fresh:
        from_at, until_at = absence.from_at.isoformat(), absence.until_at.isoformat()
        await journal.append(
            tx, school_id, now, "absent", person_id=absence.person_id, from_at=from_at, until_at=until_at
        )
    return fresh


def _absence(line: Line, person: Person, zone: ZoneInfo, now: datetime) -> Absence | None:
    """The absence of a line; None when it is refused. Days count whole, the last one too."""
    from_at, until_at = _edge(line, "from", zone), _edge(line, "to", zone, last=True)
    if from_at is None or until_at is None:
        return None
    if until_at <= from_at:
        line.refuse(f"to: {line.cells['to']} is not after {line.cells['from']}")
    elif until_at <= now:
        line.refuse(f"to: {line.cells['to']} has passed")
    else:
        return Absence(person.id, from_at, until_at)
    return None


def _edge(line: Line, column: str, zone: ZoneInfo, *, last: bool = False) -> datetime | None:
    """A day, or a local time, as an instant; the `last` day ends with the day."""
    written = line.cells[column].strip()
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", written, re.ASCII):
            day = date.fromisoformat(written) + timedelta(days=int(last))
            return datetime.combine(day, time(0), zone).astimezone(UTC)
        if re.fullmatch(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d", written, re.ASCII):
            return datetime.fromisoformat(written).replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    line.refuse(f"{column}: {written!r} is no day; write it like 2026-11-30, or with a time like 2026-11-30T13:00")
    return None


# -- what is left empty -----------------------------------------------------------------------------


async def _left_empty(
    tx: Transaction, schools: Mapping[int, School], read: Sequence[tuple[int, Absence]], now: datetime
) -> list[str]:
    """What these absences leave with nobody on duty, a line each."""
    notes = []
    for school_id in dict.fromkeys(school_id for school_id, _ in read):
        here = [absence for of_school, absence in read if of_school == school_id]
        start = max(now, min(absence.from_at for absence in here))
        until = min(max(absence.until_at for absence in here), start + FAR)
        known = await duty.absences(tx, school_id, now)
        notes += await _empty_rungs(tx, school_id, schools[school_id], known, start, until)
    return notes


async def _empty_rungs(
    tx: Transaction, school_id: int, school: School, absences: Sequence[Absence], start: datetime, until: datetime
) -> list[str]:
    """From when a rung has nobody on duty in that time: by the rota alone, or with absences by these."""
    staff, shifts = await people.of_school(tx, school_id), await duty.rota(tx, school_id)
    found = holes(staff, school.rungs, shifts, absences, school.calendar, start, until)
    return [f"{school.key}: {_told(hole, school)}" for hole in found]


def _told(hole: Hole, school: School) -> str:
    at = hole.at.astimezone(school.zone)
    return f"nobody is on duty as {notices.role(hole.role)} on {at:%a %d/%m from %H:%M}; alarms then go to the next"
