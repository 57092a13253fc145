"""The spool: a file beside the store for what came in while the store could not take it (law 4).

A record counts once it is on the disk: written, synced, and with it the folder when the file is new. It is sealed like the
rows of the inbox, so nothing of it can be read there. The file is read from its beginning and taken away when all of it is
in the store; what was put twice is kept once, by its id.
"""

import asyncio
import base64
import json
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from bot.people import Channel
from store.crypto import KeyFault, Sealer
from store.database import Database, StoreDown

log = structlog.get_logger(__name__)
ONLY_OURS = 0o600


@dataclass(frozen=True, slots=True)
class Spooled:
    """One thing that came in, as it will stand in the inbox."""

    channel: Channel
    external_id: str
    raw: bytes
    received_at: datetime


def spool_beside(database: Database) -> Path:
    """Where the spool of a store is: beside its file, or in the folder the process was started in."""
    is_file = database.url.get_backend_name() == "sqlite" and database.url.database
    return Path(f"{database.url.database}.spool") if is_file else Path("doorstep.spool")


class Spool:
    """One file of one process. `sync` brings what was written to the disk."""

    def __init__(self, path: Path, sealer: Sealer, sync: Callable[[int], None] = os.fsync) -> None:
        self.path, self._sealer, self._sync = path, sealer, sync
        self._lock = asyncio.Lock()

    @property
    def waiting(self) -> bool:
        """Whether there is anything to be read in."""
        return self.path.exists()

    async def put(self, one: Spooled) -> None:
        """Return once it is on the disk. Raises StoreDown when it is not."""
        packed = {
            "channel": one.channel,
            "id": one.external_id,
            "raw": base64.b64encode(one.raw).decode(),
            "at": one.received_at.isoformat(),
        }
        await self._add(self.path, self._sealer.seal(json.dumps(packed)))

    async def _add(self, path: Path, line: bytes) -> None:
        async with self._lock:
            try:
                await asyncio.to_thread(self._append, path, line)
            except OSError as error:
                raise StoreDown(f"the spool refused: {error.strerror}") from error

    def _append(self, path: Path, line: bytes) -> None:
        is_new = not path.exists()
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, ONLY_OURS)
        try:
            before = os.fstat(file).st_size
            try:
                # A line that a crash has torn ends here, and takes nothing of this one with it.
                _write(file, b"\n" + line + b"\n")
                self._sync(file)
            except OSError:
                with suppress(OSError):
                    os.ftruncate(file, before)
                raise
        finally:
            os.close(file)
        if is_new:
            self._sync_folder(path)

    def _sync_folder(self, path: Path) -> None:
        folder = os.open(path.resolve().parent, os.O_RDONLY)
        try:
            self._sync(folder)
        finally:
            os.close(folder)

    async def read(self) -> tuple[Sequence[Spooled], int]:
        """All that waits, oldest first, and how long the file was. Raises StoreDown.

        A last line that a crash has torn was never acknowledged, and is left out. Any other line that does not open,
        or that another version wrote and this one does not know, is set aside in a file beside this one.
        """
        try:
            content = await asyncio.to_thread(self.path.read_bytes)
        except OSError as error:
            raise StoreDown(f"the spool cannot be read: {error.strerror}") from error
        lines = content.split(b"\n")
        found: list[Spooled] = []
        for number, line in enumerate(lines):
            if one := self._opened(line):
                found.append(one)
            elif line and number < len(lines) - 1:
                await self._set_aside(line)
        return found, len(content)

    def _opened(self, line: bytes) -> Spooled | None:
        try:
            packed = json.loads(self._sealer.open(line))
            raw, at = base64.b64decode(packed["raw"]), datetime.fromisoformat(packed["at"])
            return Spooled(Channel(packed["channel"]), packed["id"], raw, at)
        except (KeyFault, ValueError, LookupError, TypeError):
            return None  # another key's, or another version's (docs/decisions/0020)

    async def _set_aside(self, line: bytes) -> None:
        aside = self.path.with_name(f"{self.path.name}-unread")
        log.error("a record of the spool does not open, and is set aside", file=aside.name)
        await self._add(aside, line)

    async def clear(self, length: int) -> None:
        """So much of it is in the store: take the file away, if nothing has been put since. Raises StoreDown.

        Should it come back after a crash, or stay for what was put since, nothing in it counts twice.
        """
        async with self._lock:
            try:
                if self.path.stat().st_size == length:
                    await asyncio.to_thread(self.path.unlink)
            except OSError as error:
                raise StoreDown(f"the spool cannot be taken away: {error.strerror}") from error


def _write(file: int, content: bytes) -> None:
    while content:
        content = content[os.write(file, content) :]
