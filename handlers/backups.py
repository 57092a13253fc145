"""Taking a backup, and bringing a store back out of one.

A backup is believed only once it has been restored beside the store, and read to its end. A store that is brought back
holds its fire until the office has said what of it is real (docs/decisions/0026).
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from store import backup as store_backup
from store import journal, people, restored
from store.backup import BackupFault, Contents
from store.crypto import Sealer
from store.database import Database, Transaction
from store.journal import Check
from store.schema import migrate


@dataclass(frozen=True, slots=True)
class Taken:
    """What a backup holds, as it was read back out of it."""

    file: Path
    size: int
    contents: Contents
    journals: Sequence[Check]
    out: Sequence[str] = ()
    """Of a store that was brought back: whoever is out by it."""


async def take(url: str, sealer: Sealer, target: Path) -> Taken:
    """Copy, seal, restore, compare; only then is the file there under its name. Raises BackupFault, KeyFault, StoreDown."""
    target = _free(target)
    with TemporaryDirectory(prefix=".doorstep-", dir=target.parent) as name:
        folder = Path(name)
        plain, sealed, again = folder / "copy.db", folder / "sealed", folder / "again.db"
        await asyncio.to_thread(store_backup.copy, store_backup.file_of(url), plain)
        await asyncio.to_thread(store_backup.seal, plain, sealed, sealer)
        contents = await opened(sealed, again, sealer)
        if store_backup.digest(again) != store_backup.digest(plain):
            raise BackupFault("what was restored from the backup is not what was put into it")
        journals = await read_whole(again, sealer)
        sealed.rename(target)
        store_backup.settle(target.parent)
    return Taken(target, target.stat().st_size, contents, journals)


async def restore(url: str, sealer: Sealer, file: Path, now: datetime) -> Taken:
    """Bring the store back, where there is none yet. Raises BackupFault, KeyFault, SchemaAhead, StoreInUse, StoreDown."""
    target = store_backup.file_of(url)
    held = Database(url, sealer)
    await held.hold_alone()
    try:
        store_backup.refuse_full(target)
        with TemporaryDirectory(prefix=".doorstep-", dir=target.parent) as name:
            again = Path(name) / "again.db"
            contents = await opened(file, again, sealer)
            journals = await read_whole(again, sealer)
            out = await _hold_fire(Database(f"sqlite+aiosqlite:///{again}", sealer), now)
            store_backup.put_in_place(again, target)
    finally:
        await held.close()
    return Taken(target, target.stat().st_size, contents, journals, out)


async def already_back(url: str, sealer: Sealer, now: datetime) -> Sequence[str]:
    """Have a store hold its fire that was brought back by other tools; gives who is out by it. Raises as `restore` does."""
    database = Database(url, sealer)
    try:
        await database.hold_alone()
        await migrate(database)
        async with database.reading() as tx:
            await people.check_key(tx)
    except BaseException:
        await database.close()
        raise
    return await _hold_fire(database, now)


async def _hold_fire(database: Database, now: datetime) -> list[str]:
    """From now on it waits for the word of the offices. Gives a line for each who is out by it, and lets go of it."""
    try:
        async with database.transaction() as tx:
            await restored.hold_fire(tx, now)
            return [line for school_id in await restored.held(tx) for line in await _out(tx, school_id, now)]
    finally:
        await database.close()


async def _out(tx: Transaction, school_id: int, now: datetime) -> list[str]:
    names = {person.id: person.initials for person in await people.of_school(tx, school_id)}
    places = await restored.places_in_question(tx, school_id, now)
    return [f"visit {place.visit_id}: {names.get(place.visitor_id, '?')}, {place.state}" for place in places]


async def opened(sealed: Path, into: Path, sealer: Sealer) -> Contents:
    """Restore a backup into a file of its own, and look through it."""
    await asyncio.to_thread(store_backup.unseal, sealed, into, sealer)
    return await asyncio.to_thread(store_backup.look, into)


async def read_whole(file: Path, sealer: Sealer) -> list[Check]:
    """Read every journal to its end, with the key. The file is brought to this version's tables first. Raises KeyFault."""
    database = Database(f"sqlite+aiosqlite:///{file}", sealer)
    try:
        await migrate(database)
        async with database.reading() as tx:
            await people.check_key(tx)
            return await journal.verify(tx)
    finally:
        await database.close()


def _free(target: Path) -> Path:
    """The whole name of a file that is yet to be. Raises BackupFault where it is, or cannot be."""
    whole = target.resolve()
    if whole.exists():
        raise BackupFault(f"{whole} is there already: choose another name")
    if not whole.parent.is_dir():
        raise BackupFault(f"there is no folder {whole.parent}")
    return whole
