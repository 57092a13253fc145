"""Where a place stands: what a text comes to there, and what is waited for."""

from dataclasses import replace
from datetime import datetime

from bot.acts import believable, is_awaited_back
from bot.events import Event, Happening
from bot.place import CLOSED, Place, State, Turn
from bot.policy import Policy

Waiting = tuple[Event | None, datetime | None]


def taken_for(turn: Turn) -> Happening:
    """What the words come to where the place stands: the row of the table that is meant."""
    place, said = turn.place, turn.happening
    if not place.is_open:
        return said
    if said.event is Event.BACK_BY and place.returns_at is None:
        said = replace(said, event=Event.LONGER)  # no return is awaited: "back by 3" tells when the visit ends
        turn.happening = said
    if said.event in (Event.LATE, Event.LONGER, Event.BACK_BY) and not believable(turn):
        return Happening(Event.UNCLEAR, ask="change", note=said.note)
    if said.event is Event.LEFT and place.waiting_for:
        said = replace(said, event=Event.CALLED_OFF, reason=place.waiting_for)  # nobody came, and nobody went in
    at_school = place.state is State.PLANNED and turn.policy.await_arrival and not said.out
    if said.event is Event.RETURNED and at_school:
        return replace(said, event=Event.OK)  # they have not been away yet
    if said.event in (Event.LEFT, Event.CALLED_OFF) and is_awaited_back(turn):
        left = said.event is Event.LEFT
        return replace(said, event=Event.LEFT_FOR_SCHOOL if left else Event.OFF_FOR_SCHOOL)
    return said


def waits_for(place: Place, policy: Policy, now: datetime) -> Waiting | None:
    """The deadline of the states that wait for the plan; None for the others, which set theirs as they ask."""
    if place.state in CLOSED:
        return None, None
    if place.state in (State.PLANNED, State.ON_WAY):
        starts_at = place.starts_at or now
        if policy.await_arrival:
            return Event.ARRIVAL_DUE, starts_at + policy.arrival_grace
        return Event.RETURN_DUE, (place.returns_at or place.ends_at or starts_at) + policy.return_ask
    if place.state is State.AT_DOOR:
        return Event.WAIT_OVER, place.wait_until or now
    if place.state is State.HOMEWARD:
        return Event.RETURN_DUE, (place.returns_at or now) + policy.return_ask
    if place.state is State.THERE:
        end = (place.ends_at or now) + policy.end_grace
        if place.check_in_at and place.check_in_at <= end:
            return Event.CHECK_IN_DUE, place.check_in_at
        return Event.END_DUE, end
    return None
