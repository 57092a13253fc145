"""At the door: nobody home, the family late, unsafe, animals; each school as its policy has it."""

from tests.policies.conftest import At
from tests.policies.test_there import arrived
from tests.world.world import World


async def _nobody_home(world: World, until: str, slip: bool = False) -> None:
    """Nobody is home at 14:00: waited for till then, told to leave, and called off by the leaving; with a slip or none."""
    await world.plans(world.asha)
    await world.asha.texts("nobody home")
    said = world.asha.receives("NOBODY HOME 14:00", f"Wait till {until}").text
    assert ("leave the slip" in said) is slip
    await world.until(until)
    world.asha.receives("The wait is over", "Please leave now", "Reply 3")
    await world.asha.texts("3")
    world.asha.receives(f"CALLED OFF {until}")
    world.olive.receives(f"A. CALLED OFF {until}", "nobody home")
    assert await world.state(world.asha) == "called off"


async def test_P4_nobody_home_is_waited_for_fifteen_minutes(at: At) -> None:
    """Timed, told to leave at its end, called off by the leaving, and the office hears why."""
    await _nobody_home(await at("potton"), "14:15")


async def test_C11_nobody_home_is_waited_for_twenty_minutes(at: At) -> None:
    """Timed, told to leave at its end, called off by the leaving, and the office hears why."""
    await _nobody_home(await at("coteford"), "14:20", slip=True)


async def test_W4_nobody_home_is_waited_for_ten_minutes(at: At) -> None:
    """Timed, told to leave at its end, called off by the leaving, and the office hears why."""
    await _nobody_home(await at("willows"), "14:10")


async def _family_late(world: World) -> None:
    """The family has said that it comes late: nobody goes in, and at half an hour the visit is off."""
    await world.plans(world.asha)
    await world.asha.texts("mum is running late")
    world.asha.receives("FAMILY LATE 14:00. Do not go in.", "Wait till 14:30")
    await world.until("14:30")
    world.asha.receives("The wait is over")
    await world.asha.texts("3")
    world.asha.receives("CALLED OFF 14:30")
    world.olive.receives("A. CALLED OFF 14:30", "family too late")


async def test_C12_a_late_family_is_waited_for_outside_for_thirty_minutes(at: At) -> None:
    """Do not go in; called off at the limit, with that reason."""
    await _family_late(await at("coteford"))


async def test_W5_a_late_family_is_waited_for_outside_for_thirty_minutes(at: At) -> None:
    """Do not go in; called off at the limit, with that reason."""
    await _family_late(await at("willows"))


async def _unsafe(world: World) -> None:
    """Called off as unsafe: the reason is asked for and goes to the headteacher in writing."""
    await world.asha.texts("unsafe, visit off")
    world.asha.receives("CALLED OFF 14:00", "Why, in a few words?")
    world.henry.receives("A. CALLED OFF 14:00", "unsafe")
    await world.asha.texts("two men drinking in the hallway")
    world.asha.receives("passed on in writing")
    world.henry.receives("unsafe: two men drinking in the hallway")
    kept = [entry.body for entry in await world.journal() if entry.kind == "why off"]
    assert kept == [{"reason": "unsafe", "why": "two men drinking in the hallway"}]
    for one in world.everyone:
        one.ignores()


async def test_P5_the_reason_for_an_unsafe_visit_goes_to_the_head_in_writing(at: At) -> None:
    """Called off at once; the reason is asked for, recorded, and told to the headteacher."""
    await _unsafe(await arrived(await at("potton")))


async def test_C14_the_reason_for_an_unsafe_visit_goes_to_the_head_in_writing(at: At) -> None:
    """Called off at once; the reason is asked for, recorded, and told to the headteacher."""
    await _unsafe(await arrived(await at("coteford")))


async def test_W6_the_reason_for_an_unsafe_visit_goes_to_the_head(at: At) -> None:
    """Called off at once; the reason is asked for, recorded, and told to the headteacher."""
    await _unsafe(await arrived(await at("willows")))


async def test_E7_doubts_about_safety_go_to_the_head_of_school(at: At) -> None:
    """Called off at once; the reason is asked for, recorded, and told to the head, who decides what is next."""
    world = await at("early-years")
    await world.plans(world.asha)
    await world.asha.texts("arrived")
    world.asha.receives("ARRIVED")
    await _unsafe(world)
    await world.asha.texts("4")
    for one in world.everyone:
        one.ignores()


async def _animals(world: World) -> None:
    """Animals that are not put away call the visit off, with that reason."""
    await world.asha.texts("called off, they won't put the dog away")
    world.asha.receives("CALLED OFF 14:00")
    for one in (world.olive, world.henry):
        one.receives("A. CALLED OFF 14:00", "animals")
    for one in world.everyone:
        one.ignores()


async def test_P6_animals_not_put_away_call_the_visit_off(at: At) -> None:
    """With that reason, told to the office and the headteacher."""
    await _animals(await arrived(await at("potton")))


async def test_C14b_animals_not_put_away_call_the_visit_off_in_writing(at: At) -> None:
    """With that reason, to the headteacher in writing."""
    await _animals(await arrived(await at("coteford")))


async def test_W7_animals_not_put_away_call_the_visit_off(at: At) -> None:
    """With that reason, told to the office and the headteacher."""
    await _animals(await arrived(await at("willows")))
