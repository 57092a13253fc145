"""What the auditor finds, and when it speaks of it: the judge of the guard itself (DESIGN §6).

It knows no visit and no alarm by their tables; it is told what was found, and says whom that is news to. It has no clock.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

AGAIN = timedelta(minutes=10)
"""How often those who have been told of what is wrong are told anew."""
STEADY = timedelta(minutes=2)
"""How long all must have been well before anybody is told so: what comes and goes is not well."""
NEVER = datetime.min.replace(tzinfo=UTC)


class Kind(StrEnum):
    """What can be wrong with the guard. The worst come first: so they stand first in a text."""

    STORE = "store"  # it cannot be read
    PULSE = "pulse"  # no pass of the service has ended for too long
    LATE = "late"  # a deadline has passed, and nothing came of it
    UNWATCHED = "unwatched"  # an open visit with neither a deadline nor an alarm
    UNHEARD = "unheard"  # an alarm that has left for nobody
    STUCK = "stuck"  # an open alarm that waits for nothing
    OWED = "owed"  # a notice that has not left
    UNREAD = "unread"  # a text nobody has dealt with
    ASIDE = "aside"  # a text that could not be read, and nobody was told
    JOURNAL = "journal"  # what happened is not in it, or it has gone back
    CLOCK = "clock"  # two clocks disagree


class Finding(NamedTuple):
    """One thing that is wrong, in words for the administrator: ids, and nothing personal."""

    kind: Kind
    words: str


class News(NamedTuple):
    """What is to be told now: what is wrong, the worst first; or, with none, that all is well again `since` then."""

    kinds: tuple[Kind, ...]
    since: datetime


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Sorted by kind, and as they came within a kind."""
    order = list(Kind)
    return sorted(findings, key=lambda finding: order.index(finding.kind))


@dataclass(frozen=True, slots=True)
class Told:
    """What has been told, kept from look to look: of each kind when, and since when nothing was found."""

    at: Mapping[Kind, datetime] = field(default_factory=dict)
    well_since: datetime | None = None

    def look(self, findings: Iterable[Finding], now: datetime) -> tuple["Told", News | None]:
        """What is known after a look, and what is news: a kind not told of yet, or not for a while, or that all is well.

        What was told at an instant to come was told before the clock was set back: nobody can say how long ago, so it is news.
        """
        kinds = tuple(dict.fromkeys(finding.kind for finding in worst_first(findings)))
        if kinds:
            due = any(not timedelta(0) <= now - self.at.get(kind, NEVER) < AGAIN for kind in kinds)
            return Told(self.at), News(kinds, now) if due else None
        since = min(self.well_since or now, now)
        over = bool(self.at) and now - since >= STEADY
        return Told(self.at, since), News((), since) if over else None

    def heard(self, news: News, now: datetime) -> "Told":
        """The news has left for somebody; until then it stays news."""
        return Told(dict(self.at) | dict.fromkeys(news.kinds, now), self.well_since) if news.kinds else Told()
