"""What the papers are told: the facts of a visit and of its school, gathered from the store. Nothing is written."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from bot import papers, recording
from bot.agreement import Agreement
from bot.agreement import State as AgreementState
from bot.alarm import Alarm
from bot.details import Authorisation
from bot.papers import (
    Agreed,
    AlarmFacts,
    Authorised,
    Counted,
    Document,
    Goer,
    Proof,
    Said,
    SchoolFacts,
    Step,
    VisitFacts,
)
from bot.people import Person, Role
from bot.place import Place
from bot.record import Record
from bot.school import School
from bot.words import Kind
from store import alarms, journal, people, records, visits
from store.database import Transaction
from store.journal import Entry
from store.visits import Visit

MIDNIGHT = time(0)
_NOT_KEPT = (AgreementState.REMINDED, AgreementState.ASKED_AGAIN, AgreementState.FOLLOW_UP)


class NoSuch(Exception):
    """There is no such visit or agreement; the text says so, and how to find one."""


class Found(NamedTuple):
    """A visit with its school and all that was written down of it."""

    school: School
    visit: Visit
    entries: Sequence[Entry]
    staff: Mapping[int, Person]
    facts: VisitFacts


async def find(tx: Transaction, schools: Mapping[int, School], visit_id: int) -> Found:
    """A visit by its number. Raises NoSuch."""
    for school_id, school in schools.items():
        visit = await visits.by_id(tx, school_id, visit_id)
        if visit is not None:
            return await _found(tx, school, visit, await visits.places_of_visit(tx, school_id, visit_id))
    raise NoSuch(f"there is no visit {visit_id}; `doorstep visits list` shows them")


async def _found(tx: Transaction, school: School, visit: Visit, places: Sequence[Place]) -> Found:
    staff = {person.id: person for person in await people.of_school(tx, visit.school_id)}
    entries = await journal.of_visit(tx, visit.school_id, visit.id)
    return Found(school, visit, entries, staff, _facts(school, visit, places, entries, staff))


def school_facts(school: School) -> SchoolFacts:
    return SchoolFacts(school.name, school.zone, school.language, school.phone)


def _facts(
    school: School, visit: Visit, places: Sequence[Place], entries: Sequence[Entry], staff: Mapping[int, Person]
) -> VisitFacts:
    told = school_facts(school)
    reasons = sorted({place.off_reason for place in places if place.off_reason})
    return VisitFacts(
        number=visit.id,
        school=told,
        address=visit.address,
        pupil=visit.pupil,
        reason=visit.reason,
        goers=tuple(_goer(place, staff[place.visitor_id]) for place in places if place.visitor_id in staff),
        authorised=_authorised(entries, staff),
        outcome=", ".join(told.words.kind("reasons_off", reason) for reason in reasons),
        concern=_concern(entries),
        family=visit.details.parents or visit.details.house_phone,
        risk=visit.details.risks,
    )


def _goer(place: Place, person: Person) -> Goer:
    return Goer(
        name=person.name,
        phone=person.phone,
        state=place.state,
        starts_at=place.starts_at,
        ends_at=place.ends_at,
        return_due_at=place.returns_at,
        set_out_at=place.set_out_at,
        arrived_at=place.arrived_at,
        left_at=place.left_at,
        returned_at=place.returned_at,
        vehicle=person.vehicle,
        off=bool(place.off_reason),
    )


def _authorised(entries: Sequence[Entry], staff: Mapping[int, Person]) -> Authorised:
    """Who said yes last, if it has not been taken back or asked for anew since."""
    given = Authorised()
    for entry in entries:
        after = (entry.body or {}).get("after") if entry.kind == "authorisation" else None
        by = staff.get(entry.person_id or 0)
        if after == Authorisation.AUTHORISED:
            given = Authorised(by.name, entry.at) if by is not None else given
        elif after is not None:
            given = Authorised()
    return given


def _concern(entries: Sequence[Entry]) -> bool | None:
    """Whether a concern was told, or that there was none; None where neither was said."""
    if any(entry.kind == "visit" and (entry.body or {}).get("event") == "concern" for entry in entries):
        return True
    bodies = [entry.body or {} for entry in entries if entry.kind in ("text", "concerns")]
    none = any(Kind.NO_CONCERN in body.get("meanings", ()) or body.get("concerns") == "none" for body in bodies)
    return False if none else None


# -- each paper -------------------------------------------------------------------------------------


async def record(tx: Transaction, schools: Mapping[int, School], visit_id: int, now: datetime) -> Document:
    """The visit record, as far as it has come."""
    found = await find(tx, schools, visit_id)
    threshold = found.visit.policy.attendance_threshold
    agreed = [_agreed(one) for one in await records.agreements_of(tx, found.visit.school_id, visit_id)]
    return papers.visit_record(found.facts, await _record(tx, found, threshold), agreed, threshold, now)


async def _record(tx: Transaction, found: Found, threshold: float | None) -> Record:
    written = await records.of_visit(tx, found.visit.school_id, found.visit.id)
    record = recording.compose(written.answers if written else {}, threshold)
    record = replace(record, pupil_class=record.pupil_class or found.visit.details.pupil_class)
    by = found.staff.get(written.completed_by or 0) if written else None
    if by is None or written is None:
        return record
    return replace(
        record, completed_by=by.name, role=_roles(by, school_facts(found.school)), completed_at=written.completed_at
    )


def _roles(person: Person, school: SchoolFacts) -> str:
    """What they are at the school; that they go on visits is said only where they are nothing else."""
    roles = sorted(person.roles - {Role.VISITOR}) or sorted(person.roles)
    return ", ".join(school.words.kind("roles", role) for role in roles)


def _agreed(agreement: Agreement) -> Agreed:
    return Agreed(agreement.what, agreement.by, agreement.state)


async def slip(tx: Transaction, schools: Mapping[int, School], visit_id: int, now: datetime) -> Document:
    """The slip, with the time at which they stood at the door."""
    facts = (await find(tx, schools, visit_id)).facts
    stood = min((at for goer in facts.goers if (at := goer.arrived_at or goer.left_at)), default=None)
    return papers.missed_slip(facts, stood, now)


async def letter(
    tx: Transaction, schools: Mapping[int, School], visit_id: int, number: int | None, now: datetime
) -> Document:
    """The reminder letter about one agreement: the one with this number, or the only one that was not kept."""
    found = await find(tx, schools, visit_id)
    agreed = await records.agreements_of(tx, found.visit.school_id, visit_id)
    wanted = [one for one in agreed if (one.id == number if number else one.state in _NOT_KEPT)]
    if len(wanted) != 1:
        raise NoSuch(_which(visit_id, number, agreed))
    until = wanted[0].due_on if wanted[0].state in _NOT_KEPT else None
    return papers.reminder_letter(found.facts, _agreed(wanted[0]), until, now)


def _which(visit_id: int, number: int | None, agreed: Sequence[Agreement]) -> str:
    known = "; ".join(f"{one.id}: {one.what} ({one.state})" for one in agreed) or "there is none"
    what = f"no agreement {number} at visit {visit_id}" if number else f"visit {visit_id}: say which with --agreement"
    return f"{what}; on record: {known}"


async def day(tx: Transaction, school_id: int, school: School, wanted: date, now: datetime) -> Document:
    """The list of a day's visits."""
    since, until = (school.calendar.instant(wanted + timedelta(days=ahead), MIDNIGHT) for ahead in (0, 1))
    facts = [(await _found(tx, school, *one)).facts for one in await visits.between(tx, school_id, since, until)]
    return papers.day_list(school_facts(school), wanted, facts, now)


async def incident(tx: Transaction, schools: Mapping[int, School], visit_id: int, now: datetime) -> Document:
    """All that the journal holds of a visit, with the check of the school's whole chain."""
    found = await find(tx, schools, visit_id)
    steps = [
        Step(entry.seq, entry.at, entry.kind, _who(entry, found.staff), entry.body, entry.hash)
        for entry in found.entries
    ]
    raised = [_alarm(one, found.staff) for one in await alarms.of_visit(tx, found.visit.school_id, visit_id)]
    check = next(check for check in await journal.verify(tx) if check.school == found.school.key)
    proof = Proof(check.entries, check.head, check.fault)
    return papers.incident_pack(found.facts, raised, steps, proof, now)


def _who(entry: Entry, staff: Mapping[int, Person]) -> str:
    person = staff.get(entry.person_id or 0)
    return person.name if person else ""


def _alarm(alarm: Alarm, staff: Mapping[int, Person]) -> AlarmFacts:
    owner = staff.get(alarm.owner_id or 0)
    return AlarmFacts(
        code=alarm.code,
        kind=alarm.kind,
        raised_at=alarm.raised_at,
        owner=owner.name if owner else "",
        owned_at=alarm.owned_at,
        outcome=alarm.outcome,
        reason=alarm.reason,
        ended_at=alarm.ended_at,
    )


async def feedback(tx: Transaction, school_id: int, school: School, now: datetime) -> Document:
    """All that staff have said for the policy's review."""
    staff = {person.id: person for person in await people.of_school(tx, school_id)}
    said = [
        Said(one.said, one.at, staff[one.person_id].initials if one.person_id in staff else "", one.visit_id)
        for one in await records.feedback_of(tx, school_id)
    ]
    return papers.feedback_paper(school_facts(school), said, school.policy.review_on, now)


async def governors(
    tx: Transaction, school_id: int, school: School, first: date, last: date
) -> list[Mapping[str, str]]:
    """A row a visit that began between two days, both included, without a name."""
    since, until = (school.calendar.instant(wanted, MIDNIGHT) for wanted in (first, last + timedelta(days=1)))
    counted = []
    for visit, places in await visits.between(tx, school_id, since, until):
        found = await _found(tx, school, visit, places)
        kinds = [alarm.kind for alarm in await alarms.of_visit(tx, school_id, visit.id)]
        counted.append(Counted(found.facts, kinds, any(place.unplanned for place in places)))
    return papers.governors_rows(counted)
