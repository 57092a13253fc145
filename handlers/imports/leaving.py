"""Somebody has left the school: no alarm goes to them, nobody waits for their yes, and they go on no visit."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot import notices
from bot.people import NOTHING_ON_RECORD, Channel, Person, Role
from bot.school import School
from handlers.imports import table
from handlers.imports.table import ImportRefused, ImportReport, Line
from store import alarms, journal, people, requests, visits
from store.database import Transaction


async def has_left(tx: Transaction, schools: Mapping[int, School], phone: str, now: datetime) -> ImportReport:
    """Take their roles, code words and particulars from whoever has that phone, at each of their schools.

    The name stays, because the journal has it. Raises ImportRefused while they are on a visit, or an alarm is open to them;
    the notes say what they leave behind.
    """
    line = Line(1, {"phone": phone})
    number = table.phone(line, "PHONE", phone)
    found = await people.by_address(tx, Channel.SMS, number) if number else []
    leavers = [person for person in found if person.school_id in schools and person.roles]
    if number and not leavers:
        line.refuse(f"PHONE: {number} is nobody on record who has a role")
    faults = [*line.faults]
    for person in leavers:
        faults += await _in_the_way(tx, schools[person.school_id], person, now)
    if faults:
        raise ImportRefused([fault.removeprefix("line 1: ") for fault in faults])
    notes: list[str] = []
    for person in leavers:
        bare = replace(person, roles=frozenset(), code_words=(), vehicle="", particulars=NOTHING_ON_RECORD)
        await people.save(tx, bare)
        await journal.append(tx, person.school_id, now, "left the school", person_id=person.id)
        notes += await _left_behind(tx, schools[person.school_id], person)
    return ImportReport(changed=len(leavers), notes=tuple(notes))


async def _in_the_way(tx: Transaction, school: School, person: Person, now: datetime) -> Sequence[str]:
    """What must be settled first: a visit they go on, an alarm that is open to them."""
    places = await visits.places_of_visitor(tx, person.school_id, person.id, now)
    faults = [
        f"{school.key}: {person.name} goes on visit {place.visit_id}{_when(place.starts_at, school)}; "
        "call it off, or plan it for somebody else, first"
        for place in places
        if place.is_open
    ]
    return faults + [
        f"{school.key}: alarm {alarm.code} is open to {person.name}; end it first"
        for alarm in await alarms.open_in_school(tx, person.school_id)
        if person.id in alarm.told or any(person.id in rung for rung in alarm.ladder)
    ]


def _when(at: datetime | None, school: School) -> str:
    return f" ({at.astimezone(school.zone):%a %d/%m %H:%M})" if at else ""


async def _left_behind(tx: Transaction, school: School, person: Person) -> Sequence[str]:
    """What they leave behind: roles that nobody has now, visits that wait for a yes, visits whose contact they were."""
    staff = await people.of_school(tx, person.school_id)
    gone = [role for role in Role if role in person.roles and not any(role in other.roles for other in staff)]
    notes = [f"{school.key}: nobody is {notices.role(role)} any more" for role in gone if role in school.rungs]
    if school.policy.authorise and not any(set(other.roles) & set(school.policy.authorise) for other in staff):
        roles = ", ".join(notices.role(role) for role in school.policy.authorise)
        notes.append(f"{school.key}: nobody can say yes to a visit any more; import a {roles}")
    waiting = [one.visit_id for one in await requests.pending(tx, person.school_id) if person.id in one.asked]
    notes += [
        f"{school.key}: visit {number} waited for their yes; whoever else may give it is asked" for number in waiting
    ]
    still_open = await visits.open_numbers(tx, person.school_id)
    for visit, _ in await visits.of_school(tx, person.school_id):
        if visit.id in still_open and visit.details.responsible_id == person.id:
            notes.append(
                f"{school.key}: {person.name} was the contact of visit {visit.id}; text CONTACT {visit.id} and a name"
            )
    return notes
