"""What is true of each visitor, worked out anew from the school's promises: when their silence is to be told, and why.

It knows nothing of the tables of `bot/`. It is fed with the certain words that the service has heard, and says from when
on an alarm is right, by when it must be out, and what would be a false one.
"""

import math
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.policy import CheckInFrom, Policy, Returns
from tests.simulation.plan import Means

EARLY = 7_200.0
LATE = 30.0
"""What is heard so long after it was said counts from when it was said."""
BLUR = 2.0
"""Seconds. Of what was said within so long, the one that is heard later is the later one."""
TO_THE_DOOR = (Means.ARRIVED, Means.SET_OUT, Means.NOBODY_HOME, Means.FAMILY_LATE)
FROM_THE_DOOR = (Means.LEFT, Means.BACK)


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
    homeward: bool = False
    is_open: bool = True
    floor: float = math.inf
    ceiling: float = 0.0
    noticed: bool = False
    """Whether an alarm has been raised since the last word."""

    @property
    def is_inside(self) -> bool:
        return self.arrived is not None and not self.homeward

    @property
    def is_coming(self) -> bool:
        return self.arrived is None and not self.homeward

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
        end = self.ends + lengths.end_grace
        return min(self.check_in, end) if self.check_in is not None else end

    def told_at(self, lengths: Lengths) -> float:
        """When the contacts are told, if the visitor says nothing until then."""
        told = self.asked_at(lengths) + lengths.question
        awaited_back = self.homeward or (self.is_coming and not lengths.await_arrival)
        return max(told, self.back + lengths.return_alarm) if awaited_back and self.back is not None else told

    def told_from(self, lengths: Lengths) -> float:
        """An alarm before this would be a false one."""
        return min(self.told_at(lengths), self.floor)

    def told_by(self, lengths: Lengths) -> float:
        """An alarm is owed by this."""
        return max(self.told_at(lengths), self.ceiling)


@dataclass(slots=True)
class Visitor:
    """The stays of one visitor, and their cries for help as (when heard, what)."""

    lengths: Lengths
    stays: list[Stay] = field(default_factory=list)
    cries: list[tuple[float, Means]] = field(default_factory=list)
    last_said: float = 0.0
    last_at_a_door: float = 0.0
    """When they last said something that was not on the way."""

    def expects(self, starts: float, ends: float, back: float | None = None) -> None:
        """A visit is planned."""
        if back is None and self.lengths.returns is Returns.ALWAYS:
            back = ends + self.lengths.journey
        self.stays.append(Stay(starts, ends, back))

    @property
    def open_ones(self) -> list[Stay]:
        return [stay for stay in self.stays if stay.is_open]

    def meant(self, means: Means, now: float) -> Stay | None:
        """The stay that a text is about: the one they are inside of, else the one a question waits about, else the next."""
        inside = [stay for stay in self.open_ones if stay.is_inside]
        if inside:
            return min(inside, key=lambda stay: stay.arrived or 0)
        expected = sorted(self.open_ones, key=lambda stay: (self._urgency(stay, now), stay.starts))
        coming = [stay for stay in expected if stay.is_coming]
        backward = [stay for stay in expected if stay.homeward]
        if means is Means.ARRIVED:
            coming = [stay for stay in coming if stay.starts <= now + EARLY]
        if means in TO_THE_DOOR:
            expected = coming or backward
        elif means in FROM_THE_DOOR:
            expected = backward or coming
        return expected[0] if expected else None

    def _urgency(self, stay: Stay, now: float) -> int:
        if stay.told_at(self.lengths) <= now:
            return 1 if stay.homeward else 0
        if stay.asked_at(self.lengths) <= now:
            return 3 if stay.homeward else 2
        return 4 if stay.homeward else 5 if stay.set_out else 6

    def hears(self, means: Means, minutes: int, said: float, heard: float) -> None:
        """The service has heard this, certain and first-hand. What comes late counts from when it was said."""
        if means in (Means.CODE_WORD, Means.DANGER):
            self.cries.append((heard, means))
        late = heard - said > LATE
        now = said if late else heard
        if said + BLUR < self._last_said(means):
            return  # later words stand
        self.last_said = max(self.last_said, said)
        if any(stay.is_open and not stay.is_coming for stay in self.stays) or self.meant(means, now) is None:
            self.last_at_a_door = self.last_said
        if means in (Means.CODE_WORD, Means.DANGER, Means.NOTHING):
            return
        stay = self.meant(means, now)
        if stay is None:
            self._opens(means, now)
            return
        before = stay.told_from(self.lengths)
        self._changes(stay, means, minutes * 60.0, now)
        if not (stay.is_open and stay.is_coming):
            self.last_at_a_door = self.last_said
        if late:
            stay.floor = min(stay.floor, before)
        if stay.told_at(self.lengths) > heard:
            stay.noticed = False

    def _last_said(self, means: Means) -> float:
        """What was said on the way is no later word than an arrival."""
        return self.last_at_a_door if means is Means.ARRIVED else self.last_said

    def _opens(self, means: Means, now: float) -> None:
        if means not in (Means.ARRIVED, Means.NOBODY_HOME, Means.FAMILY_LATE):
            return
        stay = Stay(now, now + self.lengths.unplanned)
        self.stays.append(stay)
        self._changes(stay, means, 0.0, now)
        self.last_at_a_door = self.last_said

    def _changes(self, stay: Stay, means: Means, length: float, now: float) -> None:
        if means in (Means.NOBODY_HOME, Means.FAMILY_LATE) and not stay.homeward:
            self._waits(stay, means, now)
        elif stay.homeward:
            self._homeward(stay, means, length, now)
        elif stay.is_coming:
            self._coming(stay, means, length, now)
        else:
            self._inside(stay, means, length, now)

    # -- what words do ----------------------------------------------------------------------------------

    def _arrives(self, stay: Stay, now: float) -> None:
        stay.arrived, stay.door, stay.door_for, stay.floor, stay.ceiling = now, None, None, math.inf, 0.0
        if stay.ends <= now:
            stay.ends = now + self.lengths.unplanned
        length = self.lengths.check_in
        if length is not None:
            scheduled = stay.starts + length
            counts = self.lengths.from_start and now < scheduled <= now + 2 * length
            stay.check_in = scheduled if counts else now + length

    def _waits(self, stay: Stay, means: Means, now: float) -> None:
        """At the door: from the planned start where they came a little early; said again it does not begin anew."""
        if stay.door is not None and stay.asked_at(self.lengths) <= now and means is Means.NOBODY_HOME:
            return
        length = self.lengths.nobody_home if means is Means.NOBODY_HOME else self.lengths.family_late
        since = max(now, stay.starts)
        since = since if since - now <= self.lengths.arrival_grace else now
        known = stay.door if stay.door_for is means else None
        stay.door = known if known is not None and known > now else since + length
        stay.door_for = means
        stay.arrived = now if stay.arrived is None else stay.arrived
        stay.floor, stay.ceiling = math.inf, 0.0

    def _leaves(self, stay: Stay, now: float) -> None:
        """Over, or on the way back to school where that is watched."""
        lengths = self.lengths
        wanted = lengths.returns is Returns.ALWAYS or (lengths.returns is Returns.PLANNED and stay.back is not None)
        if wanted and (stay.is_inside or stay.set_out):
            stay.homeward, stay.back = True, stay.back or now + lengths.journey
            stay.floor, stay.ceiling = math.inf, 0.0
        else:
            stay.is_open = False

    def _coming(self, stay: Stay, means: Means, length: float, now: float) -> None:
        match means:
            case Means.ARRIVED:
                self._arrives(stay, now)
            case Means.LATE:
                put_off = stay.starts + length if stay.starts + length > now else now + length
                stay.ends += put_off - stay.starts
                stay.back = None if stay.back is None else stay.back + put_off - stay.starts
                stay.starts = put_off
            case Means.LONGER:
                self._longer(stay, length, now)
            case Means.CALLED_OFF:
                self._leaves(stay, now)
            case Means.BACK if stay.set_out or not self.lengths.await_arrival or stay.asked_at(self.lengths) <= now:
                stay.is_open = False
            case Means.SET_OUT:
                stay.set_out, stay.starts = True, max(stay.starts, now)
            case _:
                if stay.told_at(self.lengths) <= now:
                    stay.floor, stay.starts = stay.told_from(self.lengths), max(stay.starts, now)

    def _inside(self, stay: Stay, means: Means, length: float, now: float) -> None:
        match means:
            case Means.LEFT | Means.CALLED_OFF:
                self._leaves(stay, now)
            case Means.BACK:
                stay.is_open = False
            case Means.OK:
                self._is_well(stay, now)
            case Means.ARRIVED if stay.door is not None:
                self._arrives(stay, now)
            case Means.LATE | Means.LONGER:
                self._longer(stay, length, now)
            case _:
                return

    def _homeward(self, stay: Stay, means: Means, length: float, now: float) -> None:
        match means:
            case Means.BACK:
                stay.is_open = False
            case Means.OK:
                stay.floor, stay.back = stay.told_from(self.lengths), max(stay.back or now, now)
            case Means.LATE | Means.LONGER:
                back = (stay.back or now) + length
                stay.back = back if back > now else now + length
            case _:
                return

    def _longer(self, stay: Stay, length: float, now: float) -> None:
        """The expected end moves, and the return with it."""
        put_off = stay.ends + length if stay.ends + length > now else now + length
        if stay.back is not None:
            stay.back += max(0.0, put_off - stay.ends)
        stay.ends = put_off
        if stay.door is not None and stay.told_at(self.lengths) <= now:
            stay.door = None

    def _is_well(self, stay: Stay, now: float) -> None:
        """An OK answers the question that has been put, and no other; where check-ins repeat it counts as the next one."""
        lengths = self.lengths
        if stay.door is not None:
            if stay.told_at(lengths) <= now:
                stay.floor, stay.door, stay.ends = (
                    stay.told_from(lengths),
                    None,
                    max(stay.ends, now + lengths.end_grace),
                )
            return
        if stay.asked_at(lengths) > now:
            if lengths.every is not None:
                stay.floor, stay.check_in = stay.told_from(lengths), now + lengths.every
            return
        silent = stay.told_at(lengths) <= now
        stay.ceiling = now + 2 * lengths.end_grace + lengths.question + (lengths.every or 0.0)
        answers_check_in = stay.check_in is not None and stay.asked_at(lengths) == stay.check_in
        if not answers_check_in or silent:
            stay.ends = max(stay.ends, now + lengths.end_grace)
        if answers_check_in or (stay.check_in is not None and stay.check_in <= now):
            stay.check_in = now + lengths.every if lengths.every else None
