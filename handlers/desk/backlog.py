"""What has waited at the doors while nobody was in: read before anything fires that came due meanwhile."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.people import Channel
from store.inbox import Kept

PATIENCE = timedelta(seconds=30)
"""How long a start waits for its doors at most: then what is overdue fires, read or not (DESIGN §7, I3)."""
NO_TIME, TOO_CLOSE = timedelta(0), timedelta(seconds=2)


@dataclass(slots=True)
class Backlog:
    """The doors that have not yet handed over all that waited when we `began`. Without a beginning nothing waits."""

    began: datetime | None = None
    doors: set[str] = field(default_factory=set)

    def until(self, now: datetime) -> datetime | None:
        """Until when what is overdue is held back; None when it is not. A clock that is set back holds nothing back."""
        if self.began is None or not self.doors:
            return None
        end = self.began + PATIENCE
        return end if self.began <= now < end else None


def in_order(rows: Sequence[Kept], age_of: Callable[[Kept], timedelta]) -> list[Kept]:
    """What waited at several doors is read as the one conversation that it was.

    An age is in whole seconds: of two texts that waited at one door, and are so close, the one handed over first is first.
    """
    newest: dict[Channel, datetime] = {}
    said: list[datetime] = []
    for row in rows:
        age = age_of(row)
        at = row.received_at - age
        if age and NO_TIME < newest.get(row.channel, at) - at < TOO_CLOSE:
            at = newest[row.channel]
        if age:
            newest[row.channel] = at
        said.append(at)
    return [rows[number] for number in sorted(range(len(rows)), key=said.__getitem__)]
