"""A text that is read long after it was said: from when it counts, and what it may still do.

A phone without signal, a door that was closed, a machine that was off: the words come late. What they say of then is true
of then, so they count from then. What they might say of now they do not: they may raise, and lower only what they had
ended in time.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.events import Event
from bot.place import COMING, Place, State
from bot.policy import Policy

SOON = timedelta(seconds=30)
"""What is read so soon is read at once."""
BLUR = timedelta(seconds=2)
"""Ages are told in whole seconds: of two texts said within so long, the one that is read later is the later one."""
OLD = timedelta(hours=24)
"""What is older may raise, and does nothing else."""

_ASKING = (Event.NUDGE_DUE, Event.ANSWER_DUE, Event.AGAIN_DUE)


class Said(NamedTuple):
    """When a text counts from. `late`: that is a while ago. `old`: too long ago to count from then.

    `spoke_at` is when the words were said, to the second, also where they count as said now: it keeps them in order with
    those that come late.
    """

    at: datetime
    spoke_at: datetime
    late: bool = False
    old: bool = False


def said(sent_at: datetime, now: datetime) -> Said:
    """A time that cannot be believed, because it is to come or too long ago, is now."""
    age = now - sent_at
    if age <= SOON:
        return Said(now, min(sent_at, now))
    return Said(now, now, late=True, old=True) if age > OLD else Said(sent_at, sent_at, late=True)


def counted(said: Said, places: Iterable[Place]) -> datetime:
    """From when late words count: from when they were said, and from no earlier than what was said before them.

    That may have been read soon, and so count from when it was read.
    """
    before = [at for one in places for at in (one.arrived_at, one.left_at, one.returned_at) if at]
    return max([said.at, *before])


def counts(said: Said, event: Event, place: Place, places: Iterable[Place], policy: Policy, now: datetime) -> bool:
    """Whether a text that would lower, protect or put off still does. What does not count asks back.

    It does not when the same person has been heard since, on any of their `places`, however soon it is read: later words
    stand, and a "left" from the house before closes no visit. An arrival protects: what was said on the way is no later
    word than that. Nor does an "OK" that was said before the question was due that is open now: nobody answers a check-in in
    advance (docs/decisions/0009).
    """
    on_the_way = COMING if event is Event.ARRIVED else ()
    heard = [at for one in places if one.state not in on_the_way and (at := one.heard_at)]
    # What was heard at an instant to come was heard before the clock was set back, and so is no later word.
    if said.old or any(said.spoke_at + BLUR < instant <= now for instant in heard):
        return False
    if not said.late:
        return True
    answers = event is Event.OK or (event is Event.LEFT and place.state in COMING)
    return not answers or place.deadline not in _ASKING or said.at >= _question_due(place, policy, now)


def _question_due(place: Place, policy: Policy, now: datetime) -> datetime:
    """When the question that is open was due at the latest: the last of the plan's instants to have passed.

    Whether all is well with one who was left alone is asked then, and at no instant of the plan.
    """
    put_at = _put_at(place, policy, now)
    if place.alone and place.state in (State.ASKED, State.SILENT) and (place.check_in_at or now) > put_at:
        return put_at
    instants = [
        place.check_in_at,
        place.wait_until,
        place.returns_at,
        place.ends_at + policy.end_grace if place.ends_at else None,
        place.starts_at + policy.arrival_grace if place.starts_at else None,
    ]
    return max((instant for instant in instants if instant and instant <= now), default=now)


def _put_at(place: Place, policy: Policy, now: datetime) -> datetime:
    """When the question that is open was put, if nothing of what followed was late; else a little after that."""
    since = [policy.answer_within, policy.nudge, policy.again][: _ASKING.index(place.deadline) + 1]
    return min((place.deadline_at or now) - sum(since, timedelta(0)), now)
