"""SQLite without a thread of its own, on a disk that can be full, busy or failing, or stop at any commit."""

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from store.inplace import InPlaceConnection


class Disk(Protocol):
    """What may happen around a commit, and at its beginning."""

    def opened(self, connection: sqlite3.Connection) -> None: ...

    def begins(self) -> None: ...

    def commits(self, commit: Callable[[], Any]) -> Any: ...


class DryConnection(InPlaceConnection):
    """The store's own connection, with `disk` in between where it would wait for the real one."""

    def __init__(self, path: str, patience: int, disk: Disk) -> None:
        super().__init__(path, patience)
        self._disk = disk
        self._seen = 0
        disk.opened(self)

    def __del__(self) -> None:
        """A machine that is killed closes nothing, and nobody is to be warned of that."""
        with suppress(sqlite3.Error):
            self.close()

    def begin(self) -> None:
        self._disk.begins()
        super().begin()

    def commit(self) -> None:
        if self.total_changes == self._seen:
            super().commit()
        else:
            self._seen = self.total_changes
            self._disk.commits(super().commit)

    def _aside(self, work: Callable[..., Any], *args: Any) -> None:
        work(*args)

    def abandon(self) -> None:
        self.close()
