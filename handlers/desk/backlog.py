"""What has waited at the doors while nobody was in: read before anything fires that came due meanwhile."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.people import Channel
from store import marks
from store.database import Transaction
from store.inbox import Kept

PATIENCE = timedelta(seconds=30)
"""How long a start waits for its doors at most: then what is overdue fires, read or not (DESIGN §7, I3)."""
NO_TIME, TOO_CLOSE = timedelta(0), timedelta(seconds=2)
BEGAN, STARTED = "backlog began", "backlog started"
ONE_SPELL = 2 * PATIENCE
"""Starts that follow each other within this share one wait: a process that dies again and again would else never be done."""


@dataclass(slots=True)
class Backlog:
    """The doors that have not yet handed over all that waited when we `began`. Without a beginning nothing waits.

    `noted`: the store knows of it, for a start that may follow before it is over.
    """

    began: datetime | None = None
    doors: set[str] = field(default_factory=set)
    noted: bool = False

    @classmethod
    async def note(cls, tx: Transaction, now: datetime) -> "Backlog":
        """At a start: its doors are waited for no longer than is left of what an earlier start has begun to wait."""
        started, began = await marks.find(tx, STARTED), await marks.find(tx, BEGAN)
        if started is None or began is None or not NO_TIME <= now - started < ONE_SPELL:
            began = now
        await marks.put(tx, BEGAN, began)
        await marks.put(tx, STARTED, now)
        return cls(began, noted=True)

    async def settle(self, tx: Transaction) -> None:
        """Once every door has handed over what waited, the next start waits anew."""
        if self.noted and not self.doors:
            await marks.drop(tx, [BEGAN, STARTED])
            self.noted = False

    def until(self, now: datetime) -> datetime | None:
        """Until when what is overdue is held back; None when it is not. A clock that is set back holds nothing back."""
        if self.began is None or not self.doors:
            return None
        end = self.began + PATIENCE
        return end if self.began <= now < end else None


def in_order(rows: Sequence[Kept], age_of: Callable[[Kept], timedelta]) -> list[Kept]:
    """What waited at several doors is read as the one conversation that it was.

    Telegram numbers what it hands over, so that no age puts one of its texts before another. Twilio does not, and an age is
    in whole seconds: of two texts that are so close, the one handed over first is first.
    """
    numbered = iter(sorted((row for row in rows if _number(row) is not None), key=lambda row: _number(row) or 0))
    handed_over = [row if _number(row) is None else next(numbered) for row in rows]
    said: dict[int, datetime] = {}
    last: dict[tuple[Channel, bool], datetime] = {}
    for row in handed_over:
        age = age_of(row)
        at = row.received_at - age
        # The last that had waited, and the last of all: texts that had not waited may have come between.
        before = [one for had_waited in (True, False) if (one := last.get((row.channel, had_waited)))]
        if _number(row) is None:
            before = [one for one in before if age and one - at < TOO_CLOSE]
        said[row.id] = last[row.channel, bool(age)] = last[row.channel, False] = max([at, *before])
    return sorted(handed_over, key=lambda row: said[row.id])


def _number(row: Kept) -> int | None:
    """Telegram's own number of an update; None where there is none."""
    return int(row.external_id) if row.channel is Channel.TELEGRAM and row.external_id.isdecimal() else None
