"""What Twilio's list has of a text is what its webhook had, and how long ago it was by Twilio's own clock."""

import logging
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta

import pytest

from bot.delivery import Listed, Unlisted
from bot.events import Incoming, Sort
from bot.people import Channel
from handlers.sms import SmsListing, parse
from handlers.sms.listing import LONG_PAGE, PAGE
from tests.fakes.hands import Hands
from tests.fakes.twilio import TwilioServer

SID, TOKEN = "AC" + "7" * 32, "marsh-lane-token"
ASHA, OLIVE, US = "+447700900001", "+447700900010", "+447700900100"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def twilio(clock: Hands) -> Iterator[TwilioServer]:
    with TwilioServer(clock, account_sid=SID, auth_token=TOKEN, number=US) as server:
        yield server


def listing_of(url: str, *, numbers: tuple[str, ...] = (US,), service_sid: str | None = None) -> SmsListing:
    return SmsListing(SID, TOKEN, numbers=numbers, service_sid=service_sid, api_url=url, time_limit=0.5)


@pytest.fixture
async def listing(twilio: TwilioServer) -> AsyncIterator[SmsListing]:
    one = listing_of(twilio.url)
    yield one
    await one.close()


def read(listed: list[Listed]) -> list[Incoming]:
    return [incoming for one in listed for incoming in parse(one.raw)]


async def test_a_text_is_what_its_webhook_would_have_brought(
    twilio: TwilioServer, listing: SmsListing, clock: Hands
) -> None:
    """The same id, sender and words; and when it was sent, which no webhook tells."""
    sent_at = clock.at
    twilio.texts(ASHA, "  left \n", lost=True)
    clock.at += 4 * MINUTE
    [listed] = await listing.since(sent_at)
    assert (listed.external_id, listed.sent_at) == (twilio.messages()[0].sid, sent_at)
    text = Incoming(Channel.SMS, ASHA, Sort.TEXT, "  left \n", sent_at=sent_at, age=4 * MINUTE)
    assert read([listed]) == [text]


async def test_the_age_is_by_twilios_clock(twilio: TwilioServer, listing: SmsListing, clock: Hands) -> None:
    """Ours may be an hour wrong: it is not asked."""
    twilio.texts(ASHA, "left", lost=True)
    clock.at += MINUTE
    [text] = read(await listing.since(clock.at - timedelta(hours=9)))
    assert text.age == MINUTE


async def test_a_picture_is_listed_too(twilio: TwilioServer, listing: SmsListing, clock: Hands) -> None:
    """As by the webhook: something that is not text."""
    twilio.sends_mms(ASHA)
    [picture] = read(await listing.since(clock.at))
    assert (picture.sort, picture.what) == (Sort.OTHER, "picture")


async def test_the_oldest_comes_first_and_nothing_from_before(
    twilio: TwilioServer, listing: SmsListing, clock: Hands
) -> None:
    """The list is newest first and goes back for ever; what is asked for is a time, and what followed."""
    for words in ("one", "two", "three"):
        twilio.texts(ASHA, words, lost=True)
        clock.at += MINUTE
    assert [text.text for text in read(await listing.since(clock.at - 2 * MINUTE))] == ["two", "three"]
    assert await listing.since(clock.at) == []


async def test_every_page_is_read(twilio: TwilioServer, listing: SmsListing, clock: Hands) -> None:
    """An outage may hold more than one page of texts; of those before it no more is asked for than must be."""
    for number in range(2 * LONG_PAGE):
        twilio.texts(ASHA, f"before {number}", lost=True)
    clock.at += MINUTE
    for number in range(LONG_PAGE + 10):
        twilio.texts(ASHA, f"text {number}", lost=True)
    assert [text.text for text in read(await listing.since(clock.at))] == [f"text {n}" for n in range(LONG_PAGE + 10)]
    asked = [call.params["PageSize"] for call in twilio.calls("list")]
    assert asked == [str(PAGE), str(LONG_PAGE), str(LONG_PAGE), str(LONG_PAGE)]


async def test_a_few_texts_of_late_cost_no_long_page(twilio: TwilioServer, listing: SmsListing, clock: Hands) -> None:
    """On any ordinary day half a minute's list is a page or two of the short ones."""
    for number in range(3 * PAGE):
        twilio.texts(ASHA, f"before {number}", lost=True)
    clock.at += MINUTE
    twilio.texts(ASHA, "arrived", lost=True)
    assert [text.text for text in read(await listing.since(clock.at))] == ["arrived"]
    assert [call.params["PageSize"] for call in twilio.calls("list")] == [str(PAGE), str(PAGE)]


async def test_what_we_sent_and_what_others_got_is_not_listed(twilio: TwilioServer, clock: Hands) -> None:
    """Of an account that does more than this, only what came to our number."""
    twilio.texts(ASHA, "left", lost=True)
    everything = listing_of(twilio.url, numbers=())
    assert [text.text for text in read(await everything.since(clock.at))] == ["left"]
    other = listing_of(twilio.url, numbers=("+447700900199",))
    assert await other.since(clock.at) == []
    for one in (everything, other):
        await one.close()


@pytest.mark.parametrize(
    ("status", "code", "why"),
    [
        (401, 20003, "twilio 20003: credentials refused"),
        (403, 20003, "twilio 20003: credentials refused"),
        (404, 20404, "twilio 20404: not found"),
        (408, 20408, "twilio 20408: the request took too long"),
        (429, 20429, "twilio 429: too many requests"),
        (500, 20500, "twilio 20500: twilio failed"),
        (503, 20503, "twilio 20503: twilio failed"),
    ],
)
async def test_a_list_that_is_refused(
    twilio: TwilioServer, listing: SmsListing, status: int, code: int, why: str, clock: Hands
) -> None:
    """Whatever Twilio answers instead is told in words for the administrator; the next list is well again."""
    twilio.fails_next(status, code=code, method="list")
    with pytest.raises(Unlisted, match=why):
        await listing.since(clock.at)
    assert await listing.since(clock.at) == []


async def test_half_a_list_is_none(twilio: TwilioServer, listing: SmsListing, clock: Hands) -> None:
    """A second page that fails: nothing is given, because what came first would be missing."""
    for number in range(PAGE + 1):
        twilio.texts(ASHA, f"text {number}", lost=True)
    twilio.fails_next(500, method="list", after=1)
    with pytest.raises(Unlisted):
        await listing.since(clock.at)
    assert len(await listing.since(clock.at)) == PAGE + 1


async def test_a_list_that_never_answers(twilio: TwilioServer, listing: SmsListing, clock: Hands) -> None:
    """The time limit ends it, and the one thread that hangs holds up no other."""
    twilio.hangs_next("list")
    with pytest.raises(Unlisted, match="no answer in time"):
        await listing.since(clock.at)
    assert await listing.since(clock.at) == []
    twilio.release()


async def test_a_twilio_that_is_down(twilio: TwilioServer, listing: SmsListing, clock: Hands) -> None:
    """A gateway's page for people is no list, and nobody at the port is none either."""
    twilio.goes_down()
    with pytest.raises(Unlisted, match="twilio 502"):
        await listing.since(clock.at)
    nowhere = listing_of("http://127.0.0.1:9")
    with pytest.raises(Unlisted, match="not reached"):
        await nowhere.since(datetime.max.replace(tzinfo=clock.at.tzinfo))
    await nowhere.close()


async def test_logs_hold_no_number(
    twilio: TwilioServer, listing: SmsListing, clock: Hands, caplog: pytest.LogCaptureFixture
) -> None:
    """The twilio library logs every number it lists; through this door it logs nothing."""
    twilio.texts(ASHA, "left", lost=True)
    with caplog.at_level(logging.INFO):
        await listing.since(clock.at)
    ours = [one.getMessage() for one in caplog.records if not one.name.startswith("uvicorn")]  # the fake's own
    assert not any("7700" in line for line in ours)
