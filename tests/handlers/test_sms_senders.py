"""What a text is sent from: the first that is well; for the next try, and for a second copy of an alarm, another."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest

from bot.delivery import Attempt, Parcel, Verdict
from bot.people import Channel
from handlers.sms import SmsCarrier
from handlers.sms.errors import MEANINGS
from handlers.sms.senders import REST, WITHIN, Sender, Senders
from tests.fakes.hands import Hands
from tests.fakes.twilio import TwilioServer

SID, TOKEN = "AC" + "7" * 32, "marsh-lane-token"
ASHA, OLIVE, HENRY = "+447700900001", "+447700900010", "+447700900011"
US, OTHER = "+447700900100", "+447700900101"
SECOND = timedelta(seconds=1)


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def twilio(clock: Hands) -> Iterator[TwilioServer]:
    with TwilioServer(clock, account_sid=SID, auth_token=TOKEN, number=US) as server:
        server.other_numbers = (OTHER,)
        yield server


@pytest.fixture
async def carrier(twilio: TwilioServer, clock: Hands) -> AsyncIterator[SmsCarrier]:
    one = carrier_to(twilio, clock)
    yield one
    await one.close()


def carrier_to(twilio: TwilioServer, clock: Hands, *, service: str | None = None) -> SmsCarrier:
    return SmsCarrier(
        SID, TOKEN, senders=[US, OTHER], service_sid=service, api_url=twilio.url, status_url=None, now=clock
    )


def parcel(*, tries: int = 0, copy: int = 0, urgent: bool = True) -> Parcel:
    return Parcel(7, Channel.SMS, OLIVE, "ALARM K7Q2 14:32", urgent=urgent, tries=tries, copy=copy)


def froms(twilio: TwilioServer) -> list[str | None]:
    """What each text that was accepted was sent from."""
    return [sms.params.get("From") or sms.params.get("MessagingServiceSid") for sms in twilio.messages()]


async def test_the_first_one_sends(carrier: SmsCarrier, twilio: TwilioServer) -> None:
    """While it is well, all that is a first try leaves from it."""
    for urgent in (True, False):
        await carrier.send(parcel(urgent=urgent))
    assert froms(twilio) == [US, US]
    assert carrier.has_spare


async def test_a_messaging_service_goes_before_the_numbers(twilio: TwilioServer, clock: Hands) -> None:
    """Where both are given the Service sends, and the numbers when it does not."""
    one = carrier_to(twilio, clock, service=twilio.service_sid)
    for tries in range(4):
        await one.send(parcel(tries=tries))
    await one.close()
    assert froms(twilio) == [twilio.service_sid, US, OTHER, twilio.service_sid]


async def test_an_alarms_next_try_and_second_copy_leave_from_the_other(
    carrier: SmsCarrier, twilio: TwilioServer
) -> None:
    """A way that failed once is not the only one; a prompt stays where the conversation is."""
    for one in (parcel(tries=1), parcel(copy=1), parcel(tries=1, copy=1), parcel(tries=1, urgent=False)):
        await carrier.send(one)
    assert froms(twilio) == [OTHER, OTHER, US, US]


@pytest.mark.parametrize("code", [code for code, row in MEANINGS.items() if row.sender])
async def test_a_sender_that_may_not_send_rests(
    carrier: SmsCarrier, twilio: TwilioServer, clock: Hands, code: int
) -> None:
    """The next try is at once and from the other; so is every other text, until it has rested."""
    twilio.forbids(US, code)
    attempt = await carrier.send(parcel())
    assert (attempt.verdict, attempt.after, attempt.lost) == (Verdict.AGAIN, timedelta(0), False)
    assert (await carrier.send(parcel(tries=1))).verdict is Verdict.SENT
    assert (await carrier.send(parcel(urgent=False))).verdict is Verdict.SENT
    assert froms(twilio) == [OTHER, OTHER]
    twilio.forbids(US, None)
    clock.at += REST - SECOND
    await carrier.send(parcel())
    clock.at += SECOND
    await carrier.send(parcel())
    assert froms(twilio) == [OTHER, OTHER, OTHER, US]


async def test_when_none_may_send_they_are_tried_at_a_bearable_pace(carrier: SmsCarrier, twilio: TwilioServer) -> None:
    """The second refusal is no reason to hurry: the pauses of every other fault apply."""
    for sender in (US, OTHER):
        twilio.forbids(sender, 30002)
    attempts = [await carrier.send(parcel(tries=tries)) for tries in range(4)]
    assert [attempt.after for attempt in attempts] == [timedelta(0), None, None, None]
    assert {attempt.error for attempt in attempts} == {"twilio 30002: suspended"}


async def test_one_that_is_alone_is_pressed_like_any_other_fault(twilio: TwilioServer, clock: Hands) -> None:
    """There is nothing to change to."""
    one = SmsCarrier(SID, TOKEN, senders=[US], service_sid=None, api_url=twilio.url, status_url=None, now=clock)
    twilio.forbids(US, 21606)
    assert await one.send(parcel()) == Attempt(Verdict.AGAIN, error="twilio 21606: the number cannot send texts")
    assert not one.has_spare
    await one.close()


def receipt(sender: str, phone: str, status: str = "undelivered", code: str = "30003") -> list[tuple[str, str]]:
    return [("From", sender), ("To", phone), ("MessageStatus", status), ("ErrorCode", code)]


async def test_phones_in_a_row_that_are_not_reached_are_no_fault_of_theirs(
    carrier: SmsCarrier, twilio: TwilioServer
) -> None:
    """Three different ones with none reached between: the way is at fault, and the other is taken."""
    for phone in (ASHA, OLIVE, HENRY):
        await carrier.send(parcel(urgent=False))
        carrier.hears(receipt(US, phone))
    await carrier.send(parcel(urgent=False))
    assert froms(twilio) == [US, US, US, OTHER]


@pytest.mark.parametrize(
    "receipts",
    [
        [receipt(US, OLIVE)] * 5,
        [receipt(US, ASHA), receipt(US, OLIVE), receipt(US, ASHA, "delivered"), receipt(US, HENRY)],
        [receipt(US, phone, "undelivered", "30005") for phone in (ASHA, OLIVE, HENRY)],
        [receipt(OTHER, phone) for phone in (ASHA, OLIVE, HENRY)],
        [receipt(US, phone, "sent", "") for phone in (ASHA, OLIVE, HENRY)],
        [receipt(US, phone, "failed", "no number") for phone in (ASHA, OLIVE, HENRY)],
    ],
    ids=["one phone", "one reached between", "their own faults", "of the other", "on the way", "no code"],
)
async def test_what_is_no_fault_of_the_way(
    carrier: SmsCarrier, twilio: TwilioServer, receipts: list[list[tuple[str, str]]]
) -> None:
    """One phone that is off, faults of the phones, what was reached since: the first goes on sending."""
    for one in receipts:
        carrier.hears(one)
    await carrier.send(parcel())
    assert froms(twilio) == [US]


async def test_a_service_is_at_fault_for_a_number_that_is_also_ours(twilio: TwilioServer, clock: Hands) -> None:
    """It chose the very number that goes next: the receipts name both, and it is the Service that rests."""
    one = carrier_to(twilio, clock, service=twilio.service_sid)
    for phone in (ASHA, OLIVE, HENRY):
        one.hears([*receipt(US, phone), ("MessagingServiceSid", twilio.service_sid)])
    await one.send(parcel(urgent=False))
    clock.at += REST
    await one.send(parcel(urgent=False))
    await one.close()
    assert froms(twilio) == [US, twilio.service_sid]


def test_misses_long_apart_are_no_burst() -> None:
    """Three in an afternoon are three phones that were off."""
    clock = Hands()
    senders = Senders([Sender(US), Sender(OTHER)], clock)
    for phone in (ASHA, OLIVE, HENRY):
        senders.misses(US, phone)
        clock.at += WITHIN
    assert senders.choose(parcel()).name == US


def test_a_service_is_at_fault_for_its_numbers() -> None:
    """Its receipts name the number it chose, which is none that we know."""
    senders = Senders([Sender("MG1", is_service=True), Sender(US)], Hands())
    for phone in (ASHA, OLIVE, HENRY):
        senders.misses("+447700900199", phone)
    assert senders.choose(parcel()).name == US


def test_a_clock_that_is_set_back_makes_no_rest_longer() -> None:
    """An hour back, and the sender is well at once rather than in an hour."""
    clock = Hands()
    senders = Senders([Sender(US), Sender(OTHER)], clock)
    assert senders.fails(Sender(US))
    assert senders.choose(parcel()).name == OTHER
    clock.at -= timedelta(hours=1)
    assert senders.choose(parcel()).name == US
