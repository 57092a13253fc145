"""Delivery: what the outbox owes, taken under a lease, sent outside any transaction, written down if the lease still holds.

A try whose outcome is unknown is looked up at the provider before the words are sent again: twice is acceptable, never is
not (DESIGN §2). Alarms are taken first, and never wait for a prompt.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.clock import Clock
from bot.delivery import Attempt, Carrier, Parcel, Verdict
from bot.outage import Ways
from bot.people import Channel
from store import leases
from store.database import Database, StoreDown, Transaction
from store.leases import Leased
from store.outbox import MOST_RESENDS

log = structlog.get_logger(__name__)
LEASE = timedelta(seconds=30)
TIME_LIMIT = 20.0
"""Seconds for one parcel, looking it up included: well below the lease, so that a lease outlives its try."""
ALONE_LIMIT = 8.0
"""Seconds for one parcel that leaves without the store: those who send it wait for it."""
AT_ONCE = 20
ALARMS_AT_ONCE = 50
"""Parcels under way at most; alarms have a share of their own, so that no prompt that hangs stands before one."""
LANDING = 4
"""Outcomes that wait for the store at once: what comes in, and every beat, waits behind no more of them."""


class Wedged(Exception):
    """Something has been ready to leave for a whole lease, and nothing has come to an end meanwhile."""


@dataclass(slots=True)
class Delivery:
    """The hands. `token` draws a fresh lease name; `wake_desk` tells the desk that a notice is in trouble."""

    database: Database
    clock: Clock
    carriers: Mapping[Channel, Carrier]
    token: Callable[[], str]
    wake_desk: Callable[[], None]
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    ahead: timedelta = timedelta(0)
    """How far ahead of its time a notice is taken in hand, so that it leaves at that time and not when there is a moment."""
    ailing: set[Channel] = field(default_factory=set)
    """The channels whose provider failed at the last try, which says nothing of the next phone."""
    resting: bool = False
    """Whether to take nothing more: the service is about to end."""
    ways: Ways = field(default_factory=Ways)
    """How the tries on each channel have gone, for whoever watches over it."""
    _under_way: dict["asyncio.Task[None]", bool] = field(default_factory=dict)
    _taking: set["asyncio.Task[list[Leased]]"] = field(default_factory=set)
    _unsure: set[str] = field(default_factory=set)
    """Our leases of which the store did not say that they are kept: if they are, nobody sends what they hold."""
    _landed_at: datetime | None = None
    _landing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(LANDING))
    _repeated: Counter[int] = field(default_factory=Counter)
    """How often each parcel was to be sent once more while nobody could say whether the provider has it."""

    @property
    def unsure(self) -> bool:
        """Whether it is not known of a lease of ours that it was kept: the next pass takes it back."""
        return bool(self._unsure)

    async def begin(self) -> None:
        """At the start: leases of a process that died are doubtful, and ours to take."""
        async with self.database.transaction() as tx:
            await leases.expire_leases(tx, self.clock())

    async def turn(self) -> int:
        """Take what is owed and start sending it, alarms first. Gives how many were taken.

        A pass that is cancelled is seen through all the same: what it leased, nobody else would send for a whole lease.
        """
        taking = asyncio.create_task(self._take_in_hand(self._nothing_first))
        self._taking.add(taking)
        taking.add_done_callback(self._taken)
        return len(await asyncio.shield(taking))

    def _taken(self, task: "asyncio.Task[list[Leased]]") -> None:
        self._taking.discard(task)
        if not task.cancelled():
            task.exception()  # whoever was cancelled hears nothing of it; the next pass does the same again

    async def _take_in_hand(
        self, first: Callable[[Transaction], Awaitable[None]], landing: Leased | None = None
    ) -> list[Leased]:
        """In one transaction with what comes `first`, lease what there are hands for; then start sending it.

        A commit that is said to have failed may have been kept all the same. What it leased is taken back with the next.
        """
        leased: list[Leased] = []
        unsure = set(self._unsure)
        try:
            async with self.database.transaction() as tx:
                if unsure:
                    await leases.take_back(tx, unsure, self.clock())
                await first(tx)
                leased += await self._lease(tx, landing)
        except StoreDown:
            self._unsure |= {one.lease for one in leased}
            raise
        self._unsure -= unsure
        self._start(leased)
        return leased

    async def _nothing_first(self, tx: Transaction) -> None:
        """There is no outcome to write down."""

    async def _lease(self, tx: Transaction, landing: Leased | None = None) -> list[Leased]:
        """What there are hands for; those of the parcel that is landing are free again."""
        if self.resting:
            return []
        busy = Counter(self._under_way.values())
        if landing is not None:
            busy[landing.parcel.urgent] -= 1
        free = leases.Free(max(0, ALARMS_AT_ONCE - busy[True]), max(0, AT_ONCE - busy[False]))
        now = self.clock()
        return await leases.lease(tx, self.token(), now, now + LEASE, free, self.carriers, self.ahead)

    def _start(self, leased: list[Leased]) -> None:
        for one in leased:
            task = asyncio.create_task(self._carry(one))
            self._under_way[task] = one.parcel.urgent
            task.add_done_callback(self._landed)

    def _landed(self, task: "asyncio.Task[None]") -> None:
        self._under_way.pop(task, None)
        self._landed_at = self.clock()

    async def gets_on(self) -> None:
        """For the heartbeat: a sender that lives and sends nothing is no sender. Raises Wedged."""
        late = self.clock() - LEASE
        if self.resting or (self._landed_at is not None and self._landed_at > late):
            return
        async with self.database.transaction() as tx:
            waits = await leases.has_waited(tx, late, self.carriers)
        if waits:
            raise Wedged("what is owed does not leave")

    async def without_store(self, parcels: Sequence[tuple[int, Parcel]]) -> set[int]:
        """The one way round the outbox, for when there is none: each parcel tried once. Gives for whom one was taken."""
        attempts = await asyncio.gather(*(self._alone(parcel) for _, parcel in parcels))
        tried = zip(parcels, attempts, strict=True)
        return {person_id for (person_id, _), attempt in tried if attempt.verdict is Verdict.SENT}

    async def _alone(self, parcel: Parcel) -> Attempt:
        try:
            async with asyncio.timeout(ALONE_LIMIT):
                return await self.carriers[parcel.channel].send(parcel)
        except Exception as error:
            log.error("not sent without the store", channel=parcel.channel, error=type(error).__name__)
            return Attempt(Verdict.UNKNOWN, error=type(error).__name__)

    def abandon(self) -> None:
        """Drop everything that is under way, as a kill would."""
        for task in (*self._under_way, *self._taking):
            task.cancel()
        self._under_way.clear()

    async def settle(self) -> int:
        """Wait until nothing is under way: before stopping, and in stories. Gives how many parcels that were."""
        count = 0
        while self._under_way or self._taking:
            count += len(self._under_way)
            await asyncio.wait([*self._under_way, *self._taking])
        return count

    async def _carry(self, leased: Leased) -> None:
        early = (leased.not_before - self.clock()).total_seconds()
        if self.ahead and early > 0:
            await asyncio.sleep(early)
        begun = self.clock()
        attempt = await self._try(leased)
        took = self.clock() - begun
        self._note_health(leased, attempt)
        written = False
        while not written:
            try:
                async with self._landing:
                    await self._write_down(leased, attempt, took)
                written = True
            except StoreDown:
                # What left has left; until the store is back the lease keeps others from sending it again.
                if self.resting:
                    return
                await asyncio.sleep(1)
            except Exception as error:
                # The lease will run out, and the notice be looked up and sent again: twice rather than never.
                log.exception("outcome not written", notice=leased.parcel.reference, error=type(error).__name__)
                break
        if leases.is_trouble(leased, attempt):
            self.wake_desk()

    def _note_health(self, leased: Leased, attempt: Attempt) -> None:
        channel = leased.parcel.channel
        self.ways.tried(channel, attempt, self.clock(), leased.person_id)
        if attempt.verdict in (Verdict.AGAIN, Verdict.UNKNOWN):
            self.ailing.add(channel)
        else:
            self.ailing.discard(channel)

    async def _write_down(self, leased: Leased, attempt: Attempt, took: timedelta) -> None:
        """Note the outcome, and in the same transaction take what may leave next."""
        ours = False

        async def outcome(tx: Transaction) -> None:
            nonlocal ours
            ours = await leases.write_down(tx, leased, attempt, self.clock(), took)

        await self._take_in_hand(outcome, leased)
        if attempt.verdict in (Verdict.SENT, Verdict.REFUSED):
            self._repeated.pop(leased.parcel.reference, None)
        log.info(
            "delivery",
            notice=leased.parcel.reference,
            channel=leased.parcel.channel,
            verdict=attempt.verdict,
            error=attempt.error,
            ours=ours,
        )

    def _may_repeat(self, parcel: Parcel) -> bool:
        """Twice rather than never, but three copies at most (DESIGN §7, I6): then it waits until it can be looked up."""
        self._repeated[parcel.reference] += 1
        return self._repeated[parcel.reference] < MOST_RESENDS

    async def _found(self, carrier: Carrier, leased: Leased) -> Attempt | None:
        """What the provider has of an earlier try, unless it is another notice's in the same words."""
        found = await carrier.find(leased.parcel)
        if found is None or found.verdict is not Verdict.SENT:
            return found
        async with self.database.transaction() as tx:
            taken = await leases.is_adopted(tx, found.provider_id, leased.parcel.reference)
        return None if taken else found

    async def _try(self, leased: Leased) -> Attempt:
        parcel = leased.parcel
        carrier = self.carriers[parcel.channel]
        try:
            async with asyncio.timeout(TIME_LIMIT):
                found = await self._found(carrier, leased) if leased.doubtful else None
                if found is not None and not (found.verdict is Verdict.UNKNOWN and self._may_repeat(parcel)):
                    return found
                return await carrier.send(parcel)
        except TimeoutError:
            return Attempt(Verdict.UNKNOWN, error="no answer in time")
        except Exception as error:
            log.exception("carrier failed", notice=parcel.reference, error=type(error).__name__)
            return Attempt(Verdict.UNKNOWN, error=type(error).__name__)
