"""In which order texts are read, and which of them are the later words."""

import json
from datetime import timedelta

import pytest

from bot.details import Details
from bot.people import Channel
from handlers.sms.inbound import pack
from handlers.telegram.updates import age_of, with_age
from tests.world.world import World


async def test_texts_that_waited_together_are_read_in_the_order_they_were_sent(world: World) -> None:
    """An age is in whole seconds: a code word right behind "arrived" is not read before it, so the alarm says where."""
    desk, clock = world.attached.service.desk, world.clock
    begun = clock()
    for number, (text, age, later) in enumerate((("arrived 4 Mill Lane", 71, 0), ("blue folder", 72, 73))):
        clock.move_to(begun + timedelta(milliseconds=later))
        fields = {"MessageSid": f"SM{number}", "From": world.asha.number, "Body": text, "Age": str(age)}
        await desk.keep(Channel.SMS, f"SM{number}", pack("listed", list(fields.items()), ""))
    await world.settles()
    world.olive.receives("CODE WORD", "4 Mill Lane")
    for one in (world.asha, world.olive, world.henry):
        one.ignores()


@pytest.mark.parametrize(("first", "second"), [((0, 9), (2, 15)), ((0.9, 0.95), (0.99, 5.1))])
async def test_what_two_lives_took_in_is_read_in_the_order_it_was_sent(
    world: World, first: tuple[float, float], second: tuple[float, float]
) -> None:
    """The first text was kept young, the next one older, by a later life: it was sent behind the first all the same."""
    desk, clock = world.attached.service.desk, world.clock
    await world.enrols(world.asha)
    begun = clock()
    for number, (text, (sent, came)) in enumerate((("arrived 4 Mill Lane", first), ("blue folder", second))):
        clock.move_to(begun + timedelta(seconds=came))
        chat = {"id": world.asha.chat, "type": "private"}
        message = {"message_id": number, "date": int(begun.timestamp() + sent), "chat": chat, "text": text}
        update = {"update_id": 900 + number, "message": message}
        aged = with_age(update, age_of(update, clock()))
        await desk.keep(Channel.TELEGRAM, str(900 + number), json.dumps(aged).encode())
    await world.settles()
    world.olive.receives("CODE WORD", "4 Mill Lane")
    for one in (world.asha, world.olive, world.henry):
        one.ignores()


async def test_a_left_that_is_read_soon_does_not_close_the_next_visit_either(world: World) -> None:
    """Twilio's list brings it 20 seconds after it was said, and the next arrival came by itself in between."""
    asha, olive = world.asha, world.olive
    await asha.texts("arrived at 3 Church Close")
    await world.passes("4m")
    await asha.texts("left")
    world.twilio.fails_next(503, method="list", times=99)
    await world.passes("1m")
    await asha.texts_in_vain("left")
    await asha.texts_in_vain("arrived at 3 Church Close")
    await world.passes("10s")
    await asha.texts("arrived at 9 Mill Lane")
    for one in (asha, olive):
        one.ignores()
    world.twilio.mends()
    await world.passes("10s")
    asha.receives("Have you left?", "nothing has changed")
    asha.receives("Not sure what you mean, so nothing has changed.")
    assert await world.state(asha) == "there"
    await asha.texts("3")
    asha.receives("LEFT")
    olive.receives("LEFT")


async def test_what_was_said_of_concerns_counts_from_when_it_was_said_too(world: World) -> None:
    """The machine was off for twenty seconds: the next visit was over before the answer about the first one was read."""
    asha, dee = world.asha, world.dee
    await asha.texts("arrived at 3 Church Close")
    asha.receives("ARRIVED")
    await asha.texts("left")
    asha.receives("LEFT", "Any concerns?")
    desk, clock = world.attached.service.desk, world.clock
    begun = clock()
    for number, text in enumerate(("he would not look at me", "arrived at 9 Mill Lane", "left")):
        clock.move_to(begun + timedelta(seconds=3 * number))
        fields = {"MessageSid": f"SM{number}", "From": asha.number, "Body": text}
        await desk.keep(Channel.SMS, f"SM{number}", pack("sms", list(fields.items()), ""))
    clock.move_to(begun + timedelta(seconds=20))
    await world.settles()
    dee.receives("CONCERN")
    for words in ("CONCERN noted", "ARRIVED 14:00, not planned", "LEFT 14:00"):
        asha.receives(words)
    for one in world.staff:
        one.ignores()


async def test_an_arrival_protects_though_the_no_was_read_before_it(world: World) -> None:
    """She was at the door when he said no, and her text came after his: a no is none of her words, and she is watched."""
    asha, henry = world.asha, world.henry
    seen = Details(risks="dog", assessment="Henry 20/11", family_told="by phone Fri", house_phone="07700 900960")
    await world.plans(asha, world.ben, start="16:00", end="16:30", details=seen, asks=True)
    await world.until("15:50")
    await world.passes("15s")
    await asha.texts_in_vain("arrived")
    await world.passes("5s")
    await henry.texts("2 too soon after Friday")
    asha.receives("NOT AUTHORISED")
    await world.passes("10s")
    asha.receives("ARRIVED 15:50")
    assert await world.state(asha) == "there"
    await asha.texts("3")
    for one in world.staff:
        one.ignores()
