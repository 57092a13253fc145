"""What was agreed: asked about on its day, reminded of once, then visited again; every answer has its place."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.agreement import ASK_AGAIN, SECOND_CHANCE, TABLE, WITHOUT_A_DAY, Agreement, Event, State, agreed, decide

TODAY = date(2026, 11, 23)
RINGS = agreed("Mother rings", TODAY, TODAY)


def after(*events: Event, start: Agreement = RINGS) -> Agreement:
    """What has become of an agreement after these events, a day apart."""
    for number, event in enumerate(events):
        start = decide(start, event, TODAY + timedelta(days=number))
    return start


def test_the_table_is_total() -> None:
    """Every event has its place in every state, so that an answer that comes late or twice is no error."""
    assert set(TABLE) == set(State)
    assert all(set(row) == set(Event) for row in TABLE.values())


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ([Event.DUE], State.ASKED),
        ([Event.DUE, Event.YES], State.KEPT),
        ([Event.DUE, Event.NO], State.REMINDED),
        ([Event.DUE, Event.NO, Event.DUE], State.ASKED_AGAIN),
        ([Event.DUE, Event.NO, Event.DUE, Event.YES], State.KEPT),
        ([Event.DUE, Event.NO, Event.DUE, Event.NO], State.FOLLOW_UP),
        ([Event.YES], State.KEPT),
        ([Event.YES, Event.NO], State.KEPT),
        ([Event.DUE, Event.NO, Event.NO], State.REMINDED),
    ],
)
def test_not_kept_brings_a_letter_and_then_a_visit(events: list[Event], state: State) -> None:
    """P21, C16: once is a reminder, twice is a follow-up visit; the same "no" said twice is one."""
    assert after(*events).state is state


def test_its_next_day_is_known_until_it_is_settled() -> None:
    """Asked again after a week without an answer, a second chance of two weeks after the letter, then no more."""
    assert after(Event.DUE).due_on == TODAY + ASK_AGAIN
    reminded = decide(after(Event.DUE), Event.NO, TODAY)
    assert reminded.due_on == TODAY + SECOND_CHANCE
    assert decide(reminded, Event.NO, TODAY + ASK_AGAIN).due_on == reminded.due_on
    assert after(Event.DUE, Event.YES).due_on is None
    assert after(Event.DUE, Event.NO, Event.DUE, Event.NO).due_on is None


def test_one_without_a_day_is_asked_about_all_the_same() -> None:
    """It has no "by when", and yet it is not forgotten."""
    assert replace(agreed("A plan", None, TODAY), by=None) == Agreement("A plan", None, due_on=TODAY + WITHOUT_A_DAY)
