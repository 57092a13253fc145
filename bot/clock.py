"""The one source of time. Everything else is handed `now` (law 2 of the house)."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

Clock = Callable[[], datetime]

STEP = timedelta(seconds=5)
"""A change of the wall clock by more than this is a step, and told; less is what keeping time looks like."""
FASTEST = 0.0003
"""How much slower than real time we go at most to come back to a wall clock that is a little behind: 1 s in an hour."""
_BOOT = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def system_clock() -> datetime:
    """The machine's time as an aware UTC instant. Handed out by `bot.__main__` and by nothing else."""
    return datetime.now(UTC)


def boot_seconds() -> float:
    """Seconds since the machine was started, its sleep included. Nobody can set this clock."""
    return time.clock_gettime(_BOOT)


class Reading(NamedTuple):
    """One look at all three clocks: the one that can be set, and those that cannot, with the machine's sleep and without."""

    wall: datetime
    boot: float
    awake: float

    def stepped_since(self, earlier: "Reading") -> timedelta:
        """By how much the wall clock has been set since then; less than nothing for back."""
        return (self.wall - earlier.wall) - timedelta(seconds=self.boot - earlier.boot)

    def slept_since(self, earlier: "Reading") -> timedelta:
        """How long the machine has slept since then."""
        return timedelta(seconds=(self.boot - earlier.boot) - (self.awake - earlier.awake))


class GuardedClock:
    """The machine's time, guarded against whoever sets it: it never falls behind the time that has really passed.

    The theory. Our time is `origin` plus the seconds since the machine was started. A wall clock that is set forward takes
    us with it at once: what is due by it is asked about, maybe too early, because doubt fires early. One that is set back
    does not: a deadline ten minutes away stays ten minutes away (invariant I10). We come back to it slowly where it is a
    little behind, and at once, by `adopt`, when nobody is out.
    """

    def __init__(
        self,
        wall: Callable[[], datetime] = system_clock,
        boot: Callable[[], float] = boot_seconds,
        awake: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall, self._boot, self._awake = wall, boot, awake
        self._seen = boot()
        self.origin = wall() - timedelta(seconds=self._seen)

    def __call__(self) -> datetime:
        boot = self._boot()
        offset = self._wall() - timedelta(seconds=boot)
        behind = self.origin - offset
        if behind < timedelta(0):
            self.origin = offset
        elif behind <= STEP:
            self.origin -= min(behind, timedelta(seconds=(boot - self._seen) * FASTEST))
        self._seen = boot
        return self.origin + timedelta(seconds=boot)

    def reading(self) -> Reading:
        return Reading(self._wall(), self._boot(), self._awake())

    @property
    def ahead(self) -> timedelta:
        """How far we are ahead of the wall clock."""
        return self() - self._wall()

    def not_before(self, origin: datetime) -> None:
        """Go on from an earlier process's time, where the wall clock has been set back since."""
        self.origin = max(self.origin, origin)

    def adopt(self) -> None:
        """Take the wall clock as it is. Deadlines that are set would be late by it: only while there are none."""
        self.origin = self._wall() - timedelta(seconds=self._boot())


class SteppedClock:
    """Time that moves only when told to: for the demo and the tests, which live an afternoon in seconds."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("a clock starts at an aware instant")
        self._now = start.astimezone(UTC)

    def __call__(self) -> datetime:
        return self._now

    def move_to(self, instant: datetime) -> None:
        """Raises ValueError for an instant before now: stories do not run backwards."""
        if instant < self._now:
            raise ValueError("the clock cannot be moved back")
        self._now = instant

    def passes(self, length: timedelta) -> None:
        self.move_to(self._now + length)
