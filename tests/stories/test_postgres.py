"""The same stories on PostgreSQL, by changing one setting."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from handlers import backups
from handlers.doors import open_service
from store.crypto import Sealer
from store.database import StoreInUse
from tests.store.conftest import POSTGRES, Shelf
from tests.world.world import World


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Marsh Lane Primary on a server of its own."""
    shelf = Shelf(tmp_path)
    url = await shelf.new(POSTGRES, empty=True)
    world = World(tmp_path, database_url=url.render_as_string(hide_password=False))
    await world.opens()
    yield world
    await world.closes()
    await shelf.drop(url)
    shelf.stop()


async def test_a_visit_a_code_word_and_a_silence_with_a_crash(world: World) -> None:
    """Arrived, a code word, silence, killed in the climb and up again, left: word for word as on SQLite."""
    asha, olive, henry = world.asha, world.olive, world.henry
    await world.plans(asha)
    await asha.texts("1")
    asha.receives("ARRIVED 14:00")
    await asha.texts("is the blue folder in?")
    asha.receives("14:00")
    for one in (olive, henry):
        one.receives("CODE WORD from Asha at 14 High Street")
    await olive.texts("safe spoke to her")
    for one in (olive, henry):
        one.receives("ENDED")
    await world.until("14:14")
    asha.receives("Is all OK?")
    asha.receives("No answer yet")
    olive.receives("missed check-in")
    await world.crashes()
    await world.passes("2m")
    await world.reopens()
    olive.receives("Henry is told too")
    henry.receives("missed check-in")
    await asha.texts("left")
    asha.receives("LEFT 14:16")
    for one in (olive, henry):
        one.receives("ENDED")
    olive.receives("A. LEFT")
    assert [check.fault for check in await world.verifies()] == [""]


async def test_a_second_process_on_the_same_database_refuses_to_start(world: World) -> None:
    """One engine acts on a store; the other says so and stays out."""
    with pytest.raises(StoreInUse, match="another Doorstep already acts on this database"):
        await open_service(world.settings(), world.schools(), world.clock)


async def test_a_database_that_was_brought_back_holds_its_fire_when_told(world: World) -> None:
    """Brought back by its own tools and marked: nothing fires before the office has said what is real."""
    asha, olive = world.asha, world.olive
    visit = await world.plans(asha)
    await asha.texts("1")
    asha.receives("ARRIVED")
    await world.crashes()
    await world.passes("2h")
    key = world.settings().secret_key
    assert key is not None
    out = await backups.already_back(world.settings().database_url, Sealer(key.get_secret_value()), world.clock())
    assert out == [f"visit {visit}: A., there"]
    await world.reopens()
    for words in ("AUTOMATIC", "brought back from a backup of 14:00", f"REAL {visit}"):
        olive.receives(words)
    assert await world.open_alarms() == []
    await olive.texts("none real")
    olive.receives(f"Closed: {visit}")
    for one in (asha, olive, world.henry):
        one.ignores()
