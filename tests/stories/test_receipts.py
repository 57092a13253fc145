"""Delivered is not read, and no word of delivery is a word too: an alarm that nobody hears of goes another way."""

import asyncio

import pytest

from bot.people import Channel
from store.outbox import MOST_RESENDS
from tests.fakes.twilio_messages import NEVER, OUT_OF_ORDER, TWICE, UNDELIVERED_AFTER_DELIVERED
from tests.world.world import World


async def alarmed(world: World) -> None:
    """Asha is on a visit and does not answer: at fourteen minutes past the office is alarmed."""
    await world.plans(world.asha)
    await world.asha.texts("1")
    await world.until("14:14")
    world.asha.ignores()


async def well_again(world: World) -> None:
    """She has left after all; whoever was told is told."""
    await world.asha.texts("3")
    for one in world.staff:
        one.ignores()


async def test_no_receipt_in_a_minute_goes_to_the_other_channel_and_the_next_person(world: World) -> None:
    """Twilio took it and says nothing more: at sixty seconds the office's Telegram and the headteacher have it."""
    olive, henry = world.olive, world.henry
    await world.enrols(olive)
    world.twilio.receipts(*NEVER, to=olive.number)
    await alarmed(world)
    olive.receives("ALARM", by=Channel.SMS)
    await world.passes("59s")
    olive.receives_nothing()
    henry.receives_nothing()
    await world.passes("1s")
    olive.receives("ALARM", by=Channel.TELEGRAM)
    henry.receives("ALARM", "missed check-in")
    assert [entry.kind for entry in await world.journal() if entry.kind in ("no receipt", "rerouted")] == [
        "no receipt",
        "rerouted",
    ]
    await henry.texts("1")
    henry.receives("is yours 14:15")
    await well_again(world)


async def test_with_one_channel_a_second_copy_goes_from_the_other_sender(world: World) -> None:
    """No Telegram, but two numbers: the second copy of the alarm leaves from the one that has not been tried."""
    olive, henry = world.olive, world.henry
    world.twilio.receipts(*NEVER, to=olive.number)
    await alarmed(world)
    await world.passes("1m")
    for _ in range(2):
        olive.receives("ALARM", by=Channel.SMS)
    henry.receives("ALARM")
    senders = [sms.params.get("From", "the service") for sms in world.twilio.messages(olive.number)]
    assert senders[-2:] != [senders[-1]] * 2
    await henry.texts("1")
    await well_again(world)
    await world.passes("10m")
    olive.receives_nothing()


async def test_undelivered_goes_both_ways_at_once(world: World) -> None:
    """A phone that is off: the other channel, and the next person too, without waiting for the minute."""
    olive, henry = world.olive, world.henry
    await world.enrols(olive)
    world.twilio.receipts("sent", "undelivered", to=olive.number, when="auto", error_code=30003)
    await alarmed(world)
    olive.receives("ALARM", by=Channel.TELEGRAM)
    henry.receives("ALARM")
    await henry.texts("1")
    henry.receives("is yours 14:14")
    await well_again(world)


@pytest.mark.parametrize("plan", [TWICE, OUT_OF_ORDER, ("delivered",), UNDELIVERED_AFTER_DELIVERED], ids=str)
async def test_an_alarm_that_was_delivered_waits_for_its_rung(world: World, plan: tuple[str, ...]) -> None:
    """Twice, out of order, or taken back afterwards: it has arrived, and the next person is told in two minutes."""
    olive, henry = world.olive, world.henry
    world.twilio.receipts(*plan, to=olive.number, when="auto", error_code=30003)
    await alarmed(world)
    olive.receives("ALARM")
    await world.passes("1m59s")
    henry.receives_nothing()
    await world.passes("1s")
    henry.receives("ALARM")
    await henry.texts("1")
    await well_again(world)


async def test_a_receipt_that_comes_before_the_answer_counts(world: World) -> None:
    """Delivered while the POST is still open: no clock is started for it afterwards."""
    olive, henry = world.olive, world.henry
    world.twilio.receipts("sent", "delivered", to=olive.number, when="before")
    await alarmed(world)
    olive.receives("ALARM")
    await world.passes("1m59s")
    henry.receives_nothing()
    await well_again(world)


async def test_a_receipt_that_was_lost_is_asked_for_in_time(world: World) -> None:
    """The webhook never came, and Twilio knows that it arrived: no silence, nobody told for nothing."""
    olive, henry = world.olive, world.henry
    world.twilio.receipts("sent", "delivered", to=olive.number, when="lost")
    await alarmed(world)
    olive.receives("ALARM")
    await world.passes("1m59s")
    henry.receives_nothing()
    assert len(world.twilio.calls("fetch")) == 1
    await well_again(world)


async def test_a_failure_whose_receipt_was_lost_is_found_too(world: World) -> None:
    """Undelivered, and nobody told us: what Twilio says when asked is as good as a receipt."""
    olive, henry = world.olive, world.henry
    world.twilio.receipts("sent", "undelivered", to=olive.number, when="lost", error_code=30005)
    await alarmed(world)
    await world.passes("1m")
    henry.receives("ALARM")
    olive.receives_nothing()
    await henry.texts("1")
    await well_again(world)


async def test_a_receipt_that_comes_late_ends_nothing_and_starts_nothing(world: World) -> None:
    """Delivered after all, when the headteacher has been told: it is noted, and that is all."""
    olive, henry = world.olive, world.henry
    world.twilio.receipts("delivered", to=olive.number, when="held")
    await alarmed(world)
    olive.receives("ALARM")
    await world.passes("1m")
    henry.receives("ALARM")
    olive.ignores()
    await asyncio.to_thread(world.twilio.deliver_receipts)
    await world.settles()
    henry.receives_nothing()
    olive.receives_nothing()
    await henry.texts("1")
    await well_again(world)


async def test_of_an_alarm_that_has_ended_only_its_end_is_sent_again(world: World) -> None:
    """Undelivered, and heard of when she has left: nobody is alarmed by it now; the end goes both ways."""
    asha, olive = world.asha, world.olive
    await world.enrols(olive)
    world.twilio.receipts("undelivered", to=olive.number, error_code=30003, when="held")
    await alarmed(world)
    await world.passes("20s")
    await asha.texts("3")
    asha.receives("LEFT")
    world.twilio.receipts("delivered", to=olive.number, when="auto")
    await asyncio.to_thread(world.twilio.deliver_receipts)
    await world.passes("1m")
    for way in Channel:
        olive.receives("ENDED 14:14: Asha texted LEFT", by=way)
    olive.receives("A. LEFT")
    olive.receives_nothing()


async def test_a_failure_that_comes_before_the_answer_is_a_try_as_any_other(world: World) -> None:
    """Twilio says that it was not delivered while the POST is still open: three times, and no more after that."""
    olive, henry = world.olive, world.henry
    world.twilio.receipts("undelivered", to=olive.number, error_code=30003, when="before")
    await alarmed(world)
    await world.passes("1m59s")
    sent = [sms.body for sms in world.twilio.messages(olive.number)]
    assert [body[:5] for body in sent].count("ALARM") == MOST_RESENDS
    await henry.texts("1")
    await well_again(world)


async def test_who_has_it_is_not_chased_for_receipts(world: World) -> None:
    """Owned within the minute: no copy follows, and nobody else is told."""
    olive, henry = world.olive, world.henry
    await world.enrols(olive)
    world.twilio.receipts(*NEVER)
    await alarmed(world)
    olive.receives("ALARM")
    await olive.texts("1")
    olive.receives("is yours")
    await world.passes("5m")
    olive.receives_nothing()
    henry.receives_nothing()
    await well_again(world)


async def test_telegram_tells_of_no_delivery_and_its_alarms_wait_for_the_rung(world: World) -> None:
    """What Telegram has taken counts as told until the rung is up: there is no receipt to wait for."""
    olive, henry = world.olive, world.henry
    await world.enrols(olive)
    world.twilio.refuses(olive.number, 21614)
    await olive.writes("hello")
    await alarmed(world)
    for one in world.staff:
        one.ignores()
    await well_again(world)
    await world.plans(world.ben, start="14:20", end="14:40")
    await world.until("14:20")
    await world.ben.texts("1")
    await world.until("14:34")
    world.ben.ignores()
    olive.receives("ALARM", by=Channel.TELEGRAM)
    await world.passes("1m59s")
    henry.receives_nothing()
    await world.passes("1s")
    henry.receives("ALARM")
    await world.ben.texts("3")
    for one in world.staff:
        one.ignores()


async def test_a_silence_from_before_a_restart_has_its_consequence(world: World) -> None:
    """The minute is a column of the store: a kill in the middle of it changes nothing."""
    olive, henry = world.olive, world.henry
    world.twilio.receipts(*NEVER, to=olive.number)
    await alarmed(world)
    olive.receives("ALARM")
    await world.passes("30s")
    await world.crashes()
    await world.passes("20s")
    await world.reopens()
    henry.receives_nothing()
    await world.passes("10s")
    henry.receives("ALARM")
    await henry.texts("1")
    await well_again(world)


async def test_a_twilio_that_hangs_holds_up_no_alarm_for_ten_seconds(world: World) -> None:
    """Nobody answers the POST: Telegram has the alarm as soon as that is known, for this person and the next (I4)."""
    asha, olive, henry = world.asha, world.olive, world.henry
    await world.enrols(olive, henry)
    world.twilio.fails_next(500, times=3)
    await asha.texts("help")
    for one in (olive, henry):
        one.receives("texts for HELP", by=Channel.TELEGRAM)
    await olive.writes("1")
    await world.passes("1m")
    await olive.writes("safe spoke to her")
    for one in world.staff:
        one.ignores()


async def test_while_twilio_fails_the_next_rung_is_told_both_ways_at_once(world: World) -> None:
    """What is known to fail is not waited for again."""
    olive, henry = world.olive, world.henry
    await world.enrols(olive, henry)
    await alarmed(world)
    olive.ignores()
    world.twilio.goes_down()
    await world.until("14:15")
    await olive.writes("what is this")  # read on Telegram: that alone says nothing of SMS
    await world.until("14:16")
    olive.ignores()
    henry.receives("ALARM", by=Channel.TELEGRAM)
    world.twilio.comes_back()
    await henry.writes("1")
    await world.passes("1m")
    await well_again(world)
