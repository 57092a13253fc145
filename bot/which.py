"""Which of a visitor's places a text is about."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.events import Event
from bot.visit import BACKWARD, CLOSED, COMING, Place, State

EARLY = timedelta(hours=2)
"""How long before the planned start an "arrived" is still taken for that visit, and not for one nobody planned."""
RECENT = timedelta(hours=12)
"""How long a closed visit is still what a text may be about."""
JUST = timedelta(minutes=30)
"""How long after leaving a second "left" is a repetition, whatever is planned next."""

_URGENCY = (
    *(State.MISSING, State.NOT_BACK, State.DUE, State.RETURN_ASKED),
    *(State.HOMEWARD, State.ON_WAY, State.PLANNED),
)
"""Of those expected somewhere: whom a question waits for comes first, then who is under way."""
_TO_THE_DOOR = (Event.ARRIVED, Event.SET_OUT, Event.NOBODY_HOME, Event.FAMILY_LATE)
_FROM_THE_DOOR = (Event.LEFT, Event.RETURNED)


def which(visitor_id: int, places: Sequence[Place], event: Event, now: datetime, *, says_where: bool = False) -> Place:
    """The place meant: the one they are inside of, else the one they are expected at or back from, else nothing.

    Danger and a repeated "left" may also be about the visit that has just closed: danger about whichever is nearer in time.
    An arrival on the way back is at another home where it `says_where`, and is asked about where it does not.
    """
    inside = [place for place in places if place.is_inside]
    if inside:
        return min(inside, key=lambda place: place.arrived_at or now)
    expected = sorted((p for p in places if p.is_open), key=lambda p: (_URGENCY.index(p.state), p.starts_at or now))
    coming = [place for place in expected if place.state in COMING]
    backward = [place for place in expected if place.state in BACKWARD]
    closed = sorted((p for p in places if p.state in CLOSED and p.left_at), key=lambda p: p.left_at or now)
    if event in (Event.ARRIVED, Event.DANGER):
        coming = [place for place in coming if (place.starts_at or now) <= now + EARLY]
    if event in _TO_THE_DOOR:
        expected = coming or ([] if says_where else backward)
    elif event in _FROM_THE_DOOR or (event is Event.DANGER and backward):
        expected = backward or coming
    elif event is Event.DANGER:
        expected = coming
    if closed and not backward and _is_about_closed(closed[-1], coming, event, now):
        return closed[-1]
    return expected[0] if expected else Place(visitor_id)


def _is_about_closed(last: Place, coming: Sequence[Place], event: Event, now: datetime) -> bool:
    since = now - (last.left_at or now)
    awaited = bool(coming) and coming[0].state is not State.PLANNED
    if event is Event.LEFT:
        return not coming or (not awaited and since <= JUST)
    if event is Event.DANGER:
        return not coming or (not awaited and since < abs((coming[0].starts_at or now) - now))
    return False
