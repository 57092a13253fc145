"""Days on which nothing goes wrong."""

from bot.people import Channel
from tests.world.world import World


async def test_a_planned_visit_from_arrived_to_left(world: World) -> None:
    """Arrived, asked after ten minutes, all OK, left: four texts, and the office hears that it is over."""
    asha, olive = world.asha, world.olive
    await world.plans(asha)
    await asha.texts("arrived")
    asha.receives("ARRIVED 14:00", "14:10")
    await world.passes("10m")
    asha.receives("Is all OK?")
    await asha.texts("2")
    asha.receives_nothing()
    await world.passes("12m")
    await asha.texts("left")
    asha.receives("LEFT 14:22")
    olive.receives("A. LEFT 14:22")
    await world.passes("3h")
    assert await world.state(asha) == "left"


async def test_an_uneventful_visit_by_digits_alone(world: World) -> None:
    """1, 2 and 3 are enough, with one thumb."""
    asha = world.asha
    await world.plans(asha)
    await asha.texts("1")
    asha.receives("ARRIVED 14:00")
    await world.passes("10m")
    asha.receives("Is all OK?")
    await asha.texts("2")
    asha.receives_nothing()
    await asha.texts("3")
    asha.receives("LEFT")
    world.olive.receives("LEFT")


async def test_an_arrival_nobody_planned_is_protected_at_once(world: World) -> None:
    """No paperwork first: the visit is open, watched, and the office is told that it was not planned."""
    asha, olive = world.asha, world.olive
    await asha.texts("just got to 9 Mill Lane")
    asha.receives("ARRIVED 14:00, not planned")
    olive.receives("A. ARRIVED 14:00, not planned", "9 Mill Lane")
    await world.passes("10m")
    asha.receives("Is all OK?")
    await asha.texts("2")
    asha.receives_nothing()
    await asha.texts("left")
    asha.receives("LEFT")
    olive.receives("LEFT")


async def test_running_late_moves_the_deadlines(world: World) -> None:
    """ "Running 20 late" is read back, told to the office, and the arrival is awaited twenty minutes later."""
    asha, olive = world.asha, world.olive
    await world.plans(asha, start="14:30", end="15:00")
    await world.until("14:25")
    await asha.texts("running 20 late")
    asha.receives("LATE noted 14:25", "start now 14:50", "end 15:20")
    olive.receives("CHANGED 14:25", "start 14:50")
    await world.until("14:59")
    asha.receives_nothing()
    await world.until("15:00")
    asha.receives("14:50 visit: have you arrived?")
    await asha.texts("arrived")
    asha.receives("ARRIVED 15:00")
    await asha.texts("left")
    asha.receives("LEFT")
    olive.receives("LEFT")


async def test_staying_longer_moves_the_expected_end(world: World) -> None:
    """ "Another 20 mins" puts off the question whether they have left."""
    asha, olive = world.asha, world.olive
    await world.plans(asha)
    await asha.texts("1")
    asha.receives("ARRIVED")
    await world.until("14:10")
    asha.receives("Is all OK?")
    await asha.texts("all ok, need another 20 mins")
    asha.receives("OK 14:10", "leave by 14:50")
    olive.receives("CHANGED", "end 14:50")
    await world.until("14:54")
    asha.receives_nothing()
    await world.until("14:55")
    asha.receives("Expected to end 14:50")
    await asha.texts("3")
    asha.receives("LEFT 14:55")
    olive.receives("LEFT 14:55")


async def test_a_visit_called_off_is_over_and_told(world: World) -> None:
    """Called off before going: nobody is awaited any more, office and headteacher know why."""
    asha = world.asha
    await world.plans(asha, start="15:00", end="15:30")
    await asha.texts("called off")
    asha.receives("CALLED OFF 14:00")
    world.olive.receives("A. CALLED OFF 14:00")
    world.henry.receives("A. CALLED OFF 14:00")
    await world.passes("3h")
    assert await world.state(asha) == "called off"


async def test_two_visits_in_a_row_are_kept_apart(world: World) -> None:
    """The second visit is awaited and watched for itself after the first is left."""
    asha, olive = world.asha, world.olive
    await world.plans(asha, start="14:00", end="14:20", address="14 High Street")
    await world.plans(asha, start="15:00", end="15:20", address="3 Church Close")
    for start, check, end in (("14:00", "14:10", "14:15"), ("15:00", "15:10", "15:15")):
        await world.until(start)
        await asha.texts("1")
        asha.receives(f"ARRIVED {start}")
        await world.until(check)
        asha.receives("Is all OK?")
        await asha.texts("2")
        asha.receives_nothing()
        await world.until(end)
        await asha.texts("3")
        asha.receives(f"LEFT {end}")
        olive.receives(f"LEFT {end}")


async def test_a_pair_is_watched_each_in_their_own_place(world: World) -> None:
    """Asha leaves, Ben is still there: both are asked about him, and only Ben's own text ends his part."""
    asha, ben, olive = world.asha, world.ben, world.olive
    await world.plans(asha, ben)
    for one in (asha, ben):
        await one.texts("1")
        one.receives("ARRIVED 14:00")
    await world.until("14:10")
    for one in (asha, ben):
        one.receives("Is all OK?")
        await one.texts("2")
        one.receives_nothing()
    await asha.texts("left")
    asha.receives("LEFT 14:10", "Has B. left too? Reply BOTH LEFT")
    olive.receives("A. LEFT")
    ben.receives("Your partner has left. Is all OK?")
    await ben.texts("2")
    await world.until("14:35")
    ben.receives("Expected to end 14:30")
    asha.receives_nothing()
    await ben.texts("3")
    ben.receives("LEFT 14:35")
    olive.receives("B. LEFT")


async def test_we_have_left_counts_for_both(world: World) -> None:
    """One of a pair may speak for both, and the other is told on their own phone."""
    asha, ben, olive = world.asha, world.ben, world.olive
    await world.plans(asha, ben)
    await asha.texts("we're here")
    asha.receives("ARRIVED 14:00")
    ben.receives("ARRIVED 14:00")
    await world.until("14:10")
    asha.receives("Is all OK?")
    ben.receives("Is all OK?")
    await ben.texts("we are both fine, we have left")
    ben.receives("LEFT 14:10")
    asha.receives("LEFT 14:10")
    olive.receives("LEFT")
    olive.receives("LEFT")
    await world.passes("2h")


async def test_arriving_on_telegram_and_leaving_by_sms(world: World) -> None:
    """One conversation over both: prompts go where they last wrote."""
    asha, olive = world.asha, world.olive
    await world.enrols(asha)
    await world.plans(asha)
    await asha.writes("arrived")
    shown = asha.receives("ARRIVED 14:00", by=Channel.TELEGRAM)
    assert shown.buttons == ("All OK", "Left")
    await world.until("14:10")
    asha.receives("Is all OK?", by=Channel.TELEGRAM)
    await asha.taps("All OK")
    asha.receives("OK 14:10", by=Channel.TELEGRAM)
    await asha.texts("left")
    asha.receives("LEFT", by=Channel.SMS)
    olive.receives("LEFT")
