"""What the command line shows of the store: visits, a visit's journal, and whether the journals hold."""

from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Any

from rich.table import Table

from bot import fitness, notices
from bot.duty import watch
from bot.people import Role
from bot.school import School
from bot.visit import Place
from store import duty, journal, people, visits
from store.database import Transaction
from store.journal import Check, Entry

SOON = timedelta(days=30)


async def visit_rows(tx: Transaction, schools: Mapping[int, School]) -> list[dict[str, Any]]:
    """Every visit as plain values, oldest first; times are ISO 8601 in the school's zone."""
    rows = []
    for school_id, school in schools.items():
        staff = {person.id: person for person in await people.of_school(tx, school_id)}
        for visit, places in await visits.of_school(tx, school_id):
            visitors = [
                _visitor(staff[place.visitor_id].name, staff[place.visitor_id].phone, place, school.zone)
                for place in places
            ]
            rows.append(
                {
                    "visit": visit.id,
                    "school": school.key,
                    "address": visit.address,
                    "pupil": visit.pupil,
                    "reason": visit.reason,
                    "visitors": visitors,
                }
            )
    return rows


def _visitor(name: str, phone: str, place: Place, zone: tzinfo) -> dict[str, Any]:
    def local(instant: datetime | None) -> str | None:
        return instant.astimezone(zone).isoformat(timespec="minutes") if instant else None

    return {
        "name": name,
        "phone": phone,
        "state": place.state,
        "unplanned": place.unplanned,
        "starts_at": local(place.starts_at),
        "ends_at": local(place.ends_at),
        "arrived_at": local(place.arrived_at),
        "left_at": local(place.left_at),
        "deadline": place.deadline,
        "deadline_at": local(place.deadline_at),
    }


def visits_table(rows: list[dict[str, Any]]) -> Table:
    """The same for people."""
    table = Table("no.", "school", "who", "state", "start", "end", "address")
    for row in rows:
        for place in row["visitors"]:
            times = [(place[name] or "")[:16].replace("T", " ") for name in ("starts_at", "ends_at")]
            table.add_row(str(row["visit"]), row["school"], place["name"], place["state"], *times, row["address"])
    return table


async def duty_row(tx: Transaction, school_id: int, school: School, now: datetime) -> dict[str, Any]:
    """Who of a school is on duty, rung by rung, and who is absent when."""
    staff = await people.of_school(tx, school_id)
    absences = await duty.absences(tx, school_id, now)
    seen = watch(staff, await duty.rota(tx, school_id), absences, school.calendar, now)
    names = {person.id: person.name for person in staff}

    def local(instant: datetime) -> str:
        return instant.astimezone(school.zone).isoformat(timespec="minutes")

    def rung(role: Role) -> dict[str, Any]:
        having = [person for person in staff if role in person.roles]
        return {
            "role": role,
            "on_duty": [person.name for person in having if person.id not in seen.off_duty],
            "off_rota": [person.name for person in having if person.id in seen.off - seen.away],
            "absent": [person.name for person in having if person.id in seen.away],
        }

    closed = school.calendar.why_closed(now)
    spans = [(names[a.person_id], local(a.from_at), local(a.until_at)) for a in absences]
    return {
        "school": school.key,
        "closed": notices.why_closed(closed) if closed else None,
        "rungs": [rung(role) for role in school.rungs],
        "absences": [dict(zip(("name", "from", "until"), span, strict=True)) for span in spans],
        "terms_until": str(school.calendar.known_until() or "") or None,
    }


def duty_lines(row: dict[str, Any]) -> str:
    """The same for people."""
    lines = [f"{row['school']}: {'closed, ' + row['closed'] if row['closed'] else 'open'}"]
    for rung in row["rungs"]:
        off = [f"{name} (off)" for name in rung["off_rota"]] + [f"{name} (absent)" for name in rung["absent"]]
        lines.append(f"  {rung['role']}: {', '.join([*rung['on_duty'], *off]) or 'nobody has this role'}")
    lines += [f"  absent: {one['name']} from {one['from']} until {one['until']}" for one in row["absences"]]
    return "\n".join(lines)


async def check_rows(tx: Transaction, schools: Mapping[int, School], now: datetime) -> list[dict[str, Any]]:
    """What the records of those who go on visits lack today, and what runs out within thirty days."""
    rows = []
    for school_id, school in schools.items():
        today, known_until = school.calendar.day(now), school.calendar.known_until()
        for person in await people.of_school(tx, school_id):
            if Role.VISITOR in person.roles:
                lacks = fitness.faults(person, school.policy, today)
                soon = fitness.running_out(person, school.policy, today, SOON)
                rows += [_check(school, person.name, notices.fitness(fault), "now") for fault in lacks]
                rows += [_check(school, person.name, notices.fitness(fault), "soon") for fault in soon]
        if known_until is not None and known_until < today + SOON:
            rows.append(_check(school, "", f"the term dates end on {known_until}", "soon"))
    return rows


def _check(school: School, name: str, what: str, when: str) -> dict[str, Any]:
    return {"school": school.key, "name": name, "what": what, "when": when}


def check_row_line(row: dict[str, Any]) -> str:
    """The same for people."""
    soon = " (within 30 days)" if row["when"] == "soon" else ""
    return ": ".join(filter(None, (row["school"], row["name"], row["what"]))) + soon


async def visit_journal(
    tx: Transaction, schools: Mapping[int, School], visit_id: int
) -> tuple[School, list[Entry]] | None:
    """The school of a visit and all that happened in it; None when there is no such visit."""
    for school_id, school in schools.items():
        if await visits.by_id(tx, school_id, visit_id):
            return school, list(await journal.of_visit(tx, school_id, visit_id))
    return None


def entry_row(entry: Entry, zone: tzinfo) -> dict[str, Any]:
    """One entry as plain values."""
    return {
        "seq": entry.seq,
        "at": entry.at.astimezone(zone).isoformat(),
        "kind": entry.kind,
        "alarm": entry.alarm_id,
        "person": entry.person_id,
        "body": entry.body,
        "hash": entry.hash,
    }


def entry_line(entry: Entry, zone: tzinfo) -> str:
    """One entry for people."""
    told = ", ".join(f"{name}={value}" for name, value in (entry.body or {}).items() if value not in ("", None))
    return f"{entry.at.astimezone(zone):%Y-%m-%d %H:%M:%S}  {entry.kind:<12} {told}"


def check_line(check: Check) -> str:
    """What `journal verify` says of one school."""
    if check.fault:
        return f"{check.school}: BROKEN after entry {check.entries}: {check.fault}"
    return f"{check.school}: {check.entries} entries, holds, last hash {check.head}"
