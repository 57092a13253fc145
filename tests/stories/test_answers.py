"""What is answered to a request that waits no more, or by a number that means something else too."""

from tests.stories.test_authorising import asked
from tests.world.world import World


async def test_an_answer_that_is_texted_twice_is_no_arrival(world: World) -> None:
    """ "1 yes" of somebody who never goes on visits opens none, whatever number the visit has: what was answered is said."""
    henry = world.henry
    first = await world.plans(world.ben, start="14:00", end="14:20")
    await world.ben.texts("called off")
    for one in (world.ben, world.olive, henry):
        one.receives("CALLED OFF")
    number = await asked(world, start="14:40", end="15:00")
    for one in (henry, world.dana):
        one.receives("AUTHORISE?")
    await henry.texts("1 yes")
    henry.receives(f"AUTHORISED {number}")
    for visitor in (world.asha, world.ben):
        visitor.receives("AUTHORISED by H.")
    for one in (henry, world.dana):
        await one.texts("1 yes")
        one.receives(f"{number}: H. said yes 14:02, and the first answer counts.")
    await world.bruno.texts("1 yes")
    world.bruno.receives(f"Visit {first} is over.")
    await world.until("14:30")
    assert await world.open_alarms() == []


async def test_a_yes_after_the_refusal_is_no_arrival(world: World) -> None:
    """The visit that was declined is over; its number still names it, to whoever answered and to whoever did not."""
    number = await asked(world)
    world.henry.receives("AUTHORISE?")
    await world.henry.texts(f"{number} no too short notice")
    world.henry.receives("DECLINED")
    for one in (world.asha, world.ben, world.olive):
        one.receives("too short notice")
    for one in (world.henry, world.dana, world.dee):
        await one.texts(f"{number} yes")
        one.receives(f"{number}: H. said no 14:02, and the first answer counts: too short notice")


async def test_a_visit_that_was_called_off_is_not_authorised(world: World) -> None:
    """Who was asked hears that it is off, whatever their role; a yes after that lets nobody go, and is no arrival either."""
    henry, dana = world.henry, world.dana
    number = await asked(world, start="14:40", end="15:00")
    for one in (henry, dana):
        one.receives("AUTHORISE?")
    await world.asha.texts(f"call off {number}")
    world.asha.receives(f"CALLED OFF {number}.")
    assert world.ben.receives(f"A. CALLED OFF {number}: ").text.endswith("A., B.")
    for one in (henry, dana, world.olive):
        one.receives(f"A. CALLED OFF 14:02, visit {number}")
    await world.until("14:22")
    for one, said in ((henry, f"{number} yes"), (dana, "yes"), (dana, "1"), (dana, f"{number} no too late")):
        await one.texts(said)
        one.receives(f"Visit {number} is over.")
    assert await world.state(world.asha) == "called off"


async def test_who_was_asked_hears_of_a_visit_that_others_call_off(world: World) -> None:
    """The office has no reason to give, and none is put in its place."""
    number = await asked(world, start="14:40", end="15:00")
    for one in (world.henry, world.dana):
        one.receives("AUTHORISE?")
    await world.olive.texts(f"call off {number}")
    world.olive.receives(f"CALLED OFF {number}.")
    for one in (world.henry, world.dana, world.asha, world.ben):
        assert one.receives(f"O. CALLED OFF {number}: ").text.endswith("A., B.")
