"""Which visit a text is about, when a visitor has several."""

from dataclasses import replace
from typing import Any

import pytest

from bot.events import Event
from bot.visit import Place, State
from bot.which import EARLY, which
from tests.bot.values import ASHA, at, mins, planned

EVERYTHING = sorted(Event)


def place(number: int, state: State, start: str = "14:00", **changes: Any) -> Place:
    """A place of Asha's in that state, known by its number."""
    return replace(planned(start, "20:00"), id=number, state=state, **changes)


THERE = place(1, State.THERE, arrived_at=at("14:00"))
NEXT = place(2, State.PLANNED, "16:00")
LATER = place(3, State.PLANNED, "19:00")
MISSING = place(4, State.MISSING, "13:00")
DUE = place(5, State.DUE, "13:30")
GONE = place(6, State.LEFT, left_at=at("12:00"))
GONE_BEFORE = place(7, State.LEFT, left_at=at("09:30"))
OFF = place(8, State.CALLED_OFF, left_at=at("12:30"))

TABLE = [  # the places, the text, the time, the place meant
    ([NEXT, THERE, GONE], Event.OK, "14:30", THERE),
    ([NEXT, THERE, GONE], Event.ARRIVED, "14:30", THERE),
    ([MISSING, THERE], Event.DANGER, "14:30", THERE),
    ([NEXT, LATER], Event.ARRIVED, "15:55", NEXT),
    ([NEXT, LATER], Event.ARRIVED, "14:00", NEXT),
    ([NEXT, LATER], Event.ARRIVED, "13:59", None),
    ([NEXT, LATER], Event.DANGER, "13:59", None),
    ([NEXT, LATER], Event.DANGER, "15:00", NEXT),
    ([NEXT, LATER], Event.LATE, "09:00", NEXT),
    ([NEXT, LATER], Event.CALLED_OFF, "09:00", NEXT),
    ([LATER, NEXT], Event.STATUS, "09:00", NEXT),
    ([NEXT, DUE, MISSING], Event.ARRIVED, "14:00", MISSING),
    ([NEXT, DUE], Event.ARRIVED, "14:00", DUE),
    ([NEXT, MISSING, GONE], Event.LEFT, "14:00", MISSING),
    ([GONE_BEFORE, GONE], Event.LEFT, "13:00", GONE),
    ([GONE_BEFORE, GONE, OFF], Event.DANGER, "13:00", OFF),
    ([GONE, LATER], Event.DANGER, "13:00", GONE),
    ([GONE], Event.ARRIVED, "13:00", None),
    ([GONE], Event.OK, "13:00", None),
    ([], Event.LEFT, "13:00", None),
]


@pytest.mark.parametrize(("places", "event", "when", "meant"), TABLE)
def test_the_place_meant(places: list[Place], event: Event, when: str, meant: Place | None) -> None:
    """Inside first, then where they are expected, then what has just closed; else no visit at all."""
    assert which(ASHA.id, places, event, at(when)) == (meant or Place(ASHA.id))


@pytest.mark.parametrize("event", EVERYTHING)
def test_whoever_is_inside_is_meant_whatever_is_said(event: Event) -> None:
    """No word sent from inside a house goes astray to another visit."""
    for state in (State.THERE, State.ASKED, State.SILENT, State.ENDING, State.OVERDUE):
        inside = replace(THERE, state=state)
        assert which(ASHA.id, [NEXT, MISSING, GONE, inside], event, at("15:59")) == inside


def test_the_visit_entered_first_is_meant_of_two() -> None:
    """Two open at once, which paperwork can bring about: the older one is dealt with first."""
    second = replace(THERE, id=9, arrived_at=at("14:20"))
    assert which(ASHA.id, [second, THERE], Event.LEFT, at("14:30")) == THERE


def test_an_arrival_long_before_a_plan_is_one_nobody_planned() -> None:
    """More than two hours early is another house: protected now, and the plan kept for later."""
    assert which(ASHA.id, [NEXT], Event.ARRIVED, at("16:00") - EARLY) == NEXT
    assert which(ASHA.id, [NEXT], Event.ARRIVED, at("16:00") - EARLY - mins(1)) == Place(ASHA.id)


@pytest.mark.parametrize("event", EVERYTHING)
def test_the_order_of_the_places_does_not_matter(event: Event) -> None:
    """The store may give them in any order."""
    places = [NEXT, LATER, MISSING, DUE, GONE]
    assert which(ASHA.id, places, event, at("14:00")) == which(ASHA.id, places[::-1], event, at("14:00"))
