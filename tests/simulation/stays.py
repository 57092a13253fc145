"""One visit of one visitor, as the school's promises have it: when they are asked, and when their silence is to be told."""

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from bot.policy import CheckInFrom, PairCheckIn, Policy, Returns
from tests.simulation.plan import Means

if TYPE_CHECKING:
    from tests.simulation.truth import Visitor


class Lengths(NamedTuple):
    """A policy's promises, in seconds."""

    from_start: bool
    check_in: float | None
    every: float | None
    await_arrival: bool
    arrival_grace: float
    end_grace: float
    question: float
    unplanned: float
    returns: Returns
    journey: float
    return_ask: float
    return_alarm: float
    nobody_home: float
    family_late: float
    one_for_both: bool

    @classmethod
    def of(cls, policy: Policy) -> "Lengths":
        def seconds(length: object) -> float | None:
            return None if length is None else length.total_seconds()  # type: ignore[attr-defined]

        return cls(
            policy.check_in_from is CheckInFrom.SCHEDULED,
            seconds(policy.check_in),
            seconds(policy.check_in_every),
            policy.await_arrival,
            policy.arrival_grace.total_seconds(),
            policy.end_grace.total_seconds(),
            (policy.answer_within + policy.nudge).total_seconds(),
            policy.unplanned_length.total_seconds(),
            policy.returns,
            policy.journey.total_seconds(),
            policy.return_ask.total_seconds(),
            policy.return_alarm.total_seconds(),
            (policy.nobody_home_wait or policy.end_grace).total_seconds(),
            (policy.family_late_limit or policy.end_grace).total_seconds(),
            policy.pair_check_in is PairCheckIn.ONE,
        )


@dataclass(slots=True)
class Stay:
    """One visit of one visitor, from its plan to their return. Open until they say that it is over.

    After an outage it cannot be known from outside whether a question had been put when its answer came: then an alarm is
    right from `floor` on, and owed by `ceiling`.
    """

    starts: float
    ends: float
    back: float | None = None
    set_out: bool = False
    arrived: float | None = None
    door: float | None = None
    door_for: Means | None = None
    check_in: float | None = None
    alone: float | None = None
    """When they were asked whether all is well, because their partner had left."""
    homeward: bool = False
    left: float | None = None
    """When they left the home, where they were on the way back to school after it."""
    over: float | None = None
    """When they were gone."""
    perhaps: bool = False
    """Whether it may as well go on: they said that they were back before anybody could ask them whether they had arrived."""
    floor: float = math.inf
    ceiling: float = 0.0
    slack: float = 0.0
    """Seconds by which an alarm may come sooner or later: for all we know a change of plan was of another visit of theirs."""
    noticed: bool = False
    """Whether an alarm has been raised since the last word."""
    heard: float = 0.0
    """When words about it were last said."""
    others: list[tuple["Visitor", "Stay"]] = field(default_factory=list, compare=False, repr=False)
    """Who goes with them, and their part of the visit."""

    @property
    def is_open(self) -> bool:
        return self.over is None

    @property
    def gone(self) -> float:
        """When they were last at the home of a visit that is over."""
        return self.left or self.over or 0.0

    @property
    def is_inside(self) -> bool:
        return self.is_open and self.arrived is not None and not self.homeward

    @property
    def is_coming(self) -> bool:
        return self.is_open and self.arrived is None and not self.homeward

    def asked_at(self, lengths: Lengths) -> float:
        """When the visitor is asked next, if they say nothing until then."""
        if self.homeward:
            return (self.back or 0.0) + lengths.return_ask
        if self.is_coming:
            if lengths.await_arrival:
                return self.starts + lengths.arrival_grace
            return (self.back or self.ends) + lengths.return_ask
        if self.door is not None:
            return self.door
        if self.alone is not None:
            return self.alone
        end = self.ends + lengths.end_grace
        return min(self.check_in, end) if self.check_in is not None else end

    def told_at(self, lengths: Lengths) -> float:
        """When the contacts are told, if the visitor says nothing until then."""
        told = self.asked_at(lengths) + lengths.question
        awaited_back = self.homeward or (self.is_coming and not lengths.await_arrival)
        return max(told, self.back + lengths.return_alarm) if awaited_back and self.back is not None else told

    def told_from(self, lengths: Lengths) -> float:
        """An alarm before this would be a false one."""
        return min(self.told_at(lengths), self.floor) - self.slack

    def told_by(self, lengths: Lengths) -> float:
        """An alarm is owed by this."""
        return max(self.told_at(lengths), self.ceiling) + self.slack
