"""At the door: who waits there, and says nothing when the wait is over, is asked for what can be answered."""

from tests.world.world import World


async def silent_at_the_door(world: World) -> None:
    """Nobody is home at 14:00; the wait ends at 14:10, the alarm rises four minutes later, and again at 14:29."""
    await world.plans(world.asha, end="15:00")
    await world.asha.texts("nobody home")
    world.asha.receives("NOBODY HOME 14:00", "Wait till 14:10")
    await world.until("14:14")
    world.asha.receives("The wait is over")
    world.asha.receives("The wait is over", "Reply 3 when you have left, 1 if they have come")
    world.olive.receives("ALARM", "Asha overdue at 14 High Street, due out 14:10")


async def test_they_have_come_ends_the_alarm_of_the_wait(world: World) -> None:
    """The "1" that was asked for is an arrival, also after the alarm: noted, told as its end, and watched from then on."""
    asha, olive = world.asha, world.olive
    await silent_at_the_door(world)
    await asha.texts("1")
    asha.receives("ARRIVED 14:14", "will be asked at 14:24")
    olive.receives("ENDED 14:14: Asha texted ARRIVED")
    assert await world.open_alarms() == []
    await world.until("14:24")
    asha.receives("Is all OK?")
    await asha.texts("left, no concerns")
    asha.receives("LEFT")
    olive.receives("LEFT")


async def test_the_wait_is_asked_about_again_while_nobody_answers(world: World) -> None:
    """A quarter of an hour later the same is asked, with the alarm raised anew; "3" ends both, and calls the visit off."""
    asha, olive = world.asha, world.olive
    await silent_at_the_door(world)
    await olive.texts("1")
    await world.until("14:29")
    asha.receives("The wait is over", "Reply 3 when you have left, 1 if they have come")
    olive.receives("is yours")
    for contact in (olive, world.henry, world.dana):
        contact.ignores()
    await asha.texts("3")
    asha.receives("CALLED OFF 14:29")
    assert await world.open_alarms() == []
    for contact in (olive, world.henry, world.dana):
        contact.ignores()


async def test_another_ten_minutes_at_the_door_is_a_sign_of_life(world: World) -> None:
    """It ends the alarm and moves the end; the question whether they have left stays open, and comes again."""
    asha, olive = world.asha, world.olive
    await silent_at_the_door(world)
    await asha.texts("another 10 mins")
    asha.receives("LONGER noted 14:14")
    olive.receives("ENDED 14:14: Asha texted LONGER")
    olive.receives("CHANGED")
    await world.until("14:29")
    asha.receives("The wait is over")
    olive.receives("ALARM", "overdue")
    await asha.texts("3")
    asha.receives("CALLED OFF")
    for contact in (olive, world.henry, world.dana):
        contact.ignores()
