"""SQLite without a change of thread for what does not wait.

The usual driver hands every call to a thread of its own and back again, four times a statement, and that takes far longer
than the statement itself. Inside a transaction the lock is ours and the pages are at hand: rows are read and written in
place. What waits for the disk (the commit of a change) or for another process (a lock that is taken) goes to a thread, so
that the event loop never stands still.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, AsyncAdaptedQueuePool, Pool
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util.concurrency import await_, in_greenlet

WAITS = "BEGIN IMMEDIATE"
LOOKS = "BEGIN"


class InPlaceCursor(sqlite3.Cursor):
    """Python's own cursor, as SQLAlchemy's asyncio engine expects one."""

    async def _async_soft_close(self) -> None:
        """What it found is at hand already."""


class InPlaceConnection(sqlite3.Connection):
    """Python's own connection; `patience` is how long a lock of another process is waited for, in milliseconds.

    `settle`, `begin`, `commit` and `rollback` are called where SQLAlchemy may wait (`greenlet_spawn`), all else anywhere.
    """

    def __init__(self, path: str, patience: int) -> None:
        # One connection, used by one task at a time, but from two threads: SQLite itself is built to allow it.
        super().__init__(path, isolation_level=None, check_same_thread=False)
        self._patience = patience
        self._thread = ThreadPoolExecutor(1, "store")
        self._kept = 0
        # The writers' lock where anything may be written: one that is only taken later could not be had under load.
        self._begins = WAITS

    def settle(self, *pragmas: str) -> None:
        """Say how the file is to be kept. The patience comes first: one that is locked already is waited for no longer."""
        for pragma in (f"busy_timeout={self._patience}", *pragmas):
            self._aside(self.execute, f"PRAGMA {pragma}")

    def cursor(self) -> InPlaceCursor:  # type: ignore[override]
        return super().cursor(InPlaceCursor)

    @contextmanager
    def looking(self) -> Iterator[None]:
        """A transaction that begins in here only looks, and keeps no writer waiting."""
        self._begins = LOOKS
        try:
            yield
        finally:
            self._begins = WAITS

    def begin(self) -> None:
        """Take the lock if it is to be had at once; when another process has it, wait for it in the thread."""
        self.execute("PRAGMA busy_timeout=0")
        try:
            self.execute(self._begins)
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
        finally:
            self.execute(f"PRAGMA busy_timeout={self._patience}")
        self._aside(self.execute, self._begins)

    def commit(self) -> None:
        self._ends(super().commit)

    def rollback(self) -> None:
        self._ends(super().rollback)

    def _ends(self, end: Callable[[], None]) -> None:
        if self.total_changes == self._kept:
            end()
        else:
            self._aside(end)
            self._kept = self.total_changes

    def _aside(self, work: Callable[..., Any], *args: Any) -> None:
        """Do what waits in the thread, one thing after the other: also behind what nobody waits for any more."""
        await_(asyncio.wrap_future(self._thread.submit(work, *args)))

    def close(self) -> None:
        super().close()
        self._thread.shutdown(wait=False)

    def abandon(self) -> None:
        """Close it as soon as the thread has done with what nobody waits for any more; here nobody waits for that either."""
        self._thread.submit(super().close)
        self._thread.shutdown(wait=False)


class InPlaceDialect(SQLiteDialect_pysqlite):
    """SQLAlchemy's words for SQLite, spoken over that connection by its asyncio engine."""

    driver = "inplace"
    is_async = True
    has_terminate = True
    supports_statement_cache = True

    @classmethod
    def get_pool_class(cls, url: URL) -> type[Pool]:
        return AsyncAdaptedQueuePool

    def get_driver_connection(self, connection: Any) -> Any:
        return connection

    def do_begin(self, dbapi_connection: Any) -> None:
        dbapi_connection.dbapi_connection.begin()

    def do_execute(self, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        cursor.execute(statement, parameters)
        _as_if_waited_for()

    def do_executemany(self, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        cursor.executemany(statement, parameters)
        _as_if_waited_for()

    def do_terminate(self, dbapi_connection: Any) -> None:
        dbapi_connection.abandon()


def _as_if_waited_for() -> None:
    """SQLAlchemy's asyncio engine takes a statement that nobody waited for as a sign of a driver that is none of its own."""
    if in_greenlet():
        await_(_nothing())


async def _nothing() -> None:
    """Done already."""
