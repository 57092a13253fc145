"""Which of a visitor's places a text is about."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.events import Event
from bot.visit import CLOSED, Place, State

EARLY = timedelta(hours=2)
"""How long before the planned start an "arrived" is still taken for that visit, and not for one nobody planned."""
RECENT = timedelta(hours=12)
"""How long a closed visit is still what a text may be about."""
JUST = timedelta(minutes=30)
"""How long after leaving a second "left" is a repetition, whatever is planned next."""

_COMING = (State.MISSING, State.DUE, State.PLANNED)


def which(visitor_id: int, places: Sequence[Place], event: Event, now: datetime) -> Place:
    """The place meant: the one they are inside of, else the one they are expected at, else nothing.

    Danger and a repeated "left" may also be about the visit that has just closed: danger about whichever is nearer in time.
    """
    inside = [place for place in places if place.is_open and place.state not in _COMING]
    if inside:
        return min(inside, key=lambda place: place.arrived_at or now)
    coming = sorted((p for p in places if p.is_open), key=lambda p: (_COMING.index(p.state), p.starts_at or now))
    closed = sorted((p for p in places if p.state in CLOSED and p.left_at), key=lambda p: p.left_at or now)
    if event in (Event.ARRIVED, Event.DANGER):
        coming = [place for place in coming if (place.starts_at or now) <= now + EARLY]
    if closed and _is_about_closed(closed[-1], coming, event, now):
        return closed[-1]
    return coming[0] if coming else Place(visitor_id)


def _is_about_closed(last: Place, coming: Sequence[Place], event: Event, now: datetime) -> bool:
    since = now - (last.left_at or now)
    awaited = bool(coming) and coming[0].state is not State.PLANNED
    if event is Event.LEFT:
        return not coming or (not awaited and since <= JUST)
    if event is Event.DANGER:
        return not coming or (not awaited and since < abs((coming[0].starts_at or now) - now))
    return False
