"""The watch over the clock: a wall clock that is set, and a machine that has slept, are noticed within seconds and told.

Nothing is late by either: our time goes on by itself (`bot/clock.py`), and the heartbeat, whose library goes by the wall
clock, is armed anew. Once nobody is out we take the wall clock as it is.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from bot import notices
from bot.clock import STEP, GuardedClock, Reading
from bot.held import EARLY
from bot.people import Role
from handlers.desk.case import Case, Habits
from store import clock as marks
from store import told, underway
from store.clock import Mark
from store.database import Database

log = structlog.get_logger(__name__)
LOOK = 1.0
"""Seconds between looks, by a clock that cannot be set."""
NOTED_EVERY = timedelta(minutes=1)
QUIET_EVERY = timedelta(seconds=10)
"""How often it is looked whether the wall clock can be taken; nothing is late meanwhile."""
TOLD_EVERY = timedelta(minutes=10)
"""A clock that two programs fight over is told of so often, not at each step."""
BELIEVED = timedelta(days=1)
"""A store that is further ahead of the wall clock than this was written by a clock that was wrong itself."""
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def boot_id(file: Path = BOOT_ID) -> str:
    """Which start of the machine this is; "" where the machine does not say."""
    try:
        return file.read_text(encoding="ascii").strip()
    except OSError:
        return ""


async def pause(stop: asyncio.Event) -> None:
    """Until the next look, or until told to stop."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), LOOK)


def _nothing() -> None:
    """No heartbeat beats."""


@dataclass(slots=True)
class ClockWatch:
    """Looks at the clock every second. `rearm` has the heartbeat count from now."""

    database: Database
    clock: GuardedClock
    habits: Habits
    boot: str
    wake: Callable[[], None]
    rearm: Callable[[], None] = _nothing
    _seen: Reading | None = None
    _noted: Mark | None = None
    _asked: datetime | None = None
    """When it was last looked whether anybody is out."""

    async def begin(self) -> None:
        """At the start: go on from where the last process was, unless nobody is out and the wall clock can be taken."""
        self._seen = self.clock.reading()
        async with self.database.transaction() as tx:
            last = await marks.last(tx)
            quiet = await underway.is_quiet(tx, self._seen.wall + EARLY)
        if last is None:
            return
        reboot = not self.boot or last.boot != self.boot
        behind = last.seen_at - self._seen.wall
        origin = last.seen_at - timedelta(seconds=self._seen.boot) if reboot else last.origin
        if quiet or origin - (self._seen.wall - timedelta(seconds=self._seen.boot)) > BELIEVED:
            return
        self.clock.not_before(origin)
        if behind > STEP:
            await self._tell("office_clock_back", timedelta(0) - behind)

    async def run(self, stop: asyncio.Event) -> None:
        """Look until told to stop. By asyncio's own clock: the heartbeat's can be set."""
        while not stop.is_set():
            try:
                await self.turn()
            except Exception as error:
                log.exception("clock not looked at", error=type(error).__name__)
            await pause(stop)

    async def turn(self) -> int:
        """One look. Gives how much there was to tell."""
        before, now = self._seen, self.clock.reading()
        self._seen = now
        stepped = now.stepped_since(before) if before else timedelta(0)
        slept = now.slept_since(before) if before else timedelta(0)
        if abs(stepped) > timedelta(seconds=LOOK / 2):
            self.rearm()
        count = 0
        if abs(stepped) > STEP:
            count += await self._tell(
                "office_clock_back" if stepped < timedelta(0) else "office_clock_forward", stepped
            )
        if slept > STEP:
            count += await self._tell("office_slept", slept, only_where_out=True)
        await self._adopt_or_note()
        return count

    async def _adopt_or_note(self) -> None:
        """Take the wall clock once nothing is counted by ours; note what the next process has to know."""
        if self.clock.ahead > STEP and (self._asked is None or self.clock() >= self._asked + QUIET_EVERY):
            self._asked = self.clock()
            await self._adopt_if_quiet()
        noted = self._noted
        due = noted is None or self.clock() >= noted.seen_at + NOTED_EVERY
        if noted and not due and abs(self.clock.origin - noted.origin) < STEP:
            return
        mark = Mark(self.boot, self.clock.origin, self.clock())
        async with self.database.transaction() as tx:
            await marks.note(tx, mark)
        self._noted = mark

    async def _adopt_if_quiet(self) -> None:
        """Our time may then go back to before the last note; the next look notes that at once, as another origin."""
        ahead = self.clock.ahead
        async with self.database.transaction() as tx:
            if await underway.is_quiet(tx, self._wall() + EARLY):
                self.clock.adopt()  # in the transaction: no writer comes between look and deed on SQLite, and few on PostgreSQL
                self._asked = None
                log.warning("nobody is out: the wall clock is taken as it is", seconds=ahead.total_seconds())

    def _wall(self) -> datetime:
        return self.clock.reading().wall

    async def _tell(self, notice: str, by: timedelta, *, only_where_out: bool = False) -> int:
        """Tell the offices, and the journals. How much it was is written in minutes and seconds."""
        log.critical("the clock has been set, or the machine has slept", notice=notice, seconds=by.total_seconds())
        count = 0
        async with self.database.transaction() as tx:
            case = Case(tx, self.clock(), self.habits)
            out = await underway.schools(tx, case.now + EARLY)
            for school_id in self.habits.schools:
                await case.note(school_id, "clock", what=notice, seconds=round(by.total_seconds()))
                due = school_id in out or not only_where_out
                if due and await told.is_due(tx, school_id, notice, case.now - TOLD_EVERY, case.now):
                    await case.tell(school_id, [Role.OFFICE], notice, length=notices.length(by))
                    count += 1
        self.wake()
        return count
