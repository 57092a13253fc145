"""What delivery has in hand: taken for a time, carried, and what became of it written down by whoever still holds it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, Integer, and_, bindparam, exists, or_, update
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.delivery import RECEIPT_WITHIN, Attempt, Parcel, Verdict, pause_before
from bot.drill import NOTICE
from bot.people import Channel
from store.database import ALONE, Transaction
from store.drills import no_longer_asked
from store.outbox import MOST_RESENDS, PENDING, State, ours, over, parcel_of
from store.sweep import among
from store.tables import OutboxRow

SHORTEST = timedelta(seconds=1)
"""The least pause between two tries of a notice, however long the first took."""
# Built once: that takes longer than running it.
_ONE = update(OutboxRow).where(col(OutboxRow.id) == bindparam("reference"))
_MINE = _ONE.where(col(OutboxRow.lease) == bindparam("ours"), col(OutboxRow.state) == State.LEASED)


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


class Free(NamedTuple):
    """How many parcels may be taken: so many alarms, and so many of the rest."""

    urgent: int
    other: int


async def lease(
    tx: Transaction,
    token: str,
    now: datetime,
    until: datetime,
    free: Free,
    channels: Iterable[Channel],
    ahead: timedelta = timedelta(0),
) -> list[Leased]:
    """Take what is owed now, alarms before the rest, in order. What an ended lease left behind is taken as doubtful.

    What is owed so little `ahead` of now is taken too, to be sent at its own time. A phone gets what is no alarm in the
    order it was written: a row waits for the earlier ones to the same phone. What is over leaves no more.
    """
    rows = await _may_leave(tx, free, frozenset(channels), {"now": now, "soon": now + ahead})
    gone = await over(tx, [row.id for row in rows if row.id and row.alarm_id])
    gone |= await no_longer_asked(tx, [row.id for row in rows if row.id and row.notice == NOTICE])
    leased = []
    for row in rows:
        if row.id in gone:
            await tx.write(_ONE, reference=row.id, state=State.GONE, trouble=False, lease=None, lease_until=None)
            continue
        doubtful = row.doubtful or row.state == State.LEASED
        taken = {"state": State.LEASED, "lease": token, "lease_until": until, "doubtful": doubtful}
        await tx.write(_ONE, reference=row.id, **taken)
        for_alarm = row.urgent and row.alarm_id is not None
        whose = row.person_id if row.alarm_id is None else None
        leased.append(Leased(parcel_of(tx, row), token, doubtful, row.made_at, row.next_at, for_alarm, whose))
    return leased


async def _may_leave(
    tx: Transaction, free: Free, channels: frozenset[Channel], soon: Mapping[str, Any]
) -> list[OutboxRow]:
    """As much of each as there are hands for. Where there are more alarms than that, the rest is asked for alone."""
    found = await _rows(tx, free, channels, soon)
    alarms, others = [row for row in found if row.urgent], [row for row in found if not row.urgent]
    if len(alarms) > free.urgent and len(others) < free.other:
        others = [*await _rows(tx, Free(0, free.other), channels, soon)]
    return [*alarms[: free.urgent], *others[: free.other]]


async def _rows(
    tx: Transaction, free: Free, channels: frozenset[Channel], soon: Mapping[str, Any]
) -> Sequence[OutboxRow]:
    if not any(free):
        return []
    return await tx.rows(_ready(free.urgent > 0, free.other > 0, channels), **soon, most=sum(free))


@cache
def _ready(urgent: bool, other: bool, channels: frozenset[Channel]) -> SelectOfScalar[OutboxRow]:
    """What may leave by `soon`, and what a lease that ended `now` left; the alarms, the rest, or both with the alarms first.

    Built once: that takes longer than running it.
    """
    now: BindParameter[datetime] = bindparam("now")
    soon: BindParameter[datetime] = bindparam("soon")
    ready = or_(
        and_(col(OutboxRow.state) == State.OWED, col(OutboxRow.next_at) <= soon),
        and_(col(OutboxRow.state) == State.LEASED, col(OutboxRow.lease_until) <= now),
    )
    alarm = col(OutboxRow.urgent).is_(True)
    lanes = [*([alarm] if urgent else []), *([and_(~alarm, ~_blocked())] if other else [])]
    query = select(OutboxRow).where(ready, or_(*lanes), among(OutboxRow.channel, channels))
    return (
        query.order_by(col(OutboxRow.urgent).desc(), col(OutboxRow.id))
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True)
    )


def _blocked() -> ColumnElement[bool]:
    """What is no alarm waits for what was written to the same phone before it."""
    earlier = aliased(OutboxRow)
    return exists().where(
        col(earlier.address_index) == col(OutboxRow.address_index),
        col(earlier.urgent).is_(False),
        col(earlier.id) < col(OutboxRow.id),
        among(earlier.state, PENDING),
    )


async def write_down(
    tx: Transaction, leased: Leased, attempt: Attempt, now: datetime, took: timedelta = timedelta(0)
) -> bool:
    """Note what a try came to, and how long it `took`; False, and nothing written, when the lease is no longer ours.

    The pause before the next counts from when this one began: a provider that comes back while the last try still hangs has an
    alarm within 10 s of that (DESIGN §7, I4).
    """
    tries = leased.parcel.tries + 1
    values: dict[str, object] = {"tries": tries, "error": attempt.error, "lease": None, "lease_until": None}
    if attempt.verdict is Verdict.SENT:
        receipt_by = now + RECEIPT_WITHIN if attempt.receipt and leased.for_alarm else None
        values |= {"state": State.SENT, "sent_at": now, "provider_id": attempt.provider_id or None, "doubtful": False}
        values |= {"receipt_by": receipt_by}
    elif _is_final(leased, attempt):
        values |= {"state": State.REFUSED, "trouble": True}
    else:
        pause = pause_before(tries, leased.parcel.urgent)
        wait = attempt.after if attempt.after is not None else max(pause - took, min(pause, SHORTEST))
        doubtful = attempt.verdict is Verdict.UNKNOWN or leased.doubtful
        values |= {"state": State.OWED, "next_at": now + wait, "doubtful": doubtful}
        # What a receipt has reported stays reported: only the desk settles it.
        values |= {"trouble": True} if is_trouble(leased, attempt) else {}
    result = await tx.write(_MINE, reference=leased.parcel.reference, ours=leased.lease, **values)
    return bool(result.rowcount)


def is_trouble(leased: Leased, attempt: Attempt) -> bool:
    """Whether the desk has to find another way: for what will not work, and for an alarm that is not through by now.

    What fails on for an hour is told of again after twice as many tries each time: the first time has done what can be done.
    """
    tries = leased.parcel.tries + 1
    # A try that nobody answered has taken its time already: an alarm is with some provider within 10 s (DESIGN §7, I4).
    hurt = tries >= 2 or bool(attempt.after) or attempt.verdict is Verdict.UNKNOWN
    pressing = attempt.verdict is not Verdict.SENT and leased.parcel.urgent and hurt and tries.bit_count() == 1
    return pressing or _is_final(leased, attempt)


def _is_final(leased: Leased, attempt: Attempt) -> bool:
    """Refused; or Telegram, which cannot be asked what it has, has not answered three times: another way is taken (I6)."""
    blind = attempt.verdict is Verdict.UNKNOWN and leased.parcel.channel is Channel.TELEGRAM
    return attempt.verdict is Verdict.REFUSED or (blind and leased.parcel.tries + 1 >= MOST_RESENDS)


async def has_waited(tx: Transaction, since: datetime, channels: Iterable[Channel]) -> bool:
    """Whether anything could have left since then, and has not."""
    return bool(await tx.rows(_ready(True, True, frozenset(channels)), now=since, soon=since, most=1))


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


async def next_due(tx: Transaction) -> datetime | None:
    """When the next notice that is owed may leave; one that waits for an earlier one has no time of its own."""
    free = or_(col(OutboxRow.urgent).is_(True), ~_blocked())
    query = select(OutboxRow.next_at).where(col(OutboxRow.state) == State.OWED, free, ours())
    return (await tx.session.exec(query.order_by(col(OutboxRow.next_at)).limit(1))).first()
