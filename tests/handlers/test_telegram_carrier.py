"""Sending by Telegram over real HTTP: what the phone shows, and the error table row by row."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
import pytest_asyncio

from bot.delivery import Attempt, Parcel, Verdict
from bot.people import Channel
from handlers.telegram import ERRORS, TelegramCarrier
from tests.fakes.hands import Hands
from tests.fakes.receiver import Receiver
from tests.fakes.telegram import TelegramServer

TOKEN = "7700900:marsh-lane"
ASHA, BEN, OLIVE = 9001, 9002, 9003
TEXT = "ALARM K7Q2: no word from A. since 14:10."

BLOCKED = Attempt(Verdict.REFUSED, error="blocked or not started", lost=True)
NO_CHAT = Attempt(Verdict.REFUSED, error="no such chat", lost=True)
WRONG = Attempt(Verdict.REFUSED, error="message refused")
TOKEN_REFUSED = Attempt(Verdict.AGAIN, error="token refused")
FLOOD = Attempt(Verdict.AGAIN, error="flood wait")
NO_CONNECTION = Attempt(Verdict.AGAIN, error="no connection")
BETWEEN = Attempt(Verdict.AGAIN, error="something between answered")
FAULT = Attempt(Verdict.UNKNOWN, error="server fault")
NO_ANSWER = Attempt(Verdict.UNKNOWN, error="no answer in time")
BROKE = Attempt(Verdict.UNKNOWN, error="connection broke")
STRANGE = Attempt(Verdict.UNKNOWN, error="answer not understood")


def parcel(person: int = ASHA, text: str = TEXT, *buttons: str, asks_number: bool = False) -> Parcel:
    return Parcel(1, Channel.TELEGRAM, str(person), text, buttons, asks_number=asks_number)


@asynccontextmanager
async def carrier_to(url: str, token: str = TOKEN, time_limit: float = 5.0) -> AsyncIterator[TelegramCarrier]:
    carrier = TelegramCarrier(token, url, time_limit=time_limit)
    await carrier.start()
    try:
        yield carrier
    finally:
        await carrier.close()


@pytest.fixture
def telegram() -> Iterator[TelegramServer]:
    with TelegramServer(Hands(), token=TOKEN) as server:
        server.knows(ASHA, "Asha")
        server.knows(BEN, "Ben")
        server.starts(ASHA)
        yield server


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver(Hands()) as server:
        yield server


@pytest_asyncio.fixture
async def carrier(telegram: TelegramServer) -> AsyncIterator[TelegramCarrier]:
    async with carrier_to(telegram.url) as real:
        yield real


def got(telegram: TelegramServer) -> list[str]:
    return [line.text for line in telegram.screen(ASHA) if line.way == "got"]


@pytest.mark.asyncio
async def test_a_parcel_reaches_the_phone(telegram: TelegramServer, carrier: TelegramCarrier) -> None:
    """Sent means accepted, with Telegram's own id of the message."""
    attempt = await carrier.send(parcel())
    line = telegram.screen(ASHA)[-1]
    assert attempt == Attempt(Verdict.SENT, provider_id=str(line.message_id))
    assert line.text == TEXT


@pytest.mark.asyncio
async def test_the_words_arrive_as_written(telegram: TelegramServer, carrier: TelegramCarrier) -> None:
    """No mark-up is read into a text, no preview is made of an address, and the keys stay as they were."""
    await carrier.send(parcel(ASHA, "1 *Hill* <Row> _now_ https://marsh.example"))
    sent = telegram.calls("sendMessage")[-1].params
    assert sent["text"] == "1 *Hill* <Row> _now_ https://marsh.example"
    assert json.loads(sent["link_preview_options"]) == {"is_disabled": True}
    assert not {"parse_mode", "reply_markup", "entities"} & set(sent)


@pytest.mark.asyncio
async def test_the_keys_stand_two_in_a_row(telegram: TelegramServer, carrier: TelegramCarrier) -> None:
    """The moves that make sense now are keys of a keyboard that stays, small enough for a phone."""
    await carrier.send(parcel(ASHA, "You have arrived.", "2 All OK", "3 Left", "9 Help"))
    assert telegram.keyboard(ASHA) == (("2 All OK", "3 Left"), ("9 Help",))
    markup = telegram.screen(ASHA)[-1].markup
    assert (markup["resize_keyboard"], markup["is_persistent"]) == (True, True)


@pytest.mark.asyncio
async def test_a_number_is_asked_for_by_one_key(telegram: TelegramServer, carrier: TelegramCarrier) -> None:
    """The key shares the phone's own number, under the first label."""
    await carrier.send(parcel(ASHA, "Please share your number.", "Share my number", asks_number=True))
    keys = telegram.screen(ASHA)[-1].markup["keyboard"]
    assert keys == [[{"text": "Share my number", "request_contact": True}]]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("status", "description", "expected"),
    [
        (400, "Bad Request: chat not found", NO_CHAT),
        (400, "Bad Request: user not found", NO_CHAT),
        (400, "Bad Request: PEER_ID_INVALID", NO_CHAT),
        (400, "Bad Request: USER_DEACTIVATED", NO_CHAT),
        (400, "Bad Request: message is too long", WRONG),
        (400, "Bad Request: can't parse entities", WRONG),
        (403, "Forbidden: user is deactivated", BLOCKED),
        (403, "Forbidden: bot was blocked by the user", BLOCKED),
        (401, "Unauthorized", TOKEN_REFUSED),
        (404, "Not Found", TOKEN_REFUSED),
        (500, "Internal Server Error", FAULT),
        (502, "Bad Gateway", FAULT),
        (504, "Gateway Timeout", FAULT),
    ],
)
async def test_each_answer_has_its_verdict(
    telegram: TelegramServer, carrier: TelegramCarrier, status: int, description: str, expected: Attempt
) -> None:
    """The table, by what Telegram says; and the next message goes out."""
    telegram.fails_next("sendMessage", status, description)
    assert await carrier.send(parcel()) == expected
    assert got(telegram) == []
    assert (await carrier.send(parcel())).verdict is Verdict.SENT


@pytest.mark.asyncio
async def test_a_person_out_of_reach_is_lost(telegram: TelegramServer, carrier: TelegramCarrier) -> None:
    """Blocked, never started and unknown chats are closed channels; a wrong message is not."""
    telegram.blocks(ASHA)
    assert await carrier.send(parcel()) == BLOCKED
    assert await carrier.send(parcel(BEN)) == BLOCKED
    assert await carrier.send(parcel(OLIVE)) == NO_CHAT
    telegram.unblocks(ASHA)
    assert await carrier.send(parcel(ASHA, " ")) == WRONG


@pytest.mark.asyncio
async def test_a_flood_wait_says_how_long(telegram: TelegramServer, carrier: TelegramCarrier) -> None:
    """The wait that Telegram asks for is handed on, and nothing was accepted."""
    telegram.fails_next("sendMessage", 429, retry_after=33)
    attempt = await carrier.send(parcel())
    assert attempt == Attempt(Verdict.AGAIN, error="flood wait", after=timedelta(seconds=33))
    assert got(telegram) == []


@pytest.mark.asyncio
async def test_a_wrong_token_is_no_refusal(telegram: TelegramServer) -> None:
    """The fault is in the settings: the person is not given up."""
    async with carrier_to(telegram.url, "7700900:other") as carrier:
        assert await carrier.send(parcel()) == TOKEN_REFUSED


@pytest.mark.asyncio
async def test_a_fault_after_acceptance_is_unknown(telegram: TelegramServer, carrier: TelegramCarrier) -> None:
    """A 500 may hide a message that is on the phone, and Telegram cannot be asked."""
    telegram.fails_next("sendMessage", 500, after_accepting=True)
    assert await carrier.send(parcel()) == FAULT
    assert got(telegram) == [TEXT]
    assert await carrier.find(parcel()) is None


@pytest.mark.asyncio
async def test_silence_ends_with_the_time_limit(telegram: TelegramServer) -> None:
    """A try has an end, and what became of the message is unknown."""
    telegram.hangs_next("sendMessage")
    async with carrier_to(telegram.url, time_limit=0.3) as carrier:
        assert await carrier.send(parcel()) == NO_ANSWER
    assert got(telegram) == [TEXT]
    telegram.release()


@pytest.mark.asyncio
async def test_without_a_connection_nothing_left() -> None:
    """A port where nobody listens is tried again: the message cannot be on any phone."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    async with carrier_to(f"http://127.0.0.1:{port}") as carrier:
        assert await carrier.send(parcel()) == NO_CONNECTION


@pytest.mark.asyncio
@pytest.mark.parametrize("reply", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{", b"nonsense\r\n\r\n"])
async def test_a_connection_that_breaks_is_unknown(reply: bytes) -> None:
    """Once the request has left, it may have been carried out."""

    async def breaks_off(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(reply)
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(breaks_off, "127.0.0.1", 0)
    async with server, carrier_to(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}") as carrier:
        assert await carrier.send(parcel()) == BROKE


PAGE = "<html>Marsh Lane guest network: please log in</html>"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (302, PAGE, BETWEEN),
        (403, PAGE, BETWEEN),
        (404, "[]", BETWEEN),
        (429, PAGE, FLOOD),
        (429, '{"ok": false, "error_code": 429, "parameters": {"retry_after": "soon"}}', FLOOD),
        (502, PAGE, FAULT),
        (200, PAGE, STRANGE),
        (200, "{}", STRANGE),
        (200, '{"ok": true, "result": {"message_id": 7}}', STRANGE),
        (409, '{"ok": false, "error_code": 409, "description": "Conflict: odd"}', STRANGE),
        (400, '{"ok": false, "error_code": 400, "parameters": {"migrate_to_chat_id": -5}}', NO_CHAT),
    ],
)
async def test_an_answer_that_is_not_telegrams_blames_nobody(
    receiver: Receiver, status: int, body: str, expected: Attempt
) -> None:
    """A proxy's or a guest network's page never marks a person as lost, and an odd 200 is unknown."""
    receiver.answers_next(status, body)
    async with carrier_to(receiver.url) as carrier:
        assert await carrier.send(parcel()) == expected


def test_the_table_gives_nobody_away() -> None:
    """Its words are fit for a log: no number and no name; and only a refusal can lose a channel."""
    for attempt in ERRORS.values():
        assert attempt.error.replace(" ", "").isalpha()
        assert attempt.verdict is Verdict.REFUSED or not attempt.lost
    assert {attempt.verdict for attempt in ERRORS.values()} == set(Verdict) - {Verdict.SENT}


@pytest.mark.asyncio
async def test_many_parcels_at_once_all_leave(telegram: TelegramServer, carrier: TelegramCarrier) -> None:
    """A burst of alarms does not wait for one answer after the other."""
    telegram.hangs_next("sendMessage", times=8)
    sending = asyncio.gather(*(carrier.send(parcel()) for _ in range(8)))
    everyone: Callable[[], bool] = lambda: telegram.hanging == 8  # noqa: E731 - a condition to wait on
    assert await asyncio.to_thread(telegram.until, everyone)
    telegram.release()
    assert {attempt.verdict for attempt in await sending} == {Verdict.SENT}
