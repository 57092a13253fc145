"""The guard itself fails, and people hear of it by a way that works; and hear again when it is back (DESIGN §6)."""

import asyncio
from datetime import timedelta

import pytest

from bot.people import Channel
from handlers.heartbeat import STANDSTILL
from store import pulse
from store.database import StoreDown
from tests.world.world import World


async def test_telegram_down_is_told_by_sms(world: World) -> None:
    """After a minute the visitor and the office know, in those words, and once; and again when it is back."""
    asha, olive = world.asha, world.olive
    await world.enrols(asha, olive)
    await world.plans(asha)
    await asha.writes("arrived")
    asha.receives("ARRIVED 14:00", by=Channel.TELEGRAM)
    world.telegram.goes_down()
    await world.passes("59s")
    for one in (asha, olive):
        one.receives_nothing()
    await world.passes("1s")
    asha.receives("GUARD DOWN 14:01: Doorstep has had no Telegram since 14:00", "Use SMS", by=Channel.SMS)
    olive.receives("GUARD DOWN 14:01", "no Telegram since 14:00", by=Channel.SMS)
    await world.passes("5m")
    for one in (asha, olive):
        one.receives_nothing()
    world.telegram.comes_back()
    await world.passes("1m")
    asha.receives("GUARD BACK 14:06: Doorstep has Telegram again")
    olive.receives("GUARD BACK 14:06", "failed from 14:00")
    await asha.texts("3")
    asha.receives("LEFT")
    olive.receives("LEFT")


async def test_twilio_down_is_told_on_telegram(world: World) -> None:
    """Ben has no Telegram and cannot be told; the office has none, so the headteacher hears of it."""
    asha, ben, henry = world.asha, world.ben, world.henry
    await world.enrols(asha, henry)
    await world.plans(asha)
    await asha.writes("arrived")
    await ben.texts("arrived at 3 Church Close")
    asha.receives("ARRIVED", by=Channel.TELEGRAM)
    ben.receives("ARRIVED")
    world.olive.receives("B. ARRIVED")
    world.twilio.goes_down()
    for _ in range(3):
        await world.passes("30s")
    asha.receives("GUARD DOWN 14:01: Doorstep has had no SMS since 14:00", "on Telegram", by=Channel.TELEGRAM)
    henry.receives("GUARD DOWN 14:01", "no SMS since 14:00", by=Channel.TELEGRAM)
    world.olive.receives_nothing()
    world.twilio.comes_back()
    for _ in range(2):
        await world.passes("30s")
    asha.receives("GUARD BACK 14:02: Doorstep has SMS again")
    henry.receives("GUARD BACK 14:02")
    for one in (asha, ben):
        await one.texts("3")
        one.receives("LEFT")
        world.olive.receives("LEFT")


async def test_who_goes_in_during_an_outage_is_told_then(world: World) -> None:
    """The outage began with nobody out: nobody heard. Ben arrives in it, and he and the office are told."""
    ben, olive = world.ben, world.olive
    await world.enrols(ben)
    world.telegram.goes_down()
    await world.passes("10m")
    olive.receives_nothing()
    await ben.texts("arrived at 3 Church Close")
    await world.settles()
    ben.receives("ARRIVED 14:10", by=Channel.SMS)
    ben.receives("GUARD DOWN 14:10", "since 14:00", by=Channel.SMS)
    olive.receives("ARRIVED")
    olive.receives("GUARD DOWN")
    world.telegram.comes_back()
    await ben.texts("left")
    ben.receives("LEFT")
    olive.receives("LEFT")
    await world.passes("1m")
    for one in (ben, olive):
        one.receives("GUARD BACK")


async def test_an_outage_outlives_the_process_and_is_told_once(world: World) -> None:
    """Killed and started again while Telegram is down: nobody hears of it twice, and "back" is not forgotten."""
    asha, olive = world.asha, world.olive
    await world.enrols(asha)
    await world.plans(asha)
    await asha.texts("arrived")
    asha.receives("ARRIVED")
    world.telegram.goes_down()
    await world.passes("2m")
    for one in (asha, olive):
        one.receives("GUARD DOWN")
    await world.crashes()
    await world.reopens()
    await world.passes("2m")
    for one in (asha, olive):
        one.receives_nothing()
    world.telegram.comes_back()
    await world.passes("1m")
    for one in (asha, olive):
        one.receives("GUARD BACK")
    await asha.texts("3")
    asha.receives("LEFT")
    olive.receives("LEFT")


async def test_what_twilio_takes_in_but_never_accepts_is_an_outage_too(world: World) -> None:
    """Its list can be read, and each of our texts fails: after a minute the visitor hears of it on Telegram."""
    asha = world.asha
    await world.enrols(asha)
    await world.plans(asha)
    await asha.writes("arrived")
    asha.receives("ARRIVED", by=Channel.TELEGRAM)
    world.twilio.fails_next(503, method="create", times=500)
    await asha.texts("status", Channel.SMS)
    await world.passes("65s")
    asha.receives("GUARD DOWN 14:01", "no SMS since 14:00", by=Channel.TELEGRAM)
    world.twilio.mends()
    await world.passes("3m")
    asha.receives("GUARD BACK", "SMS again")
    asha.receives("There since 14:00", by=Channel.SMS)
    await asha.writes("left")
    asha.receives("LEFT")
    world.olive.ignores()


@pytest.mark.parametrize("words", ["still here, blue folder", "still here, green folder"])
async def test_what_only_an_alarm_finds_out_shows_on_no_visitors_phone(world: World, words: str) -> None:
    """Nothing but a code word's alarm has tried Twilio: the headteacher hears that it fails, and Asha's phone shows nothing."""
    asha = world.asha
    await world.enrols(asha, world.henry)
    await world.plans(asha)
    await asha.writes("arrived")
    asha.receives("ARRIVED", by=Channel.TELEGRAM)
    world.twilio.fails_next(503, method="create", times=500)
    await asha.writes(words)
    asha.receives("Have you left?", by=Channel.TELEGRAM)
    await world.passes("3m")
    asha.receives_nothing()
    told = [line.text for line in world.henry.unread if "GUARD DOWN" in line.text]
    assert bool(told) is ("blue" in words)
    world.twilio.mends()
    await world.passes("3m")
    asha.receives_nothing()
    for one in (world.olive, world.henry, world.dana, world.dee):
        one.ignores()


async def test_whoever_was_told_in_the_office_hears_nothing_of_it_inside_a_home(world: World) -> None:
    """An alarm found out that SMS fails, and Henry was told. Out by then, he is not told that it is back: not while it
    fails, nor when it works. Once home he is."""
    asha, henry = world.asha, world.henry
    await world.enrols(asha, henry)
    await world.plans(asha)
    await asha.writes("arrived")
    world.twilio.fails_next(503, method="create", times=500)
    await asha.writes("still here, blue folder")
    await world.passes("3m")
    assert any("GUARD DOWN" in line.text for line in henry.ignores())
    await henry.writes("arrived at 3 Church Close")
    await world.passes("2m")
    assert not [line.text for line in henry.ignores() if "GUARD" in line.text]
    world.twilio.mends()
    await world.passes("3m")
    assert not [line.text for line in henry.ignores() if "GUARD" in line.text]
    await henry.writes("left")
    await world.passes("1m")
    henry.receives("GUARD BACK", "failed from 14:00")
    await world.passes("1m")
    for one in world.staff:
        assert not [line.text for line in one.ignores() if "GUARD BACK" in line.text and one in (asha, henry)]


async def test_a_store_that_is_down_is_told_without_it(world: World) -> None:
    """No outbox is needed for it: visitor and office hear on every way they have, once; and once more when it is back."""
    asha, olive = world.asha, world.olive
    await world.enrols(asha)
    await asha.texts("arrived at 14 High Street")
    asha.receives("ARRIVED")
    olive.receives("ARRIVED")
    await world.breaks_store()
    guard = world.attached.service.guard
    for _ in range(30):
        await guard.turn()
        world.clock.move_to(world.clock() + timedelta(seconds=4))
    for way in Channel:
        asha.receives("GUARD DOWN 14:01: Doorstep has not watched you since 14:00", "Ring the office", by=way)
    olive.receives("GUARD DOWN 14:01: Doorstep has watched nobody since 14:00", by=Channel.SMS)
    for one in (asha, olive):
        one.receives_nothing()
    await world.mends_store()
    await world.passes("1m")
    asha.receives("GUARD BACK", "watches you again")
    olive.receives("GUARD BACK", "watches again. From 14:00 it did not")
    await asha.texts("left")
    asha.receives("LEFT")
    olive.receives("LEFT")


async def test_a_store_that_another_program_holds_is_told_before_the_process_takes_it_for_a_standstill(
    world: World,
) -> None:
    """Everything that beats wants the file, the desk behind all the others: each pass ends within the ten seconds."""
    asha = world.asha
    await asha.texts("arrived at 14 High Street")
    asha.receives("ARRIVED")
    world.olive.ignores()
    service = world.attached.service
    works = [service.delivery.turn, service.delivery.gets_on, service.backstop.turn, service.desk.rehearse]
    with world.locks_store():
        for _ in range(2):
            async with asyncio.timeout(STANDSTILL):
                beats = [asyncio.create_task(work()) for work in (*works * 3, service.guard.turn, service.desk.turn)]
                assert isinstance((await asyncio.gather(*beats, return_exceptions=True))[-1], StoreDown)
            world.clock.move_to(world.clock() + timedelta(seconds=61))
        asha.receives("GUARD DOWN 14:01")
    await world.passes("1m")
    asha.receives("GUARD BACK")
    await asha.texts("left")
    asha.receives("LEFT")
    world.olive.ignores()


async def test_both_ways_are_tried_until_one_of_them_takes_the_words(world: World) -> None:
    """Store and Twilio are down together, and Asha has only SMS: she is told as soon as Twilio is back."""
    asha = world.asha
    await asha.texts("arrived at 14 High Street")
    asha.receives("ARRIVED")
    world.olive.ignores()
    await world.breaks_store()
    world.twilio.goes_down()
    guard = world.attached.service.guard
    for _ in range(20):
        await guard.turn()
        world.clock.move_to(world.clock() + timedelta(seconds=4))
    asha.receives_nothing()
    world.twilio.comes_back()
    world.clock.move_to(world.clock() + timedelta(seconds=11))
    await guard.turn()
    asha.receives("GUARD DOWN")
    await world.mends_store()
    await world.passes("1m")
    asha.receives("GUARD BACK")
    await asha.texts("left")
    asha.receives("LEFT")
    world.olive.ignores()


async def test_a_minute_in_which_nobody_watched_is_told_at_the_start(world: World) -> None:
    """The process was dead for two minutes with Asha out: she and the office hear that it was, and that it is back."""
    asha, olive = world.asha, world.olive
    await world.plans(asha)
    await asha.texts("arrived")
    asha.receives("ARRIVED")
    await beats(world)
    await world.crashes()
    await world.passes("2m")
    await world.reopens()
    asha.receives("GUARD BACK 14:02: Doorstep stood still since 14:00")
    olive.receives("GUARD BACK 14:02: Doorstep watches again. From 14:00 it did not")
    await world.crashes()
    await world.reopens()
    for one in (asha, olive):
        one.receives_nothing()
    await asha.texts("3")
    asha.receives("LEFT")
    olive.receives("LEFT")


async def test_a_quick_restart_is_not_worth_a_text(world: World) -> None:
    """Half a minute without us, or an hour in which nobody was out: no word."""
    asha, olive = world.asha, world.olive
    await beats(world)
    await world.crashes()
    await world.passes("1h")
    await world.reopens()
    await asha.texts("arrived at 14 High Street")
    asha.receives("ARRIVED")
    olive.receives("ARRIVED")
    await beats(world)
    await world.crashes()
    await world.passes("30s")
    await world.reopens()
    await asha.texts("left")
    asha.receives("LEFT")
    olive.receives("LEFT")


async def test_it_is_on_the_record(world: World) -> None:
    """When it went down, when it was back, and who was told, in the journal."""
    asha, olive = world.asha, world.olive
    await world.enrols(asha)
    await asha.texts("arrived at 14 High Street")
    world.telegram.goes_down()
    await world.passes("2m")
    world.telegram.comes_back()
    await world.passes("1m")
    await asha.texts("left")
    for one in (asha, olive):
        one.ignores()
    ids = sorted([world.ids["Asha"], world.ids["Olive"]])
    found = [(entry.kind, entry.body or {}) for entry in await world.journal() if "guard" in entry.kind]
    noted = [(kind, body["part"], body["told"]) for kind, body in found]
    assert noted == [("guard down", "telegram", ids), ("guard back", "telegram", ids)]


async def beats(world: World) -> None:
    """The service notes that it lives, as it does every five seconds."""
    async with world.attached.service.database.transaction() as tx:
        await pulse.beat(tx, world.clock(), world.clock())
