"""Channels that fail: the other one takes over, and the next person is told."""

import asyncio

from bot.people import Channel
from tests.fakes.twilio_messages import NEVER, UNDELIVERED
from tests.world.world import World


async def test_a_blocked_bot_falls_back_to_sms_and_the_office_is_told(world: World) -> None:
    """Blocking the bot is no end of the visit: prompts go by SMS, and the office knows."""
    asha, olive = world.asha, world.olive
    await world.enrols(asha)
    await world.plans(asha)
    await asha.writes("arrived")
    asha.receives("ARRIVED", by=Channel.TELEGRAM)
    await asha.blocks()
    olive.receives("A.: TELEGRAM no longer reaches them")
    await world.until("14:10")
    asha.receives("Is all OK?", by=Channel.SMS)
    await asha.texts("2")
    asha.receives_nothing()
    await asha.texts("3")
    asha.receives("LEFT")
    olive.receives("LEFT")


async def test_a_refused_telegram_prompt_goes_by_sms_at_once(world: World) -> None:
    """403 at the moment of sending: the same words by SMS in the same instant."""
    asha, olive = world.asha, world.olive
    await world.enrols(asha)
    await world.plans(asha)
    await asha.writes("arrived")
    asha.receives("ARRIVED", by=Channel.TELEGRAM)
    world.telegram.fails_next("sendMessage", 403, "Forbidden: bot was blocked by the user")
    await world.until("14:10")
    asha.receives("Is all OK?", by=Channel.SMS)
    olive.receives("TELEGRAM no longer reaches them")
    await asha.texts("3")
    asha.receives("LEFT")
    olive.receives("LEFT")


async def test_an_alarm_whose_sms_is_refused_goes_to_the_next_person_at_once(world: World) -> None:
    """21614 on the office's number: the headteacher is told in the same instant, not two minutes later."""
    asha, olive, henry = world.asha, world.olive, world.henry
    world.twilio.refuses(olive.number, 21614)
    await world.plans(asha)
    await asha.texts("1")
    await world.until("14:14")
    asha.ignores()
    olive.receives_nothing()
    henry.receives("ALARM", "missed check-in")
    henry.receives("O.: SMS no longer reaches them")  # she is the whole office: he stands in for it
    await henry.texts("1")
    henry.receives("is yours 14:14")
    await asha.texts("3")
    asha.receives("LEFT")
    henry.receives("ENDED")


async def test_an_alarm_refused_by_sms_reaches_the_same_person_on_telegram(world: World) -> None:
    """The other channel of the same person, and the next rung, in parallel."""
    asha, olive, henry = world.asha, world.olive, world.henry
    await world.enrols(olive)
    world.twilio.refuses(olive.number, 21614)
    await world.plans(asha)
    await asha.texts("1")
    await world.until("14:14")
    asha.ignores()
    olive.receives("ALARM", "missed check-in", by=Channel.TELEGRAM)
    henry.receives("ALARM")
    henry.receives("O.: SMS no longer reaches them")
    olive.ignores()
    await olive.writes("1")
    olive.receives("is yours", by=Channel.TELEGRAM)
    henry.receives("Olive has it")
    await asha.texts("3")
    asha.receives("LEFT")
    henry.receives("ENDED")
    olive.ignores()


async def test_an_undelivered_alarm_climbs(world: World) -> None:
    """Accepted by Twilio and then undelivered (30003): tried again, and the next person is told meanwhile."""
    asha, olive, henry = world.asha, world.olive, world.henry
    world.twilio.receipts(*UNDELIVERED, to=olive.number, error_code=30003, when="auto")
    await world.plans(asha)
    await asha.texts("1")
    await world.until("14:14")
    asha.ignores()
    henry.receives("ALARM", "missed check-in")
    await henry.texts("1")
    henry.receives("is yours 14:14")
    await asha.texts("3")
    asha.receives("LEFT")
    henry.receives("ENDED")
    await world.passes("30m")
    olive.ignores()
    henry.ignores()


async def test_a_flood_wait_sends_the_alarm_by_sms_at_once(world: World) -> None:
    """429 with a long retry_after on Telegram never holds an alarm back."""
    asha, olive, henry = world.asha, world.olive, world.henry
    await world.enrols(henry)
    world.twilio.refuses(henry.number, 21614)
    world.telegram.fails_next("sendMessage", 429, "Too Many Requests: retry after 600", retry_after=600)
    await asha.texts("blue folder")
    asha.ignores()
    olive.receives("CODE WORD")
    await world.passes("1s")
    world.dana.receives("CODE WORD")
    await olive.texts("1")
    olive.ignores()
    world.dana.ignores()
    henry.ignores()
    await olive.texts("safe spoke to her")
    for one in (olive, henry, world.dana):
        one.ignores()


async def test_an_answer_that_twilio_accepted_and_then_failed_is_not_sent_twice(world: World) -> None:
    """500 after acceptance leaves the outcome unknown: it is looked up and adopted, not repeated."""
    asha, olive = world.asha, world.olive
    await world.plans(asha)
    world.twilio.fails_next(500, after_accepting=True)
    await asha.texts("1")
    await world.passes("10s")
    asha.receives("ARRIVED")
    asha.receives_nothing()
    await asha.texts("3")
    asha.receives("LEFT")
    olive.receives("LEFT")


async def test_mine_counts_while_twilio_has_not_answered_yet(world: World) -> None:
    """Twilio has texted Henry, and says so only later: his "mine" is of the alarm that he has read, and no question."""
    olive, henry = world.olive, world.henry
    service = world.attached.service
    world.twilio.hangs_next("create", times=3)
    await world.asha.hands_in("blue folder")
    working = asyncio.create_task(service.settle())
    assert await asyncio.to_thread(world.twilio.until, lambda: world.twilio.hanging == 3)
    await henry.hands_in("mine")
    await service.desk.turn()
    world.twilio.release()
    await working
    await service.settle()
    world.asha.ignores()
    henry.receives("CODE WORD from Asha")
    henry.receives("is yours")
    olive.receives("CODE WORD from Asha")
    olive.receives("Henry has it")
    await henry.texts("safe spoke to her")
    for one in (olive, henry):
        one.receives("ENDED")


async def test_what_nobody_can_look_up_is_sent_three_times_at_most(world: World) -> None:
    """Twilio takes each text, says that it does not, and cannot be asked: three copies come, then none until it can."""
    asha, olive = world.asha, world.olive
    world.twilio.receipts(*NEVER)
    world.twilio.fails_next(500, after_accepting=True, times=1_000)
    world.twilio.fails_next(500, method="list", times=1_000)
    await asha.texts("arrived")
    await world.passes("5m")
    assert len([line for line in asha.ignores() if "ARRIVED" in line.text]) == 3
    world.twilio.mends()
    await world.passes("2m")
    asha.receives_nothing()
    await asha.texts("left")
    for one in (asha, olive, world.henry):
        one.ignores()


async def test_twilio_down_for_a_while_only_delays_the_alarm(world: World) -> None:
    """While the provider is down nothing is given up; when it is back the alarm is out within seconds."""
    asha, olive, henry = world.asha, world.olive, world.henry
    await world.enrols(asha)
    await world.plans(asha)
    await asha.writes("arrived")
    asha.receives("ARRIVED")
    world.twilio.goes_down()
    await asha.writes("blue folder")
    asha.receives("Not sure")
    await world.passes("40s")
    olive.receives_nothing()
    world.twilio.comes_back()
    await world.passes("11s")
    for one in (olive, henry):
        one.receives("CODE WORD from Asha")
    await olive.texts("safe spoke to her")
    for one in (olive, henry, world.dana):
        one.ignores()
    await asha.writes("left")
    asha.receives("LEFT")
    olive.receives("LEFT")


async def test_a_visitor_nobody_can_reach_is_an_alarm(world: World) -> None:
    """The only number refuses us while a visit is open: contact lost, told to the ladder."""
    asha, olive = world.asha, world.olive
    await world.plans(asha)
    await asha.texts("1")
    asha.receives("ARRIVED")
    world.twilio.refuses(asha.number, 21614)
    await world.until("14:10")
    olive.receives("SMS no longer reaches them")
    olive.receives("ALARM", "Asha's phone takes no texts", "14 High Street")
    world.twilio.refuses(asha.number, None)
    await asha.texts("left")
    asha.receives("LEFT")
    olive.receives("ENDED")
    olive.receives("A. LEFT")
    world.henry.ignores()


async def test_enrolment_by_link_and_own_number(world: World) -> None:
    """A one-time link, then the phone's own number: after that the chat is Ben's, and the link is used up."""
    ben, sam = world.ben, world.sam
    token = await world.invites(ben)
    await ben.starts(token)
    shown = ben.receives("press the button below")
    assert shown.buttons == ("Share my number",)
    await ben.shares_contact(own=False)
    ben.receives("not this phone's own number")
    await ben.shares_contact()
    ben.receives("You are enrolled, B.")
    await sam.starts(token)
    sam.receives("link is used up")
    await ben.writes("arrived at 3 Church Close")
    ben.receives("ARRIVED", by=Channel.TELEGRAM)
    world.olive.receives("B. ARRIVED")
    await ben.writes("left")
    ben.receives("LEFT")
    world.olive.receives("B. LEFT")


async def test_somebody_elses_number_does_not_enrol(world: World) -> None:
    """Sam opens Ben's link and shares Sam's own number: nothing is tied to Sam."""
    token = await world.invites(world.ben)
    await world.sam.starts(token)
    world.sam.receives("press the button below")
    await world.sam.shares_contact()
    world.sam.receives("not on the school's list")
    await world.sam.writes("arrived")
    world.sam.receives("your number is not on its list")
    world.olive.receives("a number not on the list")


async def test_telegram_that_never_says_whether_it_sent_is_given_up_after_three_copies(world: World) -> None:
    """Every try may have got through and none can be looked up: three copies at most, then SMS takes over."""
    asha, olive = world.asha, world.olive
    await world.enrols(asha)
    await world.plans(asha)
    await asha.writes("arrived")
    asha.receives("ARRIVED", by=Channel.TELEGRAM)
    world.telegram.fails_next("sendMessage", 500, times=9, after_accepting=True)
    await world.until("14:11")
    asha.receives("Is all OK?", by=Channel.SMS)
    for _ in range(3):
        asha.receives("Is all OK?", by=Channel.TELEGRAM)
    asha.receives("GUARD DOWN", by=Channel.SMS)  # nothing has left by it for a minute
    asha.receives_nothing()
    olive.receives("TELEGRAM no longer reaches them")
    olive.receives("GUARD DOWN")
    world.telegram.mends()
    await asha.texts("3")
    asha.receives("LEFT")
    olive.receives("LEFT")
