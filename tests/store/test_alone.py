"""One process alone acts on a store: the second is refused, and the hold ends with its holder."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from store.database import ADVISORY_LOCK, Database, StoreInUse
from tests.store.conftest import POSTGRES, SQLITE, Open, Shelf

HOLDER = """
import asyncio, sys
from store.crypto import Sealer
from store.database import Database, StoreInUse

async def main():
    database = Database(sys.argv[1], Sealer("the secret of these proofs"))
    try:
        await database.hold_alone()
        print("held", flush=True)
    except StoreInUse as error:
        print(error, flush=True)
    await asyncio.to_thread(sys.stdin.read)

asyncio.run(main())
"""


@asynccontextmanager
async def another_process(database: Database) -> AsyncIterator[tuple[Process, str]]:
    """A second process that tries to hold the same store, and what it said."""
    url = database.url.render_as_string(hide_password=False)
    root = Path(__file__).parents[2]
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", HOLDER, url, cwd=root, stdin=PIPE, stdout=PIPE)
    assert process.stdout is not None
    try:
        yield process, (await process.stdout.readline()).decode().strip()
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def lock_is_free(database: Database) -> None:
    """Wait until PostgreSQL has noticed that the holder is gone."""
    if database.url.get_backend_name() == SQLITE:
        return
    async with database.engine.connect() as connection:
        await connection.execute(text(f"SELECT pg_advisory_lock({ADVISORY_LOCK})"))
        await connection.execute(text(f"SELECT pg_advisory_unlock({ADVISORY_LOCK})"))


async def test_a_second_process_is_refused(database: Database) -> None:
    """While we act on a store, another process is told to stop us first."""
    await database.hold_alone()
    async with another_process(database) as (_, said):
        assert "another Doorstep already acts on" in said
        assert "stop it first" in said
    assert await database.still_alone()


async def test_the_hold_of_a_killed_process_is_free(database: Database) -> None:
    """We are refused while the other lives; killed without a word, it leaves the store to us."""
    async with another_process(database) as (process, said):
        assert said == "held"
        with pytest.raises(StoreInUse):
            await database.hold_alone()
        process.kill()
        await process.wait()
        await lock_is_free(database)
        await database.hold_alone()
        assert await database.still_alone()


async def test_closing_lets_the_next_one_in(database: Database, open_store: Open) -> None:
    """A store that was closed in order can be held at once by the next."""
    await database.hold_alone()
    second = await open_store(url=database.url)
    with pytest.raises(StoreInUse):
        await second.hold_alone()
    await database.close()
    await lock_is_free(second)
    await second.hold_alone()


async def test_a_hold_lost_with_its_connection_is_noticed(shelf: Shelf, open_store: Open) -> None:
    """PostgreSQL forgets a hold with its connection: from then on, and for good, we are not alone."""
    database = await open_store(POSTGRES)
    await database.hold_alone()
    name = database.url.database
    await shelf.command(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    assert [await database.still_alone() for _ in range(3)] == [False] * 3


async def test_two_databases_of_one_server_do_not_meet(open_store: Open) -> None:
    """The hold is of the one database, not of the server it is on."""
    first, second = await open_store(POSTGRES), await open_store(POSTGRES)
    await first.hold_alone()
    await second.hold_alone()
    assert await first.still_alone() and await second.still_alone()
