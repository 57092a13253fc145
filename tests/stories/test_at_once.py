"""What comes all at once: texts and deadlines in one instant, two answers, a machine that was off across everything."""

from datetime import timedelta

from bot.people import Channel
from tests.world.world import World


async def test_an_ok_in_the_instant_of_its_deadline_is_in_time(world: World) -> None:
    """Texts are dealt with before deadlines: nobody is asked what they have just said."""
    asha = world.asha
    await world.plans(asha)
    await asha.texts("1")
    asha.receives("ARRIVED 14:00")
    world.clock.move_to(world.clock() + timedelta(minutes=10))
    await asha.texts("2")
    asha.receives("OK 14:10")
    await world.passes("10m")
    asha.receives_nothing()
    assert await world.open_alarms() == []
    await asha.texts("3")
    asha.receives("LEFT")
    world.olive.ignores()


async def test_of_two_who_answer_in_one_instant_the_first_has_it(world: World) -> None:
    """Both texts are there before either is read: one is told that it is theirs, the other who has it."""
    asha, olive, henry = world.asha, world.olive, world.henry
    await world.plans(asha)
    await asha.texts("blue folder")
    for one in (asha, olive, henry):
        one.ignores()
    await olive.hands_in("1")
    await henry.texts("1")
    shown = [one.ignores() for one in (olive, henry)]
    words = [[line.text for line in lines] for lines in shown]
    first, second = words if any("is yours" in text for text in words[0]) else words[::-1]
    assert any("is yours 14:00" in text for text in first)
    assert not any("is yours" in text for text in second)
    assert any("has it" in text for text in second)
    await olive.texts("safe spoke to her")
    for one in (asha, olive, henry, world.dana):
        one.ignores()


async def test_a_code_word_that_waits_behind_leaving_raises_all_the_same(world: World) -> None:
    """Both waited at Telegram while the machine was off: the visit ends as she said, and the alarm is there."""
    asha, olive, henry = world.asha, world.olive, world.henry
    await world.enrols(asha)
    await world.plans(asha)
    await asha.writes("arrived")
    asha.receives("ARRIVED 14:00")
    await world.crashes()
    await world.passes("5m")
    world.telegram.texts(asha.chat, "left")
    world.telegram.texts(asha.chat, "is the blue folder in?")
    await world.passes("5m")
    await world.reopens()
    asha.receives("LEFT 14:05", by=Channel.TELEGRAM)
    for one in (olive, henry):
        one.receives("CODE WORD from Asha")
    await olive.texts("3")
    assert await world.open_alarms() == ["code word"]
    await olive.texts("safe spoke to her")
    assert await world.open_alarms() == []
    for one in (asha, olive, henry):
        one.ignores()


async def test_off_across_every_deadline_and_back_without_telegram_the_worst_comes_first(world: World) -> None:
    """A code word climbs on in the first instant; what a text in the backlog may have ended waits half a minute, no more."""
    asha, ben, dana = world.asha, world.ben, world.dana
    await world.enrols(asha)
    for one in (asha, ben):
        await world.plans(one)
        await one.texts("1")
    await asha.texts("is the blue folder in?")
    for one in world.staff:
        one.ignores()
    await world.crashes()
    world.telegram.goes_down()
    await world.passes("3h")
    await world.reopens()
    dana.receives("ALARM", "CODE WORD from Asha")
    ben.receives_nothing()
    await world.passes("30s")
    ben.receives("Is all OK?")
    await world.passes("5m")
    kinds = await world.open_alarms()
    assert kinds[0] == "code word"
    assert "missed check-in" in kinds or "overdue" in kinds
    world.telegram.comes_back()
    await world.settles()
    for one in world.staff:
        one.ignores()
