"""Nothing that reached a provider is lost: what no webhook brought is taken in, once, and counts from when it was said."""

import asyncio

import pytest

from tests.world.world import World


async def test_a_text_that_no_webhook_brought_is_taken_in_within_half_a_minute(world: World) -> None:
    """Twilio could not reach us: its list has the text, and thirty seconds later so have we."""
    asha, olive = world.asha, world.olive
    await asha.texts_in_vain("arrived at 3 Church Close")
    await world.passes("29s")
    asha.receives_nothing()
    await world.passes("1s")
    asha.receives("ARRIVED 14:00")
    olive.receives("A. ARRIVED", "3 Church Close")
    await world.passes("2m")
    asha.receives_nothing()
    await asha.texts("left")
    asha.receives("LEFT 14:02")
    olive.receives("LEFT")


async def test_a_webhook_and_the_list_together_count_once(world: World) -> None:
    """Every text is in the list too; its id says that it is here already, whichever came first."""
    asha, olive = world.asha, world.olive
    await asha.texts_in_vain("arrived")
    await world.passes("30s")
    hook = {one.sid: one for one in world.twilio.messages(world.twilio.number)}
    assert len(hook) == 1
    await asha.texts("2")
    await world.passes("1m")
    asha.receives("ARRIVED")
    asha.receives("OK")
    asha.receives_nothing()
    await asha.texts("3")
    await world.passes("1m")
    asha.receives("LEFT")
    asha.receives_nothing()
    for line in ("ARRIVED", "LEFT"):
        olive.receives(line)


async def test_several_lost_texts_are_read_in_the_order_they_were_sent(world: World) -> None:
    """Arrived, fine, left: the list is newest first, and the visit is lived through oldest first."""
    asha, olive = world.asha, world.olive
    await world.plans(asha)
    for text, length in (("arrived", "8s"), ("all fine here", "8s"), ("left", "14s")):
        await asha.texts_in_vain(text)
        await world.passes(length)
    assert await world.state(asha) == "left"
    for line in ("ARRIVED", "OK", "LEFT"):
        asha.receives(line)
    olive.receives("LEFT")


async def test_what_was_texted_while_the_machine_was_off_is_read_before_anything_fires(world: World) -> None:
    """Twilio gave up long ago: at the start its list is read first, and "left" raises nothing (I7)."""
    asha, olive = world.asha, world.olive
    await world.plans(asha)
    await asha.texts("1")
    asha.receives("ARRIVED")
    await world.crashes()
    await world.passes("8m")
    await asha.texts_in_vain("left")
    await world.passes("2h")
    await world.reopens()
    asha.receives("LEFT 14:08")
    olive.receives("A. LEFT 14:08")
    assert await world.open_alarms() == []
    for one in (olive, world.henry):
        one.receives("AUTOMATIC")  # what Twilio held for us went out meanwhile, and is taken back
        one.receives("DISREGARD", "the visit was closed 14:08")


async def test_a_code_word_that_no_webhook_brought_raises_the_alarm(world: World) -> None:
    """Late or not, it raises; the answer is that to the same words without it."""
    asha, olive, henry = world.asha, world.olive, world.henry
    await asha.texts_in_vain("is the blue folder in?")
    await world.passes("30s")
    asha.receives("Not sure what you mean")
    for one in (olive, henry):
        one.receives("CODE WORD from Asha")
    await olive.texts("safe spoke to her")
    for one in (olive, henry):
        one.receives("ENDED")


async def test_a_code_word_over_two_texts_of_which_one_was_lost(world: World) -> None:
    """ "The blue" by the list, "folder is here" by a webhook before it: put together as they were said."""
    asha, olive, henry = world.asha, world.olive, world.henry
    await asha.texts_in_vain("could you look for the blue")
    await world.passes("5s")
    await asha.texts("folder on my desk")
    await world.passes("40s")
    for one in (olive, henry):
        one.receives("CODE WORD from Asha")
    await olive.texts("safe spoke to her")
    for one in (asha, olive, henry):
        one.ignores()


async def test_a_list_that_fails_is_noted_and_asked_for_again(world: World) -> None:
    """500 for a while: one entry in the journal, one when it works again, and the text is not lost."""
    asha, olive = world.asha, world.olive
    world.twilio.fails_next(500, method="list", times=3)
    await world.passes("30s")
    await asha.texts_in_vain("arrived")
    await world.passes("5s")
    await world.passes("5s")
    asha.receives_nothing()
    await world.passes("5s")
    asha.receives("ARRIVED")
    olive.receives("ARRIVED")
    kinds = [entry.kind for entry in await world.journal() if entry.kind.startswith("list")]
    assert kinds == ["list failed", "list works again"]
    await asha.texts("3")
    asha.receives("LEFT")
    olive.receives("LEFT")


@pytest.mark.parametrize(("status", "code"), [(403, 20003), (429, 20429)])
async def test_a_list_that_is_refused_for_an_hour_is_taken_in_afterwards(world: World, status: int, code: int) -> None:
    """Credentials refused, or too many requests: whatever was texted meanwhile is read as soon as it can be."""
    asha, olive = world.asha, world.olive
    await world.plans(asha, start="14:20", end="16:00")
    world.twilio.fails_next(status, method="list", times=99, code=code)
    await world.passes("3m")
    await asha.texts_in_vain("running 40 late")
    for _ in range(4):
        await world.passes("3m")
    world.twilio.mends()
    await world.passes("5s")
    asha.receives("LATE noted 14:03", "start now 15:00")
    olive.receives("CHANGED")
    await asha.texts("called off")
    for one in (asha, olive, world.henry):
        one.receives("CALLED OFF")


async def test_a_text_we_did_not_take_is_asked_for_at_once(world: World) -> None:
    """Neither store nor disk took it, the webhook got a 503: nobody waits half a minute for the list."""
    asha, olive = world.asha, world.olive
    await world.passes("30s")
    await world.breaks_store()
    world.fills_disk()
    assert await asyncio.to_thread(world.twilio.texts, asha.number, "arrived") == 503
    await world.mends_store()
    world.frees_disk()
    await world.settles()
    asha.receives("ARRIVED")
    olive.receives("ARRIVED")
    await asha.texts("3")
    asha.receives("LEFT")
    olive.receives("LEFT")


async def test_a_forged_webhook_is_no_reason_to_read_the_list(world: World) -> None:
    """A bad signature has lost nothing of ours, and must not make us call Twilio."""
    await world.settles()
    before = len(world.twilio.calls("list"))
    forged = {"From": world.asha.number, "Body": "left", "MessageSid": "SM" + "0" * 32}
    assert await asyncio.to_thread(world.twilio.post_raw, "/twilio/sms", forged, {}) == 403
    await world.settles()
    assert len(world.twilio.calls("list")) == before
