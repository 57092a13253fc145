"""A number that fails is not the end of SMS: the next one sends."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.world.world import NUMBER, World

SECOND = "+447700900101"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Marsh Lane with two numbers and no Messaging Service."""
    world = World(tmp_path, holds_texts=False, also_from=SECOND)
    await world.opens()
    yield world
    await world.closes()


def froms(world: World, number: str) -> list[str]:
    """What each alarm to this phone was sent from."""
    return [sms.params["From"] for sms in world.twilio.messages(number) if sms.body.startswith("ALARM")]


@pytest.mark.parametrize("code", [21606, 21659, 30002])
async def test_a_number_that_may_not_send_gives_way_at_once(world: World, code: int) -> None:
    """Suspended, or not fit to text: the alarm is out from the other in the same instant, and nobody else is told."""
    asha, olive, henry = world.asha, world.olive, world.henry
    world.twilio.forbids(NUMBER, code)
    await world.plans(asha)
    await asha.texts("1")
    asha.receives("ARRIVED")
    await world.until("14:14")
    olive.receives("ALARM", "missed check-in")
    olive.ignores()
    henry.receives_nothing()
    assert set(froms(world, olive.number)) == {SECOND}
    await asha.texts("3")
    for one in (asha, olive):
        one.ignores()


async def test_a_phone_to_which_there_is_no_way_rests_no_number(world: World) -> None:
    """21612 is of one phone: the next person is told at once, and to everybody else the first number goes on sending."""
    asha, olive, henry, dana = world.asha, world.olive, world.henry, world.dana
    world.twilio.refuses(olive.number, 21612)
    await world.plans(asha)
    await asha.texts("1")
    asha.receives("ARRIVED")
    await world.until("14:14")
    olive.receives_nothing()
    henry.receives("ALARM", "missed check-in")
    assert froms(world, henry.number) == [NUMBER]
    await henry.texts("mine")
    await asha.texts("3")
    for one in (asha, olive, henry, dana):
        one.ignores()


async def test_where_one_number_has_no_way_the_other_is_tried_in_the_same_breath(world: World) -> None:
    """21612 is of a sender and a phone together: the alarm leaves from the other, and no phone counts as lost."""
    asha, olive, henry = world.asha, world.olive, world.henry
    world.twilio.forbids(NUMBER, 21612)
    await world.plans(asha)
    await asha.texts("1")
    asha.receives("ARRIVED")
    await world.until("14:14")
    olive.receives("ALARM", "missed check-in")
    olive.ignores()
    henry.receives_nothing()
    assert froms(world, olive.number) == [SECOND]
    await asha.texts("3")
    for one in (asha, olive):
        one.ignores()


async def test_phones_that_are_not_reached_from_one_number_are_tried_from_the_other(world: World) -> None:
    """30003 again and again: each next try of an alarm leaves from the other number."""
    olive = world.olive
    world.twilio.receipts("sent", "undelivered", to=olive.number, error_code=30003, when="auto")
    await world.plans(world.asha)
    await world.asha.texts("1")
    await world.until("14:14")
    await world.passes("30s")
    assert froms(world, olive.number)[:3] == [NUMBER, SECOND, NUMBER]
    await world.henry.texts("1")
    await world.asha.texts("3")
    for one in world.staff:
        one.ignores()
    await world.passes("1h")
    for one in world.staff:
        one.ignores()


async def test_when_both_may_not_send_the_alarm_goes_by_telegram_and_is_pressed(world: World) -> None:
    """The account is suspended: Telegram has it within seconds; when it is mended SMS has it too."""
    asha, olive, henry = world.asha, world.olive, world.henry
    await world.enrols(olive)
    for number in (NUMBER, SECOND):
        world.twilio.forbids(number, 30002)
    await world.enrols(asha)
    await asha.writes("help")
    await world.passes("5s")
    olive.receives("texts for HELP")
    henry.receives_nothing()
    for number in (NUMBER, SECOND):
        world.twilio.forbids(number, None)
    await world.passes("15s")
    henry.receives("texts for HELP")
    await olive.writes("safe spoke to her")
    for one in world.staff:
        one.ignores()


async def test_texts_to_either_number_are_read_from_the_list(world: World) -> None:
    """Somebody answers to the number they were last texted from: both are asked for."""
    world.twilio.texts(world.asha.number, "arrived at 3 Church Close", lost=True, wait=False, to=SECOND)
    await world.passes("30s")
    world.asha.receives("ARRIVED")
    world.olive.receives("ARRIVED")
    await world.asha.texts("3")
    world.asha.receives("LEFT")
    world.olive.receives("LEFT")
    world.olive.ignores()
