"""Clocks that a story may tear apart: the wall clock is set, the machine sleeps, and real time goes its way."""

from datetime import UTC, datetime, timedelta

from bot.clock import GuardedClock, SteppedClock

START = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


class Hands:
    """What the machine's three clocks show."""

    def __init__(self, start: datetime = START) -> None:
        self.real = start
        self.boot = 4_000.0
        self.awake = 4_000.0
        self.set_by = timedelta(0)

    def wall(self) -> datetime:
        return self.real + self.set_by

    def passes(self, length: timedelta, *, asleep: bool = False) -> None:
        """Real time goes by; asleep, the clock that counts no sleep stands still."""
        self.real += length
        self.boot += length.total_seconds()
        self.awake += 0 if asleep else length.total_seconds()

    def guarded(self) -> GuardedClock:
        return GuardedClock(self.wall, lambda: self.boot, lambda: self.awake)


class TornClock(GuardedClock, SteppedClock):
    """The guarded clock of the service over hands that a story moves; `move_to` lets real time pass."""

    def __init__(self, hands: Hands) -> None:
        GuardedClock.__init__(self, hands.wall, lambda: hands.boot, lambda: hands.awake)
        self.hands = hands

    def move_to(self, instant: datetime) -> None:
        self.hands.passes(instant - self())

    def real(self) -> datetime:
        """What the platforms' own clocks show: nobody sets those."""
        return self.hands.real

    def sets(self, by: timedelta) -> None:
        """Somebody sets the wall clock."""
        self.hands.set_by += by

    def forgets(self) -> None:
        """A new process begins with the wall clock as it is."""
        self.adopt()
