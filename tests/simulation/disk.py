"""SQLite without a thread of its own, on a disk that can be full, busy or failing, or stop at any commit."""

import asyncio
import sqlite3
from collections.abc import Callable, Generator
from contextlib import suppress
from typing import Any, Protocol

import aiosqlite

from store.inplace import InPlaceConnection


class Disk(Protocol):
    """What may happen around a commit, and at its beginning."""

    def opened(self, connection: sqlite3.Connection) -> None: ...

    async def begins(self) -> None: ...

    def commits(self, commit: Callable[[], Any]) -> Any: ...


class _AtOnce:
    """In place of the driver's queue to its thread."""

    def put_nowait(self, item: tuple["asyncio.Future[Any] | None", Callable[[], Any]]) -> None:
        future, work = item
        try:
            result = work()
        except Exception as error:
            if future:
                future.set_exception(error)
        else:
            if future:
                future.set_result(result)


class DryConnection(InPlaceConnection):
    """The store's own connection, with `disk` in between where it would wait for the real one."""

    def __init__(self, path: str, patience: int, disk: Disk) -> None:
        super().__init__(path, patience)
        self._disk = disk
        self._tx: Any = _AtOnce()
        self._seen = 0

    def __del__(self) -> None:
        """A machine that is killed closes nothing, and nobody is to be warned of that."""
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()

    def __await__(self) -> Generator[Any, None, aiosqlite.Connection]:
        return self._opens().__await__()

    async def _opens(self) -> aiosqlite.Connection:
        await self._connect()
        self._disk.opened(self._conn)
        return self

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        name = getattr(fn, "__name__", "")
        if name == "commit":
            changes = self._conn.total_changes
            if changes != self._seen:
                self._seen = changes
                return self._disk.commits(fn)
        elif name == "execute" and args and args[0].startswith("BEGIN"):
            await self._disk.begins()
        return await super()._execute(fn, *args, **kwargs)
