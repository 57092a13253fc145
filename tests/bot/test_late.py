"""A text that is read late counts from when it was said, raises as ever, and lowers only what it had ended in time."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.events import Event
from bot.late import OLD, SOON, Said, counts, said
from bot.visit import Place, State
from tests.bot.values import ASHA, POLICY, at

NOW = at("14:20")
SECOND = timedelta(seconds=1)
THERE = Place(
    ASHA.id,
    State.THERE,
    starts_at=at("14:00"),
    ends_at=at("14:30"),
    arrived_at=at("14:00"),
    heard_at=at("14:00"),
    check_in_at=at("14:10"),
    deadline=Event.CHECK_IN_DUE,
    deadline_at=at("14:10"),
)
SILENT = Place(
    ASHA.id,
    State.SILENT,
    starts_at=at("14:00"),
    ends_at=at("14:30"),
    arrived_at=at("14:00"),
    heard_at=at("14:00"),
    check_in_at=at("14:10"),
    deadline=Event.AGAIN_DUE,
    deadline_at=at("14:29"),
)
MISSING = Place(
    ASHA.id,
    State.MISSING,
    starts_at=at("14:00"),
    ends_at=at("14:30"),
    deadline=Event.AGAIN_DUE,
    deadline_at=at("14:29"),
)


def does(event: Event, when: str, place: Place, *others: Place) -> bool:
    """Whether what was said then, and read at 14:20, still does what it says."""
    return counts(said(at(when), NOW), event, place, [place, *others], POLICY, NOW)


@given(st.timedeltas(min_value=-timedelta(days=400), max_value=timedelta(days=400)))
def test_a_text_counts_from_an_instant_that_can_be_believed(age: timedelta) -> None:
    """Never from one to come, never from one more than a day ago, and what is half a minute old is of now."""
    found = said(NOW - age, NOW)
    assert found.at <= NOW
    assert found.at in (NOW, NOW - age)
    assert found.late is (age > SOON)
    assert found.old is (age > OLD)
    assert (found.at == NOW - age) is (SOON < age <= OLD or not age)


@pytest.mark.parametrize("event", [Event.LEFT, Event.CALLED_OFF, Event.LATE, Event.LONGER, Event.ARRIVED])
def test_what_was_said_in_time_counts(event: Event) -> None:
    """Leaving, calling off, a change of time: they ended the silence before it began."""
    assert does(event, "14:05", THERE)
    assert does(event, "14:05", SILENT)


@pytest.mark.parametrize(("when", "counted"), [("14:05", False), ("14:10", True), ("14:15", True)])
def test_an_ok_answers_a_question_only_once_it_is_due(when: str, counted: bool) -> None:
    """Nobody answers a check-in in advance, however late the answer is read."""
    assert does(Event.OK, when, SILENT) is counted
    assert does(Event.OK, when, THERE)  # no question is open: an early OK, as ever


@pytest.mark.parametrize(("event", "counted"), [(Event.OK, False), (Event.LEFT, False), (Event.ARRIVED, True)])
def test_a_sign_of_life_before_the_arrival_was_due_ends_no_missed_arrival(event: Event, counted: bool) -> None:
    """ "OK" at five past two does not explain why nobody had arrived by ten past; having arrived does."""
    assert does(event, "14:05", MISSING) is counted


@pytest.mark.parametrize("event", Event)
def test_later_words_stand(event: Event) -> None:
    """Who has been heard since, in this visit or another, is not spoken for by what they said before."""
    closed = Place(ASHA.id, State.LEFT, left_at=at("14:06"), heard_at=at("14:06"))
    assert not does(event, "14:05", THERE, closed)
    assert not does(event, "14:05:57", THERE, closed)
    assert does(event, "14:05:58", THERE, closed)  # said within the same moment, and read later
    assert not does(event, "13:55", THERE)
    assert does(event, "14:19:45", THERE, closed)  # read at once: it is the later word itself


def test_what_is_older_than_a_day_counts_for_nothing() -> None:
    """Friday's "left" is not Monday's."""
    assert not counts(said(NOW - OLD - SECOND, NOW), Event.LEFT, Place(ASHA.id), [], POLICY, NOW)


def test_what_is_read_at_once_always_counts() -> None:
    """The rules here are for what comes late."""
    assert counts(Said(NOW, NOW), Event.OK, SILENT, [SILENT], POLICY, NOW)


@pytest.mark.parametrize("event", [Event.LEFT, Event.OK, Event.ARRIVED, Event.RETURNED])
def test_later_words_stand_however_soon_the_earlier_ones_are_read(event: Event) -> None:
    """A "left" of twenty seconds ago closes no visit that began ten seconds ago."""
    next_house = Place(ASHA.id, State.THERE, arrived_at=at("14:19:50"), heard_at=at("14:19:50"))
    assert not does(event, "14:19:40", next_house)
    assert does(event, "14:19:49", next_house)


def test_an_arrival_protects_whatever_was_said_on_the_way() -> None:
    """ "Running late" was heard first, and said after it: they are there all the same."""
    coming = Place(ASHA.id, State.PLANNED, starts_at=at("14:30"), heard_at=at("14:19:50"))
    assert does(Event.ARRIVED, "14:19:40", coming)
    assert not does(Event.LATE, "14:19:40", coming)


def test_a_question_whose_time_is_not_known_is_not_answered_late() -> None:
    """Without a plan to tell when it was put, the safe guess is now."""
    asked = Place(ASHA.id, State.SILENT, deadline=Event.AGAIN_DUE, deadline_at=datetime.max.replace(tzinfo=NOW.tzinfo))
    assert not does(Event.OK, "14:15", asked)
