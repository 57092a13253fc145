"""The one source of time. Everything else is handed `now` (law 2 of the house)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The machine's time as an aware UTC instant. Handed out by `bot.__main__` and by nothing else."""
    return datetime.now(UTC)


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
