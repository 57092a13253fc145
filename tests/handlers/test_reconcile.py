"""What Twilio's list brings is as old as it is there, however long it takes to be written down."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.people import Channel
from handlers.reconcile import BATCH, Reconciler
from handlers.sms import SmsListing, parse
from store import inbox
from store.database import Database
from tests.fakes.hands import Hands
from tests.fakes.twilio import TwilioServer
from tests.world.laid import lay
from tests.world.quick import SEALER

SID, TOKEN = "AC" + "7" * 32, "marsh-lane-token"
ASHA, US = "+447700900001", "+447700900100"


class Slow(Hands):
    """The clock of a slow machine: whatever looks at it, a second has gone by."""

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


@pytest.fixture
def clock() -> Slow:
    return Slow()


@pytest.fixture
def twilio(clock: Slow) -> Iterator[TwilioServer]:
    with TwilioServer(clock, account_sid=SID, auth_token=TOKEN, number=US) as server:
        yield server


async def _nobody(*_: object, **__: object) -> Any:
    """Nothing is asked for, and nothing noted."""
    raise AssertionError


async def test_a_text_taken_in_behind_hundreds_is_no_younger_for_it(
    tmp_path: Path, twilio: TwilioServer, clock: Slow
) -> None:
    """It would pass for a later word than an arrival that was said after it, and close the visit that nobody then watches."""
    lay(tmp_path / "doorstep.db")
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'doorstep.db'}", SEALER)
    listing = SmsListing(SID, TOKEN, numbers=(US,), service_sid=None, api_url=twilio.url)
    woken: list[str] = []
    reconciler = Reconciler(
        database, clock, listing.since, _nobody, _nobody, lambda: None, listing.receipt_of, lambda: woken.append("desk")
    )
    assert await reconciler.turn() == 0
    sent = []
    for number in range(2 * BATCH + 1):
        twilio.texts(ASHA, f"left {number}", lost=True)
        sent.append(clock.at)
    assert await reconciler.turn() == len(sent) == 2 * BATCH + 1
    async with database.transaction() as tx:
        kept = await inbox.new_ones(tx, 3 * BATCH)
    ages = [incoming.age for one in kept for incoming in parse(one.raw)]
    said = [one.received_at - age for one, age in zip(kept, ages, strict=True)]
    assert all(abs(by_us - by_them) < timedelta(seconds=5) for by_us, by_them in zip(said, sent, strict=True))
    assert {one.channel for one in kept} == {Channel.SMS}
    assert woken == ["desk"] * 3
    await listing.close()
    await database.close()
