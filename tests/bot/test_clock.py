"""The clock that whoever sets the machine's clock cannot hold back (invariant I10)."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import notices
from bot.clock import FASTEST, STEP, GuardedClock, SteppedClock, boot_seconds, system_clock
from tests.bot.values import at
from tests.world.torn import START, Hands

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LONDON = ZoneInfo("Europe/London")
STEPS = st.one_of(st.integers(-7200, 7200), st.integers(-6, 6)).map(lambda seconds: timedelta(seconds=seconds))
LENGTHS = st.integers(0, 900).map(lambda seconds: timedelta(seconds=seconds))


def test_left_alone_it_is_the_wall_clock() -> None:
    """Hour after hour the same instant, to the microsecond."""
    hands = Hands()
    clock = hands.guarded()
    for _ in range(24):
        hands.passes(HOUR)
        assert abs(clock() - hands.wall()) < timedelta(milliseconds=1)


def test_set_back_it_goes_on_counting() -> None:
    """Ten minutes back: what was ten minutes away is still ten minutes away."""
    hands = Hands()
    clock = hands.guarded()
    hands.set_by -= 10 * MINUTE
    hands.passes(10 * MINUTE)
    assert clock() == START + 10 * MINUTE
    assert clock.ahead == 10 * MINUTE


def test_set_forward_it_goes_along_at_once() -> None:
    """Doubt fires early; and set back again, it does not return to keep anybody waiting."""
    hands = Hands()
    clock = hands.guarded()
    hands.set_by += HOUR
    assert clock() == START + HOUR
    hands.set_by -= HOUR
    assert clock() == START + HOUR


def test_a_little_ahead_it_comes_back_slowly() -> None:
    """Three seconds ahead of the wall clock are gone after three hours, and no second of them at once."""
    hands = Hands()
    clock = hands.guarded()
    clock()
    hands.set_by -= timedelta(seconds=3)
    hands.passes(MINUTE)
    assert clock.ahead > timedelta(seconds=2.9)
    for _ in range(180):
        hands.passes(MINUTE)
        clock()
    assert clock.ahead < timedelta(milliseconds=1)


def test_the_wall_clock_is_taken_when_it_is_adopted() -> None:
    """Once nobody is out, ten minutes ahead are dropped."""
    hands = Hands()
    clock = hands.guarded()
    hands.set_by -= 10 * MINUTE
    assert clock() == START
    clock.adopt()
    assert clock() == START - 10 * MINUTE


def test_it_goes_on_from_an_earlier_process() -> None:
    """Set back while we were dead: the store knows better, and a store that is behind changes nothing."""
    hands = Hands()
    before = hands.guarded()
    hands.set_by -= 10 * MINUTE
    after = hands.guarded()
    after.not_before(before.origin)
    assert after() == START
    after.not_before(before.origin - HOUR)
    assert after() == START


@given(st.lists(st.tuples(STEPS, LENGTHS), max_size=20), st.integers(1, 240))
def test_no_deadline_is_late_by_more_than_five_seconds(
    history: list[tuple[timedelta, timedelta]], minutes: int
) -> None:
    """I10: however often and whichever way the wall clock is set, it comes due in its time, and never goes back."""
    hands = Hands()
    clock = hands.guarded()
    length = minutes * MINUTE
    deadline, real, last = clock() + length, hands.real, clock()
    for step, passed in history:
        hands.set_by += step
        hands.passes(passed)
        assert clock() >= last
        last = clock()
        assert clock() >= deadline or hands.real - real <= length + STEP


def test_what_slows_it_is_less_than_five_seconds_in_four_hours() -> None:
    """The longest that is put off at once is four hours; in it, coming back costs less than I10 allows."""
    assert timedelta(hours=4) * FASTEST < STEP


@pytest.mark.parametrize(("by", "asleep"), [(-600, 0), (3600, 0), (0, 720), (-7, 60), (0, 0)])
def test_a_step_and_a_sleep_are_told_apart(by: int, asleep: int) -> None:
    """What the wall clock was set by, and how long the machine slept, whatever time went by."""
    hands = Hands()
    clock = hands.guarded()
    before = clock.reading()
    hands.passes(MINUTE)
    hands.passes(timedelta(seconds=asleep), asleep=True)
    hands.set_by += timedelta(seconds=by)
    after = clock.reading()
    assert after.stepped_since(before) == timedelta(seconds=by)
    assert after.slept_since(before) == timedelta(seconds=asleep)


def test_the_machines_own_clock_can_be_guarded() -> None:
    """With the real readings it is the real time, and it does not run backwards."""
    clock = GuardedClock()
    readings = [clock() for _ in range(1000)]
    assert readings == sorted(readings)
    assert abs(clock() - system_clock()) < STEP
    assert boot_seconds() > 0


def test_a_stepped_clock_does_not_run_backwards() -> None:
    """Stories go one way."""
    clock = SteppedClock(START)
    with pytest.raises(ValueError, match="back"):
        clock.move_to(START - MINUTE)


def test_the_autumn_hour_is_named() -> None:
    """01:30 comes twice on the last Sunday of October: each is written with its zone, and no other hour is."""
    first = at("00:30").replace(month=10, day=25)
    assert notices.hour(first.astimezone(LONDON)) == "01:30 BST"
    assert notices.hour((first + HOUR).astimezone(LONDON)) == "01:30 GMT"
    assert notices.hour((first + 2 * HOUR).astimezone(LONDON)) == "02:30"
    assert notices.hour((first - HOUR).astimezone(LONDON)) == "00:30"
