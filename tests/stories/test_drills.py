"""Drills: marked TEST from first to last, scored, and never in the way of what is real."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.details import Details
from store import drills
from tests.world.after import chores
from tests.world.phones import Human
from tests.world.world import SCHOOL, World

SEEN = Details(risks="dog", assessment="Henry 20/11", family_told="by phone Fri", house_phone="07700 900960")


async def wants_a_drill(world: World) -> None:
    """The administrator asks for one on the command line."""
    async with world.attached.service.database.transaction() as tx:
        await drills.ask(tx, world.school_id, world.clock())
    await world.settles()


def everybody(world: World) -> list[Human]:
    """Whom a code word could bring: the ladder of the default policy."""
    return [world.olive, world.henry, world.dana]


async def test_a_drill_is_marked_answered_and_scored(world: World) -> None:
    """All are asked at once and say TEST; who answers is thanked, and the office and the headteacher hear who did not."""
    olive, henry, dana = everybody(world)
    await wants_a_drill(world)
    for one in (olive, henry, dana):
        one.receives("TEST 14:00: this is a drill, nobody is in danger. Reply 1")
    await world.passes("42s")
    await olive.texts("1")
    olive.receives("TEST 14:00: noted after 0:42 min")
    await world.passes("2m")
    await henry.texts("mine")
    henry.receives("noted after 2:42 min")
    assert await world.open_alarms() == []
    await world.passes("10m")
    for one in (olive, henry):
        one.receives("TEST OVER 14:10: 2 of 3 answered the drill. No answer: D. Please")
    dana.receives_nothing()
    scored = [
        entry.body for entry in await world.journal() if entry.kind == "drill" and (entry.body or {})["event"] == "over"
    ]
    ids = world.ids
    assert scored[0] is not None
    assert scored[0]["scores"] == [[ids["Olive"], 0.0, 42.0], [ids["Henry"], 0.0, 162.0], [ids["Dana"], 0.0, None]]


async def test_when_all_have_answered_it_is_over(world: World) -> None:
    """Nobody waits for the end of the ten minutes; a second "1" is no answer to anything."""
    await wants_a_drill(world)
    for one in everybody(world):
        one.receives("TEST")
        await one.texts("1")
        one.receives("noted after 0:00 min")
    for one in (world.olive, world.henry):
        one.receives("TEST OVER 14:00: all 3 answered the drill, the last after 0:00 min")
    await world.dana.texts("1")
    world.dana.receives("No alarm is open for you")


async def test_a_real_alarm_during_a_drill_is_the_one_that_counts(world: World) -> None:
    """Asha's code word: those who are told of it are let go from the drill, and their "1" takes the alarm."""
    asha, (olive, henry, dana) = world.asha, everybody(world)
    await wants_a_drill(world)
    await asha.texts("is the blue folder in?")
    asha.receives("Not sure")
    for one in (olive, henry):
        one.receives("TEST 14:00")
        one.receives("ALARM", "CODE WORD from Asha")
        one.receives("TEST OFF 14:00: the drill is off for you, because you have a real alarm")
    await olive.texts("1")
    olive.receives("is yours 14:00")
    henry.receives("Olive has it")
    dana.receives("TEST 14:00")
    await dana.texts("1")
    dana.receives("noted after")
    await olive.texts("safe spoke to her")
    for one in (olive, henry):
        one.receives("ENDED")
        one.receives("TEST OVER", "all 1 answered")


async def test_one_that_could_be_either_in_the_very_instant_asks_back(world: World) -> None:
    """Alarm and "1" are dealt with before anything of the alarm has left: it is no answer to the drill, and takes nothing."""
    olive, henry = world.olive, world.henry
    await wants_a_drill(world)
    await world.asha.hands_in("blue folder")
    await olive.texts("1")
    lines, code = olive.ignores(), olive.code()
    assert [line for line in lines if f"Do you have it? Reply MINE {code}" in line.text]
    assert not [line for line in henry.ignores() if "has it" in line.text]
    await olive.texts(f"mine {code}")
    olive.receives("is yours 14:00")
    assert await world.open_alarms() == ["code word"]
    await olive.texts("safe spoke to her")
    for one in (world.asha, *everybody(world)):
        one.ignores()


async def test_an_answer_to_a_drill_takes_no_alarm_that_has_not_reached_them(world: World) -> None:
    """Henry answers while Twilio takes nothing: he knows nothing of the code word, and nobody hears that he has it."""
    olive, henry, dana = everybody(world)
    await wants_a_drill(world)
    await world.enrols(olive)
    for one in (olive, henry, dana):
        one.ignores()
    world.twilio.fails_next(500, times=10_000)
    await world.asha.texts("is the blue folder in?")
    await world.passes("2s")
    await henry.texts("1")
    assert not [line for line in olive.ignores() if "has it" in line.text]
    world.twilio.mends()
    await world.passes("1m")
    henry.ignores()
    code = henry.code()
    await henry.texts("1")
    assert [line for line in henry.ignores() if f"{code} is yours" in line.text]
    await henry.texts("safe spoke to her")
    for one in (world.asha, olive, henry, dana):
        one.ignores()


async def test_what_a_drill_could_not_ask_in_time_it_asks_no_more(world: World) -> None:
    """Twilio is away when it begins. Whom the alarm has reached since never reads "nobody is in danger" behind it."""
    olive, henry, dana = everybody(world)
    world.twilio.fails_next(500, times=10_000)
    await wants_a_drill(world)
    await world.asha.texts("is the blue folder in?")
    await world.passes("30s")
    world.twilio.mends()
    await world.passes("2m")
    for one in (olive, henry):
        read = [line.text for line in one.ignores()]
        assert any("CODE WORD from Asha" in words for words in read)
        assert not any("nobody is in danger" in words for words in read)
    await olive.texts("mine")
    await olive.texts("safe spoke to her")
    await dana.texts("1")
    for one in (world.asha, *everybody(world)):
        one.ignores()


async def test_what_a_drill_is_said_not_to_have_delivered_is_not_asked_behind_its_report(world: World) -> None:
    """Twilio says only when it is over that Dana's phone was off: neither that way nor another is she asked any more."""
    await world.enrols(world.dana)
    world.twilio.receipts("undelivered", to=world.dana.number, error_code=30003, when="held")
    await wants_a_drill(world)
    await world.passes("11m")
    for one in everybody(world):
        one.ignores()
    world.twilio.receipts("delivered", to=world.dana.number, when="auto")
    await asyncio.to_thread(world.twilio.deliver_receipts)
    await world.passes("10m")
    assert not [line.text for line in world.dana.ignores() if "nobody is in danger" in line.text]


async def test_a_drill_that_is_over_asks_nobody(world: World) -> None:
    """What could not leave in its ten minutes is not asked behind its report."""
    olive, henry, dana = everybody(world)
    world.twilio.fails_next(500, times=10_000)
    await wants_a_drill(world)
    await world.passes("11m")
    world.twilio.mends()
    await world.passes("10m")
    assert {line.text[:9] for one in (olive, henry) for line in one.ignores()} == {"TEST OVER"}
    dana.receives_nothing()


async def test_whoever_is_out_is_left_in_peace(world: World) -> None:
    """The headteacher is on a visit: neither drill nor report reaches them, and their "1" is an arrival."""
    await world.plans(world.henry)
    await wants_a_drill(world)
    await world.henry.texts("1")
    world.henry.receives("ARRIVED")
    for one in (world.olive, world.dana):
        one.receives("TEST 14:00")
        await one.texts("1")
        one.receives("noted")
    world.olive.receives("TEST OVER")
    world.henry.receives_nothing()
    await world.henry.texts("3")
    world.henry.receives("LEFT")
    world.olive.receives("LEFT")


async def test_whoever_has_gone_out_since_hears_no_more_of_it(world: World) -> None:
    """Asked in the office, inside a home when an alarm ends the drill for them: the alarm reaches them, the drill does not."""
    olive, henry, dana = everybody(world)
    await wants_a_drill(world)
    henry.receives("TEST 14:00")
    await henry.texts("arrived at 14 High Street")
    henry.receives("ARRIVED")
    await world.asha.texts("is the blue folder in?")
    henry.receives("CODE WORD from Asha")
    henry.receives_nothing()
    assert any("TEST OFF" in line.text for line in olive.ignores())
    await henry.texts("left")
    henry.receives("LEFT")
    for one in (world.asha, olive, dana):
        one.ignores()


async def test_a_cry_for_help_in_answer_to_a_drill_is_real(world: World) -> None:
    """Whatever is rehearsed, "help" raises the alarm: anything may raise."""
    olive, henry, dana = everybody(world)
    await wants_a_drill(world)
    await dana.texts("help")
    for one in (olive, henry):
        one.receives("ALARM", "Dana texts for HELP")
    await olive.texts("1")
    olive.receives("is yours")
    await olive.texts("safe spoke to her")
    for one in (olive, henry, dana):
        one.ignores()


async def test_a_drill_goes_on_after_a_kill(world: World) -> None:
    """It is all rows: nobody is asked twice, and it ends at its time."""
    await wants_a_drill(world)
    for one in everybody(world):
        one.receives("TEST")
    await world.crashes()
    await world.passes("3m")
    await world.reopens()
    await world.olive.texts("1")
    world.olive.receives("noted after 3:00 min")
    await world.passes("10m")
    for one in (world.olive, world.henry):
        one.receives("TEST OVER 14:10", "1 of 3", "H., D.")


@pytest.fixture
async def autumn(tmp_path: Path) -> AsyncIterator[World]:
    """Marsh Lane on the last school day of October, at noon."""
    world = World(tmp_path, begins=datetime(2026, 10, 30, 12, 0, tzinfo=UTC))
    await world.opens()
    yield world
    await world.closes()


async def test_it_is_held_once_a_month(autumn: World) -> None:
    """Not on the day that Doorstep is set up, but in the next month: once, from ten o'clock, while nobody is out."""
    world = autumn
    await chores(world)
    await world.lives_to(datetime(2026, 11, 2, 9, 30, tzinfo=UTC))
    await chores(world)
    await world.lives_to(datetime(2026, 11, 2, 10, 30, tzinfo=UTC))
    await world.asha.texts("arrived at 14 High Street")
    await chores(world)
    world.olive.receives("ARRIVED")
    await world.asha.texts("left")
    world.olive.receives("LEFT")
    await chores(world)
    for one in everybody(world):
        one.receives("TEST 10:30")
        await one.texts("1")
        one.ignores()
    await chores(world)
    for one in (world.asha, *everybody(world)):
        one.ignores()
    await world.lives_to(datetime(2026, 11, 30, 12, 0, tzinfo=UTC))
    await chores(world)
    assert not [line for one in everybody(world) for line in one.ignores() if "TEST" in line.text]
    for one in world.staff:
        one.ignores()


async def test_a_school_may_want_none(tmp_path: Path) -> None:
    """`drill = "never"`: months pass, and nobody is asked."""
    world = World(tmp_path, school=SCHOOL + 'overrides = { drill = "never" }\n')
    await world.opens()
    for month in (1, 2):
        await chores(world)
        await world.lives_to(datetime(2027, month, 12, 12, 0, tzinfo=UTC))
    await chores(world)
    assert not [line for one in world.everyone for line in one.ignores() if "TEST" in line.text]
    await world.closes()


async def test_a_digit_that_may_answer_a_drill_lets_nobody_go(world: World) -> None:
    """Henry is asked for a yes, and then by a drill: his "1" is asked back about, and his "mine" is the drill's."""
    number = await world.plans(world.asha, world.ben, start="16:00", end="16:30", details=SEEN, asks=True)
    await world.passes("2m")
    world.henry.receives("AUTHORISE?")
    world.dee.ignores()
    await wants_a_drill(world)
    world.henry.receives("TEST 14:02")
    await world.henry.texts("1")
    world.henry.receives(f"Is that a yes? Reply {number} yes")
    for visitor in (world.asha, world.ben):
        visitor.receives_nothing()
    await world.henry.texts("mine")
    world.henry.receives("TEST 14:02: noted")
    await world.henry.texts("1")
    world.henry.receives(f"AUTHORISED {number}")
    await world.passes("11m")
    for human in world.everyone:
        human.ignores()
