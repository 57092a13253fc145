"""The text that Twilio holds for us: it comes when our machine is dead, and only then (DESIGN §6, I12)."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.world.world import World


def times(world: World) -> list[str]:
    """When each held text would go out, the first first."""
    return [f"{sms.send_at:%H:%M}" for sms in world.twilio.held() if sms.send_at]


async def leaves(world: World) -> None:
    """Asha leaves, and the office hears of it."""
    await world.asha.texts("3")
    world.asha.receives("LEFT")
    world.olive.receives("LEFT")


async def test_all_machines_dead_the_held_text_still_goes_out(world: World) -> None:
    """I12: nobody of ours is there to send it, and the office and the headteacher hear; initials only."""
    asha, ladder = world.asha, [world.olive, world.henry]
    await world.plans(asha)
    await asha.texts("arrived")
    asha.receives("ARRIVED")
    await world.crashes()
    await world.passes("16m")
    for one in ladder:
        one.receives_nothing()
    await world.passes("1m")
    for one in ladder:
        line = one.receives("AUTOMATIC", "no word from A. since 14:00", "Doorstep has not called this off", "Visit 1")
        assert "Asha" not in line.text and "High Street" not in line.text


async def test_a_quiet_visit_sends_none(world: World) -> None:
    """Held at the arrival, held anew at each sign of life, called off at the end; not one goes out."""
    asha = world.asha
    await world.plans(asha)
    await asha.texts("arrived")
    asha.receives("ARRIVED")
    assert times(world) == ["14:17", "14:17"]
    await world.until("14:10")
    asha.receives("Is all OK?")
    assert times(world) == ["14:17", "14:17"]
    await asha.texts("2")
    asha.receives_nothing()
    assert times(world) == ["14:42", "14:42"]
    await world.until("14:28")
    await leaves(world)
    assert times(world) == []
    await world.passes("3h")


async def test_the_next_is_held_before_the_last_is_called_off(world: World) -> None:
    """Never a moment with none: two more are held, and only then are the first two called off."""
    await world.plans(world.asha)
    await world.asha.texts("arrived")
    await world.passes("5m")
    before = len(world.twilio.calls("*"))
    await world.asha.texts("2")
    calls = world.twilio.calls("*")[before:]
    about_held = [call.method for call in calls if call.method == "update" or "SendAt" in call.params]
    assert about_held == ["create", "create", "update", "update"]
    world.asha.ignores()
    await leaves(world)


async def test_a_planned_start_counts_before_anybody_arrives(world: World) -> None:
    """Held from a quarter of an hour before the start: the machine may die before the visit begins."""
    await world.plans(world.asha, start="15:00", end="15:30")
    await world.until("14:43")
    assert times(world) == []
    await world.until("14:44")
    assert times(world) == ["15:17", "15:17"]
    await world.crashes()
    await world.passes("34m")
    for one in (world.olive, world.henry):
        one.receives("AUTOMATIC", "no word from A. since 15:00")


async def test_silence_that_doorstep_sees_itself_sends_none(world: World) -> None:
    """The alarm at 14:14 is ours: the held text is put off to the next moment at which silence would alarm."""
    asha, olive = world.asha, world.olive
    await world.plans(asha)
    await asha.texts("arrived")
    await world.until("14:14")
    olive.receives("ALARM", "missed check-in")
    assert times(world) == ["14:32", "14:32"]
    await olive.texts("1")
    await world.until("14:18")
    assert "AUTOMATIC" not in " ".join(line.text for line in [*olive.ignores(), *world.henry.ignores()])
    await asha.texts("3")
    for one in (asha, olive):
        one.ignores()


async def test_back_again_those_who_got_it_are_told_what_is_so(world: World) -> None:
    """Dead for twenty minutes: Doorstep says that it works again, asks, and says when there is word after all."""
    asha, ladder = world.asha, [world.olive, world.henry]
    await world.plans(asha)
    await asha.texts("arrived")
    await world.crashes()
    await world.passes("20m")
    await world.reopens()
    for one in ladder:
        one.receives("AUTOMATIC")
        one.receives("Doorstep works again 14:20", "still no word from A. since 14:00")
    asha.ignores()
    await asha.texts("2")
    asha.receives_nothing()
    for one in ladder:
        one.receives("DISREGARD the AUTOMATIC text on A.", "they texted Doorstep 14:20")
    await leaves(world)


async def test_called_off_too_late_it_is_taken_back_in_words(world: World) -> None:
    """Twilio cannot be reached from before "left" until after the text has gone (30409): disregard it."""
    asha, ladder = world.asha, [world.olive, world.henry]
    await world.plans(asha)
    await asha.texts("arrived")
    asha.receives("ARRIVED")
    await world.until("14:09")
    world.twilio.goes_down()
    await asha.texts("3")
    await world.until("14:18")
    world.twilio.comes_back()
    await world.passes("1m")
    for one in ladder:
        one.receives("AUTOMATIC")
        one.receives("DISREGARD", "the visit was closed 14:09")
    asha.ignores()
    world.olive.receives("LEFT")


async def test_a_text_that_was_not_held_but_sent_is_a_fault(world: World) -> None:
    """The missing service: 201, but not scheduled. Those who got it are told, the office too, and none is tried again."""
    asha, olive, henry = world.asha, world.olive, world.henry
    world.twilio.drops_schedules()
    await world.plans(asha)
    await asha.texts("arrived")
    asha.receives("ARRIVED")
    for one in (olive, henry):
        one.receives("AUTOMATIC")
        one.receives("DISREGARD", "too soon by mistake")
    await asha.texts("2")
    asha.receives("OK")
    olive.receives("NO BACKSTOP 14:00 for A.", "visit 1")
    await world.passes("5m")
    await leaves(world)


async def test_a_text_that_cannot_be_held_is_told_of_once(world: World) -> None:
    """Twilio refuses: no backstop for this visit, in those words, and the visit goes on."""
    asha = world.asha
    world.twilio.fails_next(404, code=20404, method="hold", times=9)
    await world.plans(asha)
    await asha.texts("arrived")
    asha.receives("ARRIVED")
    world.olive.receives("NO BACKSTOP 14:00 for A.", "Twilio holds nothing for it")
    await asha.texts("2")
    asha.receives("OK")
    assert times(world) == []
    await leaves(world)


async def test_accepted_and_not_answered_it_is_found_and_called_off(world: World) -> None:
    """Twilio took it and said 500: it is found by its words, adopted, not held twice, and called off with the rest."""
    asha = world.asha
    world.twilio.fails_next(500, after_accepting=True, method="hold", times=2)
    await world.plans(asha)
    await asha.texts("arrived")
    asha.receives("ARRIVED")
    await world.passes("1m")
    assert times(world) == ["14:17", "14:17"]
    await leaves(world)
    assert times(world) == []
    await world.passes("1h")


@pytest.mark.parametrize("word", ["2", "3"])
async def test_a_kill_before_the_id_is_written_down(world: World, word: str) -> None:
    """Twilio holds it, the process dies without its id. Back again, it is found by its words; later called off."""
    asha = world.asha
    await world.plans(asha)
    world.twilio.hangs_next("hold", times=2)
    await asyncio.to_thread(world.twilio.texts, asha.number, "arrived")
    working = asyncio.create_task(world.attached.service.settle())
    assert await asyncio.to_thread(world.twilio.until, lambda: world.twilio.hanging == 2)
    await world.crashes()
    working.cancel()
    world.twilio.release()
    await world.reopens()
    assert times(world) == ["14:17", "14:17"]
    await world.until("14:10")
    asha.ignores()
    await asha.texts(word)
    asha.ignores()
    assert times(world) == (["14:42", "14:42"] if word == "2" else [])
    if word == "2":
        await asha.texts("3")
        asha.receives("LEFT")
    world.olive.receives("LEFT")
    await world.passes("1h")


async def test_a_kill_while_the_last_is_called_off(world: World) -> None:
    """Twilio has called it off, the process dies before it knows: back again it asks, and is content."""
    asha = world.asha
    await world.plans(asha)
    await asha.texts("arrived")
    asha.receives("ARRIVED")
    world.twilio.hangs_next("update", times=2)
    await asyncio.to_thread(world.twilio.texts, asha.number, "left")
    working = asyncio.create_task(world.attached.service.settle())
    assert await asyncio.to_thread(world.twilio.until, lambda: world.twilio.hanging == 2)
    await world.crashes()
    working.cancel()
    world.twilio.release()
    await world.reopens()
    assert times(world) == []
    asha.receives("LEFT")
    world.olive.receives("LEFT")
    await world.passes("1h")


async def test_an_alarm_that_is_open_goes_before_a_held_text(world: World) -> None:
    """The machine dies after a code word and comes back: the alarm is what counts, and no word of Asha's calls it off."""
    asha, ladder = world.asha, [world.olive, world.henry]
    await world.plans(asha)
    await asha.texts("arrived, is the blue folder in?")
    asha.ignores()
    for one in ladder:
        one.receives("CODE WORD")
    await world.crashes()
    await world.passes("20m")
    await world.reopens()
    for one in ladder:
        one.receives("AUTOMATIC")
        line = one.receives("adds nothing", "is open: that one counts")
        assert one.code() in line.text
    await world.olive.texts("real police are with her")
    await asha.texts("3")
    for one in (asha, *ladder, world.dana):
        one.ignores()


@pytest.fixture
async def bare(tmp_path: Path) -> AsyncIterator[World]:
    """Marsh Lane with a number, and no Messaging Service."""
    world = World(tmp_path, holds_texts=False)
    await world.opens()
    yield world
    await world.closes()


async def test_without_a_messaging_service_the_office_is_told_once_a_day(bare: World) -> None:
    """No backstop, in those words, before the first visit of the day; nothing is sent to Twilio to be held."""
    asha, olive = bare.asha, bare.olive
    for _ in range(2):
        await asha.texts("arrived at 14 High Street")
        await asha.texts("3")
        asha.ignores()
        olive.receives("ARRIVED")
        olive.receives("LEFT")
    olive.receives("NO BACKSTOP 14:00", "no Messaging Service")
    await bare.passes("24h")
    await asha.texts("arrived at 14 High Street")
    await asha.texts("3")
    asha.ignores()
    olive.receives("ARRIVED")
    olive.receives("LEFT")
    olive.receives("NO BACKSTOP 14:00")
    assert bare.twilio.held() == []
