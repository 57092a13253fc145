"""Whom an alarm tells when people are off duty: later, and never not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alarm import DURESS, Kind
from bot.duty import Watch
from bot.ladder import ladder
from bot.people import Person
from tests.bot.values import ASHA, BRUNO, CAST, CONTACTS, DANA, DEE, HENRY, OLIVE, POLICY, names

QUIET, CODE_WORD = Kind.MISSED_CHECK_IN, Kind.CODE_WORD


def ids(*people: Person) -> frozenset[int]:
    return frozenset(person.id for person in people)


def rungs(
    kind: Kind,
    *,
    off: tuple[Person, ...] = (),
    away: tuple[Person, ...] = (),
    outside: bool = False,
    responsible: Person | None = None,
) -> list[str]:
    watch = Watch(ids(*off), ids(*away), outside, responsible.id if responsible else None)
    return names(ladder(kind, POLICY, CAST, ids(ASHA), watch))


def test_who_is_off_duty_is_skipped_and_the_next_is_told() -> None:
    """Henry's rung is empty, so Dana's moves up; Henry hears of it only when those on duty have not answered."""
    assert rungs(QUIET, off=(HENRY,)) == ["Olive", "Dana", "Henry"]
    assert rungs(QUIET, away=(OLIVE,)) == ["Henry", "Dana", "Olive"]


def test_those_off_duty_are_the_last_rung_together() -> None:
    """When everybody on duty has been told in vain there is no more time to spare."""
    assert rungs(QUIET, away=(OLIVE,), off=(HENRY,)) == ["Dana", "Olive Henry"]


def test_when_nobody_is_on_duty_everybody_is_told_at_once() -> None:
    """In school hours an empty rota is nobody's plan: the whole ladder, and whoever else is on duty."""
    everybody = (OLIVE, HENRY, DANA)
    assert rungs(QUIET, off=everybody) == ["Olive Henry Dana Dee Bruno"]
    assert rungs(QUIET, off=(OLIVE, HENRY), away=(DANA, DEE, BRUNO)) == ["Olive Henry Dana"]
    for kind in sorted(DURESS):
        assert rungs(kind, off=everybody, away=CONTACTS) == ["Olive Henry Dana"]


def test_outside_hours_with_nobody_on_duty_the_full_ladder_is_climbed() -> None:
    """P3: off duty or not, in its order; who has the evening's duty comes before them."""
    assert rungs(QUIET, off=CONTACTS, outside=True) == ["Olive", "Henry", "Dana"]
    assert rungs(QUIET, off=(OLIVE, HENRY), outside=True) == ["Dana", "Olive Henry"]


def test_outside_hours_the_responsible_contact_comes_first() -> None:
    """P3 B12: on the ladder, also when the policy's ladder does not name them; then the others."""
    assert rungs(QUIET, off=CONTACTS, outside=True, responsible=BRUNO) == ["Bruno", "Olive", "Henry", "Dana"]
    assert rungs(QUIET, outside=True, responsible=DANA) == ["Dana", "Olive", "Henry"]


def test_a_responsible_contact_who_is_away_is_not_waited_for() -> None:
    """By their own word they are not there: the ladder is climbed as if the visit had none."""
    assert rungs(QUIET, outside=True, responsible=BRUNO, away=(BRUNO,)) == ["Olive", "Henry", "Dana"]
    assert rungs(QUIET, outside=True, responsible=ASHA) == ["Olive", "Henry", "Dana"]  # it is about her


def test_in_hours_the_responsible_contact_comes_after_those_on_duty() -> None:
    """The visit that was to run into the evening is in trouble by day: the office is there."""
    assert rungs(QUIET, responsible=BRUNO) == ["Olive", "Henry", "Dana", "Bruno"]
    assert rungs(QUIET, responsible=BRUNO, off=(HENRY,)) == ["Olive", "Dana", "Bruno", "Henry"]


@pytest.mark.parametrize("kind", sorted(DURESS))
def test_duress_has_somebody_in_the_place_of_who_is_away(kind: Kind) -> None:
    """P15 W3: the headteacher is ill, so the deputy is told in the same instant."""
    assert rungs(kind, away=(HENRY,)) == ["Olive Dana", "Henry"]
    assert rungs(kind, away=(OLIVE,)) == ["Henry Dana", "Olive"]
    assert rungs(kind, away=(OLIVE, HENRY)) == ["Dana", "Olive Henry"]


@pytest.mark.parametrize("kind", sorted(DURESS))
def test_duress_does_not_believe_a_rota(kind: Kind) -> None:
    """A rota is a guess made weeks ago: who is off by it is told at once all the same, and the deputy too."""
    assert rungs(kind, off=(HENRY,)) == ["Olive Dana Henry"]
    assert rungs(kind, off=(DANA,)) == ["Olive Henry", "Dana"]


def test_duress_outside_hours_goes_to_the_responsible_contact_and_all_named_at_once() -> None:
    """Nothing waits for a rung's time."""
    assert rungs(CODE_WORD, off=CONTACTS, outside=True, responsible=BRUNO) == ["Bruno Olive Henry Dana"]
    assert rungs(CODE_WORD, outside=True, responsible=BRUNO) == ["Bruno Olive Henry", "Dana"]


@given(
    kind=st.sampled_from(Kind),
    off=st.frozensets(st.sampled_from([member.id for member in CAST])),
    away=st.frozensets(st.sampled_from([member.id for member in CAST])),
    outside=st.booleans(),
    responsible=st.sampled_from([None, *(member.id for member in CAST)]),
)
def test_no_rota_leaves_anybody_out(
    kind: Kind, off: frozenset[int], away: frozenset[int], outside: bool, responsible: int | None
) -> None:
    """Whoever is on the ladder without a rota is on it with any; nobody twice, no rung empty, never the visitor."""
    with_rota = ladder(kind, POLICY, CAST, ids(ASHA), Watch(off, away, outside, responsible))
    flat = [number for rung in with_rota for number in rung]
    assert all(with_rota)
    assert len(flat) == len(set(flat))
    assert ASHA.id not in flat
    assert {number for rung in ladder(kind, POLICY, CAST, ids(ASHA)) for number in rung} <= set(flat)


@given(
    off=st.frozensets(st.sampled_from([member.id for member in CONTACTS])),
    away=st.frozensets(st.sampled_from([member.id for member in CONTACTS])),
    outside=st.booleans(),
)
def test_the_first_rung_has_somebody_on_duty_where_anybody_is(
    off: frozenset[int], away: frozenset[int], outside: bool
) -> None:
    """No rung's time is lost on people who are not there, while one of the ladder is."""
    on_ladder = {OLIVE.id, HENRY.id, DANA.id} - off - away
    for kind in Kind:
        first = set(ladder(kind, POLICY, CAST, ids(ASHA), Watch(off, away, outside))[0])
        assert not on_ladder or first & on_ladder
        assert kind not in DURESS or first >= {OLIVE.id, HENRY.id} - away
        assert DEE.id not in first or not on_ladder
