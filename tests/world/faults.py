"""What a story may do to the store and to the disk beside it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from handlers.doors import Attached


class StoreFaults:
    """The part of a world that breaks what it stands on."""

    folder: Path

    @property
    def attached(self) -> Attached:
        raise NotImplementedError

    async def breaks_store(self) -> None:
        """From now on the store takes nothing in."""
        await self._alters("ALTER TABLE inbox RENAME TO elsewhere")

    async def mends_store(self) -> None:
        await self._alters("ALTER TABLE elsewhere RENAME TO inbox")

    @contextmanager
    def locks_store(self) -> Iterator[None]:
        """For as long as this lasts another program holds the file, in the middle of a change of its own."""
        other = sqlite3.connect(str(self.attached.service.database.url.database), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        yield
        other.close()

    def fills_disk(self) -> None:
        """From now on the spool has no room either."""
        self.spool_file.symlink_to("/dev/full")

    def frees_disk(self) -> None:
        self.spool_file.unlink()

    @property
    def spool_file(self) -> Path:
        return self.folder / "doorstep.db.spool"

    @property
    def spooled(self) -> int:
        """How many records wait on the disk."""
        return len(self.spool_file.read_bytes().split()) if self.spool_file.exists() else 0

    async def _alters(self, statement: str) -> None:
        async with self.attached.service.database.engine.begin() as connection:
            await connection.execute(text(statement))
