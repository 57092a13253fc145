"""A door that is really open: the HTTP app on a free port over a real store, in a thread of its own."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from sqlalchemy import text

from bot.people import Channel
from handlers.web.running import WebServer
from store import inbox
from store.crypto import Sealer
from store.database import Database
from store.inbox import Kept
from tests.fakes.hands import Hands
from tests.world.laid import lay

T = TypeVar("T")
WAIT = 10.0


class OpenDoor:
    """What a test knows of it. The store lives on the door's own loop: `run` goes there."""

    def __init__(self, path: Path, clock: Hands) -> None:
        self.path, self.clock = path, clock
        self.database = Database(f"sqlite+aiosqlite:///{path}", Sealer("marsh-lane-test-secret"))
        self.registry = CollectorRegistry()
        self.loop = asyncio.new_event_loop()
        self.client = httpx.Client(trust_env=False, timeout=WAIT)
        self.url = ""

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(WAIT)

    async def keep(self, channel: Channel, external_id: str, raw: bytes) -> bool:
        """As the service keeps: return once it is committed."""
        async with self.database.transaction() as tx:
            return await inbox.keep(tx, channel, external_id, raw, self.clock())

    def kept(self) -> list[Kept]:
        """What the inbox holds, oldest first."""

        async def rows() -> list[Kept]:
            async with self.database.transaction() as tx:
                return list(await inbox.new_ones(tx, 100))

        return self.run(rows())

    def on_disk(self) -> int:
        """How many rows another program sees: what is committed, and nothing else."""
        with closing(sqlite3.connect(self.path)) as other:
            (rows,) = other.execute("SELECT count(*) FROM inbox").fetchone()
        return int(rows)

    def breaks(self) -> None:
        """Take the inbox away from under the service: from now on nothing can be kept."""
        self.run(self._execute("ALTER TABLE inbox RENAME TO elsewhere"))

    def mends(self) -> None:
        self.run(self._execute("ALTER TABLE elsewhere RENAME TO inbox"))

    async def _execute(self, statement: str) -> None:
        async with self.database.engine.begin() as connection:
            await connection.execute(text(statement))

    def counted(self, name: str, door: str) -> float:
        """A counter of webhooks, by its name and door."""
        return self.registry.get_sample_value(f"doorstep_webhooks_{name}_total", {"door": door}) or 0.0


@contextmanager
def open_door(path: Path, clock: Hands, build: Callable[[OpenDoor], FastAPI]) -> Iterator[OpenDoor]:
    """Serve what `build` makes until the block ends; the store is a new SQLite file."""
    door = OpenDoor(path / "doorstep.db", clock)
    thread = threading.Thread(target=door.loop.run_forever, daemon=True)
    thread.start()
    server = WebServer(build(door), "127.0.0.1", 0)
    try:
        lay(path / "doorstep.db")
        door.url = door.run(server.start())
        yield door
    finally:
        door.client.close()
        door.run(server.stop())
        door.run(door.database.close())
        door.loop.call_soon_threadsafe(door.loop.stop)
        thread.join(WAIT)
        door.loop.close()


async def well() -> tuple[bool, dict[str, object]]:
    """A health check for doors that are not about health."""
    return True, {}
