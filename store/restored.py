"""A store that was brought back from a backup: until the office has said which of its visits are real, it holds its fire.

What it waits for are marks, one school at a time, so that no table is needed and a restart forgets nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, delete, exists, func, or_, update
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from bot.alarm import Alarm
from bot.drill import LIVE
from bot.drill import State as DrillState
from bot.place import Place, State
from store import alarms, marks, visits
from store.database import ALONE, Transaction
from store.outbox import PENDING
from store.outbox import State as Owed
from store.tables import AlarmRow, DrillRow, JournalRow, MarkRow, OutageRow, OutboxRow, PlaceRow, PulseRow, SchoolRow

_HELD, _FROM, _ASKED, _AGAIN = "restored at", "restored from", "restored asked", "restored asked again"


class Brought(NamedTuple):
    """How far a school is: when it was restored, from when its backup is, and when the office was asked, and asked again."""

    at: datetime
    of: datetime
    asked_at: datetime | None = None
    again_at: datetime | None = None


class Waiting(NamedTuple):
    """The places and the alarms whose deadlines are held back."""

    places: Sequence[int] = ()
    alarms: Sequence[int] = ()


NOTHING = Waiting()


async def hold_fire(tx: Transaction, now: datetime) -> None:
    """From now on this store holds its fire. What it still owed may have been sent since, so it is owed no longer.

    Nor does it wait for receipts, know of an outage, or hold a drill: all that was then.
    """
    last = await _last(tx, now)
    for school_id in (await tx.session.exec(select(SchoolRow.id))).all():
        await marks.put(tx, f"{_HELD} {school_id}", now)
        await marks.put(tx, f"{_FROM} {school_id}", last)
    owed = update(OutboxRow).where(col(OutboxRow.state).in_(PENDING))
    await tx.session.exec(owed.values(state=Owed.GONE, lease=None, lease_until=None), execution_options=ALONE)
    await tx.session.exec(update(OutboxRow).values(trouble=False, receipt_by=None), execution_options=ALONE)
    await tx.session.exec(delete(OutageRow), execution_options=ALONE)
    live = update(DrillRow).where(col(DrillRow.state).in_(LIVE))
    await tx.session.exec(live.values(state=DrillState.OVER, ended_at=now), execution_options=ALONE)


async def _last(tx: Transaction, now: datetime) -> datetime:
    """When this store last lived."""
    found = [(await tx.session.exec(select(func.max(column)))).one() for column in (JournalRow.at, PulseRow.beat_at)]
    return max((instant for instant in found if instant), default=now)


async def held(tx: Transaction) -> dict[int, Brought]:
    """The schools that wait for the office's word; none for a store that was not restored."""
    rows = await tx.rows(select(MarkRow).where(col(MarkRow.name).startswith("restored ")))
    found = {row.name: row.at for row in rows}
    schools = [int(name.removeprefix(f"{_HELD} ")) for name in found if name.startswith(f"{_HELD} ")]
    return {
        one: Brought(
            found[f"{_HELD} {one}"],
            found[f"{_FROM} {one}"],
            found.get(f"{_ASKED} {one}"),
            found.get(f"{_AGAIN} {one}"),
        )
        for one in sorted(schools)
    }


async def asked(tx: Transaction, school_id: int, now: datetime, *, again: bool) -> None:
    await marks.put(tx, f"{_AGAIN if again else _ASKED} {school_id}", now)


async def release(tx: Transaction, school_id: int) -> None:
    """The office has said, or not said in time: from now on everything has its consequence again."""
    names = [f"{name} {school_id}" for name in (_HELD, _FROM, _ASKED, _AGAIN)]
    await tx.session.exec(delete(MarkRow).where(col(MarkRow.name).in_(names)), execution_options=ALONE)


def _unheard(visit_id: Any, since: datetime) -> ColumnElement[bool]:
    """Nobody of this visit has been heard since then: whoever is, is real."""
    other = aliased(PlaceRow)
    return ~exists().where(col(other.visit_id) == visit_id, col(other.heard_at) >= since)


async def _places(tx: Transaction, school_id: int, since: datetime) -> list[int]:
    begun = or_(col(PlaceRow.state) != State.PLANNED, col(PlaceRow.starts_at) <= since)
    query = select(PlaceRow.id).where(
        PlaceRow.school_id == school_id,
        col(PlaceRow.deadline_at).is_not(None),
        begun,
        _unheard(col(PlaceRow.visit_id), since),
    )
    ids = await tx.session.exec(query.order_by(col(PlaceRow.visit_id), col(PlaceRow.id)))
    return [number for number in ids.all() if number is not None]


async def _alarms(tx: Transaction, school_id: int, since: datetime) -> list[int]:
    query = select(AlarmRow.id).where(
        AlarmRow.school_id == school_id,
        col(AlarmRow.ended_at).is_(None),
        col(AlarmRow.visit_id).is_not(None),
        col(AlarmRow.raised_at) < since,
        _unheard(col(AlarmRow.visit_id), since),
    )
    ids = await tx.session.exec(query.order_by(col(AlarmRow.id)))
    return [number for number in ids.all() if number is not None]


async def places_in_question(tx: Transaction, school_id: int, since: datetime) -> list[Place]:
    """Open places of visits that had begun by then, and of whom nothing has been heard since."""
    found = [await visits.place_by_id(tx, school_id, number) for number in await _places(tx, school_id, since)]
    return [place for place in found if place is not None]


async def alarms_in_question(tx: Transaction, school_id: int, since: datetime) -> list[Alarm]:
    """Open alarms about visits, raised before, and nobody of the visit heard since. One about no visit is never in question."""
    found = [await alarms.by_id(tx, school_id, number) for number in await _alarms(tx, school_id, since)]
    return [alarm for alarm in found if alarm is not None]


async def waiting(tx: Transaction, brought: Mapping[int, Brought]) -> Waiting:
    """What is held back at these schools."""
    places = [number for one, its in brought.items() for number in await _places(tx, one, its.at)]
    raised = [number for one, its in brought.items() for number in await _alarms(tx, one, its.at)]
    return Waiting(places, raised)
