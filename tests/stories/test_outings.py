"""Several visits in one outing: one return, whoever comes back early or late."""

from pathlib import Path

from tests.world.world import SCHOOL, World

EARLY_YEARS = SCHOOL.replace('policy = "default"', 'policy = "early-years"')


async def test_back_early_closes_every_visit_of_the_outing(tmp_path: Path) -> None:
    """Three families planned, back after the first text: nothing of the outing is waited for any more."""
    world = World(tmp_path, school=EARLY_YEARS)
    await world.opens()
    for start, end in (("14:00", "14:20"), ("14:20", "14:40"), ("14:40", "14:55")):
        await world.plans(world.asha, start=start, end=end, back="15:00", outing=1)
    await world.asha.texts("setting off")
    world.asha.receives("SET OUT")
    world.olive.receives("SET OUT")
    await world.asha.texts("4")
    world.olive.receives("BACK 14:00")
    await world.until("17:00")
    world.asha.receives_nothing()
    await world.closes()


async def test_the_return_is_awaited_after_the_last_visit_only(world: World) -> None:
    """Two homes in one outing: from the first one goes on to the second, from the second back to school."""
    asha, olive = world.asha, world.olive
    await world.plans(asha, start="14:00", end="14:20", back="15:30", outing=1)
    await world.plans(asha, start="14:30", end="15:00", back="15:30", outing=1, address="3 Weir Close")
    await asha.texts("arrived")
    asha.receives("ARRIVED 14:00")
    await asha.texts("left, no concerns")
    asha.receives("LEFT 14:00. Thank you, the visit is closed.")
    olive.receives("LEFT 14:00, visit 1 closed")
    await world.until("14:30")
    await asha.texts("arrived")
    asha.receives("ARRIVED 14:30")
    await asha.texts("left, no concerns")
    asha.receives("LEFT 14:30. Text 4 when you are back, expected 15:30.")
    olive.receives("LEFT 14:30, visit 2, expected back 15:30")
    await asha.texts("back by 4")
    asha.receives("expected back 16:00")
    olive.receives("CHANGED 14:30", "expected back 16:00")
    await world.until("16:14")
    asha.receives_nothing()
    await world.until("16:30")
    asha.ignores()
    olive.receives("ALARM", "Asha not back from 3 Weir Close")
    await asha.texts("4")
    olive.receives("ENDED 16:30: Asha texted BACK")
    assert await world.state(asha) == "returned"


async def test_who_leaves_after_the_time_of_the_return_is_awaited_after_the_journey(world: World) -> None:
    """Nobody on the road is asked at once whether they are back: the planned time has passed, and says nothing any more."""
    asha, olive = world.asha, world.olive
    await world.plans(asha, start="14:00", end="15:00", back="15:30")
    await asha.texts("arrived")
    asha.receives("ARRIVED 14:00")
    await world.until("14:59")
    asha.ignores()
    await asha.texts("ok")
    await world.until("15:40")
    for one in (asha, olive, world.henry, world.dana):
        one.ignores()
    await asha.texts("left, no concerns")
    asha.receives("LEFT 15:40. Text 4 when you are back, expected 16:10.")
    for one in (olive, world.henry, world.dana):
        one.ignores()
    await world.until("16:24")
    asha.receives_nothing()
    await world.until("16:25")
    asha.receives("Expected back 16:10")
    await asha.texts("4")
    assert await world.state(asha) == "returned"
