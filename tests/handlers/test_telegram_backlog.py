"""What waited at Telegram while nobody was in: taken at once, with its age, and told of when it is all here."""

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.people import Channel
from handlers.telegram import parse
from tests.fakes.hands import Hands
from tests.fakes.receiver import Receiver
from tests.fakes.telegram import TelegramServer
from tests.handlers.telegram_inbox import TOKEN, Full, Inbox, door_of, running, waits

ASHA = 9001


@pytest.fixture
def telegram() -> Iterator[TelegramServer]:
    with TelegramServer(Hands(), token=TOKEN) as server:
        server.knows(ASHA, "Asha")
        yield server


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


async def test_what_waits_at_the_start_is_taken_without_waiting_for_more(inbox: Inbox) -> None:
    """No long poll before all that waited is kept; then whoever waits for that is told, once."""
    told: list[int] = []
    with TelegramServer(Hands(), token=TOKEN, poll_cap=30) as telegram:
        telegram.knows(ASHA, "Asha")
        for minutes in range(101):
            telegram.texts(ASHA, f"late {minutes}")
        async with (
            door_of(telegram.url, inbox, on_drained=lambda: told.append(len(inbox.rows))) as door,
            running(door),
        ):
            await waits(telegram, lambda: len(telegram.calls("getUpdates")) == 4)
            assert door.drained
        assert [call.params["timeout"] for call in telegram.calls("getUpdates")] == ["0", "0", "0", "25"]
    assert told == [101]


async def test_a_door_that_cannot_keep_is_not_drained(telegram: TelegramServer, inbox: Inbox) -> None:
    """What was not kept still waits."""
    stuck = telegram.texts(ASHA, "arrived").update_id
    inbox.refusing = lambda update_id: update_id == str(stuck)
    async with door_of(telegram.url, inbox) as door:
        for _ in range(4):
            with pytest.raises(Full):
                await door.poll_once()
        assert not door.drained


async def test_under_a_webhook_nothing_waits_once_all_is_pushed(telegram: TelegramServer, inbox: Inbox) -> None:
    """What Telegram could not push yet waits there still; it is asked how much that is."""
    told: list[str] = []
    telegram.texts(ASHA, "arrived")
    with Receiver(Hands()) as doorstep:
        doorstep.answers_next(503)
        telegram.connect(doorstep.url)
        async with door_of(telegram.url, inbox, on_drained=lambda: told.append("drained")) as door:
            await door.use_webhook("https://doorstep.example/telegram/x", "a-secret_1")
            await asyncio.to_thread(telegram.settled)
            assert not await door.has_pushed_all()
            assert told == []
            await asyncio.to_thread(telegram.redeliver)
            assert await door.has_pushed_all()
            assert await door.has_pushed_all()
    assert told == ["drained"]


async def test_how_long_a_text_has_waited_is_kept_beside_it(inbox: Inbox) -> None:
    """By Telegram's own clock, polled or pushed; what comes at once is kept as it came."""
    hands = Hands()
    with TelegramServer(hands, token=TOKEN) as telegram:
        telegram.knows(ASHA, "Asha")
        telegram.texts(ASHA, "left")
        hands.at += timedelta(minutes=40)
        edited = telegram.texts(ASHA, "arrived").message_id
        hands.at += timedelta(minutes=2)
        telegram.edits(edited, "arrived now")
        async with door_of(telegram.url, inbox) as door:
            await door.poll_once()
            old = json.dumps({"update_id": 5, "message": {"date": int(hands.at.timestamp()) - 90, "text": "ok"}})
            new = json.dumps({"update_id": 6, "message": {"date": int(hands.at.timestamp()), "text": "ok"}})
            for number, raw in (("5", old), ("6", new)):
                await door.keep_pushed(Channel.TELEGRAM, number, raw.encode())
    minutes = [parse(raw)[0].age / timedelta(minutes=1) for raw in inbox.rows.values()]
    assert minutes == [42, 2, 0, 1.5, 0]
    assert inbox.rows["6"] == new.encode()
