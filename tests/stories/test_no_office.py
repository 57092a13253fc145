"""A school without an office: what is no alarm goes to the next who can be told, and to nobody by mistake."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.checkup import About, red
from bot.people import Role
from tests.world.phones import Human
from tests.world.world import SCHOOL, World

QUIET = '\n[marsh-lane.overrides]\nquiet = ["business_manager"]\n'


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Marsh Lane with neither office nor headteacher nor deputy; an alarm of silence goes to the business manager too."""
    world = World(tmp_path, school=SCHOOL + QUIET)
    for one in (world.olive, world.henry, world.dana):
        one.roles = frozenset({Role.VISITOR})
    await world.opens()
    yield world
    await world.closes()


async def goes_and_comes(world: World, human: Human) -> None:
    await human.texts("arrived at 14 High Street")
    human.receives("ARRIVED")
    await human.texts("left")
    human.receives("LEFT")


async def test_what_is_the_offices_goes_to_the_next(world: World) -> None:
    """An arrival that nobody planned and a leaving: the first of the others that anybody has hears of both."""
    await goes_and_comes(world, world.asha)
    world.dee.receives("A. ARRIVED")
    world.dee.receives("A. LEFT")
    world.bruno.receives_nothing()


async def test_it_goes_past_whoever_is_out(world: World) -> None:
    """Dee is inside a home herself: nothing of the office's comes up on her phone."""
    await world.dee.texts("arrived at 3 Church Close")
    world.dee.receives("ARRIVED")
    world.bruno.receives("D. ARRIVED")
    await goes_and_comes(world, world.asha)
    world.bruno.receives("A. ARRIVED")
    world.bruno.receives("A. LEFT")
    await world.dee.texts("left")
    world.dee.receives("LEFT")
    world.bruno.receives("D. LEFT")


async def test_what_the_doctor_finds_red_goes_to_the_next(world: World) -> None:
    """Nobody is on the rungs of its ladder: whoever can be told is."""
    found = [red(About.LADDER, "the rung office has nobody", "import somebody with the role office")]
    await world.attached.service.desk.examined([world.school_id], found, "Bruno")
    await world.settles()
    world.dee.receives("Doorstep is not fit for visits", "Ask Bruno")
    world.bruno.receives_nothing()


async def test_whoever_is_on_a_quiet_rung_alone_hears_who_is_out_of_reach(world: World) -> None:
    """Dee has texted STOP: who shares an alarm of silence with her is to know that she hears none."""
    await world.dee.texts("STOP")
    world.bruno.receives("D. has texted STOP", "NO alarm reaches them by SMS")


async def test_where_the_office_is_out_itself_the_next_hears_of_it(tmp_path: Path) -> None:
    """Olive is all there is of an office, and arrives somewhere unplanned: "the office is told" must be true of somebody."""
    world = World(tmp_path)
    world.olive.roles = frozenset({Role.OFFICE, Role.VISITOR})
    await world.opens()
    await goes_and_comes(world, world.olive)
    world.henry.receives("O. ARRIVED")
    world.henry.receives("O. LEFT")
    world.olive.receives_nothing()
    await world.closes()
