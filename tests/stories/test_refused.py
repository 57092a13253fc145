"""A provider that refuses everything for long: nothing is given up, and what matters goes another way meanwhile."""

import pytest

from bot.people import Channel
from tests.world.world import World

FOR_LONG = 10_000
"""More tries than there are in an hour: `mends` ends it."""


@pytest.mark.parametrize(("status", "code"), [(403, 20003), (401, 20003), (429, 20429)])
async def test_twilio_refuses_every_text(world: World, status: int, code: int) -> None:
    """The key is refused, or we are too fast for it: Telegram has the alarm at once; SMS has it when it works again."""
    asha, olive, henry = world.asha, world.olive, world.henry
    await world.enrols(asha, olive)
    await world.plans(asha)
    await asha.writes("arrived")
    asha.ignores()
    world.twilio.fails_next(status, code=code, times=FOR_LONG)
    await asha.writes("blue folder")
    asha.ignores()
    await world.passes("5s")
    olive.receives("CODE WORD from Asha", by=Channel.TELEGRAM)
    await olive.writes("1")
    olive.receives("is yours", by=Channel.TELEGRAM)
    await olive.writes("safe spoke to her")
    await asha.writes("left")
    asha.receives("LEFT", by=Channel.TELEGRAM)
    await world.passes("10m")
    olive.ignores()
    henry.receives_nothing()
    world.twilio.mends()
    await world.passes("10s")
    henry.receives("ENDED")
    for one in world.everyone:
        one.ignores()


async def test_another_program_reads_our_telegram_for_an_hour(world: World) -> None:
    """409: the office is told once, the silence is an alarm in its time, and what waited there is read in the end."""
    asha, olive = world.asha, world.olive
    await world.enrols(asha)
    await world.plans(asha)
    await asha.writes("arrived")
    asha.receives("ARRIVED")
    world.telegram.fails_next("getUpdates", 409, times=FOR_LONG)
    world.telegram.texts(asha.chat, "left")
    await world.passes("5m")
    olive.receives("another program reads Doorstep's Telegram messages")
    await world.until("14:14")
    asha.receives("Is all OK?", by=Channel.TELEGRAM)
    asha.receives("Is all OK?", by=Channel.SMS)
    olive.receives("ALARM", "missed check-in")
    await olive.texts("1")
    await world.until("14:58")
    for one in world.everyone:
        one.ignores()
    world.telegram.mends()
    await world.settles()
    asha.receives("LEFT 14:00")
    olive.receives("ENDED")
    assert await world.open_alarms() == []
    for one in world.everyone:
        one.ignores()


async def test_telegram_refuses_everybody_for_an_hour(world: World) -> None:
    """403: each chat counts as lost, the office is told of each, and all goes by SMS; whoever writes there is found again."""
    asha, olive = world.asha, world.olive
    await world.enrols(asha, olive)
    await world.plans(asha)
    await asha.writes("arrived")
    asha.receives("ARRIVED", by=Channel.TELEGRAM)
    world.telegram.fails_next("sendMessage", 403, "Forbidden: bot was blocked by the user", times=FOR_LONG)
    await world.until("14:10")
    asha.receives("Is all OK?", by=Channel.SMS)
    olive.receives("A.: TELEGRAM no longer reaches them")
    await asha.texts("2")
    await asha.texts("help")
    olive.receives("texts for HELP", by=Channel.SMS)
    await olive.texts("safe spoke to her")
    await world.until("15:10")
    for one in world.everyone:
        one.ignores()
    world.telegram.mends()
    await asha.writes("left")
    asha.receives("LEFT", by=Channel.TELEGRAM)
    for one in world.staff:
        one.ignores()


async def test_telegram_has_everybody_wait_for_an_hour(world: World) -> None:
    """429 with an hour's wait: the question comes by SMS with the second asking, and the alarm by SMS at once."""
    asha, olive = world.asha, world.olive
    await world.enrols(asha, olive)
    world.twilio.refuses(olive.number, 21614)
    await world.plans(asha)
    await asha.writes("arrived")
    asha.receives("ARRIVED")
    world.telegram.fails_next("sendMessage", 429, retry_after=3600, times=FOR_LONG)
    await world.until("14:12")
    asha.receives("Is all OK?", by=Channel.SMS)
    await world.until("14:14")
    world.henry.receives("ALARM", "missed check-in", by=Channel.SMS)
    await world.henry.texts("1")
    await asha.texts("3")
    asha.receives("LEFT", by=Channel.SMS)
    world.telegram.mends()
    await world.until("15:20")
    for one in world.everyone:
        one.ignores()
