"""What of the guard itself can fail, and when that is an outage: down after a minute of failing, back after half a minute.

The theory. Each part is looked at every second or so, and a look knows only "fails" or "works". A part that has failed
through `DOWN_AFTER`, with no look between that found it working, is down: whoever is out, and their office, must hear of
it by a way that does not need this part. It is back once it has worked through `BACK_AFTER`, so that one outage with a gap
in it is told once and not twice.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.delivery import Attempt, Verdict
from bot.people import Channel

DOWN_AFTER = timedelta(seconds=60)
BACK_AFTER = timedelta(seconds=30)
DOUBTED_FOR = timedelta(seconds=90)
"""How long after a try that failed nothing is known of a way out: longer than the longest pause before the next try."""


class Part(StrEnum):
    """What can fail by itself."""

    TELEGRAM = "telegram"
    SMS = "sms"
    STORE = "store"

    @property
    def channel(self) -> Channel | None:
        """The way to people that is closed while this part is down."""
        return Channel(self.value) if self.value in set(Channel) else None


@dataclass(frozen=True, slots=True)
class Watched:
    """What the looks at one part have come to. `since` is when it began to fail; None while it works."""

    since: datetime | None = None
    well_since: datetime | None = None
    down: bool = False

    def look(self, failing: bool, now: datetime) -> "Watched":
        """One more look."""
        if failing:
            since = self.since or now
            return Watched(since, None, self.down or now - since >= DOWN_AFTER)
        if not self.down:
            return Watched()
        well_since = self.well_since or now
        return Watched() if now - well_since >= BACK_AFTER else replace(self, well_since=well_since)

    @property
    def next_at(self) -> datetime | None:
        """When a look can bring news if nothing changes."""
        if self.down:
            return self.well_since + BACK_AFTER if self.well_since else None
        return self.since + DOWN_AFTER if self.since else None


@dataclass(slots=True)
class Way:
    """One channel out, as the tries on it have shown it."""

    failed_since: datetime | None = None
    doubted_until: datetime | None = None

    def tried(self, attempt: Attempt, now: datetime) -> None:
        """A refusal is an answer too: the provider is there. What may work later, or was not answered, is a failure."""
        if attempt.verdict in (Verdict.SENT, Verdict.REFUSED):
            self.failed_since = self.doubted_until = None
        else:
            self.failed_since = self.failed_since or now
            self.doubted_until = now + (attempt.after or timedelta(0)) + DOUBTED_FOR

    def is_failing(self, now: datetime) -> bool:
        """Whether the last that is known of it is a failure. What nobody has tried for long is not known to fail."""
        if self.doubted_until is not None and now >= self.doubted_until:
            self.failed_since = self.doubted_until = None
        return self.failed_since is not None


@dataclass(slots=True)
class Ways:
    """The channels out, by all tries; and to each person by what was to reach them and had nothing to do with an alarm.

    What a visitor is told goes by the second alone: what they are told never depends on an alarm (law 7).
    """

    _found: dict[tuple[Channel, int | None], Way] = field(default_factory=dict)

    def tried(self, channel: Channel, attempt: Attempt, now: datetime, person_id: int | None = None) -> None:
        """`person_id`: who it was for, where it had nothing to do with an alarm."""
        for whose in {None, person_id}:
            self._found.setdefault((channel, whose), Way()).tried(attempt, now)
            if not self.is_failing(channel, now, whose):
                del self._found[channel, whose]

    def is_failing(self, channel: Channel, now: datetime, person_id: int | None = None) -> bool:
        """Whether the last that is known of it, or of it to this person, is a failure."""
        way = self._found.get((channel, person_id))
        return way is not None and way.is_failing(now)
