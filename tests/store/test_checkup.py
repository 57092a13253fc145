"""What the doctor sees of the store itself, on both kinds."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from bot.checkup import About, Colour, Sign
from bot.delivery import Attempt, Verdict
from store import checkup, outbox, pulse
from store.database import Database, StoreDown
from tests.store.cast import MINUTE, NOW, SECOND, core, notice, scene, take_owed
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
    """Write over the last page: an index or a table of it is now nonsense."""
    with open(path, "r+b") as file:  # noqa: PTH123 - a test may break what it likes
        file.seek(-4096, 2)
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


async def test_who_has_texted_stop_is_known_by_what_was_refused(database: Database) -> None:
    """Error 21610, and no other refusal, says that somebody has opted out."""
    async with database.transaction() as tx:
        found = await scene(tx)
        for person, error in (
            (found.asha, "twilio 21610: opted out"),
            (found.olive, "twilio 21211: not a phone number"),
        ):
            owed = replace(notice("words"), school_id=found.school_id, person_id=person.id)
            await outbox.owe(tx, owed, NOW)
            for leased in await take_owed(tx, "token", NOW, NOW + MINUTE):
                await outbox.write_down(tx, leased, Attempt(Verdict.REFUSED, error=error), NOW)
        assert await checkup.stopped(tx, found.school_id) == {found.asha.id}


async def test_the_pulse_is_one_row(database: Database) -> None:
    """However often it beats: the last beat is what is known."""
    async with database.transaction() as tx:
        assert await pulse.last(tx) is None
        for seconds in (1, 2, 3):
            await pulse.beat(tx, NOW + seconds * SECOND, NOW)
        assert await pulse.last(tx) == NOW + 3 * SECOND
        assert (await core(tx, text("SELECT count(*) FROM pulse"))).scalar_one() == 1
