"""The hands that have texts held: every answer of Twilio's is a verdict, and only "scheduled" means held."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest

from bot.delivery import Verdict
from bot.held import Found, Standing
from handlers.sms import SmsHolder
from tests.fakes.hands import Hands
from tests.fakes.twilio import TwilioServer

ACCOUNT, TOKEN, OLIVE = "AC" + "7" * 32, "9f" * 16, "+447700900010"
TEXT = "AUTOMATIC: no word from A. since 14:00. Ref 1.1."


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def twilio(hands: Hands) -> Iterator[TwilioServer]:
    with TwilioServer(hands, account_sid=ACCOUNT, auth_token=TOKEN) as server:
        yield server
        server.release()


@pytest.fixture
async def holder(twilio: TwilioServer) -> AsyncIterator[SmsHolder]:
    holder = SmsHolder(ACCOUNT, TOKEN, service_sid=twilio.service_sid, api_url=twilio.url, time_limit=0.5)
    yield holder
    await holder.close()


async def hold(holder: SmsHolder, hands: Hands, minutes: int = 17) -> str:
    answer = await holder.hold(OLIVE, TEXT, hands.at + timedelta(minutes=minutes))
    assert (answer.verdict, answer.standing) == (Verdict.SENT, Standing.HELD)
    return answer.provider_id


async def test_a_text_is_held_until_its_time(holder: SmsHolder, twilio: TwilioServer, hands: Hands) -> None:
    """By the Messaging Service, at a fixed time to the second; nothing reaches the phone before it."""
    await hold(holder, hands)
    [sms] = twilio.held()
    assert (sms.service, sms.send_at) == (twilio.service_sid, hands.at + timedelta(minutes=17))
    assert twilio.phone(OLIVE) == []
    hands.at += timedelta(minutes=17)
    assert [line.body for line in twilio.phone(OLIVE)] == [TEXT]


async def test_a_text_called_off_never_goes_out(holder: SmsHolder, twilio: TwilioServer, hands: Hands) -> None:
    """Off, and off still when it is called off again."""
    sid = await hold(holder, hands)
    for _ in range(2):
        answer = await holder.call_off(sid)
        assert (answer.verdict, answer.standing) == (Verdict.SENT, Standing.OFF)
    hands.at += timedelta(hours=1)
    assert twilio.phone(OLIVE) == []


async def test_too_late_to_be_called_off(holder: SmsHolder, hands: Hands) -> None:
    """Twilio's 30409 is looked into, and what has gone out is said to be out."""
    sid = await hold(holder, hands)
    hands.at += timedelta(minutes=17)
    assert (await holder.call_off(sid)).standing is Standing.OUT
    assert (await holder.look(sid)).standing is Standing.OUT


async def test_a_text_that_twilio_does_not_know_is_off(holder: SmsHolder) -> None:
    """What is not there will not go out."""
    assert (await holder.call_off("SM" + "0" * 32)).standing is Standing.OFF


async def test_a_text_that_was_not_held_is_out(holder: SmsHolder, twilio: TwilioServer, hands: Hands) -> None:
    """201 and any status but "scheduled": it has gone out at once."""
    twilio.drops_schedules()
    answer = await holder.hold(OLIVE, TEXT, hands.at + timedelta(minutes=17))
    assert (answer.verdict, answer.standing) == (Verdict.SENT, Standing.OUT)


async def test_texts_are_found_by_their_words(holder: SmsHolder, hands: Hands) -> None:
    """Every copy, the newest first, each with where it stands; others' words are none of ours."""
    first, second = [await hold(holder, hands) for _ in range(2)]
    await holder.call_off(first)
    assert await holder.find(OLIVE, TEXT) == [Found(second, Standing.HELD), Found(first, Standing.OFF)]
    assert await holder.find(OLIVE, "other words") == []


@pytest.mark.parametrize(
    ("minutes", "status", "code", "verdict"),
    [
        (17, 500, 0, Verdict.UNKNOWN),
        (17, 401, 20003, Verdict.AGAIN),
        (17, 429, 0, Verdict.AGAIN),
        (17, 404, 20404, Verdict.REFUSED),
        (17, 400, 21704, Verdict.REFUSED),
        (17, 400, 21211, Verdict.REFUSED),
        (14, 0, 0, Verdict.REFUSED),
    ],
)
async def test_a_fault_is_a_verdict(
    holder: SmsHolder, twilio: TwilioServer, hands: Hands, minutes: int, status: int, code: int, verdict: Verdict
) -> None:
    """Nothing is raised: a text is refused, to be tried again, or of unknown fate; none is said to be held."""
    if status:
        twilio.fails_next(status, code=code, method="hold")
    answer = await holder.hold(OLIVE, TEXT, hands.at + timedelta(minutes=minutes))
    assert (answer.verdict, answer.standing) == (verdict, None)


async def test_no_answer_in_time_is_an_unknown_fate(holder: SmsHolder, twilio: TwilioServer, hands: Hands) -> None:
    """It may be held: only a look for its words can tell."""
    twilio.hangs_next("hold")
    assert (await holder.hold(OLIVE, TEXT, hands.at + timedelta(minutes=17))).verdict is Verdict.UNKNOWN
    twilio.release()
    found = await holder.find(OLIVE, TEXT)
    assert found is not None and [one.standing for one in found] == [Standing.HELD]


async def test_a_look_that_fails_tells_nothing(holder: SmsHolder, twilio: TwilioServer) -> None:
    """None is not "there is none"."""
    twilio.goes_down()
    assert await holder.find(OLIVE, TEXT) is None
