"""Reconciliation: what Twilio has taken in is held against the inbox, and what no webhook brought is taken in now.

A webhook that fails is not sent again: all of Twilio's tries end within 15 s (DESIGN §5). So its list of inbound texts is
read at the start, after a webhook that we did not take, and every 30 s. And before the silence about an alarm is taken for
one, Twilio is asked what became of it: a receipt may have been lost on its way.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.clock import Clock
from bot.delivery import Keep, Listed, Listing, LookUp, Unlisted
from bot.people import Channel
from store import inbox, marks, receipts
from store.database import Database, StoreDown

log = structlog.get_logger(__name__)
EVERY = timedelta(seconds=30)
AGAIN_AFTER = timedelta(seconds=5)
"""When a list that failed is asked for again."""
LOOK = 5.0
"""Seconds between looks at whether it is time."""
OVERLAP = timedelta(minutes=10)
"""How far before the newest text known the list is read: texts may come into it later than their own time."""
MARK = "twilio inbound"
ASK_AHEAD = timedelta(seconds=20)
"""How long before a receipt is due it is asked for."""
ASKED_AT_ONCE = 20
BATCH = 100
"""Texts in one transaction: each by itself would wait for the disk, and for everybody else at the store, so many times."""


@dataclass(slots=True)
class Reconciler:
    """One per service. `note` writes into the journals; `wake` is told of texts, `caught_up` of every list taken in whole."""

    database: Database
    clock: Clock
    listing: Listing
    keep: Keep
    note: Callable[..., Awaitable[None]]
    caught_up: Callable[[], None]
    look_up: LookUp
    wake: Callable[[], None]
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    failing_since: datetime | None = None
    _asked: set[str] = field(default_factory=set)
    _turning: asyncio.Lock = field(default_factory=asyncio.Lock)
    _looked_at: datetime | None = None
    _next_at: datetime | None = None

    @property
    def healthy(self) -> bool:
        """The last list was read and taken in."""
        return self._looked_at is not None and self.failing_since is None

    async def wake_when_due(self) -> None:
        """For the heartbeat. A clock that was set back makes it due too, so that no step delays a list."""
        now = self.clock()
        if self._looked_at is None or self._next_at is None or not self._looked_at <= now < self._next_at:
            self.woken.set()

    async def turn(self) -> int:
        """Take in what is missing, oldest first; gives how many texts that was. Never raises for a list that fails."""
        async with self._turning:
            try:
                count = await self._catch_up()
            except (Unlisted, StoreDown) as error:
                await self._failed(error)
                return 0
            await self._worked(count)
            return count

    async def ask_for_receipts(self) -> int:
        """Ask what became of the alarms whose receipts are due; gives how many could be told. Never raises for one that fails.

        Each is asked about once: what Twilio does not know by then is silence.
        """
        async with self.database.transaction() as tx:
            due = await receipts.awaited(tx, self.clock() + ASK_AHEAD, ASKED_AT_ONCE)
        fresh = [provider_id for provider_id in due if provider_id not in self._asked]
        self._asked = self._asked.intersection(due).union(fresh)
        return sum(await asyncio.gather(*(self._ask(provider_id) for provider_id in fresh)))

    async def _ask(self, provider_id: str) -> bool:
        try:
            found = await self.look_up(provider_id)
            return found is not None and await self.keep(Channel.SMS, found.external_id, found.raw)
        except (Unlisted, StoreDown) as error:
            log.warning("a receipt could not be asked for", error=type(error).__name__, why=str(error))
            return False

    async def _catch_up(self) -> int:
        mark = await self._mark()
        listed = await self.listing(mark - OVERLAP)
        read_at = self.clock()
        missing = await self._missing(listed)
        taken = await self._take([one for one in listed if one.external_id in missing], read_at)
        newest = max((one.sent_at for one in listed), default=mark)
        if newest > mark:
            async with self.database.transaction() as tx:
                await marks.put(tx, MARK, newest)
        return taken

    async def _take(self, texts: Sequence[Listed], read_at: datetime) -> int:
        """Keep them in order; when the store fails half way, the rest comes with the next list. Gives how many were new.

        All came in when the list was read, by which each has its age: a text that the store took later would pass for younger,
        and for a later word than what was said after it.
        """
        count = 0
        for first in range(0, len(texts), BATCH):
            async with self.database.transaction() as tx:
                for one in texts[first : first + BATCH]:
                    count += await inbox.keep(tx, Channel.SMS, one.external_id, one.raw, read_at)
            self.wake()
        return count

    async def _mark(self) -> datetime:
        """The time of the newest text known, by Twilio's clock; on a new store now, because older texts are nobody's."""
        async with self.database.transaction() as tx:
            mark = await marks.find(tx, MARK)
            if mark is None:
                mark = self.clock()
                await marks.put(tx, MARK, mark)
        return mark

    async def _missing(self, listed: Sequence[Listed]) -> set[str]:
        if not listed:
            return set()
        async with self.database.transaction() as tx:
            return await inbox.missing(tx, Channel.SMS, [one.external_id for one in listed])

    async def _worked(self, count: int) -> None:
        self._plan(EVERY)
        if count:
            log.warning("texts that no webhook brought were taken in", count=count)
        if self.failing_since is not None:
            log.info("Twilio's list is read again")
            since, self.failing_since = self.failing_since, None
            await self._note("list works again", since=since, taken_in=count)
        self.caught_up()

    async def _failed(self, error: Exception) -> None:
        self._plan(AGAIN_AFTER)
        log.warning("Twilio's list not taken in", error=type(error).__name__, why=str(error))
        if self.failing_since is None:
            self.failing_since = self.clock()
            await self._note("list failed", error=str(error))

    def _plan(self, length: timedelta) -> None:
        self._looked_at = self.clock()
        self._next_at = self._looked_at + length

    async def _note(self, kind: str, **body: object) -> None:
        with suppress(StoreDown):
            await self.note(kind, provider="twilio", **body)
