"""What befalls the machine as a whole: its clock, its sleep, its store put back to yesterday's, its insides at a standstill.

After some of them it cannot be known from outside what is right of a visitor: an hour that nobody lived, or texts that were
read once and are forgotten. Then the town is `in_doubt`: what is promised whatever happens is still looked at (an open visit
is guarded, what is due has its consequence, alarms get out), and whether an alarm was called for is not.
"""

import asyncio
from typing import TYPE_CHECKING

from store import backup
from tests.simulation.plan import Fault
from tests.simulation.record import put_in_place

if TYPE_CHECKING:
    from tests.simulation.town import Town

ENDS_ITSELF = 14.0
"""Seconds in which a process that stands still has ended: ten, its longest beat's interval, and one to notice."""
STEP = 0.001
SOON = 5.0


def clock_back(town: "Town", fault: Fault) -> None:
    """Set back by `detail` s, and put right again: after `lasts`, or as soon as nobody is out (then it would be believed)."""

    def sets() -> None:
        if any(place.state != "planned" for place in town.books.places()):
            town.clocks.sets(-fault.detail)
            town.note(f"the clock is set back by {fault.detail:.0f} s")

    town.at(fault.at, sets)
    town.at(fault.at + fault.lasts, lambda: mends_the_clock(town))


def mends_the_clock(town: "Town") -> None:
    if town.clocks.offset:
        town.clocks.sets(0.0)
        town.note("the clock is put right")


def clock_forward(town: "Town", fault: Fault) -> None:
    """Set forward by `detail` s: what is due by it is asked about at once, because doubt fires early."""

    def sets() -> None:
        town.in_doubt()
        now = town.loop.time()
        town.able.broken.append((now, now + STEP))
        town.clocks.sets(fault.detail)
        town.note(f"the clock is set forward by {fault.detail:.0f} s")

    town.at(fault.at, sets)
    town.at(fault.at + fault.lasts, lambda: mends_the_clock(town))


def suspended(town: "Town", fault: Fault) -> None:
    """The machine sleeps: time passes, and nothing of it is done until it wakes."""

    def sleeps() -> None:
        now = town.loop.time()
        town.note(f"the machine sleeps for {fault.lasts:.0f} s")
        town.able.broken.append((now, now + fault.lasts))
        town.clocks.sleeps(fault.lasts)
        town.loop.passes(fault.lasts)

    town.at(fault.at, sleeps)


def wedged(town: "Town", fault: Fault) -> None:
    """Something in the process takes the one writer of the store and never lets go: it is to end itself."""

    def takes() -> None:
        attached, heart = town.machine.attached, town.machine.heart
        writer = attached.service.database._writer if attached else None
        if writer is None or heart is None:
            return
        now = town.loop.time()
        town.note("something holds the store for ever")
        town.able.broken.append((now, now + ENDS_ITSELF))
        town.machine.in_life(lambda: town.loop.create_task(_holds_for_ever(writer)))
        for name in ("desk", "delivery"):
            town.after(STEP, lambda name=name: heart.scheduler.asks(name, town.loop.time()))  # type: ignore[misc]

    town.at(fault.at, takes)


async def _holds_for_ever(lock: asyncio.Lock) -> None:
    async with lock:
        await asyncio.get_running_loop().create_future()


def yesterdays_backup(town: "Town", fault: Fault) -> None:
    """The machine dies, and the store that is put in its place is as old as `detail` s."""
    copy = town.path.with_name("yesterday.db")

    def copies() -> None:
        copy.unlink(missing_ok=True)
        backup.copy(town.path, copy)

    def dies() -> None:
        town.machine.dies("with its disk", fault.lasts)
        town.after(STEP, restores)

    def restores() -> None:
        town.in_doubt()
        town.books.close()
        put_in_place(town.path, copy)
        town.spool.unlink(missing_ok=True)
        town.reckoning.forgets()
        town.restored = True
        town.note(f"the store is as it was {fault.detail:.0f} s ago")

    town.at(max(SOON, fault.at - fault.detail), copies)
    town.at(max(SOON + 1, fault.at), dies)
