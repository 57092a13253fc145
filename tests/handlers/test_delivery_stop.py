"""A pass that is cancelled, as each is when the service ends, leaves nothing leased that it does not send."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlmodel import col, select

from bot.clock import SteppedClock
from bot.delivery import Attempt, Parcel, Verdict
from bot.people import Channel
from handlers.delivery import Delivery
from store.database import Database
from store.outbox import State
from store.schema import migrate
from store.tables import OutboxRow
from tests.handlers.test_delivery_wedged import owes
from tests.world.quick import SEALER
from tests.world.world import MONDAY_TWO

MOST = 1_000
"""A pass has fewer steps than this."""


class Prompt:
    """A carrier that sends at once."""

    async def send(self, parcel: Parcel) -> Attempt:
        return Attempt(Verdict.SENT, provider_id=f"SM{parcel.reference}")

    async def find(self, parcel: Parcel) -> Attempt | None:
        return None


@pytest.fixture
async def delivery(tmp_path: Path) -> AsyncIterator[Delivery]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'doorstep.db'}", SEALER)
    await migrate(database)
    tokens = iter(f"lease-{number}" for number in range(10 * MOST))
    yield Delivery(database, SteppedClock(MONDAY_TWO), {Channel.SMS: Prompt()}, lambda: next(tokens), lambda: None)
    await database.close()


async def test_a_pass_cancelled_at_any_of_its_steps_sends_what_it_has_leased(delivery: Delivery) -> None:
    """Cancelled after one step, after two, and so on to the end: it is seen through each time."""
    cut_short = 0
    for steps in range(MOST):
        await owes(delivery, 1)
        taking = asyncio.create_task(delivery.turn())
        for _ in range(steps):
            await asyncio.sleep(0)
        came_to_its_end = taking.done()
        taking.cancel()
        await asyncio.wait([taking])
        await delivery.settle()
        async with delivery.database.transaction() as tx:
            leased = (await tx.session.exec(select(OutboxRow).where(col(OutboxRow.state) == State.LEASED))).all()
        assert leased == [], f"cancelled after {steps} steps"
        if came_to_its_end:
            break
        cut_short += 1
    assert 0 < cut_short < MOST
