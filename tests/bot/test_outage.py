"""When a part of the guard counts as down, and when as back."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import notices
from bot.delivery import Attempt, Verdict
from bot.outage import BACK_AFTER, DOUBTED_FOR, DOWN_AFTER, Part, Watched, Way, Ways
from bot.people import Channel
from tests.bot.values import at

START = at("14:00")


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def looked(*looks: tuple[float, bool]) -> Watched:
    """A part after looks at so many seconds, each of which found it failing or not."""
    watched = Watched()
    for second, failing in looks:
        watched = watched.look(failing, START + seconds(second))
    return watched


def test_a_minute_of_failing_is_down() -> None:
    """At 59 s it is a hiccup, at 60 s an outage, counted from its first failing look."""
    assert not looked((0, True), (59, True)).down
    watched = looked((0, True), (59, True), (60, True))
    assert watched.down
    assert watched.since == START


def test_one_good_look_before_the_minute_is_up_begins_anew() -> None:
    """What comes and goes within a minute is nobody's concern."""
    assert not looked((0, True), (40, False), (41, True), (100, True)).down
    assert looked((0, True), (40, False), (41, True), (101, True)).down


def test_it_is_back_only_after_half_a_minute_of_working() -> None:
    """An outage with a gap in it is one outage, told once."""
    down = ((0, True), (60, True))
    assert looked(*down, (70, False), (99, False)).down
    assert not looked(*down, (70, False), (100, False)).down
    still = looked(*down, (70, False), (90, True), (95, False), (120, False))
    assert still.down
    assert still.since == START


def test_it_says_when_a_look_can_bring_news() -> None:
    """A clock that is moved by hand knows where to stop."""
    assert Watched().next_at is None
    assert looked((5, True)).next_at == START + seconds(5) + DOWN_AFTER
    assert looked((0, True), (60, True)).next_at is None
    assert looked((0, True), (60, True), (70, False)).next_at == START + seconds(70) + BACK_AFTER


@given(st.lists(st.tuples(st.integers(1, 40), st.booleans()), max_size=60))
def test_down_and_back_always_have_their_reason(history: list[tuple[int, bool]]) -> None:
    """It goes down only after a minute in which no look found it working, and back only after half a minute of none failing."""
    watched, now = Watched(), START
    last = {True: START, False: START}
    for length, failing in history:
        now += seconds(length)
        before, watched = watched, watched.look(failing, now)
        last[failing] = now
        if watched.down and not before.down:
            assert now - last[False] >= DOWN_AFTER
        if before.down and not watched.down:
            assert now - last[True] >= BACK_AFTER


FAILS = (Attempt(Verdict.AGAIN), Attempt(Verdict.UNKNOWN))
ANSWERS = (Attempt(Verdict.SENT), Attempt(Verdict.REFUSED))


@pytest.mark.parametrize("failure", FAILS)
@pytest.mark.parametrize("answer", ANSWERS)
def test_a_way_fails_from_its_first_failed_try_to_the_next_answer(failure: Attempt, answer: Attempt) -> None:
    """A refusal is the provider's answer: it is there."""
    way = Way()
    assert not way.is_failing(START)
    way.tried(failure, START)
    way.tried(failure, START + seconds(30))
    assert way.is_failing(START + seconds(31))
    way.tried(answer, START + seconds(32))
    assert not way.is_failing(START + seconds(32))


def test_what_nobody_tries_any_more_is_not_known_to_fail() -> None:
    """The last failure counts for longer than the longest pause between two tries, and no longer."""
    way = Way()
    way.tried(Attempt(Verdict.AGAIN), START)
    assert way.is_failing(START + DOUBTED_FOR - seconds(1))
    assert not way.is_failing(START + DOUBTED_FOR)


def test_a_wait_that_was_asked_for_is_doubted_to_its_end() -> None:
    """Ten minutes of flood wait are ten minutes without that way."""
    way = Way()
    way.tried(Attempt(Verdict.AGAIN, after=timedelta(minutes=10)), START)
    assert way.is_failing(START + timedelta(minutes=11))


def test_what_an_alarm_finds_out_is_no_visitors_to_know() -> None:
    """A try that has no person fails the channel, and not the channel as anybody sees it; one that has a person does both."""
    ways = Ways()
    ways.tried(Channel.SMS, Attempt(Verdict.AGAIN), START)
    assert ways.is_failing(Channel.SMS, START)
    assert not ways.is_failing(Channel.SMS, START, 7)
    ways.tried(Channel.SMS, Attempt(Verdict.SENT), START)
    ways.tried(Channel.SMS, Attempt(Verdict.AGAIN), START, 7)
    assert [ways.is_failing(Channel.SMS, START, one) for one in (None, 7, 8)] == [True, True, False]
    ways.tried(Channel.SMS, Attempt(Verdict.SENT), START)
    assert [ways.is_failing(Channel.SMS, START, one) for one in (None, 7, 8)] == [False, True, False]


@pytest.mark.parametrize("part", Part)
def test_a_part_closes_its_own_channel_and_no_other(part: Part) -> None:
    """The store is no way to people: while it is down all ways are tried."""
    assert part.channel == {"telegram": Channel.TELEGRAM, "sms": Channel.SMS}.get(part.value)


@pytest.mark.parametrize("part", Part)
@pytest.mark.parametrize("what", ["guard_down", "guard_back"])
def test_every_outage_can_be_told(part: Part, what: str) -> None:
    """That it is down and that it is back, to whoever is out and to their office."""
    for who in ("", "office_"):
        text = notices.render(f"{who}{what}_{part}", now="14:32", start="14:31")
        assert text.startswith(("GUARD DOWN 14:32", "GUARD BACK 14:32"))
