"""A clock that somebody sets delays nothing, and is told of (DESIGN §7, I10)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from store import drills
from tests.world.torn import Hands, TornClock
from tests.world.world import World

TEN, HOUR = timedelta(minutes=10), timedelta(hours=1)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Marsh Lane with a wall clock that anybody may set."""
    world = World(tmp_path, clock=TornClock(Hands()))
    await world.opens()
    yield world
    await world.closes()


def torn(world: World) -> TornClock:
    assert isinstance(world.clock, TornClock)
    return world.clock


async def test_set_back_ten_minutes_nothing_is_late(world: World) -> None:
    """The check-in, the nudge and the alarm come when they would have come; the office is told of the clock."""
    asha, olive = world.asha, world.olive
    await world.plans(asha)
    await asha.texts("arrived")
    asha.receives("ARRIVED 14:00")
    await world.passes("5m")
    torn(world).sets(-TEN)
    await world.settles()
    olive.receives("CLOCK 14:05", "set back by 10:00 min", "nothing is late")
    await world.passes("5m")
    asha.receives("Is all OK?")
    await world.passes("4m")
    asha.receives("No answer yet")
    olive.receives("ALARM", "14:14: Asha missed check-in")
    await asha.texts("3")
    for one in (asha, olive):
        one.ignores()


async def test_set_forward_an_hour_doubt_fires_early(world: World) -> None:
    """What is due by the new time is asked about at once; the office is told why."""
    asha, olive = world.asha, world.olive
    await world.plans(asha)
    await asha.texts("arrived")
    asha.receives("ARRIVED 14:00")
    torn(world).sets(HOUR)
    await world.settles()
    olive.receives("CLOCK 15:00", "set on by 1:00 h")
    asha.receives("Is all OK?")
    await asha.texts("3")
    asha.receives("LEFT")
    olive.receives("LEFT")


async def test_once_nobody_is_out_the_wall_clock_is_taken(world: World) -> None:
    """As long as Asha is there Doorstep counts on; when she has left, times are the wall clock's again."""
    asha, olive = world.asha, world.olive
    await asha.texts("arrived at 14 High Street")
    torn(world).sets(-TEN)
    await world.passes("1m")
    await asha.texts("left")
    asha.receives("LEFT 14:01")
    await world.passes("1m")
    await asha.texts("arrived at 9 Mill Lane")
    asha.receives("ARRIVED 13:52")
    await asha.texts("left")
    for one in (asha, olive):
        one.ignores()


async def test_a_drill_ends_in_its_time_before_the_wall_clock_is_taken(world: World) -> None:
    """Its end is counted by ours: taken back by an hour in the middle of it, it would go on for an hour more."""
    torn(world).sets(HOUR)
    await world.passes("1m")
    torn(world).sets(-HOUR)
    async with world.attached.service.database.transaction() as tx:
        await drills.ask(tx, world.school_id, world.clock())
    await world.passes("30s")
    world.olive.receives("TEST")
    await world.passes("10m")
    world.olive.receives("TEST OVER")
    for one in (world.olive, world.henry, world.dana):
        one.ignores()


async def test_set_back_while_we_were_dead(world: World) -> None:
    """The store knows how far the time had got: the new process goes on from there, and the office is told."""
    asha, olive = world.asha, world.olive
    await world.plans(asha)
    await asha.texts("arrived")
    asha.receives("ARRIVED 14:00")
    await world.passes("5m")
    await world.crashes()
    torn(world).sets(-TEN)
    torn(world).forgets()
    await world.reopens()
    olive.receives("CLOCK 14:05", "set back")
    await world.passes("5m")
    asha.receives("Is all OK?")
    await asha.texts("3")
    asha.receives("LEFT 14:10")
    olive.receives("LEFT")


async def test_a_machine_that_slept_says_so(world: World) -> None:
    """Closed for twenty minutes with Asha out: on waking, what was due is asked, and the office hears why it is late."""
    asha, olive = world.asha, world.olive
    await world.plans(asha)
    await asha.texts("arrived")
    asha.receives("ARRIVED 14:00")
    torn(world).hands.passes(timedelta(minutes=20), asleep=True)
    await world.settles()
    olive.receives("CLOCK 14:20", "slept for 20:00 min")
    asha.receives("Is all OK?")
    for one in (olive, world.henry):
        one.receives("AUTOMATIC")  # nobody was there to call it off
        one.receives("Doorstep works again")
    await asha.texts("3")
    asha.receives("LEFT")
    olive.receives("LEFT")
    for one in (olive, world.henry):
        one.receives("DISREGARD")


async def test_a_clock_that_is_fought_over_is_told_of_once(world: World) -> None:
    """Set back every minute by another program: one text, and every step in the journal."""
    await world.settles()
    for _ in range(4):
        await world.passes("1m")
        torn(world).sets(timedelta(seconds=-30))
        await world.settles()
    world.olive.receives("set back by 0:30 min")
    steps = [entry for entry in await world.journal() if entry.kind == "clock"]
    assert len(steps) == 4


async def test_the_hour_that_comes_twice_is_named(tmp_path: Path) -> None:
    """A visit through the end of summer time: each time is written so that it cannot be misread, and none is late."""
    begins = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    world = World(tmp_path, begins=begins)
    await world.opens()
    asha, olive = world.asha, world.olive
    await asha.texts("arrived at 14 High Street")
    asha.receives("ARRIVED 01:30 BST", "end 01:15 GMT")
    olive.receives("ARRIVED 01:30 BST")
    await world.passes("10m")
    asha.receives("Is all OK?")
    await asha.texts("2")
    await asha.texts("status")
    asha.receives("01:40 BST", "leave by 01:15 GMT")
    await world.passes("20m")
    await asha.texts("left")
    asha.receives("LEFT 01:00 GMT")
    olive.receives("LEFT 01:00 GMT")
    await world.closes()
