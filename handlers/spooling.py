"""Twilio's way in when the store cannot keep: onto the disk beside it, and into the store as soon as that is up again.

Telegram needs none: what we do not acknowledge waits there for a day. Twilio waits for some seconds.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from bot.clock import Clock
from bot.delivery import Keep
from bot.people import Channel
from store import inbox
from store.database import Database, StoreDown
from store.spool import Spool, Spooled

log = structlog.get_logger(__name__)
PATIENCE = 2.5
"""Seconds that the store may take before the spool is taken instead: Twilio gives an answer four (`#rt=4000`)."""
EVERY = 1.0
"""Seconds between looks at whether there is something to be read in."""
RECEIPTS_AT_ONCE = 4
"""Receipts that wait for the store at once: after an outage they come in hundreds, and texts and beats wait behind them."""
BATCH = 100
"""Lines in one transaction: each by itself would wait for the disk, and for everybody else at the store, so many times."""


def _nothing() -> None:
    """Nobody watches how it gets on."""


@dataclass(slots=True)
class SpoolingDoor:
    """Keeps in the store by `keep`, or else in the spool. `wake` tells the desk of what was read in."""

    database: Database
    clock: Clock
    spool: Spool
    store_keep: Keep
    wake: Callable[[], None]
    patience: float = PATIENCE
    progress: Callable[[], None] = _nothing
    """Told of each batch: a long spool that is read in is no standstill."""
    _late: set["asyncio.Task[bool]"] = field(default_factory=set)
    _receipts: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(RECEIPTS_AT_ONCE))

    async def keep(self, channel: Channel, external_id: str, raw: bytes) -> bool:
        """Return once it is kept, here or there. Raises StoreDown when the disk takes it neither way."""
        received_at = self.clock()
        keeping = asyncio.ensure_future(self._in_store(channel, external_id, raw))
        # Not cancelled when it takes too long: the store may have begun to write. Kept twice, it counts once.
        self._late.add(keeping)
        keeping.add_done_callback(self._done)
        done, _ = await asyncio.wait([keeping], timeout=self.patience)
        if done and keeping.exception() is None:
            return keeping.result()
        await self.spool.put(Spooled(channel, external_id, raw, received_at))
        log.error("the store does not keep: spooled", why=type(keeping.exception()).__name__ if done else "too slow")
        return True

    async def _in_store(self, channel: Channel, external_id: str, raw: bytes) -> bool:
        """A text stands in line at once, a receipt behind the few that already do."""
        if not inbox.names_a_receipt(external_id):
            return await self.store_keep(channel, external_id, raw)
        async with self._receipts:
            return await self.store_keep(channel, external_id, raw)

    def _done(self, keeping: "asyncio.Task[bool]") -> None:
        self._late.discard(keeping)
        if not keeping.cancelled():
            keeping.exception()  # looked at, so that nobody complains that it was not

    async def read_in(self) -> int:
        """Take what is spooled into the store, if the store is up; gives how many that was."""
        if not self.spool.waiting:
            return 0
        try:
            spooled, length = await self.spool.read()
            for first in range(0, len(spooled), BATCH):
                async with self.database.transaction() as tx:
                    for one in spooled[first : first + BATCH]:
                        await inbox.keep(tx, one.channel, one.external_id, one.raw, one.received_at)
                self.progress()
            await self.spool.clear(length)
        except StoreDown as error:
            log.warning("the spool waits", why=str(error))
            return 0
        log.warning("the store is up: what was spooled is read in", count=len(spooled))
        self.wake()
        return len(spooled)

    async def close(self) -> None:
        """Give up what the store has still not taken: it is in the spool."""
        for keeping in self._late:
            keeping.cancel()
        await asyncio.gather(*self._late, return_exceptions=True)
