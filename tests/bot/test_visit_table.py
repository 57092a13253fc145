"""The visit machine's table: total, deaf to alarms, and safe under every history one can draw."""

import ast
import inspect
import typing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import acts, place, visit
from bot.alarm import Kind
from bot.events import Event, Happening
from bot.people import Role
from bot.policy import Policy
from bot.visit import (
    BACKWARD,
    CLOSED,
    MOVES,
    OPEN,
    TABLE,
    WORDS,
    Effect,
    LifeSign,
    Place,
    Raise,
    Say,
    State,
    Tell,
    decide,
    plan,
)
from tests.bot.values import ASHA, POLICY, at, mins, planned, policy, raised, standing

OF_OTHERS = frozenset({Event.UNREACHABLE, Event.PARTNER_LEFT, Event.JOINED})
DEADLINES = frozenset(Event) - WORDS - OF_OTHERS
LEAVING = frozenset({Event.LEFT, Event.LEFT_FOR_SCHOOL, Event.CALLED_OFF, Event.OFF_FOR_SCHOOL})
MOVING = frozenset({Event.LATE, Event.LONGER, Event.BACK_BY})
AT_THE_DOOR = frozenset({Event.ARRIVED, Event.NOBODY_HOME, Event.FAMILY_LATE})
CERTAIN = LEAVING | MOVING | AT_THE_DOOR | {Event.OK, Event.SET_OUT, Event.RETURNED}
"""The caller sends these only for a text that says just that."""
WAITS_FOR = {
    State.PLANNED: {Event.ARRIVAL_DUE},
    State.ON_WAY: {Event.ARRIVAL_DUE},
    State.DUE: {Event.NUDGE_DUE, Event.ANSWER_DUE},
    State.AT_DOOR: {Event.WAIT_OVER},
    State.WAITED: {Event.NUDGE_DUE, Event.ANSWER_DUE, Event.AGAIN_DUE},
    State.HOMEWARD: {Event.RETURN_DUE},
    State.RETURN_ASKED: {Event.NUDGE_DUE, Event.ANSWER_DUE},
    State.NOT_BACK: {Event.AGAIN_DUE},
    State.MISSING: {Event.AGAIN_DUE},
    State.THERE: {Event.CHECK_IN_DUE, Event.END_DUE},
    State.ASKED: {Event.NUDGE_DUE, Event.ANSWER_DUE},
    State.SILENT: {Event.AGAIN_DUE},
    State.ENDING: {Event.NUDGE_DUE, Event.ANSWER_DUE},
    State.OVERDUE: {Event.AGAIN_DUE},
}
MANY = settings(max_examples=300, deadline=None, derandomize=True)
POLICIES = st.sampled_from(
    [
        POLICY,
        policy(check_in_from="arrival"),
        policy(check_in="never"),
        policy(check_in="45m"),
        policy(check_in="20m", check_in_every="20m"),
        policy(returns="always", nobody_home_wait="never"),
    ]
)
PLACES = st.builds(
    lambda coming, start, length, back: (
        plan(
            replace(
                planned(),
                starts_at=start,
                ends_at=start + length if length else None,
                returns_at=start + (length or mins(60)) + back if back else None,
            ),
            POLICY,
        )
        if coming
        else Place(ASHA.id)
    ),
    coming=st.booleans(),
    start=st.integers(0, 540).map(lambda minutes: at("09:00") + mins(minutes)),
    length=st.none() | st.timedeltas(mins(1), mins(120)),
    back=st.none() | st.timedeltas(mins(1), mins(60)),
)
HAPPENINGS = st.builds(
    Happening,
    event=st.sampled_from(Event),
    at=st.none() | st.integers(-600, 1500).map(lambda minutes: at("13:00") + mins(minutes)),
    by=st.none() | st.integers(-30, 400).map(mins),
    onward=st.booleans(),
    out=st.booleans(),
)
GAPS = st.timedeltas(timedelta(0), mins(40)) | st.timedeltas(timedelta(0), mins(600))
STEPS = st.lists(st.tuples(GAPS, HAPPENINGS), max_size=25)


def in_service(
    start: Place, rules: Policy, steps: list[tuple[timedelta, Happening]]
) -> list[tuple[Place, Happening, datetime]]:
    """A history as a school lives it: each deadline is met when it comes, and people text in between."""
    history, here, now = [], start, at("13:00")
    for gap, happening in steps:
        until = now + gap
        while here.deadline_at and here.deadline and here.deadline_at <= until:
            now = max(now, here.deadline_at)
            due = Happening(here.deadline)
            here = decide(here, due, rules, now).place
            history.append((here, due, now))
        now = until
        if happening.event not in DEADLINES:
            here = decide(here, happening, rules, now).place
            history.append((here, happening, now))
    return history


@pytest.mark.parametrize("state", State)
def test_the_table_has_a_rule_for_every_event_in_every_state(state: State) -> None:
    """The transition table is total: nothing a person sends raises or is dropped (law 3)."""
    assert set(TABLE[state]) == set(Event)


def test_every_state_is_either_open_or_closed_and_has_its_moves() -> None:
    """No state is forgotten by the lists that speak of states."""
    assert OPEN | CLOSED == set(State) == set(TABLE) == set(MOVES)
    assert not OPEN & CLOSED
    assert set(WAITS_FOR) == OPEN


@pytest.mark.parametrize("state", State)
def test_every_text_is_answered_in_every_state(state: State) -> None:
    """Each word of the visitor's gets exactly one sentence back, on the channel they wrote on."""
    for event in WORDS:
        asha = standing(state)
        effects = decide(asha.place, Happening(event, by=mins(20)), POLICY, asha.now + mins(1)).effects
        assert [effect.everywhere for effect in effects if isinstance(effect, Say)] == [False], event


@pytest.mark.parametrize("state", sorted(OPEN))
def test_what_a_state_waits_for_always_has_a_consequence(state: State) -> None:
    """A deadline that comes is never the empty rule: it asks, nudges or raises the alarm."""
    for event in WAITS_FOR[state]:
        asha = standing(state)
        assert decide(asha.place, Happening(event), POLICY, asha.now).effects, event


@pytest.mark.parametrize("state", sorted(CLOSED))
@pytest.mark.parametrize("event", sorted(DEADLINES))
def test_a_deadline_that_comes_too_late_does_nothing_to_a_closed_visit(state: State, event: Event) -> None:
    """A stale deadline never re-opens, asks or raises anything."""
    closed = standing(state).place
    decision = decide(closed, Happening(event), POLICY, at("18:00"))
    assert (decision.place, decision.effects) == (closed, ())


@MANY
@given(PLACES, POLICIES, STEPS)
def test_any_history_leaves_an_open_place_with_one_deadline_and_a_closed_one_with_none(
    here: Place, rules: Policy, steps: list[tuple[timedelta, Happening]]
) -> None:
    """I2, the stronger form, whatever comes in whatever order and however late; and nothing ever raises."""
    now = at("13:00")
    for gap, happening in steps:
        now += gap
        here = decide(here, happening, rules, now).place
        if here.is_open:
            assert here.deadline in WAITS_FOR[here.state]
            assert here.deadline_at is not None
        else:
            assert (here.deadline, here.deadline_at) == (None, None)


@MANY
@given(PLACES, POLICIES, STEPS)
def test_only_words_of_leaving_close_and_only_those_at_a_door_open(
    here: Place, rules: Policy, steps: list[tuple[timedelta, Happening]]
) -> None:
    """An open visit is never closed by time, nor a closed one opened by it."""
    now = at("13:00")
    for gap, happening in steps:
        now += gap
        after = decide(here, happening, rules, now).place
        if here.is_open and not after.is_open:
            assert happening.event in LEAVING | {Event.RETURNED, Event.JOINED}
            assert now in (after.left_at, after.returned_at) or happening.event is Event.JOINED
        if after.is_open and not here.is_open:
            assert happening.event in AT_THE_DOOR
            assert (after.left_at, after.unplanned) == (None, True)
        here = after


@MANY
@given(PLACES, POLICIES, STEPS, st.sampled_from(sorted(frozenset(Event) - CERTAIN - DEADLINES - OF_OTHERS)))
def test_nothing_but_certain_words_lowers(
    here: Place, rules: Policy, steps: list[tuple[timedelta, Happening]], event: Event
) -> None:
    """An unclear text, a cry, a question or a lost phone moves no deadline, calms no alarm and changes no state."""
    for before, _, now in [(here, None, at("13:00")), *in_service(here, rules, steps)]:
        later = now + mins(1)
        decision = decide(before, Happening(event, at=later + mins(30), by=mins(30)), rules, later)
        assert decision.place == replace(before, heard_at=later)
        assert not any(isinstance(effect, LifeSign) for effect in decision.effects)


@MANY
@given(PLACES, POLICIES, STEPS)
def test_a_deadline_never_calms_and_a_word_never_raises_but_danger(
    here: Place, rules: Policy, steps: list[tuple[timedelta, Happening]]
) -> None:
    """Signs of life come from words only; quiet alarms from silence only; danger from everywhere."""
    now = at("13:00")
    for gap, happening in steps:
        now += gap
        decision = decide(here, happening, rules, now)
        if happening.event in DEADLINES:
            assert not any(isinstance(effect, LifeSign) for effect in decision.effects)
        elif happening.event is Event.DANGER:
            assert raised(decision.effects) == [Kind.DANGER]
        elif happening.event not in OF_OTHERS:
            assert not raised(decision.effects)
        here = decision.place


@MANY
@given(PLACES, POLICIES, STEPS)
def test_in_service_every_deadline_lies_ahead(
    here: Place, rules: Policy, steps: list[tuple[timedelta, Happening]]
) -> None:
    """After each decision the next deadline is in the future, unless what was planned for has itself passed."""
    for after, happening, now in in_service(here, rules, steps):
        if after.deadline_at is None or after.deadline_at > now:
            continue
        if after.deadline is Event.ARRIVAL_DUE:
            assert after.starts_at is not None
            assert after.starts_at + rules.arrival_grace <= now
        elif after.deadline is Event.CHECK_IN_DUE:  # it fell due while the end was asked about
            assert happening.event in MOVING
        elif after.deadline is Event.RETURN_DUE:
            assert after.returns_at is not None
            assert after.returns_at + rules.return_ask <= now
        else:
            assert after.deadline is Event.END_DUE
            assert after.ends_at is not None
            assert after.ends_at + rules.end_grace <= now


@MANY
@given(PLACES, POLICIES, STEPS)
def test_silence_from_anywhere_leads_to_an_alarm_and_keeps_nudging(
    here: Place, rules: Policy, steps: list[tuple[timedelta, Happening]]
) -> None:
    """Follow deadlines only: at most a question, a nudge and an alarm, and then both again for as long as it lasts."""
    now = at("13:00")
    for gap, happening in steps:
        now += gap
        here = decide(here, happening, rules, now).place
    if here.deadline_at is None:
        return
    bound = max(now, here.deadline_at, _chase_at(here, rules)) + rules.answer_within + rules.nudge
    alarmed, when, here = _next_alarm(here, rules, now, most=3)
    assert when <= bound
    assert raised(alarmed)
    for _ in range(5):
        again, later, here = _next_alarm(here, rules, when, most=1)
        assert later == when + rules.again
        assert raised(again) == raised(alarmed)
        assert any(isinstance(effect, Say) and effect.everywhere for effect in again)
        when = later


def _chase_at(here: Place, rules: Policy) -> datetime:
    """When the office chases somebody who is not back (E4): the one alarm that has a time of its own."""
    backward = here.state in BACKWARD and here.returns_at
    return here.returns_at + rules.return_alarm if backward and here.returns_at else at("00:00")


def _next_alarm(here: Place, rules: Policy, now: datetime, most: int) -> tuple[tuple[Effect, ...], datetime, Place]:
    for _ in range(most):
        assert here.deadline and here.deadline_at
        now = max(now, here.deadline_at)
        decision = decide(here, Happening(here.deadline), rules, now)
        here = decision.place
        if raised(decision.effects):
            return decision.effects, now, here
    raise AssertionError("silence without an alarm")


@MANY
@given(PLACES, POLICIES, STEPS)
def test_the_first_deadline_never_lies_beyond_the_plan(
    here: Place, rules: Policy, steps: list[tuple[timedelta, Happening]]
) -> None:
    """What is waited for comes at the latest a grace after the start or the end that the visitor was told of."""
    for after, _, now in in_service(here, rules, steps):
        if after.state is State.PLANNED:
            assert after.starts_at is not None
            assert after.deadline_at == after.starts_at + rules.arrival_grace
        elif after.state is State.THERE:
            assert after.ends_at is not None
            assert after.deadline_at is not None
            assert after.deadline_at <= after.ends_at + rules.end_grace
        elif after.is_open:
            limit = now + max(rules.answer_within, rules.nudge, rules.again)
            assert after.deadline_at is not None
            assert after.deadline_at <= max(limit, *_waits(after, rules))


def _waits(after: Place, rules: Policy) -> list[datetime]:
    """How long the plan, the wait at the door and the way back may let somebody be."""
    starts = after.starts_at + rules.arrival_grace if after.starts_at and after.state is State.ON_WAY else at("00:00")
    backward = after.returns_at if after.state in BACKWARD else None
    back = backward + max(rules.return_ask, rules.return_alarm) if backward else at("00:00")
    return [starts, after.wait_until or at("00:00"), back]


def test_the_visit_machine_cannot_hear_of_alarms() -> None:
    """Law 7: decide takes no alarm, a place holds none, and of alarms only the names of the kinds are known."""
    hints = typing.get_type_hints(decide)
    assert list(inspect.signature(decide).parameters) == ["place", "happening", "policy", "now"]
    assert hints == {
        "place": Place,
        "happening": Happening,
        "policy": Policy,
        "now": datetime,
        "return": visit.Decision,
    }
    assert not [name for name in Place.__dataclass_fields__ if "alarm" in name]
    for module in (visit, place, acts):
        tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        known = {alias.name for node in imports if node.module == "bot.alarm" for alias in node.names}
        assert known <= {"Kind"}, module.__name__
        assert not [alias for node in imports if node.module == "bot" for alias in node.names if alias.name == "alarm"]


def test_an_effect_can_reach_contacts_only_by_role_and_the_visitor_only_by_say() -> None:
    """There is no effect by which the visit machine could write to anybody else."""
    assert set(typing.get_args(Effect)) == {Say, Tell, Raise, LifeSign}
    assert typing.get_type_hints(Tell)["roles"] == tuple[Role, ...]


def test_a_place_without_a_start_cannot_be_planned() -> None:
    """A plan needs a start, for its first deadline is counted from it."""
    with pytest.raises(ValueError, match="has a start"):
        plan(Place(ASHA.id), POLICY)
