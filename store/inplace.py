"""SQLite without a change of thread for what does not wait.

The driver hands every call to a thread of its own and back again, four times a statement, and that takes far longer than
the statement itself. Inside a transaction the lock is ours and the pages are at hand: rows are read and written in place.
What waits for the disk (the commit of a change) or for another process (a lock that is taken) goes to the thread, so that
the event loop never stands still.
"""

import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Any

import aiosqlite

ROWS = ("SELECT", "INSERT", "UPDATE", "DELETE")
CHANGES = ROWS[1:]
CHUNK = 64


class InPlaceConnection(aiosqlite.Connection):
    """The driver's connection; `patience` is how long a lock of another process is waited for, in milliseconds."""

    def __init__(self, path: str, patience: int) -> None:
        # One connection, used by one task at a time, but from two threads: SQLite itself is built to allow it.
        super().__init__(partial(sqlite3.connect, path, check_same_thread=False), CHUNK)
        self._thread.daemon = True
        self._patience = patience
        self._changed = False

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Every call to SQLite comes through here."""
        owner, name = getattr(fn, "__self__", None), getattr(fn, "__name__", "")
        if isinstance(owner, sqlite3.Cursor):
            if name not in ("execute", "executemany") or args[0].startswith(ROWS):
                self._changed = self._changed or bool(args and str(args[0]).startswith(CHANGES))
                return fn(*args, **kwargs)
            if args[0].startswith("BEGIN"):
                return await self._begin(owner, *args)
            self._changed = True
        elif isinstance(owner, sqlite3.Connection):
            if name == "cursor" or (name in ("commit", "rollback") and not self._changed):
                return fn(*args, **kwargs)
            self._changed = name not in ("commit", "rollback")
        return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]

    async def _begin(self, cursor: sqlite3.Cursor, *args: Any) -> Any:
        """Take the lock if it is to be had at once; when another process has it, wait for it in the thread."""
        cursor.connection.execute("PRAGMA busy_timeout=0")
        try:
            return cursor.execute(*args)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
        finally:
            cursor.connection.execute(f"PRAGMA busy_timeout={self._patience}")
        return await super()._execute(cursor.execute, *args)  # type: ignore[no-untyped-call]
