"""What the doctor sees of the store itself: its version, its promises, its disk, its clock."""

import asyncio
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.checkup import About, Sign, clock, disk, postgres, red, sqlite_pragmas, sqlite_version, well
from store.database import Database, StoreDown, store_down

PRAGMAS = ("journal_mode", "synchronous", "foreign_keys")
PROMISES = ("fsync", "synchronous_commit", "full_page_writes")


async def examine(database: Database, now: datetime, *, thorough: bool) -> list[Sign]:
    """Everything that can be seen. `thorough` reads a whole SQLite file, which takes its time. Raises StoreDown."""
    path = database.url.database or ""
    try:
        async with database.reading() as tx:
            if database.url.get_backend_name() != "sqlite":
                return await _postgres(tx.connection, now)
            held = [(await tx.connection.execute(text(f"PRAGMA {name}"))).scalar_one() for name in PRAGMAS]
    except StoreDown as error:
        if type(getattr(error.__cause__, "orig", None)) is not sqlite3.DatabaseError:
            raise
        # The damage is where the file says what is in it: nothing else can be asked.
        return await asyncio.to_thread(_file, path, thorough=True)
    with store_down():
        signs = [sqlite_version(sqlite3.sqlite_version_info), sqlite_pragmas(*held)]
        return [*signs, *await asyncio.to_thread(_file, path, thorough)]


def _file(name: str, thorough: bool) -> list[Sign]:
    path = Path(name).resolve()
    signs = [disk(shutil.disk_usage(path.parent).free, str(path.parent))]
    if thorough:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            try:
                [found] = connection.execute("PRAGMA quick_check(1)").fetchone()
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError as error:
                found = str(error)
        whole = well(About.STORE, f"{path.name} is whole")
        mend = "stop the service, keep this file, and restore the last backup (doorstep restore)"
        signs.append(whole if found == "ok" else red(About.STORE, f"{path.name} is damaged: {found}", mend))
    return signs


async def _postgres(connection: AsyncConnection, now: datetime) -> list[Sign]:
    async def show(name: str) -> Any:
        return (await connection.execute(text(f"SHOW {name}"))).scalar_one()

    values: Mapping[str, str] = {name: await show(name) for name in PROMISES}
    version = int(await show("server_version_num"))
    theirs = (await connection.execute(text("SELECT clock_timestamp()"))).scalar_one()
    return [*postgres(version, dict(values)), clock(theirs, now, "the database server")]
