"""What is under way now: the visits that have begun, and whether anything at all waits for its time."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import NamedTuple

import sqlalchemy
from sqlalchemy import BindParameter, ColumnElement, Executable, and_, bindparam, exists, or_
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.alarm import State as AlarmState
from bot.drill import State as DrillState
from bot.place import State
from store.database import Transaction
from store.outbox import PENDING
from store.tables import AlarmRow, DrillRow, OutboxRow, PlaceRow


def begun(live_from: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """A place that is open, and whose visit has begun: a planned one has when its start is `live_from` or before."""
    started = or_(col(PlaceRow.state) != State.PLANNED, col(PlaceRow.starts_at) <= live_from)
    return and_(col(PlaceRow.deadline_at).is_not(None), started)


class _Parts(NamedTuple):
    """What is asked again and again, built once: that takes longer than running it."""

    visitors: Executable
    schools: SelectOfScalar[int]
    anything: Executable


@cache
def _parts() -> _Parts:
    has_begun = begun(bindparam("live_from"))
    return _Parts(
        select(PlaceRow.school_id, PlaceRow.visitor_id).where(has_begun).distinct(),
        select(PlaceRow.school_id).where(has_begun).distinct(),
        sqlalchemy.select(
            exists().where(has_begun)
            | exists().where(col(AlarmRow.state) != AlarmState.STOOD_DOWN)
            | exists().where(col(OutboxRow.state).in_(PENDING))
            | exists().where(col(DrillRow.state) == DrillState.OPEN)
        ),
    )


async def visitors(tx: Transaction, live_from: datetime) -> Sequence[tuple[int, int]]:
    """Who is out on a visit that has begun, each once, with their school."""
    found = await tx.execute(_parts().visitors, {"live_from": live_from})
    return sorted((school_id, visitor_id) for school_id, visitor_id in found)


async def schools(tx: Transaction, live_from: datetime) -> Sequence[int]:
    """The schools that have a visit under way."""
    return sorted(await tx.column(_parts().schools, live_from=live_from))


async def next_start(tx: Transaction, after: datetime) -> datetime | None:
    """The first planned start after that instant."""
    query = select(PlaceRow.starts_at).where(
        PlaceRow.state == State.PLANNED, col(PlaceRow.starts_at) > after, col(PlaceRow.deadline_at).is_not(None)
    )
    return (await tx.session.exec(query.order_by(col(PlaceRow.starts_at)).limit(1))).first()


async def is_quiet(tx: Transaction, live_from: datetime) -> bool:
    """Whether no visit has begun, no alarm or drill is open and nothing is owed: no deadline that is counted from now."""
    return not (await tx.execute(_parts().anything, {"live_from": live_from})).scalar_one()
