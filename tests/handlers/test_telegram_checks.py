"""What the doctor learns from Telegram: whose bot it is, where its texts go, and whether anybody else reads them."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest

from bot.checkup import Colour, Sign
from handlers.telegram.checks import TelegramChecks
from tests.fakes.telegram import TelegramServer

TOKEN = "900123:Marsh-Lane_Primary"
HOOK = "http://127.0.0.1:9/telegram/a-path"
NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


@pytest.fixture
def telegram() -> Iterator[TelegramServer]:
    with TelegramServer(lambda: NOW, token=TOKEN, poll_cap=0.1) as server:
        yield server


def polled(telegram: TelegramServer) -> TelegramChecks:
    """Before going live: nobody polls, and we look whether anybody else does."""
    return TelegramChecks(TOKEN, telegram.url, lambda: NOW, None, running=False, probe=True)


def pushed(telegram: TelegramServer) -> TelegramChecks:
    """A service that runs in webhook mode."""
    return TelegramChecks(TOKEN, telegram.url, lambda: NOW, HOOK, running=True, probe=False)


async def faults(asked: TelegramChecks) -> list[tuple[Colour, str]]:
    return [(sign.colour, sign.words) for sign in await asked() if sign.colour is not Colour.GREEN]


async def has_hook(telegram: TelegramServer, url: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        await client.post(f"{telegram.url}/bot{TOKEN}/setWebhook", data={"url": url})


async def test_a_bot_that_is_ours_alone_is_green(telegram: TelegramServer) -> None:
    """Known, no webhook in the way, nobody else polls; and what waits there goes on waiting."""
    telegram.texts(7001, "arrived")
    signs: list[Sign] = await polled(telegram)()
    assert {sign.colour for sign in signs} == {Colour.GREEN}
    assert "nobody else reads this bot's texts" in [sign.words for sign in signs]
    assert len(telegram.pending()) == 1


async def test_another_poller_is_red(telegram: TelegramServer) -> None:
    """Two programs on one bot take each other's messages."""
    telegram.fails_next("getUpdates", 409)
    assert await faults(polled(telegram)) == [
        (Colour.RED, "another program reads this bot's texts: two take each other's messages")
    ]


async def test_our_own_poller_is_not_disturbed(telegram: TelegramServer) -> None:
    """While our service is up the doctor does not poll: that would be the very fault it looks for."""
    assert await faults(replace(polled(telegram), running=True, probe=False)) == []
    assert telegram.calls("getUpdates") == []


@pytest.mark.parametrize(("running", "colour"), [(False, Colour.AMBER), (True, Colour.RED)])
async def test_a_webhook_in_the_way_of_polling(telegram: TelegramServer, running: bool, colour: Colour) -> None:
    """Before the start it is taken away by the start; while we run, somebody else has put it there."""
    await has_hook(telegram, "http://127.0.0.1:9/somebody")
    [(found, words)] = await faults(replace(polled(telegram), running=running, probe=not running))
    assert (found, "a webhook is set" in words) == (colour, True)
    assert telegram.calls("getUpdates") == []


@pytest.mark.parametrize("there", ["", "http://127.0.0.1:9/somebody"])
async def test_a_webhook_that_is_not_ours(telegram: TelegramServer, there: str) -> None:
    """Red while we run; before the start it is set by the start."""
    if there:
        await has_hook(telegram, there)
    for running, colour in ((True, Colour.RED), (False, Colour.AMBER)):
        assert [found for found, _ in await faults(replace(pushed(telegram), running=running))] == [colour]


async def test_pushes_that_fail_are_amber(telegram: TelegramServer) -> None:
    """Telegram's own word on the last hour, and what it says."""
    await has_hook(telegram, HOOK)
    assert await faults(pushed(telegram)) == []
    telegram.texts(7001, "arrived")
    await asyncio.to_thread(telegram.redeliver)
    [(colour, words)] = await faults(pushed(telegram))
    assert (colour, "could not push within the last hour" in words) == (Colour.AMBER, True)


@pytest.mark.parametrize(
    ("status", "words"), [(401, "does not know this token"), (404, "does not know this token"), (500, "refuses (500)")]
)
async def test_a_bot_that_is_refused_is_red(telegram: TelegramServer, status: int, words: str) -> None:
    """A token that is none, and a Telegram that is not well."""
    telegram.fails_next("getMe", status)
    [(colour, said)] = await faults(polled(telegram))
    assert (colour, words in said) == (Colour.RED, True)


async def test_a_telegram_that_is_not_there_is_red() -> None:
    """No answer: and the token, which is in the address, is in no word of it."""
    gone = TelegramChecks(TOKEN, "http://127.0.0.1:9", lambda: NOW, None, running=False, probe=True)
    [sign] = await gone()
    assert (sign.colour, sign.words) == (Colour.RED, "Telegram was not reached")
    assert TOKEN not in "".join(map(str, sign))
