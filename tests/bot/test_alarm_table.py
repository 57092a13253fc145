"""The alarm machine's table and ladder: total, and without a silent end under every history one can draw."""

import ast
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import alarm
from bot import ladder as ladder_room
from bot.alarm import DURESS, TABLE, Alarm, Event, Happening, Kind, Ladder, State, decide
from bot.ladder import ladder
from bot.people import CONTACT_ROLES, Person, Role
from tests.bot.values import (
    ASHA,
    BEN,
    CAST,
    CONTACTS,
    DANA,
    DEE,
    HENRY,
    MARSH_LANE,
    NAMES,
    OLIVE,
    POLICY,
    SAM,
    at,
    mins,
    names,
    person,
    policy,
)

MANY = settings(max_examples=300, deadline=None, derandomize=True)
LADDERS = st.builds(
    lambda kind, people, absent: (kind, ladder(kind, POLICY, people, frozenset({ASHA.id, *absent}))),
    kind=st.sampled_from(Kind),
    people=st.lists(st.sampled_from(CAST), unique=True),
    absent=st.sets(st.sampled_from([OLIVE.id, HENRY.id])),
)
HAPPENINGS = st.builds(
    Happening,
    event=st.sampled_from(Event),
    by=st.none() | st.sampled_from(sorted(NAMES)),
    outcome=st.sampled_from(["safe", "false", "test", "real"]),
    reason=st.sampled_from(["", "rang, all well"]),
)
STEPS = st.lists(st.tuples(st.timedeltas(timedelta(0), mins(30)), HAPPENINGS), max_size=25)


def fresh(kind: Kind, rungs: Ladder) -> Alarm:
    """An alarm about Asha in the instant before its first rung is told, as the desk makes it."""
    now = at("14:14")
    return Alarm("K7Q4", kind, MARSH_LANE, now, visitor_id=ASHA.id, ladder=rungs, deadline_at=now + POLICY.rung)


@pytest.mark.parametrize("state", State)
def test_the_table_has_a_rule_for_every_event_in_every_state(state: State) -> None:
    """The table is total: no event is ever an error."""
    assert set(TABLE[state]) == set(Event)
    assert set(TABLE) == set(State)


@MANY
@given(LADDERS, STEPS)
def test_an_open_alarm_always_has_a_deadline_and_an_ended_one_none(
    about: tuple[Kind, Ladder], steps: list[tuple[timedelta, Happening]]
) -> None:
    """I5: no alarm ends unowned and unsent, whatever happens in whatever order; and nothing ever raises."""
    here, now = fresh(*about), at("14:14")
    for gap, happening in steps:
        now += gap
        here = decide(here, happening, POLICY, now).alarm
        assert here.is_open is (here.deadline_at is not None)
        assert here.is_open is (here.ended_at is None)
        assert (here.state is State.OWNED) is (here.is_open and here.owned_at is not None)


@MANY
@given(LADDERS, STEPS)
def test_only_the_ladder_and_those_who_answered_are_ever_told(
    about: tuple[Kind, Ladder], steps: list[tuple[timedelta, Happening]]
) -> None:
    """Nobody else hears of it, and the one it is about never does (law 7)."""
    here, now = fresh(*about), at("14:14")
    known = {number for rung in here.ladder for number in rung}
    for gap, happening in steps:
        now += gap
        if happening.by and happening.event in (Event.MINE, Event.STAND_DOWN, Event.DETAILS):
            known.add(happening.by)
        decision = decide(here, happening, POLICY, now)
        told = {notify.person_id for notify in decision.effects}
        assert told <= known - {ASHA.id}
        assert ASHA.id not in decision.alarm.told
        here = decision.alarm


@MANY
@given(LADDERS, STEPS)
def test_only_a_person_ends_a_duress_alarm_and_only_words_end_a_quiet_one(
    about: tuple[Kind, Ladder], steps: list[tuple[timedelta, Happening]]
) -> None:
    """Time and refusals end nothing; nothing opens an alarm again; after the end only askers are answered."""
    here, now = fresh(*about), at("14:14")
    for gap, happening in steps:
        now += gap
        decision = decide(here, happening, POLICY, now)
        after = decision.alarm
        if not here.is_open:
            assert after == here
            assert {(n.person_id, n.notice) for n in decision.effects} <= {(happening.by, "alarm_was_ended")}
        elif not after.is_open:
            assert happening.event in ((Event.STAND_DOWN,) if here.is_duress else (Event.STAND_DOWN, Event.LIFE))
            assert {notify.person_id for notify in decision.effects} >= set(here.told)
        here = after


@MANY
@given(LADDERS, STEPS)
def test_nobody_is_told_twice_of_one_thing(
    about: tuple[Kind, Ladder], steps: list[tuple[timedelta, Happening]]
) -> None:
    """One happening is one notice a person at most; the alarm itself comes once a person."""
    here, now, alarmed = fresh(*about), at("14:14"), []
    for gap, happening in [(timedelta(0), Happening(Event.RAISED)), *steps]:
        now += gap
        decision = decide(here, happening, POLICY, now)
        told = [notify.person_id for notify in decision.effects]
        alarmed += [notify.person_id for notify in decision.effects if notify.notice == "alarm"]
        here = decision.alarm
        assert len(told) == len(set(told))
        assert len(here.told) == len(set(here.told))
    assert len(alarmed) == len(set(alarmed))


@MANY
@given(LADDERS, STEPS, st.integers(1, 30))
def test_silence_after_anything_tells_the_whole_ladder_for_ever(
    about: tuple[Kind, Ladder], steps: list[tuple[timedelta, Happening]], rounds: int
) -> None:
    """However an open alarm stands, unanswered deadlines reach every rung, and then sound everybody again and again."""
    here, now = decide(fresh(*about), Happening(Event.RAISED), POLICY, at("14:14")).alarm, at("14:14")
    for gap, happening in steps:
        now += gap
        here = decide(here, happening, POLICY, now).alarm
    for _ in range((len(here.ladder) + 1 + rounds) if here.is_open else 0):
        assert here.deadline_at is not None
        now = max(now, here.deadline_at)
        decision = decide(here, Happening(Event.RUNG_DUE), POLICY, now)
        here = decision.alarm
        assert here.deadline_at == now + POLICY.rung
    if here.is_open:
        assert set(here.told) >= {number for rung in here.ladder for number in rung}
        assert here.rounds >= rounds
        assert [(n.person_id, n.notice) for n in decision.effects] == [(number, "alarm_999") for number in here.told]


LADDERS_BY_KIND = [
    (Kind.OVERDUE, ["Olive", "Henry", "Dana"]),
    (Kind.MISSED_ARRIVAL, ["Olive", "Henry", "Dana"]),
    (Kind.CONTACT_LOST, ["Olive", "Henry", "Dana"]),
    (Kind.CODE_WORD, ["Olive Henry", "Dana"]),
    (Kind.DANGER, ["Olive Henry", "Dana"]),
]


@pytest.mark.parametrize(("kind", "rungs"), LADDERS_BY_KIND)
def test_the_default_ladder(kind: Kind, rungs: list[str]) -> None:
    """Office, headteacher, deputy; for duress the first two at once."""
    assert names(ladder(kind, POLICY, CAST, frozenset({ASHA.id}))) == rungs


def test_a_role_held_by_two_is_one_rung_of_both() -> None:
    """Both office staff are told together."""
    bruno = person(7, "Bruno", Role.OFFICE, Role.BUSINESS_MANAGER)
    assert names(ladder(Kind.OVERDUE, POLICY, (OLIVE, bruno, HENRY), frozenset())) == ["Olive Bruno", "Henry"]


def test_a_person_with_two_roles_is_told_on_the_first_of_them_only() -> None:
    """Nobody stands on the ladder twice, and a rung left empty by that is skipped."""
    dana = person(5, "Dana", Role.OFFICE, Role.DEPUTY)
    assert names(ladder(Kind.OVERDUE, POLICY, (OLIVE, HENRY, dana), frozenset())) == ["Olive Dana", "Henry"]
    assert names(ladder(Kind.DANGER, POLICY, (dana,), frozenset())) == ["Dana"]


def test_an_empty_rung_is_skipped() -> None:
    """A role that nobody has costs no two minutes."""
    assert names(ladder(Kind.OVERDUE, POLICY, (OLIVE, DANA), frozenset())) == ["Olive", "Dana"]
    assert names(ladder(Kind.CODE_WORD, POLICY, (DANA,), frozenset())) == ["Dana"]


def test_those_it_is_about_are_never_on_the_ladder() -> None:
    """A headteacher on a visit is nobody's contact for it, nor is the partner."""
    assert names(ladder(Kind.OVERDUE, POLICY, CAST, frozenset({HENRY.id, BEN.id}))) == ["Olive", "Dana"]
    assert names(ladder(Kind.CODE_WORD, POLICY, CAST, frozenset({OLIVE.id, HENRY.id}))) == ["Dana"]


def test_when_no_rung_has_anybody_every_contact_is_told() -> None:
    """An alarm that reaches nobody is the unforgivable one; still never the absent, never a mere visitor."""
    assert names(ladder(Kind.OVERDUE, POLICY, (ASHA, BEN, DEE, CONTACTS[4]), frozenset())) == ["Dee Bruno"]
    assert names(ladder(Kind.OVERDUE, POLICY, (ASHA, DEE, CONTACTS[4]), frozenset({DEE.id}))) == ["Bruno"]
    assert ladder(Kind.OVERDUE, POLICY, (ASHA, BEN), frozenset()) == ()


def test_the_policy_names_the_ladder_and_the_duress_rung() -> None:
    """A school's own order and its own first rung."""
    own = policy(ladder=["headteacher", "business_manager"], duress=["dsl", "headteacher"])
    assert names(ladder(Kind.OVERDUE, own, CAST, frozenset())) == ["Henry", "Bruno"]
    assert names(ladder(Kind.CODE_WORD, own, CAST, frozenset())) == ["Dee Henry", "Bruno"]


PEOPLE = st.lists(
    st.builds(
        lambda number, roles: Person(number, MARSH_LANE, NAMES[number], roles, f"+4477009000{number:02}"),
        number=st.sampled_from([member.id for member in CAST]),
        roles=st.frozensets(st.sampled_from(Role)),
    ),
    unique_by=lambda member: member.id,
)


@MANY
@given(st.sampled_from(Kind), PEOPLE, st.frozensets(st.sampled_from([*sorted(NAMES)])))
def test_any_ladder_has_only_present_contacts_each_once_and_no_empty_rung(
    kind: Kind, people: list[Person], absent: frozenset[int]
) -> None:
    """And it is empty only when no contact is present at all."""
    rungs = ladder(kind, POLICY, people, absent)
    present = {member.id for member in people if member.roles & CONTACT_ROLES and member.id not in absent}
    flat = [number for rung in rungs for number in rung]
    assert all(rungs)
    assert len(flat) == len(set(flat))
    assert set(flat) <= present
    assert bool(flat) is bool(present)
    assert SAM not in flat


def test_the_alarm_machine_knows_people_and_policy_and_nothing_of_visits() -> None:
    """Law 7 from the other side: no visit, no place and no notice to a visitor is within its reach."""
    modules = set()
    for source in (alarm.__file__, ladder_room.__file__):
        tree = ast.parse(Path(source).read_text(encoding="utf-8"))
        modules |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {m for m in modules if m.startswith("bot")} == {"bot.alarm", "bot.duty", "bot.people", "bot.policy"}
    assert frozenset({Kind.CODE_WORD, Kind.DANGER, Kind.UNKNOWN}) == DURESS
