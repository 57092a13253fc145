"""What providers say became of our messages, and what it means that they say nothing."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Executable, Integer, bindparam, or_, update
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.delivery import RECEIPT_WITHIN, Receipted, pause_before
from bot.events import Receipt
from store.database import Transaction
from store.outbox import MOST_RESENDS, PENDING, State, Troubled, as_troubled, ours
from store.tables import OutboxRow

# Built once: that takes longer than running it.
_ONE = update(OutboxRow).where(col(OutboxRow.id) == bindparam("row"))
_IS_KNOWN = col(OutboxRow.provider_id) == bindparam("known")
_KNOWN = select(OutboxRow).where(_IS_KNOWN)
_BY_EITHER = select(OutboxRow).where(or_(col(OutboxRow.id) == bindparam("reference"), _IS_KNOWN))


async def take_in(tx: Transaction, receipt: Receipt, now: datetime) -> bool:
    """Take in a receipt. It only ever moves a notice forward, so that late, double and disordered ones are harmless.

    It may come before the send has answered: then it is found by our own reference, the provider's id is adopted, and
    the try is counted here, as its answer will find the lease gone. False when no notice is known by either.
    """
    rows = await tx.rows(
        _BY_EITHER if receipt.reference else _KNOWN, reference=receipt.reference, known=receipt.provider_id
    )
    if not rows:
        return False
    row = rows[0]
    if _is_behind(row, receipt):
        return True
    values: dict[str, Any] = {"provider_id": receipt.provider_id, "tries": row.tries + (row.state == State.LEASED)}
    if receipt.said is Receipted.DELIVERED:
        values |= {"state": State.DELIVERED, "delivered_at": row.delivered_at or now, "lease": None}
        values |= {"sent_at": row.sent_at or now, "trouble": False, "receipt_by": None}
    elif receipt.said is Receipted.FAILED and row.state not in (State.DELIVERED, State.REFUSED, State.GONE):
        values |= _failed(row, values["tries"], receipt, now)
    elif receipt.said is Receipted.ON_ITS_WAY and row.state in PENDING:
        values |= {"state": State.SENT, "sent_at": now, "lease": None}
        values |= {"receipt_by": now + RECEIPT_WITHIN if row.urgent and row.alarm_id is not None else None}
    await tx.write(_ONE, row=row.id, **values)
    return True


def _is_behind(row: OutboxRow, receipt: Receipt) -> bool:
    """Whether a receipt is about an earlier try. Of that, only "delivered" counts, and only until the next has left."""
    if row.state in PENDING:
        # Only a try that failed leaves its id on a notice that is owed again.
        return row.provider_id == receipt.provider_id and receipt.said is not Receipted.DELIVERED
    return row.provider_id not in (None, receipt.provider_id)


def _failed(row: OutboxRow, tries: int, receipt: Receipt, now: datetime) -> dict[str, Any]:
    """A passing failure is tried again on the same channel, and another way is found meanwhile; else it is refused."""
    values: dict[str, Any] = {"error": receipt.error, "trouble": True, "lease": None, "receipt_by": None}
    if receipt.again and tries < MOST_RESENDS:
        return {**values, "state": State.OWED, "next_at": now + pause_before(tries, row.urgent)}
    return {**values, "state": State.REFUSED}


async def silent(tx: Transaction, now: datetime, limit: int, besides: Collection[int] = ()) -> Sequence[Troubled]:
    """Alarms that a provider has taken, and said nothing more of within their time, without those `besides`."""
    some = {"besides": list(besides)} if besides else {}
    rows = await tx.rows(_silent(bool(besides)), now=now, **some, most=limit)
    return [as_troubled(tx, row) for row in rows]


@cache
def _silent(besides: bool) -> SelectOfScalar[OutboxRow]:
    """Built once: that takes longer than running it."""
    query = select(OutboxRow).where(col(OutboxRow.receipt_by) <= bindparam("now"), ours())
    if besides:
        query = query.where(col(OutboxRow.id).not_in(bindparam("besides", expanding=True)))
    return query.order_by(col(OutboxRow.receipt_by), col(OutboxRow.id)).limit(bindparam("most", type_=Integer))


async def stop_waiting(tx: Transaction, reference: int) -> None:
    """The silence has had its consequence. A receipt that comes after all is taken in like any other."""
    await tx.write(_ONE, row=reference, receipt_by=None)


async def awaited(tx: Transaction, by: datetime, limit: int) -> Sequence[str]:
    """The provider's ids of the alarms whose receipt is due by then: a webhook may have been lost."""
    found = await tx.execute(_awaited(), {"by": by, "most": limit})
    return [provider_id for provider_id in found.scalars() if provider_id]


@cache
def _awaited() -> Executable:
    """Built once: that takes longer than running it."""
    due = (col(OutboxRow.receipt_by) <= bindparam("by"), col(OutboxRow.state) == State.SENT, ours())
    query = select(OutboxRow.provider_id).where(*due).order_by(col(OutboxRow.receipt_by), col(OutboxRow.id))
    return query.limit(bindparam("most", type_=Integer))


async def reached(tx: Transaction, alarm_id: int, person_id: int) -> bool:
    """Whether anything of this alarm is known to have arrived at this person's."""
    query = select(OutboxRow.id).where(
        OutboxRow.alarm_id == alarm_id, OutboxRow.person_id == person_id, OutboxRow.state == State.DELIVERED
    )
    return (await tx.session.exec(query.limit(1))).first() is not None


async def has_left(tx: Transaction, alarm_ids: Collection[int], person_id: int, *, surely: bool = True) -> bool:
    """Whether a provider is known to have taken anything of these alarms for this person.

    Not `surely`: or may have, because it is being asked at this moment, or has not said how it went.
    """
    surely_left = col(OutboxRow.sent_at).is_not(None)
    left = surely_left if surely else or_(surely_left, col(OutboxRow.state) == State.LEASED, col(OutboxRow.doubtful))
    query = select(OutboxRow.id).where(col(OutboxRow.alarm_id).in_(alarm_ids), OutboxRow.person_id == person_id)
    return (await tx.session.exec(query.where(left).limit(1))).first() is not None


async def next_due(tx: Transaction, besides: Collection[int] = ()) -> datetime | None:
    """When the next silence will have lasted too long, but for those `besides`."""
    query = select(OutboxRow.receipt_by).where(col(OutboxRow.receipt_by).is_not(None), ours())
    query = query.where(col(OutboxRow.id).not_in(besides))
    return (await tx.session.exec(query.order_by(col(OutboxRow.receipt_by)).limit(1))).first()
