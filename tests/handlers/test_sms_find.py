"""Before a text is sent again, it is looked up at Twilio: adopted when it is there, sent again when nobody can tell."""

import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.delivery import Parcel, Verdict
from bot.people import Channel
from handlers.sms import SmsCarrier
from tests.fakes.hands import Hands
from tests.fakes.twilio import TwilioServer

SID, TOKEN = "AC" + "7" * 32, "marsh-lane-token"
ASHA, OLIVE, US = "+447700900001", "+447700900002", "+447700900100"


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def twilio(clock: Hands) -> Iterator[TwilioServer]:
    with TwilioServer(clock, account_sid=SID, auth_token=TOKEN, number=US) as server:
        yield server


def carrier_to(url: str, now: Hands | None = None) -> SmsCarrier:
    return SmsCarrier(SID, TOKEN, senders=[US], service_sid=None, api_url=url, status_url=None, now=now)


@pytest.fixture
async def carrier(twilio: TwilioServer) -> AsyncIterator[SmsCarrier]:
    one = carrier_to(twilio.url)
    yield one
    await one.close()


def parcel(reference: int = 7, *, to: str = OLIVE, text: str = "ALARM K7Q2 14:32") -> Parcel:
    return Parcel(reference, Channel.SMS, to, text)


async def test_nothing_there(twilio: TwilioServer, carrier: SmsCarrier) -> None:
    """Nothing to this number in these words: it is to be sent."""
    await carrier.send(parcel(1, text="another"))
    await carrier.send(parcel(2, to=ASHA))
    assert await carrier.find(parcel(3)) is None


async def test_what_they_texted_us_is_not_ours(twilio: TwilioServer, carrier: SmsCarrier) -> None:
    """The same words from a phone to us are nobody's notice."""
    twilio.texts(OLIVE, "ALARM K7Q2 14:32", lost=True)
    assert await carrier.find(parcel(to=US)) is None


@pytest.mark.parametrize("status", ["failed", "undelivered"])
async def test_one_that_failed_is_not_adopted(twilio: TwilioServer, status: str) -> None:
    """A text that did not arrive is no reason not to send it."""
    twilio.receipts(status, when="lost")
    before, after = carrier_to(twilio.url), carrier_to(twilio.url)
    await before.send(parcel())
    assert twilio.messages()[0].status == status
    assert await after.find(parcel()) is None
    await before.close()
    await after.close()


async def test_after_a_restart(twilio: TwilioServer) -> None:
    """What the process that died had sent is found by the one after it."""
    before, after = carrier_to(twilio.url), carrier_to(twilio.url)
    sent = await before.send(parcel())
    assert await after.find(parcel()) == sent
    await before.close()
    await after.close()


async def test_two_notices_in_the_same_words(twilio: TwilioServer, carrier: SmsCarrier) -> None:
    """One text is one notice: it is never taken for a second in the same words."""
    twilio.fails_next(503, after_accepting=True, times=2)
    await carrier.send(parcel(1))
    assert (await carrier.find(parcel(1))) == (await carrier.find(parcel(1)))
    assert await carrier.find(parcel(2)) is None
    await carrier.send(parcel(2))
    first, second = await carrier.find(parcel(1)), await carrier.find(parcel(2))
    assert first is not None
    assert second is not None
    assert first.provider_id != second.provider_id


async def test_what_was_sent_is_not_found_for_another(twilio: TwilioServer, carrier: SmsCarrier) -> None:
    """A text whose sending answered well belongs to its own notice already."""
    await carrier.send(parcel(1))
    assert await carrier.find(parcel(2)) is None


async def test_an_old_text_in_the_same_words(twilio: TwilioServer, clock: Hands) -> None:
    """This morning's "all well?" is not this afternoon's: better twice than never."""
    before = carrier_to(twilio.url)
    await before.send(parcel())
    await before.close()
    after = carrier_to(twilio.url, clock)
    clock.at += timedelta(minutes=31)
    assert await after.find(parcel()) is None
    clock.at -= timedelta(minutes=2)
    assert await after.find(parcel()) is not None
    await after.close()


async def test_a_clock_of_ours_that_is_an_hour_ahead(twilio: TwilioServer) -> None:
    """How old a text is, Twilio's own clock says: ours was set forward, and what was just sent is found all the same."""
    ahead = Hands()
    ahead.at += timedelta(hours=1)
    before, after = carrier_to(twilio.url), carrier_to(twilio.url, ahead)
    sent = await before.send(parcel())
    assert await after.find(parcel()) == sent
    await before.close()
    await after.close()


async def test_a_text_behind_a_crowd_of_later_ones(twilio: TwilioServer, clock: Hands) -> None:
    """Sixty texts have gone to that phone since: it is looked for as far back as it was written down, and adopted."""
    after = carrier_to(twilio.url, clock)
    written = replace(parcel(), made_at=clock.at)
    sent = await after.send(written)
    for number in range(60):
        await after.send(parcel(100 + number, text=f"ALARM K7Q2: round {number}"))
    assert await after.find(written) == sent
    await after.close()


async def test_texts_from_before_it_was_written_down_are_not_paged_through(twilio: TwilioServer, clock: Hands) -> None:
    """What a phone got an hour ago cannot be an earlier try: one page says enough."""
    after = carrier_to(twilio.url, clock)
    for number in range(60):
        await after.send(parcel(100 + number, text=f"ALARM K7Q2: round {number}"))
    clock.at += timedelta(hours=1)
    assert await after.find(replace(parcel(), made_at=clock.at)) is None
    assert len(twilio.calls("list")) == 1
    await after.close()


@pytest.mark.parametrize("status", [401, 429, 500])
async def test_a_look_up_that_fails(twilio: TwilioServer, carrier: SmsCarrier, status: int) -> None:
    """Who cannot tell says that: whether to send once more is for delivery to know."""
    await carrier.send(parcel())
    twilio.fails_next(status, method="list")
    found = await carrier.find(parcel())
    assert found is not None and found.verdict is Verdict.UNKNOWN


async def test_logs_hold_no_number(twilio: TwilioServer, carrier: SmsCarrier, caplog: pytest.LogCaptureFixture) -> None:
    """The twilio library logs every number it looks up; through this door it logs nothing."""
    with caplog.at_level(logging.INFO):
        await carrier.send(parcel())
        await carrier.find(parcel())
    ours = [one.getMessage() for one in caplog.records if not one.name.startswith("uvicorn")]  # the fake's own
    assert not any("7700" in line for line in ours)
