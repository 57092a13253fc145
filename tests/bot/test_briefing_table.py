"""The briefing machine: total, sent and sent once more, read once, and told of once."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.briefing import TABLE, Briefing, Effect, Event, State, decide
from tests.bot.values import ASHA, MARSH_LANE, at, mins

STEPS = st.lists(st.tuples(st.sampled_from([0, 1, 30, 90]).map(mins), st.sampled_from(Event)), max_size=15)


def fresh(state: State = State.WANTED) -> Briefing:
    return Briefing(MARSH_LANE, 12, ASHA.id, at("14:00"), state)


@pytest.mark.parametrize("state", State)
def test_the_table_has_a_rule_for_every_event_in_every_state(state: State) -> None:
    """Nothing that happens is ever an error."""
    assert set(TABLE) == set(State)
    assert set(TABLE[state]) == set(Event)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(STEPS)
def test_under_every_history_the_office_is_told_once_and_what_was_read_rests(
    steps: list[tuple[timedelta, Event]],
) -> None:
    """Read is read until there is something new; nothing is due to what was read."""
    here, now, told = fresh(), at("14:00"), 0
    for gap, event in steps:
        now += gap
        here, effects = decide(here, event, at("16:00"), now)
        told += effects.count(Effect.TELL)
        assert (here.state is State.READ) <= (here.read_at is not None and here.due is None)
        assert here.due is None or here.due_at is not None
        assert (Effect.TELL in effects) <= (event is Event.WENT and here.state is not State.READ)
    assert told <= 1


@pytest.mark.parametrize(
    ("sent", "again"),
    [("09:00", "15:00"), ("14:45", "15:15"), ("15:29", "15:59"), ("15:45", None)],
)
def test_it_is_sent_once_more_an_hour_before_and_not_too_soon_after_the_first(sent: str, again: str | None) -> None:
    """Half an hour after it at the soonest, and never after the start."""
    here, effects = decide(fresh(), Event.SEND_DUE, at("16:00"), at(sent))
    expected: datetime | None = at(again) if again else None
    assert (here.state, effects, here.due_at) == (State.SENT, (Effect.SEND,), expected)
    if again:
        assert decide(here, Event.REMIND_DUE, at("16:00"), at(again)).effects == (Effect.REMIND,)


def test_what_is_new_is_to_be_read_anew() -> None:
    """After a change it waits to be sent again, and whoever goes meanwhile has not read it."""
    read = decide(
        decide(fresh(), Event.SEND_DUE, at("16:00"), at("14:00")).briefing, Event.READ, at("16:00"), at("14:01")
    )
    assert read.effects == (Effect.NOTED,)
    assert decide(read.briefing, Event.WENT, at("16:00"), at("15:50")).effects == ()
    changed = decide(read.briefing, Event.CHANGED, at("16:00"), at("14:30")).briefing
    assert changed.state is State.WANTED
    assert decide(changed, Event.WENT, at("16:00"), at("15:50")).effects == (Effect.TELL,)
