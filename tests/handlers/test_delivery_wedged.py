"""A sender that lives and sends nothing is noticed, and one that is only busy, or has nothing to do, is not.

Nor does one that is busy keep everybody else from the store.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from bot.clock import SteppedClock
from bot.delivery import Attempt, Parcel, Verdict
from bot.people import Channel
from handlers.delivery import AT_ONCE, LANDING, LEASE, Delivery, Wedged
from store import outbox
from store.database import Database
from store.outbox import Notice, State
from store.schema import migrate
from store.tables import OutboxRow
from tests.world.quick import SEALER
from tests.world.world import MONDAY_TWO

LATER = LEASE + timedelta(seconds=1)


class Stuck:
    """A carrier that takes a parcel and neither sends it nor lets it be given up, until it is freed."""

    def __init__(self) -> None:
        self.free, self.all_sent = asyncio.Event(), asyncio.Event()
        self._sent = 0

    async def send(self, parcel: Parcel) -> Attempt:
        while not self.free.is_set():
            with suppress(asyncio.CancelledError):
                await self.free.wait()
        self._sent += 1
        if self._sent == AT_ONCE:
            self.all_sent.set()
        return Attempt(Verdict.SENT, provider_id=f"SM{parcel.reference}")

    async def find(self, parcel: Parcel) -> Attempt | None:
        return None


@pytest.fixture
async def delivery(tmp_path: Path) -> AsyncIterator[Delivery]:
    """Delivery with one channel, that is stuck."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'doorstep.db'}", SEALER)
    await migrate(database)
    stuck = Stuck()
    tokens = iter(f"lease-{number}" for number in range(1000))
    yield Delivery(database, SteppedClock(MONDAY_TWO), {Channel.SMS: stuck}, lambda: next(tokens), lambda: None)
    stuck.free.set()
    await database.close()


async def owes(delivery: Delivery, count: int) -> None:
    async with delivery.database.transaction() as tx:
        for number in range(count):
            words = Notice(None, None, Channel.SMS, f"+44770090{number:04}", "status", "14:00")
            await outbox.owe(tx, words, delivery.clock())


def passes(delivery: Delivery, length: timedelta) -> None:
    assert isinstance(delivery.clock, SteppedClock)
    delivery.clock.move_to(delivery.clock() + length)


async def frees(delivery: Delivery) -> None:
    carrier = delivery.carriers[Channel.SMS]
    assert isinstance(carrier, Stuck)
    carrier.free.set()
    await delivery.settle()


async def test_a_sender_whose_hands_are_all_stuck_is_wedged(delivery: Delivery) -> None:
    """Its passes go on and take nothing: after a lease's length with something ready to leave, the heartbeat is told."""
    await owes(delivery, AT_ONCE + 1)
    assert await delivery.turn() == AT_ONCE
    await delivery.gets_on()
    passes(delivery, LATER)
    with pytest.raises(Wedged):
        await delivery.gets_on()
    await frees(delivery)
    await delivery.turn()
    await delivery.settle()
    await delivery.gets_on()


async def test_one_that_lands_something_gets_on(delivery: Delivery) -> None:
    """However much is owed: as long as texts leave, it is no standstill."""
    await owes(delivery, AT_ONCE + 1)
    await delivery.turn()
    passes(delivery, LATER)
    await frees(delivery)
    await delivery.gets_on()


async def test_nothing_to_do_is_not_wedged(delivery: Delivery) -> None:
    """A quiet night, and what is not yet to leave."""
    passes(delivery, LATER)
    await delivery.gets_on()
    await owes(delivery, 1)
    await delivery.gets_on()
    delivery.resting = True
    passes(delivery, LATER)
    await delivery.gets_on()
    await frees(delivery)


async def test_who_comes_to_the_store_behind_outcomes_waits_for_a_few_of_them(delivery: Delivery) -> None:
    """All that is under way comes back in one moment: a text that comes in then is kept before most of it is written down."""
    carrier = delivery.carriers[Channel.SMS]
    assert isinstance(carrier, Stuck)

    async def written() -> int:
        async with delivery.database.transaction() as tx:
            found = await tx.session.exec(select(OutboxRow).where(OutboxRow.state == State.SENT))
            return len(found.all())

    await owes(delivery, AT_ONCE)
    await delivery.turn()
    async with delivery.database.transaction():
        carrier.free.set()
        await carrier.all_sent.wait()
        behind = asyncio.create_task(written())
    assert await behind == LANDING
    await delivery.settle()
    assert await written() == AT_ONCE
