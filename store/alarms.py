"""Alarms, and the reply codes that keep them apart."""

import json
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, insert, or_, update
from sqlmodel import col, select

from bot.alarm import DURESS, Alarm, Kind, State
from store.crypto import REMEMBERED, Sealer
from store.database import Stale, Transaction
from store.known import known
from store.sweep import swept
from store.tables import AlarmRow

CODE_REST = timedelta(days=30)
_ALARM = tuple(Alarm.__dataclass_fields__)

# Built once: that takes longer than running it.
_OF_SCHOOL = col(AlarmRow.school_id) == bindparam("school")
_ADD = insert(AlarmRow)
_AS_READ = update(AlarmRow).where(
    col(AlarmRow.id) == bindparam("alarm"),
    col(AlarmRow.school_id) == bindparam("of"),
    col(AlarmRow.version) == bindparam("read"),
)
_BY_ID = select(AlarmRow).where(_OF_SCHOOL, col(AlarmRow.id) == bindparam("alarm"))
_OPEN = select(AlarmRow).where(_OF_SCHOOL, col(AlarmRow.state) != State.STOOD_DOWN).order_by(col(AlarmRow.id))


@lru_cache(REMEMBERED)
def _alarm(sealer: Sealer, row: AlarmRow) -> Alarm:
    """Most rows say what they said when they were last asked for."""
    values = {name: getattr(row, name) for name in _ALARM}
    values |= {
        "kind": known(Kind, row.kind, Kind.UNKNOWN),
        "state": known(State, row.state, State.STOOD_DOWN if row.ended_at else State.CLIMBING),
        "ladder": tuple(tuple(rung) for rung in json.loads(row.ladder)),
        "told": tuple(json.loads(row.told)),
        "reason": sealer.open(row.reason),
    }
    return Alarm(**values)


def _values(tx: Transaction, alarm: Alarm) -> dict[str, Any]:
    values = {name: getattr(alarm, name) for name in _ALARM if name not in ("id", "version")}
    values |= {
        "ladder": json.dumps(alarm.ladder),
        "told": json.dumps(alarm.told),
        "reason": tx.sealer.seal(alarm.reason),
    }
    return values


async def add(tx: Transaction, alarm: Alarm) -> Alarm:
    return replace(alarm, id=await tx.add(_ADD, **_values(tx, alarm), version=1), version=1)


async def save(tx: Transaction, alarm: Alarm) -> None:
    """Keep what became of an alarm. Raises Stale when it has changed since it was read."""
    as_read = {"alarm": alarm.id, "of": alarm.school_id, "read": alarm.version}
    result = await tx.write(_AS_READ, **as_read, **_values(tx, alarm), version=alarm.version + 1)
    if result.rowcount != 1:
        raise Stale(f"alarm {alarm.id} has changed")


async def by_id(tx: Transaction, school_id: int, alarm_id: int) -> Alarm | None:
    rows = await tx.rows(_BY_ID, school=school_id, alarm=alarm_id)
    return _alarm(tx.sealer, rows[0]) if rows else None


async def open_in_school(tx: Transaction, school_id: int) -> list[Alarm]:
    """Every alarm of a school that nobody has stood down, oldest first."""
    return [_alarm(tx.sealer, row) for row in await tx.rows(_OPEN, school=school_id)]


async def of_visitor(tx: Transaction, school_id: int, visitor_id: int) -> list[Alarm]:
    """The open alarms about one visitor."""
    return [alarm for alarm in await open_in_school(tx, school_id) if alarm.visitor_id == visitor_id]


async def of_visit(tx: Transaction, school_id: int, visit_id: int) -> list[Alarm]:
    """Every alarm of a visit, ended ones too."""
    query = select(AlarmRow).where(AlarmRow.school_id == school_id, AlarmRow.visit_id == visit_id)
    return [_alarm(tx.sealer, row) for row in await tx.rows(query.order_by(col(AlarmRow.id)))]


async def by_code(tx: Transaction, school_id: int, code: str) -> Alarm | None:
    """The newest alarm of a school with this reply code."""
    query = select(AlarmRow).where(AlarmRow.school_id == school_id, AlarmRow.code == code)
    rows = await tx.rows(query.order_by(col(AlarmRow.id).desc()).limit(1))
    return _alarm(tx.sealer, rows[0]) if rows else None


async def codes_at_rest(tx: Transaction, now: datetime) -> set[str]:
    """Codes that may not be used now: open ones and those of the last 30 days, of every school."""
    recent = or_(col(AlarmRow.raised_at) > now - CODE_REST, col(AlarmRow.ended_at) > now - CODE_REST)
    query = select(AlarmRow.code).where(or_(recent, col(AlarmRow.state) != State.STOOD_DOWN))
    return set(await tx.column(query))


async def strange(tx: Transaction, school_id: int, now: datetime) -> list[tuple[Alarm, str]]:
    """Open alarms of a school of a kind or in a state of another version's: as they are taken, and as they were written."""
    unknown = or_(col(AlarmRow.kind).not_in(tuple(Kind)), col(AlarmRow.state).not_in(tuple(State)))
    query = select(AlarmRow).where(AlarmRow.school_id == school_id, unknown, col(AlarmRow.ended_at).is_(None))
    rows = await tx.rows(query.order_by(col(AlarmRow.id)))
    taken = [(replace(_alarm(tx.sealer, row), deadline_at=row.deadline_at or now), row) for row in rows]
    return [(alarm, f"{row.kind}, {row.state}") for alarm, row in taken]


async def due(
    tx: Transaction, now: datetime, limit: int, schools: Collection[int], besides: Collection[int] = ()
) -> list[Alarm]:
    """Alarms of these schools whose rung or ownership is up, not those `besides`: duress first, then the longest due."""
    query = select(AlarmRow).where(col(AlarmRow.deadline_at) <= now, *swept(AlarmRow, schools, besides))
    # The id decides between equals, so that every kind of store gives the same order (DESIGN §7, I9).
    query = query.order_by(col(AlarmRow.kind).not_in(DURESS), col(AlarmRow.deadline_at), col(AlarmRow.id)).limit(limit)
    return [_alarm(tx.sealer, row) for row in await tx.rows(query)]


async def next_due(tx: Transaction, schools: Collection[int], besides: Collection[int] = ()) -> datetime | None:
    """The earliest deadline of any open alarm of these schools but those `besides`."""
    query = select(AlarmRow.deadline_at).where(col(AlarmRow.deadline_at).is_not(None))
    query = query.where(*swept(AlarmRow, schools, besides))
    return (await tx.session.exec(query.order_by(col(AlarmRow.deadline_at)).limit(1))).first()
