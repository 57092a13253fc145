"""A drill: all who could be alarmed are asked, marked TEST, to say that they got it; who answered, and how fast, is told.

The theory. A drill is no alarm. It has rows of its own, and the alarm machine does not know it: it can neither be taken for
an alarm nor stand in the way of one. Who is told of an alarm is let go from the drill at once, and for nobody else does
anything change: else a drill would show on the phone of whoever has just texted a code word that it was heard (law 7).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

NOTICE = "drill"
"""What its question is called among the notices."""
LENGTH = timedelta(minutes=10)
"""How long there is to answer."""


class State(StrEnum):
    ASKED = "asked"  # somebody wants one; it begins when it may
    OPEN = "open"
    OVER = "over"


LIVE = (State.ASKED, State.OPEN)


@dataclass(frozen=True, slots=True)
class Drill:
    """One drill of a school. `answers` has everybody who takes part, with when they answered."""

    id: int
    school_id: int
    state: State
    asked_at: datetime
    begun_at: datetime | None = None
    ended_at: datetime | None = None
    answers: Mapping[int, datetime | None] = field(default_factory=dict)

    @property
    def waiting(self) -> set[int]:
        """Those who have not answered."""
        return {person_id for person_id, at in self.answers.items() if at is None}

    @property
    def ends_at(self) -> datetime | None:
        """When its time is up."""
        return self.begun_at + LENGTH if self.state is State.OPEN and self.begun_at else None


class Score(NamedTuple):
    """How one person did: how long the words were on their way, and how long the answer took. None: they never came."""

    person_id: int
    reached: timedelta | None
    answered: timedelta | None


def scores(drill: Drill, reached: Mapping[int, datetime]) -> list[Score]:
    """Everybody who was asked, the fastest answer first, and then those who gave none."""
    begun = drill.begun_at
    if begun is None:
        return []
    found = [
        Score(one, reached[one] - begun if one in reached else None, at - begun if at else None)
        for one, at in drill.answers.items()
    ]
    return sorted(found, key=lambda score: (score.answered is None, score.answered or timedelta(0), score.person_id))


def slowest(lengths: Iterable[timedelta | None]) -> timedelta | None:
    """The longest of those that there are."""
    return max((length for length in lengths if length is not None), default=None)


def is_due(last: datetime, period_began: datetime) -> bool:
    """Whether the time has come since the last one: the month, or the term, is another."""
    return last < period_began
