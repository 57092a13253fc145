"""What is owed to people, and what became of it. What is in hand just now is in `store/leases.py`."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, bindparam, insert, not_, update
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.delivery import Parcel
from bot.people import Channel
from store.database import Transaction
from store.sweep import among
from store.tables import AlarmRow, OutboxRow


class State(StrEnum):
    """Where a notice stands. REFUSED and GONE are final for this row; another row may carry the notice on."""

    OWED = "owed"
    LEASED = "leased"
    SENT = "sent"
    DELIVERED = "delivered"
    REFUSED = "refused"
    GONE = "gone"


PENDING = (State.OWED, State.LEASED)
OUT = (State.SENT, State.DELIVERED)
MOST_RESENDS = 3

# Built once: that takes longer than running it.
_ADD = insert(OutboxRow)
_AT_FIRST = {
    name: field.default for name, field in OutboxRow.model_fields.items() if name != "id" and not field.is_required()
}
_ONE = update(OutboxRow).where(col(OutboxRow.id) == bindparam("row"))
_UNSENT = update(OutboxRow).where(col(OutboxRow.alarm_id) == bindparam("alarm"), col(OutboxRow.state) == State.OWED)
_LIKE_IT = select(OutboxRow).where(
    col(OutboxRow.person_id) == bindparam("person"),
    col(OutboxRow.channel) == bindparam("by"),
    col(OutboxRow.notice) == bindparam("name"),
    col(OutboxRow.alarm_id).is_not_distinct_from(bindparam("alarm")),
    col(OutboxRow.visit_id).is_not_distinct_from(bindparam("visit")),
    col(OutboxRow.made_at) >= bindparam("since"),
)
_SAME = (
    col(OutboxRow.alarm_id) == bindparam("alarm"),
    col(OutboxRow.person_id) == bindparam("person"),
    col(OutboxRow.notice) == bindparam("name"),
    among(OutboxRow.channel, Channel),
)
_STUCK = and_(col(OutboxRow.doubtful).is_(True), col(OutboxRow.tries) >= MOST_RESENDS)
"""It has gone out as often as it may without an answer, and waits until it can be looked up: it may never leave."""
_WAITING = select(col(OutboxRow.channel)).where(*_SAME, among(OutboxRow.state, PENDING), not_(_STUCK))
_SUPERSEDE = update(OutboxRow).where(*_SAME, col(OutboxRow.state) == State.OWED, _STUCK)
_OVER = (
    select(col(OutboxRow.id))
    .join(AlarmRow, col(AlarmRow.id) == col(OutboxRow.alarm_id))
    .where(col(OutboxRow.id).in_(bindparam("ids", expanding=True)), col(AlarmRow.ended_at) > col(OutboxRow.made_at))
)


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice to be owed: to whom, by which channel, in which words, and on whose account."""

    school_id: int | None
    person_id: int | None
    channel: Channel
    address: str
    notice: str
    text: str
    buttons: tuple[str, ...] = ()
    urgent: bool = False
    asks_number: bool = False
    visit_id: int | None = None
    alarm_id: int | None = None
    copy: int = 0


@dataclass(frozen=True, slots=True)
class Troubled:
    """A notice that was refused, or that an alarm cannot wait for: the desk sends it round by another way."""

    id: int
    notice: Notice
    refused: bool
    error: str
    tries: int
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Got:
    """One message that left: for the local phones, and for the proofs."""

    sent_at: datetime
    channel: Channel
    text: str
    buttons: tuple[str, ...]


async def owe(tx: Transaction, notice: Notice, now: datetime, not_before: datetime | None = None) -> int:
    """Write down a notice; delivery finds it once this transaction is committed, and sends it `not_before` the time given."""
    packed = json.dumps(
        {"text": notice.text, "buttons": notice.buttons, "asks_number": notice.asks_number, "copy": notice.copy}
    )
    values = _AT_FIRST | {
        "school_id": notice.school_id,
        "person_id": notice.person_id,
        "visit_id": notice.visit_id,
        "alarm_id": notice.alarm_id,
        "notice": notice.notice,
        "channel": notice.channel,
        "address": tx.sealer.seal(notice.address),
        "address_index": tx.sealer.index(notice.channel, notice.address),
        "parcel": tx.sealer.seal(packed),
        "urgent": notice.urgent,
        "next_at": not_before or now,
        "made_at": now,
    }
    return await tx.add(_ADD, **values)


def parcel_of(tx: Transaction, row: OutboxRow) -> Parcel:
    packed = json.loads(tx.sealer.open(row.parcel))
    assert row.id is not None
    return Parcel(
        reference=row.id,
        channel=Channel(row.channel),
        address=tx.sealer.open(row.address),
        text=packed["text"],
        buttons=tuple(packed["buttons"]),
        urgent=row.urgent,
        asks_number=packed["asks_number"],
        tries=row.tries,
        copy=packed.get("copy", 0),
        made_at=row.made_at,
    )


def ours() -> ColumnElement[bool]:
    """What goes by a channel that this version knows; the rest is for the version that does (docs/decisions/0020)."""
    return among(OutboxRow.channel, Channel)


async def reached(tx: Transaction, school_id: int, notice: str, since: datetime) -> dict[int, datetime]:
    """When this notice first reached each person: by its receipt, or where the channel gives none, when it was taken."""
    query = select(OutboxRow.person_id, OutboxRow.channel, OutboxRow.sent_at, OutboxRow.delivered_at).where(
        OutboxRow.school_id == school_id, OutboxRow.notice == notice, col(OutboxRow.made_at) >= since
    )
    found: dict[int, datetime] = {}
    for person_id, channel, sent_at, delivered_at in (await tx.session.exec(query)).all():
        at = delivered_at if channel == Channel.SMS else sent_at
        if person_id is not None and at is not None:
            found[person_id] = min(at, found.get(person_id, at))
    return found


async def troubled(tx: Transaction, limit: int, besides: Collection[int] = ()) -> Sequence[Troubled]:
    """Notices the desk has yet to send round by another way, alarms first, without those `besides`."""
    some = {"besides": list(besides)} if besides else {}
    rows = await tx.rows(_troubled(bool(besides)), **some, most=limit)
    return [as_troubled(tx, row) for row in rows]


@cache
def _troubled(besides: bool) -> SelectOfScalar[OutboxRow]:
    query = select(OutboxRow).where(col(OutboxRow.trouble).is_(True), ours())
    if besides:
        query = query.where(col(OutboxRow.id).not_in(bindparam("besides", expanding=True)))
    return query.order_by(col(OutboxRow.urgent).desc(), col(OutboxRow.id)).limit(bindparam("most", type_=Integer))


def as_troubled(tx: Transaction, row: OutboxRow) -> Troubled:
    parcel = parcel_of(tx, row)
    notice = Notice(
        school_id=row.school_id,
        person_id=row.person_id,
        channel=parcel.channel,
        address=parcel.address,
        notice=row.notice,
        text=parcel.text,
        buttons=parcel.buttons,
        urgent=row.urgent,
        visit_id=row.visit_id,
        alarm_id=row.alarm_id,
        copy=parcel.copy,
    )
    return Troubled(parcel.reference, notice, row.state == State.REFUSED, row.error, row.tries, row.sent_at)


async def settle(tx: Transaction, troubled_id: int) -> None:
    await tx.write(_ONE, row=troubled_id, trouble=False)


async def already_tried(tx: Transaction, notice: Notice, channel: Channel, since: datetime) -> bool:
    """Whether the same words have been owed to this person on that channel since then."""
    wanted = {"person": notice.person_id, "by": channel, "name": notice.notice, "since": since}
    about = {"alarm": notice.alarm_id, "visit": notice.visit_id}
    return any(parcel_of(tx, row).text == notice.text for row in await tx.rows(_LIKE_IT, **wanted, **about))


async def waiting_by(tx: Transaction, alarm_id: int, person_id: int, notice: str) -> frozenset[Channel]:
    """By which channels this notice of an alarm still waits to leave for a person.

    One that only a look-up can help on is not waited for: it is no longer owed, because what is said anew takes its place.
    """
    which: dict[str, Any] = {"alarm": alarm_id, "person": person_id, "name": notice}
    await tx.write(_SUPERSEDE, **which, state=State.GONE, trouble=False)
    return frozenset(map(Channel, await tx.column(_WAITING, **which)))


async def drop_unsent(tx: Transaction, alarm_id: int) -> None:
    """The alarm has ended: what of it has not left is no longer owed."""
    await tx.write(_UNSENT, alarm=alarm_id, state=State.GONE, trouble=False)


async def over(tx: Transaction, ids: Collection[int]) -> set[int]:
    """Which of these notices are of an alarm that has ended since they were written; what says that it has is none."""
    if not ids:
        return set()
    found: Sequence[int | None] = await tx.column(_OVER, ids=list(ids))
    return {number for number in found if number is not None}


async def got_by(tx: Transaction, channel: Channel, address: str) -> list[Got]:
    """What one phone got on one channel, oldest first."""
    query = select(OutboxRow).where(
        OutboxRow.address_index == tx.sealer.index(channel, address), col(OutboxRow.state).in_(OUT)
    )
    rows = (await tx.session.exec(query.order_by(col(OutboxRow.id)))).all()
    parcels = ((row, parcel_of(tx, row)) for row in rows)
    return [Got(row.sent_at or row.made_at, p.channel, p.text, p.buttons) for row, p in parcels]
