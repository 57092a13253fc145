"""A text that is read late counts from when it was said: it raises as ever, and lowers only what it had ended in time."""

import pytest

from bot.people import Channel
from tests.world.world import World


async def test_a_quiet_alarm_for_a_silence_that_was_none_is_stood_down(world: World) -> None:
    """ "Left" was sent in time and read too late: the alarm ends by itself, and whoever was told is told."""
    asha, olive = world.asha, world.olive
    await world.plans(asha)
    await asha.texts("1")
    world.twilio.fails_next(503, method="list", times=99)
    await world.until("14:08")
    await asha.texts_in_vain("left")
    await world.until("14:14")
    asha.ignores()
    olive.receives("ALARM", "missed check-in")
    world.twilio.mends()
    await world.passes("5s")
    olive.receives("ENDED 14:14: Asha texted LEFT at 14:08", "only now come in")
    olive.receives("A. LEFT 14:08")
    asha.receives("LEFT 14:08")
    assert await world.open_alarms() == []
    ended = [entry for entry in await world.journal() if entry.kind == "alarm" and entry.body]
    assert "14:08" in str(ended[-1].body["said_at"] if ended[-1].body else "")


async def test_an_ok_from_before_the_question_does_not_stand_the_alarm_down(world: World) -> None:
    """OK at 14:05 says nothing of the silence after 14:10: read late, it is asked back about, and the alarm goes on."""
    asha, olive = world.asha, world.olive
    await world.plans(asha)
    await asha.texts("1")
    world.twilio.fails_next(503, method="list", times=99)
    await world.until("14:05")
    await asha.texts_in_vain("all ok")
    await world.until("14:14")
    asha.ignores()
    olive.receives("ALARM", "missed check-in")
    world.twilio.mends()
    await world.passes("5s")
    asha.receives("Is all OK? Reply 2 for yes. Until then nothing has changed.")
    assert await world.open_alarms() == ["missed check-in"]
    await asha.texts("2")
    asha.receives("OK 14:14")
    olive.receives("ENDED 14:14: Asha texted OK.")
    await asha.texts("3")
    asha.receives("LEFT")
    olive.receives("LEFT")


async def test_a_duress_alarm_is_never_stood_down_by_a_text_that_comes_late(world: World) -> None:
    """ "Left" from before, read after the code word: those who have the alarm are told not to take it as safe."""
    asha, olive, henry = world.asha, world.olive, world.henry
    await asha.texts("1")
    world.twilio.fails_next(503, method="list", times=99)
    await world.passes("1m")
    await asha.texts_in_vain("left")
    await world.passes("1m")
    await world.enrols(asha)
    await asha.writes("blue folder")
    asha.ignores()
    for one in (olive, henry):
        one.receives("CODE WORD")
    world.twilio.mends()
    await world.passes("5s")
    assert await world.open_alarms() == ["code word"]
    await olive.texts("safe the police are with her")
    await asha.texts("left")
    for one in (asha, olive, henry, world.dana):
        one.ignores()


async def test_a_late_left_of_an_earlier_visit_does_not_close_the_next(world: World) -> None:
    """Sent from the first house, read in the second: later words of hers stand, and she is asked."""
    asha, olive = world.asha, world.olive
    world.twilio.fails_next(503, method="list", times=999)
    await asha.texts("arrived at 3 Church Close")
    await world.passes("4m")
    await asha.texts_in_vain("left")
    await world.passes("1m")
    await asha.texts("called off")
    await world.passes("1m")
    await asha.texts("arrived at 9 Mill Lane")
    for one in (asha, olive, world.henry):
        one.ignores()
    world.twilio.mends()
    await world.passes("5s")
    asha.receives("Have you left?", "nothing has changed")
    assert await world.state(asha) == "there"
    await asha.texts("3")
    asha.receives("LEFT")
    olive.receives("LEFT")


@pytest.mark.parametrize(
    ("words", "read_at", "asked", "told"),
    [
        ("the dog is lovely", "14:08", (), ()),
        ("worried about the child", "14:08", (), ("CONCERN 14:05",)),
        ("the child is at risk of harm", "14:08", (), ("CHILD IN DANGER 14:05",)),
        ("Ben has left", "14:08", (), ()),
        ("2", "14:11", ("Is all OK? Reply 2 for yes. Until then nothing has changed.",), ()),
    ],
)
async def test_a_late_left_closes_the_visit_though_other_words_waited_before_it(
    world: World, words: str, read_at: str, asked: tuple[str, ...], told: tuple[str, ...]
) -> None:
    """What means nothing, is passed on, is said of another or no longer counts was heard when it was said, and not now."""
    asha, dee, olive = world.asha, world.dee, world.olive
    await world.plans(asha)
    await asha.texts("arrived")
    world.twilio.fails_next(503, method="list", times=99)
    for at, said in (("14:05", words), ("14:06", "left")):
        await world.until(at)
        await asha.texts_in_vain(said)
    await world.until(read_at)
    asha.ignores()
    world.twilio.mends()
    await world.passes("10s")
    for one, lines in ((asha, ("LEFT 14:06", *asked)), (olive, ("LEFT 14:06",)), (dee, told)):
        for line in lines:
            one.receives(line)
    for one in (asha, dee, olive, world.henry):
        one.ignores()
    assert (await world.state(asha), await world.open_alarms()) == ("left", [])


async def test_a_late_left_closes_the_visit_though_its_arrival_was_read_only_just_in_time(world: World) -> None:
    """The arrival counts from when it was read, and what was said after it from no earlier; but it is the later word."""
    asha, olive = world.asha, world.olive
    await world.enrols(asha)
    await world.plans(asha)
    await world.until("14:00")
    world.twilio.fails_next(503, method="list", times=99)
    world.telegram.texts(asha.chat, "arrived")
    world.telegram.goes_down()
    await world.passes("5s")
    await asha.texts_in_vain("left")
    await world.passes("15s")
    world.telegram.comes_back()
    await world.passes("1s")
    asha.receives("ARRIVED 14:00")
    await world.passes("20s")
    world.twilio.mends()
    await world.passes("10s")
    asha.receives("LEFT 14:00")
    olive.receives("LEFT 14:00")
    assert (await world.state(asha), await world.open_alarms()) == ("left", [])


async def test_a_late_mine_is_about_no_alarm_that_came_after_it(world: World) -> None:
    """A contact's "1" from an hour ago does not take the alarm of now."""
    asha, olive = world.asha, world.olive
    world.twilio.fails_next(503, method="list", times=9999)
    await olive.texts_in_vain("mine")
    await world.passes("1h")
    await asha.texts("help")
    asha.ignores()
    olive.receives("texts for HELP")
    world.twilio.mends()
    await world.passes("5s")
    olive.receives("No alarm is open for you")
    world.henry.receives("texts for HELP")
    await olive.texts("mine")
    olive.receives("is yours")
    world.henry.receives("Olive has it")
    await olive.texts("safe spoke to her")
    for one in (olive, world.henry):
        one.receives("ENDED")


async def test_with_telegram_out_of_reach_what_is_overdue_fires_after_thirty_seconds(world: World) -> None:
    """The backlog may hold a "left", so it is waited for; but not longer than that."""
    asha, olive = world.asha, world.olive
    await world.plans(asha)
    await asha.texts("1")
    asha.receives("ARRIVED")
    await world.crashes()
    world.telegram.goes_down()
    await world.passes("14m")
    await world.reopens()
    asha.receives_nothing()
    await world.passes("29s")
    asha.receives_nothing()
    await world.passes("1s")
    asha.receives("Is all OK?")
    world.telegram.comes_back()
    await asha.texts("3")
    asha.receives("LEFT")
    olive.receives("LEFT")


async def test_a_process_that_dies_again_and_again_waits_thirty_seconds_in_all(world: World) -> None:
    """Each start would wait for the backlog anew, and nobody's silence would ever be noticed: the starts share one wait."""
    asha = world.asha
    await world.plans(asha)
    await asha.texts("1")
    asha.receives("ARRIVED")
    await world.crashes()
    world.telegram.goes_down()
    await world.passes("14m")
    for _ in range(3):
        await world.reopens()
        await world.passes("5s")
        asha.receives_nothing()
        await world.crashes()
        await world.passes("5s")
    await world.reopens()
    asha.receives("Is all OK?")
    await world.passes("1s")
    await world.crashes()
    await world.passes("4m")
    await world.reopens()
    asha.receives_nothing()
    await world.passes("30s")
    asha.receives("No answer yet")
    world.telegram.comes_back()
    for one in (asha, *world.staff):
        one.ignores()


async def test_a_start_long_after_one_that_died_waits_again(world: World) -> None:
    """Much may lie at Telegram by then, and what was sent in time raises nothing."""
    asha, olive = world.asha, world.olive
    await world.enrols(asha)
    await world.plans(asha)
    await asha.writes("arrived")
    asha.receives("ARRIVED")
    await world.crashes()
    world.telegram.goes_down()
    await world.passes("1m")
    await world.reopens()
    await world.passes("5s")
    await world.crashes()
    await world.passes("7m")
    world.telegram.texts(asha.chat, "left")
    await world.passes("20m")
    await world.reopens()
    await world.passes("20s")
    asha.receives_nothing()
    world.telegram.comes_back()
    await world.passes("1s")
    asha.receives("LEFT 14:08", by=Channel.TELEGRAM)
    olive.receives("LEFT 14:08")
    assert await world.open_alarms() == []
    for one in (olive, world.henry):
        one.receives("AUTOMATIC")  # what Twilio held for us went out meanwhile, and is taken back
        one.receives("DISREGARD")
        one.ignores()


async def test_telegrams_backlog_is_read_before_what_is_overdue_fires(world: World) -> None:
    """Telegram comes back twenty seconds after us: "left" is read in time, and nobody is asked anything."""
    asha, olive = world.asha, world.olive
    await world.enrols(asha)
    await world.plans(asha)
    await asha.writes("arrived")
    asha.receives("ARRIVED")
    await world.crashes()
    await world.passes("8m")
    world.telegram.texts(asha.chat, "left")
    world.telegram.goes_down()
    await world.passes("2h")
    await world.reopens()
    await world.passes("20s")
    world.telegram.comes_back()
    await world.passes("1s")
    asha.receives("LEFT 14:08", by=Channel.TELEGRAM)
    olive.receives("LEFT 14:08")
    await world.passes("10m")
    assert await world.open_alarms() == []
    for one in (olive, world.henry):
        one.receives("AUTOMATIC")  # what Twilio held for us went out meanwhile, and is taken back
        one.receives("DISREGARD")
        one.ignores()


async def test_a_forty_minute_backlog_is_read_as_one_conversation(world: World) -> None:
    """Arrived on Telegram, left by SMS, read the other way round: a visit that was, and nobody is alarmed."""
    asha, olive = world.asha, world.olive
    await world.enrols(asha)
    await world.plans(asha)
    await world.crashes()
    await world.passes("2m")
    world.telegram.texts(asha.chat, "arrived")
    await world.passes("8m")
    await asha.texts_in_vain("ok")
    await world.passes("10m")
    world.telegram.texts(asha.chat, "left")
    await world.passes("20m")
    await world.reopens()
    asha.receives("ARRIVED 14:02", by=Channel.TELEGRAM)
    asha.receives("OK 14:10", by=Channel.SMS)
    asha.receives("LEFT 14:20", by=Channel.TELEGRAM)
    olive.receives("LEFT 14:20")
    assert await world.state(asha) == "left"
    await world.passes("1h")


async def test_a_text_older_than_a_day_raises_and_does_nothing_else(world: World) -> None:
    """The machine was off over the weekend: Friday's "left" closes nothing on Monday, Friday's cry is still one."""
    asha, olive, henry = world.asha, world.olive, world.henry
    await asha.texts("arrived at 3 Church Close")
    asha.receives("ARRIVED")
    olive.receives("ARRIVED")
    await world.crashes()
    await world.passes("1m")
    await asha.texts_in_vain("left")
    await world.ben.texts_in_vain("help")
    await world.passes("25h")
    await world.reopens()
    asha.receives("Have you left?")
    for one in (olive, henry):
        one.receives("Ben texts for HELP")
    assert await world.state(asha) != "left"
    await asha.texts("3")
    await olive.texts("safe spoke to him")
    for one in world.staff:
        one.ignores()


@pytest.mark.parametrize(
    ("words", "asks"),
    [
        ("setting off", "Are you on your way? Reply SETTING OUT"),
        ("nobody home", "Is nobody home? Reply NOBODY HOME"),
        ("family is late", "Is the family late? Reply FAMILY LATE"),
    ],
)
async def test_whatever_no_longer_counts_is_asked_back_about(world: World, words: str, asks: str) -> None:
    """Every word of a visitor that comes after later ones has its question; none is put aside for want of a sentence."""
    asha, olive = world.asha, world.olive
    await world.plans(asha)
    world.twilio.fails_next(503, method="list", times=99)
    await asha.texts_in_vain(words)
    await world.passes("4m")
    await asha.texts("late 20")
    asha.receives("LATE")
    olive.receives("CHANGED")
    world.twilio.mends()
    await world.passes("5s")
    asha.receives(asks)
