"""What is answered to a request that waits no more, or by a number that means something else too."""

import pytest

from tests.stories.test_authorising import asked
from tests.world.phones import Human
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


async def test_a_yes_in_answer_to_why_not_is_no_arrival(world: World) -> None:
    """Who has said no and is asked why may change their mind: they are asked which it is, and no visit of theirs begins."""
    await world.plans(world.ben, start="14:00", end="14:20")
    await world.ben.texts("called off")
    for one in (world.ben, world.olive, world.henry):
        one.receives("CALLED OFF")
    number = await asked(world)
    world.henry.receives("AUTHORISE?")
    await world.henry.texts("2")
    world.henry.receives("Why")
    await world.henry.texts("1 yes")
    world.henry.receives("Is that a yes?", f"Reply {number} yes")
    await world.henry.texts(f"{number} yes")
    world.henry.receives(f"AUTHORISED {number}")
    for one in (world.asha, world.ben):
        one.receives("AUTHORISED by H.")


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


async def ninth(world: World) -> list[Human]:
    """Visit 9 is to begin soon, and Henry and Dana are asked for their yes."""
    for days in range(1, 9):
        await world.plans(world.asha, world.ben, days=days)
    assert await asked(world, start="14:40", end="15:00") == 9
    for one in (world.henry, world.dana):
        one.receives("AUTHORISE?", "9")
    return [world.asha, world.ben]


async def test_the_ninth_visit_is_answered_by_its_button(world: World) -> None:
    """Its number is the digit of help too: "9 yes" of who was asked is a yes, also once more, and by whoever comes second."""
    await world.enrols(world.henry)
    going = await ninth(world)
    await world.henry.taps("9 yes")
    world.henry.receives("AUTHORISED 9.")
    for one in going:
        one.receives("AUTHORISED by H.")
    for person, said in ((world.henry, "9 yes"), (world.dana, "9 yes"), (world.dana, "9 no too soon")):
        await person.texts(said)
        person.receives("9: H. said yes 14:02, and the first answer counts.")
    assert await world.open_alarms() == []


async def test_the_ninth_visit_is_refused_with_a_reason(world: World) -> None:
    """Its reason is asked for, like that of every other."""
    going = await ninth(world)
    await world.henry.texts("9 no")
    world.henry.receives("Why not?")
    await world.henry.texts("9 no too soon after Friday")
    world.henry.receives("DECLINED 9.")
    for one in (*going, world.olive):
        one.receives("too soon after Friday")
    assert await world.open_alarms() == []


@pytest.mark.parametrize("said", ["9", "9 yes help", "9 no knife", "9 9 yes", "9 yes please hurry"])
async def test_what_is_more_than_an_answer_to_the_ninth_is_a_cry(world: World, said: str) -> None:
    """Only the plain answer of who was asked is none: everything else with that digit raises the alarm."""
    await ninth(world)
    await world.dana.texts(said)
    assert len(await world.open_alarms()) == 1
    for one in world.everyone:
        one.ignores()


@pytest.mark.parametrize("said", ["9", "9 yes", "9 no too soon"])
async def test_from_who_is_out_the_ninth_is_a_cry(world: World, said: str) -> None:
    """Somebody on a visit who may say yes too, and somebody who was not asked: the digit is help."""
    await world.plans(world.dana, start="14:00", end="14:20", days=9)
    for days in range(2, 9):
        await world.plans(world.asha, world.ben, days=days)
    assert await asked(world, start="14:40", end="15:00") == 9
    await world.dana.texts("arrived at 12 Mill Road")
    for one in (world.bruno, world.dana):
        await one.texts(said)
    assert len(await world.open_alarms()) == 2
    for one in world.everyone:
        one.ignores()


async def test_all_of_a_second_authoriser_is_told_who_answered(world: World) -> None:
    """ "All" that comes too late hears of everything that the first has settled with one answer."""
    first = await world.plans(world.asha, world.ben, start="14:40", end="15:00", asks=True)
    second = await world.plans(world.asha, world.ben, start="14:50", end="15:10", asks=True)
    await world.passes("2m")
    for one in world.everyone:
        one.ignores()
    for one in (world.henry, world.dana):
        await one.texts("all")
    world.henry.receives(f"AUTHORISED {first}, {second}")
    said = world.dana.receives("H. said yes 14:02, and the first answer counts.").text
    assert said.startswith(f"{first}: H. said yes")
    assert f" {second}: H. said yes" in said
    for one in (world.asha, world.ben):
        one.ignores()
