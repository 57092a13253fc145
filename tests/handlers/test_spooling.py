"""Twilio's way in: the store while it keeps, the spool when it fails or takes too long, and each text once."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.people import Channel
from handlers.spooling import BATCH, RECEIPTS_AT_ONCE, SpoolingDoor
from store import inbox
from store.crypto import Sealer
from store.database import Database, StoreDown
from store.spool import Spool, Spooled, spool_beside
from tests.fakes.hands import Hands
from tests.world.laid import lay

SEALER = Sealer("marsh-lane-test-secret")


class Store:
    """A real store, and a way in that a test may close or make slow."""

    def __init__(self, database: Database, clock: Hands) -> None:
        self.database, self.clock = database, clock
        self.fails: Exception | None = None
        self.goes_on = asyncio.Event()
        self.goes_on.set()
        self.finished = asyncio.Event()

    async def keep(self, channel: Channel, external_id: str, raw: bytes) -> bool:
        await self.goes_on.wait()
        try:
            if self.fails:
                raise self.fails
            async with self.database.transaction() as tx:
                return await inbox.keep(tx, channel, external_id, raw, self.clock())
        finally:
            self.finished.set()

    async def ids(self) -> list[str]:
        async with self.database.transaction() as tx:
            return [kept.external_id for kept in await inbox.new_ones(tx, 99)]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'doorstep.db'}", SEALER)
    lay(tmp_path / "doorstep.db")
    yield Store(database, Hands())
    await database.close()


@pytest.fixture
async def door(store: Store) -> AsyncIterator[SpoolingDoor]:
    woken: list[str] = []
    spool = Spool(spool_beside(store.database), SEALER)
    one = SpoolingDoor(store.database, store.clock, spool, store.keep, lambda: woken.append("desk"), patience=60.0)
    yield one
    await one.close()


async def put(door: SpoolingDoor, number: int) -> bool:
    return await door.keep(Channel.SMS, f"SM{number}", b"left")


async def test_while_the_store_keeps_nothing_is_spooled(door: SpoolingDoor, store: Store) -> None:
    """New, and known before, as the store says."""
    assert [await put(door, 1), await put(door, 1)] == [True, False]
    assert await store.ids() == ["SM1"]
    assert not door.spool.waiting
    assert await door.read_in() == 0


@pytest.mark.parametrize("fault", [StoreDown("locked"), OSError("gone"), RuntimeError("our own")], ids=repr)
async def test_whatever_the_store_says_instead(door: SpoolingDoor, store: Store, fault: Exception) -> None:
    """Down, gone or a fault of ours: what came in is kept, and read in when it can be."""
    store.fails = fault
    assert await put(door, 1)
    assert await store.ids() == []
    assert await door.read_in() == 1
    assert await store.ids() == ["SM1"]
    assert not door.spool.waiting


async def test_a_store_that_takes_too_long_is_not_waited_for(door: SpoolingDoor, store: Store) -> None:
    """Twilio gives up after four seconds. What the store takes after all counts once."""
    store.goes_on.clear()
    door.patience = 0.01
    assert await put(door, 1)
    assert door.spool.waiting
    store.goes_on.set()
    await store.finished.wait()
    assert await door.read_in() == 1
    assert await store.ids() == ["SM1"]


async def test_a_store_that_fails_after_too_long_is_nobodys_trouble(door: SpoolingDoor, store: Store) -> None:
    """Its fault is looked at, and the spool has the text."""
    store.goes_on.clear()
    door.patience = 0.01
    store.fails = StoreDown("locked")
    assert await put(door, 1)
    store.goes_on.set()
    await store.finished.wait()
    assert await door.read_in() == 1


async def test_neither_store_nor_disk(door: SpoolingDoor, store: Store) -> None:
    """Then nothing was kept, and the door must not say so."""
    store.fails = StoreDown("full")
    door.spool.path.symlink_to("/dev/full")
    with pytest.raises(StoreDown):
        await put(door, 1)
    door.spool.path.unlink()


async def test_a_store_that_goes_down_while_it_is_read_in(door: SpoolingDoor, store: Store) -> None:
    """The file stays until all of it is in the store; what was in it counts once."""
    store.fails = StoreDown("locked")
    for number in (1, 2):
        await put(door, number)
    async with store.database.engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE inbox RENAME TO elsewhere")
    assert await door.read_in() == 0
    assert door.spool.waiting
    async with store.database.engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO inbox")
    store.fails = None
    assert await put(door, 1)  # its webhook comes once more
    assert await door.read_in() == 2
    assert sorted(await store.ids()) == ["SM1", "SM2"]


async def test_a_long_spool_is_read_in_by_the_hundred_and_says_that_it_gets_on(
    door: SpoolingDoor, store: Store
) -> None:
    """An hour's receipts are no standstill: what is read in says so, or the process would end itself over them, and again."""
    told: list[int] = []

    def gets_on() -> None:
        with closing(sqlite3.connect(str(store.database.url.database))) as kept:
            told.append(kept.execute("SELECT count(*) FROM inbox").fetchone()[0])

    for number in range(2 * BATCH + 7):
        await door.spool.put(Spooled(Channel.SMS, f"SM{number}", b"left", store.clock()))
    door.progress = gets_on
    assert await door.read_in() == 2 * BATCH + 7
    assert told == [BATCH, 2 * BATCH, 2 * BATCH + 7]
    assert not door.spool.waiting


async def test_a_text_waits_for_the_store_behind_few_of_many_receipts(store: Store, door: SpoolingDoor) -> None:
    """Hundreds of receipts come in one moment after an outage: no text, and no beat, stands behind all of them."""
    async with store.database.transaction():
        receipts = [asyncio.create_task(door.keep(Channel.SMS, f"SM{number}:sent", b"")) for number in range(30)]
        await asyncio.sleep(0)
        text = asyncio.create_task(door.keep(Channel.SMS, "SM-text", b"help"))
        await asyncio.sleep(0)
    assert await text
    assert len(await store.ids()) <= 2 * RECEIPTS_AT_ONCE + 1
    assert all(await asyncio.gather(*receipts))
    assert len(await store.ids()) == 31
