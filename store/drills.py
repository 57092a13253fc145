"""Drills: who was asked, and who answered when."""

import json
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, update
from sqlmodel import col, select

from bot.drill import LENGTH, LIVE, NOTICE, Drill, State
from store.database import Transaction
from store.known import known
from store.sweep import among, swept
from store.tables import DrillRow, OutboxRow

# Built once: that takes longer than running it.
_LIVE_AT = select(DrillRow).where(DrillRow.school_id == bindparam("school"), among(DrillRow.state, LIVE))
_SCHOOLS_LIVE = select(DrillRow.school_id).where(among(DrillRow.state, LIVE)).order_by(col(DrillRow.school_id))
_QUESTIONS = select(OutboxRow.id, OutboxRow.school_id, OutboxRow.person_id).where(
    col(OutboxRow.id).in_(bindparam("ids", expanding=True)), OutboxRow.notice == NOTICE
)


def _drill(row: DrillRow) -> Drill:
    """One in a state of another version's stands in nobody's way: it is over, as `_LIVE` has it."""
    assert row.id is not None
    answers = {
        int(person): datetime.fromisoformat(at) if at else None for person, at in json.loads(row.answers).items()
    }
    return Drill(
        row.id, row.school_id, known(State, row.state, State.OVER), row.asked_at, row.begun_at, row.ended_at, answers
    )


async def ask(tx: Transaction, school_id: int, now: datetime) -> Drill:
    """Want one; where one is wanted or open already, that one is it."""
    there = await live(tx, school_id)
    if there is not None:
        return there
    row = DrillRow(school_id=school_id, state=State.ASKED, asked_at=now, answers="{}")
    tx.session.add(row)
    await tx.session.flush()
    return _drill(row)


async def save(tx: Transaction, drill: Drill) -> None:
    answers = {str(person): at.isoformat() if at else None for person, at in drill.answers.items()}
    values = {"state": drill.state, "begun_at": drill.begun_at, "ended_at": drill.ended_at}
    query = update(DrillRow).where(col(DrillRow.id) == drill.id, col(DrillRow.school_id) == drill.school_id)
    await tx.session.exec(query.values(**values, answers=json.dumps(answers)))


async def live(tx: Transaction, school_id: int) -> Drill | None:
    """The one that is wanted or open at a school."""
    rows = await tx.rows(_LIVE_AT, school=school_id)
    return _drill(rows[0]) if rows else None


async def last_begun(tx: Transaction, school_id: int) -> datetime | None:
    """When the newest one that has begun at a school did."""
    query = select(DrillRow.begun_at).where(DrillRow.school_id == school_id, col(DrillRow.begun_at).is_not(None))
    return (await tx.session.exec(query.order_by(col(DrillRow.id).desc()).limit(1))).first()


async def last(tx: Transaction, school_id: int) -> Drill | None:
    """The newest one of a school."""
    query = select(DrillRow).where(DrillRow.school_id == school_id).order_by(col(DrillRow.id).desc())
    row = (await tx.session.exec(query)).first()
    return _drill(row) if row else None


async def schools_live(tx: Transaction) -> list[int]:
    """The schools that have one wanted or open."""
    return list(await tx.column(_SCHOOLS_LIVE))


async def next_due(tx: Transaction, schools: Collection[int]) -> datetime | None:
    """When the time of the next open one of these schools is up."""
    query = select(DrillRow.begun_at).where(DrillRow.state == State.OPEN, *swept(DrillRow, schools))
    begun = (await tx.session.exec(query.order_by(col(DrillRow.begun_at)))).first()
    return begun + LENGTH if begun else None


async def no_longer_asked(tx: Transaction, ids: Collection[int]) -> set[int]:
    """Which of these notices are a drill's question to somebody of whom it wants no answer any more: it leaves no more."""
    if not ids:
        return set()
    found = (await tx.execute(_QUESTIONS, {"ids": list(ids)})).all()
    open_ones = [await live(tx, school_id) for school_id in {school_id for _, school_id, _ in found if school_id}]
    waiting = {person_id for drill in open_ones if drill for person_id in drill.waiting}
    return {number for number, _, person_id in found if number is not None and person_id not in waiting}
