"""Texts leave through Twilio, and whatever goes wrong comes back as a verdict."""

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest

from bot.delivery import Attempt, Parcel, Verdict
from bot.people import Channel
from handlers.sms import SmsCarrier
from tests.fakes.hands import Hands
from tests.fakes.twilio import TwilioServer

SID, TOKEN = "AC" + "7" * 32, "marsh-lane-token"
ASHA, OLIVE, US = "+447700900001", "+447700900002", "+447700900100"
STATUS_URL = "https://doorstep.example/twilio/status"
AGAIN, REFUSED, UNKNOWN, SENT = Verdict.AGAIN, Verdict.REFUSED, Verdict.UNKNOWN, Verdict.SENT
SOON = 0.25  # seconds: a time limit to run into on purpose


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def twilio(clock: Hands) -> Iterator[TwilioServer]:
    with TwilioServer(clock, account_sid=SID, auth_token=TOKEN, number=US) as server:
        yield server


def carrier_to(url: str, *, token: str = TOKEN, time_limit: float = 8.0, threads: int = 8) -> SmsCarrier:
    return SmsCarrier(
        SID,
        token,
        senders=[US],
        service_sid=None,
        api_url=url,
        status_url=STATUS_URL,
        time_limit=time_limit,
        threads=threads,
    )


@pytest.fixture
async def carrier(twilio: TwilioServer) -> AsyncIterator[SmsCarrier]:
    one = carrier_to(twilio.url)
    yield one
    await one.close()


def parcel(reference: int = 7, *, to: str = OLIVE, text: str = "ALARM K7Q2 14:32", urgent: bool = False) -> Parcel:
    return Parcel(reference, Channel.SMS, to, text, urgent=urgent)


class TestSending:
    """What a text carries."""

    async def test_a_prompt(self, twilio: TwilioServer, carrier: SmsCarrier) -> None:
        """A prompt carries its words, our number and where its receipts go to, with our reference."""
        attempt = await carrier.send(parcel())
        (sms,) = twilio.messages()
        assert attempt == Attempt(SENT, sms.sid, receipt=True)
        assert sms.params == {
            "To": OLIVE,
            "Body": "ALARM K7Q2 14:32",
            "From": US,
            "StatusCallback": f"{STATUS_URL}?ref=7",
        }

    async def test_an_alarm(self, twilio: TwilioServer, carrier: SmsCarrier) -> None:
        """An alarm is worth nothing after ten minutes, and no fraud check may hold it up."""
        await carrier.send(parcel(urgent=True))
        (sms,) = twilio.messages()
        assert (sms.params["ValidityPeriod"], sms.params["RiskCheck"]) == ("600", "disable")

    async def test_by_a_messaging_service(self, twilio: TwilioServer) -> None:
        """A Messaging Service chooses the number; without a public URL no receipts are asked for."""
        one = SmsCarrier(SID, TOKEN, senders=[US], service_sid=twilio.service_sid, api_url=twilio.url, status_url=None)
        assert (await one.send(parcel())).verdict is SENT
        await one.close()
        (sms,) = twilio.messages()
        assert sms.params == {"To": OLIVE, "Body": "ALARM K7Q2 14:32", "MessagingServiceSid": twilio.service_sid}

    def test_from_nowhere(self) -> None:
        """Without a number or a Messaging Service there is nothing to send from."""
        with pytest.raises(ValueError, match="number or a Messaging Service"):
            SmsCarrier(SID, TOKEN, senders=[], service_sid=None, api_url=None, status_url=None)


ROWS = [
    (400, 30001, AGAIN, False),
    (400, 30003, AGAIN, False),
    (400, 30008, AGAIN, False),
    (400, 21211, REFUSED, True),
    (400, 21610, REFUSED, True),
    (400, 21612, REFUSED, True),
    (400, 21614, REFUSED, True),
    (400, 30004, REFUSED, True),
    (400, 30005, REFUSED, True),
    (400, 30006, REFUSED, True),
    (429, 20429, AGAIN, False),
    (429, 63038, AGAIN, False),
    (401, 20003, AGAIN, False),
    (403, 20003, AGAIN, False),
    (403, 70051, AGAIN, False),
    (400, 21617, REFUSED, False),
    (404, 20404, AGAIN, False),
    (400, 21212, AGAIN, False),
    (400, 21603, AGAIN, False),
    (400, 21606, AGAIN, False),
    (400, 21611, AGAIN, False),
    (400, 21659, AGAIN, False),
    (400, 21660, AGAIN, False),
    (400, 21661, AGAIN, False),
    (400, 21701, AGAIN, False),
    (400, 21703, AGAIN, False),
    (400, 21704, AGAIN, False),
    (400, 21705, AGAIN, False),
    (400, 30002, AGAIN, False),
    (400, 30007, AGAIN, False),
    (400, 30032, AGAIN, False),
    (400, 30034, AGAIN, False),
    (409, 20409, REFUSED, False),
    (408, 20408, UNKNOWN, False),
    (500, 20500, UNKNOWN, False),
    (502, 20502, UNKNOWN, False),
    (503, 20503, UNKNOWN, False),
    (500, 21610, UNKNOWN, False),
    (302, 20302, UNKNOWN, False),
]


class TestErrors:
    """The table of DESIGN §5, row by row."""

    @pytest.mark.parametrize(("status", "code", "verdict", "lost"), ROWS)
    async def test_an_answer(
        self, twilio: TwilioServer, carrier: SmsCarrier, status: int, code: int, verdict: Verdict, lost: bool
    ) -> None:
        """Each of Twilio's refusals has its verdict, and says nothing of the number or the words."""
        twilio.fails_next(status, code=code)
        attempt = await carrier.send(parcel())
        assert (attempt.verdict, attempt.lost, attempt.provider_id, attempt.after) == (verdict, lost, "", None)
        assert_silent(attempt)

    async def test_a_number_that_opted_out(self, twilio: TwilioServer, carrier: SmsCarrier) -> None:
        """STOP closes the channel: the others are told at once, by another."""
        twilio.opts_out(OLIVE)
        attempt = await carrier.send(parcel())
        assert attempt == Attempt(REFUSED, error="twilio 21610: opted out", lost=True)

    async def test_a_wrong_token(self, twilio: TwilioServer) -> None:
        """Our own key does not fit: nothing is lost, and it is tried again until somebody mends it."""
        one = carrier_to(twilio.url, token="another")
        assert await one.send(parcel()) == Attempt(AGAIN, error="twilio 20003: credentials refused")
        await one.close()

    async def test_a_gateways_page(self, twilio: TwilioServer, carrier: SmsCarrier) -> None:
        """A page for people in place of Twilio's JSON: nobody knows whether the text went."""
        twilio.goes_down()
        assert await carrier.send(parcel()) == Attempt(UNKNOWN, error="twilio 502: twilio failed")

    async def test_accepted_and_then_failed(self, twilio: TwilioServer, carrier: SmsCarrier) -> None:
        """A 5xx after acceptance is not known; the look-up finds the text, and it is not sent twice."""
        twilio.fails_next(503, after_accepting=True)
        assert (await carrier.send(parcel())).verdict is UNKNOWN
        (sms,) = twilio.messages()
        assert await carrier.find(parcel()) == Attempt(SENT, sms.sid, receipt=True)

    async def test_it_is_tried_once(self, twilio: TwilioServer, carrier: SmsCarrier) -> None:
        """The client repeats nothing by itself: one send is one POST."""
        twilio.fails_next(503, times=3)
        await carrier.send(parcel())
        assert len(twilio.calls("create")) == 1

    async def test_nobody_listens(self) -> None:
        """A refused connection never carried a text: try again."""
        with socket.create_server(("127.0.0.1", 0)) as taken:
            url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        one = carrier_to(url)
        assert await one.send(parcel()) == Attempt(AGAIN, error="twilio: not reached")
        await one.close()

    async def test_an_address_that_is_none(self) -> None:
        """Even a wrong API URL is a verdict, and no exception."""
        one = carrier_to("nonsense://")
        attempt = await one.send(parcel())
        await one.close()
        assert attempt.verdict is UNKNOWN
        assert_silent(attempt)


ANSWER = b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%s\r\n%s"


def answer(status: str, body: bytes, *headers: str) -> bytes:
    more = "".join(f"{one}\r\n" for one in headers).encode()
    return ANSWER % (status.encode(), len(body), more, body)


@contextmanager
def answers(content: bytes, drip: bytes = b"") -> Iterator[str]:
    """A server that reads one request, answers with these bytes and hangs up; or drips for as long as it is open."""
    done = threading.Event()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            connection.recv(65536)
            connection.sendall(content)
            while drip and not done.wait(SOON / 10):
                connection.sendall(drip)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        done.set()
        thread.join(5)


class TestTheWire:
    """What no API description promises."""

    @pytest.mark.parametrize(
        ("header", "seconds"),
        [
            ("Retry-After: 7", 7),
            ("Retry-After: 0", 0),
            ("retry-after:  12 ", 12),
            ("Retry-After: 86400", 300),
            ("Retry-After: 99999999999999999999", 300),
            ("Retry-After: -3", None),
            ("Retry-After: soon", None),
            ("Retry-After: Mon, 23 Nov 2026 14:00:00 GMT", None),
            ("X-Nothing: 1", None),
        ],
    )
    async def test_a_wait_that_was_asked_for(self, header: str, seconds: int | None) -> None:
        """Too many requests: the wait is as long as Twilio says, and never longer than five minutes."""
        said = json.dumps({"code": 20429, "message": f"Too many to {OLIVE}", "status": 429}).encode()
        with answers(answer("429 Too Many Requests", said, header)) as url:
            attempt = await one_try(url)
        assert attempt.verdict is AGAIN
        assert attempt.after == (None if seconds is None else timedelta(seconds=seconds))
        assert_silent(attempt)

    @pytest.mark.parametrize(
        ("content", "error"),
        [
            (b"", "twilio: connection lost"),
            (b"HTTP/1.1 201 Created\r\nContent-Length: 500\r\n\r\n{", "twilio: "),
            (b"nonsense\r\n\r\n", "twilio: connection lost"),
            (answer("201 Created", b"<html>"), "twilio: JSONDecodeError"),
            (answer("201 Created", b"[]"), "twilio: "),
        ],
        ids=["hangs up", "half an answer", "no HTTP", "a page", "no message"],
    )
    async def test_an_answer_that_is_none(self, content: bytes, error: str) -> None:
        """Once the request has left, an answer that cannot be read is not known to be a refusal."""
        with answers(content) as url:
            attempt = await one_try(url)
        assert attempt.verdict is UNKNOWN
        assert attempt.error.startswith(error)
        assert_silent(attempt)

    @pytest.mark.parametrize("kind", ["legacy", "RFC 9457"])
    async def test_a_refusal_that_repeats_the_number(self, kind: str) -> None:
        """Both forms of Twilio's errors are understood, and what they quote is left out of ours."""
        said: dict[str, object] = {"code": 21211, "status": 400, "message": f"Invalid: {OLIVE}"}
        if kind == "RFC 9457":
            said |= {"type": "about:blank", "title": f"Invalid: {OLIVE}", "detail": "ALARM K7Q2"}
        with answers(answer("400 Bad Request", json.dumps(said).encode())) as url:
            attempt = await one_try(url)
        assert attempt == Attempt(REFUSED, error="twilio 21211: not a phone number", lost=True)

    async def test_silence(self, twilio: TwilioServer) -> None:
        """Silence ends at the time limit and is not known; the look-up then finds what had been accepted."""
        one = carrier_to(twilio.url, time_limit=SOON)
        twilio.hangs_next("create")
        assert await one.send(parcel()) == Attempt(UNKNOWN, error="twilio: no answer in time")
        (sms,) = twilio.messages()
        assert await one.find(parcel()) == Attempt(SENT, sms.sid, receipt=True)
        twilio.release()
        await one.close()

    async def test_an_answer_in_drops(self) -> None:
        """The time limit is for the whole try, not for the next byte."""
        with answers(b"HTTP/1.1 201 Created\r\n", drip=b"X-Slow: 1\r\n") as url:
            one = carrier_to(url, time_limit=SOON)
            attempt = await asyncio.wait_for(one.send(parcel()), SOON * 20)
            await one.close()
        assert attempt == Attempt(UNKNOWN, error="twilio: no answer in time")

    async def test_prompts_that_hang_hold_up_no_alarm(self, twilio: TwilioServer) -> None:
        """With every line of the prompts hanging, an alarm goes out at once."""
        one = carrier_to(twilio.url, threads=1)
        twilio.hangs_next("create")
        hanging = asyncio.create_task(one.send(parcel(1)))
        await asyncio.to_thread(twilio.until, lambda: twilio.hanging == 1)
        waiting = asyncio.create_task(one.send(parcel(2)))
        assert (await one.send(parcel(3, urgent=True))).verdict is SENT
        assert not hanging.done()
        assert not waiting.done()
        twilio.release()
        assert (await hanging).verdict is (await waiting).verdict is SENT
        await one.close()

    async def test_no_free_line(self) -> None:
        """A prompt that waited all its time for a line never left: try again, with nothing to look up."""
        with answers(b"HTTP/1.1 201 Created\r\n", drip=b"X-Slow: 1\r\n") as url:
            one = carrier_to(url, time_limit=SOON, threads=1)
            first, second = await asyncio.gather(one.send(parcel(1)), one.send(parcel(2)))
            await one.close()
        assert (first.verdict, second) == (UNKNOWN, Attempt(AGAIN, error="twilio: no free line"))

    async def test_after_closing(self, carrier: SmsCarrier) -> None:
        """A send after the close is a verdict too."""
        await carrier.close()
        assert (await carrier.send(parcel())).verdict is UNKNOWN
        found = await carrier.find(parcel())
        assert found is not None and found.verdict is UNKNOWN


async def one_try(url: str) -> Attempt:
    one = carrier_to(url)
    try:
        return await one.send(parcel())
    finally:
        await one.close()


def assert_silent(attempt: Attempt) -> None:
    """Errors are written down and logged: they tell no number and no words (DESIGN §8)."""
    assert attempt.error.startswith("twilio")
    assert "7700" not in attempt.error
    assert "ALARM" not in attempt.error
