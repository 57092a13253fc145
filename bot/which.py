"""Which of a visitor's places a text is about."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.events import Event
from bot.visit import CLOSED, Place, State

EARLY = timedelta(hours=2)
"""How long before the planned start an "arrived" is still taken for that visit, and not for one nobody planned."""
RECENT = timedelta(hours=12)
"""How long a closed visit is still what a text may be about."""

_COMING = (State.MISSING, State.DUE, State.PLANNED)


def which(visitor_id: int, places: Sequence[Place], event: Event, now: datetime) -> Place:
    """The place meant: the one they are inside of, else the one they are expected at, else nothing.

    Danger and a repeated "left" may also be about the visit that has just closed.
    """
    inside = [place for place in places if place.is_open and place.state not in _COMING]
    if inside:
        return min(inside, key=lambda place: place.arrived_at or now)
    coming = [place for place in places if place.is_open]
    if event in (Event.ARRIVED, Event.DANGER):
        coming = [place for place in coming if (place.starts_at or now) <= now + EARLY]
    if coming:
        return min(coming, key=lambda place: (_COMING.index(place.state), place.starts_at or now))
    closed = [place for place in places if place.state in CLOSED and place.left_at]
    if closed and event in (Event.LEFT, Event.DANGER):
        return max(closed, key=lambda place: place.left_at or now)
    return Place(visitor_id)
