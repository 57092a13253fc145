"""The service: the rooms put together, started, kept going and stopped. It decides nothing.

It knows all the other rooms of `handlers/`; `handlers/commands/` builds it from the settings, and the tests build the very
same one around servers that speak Telegram's and Twilio's protocols.
"""

import asyncio
import gc
import os
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog

from bot import talk, words
from bot.checkup import Sign
from bot.clock import Clock, GuardedClock, SteppedClock
from bot.delivery import Carrier
from bot.held import Holder, Obstacle
from bot.people import Channel
from bot.school import School
from handlers.clockwatch import ClockWatch, boot_id
from handlers.delivery import Delivery
from handlers.desk import Desk, Habits
from handlers.desk.desk import Parse
from handlers.desk.topics import TOPICS
from handlers.draws import draw_code, draw_hold, draw_seed, draw_token
from handlers.guard import Guard
from handlers.heartbeat import Heartbeat
from handlers.held import Backstop
from handlers.reconcile import LOOK, Reconciler
from handlers.spooling import EVERY, SpoolingDoor
from store import leases, people, pulse, schools
from store.database import Database, LostHold
from store.schema import migrate

log = structlog.get_logger(__name__)
BEAT = 0.5
"""Seconds between passes: a passed deadline has its consequence within 2 s (invariant I3)."""

AHEAD = timedelta(milliseconds=200)
"""An answer is taken in hand this long ahead, and so leaves at its time to the millisecond (bench/timing.py)."""
CHORES = 60.0
"""Seconds between looks at what is due once a day or once a term."""
PULSE = 5.0
"""Seconds between notes, for the auditor, that a pass of the desk has ended."""


def end_process() -> None:
    """Leave at once, without a tidy end that could stand still too: the supervisor starts a new process."""
    sys.stderr.flush()
    os._exit(70)


def _nobody(*_: object) -> None:
    """Nobody wants to know."""


@dataclass(slots=True)
class Doors:
    """What this service is attached to: how to read each channel, how to send on it, and the loops that listen."""

    parsers: Mapping[Channel, Parse]
    carriers: Mapping[Channel, Carrier]
    openers: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    listeners: list[Callable[[asyncio.Event], Awaitable[None]]] = field(default_factory=list)
    closers: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    holder: Holder | None = None
    obstacle: Obstacle | None = None
    """Why nobody holds texts for us, where somebody should."""
    reconciler: Reconciler | None = None
    heard: Callable[[list[tuple[str, str]]], None] = _nobody
    """Told of each of Twilio's receipts."""
    spare: set[Channel] = field(default_factory=set)
    """The channels that have a second sender."""
    spooling: SpoolingDoor | None = None


def _habits(by_id: Mapping[int, School], doors: Doors, ailing: set[Channel], *, holds: bool) -> Habits:
    return Habits(
        by_id,
        frozenset(doors.carriers),
        draw_code,
        draw_seed,
        draw_hold if holds else timedelta,
        TOPICS,
        ailing,
        frozenset(doors.spare),
    )


@dataclass(slots=True)
class Service:
    """One running Doorstep."""

    database: Database
    clock: Clock
    desk: Desk
    delivery: Delivery
    backstop: Backstop
    guard: Guard
    doors: Doors
    clockwatch: ClockWatch | None = None
    _turning: asyncio.Lock = field(default_factory=asyncio.Lock)
    examine: Callable[[], Awaitable[Sequence[Sign]]] | None = None
    """The doctor, for the look before the first visit of the day; `administrator` is whom the offices are to ask."""
    administrator: str = ""
    _passed: bool = False
    """Whether a pass of the desk has ended since the last pulse."""

    @classmethod
    async def open(
        cls,
        database: Database,
        clock: Clock,
        schools_by_key: Mapping[str, School],
        doors: Doors,
        *,
        holds: bool = False,
    ) -> "Service":
        """Take the store for this process alone, bring its tables up to date, and attach the rooms.

        Raises StoreInUse when another process acts on the store, SchemaAhead when the store is newer than this version,
        KeyFault when the key is not the one it was sealed with.
        """
        await database.hold_alone()
        await migrate(database)
        async with database.transaction() as tx:
            await people.check_key(tx)
            by_id = await schools.sync(tx, schools_by_key)
        for school in by_id.values():
            # The lexicon is put together once, now, and not while somebody's first text waits for its answer.
            words.read("arrived", now=clock(), zone=school.zone, language=school.language)
            talk.leaves("arrived", school.language)
        desk_woken, delivery_woken = asyncio.Event(), asyncio.Event()
        ailing: set[Channel] = set()
        habits = _habits(by_id, doors, ailing, holds=holds)
        watch = None
        if isinstance(clock, GuardedClock):
            watch = ClockWatch(database, clock, habits, boot_id(), delivery_woken.set)
            await watch.begin()
        desk = Desk(database, clock, habits, doors.parsers, delivery_woken.set, desk_woken)
        delivery = Delivery(database, clock, doors.carriers, draw_token, desk_woken.set, delivery_woken)
        delivery.ailing, delivery.ahead = ailing, AHEAD if holds else timedelta(0)
        await desk.adopt()
        await delivery.begin()
        backstop = Backstop(database, clock, habits, doors.holder, doors.obstacle, delivery_woken.set)
        await backstop.begin()
        guard = Guard(database, clock, habits, delivery.ways, delivery.without_store, delivery_woken.set)
        await guard.begin()
        for start in doors.openers:
            await start()
        return cls(database, clock, desk, delivery, backstop, guard, doors, watch)

    async def settle(self) -> None:
        """Work until there is nothing left to do at this instant."""
        async with self._turning:
            while sum([await work() for work in self._all_work()]):
                pass
        self._passed = True

    def _all_work(self) -> list[Callable[[], Awaitable[int]]]:
        return [
            self.desk.turn,
            self.delivery.turn,
            self.delivery.settle,
            self.backstop.turn,
            self.backstop.settle,
            self.guard.turn,
            self.desk.rehearse,
            *([self.clockwatch.turn] if self.clockwatch else []),
        ]

    async def advance(self, clock: SteppedClock, length: timedelta) -> datetime:
        """Live through `length` of a stepped clock: every deadline on the way has its consequence at its own instant."""
        begun, target = clock(), clock() + length
        await self.settle()
        while (coming := await self.next_instant()) is not None and coming <= target:
            clock.move_to(max(coming, clock()))
            await self.settle()
        clock.move_to(target)
        await self.settle()
        await self.note_pulse(begun)  # beats count seconds of the machine: to them the time that was stepped is a gap
        return clock()

    async def next_instant(self) -> datetime | None:
        """When the next thing will happen by itself: a deadline, or a notice that is to be tried again."""
        deadline = await self.desk.next_deadline()
        async with self.database.transaction() as tx:
            owed = await leases.next_due(tx)
        held = await self.backstop.next_instant()
        looked = self.guard.next_instant()
        return min((instant for instant in (deadline, owed, held, looked) if instant), default=None)

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until told to stop, or until the hold on the store is lost (raises LostHold)."""
        lost = asyncio.Event()
        heart = Heartbeat(time.monotonic, end_process)
        heart.every(BEAT, "desk", self._desk_pass)
        heart.every(BEAT, "delivery", self._delivery_pass)
        heart.every(BEAT * 4, "hold", lambda: self._check_hold(lost))
        heart.every(BEAT * 2, "held", self.backstop.turn)
        heart.every(BEAT * 2, "guard", self.guard.turn)
        heart.every(BEAT * 2, "drills", self.desk.rehearse)
        heart.every(BEAT * 10, "sender", self.delivery.gets_on)
        heart.every(CHORES, "chores", self.desk.chores)
        heart.every(CHORES, "morning", self.morning)
        heart.every(PULSE, "pulse", partial(self.note_pulse, self.clock()))
        if spooling := self.doors.spooling:
            heart.every(EVERY, "spool", spooling.read_in)
            spooling.progress = lambda: heart.alive("spool")
        if reconciler := self.doors.reconciler:
            heart.every(LOOK, "reconcile", reconciler.wake_when_due)
            heart.every(LOOK, "receipts", reconciler.ask_for_receipts)
            reconciler.woken.set()
        self.desk.progress = lambda: heart.alive("desk")
        heart.start()
        if self.clockwatch:
            self.clockwatch.rearm = heart.rearm
        watching = threading.Event()
        threading.Thread(target=_watch, args=(heart, watching), daemon=True).start()
        tasks = [
            asyncio.create_task(self._on(self.desk.woken, self._desk_pass, stop)),
            asyncio.create_task(self._on(self.delivery.woken, self._delivery_pass, stop)),
            *([asyncio.create_task(self._on(r.woken, r.turn, stop))] if (r := self.doors.reconciler) else []),
            *(asyncio.ensure_future(listen(stop)) for listen in self._listeners()),
        ]
        # What waits from before is dealt with now; the first beats come half a second later.
        self.desk.woken.set()
        self.delivery.woken.set()
        try:
            await _first(stop, lost, tasks)
        finally:
            watching.set()
            heart.stop()
            stop.set()
            for task in tasks:
                task.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.gather(*tasks, return_exceptions=True)
        if lost.is_set():
            raise LostHold("the hold on the store was lost: this process stops acting")

    def _listeners(self) -> list[Callable[[asyncio.Event], Awaitable[None]]]:
        return [*self.doors.listeners, *([self.clockwatch.run] if self.clockwatch else [])]

    async def warm_up(self) -> None:
        """What is made at first use is made now, and then left alone by the collector, whose long passes would be felt."""
        try:
            await self.desk.warm_up()
        except Exception as error:
            log.warning("not warmed up: the first answers will be slower", error=type(error).__name__)
        gc.collect()
        gc.freeze()

    async def _desk_pass(self) -> None:
        async with self._turning:
            await self.desk.turn()
        self._passed = True

    async def note_pulse(self, since: datetime) -> None:
        """For the auditor: this process runs since then, and a pass has ended since the last note. Else nothing."""
        if self._passed:
            self._passed = False
            async with self.database.transaction() as tx:
                await pulse.beat(tx, self.clock(), since)

    async def morning(self) -> None:
        """Once a day, before the first visit: look at everything, and tell each school's office what is red."""
        due = await self.desk.unexamined() if self.examine else []
        if self.examine and due:
            await self.desk.examined(due, await self.examine(), self.administrator)

    async def look_over(self, examine: Callable[[], Awaitable[Sequence[Sign]]]) -> Sequence[Sign]:
        """The look at a start. Where the day's own has been, the offices hear what has turned red since."""
        signs = await examine()
        await self.desk.examined(self.desk.habits.schools, signs, self.administrator, at_start=True)
        return signs

    async def _delivery_pass(self) -> None:
        # What waits for a free hand, or behind another for the same phone, is taken as soon as one has landed.
        await self.delivery.turn()

    async def _check_hold(self, lost: asyncio.Event) -> None:
        if not await self.database.still_alone():
            lost.set()

    async def _on(self, woken: asyncio.Event, work: Callable[[], Awaitable[object]], stop: asyncio.Event) -> None:
        while not stop.is_set():
            await woken.wait()
            woken.clear()
            try:
                await work()
            except Exception as error:
                # The heartbeat does this work again within half a second.
                log.exception("pass failed", error=type(error).__name__)

    async def close(self) -> None:
        """Finish what is under way and let go of everything."""
        self.delivery.resting = True
        async with self._turning:
            await self.delivery.settle()
            await self.backstop.settle()
        for close in self.doors.closers:
            await close()
        await self.database.close()


def _watch(heart: Heartbeat, stopped: threading.Event) -> None:
    """From a thread of its own, because a loop that stands still cannot notice itself."""
    while not stopped.wait(1.0):
        heart.watch()


async def _first(stop: asyncio.Event, lost: asyncio.Event, tasks: Sequence["asyncio.Future[Any]"]) -> None:
    """Until told to stop, the hold is lost, or a part has ended that never should (its exception is raised)."""
    waits: list[asyncio.Future[Any]] = [asyncio.create_task(stop.wait()), asyncio.create_task(lost.wait())]
    try:
        done, _ = await asyncio.wait([*waits, *tasks], return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            if task in done:
                task.result()
    finally:
        for wait in waits:
            wait.cancel()
