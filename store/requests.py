"""Requests for a visit's authorisation: whom they were put to, when they are due, and what was answered.

How a request stands is written in its visit, so that there is one truth about it; a request is changed with its visit.
"""

from collections.abc import Collection
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, update
from sqlmodel import col, select

from bot.authorising import Event, Request
from bot.details import Authorisation
from store.database import Stale, Transaction
from store.known import known
from store.sweep import among, swept
from store.tables import VisitRow
from store.tables_asking import RequestRow

_EVENTS = tuple(Event)
_PENDING = (Authorisation.WANTED, Authorisation.ASKED)
_WITHOUT_YES = (*_PENDING, Authorisation.DECLINED)

# Built once: that takes longer than running it.
_UNANSWERED = (
    select(RequestRow, VisitRow.authorisation)
    .join(VisitRow, col(VisitRow.id) == col(RequestRow.visit_id))
    .where(RequestRow.school_id == bindparam("school"), among(VisitRow.authorisation, _PENDING))
    .order_by(col(RequestRow.visit_id))
)
_WITHOUT = select(VisitRow.id).where(
    VisitRow.school_id == bindparam("school"),
    VisitRow.id == bindparam("visit"),
    among(VisitRow.authorisation, _WITHOUT_YES),
)
_WENT = (
    update(RequestRow)
    .where(col(RequestRow.visit_id).in_(_WITHOUT), col(RequestRow.reported_at).is_(None))
    .values(version=RequestRow.version + 1)
)


def _request(tx: Transaction, row: RequestRow | Row[Any], state: str) -> Request:
    values = {one.name: getattr(row, one.name) for one in fields(Request) if one.name != "state"}
    return Request(
        **{
            **values,
            "state": known(Authorisation, state, Authorisation.ASKED),
            "asked": tuple(int(number) for number in row.asked.split(";") if number),
            "due": Event(row.due) if row.due in _EVENTS else None,
            "reason": tx.sealer.open(row.reason),
        }
    )


def _values(tx: Transaction, request: Request) -> dict[str, Any]:
    values = {one.name: getattr(request, one.name) for one in fields(request)}
    del values["id"], values["version"], values["state"]
    asked = ";".join(str(number) for number in request.asked)
    return {**values, "asked": asked, "reason": tx.sealer.seal(request.reason)}


async def add(tx: Transaction, request: Request) -> Request:
    """Add the request of a visit that has none."""
    row = RequestRow(version=1, **_values(tx, request))
    tx.session.add(row)
    await tx.session.flush()
    await _stand(tx, request)
    return _request(tx, row, request.state)


async def save(tx: Transaction, request: Request) -> None:
    """Keep what became of a request, and how its visit stands. Raises Stale when it has changed since it was read."""
    query = update(RequestRow).where(
        col(RequestRow.id) == request.id,
        col(RequestRow.school_id) == request.school_id,
        col(RequestRow.version) == request.version,
    )
    result = await tx.session.exec(query.values(**_values(tx, request), version=request.version + 1))
    if result.rowcount != 1:
        raise Stale(f"request {request.id} has changed")
    await _stand(tx, request)


async def _stand(tx: Transaction, request: Request) -> None:
    query = update(VisitRow).where(col(VisitRow.id) == request.visit_id, col(VisitRow.school_id) == request.school_id)
    await tx.session.exec(query.values(authorisation=request.state))


def _with_state() -> Any:
    return select(RequestRow, VisitRow.authorisation).join(VisitRow, col(VisitRow.id) == col(RequestRow.visit_id))


async def of_visit(tx: Transaction, school_id: int, visit_id: int) -> Request | None:
    query = _with_state().where(RequestRow.school_id == school_id, RequestRow.visit_id == visit_id)
    found = (await tx.session.exec(query)).first()
    return _request(tx, *found) if found else None


async def by_id(tx: Transaction, school_id: int, request_id: int) -> Request | None:
    query = _with_state().where(RequestRow.school_id == school_id, RequestRow.id == request_id)
    found = (await tx.session.exec(query)).first()
    return _request(tx, *found) if found else None


async def pending(tx: Transaction, school_id: int) -> list[Request]:
    """The requests of a school that nobody has answered, by the number of their visits."""
    found = await tx.execute(_UNANSWERED, {"school": school_id})
    return [_request(tx, row, row.authorisation) for row in found]


async def waits_for(tx: Transaction, school_id: int, visit_id: int) -> frozenset[int]:
    """Those who have been asked for the yes to a visit, while nobody has answered."""
    request = await of_visit(tx, school_id, visit_id)
    return frozenset(request.asked) if request and request.is_pending else frozenset()


async def answered(tx: Transaction, school_id: int, since: datetime) -> list[Request]:
    """The requests of a school that were answered since then, the latest first."""
    query = _with_state().where(RequestRow.school_id == school_id, col(RequestRow.answered_at) >= since)
    found = (await tx.session.exec(query.order_by(col(RequestRow.answered_at).desc(), col(RequestRow.id)))).all()
    return [_request(tx, row, state) for row, state in found]


async def went(tx: Transaction, school_id: int, visit_id: int, now: datetime) -> None:
    """Somebody of this visit is on their way: where there is no yes to it, that is due to be told at once."""
    await tx.write(_WENT, school=school_id, visit=visit_id, due=Event.WENT, due_at=now)


async def due(
    tx: Transaction, now: datetime, limit: int, schools: Collection[int], besides: Collection[int] = ()
) -> list[Request]:
    """Requests of these schools with something due, the longest due first, without those `besides`.

    What another version has put there, and this one does not know, waits for the version that does.
    """
    query = _with_state().where(col(RequestRow.due_at) <= now, col(RequestRow.due).in_(_EVENTS))
    query = query.where(*swept(RequestRow, schools, besides))
    found = (await tx.session.exec(query.order_by(col(RequestRow.due_at), col(RequestRow.id)).limit(limit))).all()
    return [_request(tx, row, state) for row, state in found]


async def next_due(tx: Transaction, schools: Collection[int], besides: Collection[int] = ()) -> datetime | None:
    """When the next thing is due to any request of these schools."""
    query = select(RequestRow.due_at).where(col(RequestRow.due_at).is_not(None), col(RequestRow.due).in_(_EVENTS))
    query = query.where(*swept(RequestRow, schools, besides))
    return (await tx.session.exec(query.order_by(col(RequestRow.due_at)).limit(1))).first()
