"""People out of a CSV file."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.people import NOTHING_ON_RECORD, Person, Role
from bot.school import School
from handlers.imports import table
from handlers.imports.particulars import PARTICULARS_COLUMNS, particulars
from handlers.imports.table import ImportReport, Line
from store import people
from store.database import Transaction

PEOPLE_COLUMNS = ("school", "name", "roles", "phone", "telegram_id", "code_word", "vehicle")


async def import_people(tx: Transaction, schools_by_id: Mapping[int, School], text: str) -> ImportReport:
    """Add the people of a CSV file, or change those whose phone their school knows. Raises ImportRefused.

    An empty telegram_id leaves the chat that is tied already, and so does a column that is not there; every other cell is
    taken as it stands.
    """
    lines = table.read(text, PEOPLE_COLUMNS, PARTICULARS_COLUMNS)
    known = {(p.school_id, p.phone): p for school_id in schools_by_id for p in await people.of_school(tx, school_id)}
    read = [(line, person) for line in lines if (person := _person(line, schools_by_id, known))]
    _refuse_twins(read, known)
    table.refuse_all(lines)
    added = changed = 0
    for _, person in read:
        before = known.get((person.school_id, person.phone))
        await people.save(tx, person)
        added += before is None
        changed += before is not None and _differs(before, person)
    return ImportReport(added=added, changed=changed, unchanged=len(read) - added - changed)


def _person(line: Line, schools: Mapping[int, School], known: Mapping[tuple[int, str], Person]) -> Person | None:
    """The person of a line; None when the line is refused."""
    cells = line.cells
    school_id = table.school_id(line, schools)
    if not cells["name"]:
        line.refuse("name: it is empty")
    roles = _roles(line)
    if not cells["phone"]:
        line.refuse("phone: it is empty; everybody needs a mobile number on record")  # P11
    phone = table.phone(line, "phone", cells["phone"]) if cells["phone"] else None
    telegram_id = cells["telegram_id"]
    if telegram_id and not re.fullmatch(r"[1-9]\d{0,18}", telegram_id, re.ASCII):
        line.refuse(f"telegram_id: {telegram_id!r} is not a Telegram id; write digits only, or leave it empty")
    code_words = table.code_words(line)
    said = particulars(line)
    if line.faults or school_id is None or phone is None:
        return None
    on_record = known.get((school_id, phone))
    now = replace(on_record.particulars if on_record else NOTHING_ON_RECORD, **said)
    return Person(
        id=0,
        school_id=school_id,
        name=" ".join(cells["name"].split()),
        roles=roles,
        phone=phone,
        telegram_id=telegram_id or None,
        code_words=code_words,
        vehicle=" ".join(cells["vehicle"].split()) or now.car.words,
        particulars=now,
    )


def _roles(line: Line) -> frozenset[Role]:
    written = [part.casefold() for part in line.parts("roles")]
    if not written:
        line.refuse(f"roles: they are empty; write one or more of: {' '.join(Role)}")
    for part in written:
        if part not in tuple(Role):
            line.refuse(f"roles: {part!r} is no role; write one or more of: {' '.join(Role)}, parted by ;")
    return frozenset(role for role in Role if role in written)


def _refuse_twins(read: Sequence[tuple[Line, Person]], known: Mapping[tuple[int, str], Person]) -> None:
    """Refuse a phone or a chat that a school has twice: in the file, or between the file and the store."""
    phones: dict[tuple[int, str], int] = {}
    chats = {(p.school_id, p.telegram_id): (p.phone, "somebody on record") for p in known.values() if p.telegram_id}
    for line, person in read:
        here = (person.school_id, person.phone)
        if here in phones:
            line.refuse(f"phone: {person.phone} is already on line {phones[here]}; write one line a person")
        phones.setdefault(here, line.number)
        if person.telegram_id is None:
            continue
        phone, whose = chats.setdefault((person.school_id, person.telegram_id), (person.phone, f"line {line.number}"))
        if phone != person.phone:
            line.refuse(f"telegram_id: {person.telegram_id} already belongs to {whose}; a chat belongs to one person")


def _differs(before: Person, after: Person) -> bool:
    def told(person: Person) -> tuple[object, ...]:
        return person.name, person.roles, person.code_words, person.vehicle, person.particulars

    return told(before) != told(after) or after.telegram_id not in (None, before.telegram_id)
