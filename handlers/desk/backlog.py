"""What has waited at the doors while nobody was in: read before anything fires that came due meanwhile."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

PATIENCE = timedelta(seconds=30)
"""How long a start waits for its doors at most: then what is overdue fires, read or not (DESIGN §7, I3)."""


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
