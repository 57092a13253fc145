"""Visits and the places of their visitors."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import or_, update
from sqlmodel import col, select

from bot.events import Event
from bot.policy import Policy
from bot.visit import OPEN, Place, State
from store.database import Stale, Transaction
from store.tables import PlaceRow, VisitRow

_OPEN = sorted(OPEN)


@dataclass(frozen=True, slots=True)
class Visit:
    """The plan of a visit, and the policy it began under."""

    id: int
    school_id: int
    address: str
    pupil: str
    reason: str
    code_words: tuple[str, ...]
    policy: Policy
    made_at: datetime


@lru_cache(maxsize=256)
def _policy(written: str) -> Policy:
    return Policy.restore(written)


def _visit(tx: Transaction, row: VisitRow) -> Visit:
    assert row.id is not None
    return Visit(
        id=row.id,
        school_id=row.school_id,
        address=tx.sealer.open(row.address),
        pupil=tx.sealer.open(row.pupil),
        reason=tx.sealer.open(row.reason),
        code_words=tuple(json.loads(tx.sealer.open(row.code_words))),
        policy=_policy(row.policy),
        made_at=row.made_at,
    )


def _place(row: PlaceRow) -> Place:
    values = row.model_dump(exclude={"school_id"})
    values |= {"state": State(row.state), "deadline": Event(row.deadline) if row.deadline else None}
    return Place(**values)


def _values(place: Place) -> dict[str, Any]:
    values = asdict(place)
    del values["id"], values["version"]
    return values


async def add(
    tx: Transaction,
    school_id: int,
    policy: Policy,
    now: datetime,
    *,
    address: str = "",
    pupil: str = "",
    reason: str = "",
    code_words: tuple[str, ...] = (),
) -> Visit:
    """Add a visit without places."""
    seal = tx.sealer.seal
    row = VisitRow(
        school_id=school_id,
        address=seal(address),
        pupil=seal(pupil),
        reason=seal(reason),
        code_words=seal(json.dumps(code_words)),
        policy=policy.model_dump_json(),
        made_at=now,
    )
    tx.session.add(row)
    await tx.session.flush()
    assert row.id is not None
    return Visit(row.id, school_id, address, pupil, reason, code_words, policy, now)


async def add_place(tx: Transaction, school_id: int, place: Place) -> Place:
    row = PlaceRow(school_id=school_id, version=1, **_values(place))
    tx.session.add(row)
    await tx.session.flush()
    return _place(row)


async def save_place(tx: Transaction, school_id: int, place: Place) -> None:
    """Keep what became of a place. Raises Stale when it has changed since it was read."""
    query = update(PlaceRow).where(
        col(PlaceRow.id) == place.id, col(PlaceRow.school_id) == school_id, col(PlaceRow.version) == place.version
    )
    result = await tx.session.exec(query.values(**_values(place), version=place.version + 1))
    if result.rowcount != 1:
        raise Stale(f"place {place.id} has changed")


async def by_id(tx: Transaction, school_id: int, visit_id: int) -> Visit | None:
    query = select(VisitRow).where(VisitRow.school_id == school_id, VisitRow.id == visit_id)
    row = (await tx.session.exec(query)).first()
    return _visit(tx, row) if row else None


async def of_school(tx: Transaction, school_id: int) -> list[tuple[Visit, list[Place]]]:
    """Every visit of a school with its places, oldest first."""
    rows = (
        await tx.session.exec(select(VisitRow).where(VisitRow.school_id == school_id).order_by(col(VisitRow.id)))
    ).all()
    places = (
        await tx.session.exec(select(PlaceRow).where(PlaceRow.school_id == school_id).order_by(col(PlaceRow.id)))
    ).all()
    return [(_visit(tx, row), [_place(place) for place in places if place.visit_id == row.id]) for row in rows]


async def places_of_visit(tx: Transaction, school_id: int, visit_id: int) -> list[Place]:
    query = select(PlaceRow).where(PlaceRow.school_id == school_id, PlaceRow.visit_id == visit_id)
    return [_place(row) for row in (await tx.session.exec(query.order_by(col(PlaceRow.id)))).all()]


async def place_by_id(tx: Transaction, school_id: int, place_id: int) -> Place | None:
    query = select(PlaceRow).where(PlaceRow.school_id == school_id, PlaceRow.id == place_id)
    row = (await tx.session.exec(query)).first()
    return _place(row) if row else None


async def places_of_visitor(tx: Transaction, school_id: int, visitor_id: int, closed_since: datetime) -> list[Place]:
    """A visitor's open places, and those closed since then; the text in hand is about one of these or about none."""
    query = select(PlaceRow).where(
        PlaceRow.school_id == school_id,
        PlaceRow.visitor_id == visitor_id,
        or_(col(PlaceRow.state).in_(_OPEN), col(PlaceRow.left_at) >= closed_since),
    )
    query = query.order_by(col(PlaceRow.starts_at).nulls_first(), col(PlaceRow.id))
    return [_place(row) for row in (await tx.session.exec(query)).all()]


async def due(tx: Transaction, now: datetime, limit: int) -> list[tuple[int, Place]]:
    """Open places whose deadline has come, the longest due first, with their school. All schools: the sweep is everybody's."""
    query = select(PlaceRow).where(col(PlaceRow.deadline_at) <= now)
    # The id decides between equals, so that every kind of store gives the same order (DESIGN §7, I9).
    query = query.order_by(col(PlaceRow.deadline_at), col(PlaceRow.id)).limit(limit)
    return [(row.school_id, _place(row)) for row in (await tx.session.exec(query)).all()]


async def next_due(tx: Transaction) -> datetime | None:
    """The earliest deadline of any open place."""
    query = select(PlaceRow.deadline_at).where(col(PlaceRow.deadline_at).is_not(None))
    return (await tx.session.exec(query.order_by(col(PlaceRow.deadline_at)).limit(1))).first()
