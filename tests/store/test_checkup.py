"""What the doctor sees of the store itself, on both kinds."""

import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import text

from bot.checkup import About, Colour, Sign
from store import checkup, pulse
from store.database import Database, StoreDown
from tests.store.cast import NOW, SECOND, core, scene
from tests.store.conftest import POSTGRES, SQLITE, Open


def words(signs: list[Sign], colour: Colour) -> str:
    return "; ".join(sign.words for sign in signs if sign.colour is colour)


async def test_a_sound_file_is_whole_and_keeps_what_it_says(open_store: Open) -> None:
    """WAL, FULL, whole, and room on its disk: the version alone may be amber."""
    database = await open_store(SQLITE)
    signs = await checkup.examine(database, NOW, thorough=True)
    assert words(signs, Colour.RED) == ""
    assert "every change is on the disk before it is acknowledged" in words(signs, Colour.GREEN)
    assert "is whole" in words(signs, Colour.GREEN)
    assert {sign.about for sign in signs} == {About.STORE, About.DISK}


async def test_the_whole_file_is_read_only_when_asked(open_store: Open) -> None:
    """In the middle of the service's work only what is quick is looked at."""
    signs = await checkup.examine(await open_store(SQLITE), NOW, thorough=False)
    assert "is whole" not in words(signs, Colour.GREEN)


async def test_a_damaged_file_is_red(open_store: Open) -> None:
    """Pages that hold nonsense are found, and what to do about it is said."""
    database = await open_store(SQLITE)
    async with database.transaction() as tx:
        await scene(tx)
    await database.close()
    damage(str(database.url.database))
    again = await open_store(SQLITE, url=database.url)
    found = [sign for sign in await checkup.examine(again, NOW, thorough=True) if sign.colour is Colour.RED]
    assert ["is damaged" in sign.words and "restore" in sign.mend for sign in found] == [True]


def damage(path: str) -> None:
    """Write over the page of an index, which is now nonsense."""
    with closing(sqlite3.connect(path)) as connection:
        [page] = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ix_outbox_trouble'").fetchone()
    with open(path, "r+b") as file:  # noqa: PTH123 - a test may break what it likes
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)


async def test_a_server_that_keeps_its_promises_is_well(open_store: Open) -> None:
    """The proofs' own server runs without fsync: that is just what the doctor must see, and its clock."""
    signs = await checkup.examine(await open_store(POSTGRES), NOW, thorough=True)
    assert "PostgreSQL" in words(signs, Colour.GREEN)
    assert "fsync is off" in words(signs, Colour.RED)
    assert "clock" in words(signs, Colour.RED)


async def test_a_store_that_is_not_there_is_down(open_store: Open) -> None:
    """A server that does not answer is said to be down, and is no fault of the doctor's."""
    database = Database("postgresql+asyncpg://doorstep@127.0.0.1:1/doorstep", (await open_store(SQLITE)).sealer)
    with pytest.raises(StoreDown):
        await checkup.examine(database, NOW, thorough=False)
    await database.close()


async def test_the_pulse_is_one_row(database: Database) -> None:
    """However often it beats: the last beat is what is known."""
    async with database.transaction() as tx:
        assert await pulse.last(tx) is None
        for seconds in (1, 2, 3):
            await pulse.beat(tx, NOW + seconds * SECOND, NOW)
        assert await pulse.last(tx) == NOW + 3 * SECOND
        assert (await core(tx, text("SELECT count(*) FROM pulse"))).scalar_one() == 1
