"""The desk: takes what came in and what has come due, lets the judge decide, and records it. The one writer of visits."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog

from bot.alarm import Kind
from bot.checkup import Sign
from bot.clock import Clock
from bot.events import Incoming, Sort
from bot.people import Channel, Role
from bot.visit import Place
from handlers.desk import (
    alarms,
    arrivals,
    authorising,
    briefing,
    drills,
    morning,
    places,
    restored,
    strange,
    talks,
    troubles,
)
from handlers.desk.arrivals import ReceiptEarly
from handlers.desk.backlog import NO_TIME, Backlog, in_order
from handlers.desk.case import Case, Habits
from handlers.desk.chores import CHORES
from handlers.desk.due import BATCH, Due, Task, due, next_due, of_notices
from handlers.desk.sores import Sores
from store import alarms as alarm_store
from store import briefings, glance, inbox, outbox, receipts, requests, visits
from store import drills as drill_store
from store import restored as restored_store
from store import talks as talk_store
from store.database import Database, Stale, StoreDown, Transaction
from store.inbox import Kept
from store.outbox import Troubled
from store.restored import Brought

log = structlog.get_logger(__name__)
ROUNDS = 9
"""Batches of texts beyond the first before deadlines have their turn, however many more there are."""
MOST_TRIES = 5
RECEIPT_TRIES = 200

Parse = Callable[[bytes], list[Incoming]]


class _TakenBack(Exception):
    """Nothing of this transaction is to last."""


def _nothing() -> None:
    """Nobody is watching how the desk gets on."""


@dataclass(slots=True)
class Desk:
    """One of them acts on a store. `parsers` read the raw rows of each channel; `wake` tells delivery that it is owed work."""

    database: Database
    clock: Clock
    habits: Habits
    parsers: Mapping[Channel, Parse]
    wake: Callable[[], None]
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    backlog: Backlog = field(default_factory=Backlog)
    progress: Callable[[], None] = _nothing
    _sores: Sores = field(default_factory=Sores)
    _brought: Mapping[int, Brought] = field(default_factory=dict)
    """The schools that wait for the word of their office, where the store was brought back from a backup."""

    async def keep(self, channel: Channel, external_id: str, raw: bytes) -> bool:
        """A door's way in (law 4). Returns after the commit; raises StoreDown when nothing was kept."""
        came_at = self.clock()  # not when the store had time for it: its age was taken now
        async with self.database.transaction() as tx:
            fresh = await inbox.keep(tx, channel, external_id, raw, came_at)
        self.woken.set()
        return fresh

    def drained(self, door: str) -> None:
        """A door has handed over all that waited when we began."""
        self.backlog.doors.discard(door)
        self.woken.set()

    async def turn(self) -> int:
        """Deal with what is there: texts first, so that nothing is raised for what was sent in time; then what has come due.

        Of that the worst comes first: code words and dangers, then visitors (`visits.due`), then quiet alarms.
        Receipts come last and a few at a time: hundreds of them after an outage hold up no deadline (invariant I3).
        """
        if self._brought:
            await self._ask_what_is_real()
        async with self.database.transaction() as tx:
            await self.backlog.settle(tx)
            texts = await inbox.new_ones(tx, BATCH, receipts=False)
            found = None if texts else await self._due(tx)
        count = await self._texts(texts)
        if found is None:
            async with self.database.transaction() as tx:
                found = await self._due(tx)
        places_due = [Task(p.id, partial(self._place, school_id=s, place=p), p.visit_id, True) for s, p in found.places]
        on_alarm = partial(self._as_it_stands, by_id=alarm_store.by_id, work=alarms.deadline)
        alarms_due = [(a.is_duress, Task(a.id, partial(on_alarm, one=a), a.visit_id, True)) for a in found.alarms]
        done = await self._each("alarm", [task for is_duress, task in alarms_due if is_duress])
        done += await self._each("place", places_due)
        done += await self._each("alarm", [task for is_duress, task in alarms_due if not is_duress])
        for what, rows, by_id, work in (
            ("talk", found.talks, talk_store.by_id, talks.remind),
            ("request", found.requests, requests.by_id, authorising.due),
            ("briefing", found.briefings, briefings.by_id, briefing.due),
        ):
            do = partial(self._as_it_stands, by_id=by_id, work=work)
            done += await self._each(what, [Task(one.id, partial(do, one=one)) for one in rows])
        done += await self._all(found.receipts)
        if done or found.notices:
            done += await self._notices(found)
        if done:
            self.wake()  # a text and a receipt have said so themselves
        if found.is_full:
            self.woken.set()
        return count + done

    async def _notices(self, found: Due) -> int:
        """What did not get through, and what nothing more is heard of: after the receipts, which may tell of either."""
        async with self.database.transaction() as tx:
            now, rest = self.clock(), self._sores.resting
            if not (await glance.look(tx, now)).notices:
                return 0
            troubled = await outbox.troubled(tx, BATCH, rest("notice", now))
            silent = [] if found.hides_receipts else await receipts.silent(tx, now, BATCH, rest("receipt", now))
        count = await self._each("notice", of_notices(troubled, self._mend))
        return count + await self._each("receipt", of_notices(silent, self._unheard))

    async def _due(self, tx: Transaction) -> Due:
        now = self.clock()
        held = self.backlog.until(now) is not None
        waiting = await restored_store.waiting(tx, self._brought)
        return await due(tx, now, sorted(self.habits.schools), self._sores, held=held, waiting=waiting)

    async def _ask_what_is_real(self) -> None:
        """Where the office cannot be asked, everything is real: nothing stays held back for a fault of ours."""
        before = self._brought
        try:
            async with self.database.transaction() as tx:
                self._brought = await restored.look(self._case(tx))
        except StoreDown:
            raise
        except Exception as error:
            log.exception("not asked what is real, so all is", error=type(error).__name__)
            self._brought = {}
        if self._brought != before:
            self.wake()

    def _case(self, tx: Transaction) -> Case:
        return Case(tx, self.clock(), self.habits)

    async def _texts(self, rows: Sequence[Kept]) -> int:
        """Every text that is new, in order; rows that have to wait do not hold up those behind them."""
        count = await self._all(rows)
        for _ in range(ROUNDS):
            if len(rows) < BATCH:
                break
            async with self.database.transaction() as tx:
                rows = await inbox.new_ones(tx, BATCH, rows[-1].id, receipts=False)
            count += await self._all(rows)
        return count

    async def _all(self, rows: Sequence[Kept]) -> int:
        count = 0
        for row in in_order(rows, self._age) if len(rows) > 1 else rows:
            count += await self._take(row)
            self.progress()
        return count

    def _age(self, kept: Kept) -> timedelta:
        try:
            return max((one.age for one in self.parsers[kept.channel](kept.raw)), default=NO_TIME)
        except Exception:  # whatever is wrong with the row shows when its turn comes
            return NO_TIME

    async def _take(self, kept: Kept) -> int:
        """One row, one transaction. A row that cannot be dealt with is set aside, and never blocks those behind it."""
        try:
            async with self.database.transaction() as tx:
                case = self._case(tx)
                for incoming in self.parsers[kept.channel](kept.raw):
                    await arrivals.take(case, kept, incoming)
            self.wake()
            return 1
        except ReceiptEarly:
            async with self.database.transaction() as tx:
                await inbox.tried(tx, kept, RECEIPT_TRIES)
        except StoreDown:
            raise  # no fault of the row's: it is not counted against it
        except Exception as error:
            log.exception("inbox row failed", row=kept.id, error=type(error).__name__)
            async with self.database.transaction() as tx:
                if await inbox.tried(tx, kept, MOST_TRIES):
                    await self._tell_of_unreadable(tx, kept)
        return 0

    async def warm_up(self) -> None:
        """Live through one arrival and take it all back: the first text of the morning is answered as fast as any other."""
        with suppress(_TakenBack):
            async with self.database.transaction() as tx:
                case = self._case(tx)
                for school_id in self.habits.schools:
                    for person in (await case.people(school_id))[:1]:
                        incoming = Incoming(Channel.SMS, person.phone, Sort.TEXT, "arrived")
                        kept = Kept(0, Channel.SMS, "", b"", case.now, 0)
                        await arrivals.take(case, kept, incoming)
                        await alarms.raise_alarm(case, school_id, person.id, None, Kind.DANGER)
                await self._due(tx)
                raise _TakenBack

    async def chores(self) -> None:
        """What is due once a day, once a term, or when a visit has ended. One that fails keeps no other from being done."""
        for school_id in self.habits.schools if not self._brought else ():
            for chore in CHORES:
                try:
                    async with self.database.transaction() as tx:
                        done = await chore(self._case(tx), school_id)
                except StoreDown:
                    raise
                except Exception as error:
                    log.exception("chore failed", chore=chore.__qualname__, error=type(error).__name__)
                    continue
                if done:
                    self.wake()

    async def rehearse(self) -> int:
        """Begin the drills that are wanted, end those whose time is up. Gives how many that were."""
        async with self.database.reading() as tx:
            wanted = [one for one in await drill_store.schools_live(tx) if one in self.habits.schools]
        count = 0
        for school_id in wanted:
            async with self.database.transaction() as tx:
                count += await drills.turn(self._case(tx), school_id)
        if count:
            self.wake()
        return count

    async def unexamined(self) -> list[int]:
        """The schools for which the doctor has yet to look today."""
        async with self.database.reading() as tx:
            case = self._case(tx)
            return [school_id for school_id in self.habits.schools if await morning.is_due(case, school_id)]

    async def examined(
        self, school_ids: Iterable[int], signs: Sequence[Sign], administrator: str, *, at_start: bool = False
    ) -> None:
        """What the doctor saw: what is red is told to the offices."""
        for school_id in school_ids:
            async with self.database.transaction() as tx:
                await morning.tell(self._case(tx), school_id, signs, administrator, at_start=at_start)
        self.wake()

    async def tell_offices(self, notice: str, **values: Any) -> None:
        """A notice that is no alarm to every school's office."""
        async with self.database.transaction() as tx:
            for school_id in self.habits.schools:
                await self._case(tx).tell(school_id, [Role.OFFICE], notice, **values)
        self.wake()

    async def note(self, kind: str, **body: Any) -> None:
        """Something of concern to every school, into each journal."""
        async with self.database.transaction() as tx:
            for school_id in self.habits.schools:
                await self._case(tx).note(school_id, kind, **body)

    async def _tell_of_unreadable(self, tx: Transaction, kept: Kept) -> None:
        case = self._case(tx)
        for school_id in self.habits.schools:
            await case.tell(school_id, [Role.OFFICE], "office_unreadable", number=kept.id)

    async def _place(self, tx: Transaction, school_id: int, place: Place) -> None:
        fresh = await visits.place_by_id(tx, school_id, place.id or 0)
        if fresh is not None and school_id in self.habits.schools:
            await places.deadline(self._case(tx), school_id, fresh)

    async def _as_it_stands(
        self, tx: Transaction, one: Any, by_id: Callable[..., Any], work: Callable[..., Any]
    ) -> None:
        """Do it to the row as it is by now, where its school is still ours."""
        fresh = await by_id(tx, one.school_id, one.id or 0)
        if fresh is not None and one.school_id in self.habits.schools:
            await work(self._case(tx), fresh)

    async def _mend(self, tx: Transaction, row: Troubled) -> None:
        await troubles.mend(self._case(tx), row)

    async def _unheard(self, tx: Transaction, row: Troubled) -> None:
        await troubles.unheard(self._case(tx), row)

    async def _each(self, what: str, tasks: Sequence[Task]) -> int:
        """Each in a transaction of its own: one that fails is logged and tried again a little later, and blocks no other."""
        done = 0
        for number, work, visit_id, grave in tasks:
            self.progress()
            try:
                async with self.database.transaction() as tx:
                    await work(tx)
            except (StoreDown, Stale) as error:  # no fault of the row's
                log.warning("deadline not dealt with", what=what, row=number, error=type(error).__name__)
            except Exception as error:
                log.exception("deadline failed", what=what, row=number, error=type(error).__name__)
                if self._sores.failed(what, number or 0, self.clock()) and grave:
                    await self._tell_of_sore(visit_id)
            else:
                self._sores.healed(what, number or 0)
                done += 1
        return done

    async def _tell_of_sore(self, visit_id: int | None) -> None:
        """What cannot be dealt with is an alarm that may be missed: every office is told."""
        try:
            await self.tell_offices("office_sore", visit=visit_id or "-")
        except Exception as error:
            log.critical("a deadline fails, and nobody could be told", visit=visit_id, error=type(error).__name__)

    async def adopt(self) -> None:
        """At the start: what another version has left that this one does not know."""
        async with self.database.transaction() as tx:
            await strange.adopt(self._case(tx))
            self._brought = await restored.held(self._case(tx))

    async def next_deadline(self) -> datetime | None:
        """When the next deadline of any place or alarm comes, or the next reminder."""
        async with self.database.transaction() as tx:
            waiting = await restored_store.waiting(tx, self._brought)
            coming = await next_due(tx, self.clock(), sorted(self.habits.schools), self._sores, waiting)
        asks_at = restored.next_at(self._brought.values())
        coming = min((instant for instant in (coming, asks_at) if instant), default=None)
        held_until = self.backlog.until(self.clock())
        if coming is None or held_until is None:
            return coming
        return held_until if coming <= self.clock() else min(coming, held_until)
