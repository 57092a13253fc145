"""A process that dies loses nothing, and tells nobody twice without need."""

import asyncio

import pytest

from bot.people import Channel
from tests.world.world import World


async def test_a_kill_in_the_middle_of_a_climb(world: World) -> None:
    """Killed after the office was told, back after the headteacher was due: the climb goes on where it was."""
    asha, olive, henry = world.asha, world.olive, world.henry
    await world.plans(asha)
    await asha.texts("1")
    await world.until("14:14")
    asha.ignores()
    olive.receives("ALARM")
    await world.crashes()
    await world.passes("3m")
    await world.reopens()
    henry.receives("ALARM", "missed check-in")
    olive.receives("Henry is told too")
    olive.receives_nothing()
    await henry.texts("1")
    henry.receives("is yours 14:17")
    olive.receives("Henry has it")
    await asha.texts("3")
    asha.receives("LEFT")
    for one in (olive, henry):
        one.receives("ENDED")
    olive.receives("LEFT")


async def test_deadlines_that_passed_while_it_was_down_have_their_consequence(world: World) -> None:
    """Down across the check-in: on the way up the visitor is asked, and the clock runs from there."""
    asha, olive = world.asha, world.olive
    await world.plans(asha)
    await asha.texts("1")
    asha.receives("ARRIVED")
    await world.crashes()
    await world.passes("14m")
    await world.reopens()
    asha.receives("Is all OK?")
    await world.passes("4m")
    asha.receives("No answer yet")
    olive.receives("ALARM", "missed check-in")
    await asha.texts("3")
    asha.receives("LEFT")
    olive.receives("ENDED")
    olive.receives("LEFT")


async def test_telegram_texts_sent_while_it_was_down_are_read_before_deadlines_fire(world: World) -> None:
    """ "Left" sent in time and read late raises nothing (I7)."""
    asha, olive = world.asha, world.olive
    await world.enrols(asha)
    await world.plans(asha)
    await asha.writes("arrived")
    asha.receives("ARRIVED")
    await world.crashes()
    await world.passes("8m")
    world.telegram.texts(asha.chat, "left")
    await world.passes("2h")
    await world.reopens()
    asha.receives("LEFT", by=Channel.TELEGRAM)
    olive.receives("LEFT")
    assert await world.open_alarms() == []
    for one in (olive, world.henry):
        one.receives("AUTOMATIC")  # what Twilio held for us went out meanwhile, and is taken back
        one.receives("DISREGARD", "the visit was closed")


async def test_a_kill_between_sending_and_writing_down_sends_no_second_copy(world: World) -> None:
    """Twilio has the alarm, the process dies before it knows: after the restart it is looked up and adopted."""
    asha, olive, henry = world.asha, world.olive, world.henry
    world.twilio.hangs_next("create", times=3)
    await asyncio.to_thread(world.twilio.texts, asha.number, "blue folder")
    working = asyncio.create_task(world.attached.service.settle())
    assert await asyncio.to_thread(world.twilio.until, lambda: world.twilio.hanging == 3)
    await world.crashes()
    working.cancel()
    world.twilio.release()
    await world.reopens()
    await world.passes("31s")
    for one in (olive, henry):
        one.receives("CODE WORD")
        one.receives_nothing()
    asha.ignores()
    await olive.texts("safe spoke to her")
    for one in (olive, henry):
        one.receives("ENDED")


async def test_the_same_webhook_twice_counts_once(world: World) -> None:
    """A replay passes the signature; the message's id is the defence."""
    asha, olive = world.asha, world.olive
    await asha.texts("arrived")
    asha.receives("ARRIVED")
    olive.receives("ARRIVED")
    hook = next(hook for hook in world.twilio.hooks() if hook.form.get("Body") == "arrived")
    assert await asyncio.to_thread(world.twilio.replay, hook) == 200
    await world.settles()
    asha.receives_nothing()
    await asha.texts("3")
    asha.receives("LEFT")
    olive.receives("LEFT")


async def test_a_forged_webhook_is_refused_and_changes_nothing(world: World) -> None:
    """An unsigned "left" in Asha's name: 403, and the visit stays open."""
    asha = world.asha
    await asha.texts("arrived")
    asha.receives("ARRIVED")
    world.olive.receives("ARRIVED")
    forged = {"From": asha.number, "Body": "left", "MessageSid": "SM" + "0" * 32}
    assert await asyncio.to_thread(world.twilio.post_raw, "/twilio/sms", forged, {}) == 403
    await world.settles()
    assert await world.state(asha) == "there"
    await asha.texts("3")
    asha.receives("LEFT")
    world.olive.receives("LEFT")


async def test_the_journal_of_a_stormy_day_verifies(world: World) -> None:
    """Alarms, crashes and refusals later, the chain holds and tells the whole story."""
    asha, olive = world.asha, world.olive
    await world.plans(asha)
    await asha.texts("1")
    await world.until("14:14")
    await world.crashes()
    await world.reopens()
    await olive.texts("1")
    await asha.texts("3")
    for one in world.everyone:
        one.ignores()
    checks = await world.verifies()
    assert [check.fault for check in checks] == [""]
    kinds = {entry.kind for entry in await world.journal()}
    assert {"text", "visit", "notice", "alarm"} <= kinds


@pytest.mark.parametrize("status", [401, 429, 500, 503])
async def test_any_fault_of_a_provider_only_delays_an_alarm(world: World, status: int) -> None:
    """Refused credentials, throttling, server errors: pressed again until it is through."""
    asha, olive, henry = world.asha, world.olive, world.henry
    world.twilio.fails_next(status, times=4)
    await asha.texts("help")
    await world.passes("1m")
    for one in (olive, henry):
        one.receives("texts for HELP")
    await olive.texts("safe spoke to her")
    for one in (asha, olive, henry, world.dana):
        one.ignores()
