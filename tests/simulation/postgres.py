"""A run on a real PostgreSQL: its driver works on an event loop of another thread, and the run's own time stands meanwhile."""

import asyncio
import re
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
from sqlalchemy.connectors import asyncio as connectors
from sqlalchemy.dialects.postgresql import asyncpg as dialect
from sqlalchemy.engine import interfaces, make_url
from sqlalchemy.ext.asyncio import engine, result, session
from sqlalchemy.util import concurrency, queue

from tests.simulation.ledger import Books
from tests.simulation.replaced import Piece, replaced

PATIENCE = 30.0


class Beside:
    """The other thread. `does` gives what an awaitable of the driver's comes to, and nothing else happens until then."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def does(self, awaitable: Awaitable[Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(_awaited(awaitable), self._loop).result(PATIENCE)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()


@dataclass(frozen=True, slots=True)
class Server:
    """One database of a server, with the tables in it and nothing else."""

    url: str
    beside: Beside

    def books(self, begins: datetime) -> "ServerBooks":
        return ServerBooks(self.url, self.beside, begins)


async def _awaited(awaitable: Awaitable[Any]) -> Any:
    return await awaitable


async def _straight(fn: Callable[..., Any], *args: Any, _require_await: bool = False, **kwargs: Any) -> Any:
    """In place of SQLAlchemy's greenlets: what is called waits by standing still."""
    return fn(*args, **kwargs)


@contextmanager
def in_place(beside: Beside, commits: Callable[[Callable[[], Any]], Any]) -> Iterator[None]:
    """For as long as this lasts PostgreSQL is spoken to from that thread, and every commit goes through `commits`."""
    adapted = dialect.AsyncAdapt_asyncpg_connection
    commit: Callable[[Any], Any] = adapted.commit
    pieces: list[Piece] = [
        *((module, "greenlet_spawn", _straight) for module in (engine, result, session)),
        *((module, "await_", beside.does) for module in (connectors, dialect, interfaces, concurrency, queue)),
        (adapted, "commit", lambda connection: commits(lambda: commit(connection))),
    ]
    with replaced(pieces):
        yield


class ServerBooks(Books):
    """What a PostgreSQL store says, through a connection of our own."""

    def __init__(self, url: str, beside: Beside, begins: datetime) -> None:
        super().__init__(None, begins)
        self._url, self._beside = make_url(url), beside
        self._reader: Any = None

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        if self._reader is None:
            url = self._url
            opened = asyncpg.connect(
                host=url.query.get("host", url.host), port=url.port, user=url.username, password=url.password,
                database=url.database,
            )  # fmt: skip
            self._reader = self._beside.does(opened)
        numbers = iter(range(1, len(values) + 1))
        numbered = re.sub(r"\?", lambda found: f"${next(numbers)}", query)
        return [tuple(row) for row in self._beside.does(self._reader.fetch(numbered, *values))]

    def close(self) -> None:
        if self._reader is not None:
            self._beside.does(self._reader.close())
        self._reader = None
