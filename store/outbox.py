"""What is owed to people: leased, sent, and written down only by the one that still holds the lease."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache

from sqlalchemy import BindParameter, ColumnElement, Integer, Update, and_, bindparam, exists, or_, update
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.delivery import RECEIPT_WITHIN, Attempt, Parcel, Verdict, pause_before
from bot.people import Channel
from store.database import ALONE, Transaction
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
class Leased:
    """A notice that is ours to send, `not_before` its time, until the lease ends. `doubtful`: an earlier try may be through.

    `for_alarm`: somebody is to know that it has arrived. `person_id`: whose it is, where no alarm is the reason for it.
    """

    parcel: Parcel
    lease: str
    doubtful: bool
    made_at: datetime
    not_before: datetime
    for_alarm: bool = False
    person_id: int | None = None


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
    row = OutboxRow(
        school_id=notice.school_id,
        person_id=notice.person_id,
        visit_id=notice.visit_id,
        alarm_id=notice.alarm_id,
        notice=notice.notice,
        channel=notice.channel,
        address=tx.sealer.seal(notice.address),
        address_index=tx.sealer.index(notice.channel, notice.address),
        parcel=tx.sealer.seal(packed),
        urgent=notice.urgent,
        next_at=not_before or now,
        made_at=now,
    )
    tx.session.add(row)
    await tx.session.flush()
    assert row.id is not None
    return row.id


def _parcel(tx: Transaction, row: OutboxRow) -> Parcel:
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
    )


def ours() -> ColumnElement[bool]:
    """What goes by a channel that this version knows; the rest is for the version that does (docs/decisions/0020)."""
    return col(OutboxRow.channel).in_(tuple(Channel))


def _blocked() -> ColumnElement[bool]:
    """What is no alarm waits for what was written to the same phone before it."""
    earlier = aliased(OutboxRow)
    return exists().where(
        col(earlier.address_index) == col(OutboxRow.address_index),
        col(earlier.urgent).is_(False),
        col(earlier.id) < col(OutboxRow.id),
        col(earlier.state).in_(PENDING),
    )


@cache
def _ready(urgent: bool) -> SelectOfScalar[OutboxRow]:
    """What may leave by `soon`, and what a lease that ended `now` left. Built once: that takes longer than running it."""
    now: BindParameter[datetime] = bindparam("now")
    soon: BindParameter[datetime] = bindparam("soon")
    ready = or_(
        and_(col(OutboxRow.state) == State.OWED, col(OutboxRow.next_at) <= soon),
        and_(col(OutboxRow.state) == State.LEASED, col(OutboxRow.lease_until) <= now),
    )
    query = select(OutboxRow).where(ready, col(OutboxRow.urgent).is_(urgent), *([] if urgent else [~_blocked()]))
    query = query.where(col(OutboxRow.channel).in_(bindparam("channels", expanding=True)))
    return query.order_by(col(OutboxRow.id)).limit(bindparam("most", type_=Integer)).with_for_update(skip_locked=True)


async def lease(
    tx: Transaction,
    token: str,
    now: datetime,
    until: datetime,
    limit: int,
    channels: Iterable[Channel],
    urgent: bool,
    ahead: timedelta = timedelta(0),
) -> list[Leased]:
    """Take what is owed now, alarms or the rest, in order. What an ended lease left behind is taken as doubtful.

    What is owed so little `ahead` of now is taken too, to be sent at its own time. A phone gets what is no alarm in the
    order it was written: a row waits for the earlier ones to the same phone. What is over leaves no more.
    """
    wanted = {"now": now, "soon": now + ahead, "channels": list(channels), "most": limit}
    rows = (await tx.session.exec(_ready(urgent), params=wanted)).all()
    gone = await over(tx, [row.id for row in rows if row.id and row.alarm_id])
    leased = []
    for row in rows:
        if row.id in gone:
            row.state, row.trouble = State.GONE, False
            continue
        doubtful = row.doubtful or row.state == State.LEASED
        row.state, row.lease, row.lease_until, row.doubtful = State.LEASED, token, until, doubtful
        tx.session.add(row)
        for_alarm = row.urgent and row.alarm_id is not None
        whose = row.person_id if row.alarm_id is None else None
        leased.append(Leased(_parcel(tx, row), token, doubtful, row.made_at, row.next_at, for_alarm, whose))
    await tx.session.flush()
    return leased


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


async def has_waited(tx: Transaction, since: datetime, channels: Iterable[Channel]) -> bool:
    """Whether anything could have left since then, and has not."""
    wanted = {"now": since, "soon": since, "channels": list(channels), "most": 1}
    found = [(await tx.session.exec(_ready(urgent), params=wanted)).first() for urgent in (True, False)]
    return any(found)


async def is_adopted(tx: Transaction, provider_id: str, reference: int) -> bool:
    """Whether another notice has this message of the provider's as its own."""
    query = select(OutboxRow.id).where(OutboxRow.provider_id == provider_id, OutboxRow.id != reference)
    return (await tx.session.exec(query)).first() is not None


async def take_back(tx: Transaction, leases: Collection[str], now: datetime) -> None:
    """These leases of ours are at an end, if they were ever kept: what they hold is doubtful, and to be taken anew."""
    mine = and_(col(OutboxRow.state) == State.LEASED, col(OutboxRow.lease).in_(leases))
    await tx.session.exec(update(OutboxRow).where(mine).values(lease_until=now), execution_options=ALONE)


async def expire_leases(tx: Transaction, now: datetime) -> None:
    """At the start: whoever held a lease is dead, because this process alone acts on the store."""
    await tx.session.exec(update(OutboxRow).where(col(OutboxRow.state) == State.LEASED).values(lease_until=now))


def _mine(leased: Leased) -> Update:
    return update(OutboxRow).where(
        col(OutboxRow.id) == leased.parcel.reference,
        col(OutboxRow.lease) == leased.lease,
        col(OutboxRow.state) == State.LEASED,
    )


async def write_down(tx: Transaction, leased: Leased, attempt: Attempt, now: datetime) -> bool:
    """Note what a try came to; False, and nothing written, when the lease is no longer ours."""
    tries = leased.parcel.tries + 1
    # A try that nobody answered has taken its time already: an alarm is with some provider within 10 s (DESIGN §7, I4).
    hurt = tries >= 2 or bool(attempt.after) or attempt.verdict is Verdict.UNKNOWN
    pressing = leased.parcel.urgent and hurt
    values: dict[str, object] = {"tries": tries, "error": attempt.error, "lease": None, "lease_until": None}
    if attempt.verdict is Verdict.SENT:
        receipt_by = now + RECEIPT_WITHIN if attempt.receipt and leased.for_alarm else None
        values |= {"state": State.SENT, "sent_at": now, "provider_id": attempt.provider_id or None, "doubtful": False}
        values |= {"receipt_by": receipt_by}
    elif attempt.verdict is Verdict.REFUSED or _is_blind(leased, attempt, tries):
        values |= {"state": State.REFUSED, "trouble": True}
    else:
        wait = attempt.after if attempt.after is not None else pause_before(tries, leased.parcel.urgent)
        doubtful = attempt.verdict is Verdict.UNKNOWN or leased.doubtful
        values |= {"state": State.OWED, "next_at": now + wait, "doubtful": doubtful}
        # What a receipt has reported stays reported: only the desk settles it.
        values |= {"trouble": True} if pressing else {}
    result = await tx.session.exec(_mine(leased).values(**values), execution_options=ALONE)
    return bool(result.rowcount)


def _is_blind(leased: Leased, attempt: Attempt, tries: int) -> bool:
    """Telegram cannot be asked what it has: after three tries of unknown outcome the other channel is taken (I6)."""
    unknown = attempt.verdict is Verdict.UNKNOWN and leased.parcel.channel is Channel.TELEGRAM
    return unknown and tries >= MOST_RESENDS


async def troubled(tx: Transaction, limit: int, besides: Collection[int] = ()) -> Sequence[Troubled]:
    """Notices the desk has yet to send round by another way, alarms first, without those `besides`."""
    query = select(OutboxRow).where(col(OutboxRow.trouble).is_(True), ours(), col(OutboxRow.id).not_in(besides))
    rows = (await tx.session.exec(query.order_by(col(OutboxRow.urgent).desc(), col(OutboxRow.id)).limit(limit))).all()
    return [as_troubled(tx, row) for row in rows]


def as_troubled(tx: Transaction, row: OutboxRow) -> Troubled:
    parcel = _parcel(tx, row)
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
    await tx.session.exec(update(OutboxRow).where(col(OutboxRow.id) == troubled_id).values(trouble=False))


async def already_tried(tx: Transaction, notice: Notice, channel: Channel, since: datetime) -> bool:
    """Whether the same words have been owed to this person on that channel since then."""
    query = select(OutboxRow).where(
        OutboxRow.person_id == notice.person_id,
        OutboxRow.channel == channel,
        OutboxRow.notice == notice.notice,
        OutboxRow.alarm_id == notice.alarm_id,
        OutboxRow.visit_id == notice.visit_id,
        col(OutboxRow.made_at) >= since,
    )
    return any(_parcel(tx, row).text == notice.text for row in (await tx.session.exec(query)).all())


async def drop_unsent(tx: Transaction, alarm_id: int) -> None:
    """The alarm has ended: what of it has not left is no longer owed."""
    query = update(OutboxRow).where(col(OutboxRow.alarm_id) == alarm_id, col(OutboxRow.state) == State.OWED)
    await tx.session.exec(query.values(state=State.GONE, trouble=False))


async def over(tx: Transaction, ids: Collection[int]) -> set[int]:
    """Which of these notices are of an alarm that has ended since they were written; what says that it has is none."""
    if not ids:
        return set()
    query = select(OutboxRow.id).join(AlarmRow, col(AlarmRow.id) == col(OutboxRow.alarm_id))
    query = query.where(col(OutboxRow.id).in_(ids), col(AlarmRow.ended_at) > col(OutboxRow.made_at))
    return {found for found in (await tx.session.exec(query)).all() if found is not None}


async def got_by(tx: Transaction, channel: Channel, address: str) -> list[Got]:
    """What one phone got on one channel, oldest first."""
    query = select(OutboxRow).where(
        OutboxRow.address_index == tx.sealer.index(channel, address), col(OutboxRow.state).in_(OUT)
    )
    rows = (await tx.session.exec(query.order_by(col(OutboxRow.id)))).all()
    parcels = ((row, _parcel(tx, row)) for row in rows)
    return [Got(row.sent_at or row.made_at, p.channel, p.text, p.buttons) for row, p in parcels]


async def next_due(tx: Transaction) -> datetime | None:
    """When the next notice that is owed may leave; one that waits for an earlier one has no time of its own."""
    free = or_(col(OutboxRow.urgent).is_(True), ~_blocked())
    query = select(OutboxRow.next_at).where(col(OutboxRow.state) == State.OWED, free, ours())
    return (await tx.session.exec(query.order_by(col(OutboxRow.next_at)).limit(1))).first()
