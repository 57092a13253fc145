"""Rows that could not be dealt with: each waits a little before it is tried again, so that none stands before the others.

A deadline that fails again and again is an alarm that may be missed, so it does not stay a line in a log: the office is told.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

PAUSES = tuple(timedelta(seconds=seconds) for seconds in (1, 2, 5, 15, 60))
TELL_AT = 3
"""So many failures in a row, within some three seconds, are told."""


@dataclass(slots=True)
class Sores:
    """By what it is and its number: how often a row has failed in a row, and when it is tried again."""

    _rows: dict[tuple[str, int], tuple[int, datetime]] = field(default_factory=dict)

    def failed(self, what: str, number: int, now: datetime) -> bool:
        """Once more; True when it is to be told now."""
        count = self._rows.get((what, number), (0, now))[0] + 1
        self._rows[what, number] = count, now + PAUSES[min(count, len(PAUSES)) - 1]
        return count == TELL_AT

    def healed(self, what: str, number: int) -> None:
        self._rows.pop((what, number), None)

    def resting(self, what: str, now: datetime) -> list[int]:
        """The rows of this sort that are not to be tried yet."""
        return [number for (kind, number), (_, until) in self._rows.items() if kind == what and until > now]

    def next_try(self, now: datetime) -> datetime | None:
        """When the next of those that rest is tried again."""
        return min((until for _, until in self._rows.values() if until > now), default=None)
