"""Briefings: what each who goes was sent before a visit, and when they said that they have read it."""

from collections.abc import Collection
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, update
from sqlmodel import col, select

from bot.briefing import Briefing, Event, State
from store.database import Stale, Transaction
from store.known import known
from store.sweep import swept
from store.tables import PlaceRow
from store.tables_asking import BriefingRow

_EVENTS = tuple(Event)
_WENT = (
    update(BriefingRow)
    .where(
        col(BriefingRow.school_id) == bindparam("school"),
        col(BriefingRow.visit_id) == bindparam("visit"),
        col(BriefingRow.person_id) == bindparam("person"),
        col(BriefingRow.state) != State.READ,
        col(BriefingRow.told_at).is_(None),
    )
    .values(version=BriefingRow.version + 1)
)


def _briefing(row: BriefingRow) -> Briefing:
    state, due = known(State, row.state, State.SENT), Event(row.due) if row.due in _EVENTS else None
    return Briefing(**{**row.model_dump(), "state": state, "due": due})


def _values(briefing: Briefing) -> dict[str, Any]:
    return {one.name: getattr(briefing, one.name) for one in fields(briefing) if one.name not in ("id", "version")}


async def add(tx: Transaction, briefing: Briefing) -> Briefing:
    """Add the briefing of somebody who has none for this visit."""
    row = BriefingRow(version=1, **_values(briefing))
    tx.session.add(row)
    await tx.session.flush()
    return _briefing(row)


async def save(tx: Transaction, briefing: Briefing) -> None:
    """Keep what became of a briefing, in its visitor's place too. Raises Stale when it has changed since it was read."""
    query = update(BriefingRow).where(
        col(BriefingRow.id) == briefing.id,
        col(BriefingRow.school_id) == briefing.school_id,
        col(BriefingRow.version) == briefing.version,
    )
    result = await tx.session.exec(query.values(**_values(briefing), version=briefing.version + 1))
    if result.rowcount != 1:
        raise Stale(f"briefing {briefing.id} has changed")
    read_at = briefing.read_at if briefing.state is State.READ else None
    place = update(PlaceRow).where(
        col(PlaceRow.school_id) == briefing.school_id,
        col(PlaceRow.visit_id) == briefing.visit_id,
        col(PlaceRow.visitor_id) == briefing.person_id,
        col(PlaceRow.briefed_at).is_distinct_from(read_at),
    )
    await tx.session.exec(place.values(briefed_at=read_at, version=PlaceRow.version + 1))


async def by_id(tx: Transaction, school_id: int, briefing_id: int) -> Briefing | None:
    query = select(BriefingRow).where(BriefingRow.school_id == school_id, BriefingRow.id == briefing_id)
    row = (await tx.session.exec(query)).first()
    return _briefing(row) if row else None


async def of_visit(tx: Transaction, school_id: int, visit_id: int) -> list[Briefing]:
    """The briefings of a visit, in the order in which they were made."""
    query = select(BriefingRow).where(BriefingRow.school_id == school_id, BriefingRow.visit_id == visit_id)
    return [_briefing(row) for row in (await tx.session.exec(query.order_by(col(BriefingRow.id)))).all()]


async def of_person(tx: Transaction, school_id: int, person_id: int, since: datetime) -> list[Briefing]:
    """What somebody was sent since then, the latest first."""
    query = select(BriefingRow).where(
        BriefingRow.school_id == school_id, BriefingRow.person_id == person_id, col(BriefingRow.sent_at) >= since
    )
    rows = (await tx.session.exec(query.order_by(col(BriefingRow.sent_at).desc(), col(BriefingRow.id)))).all()
    return [_briefing(row) for row in rows]


async def went(tx: Transaction, school_id: int, visit_id: int, person_id: int, now: datetime) -> None:
    """They are on their way: where they have not read their briefing, that is due to be told at once."""
    await tx.write(_WENT, school=school_id, visit=visit_id, person=person_id, due=Event.WENT, due_at=now)


async def due(
    tx: Transaction, now: datetime, limit: int, schools: Collection[int], besides: Collection[int] = ()
) -> list[Briefing]:
    """Briefings of these schools with something due, the longest due first, without those `besides`.

    What another version has put there, and this one does not know, waits for the version that does.
    """
    query = select(BriefingRow).where(col(BriefingRow.due_at) <= now, col(BriefingRow.due).in_(_EVENTS))
    query = query.where(*swept(BriefingRow, schools, besides))
    query = query.order_by(col(BriefingRow.due_at), col(BriefingRow.id)).limit(limit)
    return [_briefing(row) for row in (await tx.session.exec(query)).all()]


async def next_due(tx: Transaction, schools: Collection[int], besides: Collection[int] = ()) -> datetime | None:
    """When the next thing is due to any briefing of these schools."""
    query = select(BriefingRow.due_at).where(col(BriefingRow.due_at).is_not(None), col(BriefingRow.due).in_(_EVENTS))
    query = query.where(*swept(BriefingRow, schools, besides))
    return (await tx.session.exec(query.order_by(col(BriefingRow.due_at)).limit(1))).first()
