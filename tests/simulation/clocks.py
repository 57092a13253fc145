"""The machine's clocks: the wall clock, which can be set, and those that cannot, with the machine's sleep and without."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.clock import STEP, Clock, GuardedClock

UP_FOR = 86_400.0
"""Seconds since the machine was started, when a run begins."""


@dataclass(slots=True)
class MachineClocks:
    """`offset`, s: how far the wall clock is set off; `slept`, s: how long the machine has been suspended in all."""

    begins: datetime
    time: Callable[[], float]
    guarded: bool
    offset: float = 0.0
    slept: float = 0.0
    moved: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when either has changed, until the watch over the clock has seen it."""
    _handed: GuardedClock | None = None

    def true(self) -> datetime:
        """What time it is, whatever the machine believes."""
        return self.begins + timedelta(microseconds=round(self.time() * 1e6))

    def sets(self, offset: float) -> None:
        """Somebody sets the wall clock."""
        self.offset = offset
        self.moved.set()

    def sleeps(self, seconds: float) -> None:
        self.slept += seconds
        self.moved.set()

    def awake(self) -> float:
        return self.time() - self.slept

    def for_a_process(self) -> Clock:
        """What a process that starts now is handed. Where no fault touches the clock, nothing guards it: that costs."""
        if not self.guarded:
            return self.true
        self._handed = GuardedClock(
            lambda: self.true() + timedelta(seconds=self.offset), lambda: UP_FOR + self.time(), self.awake
        )
        return self._handed

    @property
    def is_awaited(self) -> bool:
        """Whether the process counts by its own clock until the wall clock can be taken again."""
        return self._handed is not None and self._handed.ahead > STEP

    def ahead(self) -> float:
        """By how much what the process writes down is ahead of the true time, s."""
        if self._handed is None:
            return 0.0
        ahead = self._handed.origin - (self.begins - timedelta(seconds=UP_FOR))
        return round(max(ahead.total_seconds(), self.offset), 3)
