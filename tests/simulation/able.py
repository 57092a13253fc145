"""When the system was able to do what it promises: alive, with a disk that works, and with a provider that answers."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tests.simulation.weather import EVERY, REACHED, Way, Weather

Window = tuple[float, float]
FOREVER = float("inf")
DRAINING = 30.0
"""Seconds that a start waits for what lies at the platforms before it lets fire what has come due (I3)."""


@dataclass(slots=True)
class Able:
    """The windows in which it was not. A process that is down is a window without an end."""

    time: Callable[[], float]
    broken: list[Window] = field(default_factory=list)
    dead: list[Window] = field(default_factory=lambda: [(0.0, FOREVER)])
    dying: Callable[[], None] = lambda: None
    """Told just before."""
    shut_out: Callable[[float], bool] = lambda at: False
    """Whether a platform would not have handed over at that instant what lay there."""

    def dies(self) -> None:
        self.dying()
        if self.dead[-1][1] != FOREVER:
            self.dead.append((self.time(), FOREVER))

    def serves(self) -> None:
        self.dead[-1] = (self.dead[-1][0], self.time())

    @property
    def windows(self) -> list[Window]:
        return self.broken + self.dead

    def since(self) -> float | None:
        """Since when without a break; None while it is not."""
        now = self.time()
        if within(now, self.windows):
            return None
        return max((ends for _, ends in self.windows if ends <= now), default=0.0)

    def limit(self, due: float, promptly: float, after_outage: float) -> float:
        """By when that must be done which was due then."""
        since = self.since()
        if since is None:
            return FOREVER
        begun = self.dead[-1][1] if self.dead else 0.0
        if begun <= due < begun + DRAINING and self.shut_out(begun):
            return begun + after_outage
        return due + promptly if since <= due else since + after_outage


def down(weather: Weather, method: str) -> list[Window]:
    """When a provider does not do what it is asked. A spell of a few calls counts for as long as it could last.

    One that asks to wait is not up for whoever was asked last before they have waited.
    """
    bad = [spell for spell in weather.spells if spell.way not in REACHED and spell.method in (EVERY, method)]
    return [(spell.begins, spell.ends + (spell.detail if spell.way is Way.TOO_MANY else 0.0)) for spell in bad]


def within(at: float, windows: Iterable[Window]) -> bool:
    """Whether an instant lies in one of these windows."""
    return any(begins <= at < ends for begins, ends in windows)


def both(one: Iterable[Window], other: Iterable[Window]) -> list[Window]:
    """Where windows of two kinds lie over each other."""
    rest = list(other)
    pairs = [(max(a, c), min(b, d)) for a, b in one for c, d in rest]
    return [(begins, ends) for begins, ends in pairs if begins < ends]


def outside(begins: float, ends: float, windows: Iterable[Window]) -> float:
    """How much of a length of time lies outside these windows."""
    at, total = begins, 0.0
    for start, stop in sorted(windows):
        if stop <= at or start >= ends:
            continue
        total += max(0.0, start - at)
        at = max(at, stop)
    return total + max(0.0, ends - at)
