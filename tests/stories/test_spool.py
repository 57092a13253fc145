"""The store is down, and a text is on the disk before Twilio is told that we have it."""

import asyncio

from tests.world.phones import Human
from tests.world.world import World


async def sends(human: Human, text: str) -> int:
    """This phone texts, and nobody waits for what follows; gives what the webhook answered."""
    return await asyncio.to_thread(human.world.twilio.texts, human.number, text)


async def test_a_text_that_the_store_cannot_take_is_answered_and_read_in_when_it_is_back(world: World) -> None:
    """Twilio gets its 200, tries no more, and the text counts from when it came."""
    asha, olive = world.asha, world.olive
    await world.breaks_store()
    assert await sends(asha, "arrived at 3 Church Close") == 200
    assert world.spooled == 1
    world.clock.move_to(world.clock().replace(minute=3))
    await world.mends_store()
    await world.settles()
    asha.receives("ARRIVED 14:00")
    olive.receives("A. ARRIVED 14:00")
    assert world.spooled == 0
    await world.passes("1m")
    asha.receives_nothing()  # Twilio's list has it too, and it counts once
    await asha.texts("3")
    asha.receives("LEFT")
    olive.receives("LEFT")


async def test_a_code_word_is_sealed_on_the_disk_and_raises_the_alarm(world: World) -> None:
    """No name, number or word of it can be read in the file."""
    asha, olive, henry = world.asha, world.olive, world.henry
    await world.breaks_store()
    assert await sends(asha, "is the blue folder in?") == 200
    written = world.spool_file.read_bytes()
    assert not any(secret in written for secret in (b"blue", b"folder", b"7700", b"SM0"))
    assert world.spool_file.stat().st_mode & 0o077 == 0
    await world.mends_store()
    await world.settles()
    asha.receives("Not sure")
    for one in (olive, henry):
        one.receives("CODE WORD from Asha")
    await olive.texts("safe spoke to her")
    for one in (olive, henry):
        one.receives("ENDED")


async def test_what_was_spooled_outlives_the_process_and_is_read_before_deadlines(world: World) -> None:
    """ "Left" on the disk, then a kill, then a start a quarter of an hour later: nobody is asked anything."""
    asha, olive = world.asha, world.olive
    await world.plans(asha)
    await asha.texts("1")
    asha.receives("ARRIVED")
    await world.until("14:08")
    await world.breaks_store()
    assert await sends(asha, "left") == 200
    await world.mends_store()
    world.twilio.fails_next(500, method="list", times=9)
    await world.crashes()
    await world.passes("7m")
    await world.reopens()
    asha.receives("LEFT 14:08")
    olive.receives("LEFT 14:08")
    assert world.spooled == 0
    world.twilio.mends()
    await world.passes("1m")
    asha.receives_nothing()


async def test_several_texts_are_read_in_as_they_came(world: World) -> None:
    """Arrived, fine, left: one conversation, lived through in its order."""
    asha, olive = world.asha, world.olive
    await world.plans(asha)
    await world.breaks_store()
    assert [await sends(asha, text) for text in ("arrived", "all ok", "left")] == [200, 200, 200]
    await world.mends_store()
    await world.settles()
    assert await world.state(asha) == "left"
    for line in ("ARRIVED", "OK", "LEFT"):
        asha.receives(line)
    olive.receives("LEFT")


async def test_a_record_torn_by_the_death_of_the_machine_costs_only_itself(world: World) -> None:
    """Half a line was never acknowledged: those before and after it are read in."""
    asha, olive = world.asha, world.olive
    await world.breaks_store()
    assert await sends(asha, "arrived") == 200
    whole = world.spool_file.read_bytes()
    world.spool_file.write_bytes(whole + whole[: len(whole) // 2])
    assert await sends(asha, "left") == 200
    await world.mends_store()
    await world.settles()
    asha.receives("ARRIVED")
    asha.receives("LEFT")
    for line in ("ARRIVED", "LEFT"):
        olive.receives(line)


async def test_a_disk_that_is_full_is_no_promise(world: World) -> None:
    """Neither store nor spool: 503, Twilio tries again, and its list has the text in the end."""
    asha, olive = world.asha, world.olive
    await world.breaks_store()
    world.fills_disk()
    assert await sends(asha, "arrived") == 503
    world.frees_disk()
    await world.mends_store()
    await world.passes("30s")
    asha.receives("ARRIVED 14:00")
    olive.receives("ARRIVED")
    await asha.texts("3")
    asha.receives("LEFT")
    olive.receives("LEFT")


async def test_telegrams_texts_wait_at_telegram(world: World) -> None:
    """Its offset stays while nothing can be kept, so nothing of Telegram's is spooled and nothing is lost."""
    asha, olive = world.asha, world.olive
    await world.enrols(asha)
    await world.breaks_store()
    world.telegram.texts(asha.chat, "arrived")
    await world.attached.poll_telegram()
    assert len(world.telegram.pending()) == 1
    assert world.spooled == 0
    await world.mends_store()
    await world.settles()
    asha.receives("ARRIVED")
    olive.receives("ARRIVED")
    await asha.writes("left")
    asha.receives("LEFT")
    olive.receives("LEFT")


async def test_receipts_are_spooled_like_texts(world: World) -> None:
    """An alarm that was delivered while the store was down is known to have been, once it is up."""
    asha, olive, henry = world.asha, world.olive, world.henry
    world.twilio.receipts("delivered", to=olive.number, when="held")
    await asha.texts("help")
    await world.breaks_store()
    assert await asyncio.to_thread(world.twilio.deliver_receipts) == [200]
    assert world.spooled == 1
    await world.mends_store()
    await world.settles()
    assert world.spooled == 0
    await olive.texts("safe spoke to her")
    for one in (asha, olive, henry):
        one.ignores()
