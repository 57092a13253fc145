"""What the tests of the Telegram door hold: an inbox, a sleep that takes no time, a door that closes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from bot.events import Sort
from bot.people import Channel
from handlers.telegram import TelegramDoor, parse
from tests.fakes.telegram import TelegramServer

TOKEN = "7700900:marsh-lane"


class Full(Exception):
    """What a store without room raises."""


class Inbox:
    """Keeps each id once, as the store does; refuses what a test tells it to."""

    def __init__(self) -> None:
        self.rows: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.refusing: Callable[[str], bool] = lambda _: False
        self.news = asyncio.Condition()

    async def keep(self, channel: Channel, external_id: str, raw: bytes) -> bool:
        assert channel is Channel.TELEGRAM
        self.asked.append(external_id)
        if self.refusing(external_id):
            raise Full
        new = self.rows.setdefault(external_id, raw) is raw
        async with self.news:
            self.news.notify_all()
        return new

    async def holds(self, *update_ids: int) -> None:
        async with asyncio.timeout(5), self.news:
            await self.news.wait_for(lambda: {str(one) for one in update_ids} <= set(self.rows))

    @property
    def texts(self) -> list[str]:
        return [one.text for raw in self.rows.values() for one in parse(raw) if one.sort is not Sort.SILENT]


class Pauses:
    """A sleep that writes down how long, and takes no time; after `calls` of them something happens."""

    def __init__(self, calls: int = 0, then: Callable[[], None] = lambda: None) -> None:
        self.seconds: list[float] = []
        self._calls, self._then = calls, then

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        if len(self.seconds) == self._calls:
            self._then()


@asynccontextmanager
async def door_of(
    url: str,
    inbox: Inbox,
    *,
    token: str = TOKEN,
    on_conflict: Callable[[], None] = lambda: None,
    on_drained: Callable[[], None] = lambda: None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> AsyncIterator[TelegramDoor]:
    door = TelegramDoor(
        token, url, inbox.keep, poll_seconds=25, on_conflict=on_conflict, on_drained=on_drained, sleep=sleep
    )
    try:
        yield door
    finally:
        await door.close()


@asynccontextmanager
async def running(door: TelegramDoor) -> AsyncIterator[asyncio.Task[None]]:
    stop = asyncio.Event()
    task = asyncio.create_task(door.run(stop))
    try:
        yield task
    finally:
        stop.set()
        async with asyncio.timeout(5):
            await task


async def waits(telegram: TelegramServer, holds: Callable[[], bool]) -> None:
    assert await asyncio.to_thread(telegram.until, holds)
