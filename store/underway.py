"""What is under way now: the visits that have begun, and whether anything at all waits for its time."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col, select

from bot.alarm import State as AlarmState
from bot.place import State
from store.database import Transaction
from store.outbox import PENDING
from store.tables import AlarmRow, OutboxRow, PlaceRow


def begun(live_from: datetime) -> ColumnElement[bool]:
    """A place that is open, and whose visit has begun: a planned one has when its start is `live_from` or before."""
    started = or_(col(PlaceRow.state) != State.PLANNED, col(PlaceRow.starts_at) <= live_from)
    return and_(col(PlaceRow.deadline_at).is_not(None), started)


async def visitors(tx: Transaction, live_from: datetime) -> Sequence[tuple[int, int]]:
    """Who is out on a visit that has begun, each once, with their school."""
    query = select(PlaceRow.school_id, PlaceRow.visitor_id).where(begun(live_from)).distinct()
    return sorted((await tx.session.exec(query)).all())


async def schools(tx: Transaction, live_from: datetime) -> Sequence[int]:
    """The schools that have a visit under way."""
    return sorted((await tx.session.exec(select(PlaceRow.school_id).where(begun(live_from)).distinct())).all())


async def next_start(tx: Transaction, after: datetime) -> datetime | None:
    """The first planned start after that instant."""
    query = select(PlaceRow.starts_at).where(
        PlaceRow.state == State.PLANNED, col(PlaceRow.starts_at) > after, col(PlaceRow.deadline_at).is_not(None)
    )
    return (await tx.session.exec(query.order_by(col(PlaceRow.starts_at)).limit(1))).first()


async def is_quiet(tx: Transaction, live_from: datetime) -> bool:
    """Whether no visit has begun, no alarm is open and nothing is owed: no deadline that is counted from now."""
    for query in (
        select(PlaceRow.id).where(begun(live_from)),
        select(AlarmRow.id).where(col(AlarmRow.state) != AlarmState.STOOD_DOWN),
        select(OutboxRow.id).where(col(OutboxRow.state).in_(PENDING)),
    ):
        if (await tx.session.exec(query.limit(1))).first() is not None:
            return False
    return True
