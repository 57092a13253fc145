"""The guard of the guard: when a provider, a door or the store fails for a minute while somebody is out, people hear of it.

Office and visitors are told by a way that does not need what has failed, in those words, and told again when it is back;
each person once an outage, and once more where they have gone out or come home since and what may be known there is
another thing, whatever restarts between (`store/outages.py`). Visitors hear of what the doors show and of
what was to reach themselves, never of what only an alarm has found out: their phones know of no alarm (law 7). When it is
the store that has failed there is no outbox: then delivery is handed the words directly, from what was known of who is out.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog

from bot import notices
from bot.clock import Clock
from bot.delivery import Parcel
from bot.held import EARLY
from bot.outage import DOWN_AFTER, Part, Watched, Ways
from bot.people import OFFICE_FIRST, Channel, Person, Role
from handlers.desk.case import Case, Habits
from store import inbox, marks, outages, people, pulse, restored, told, underway
from store.database import Database, StoreDown
from store.outages import Knows, Outage

log = structlog.get_logger(__name__)
WRITES_EVERY = timedelta(seconds=10)
"""How often the store is tried for writing: a full disk can still be read."""
KNOWN_ANEW = timedelta(seconds=30)
"""How old what we know of the people may be when the store fails; who is out is known to the second."""
AGAIN_AFTER = timedelta(seconds=10)
WAYS = (Part.TELEGRAM, Part.SMS)
MARK = "guard"
STORE_DOWN = f"guard_down_{Part.STORE}"

Out = Sequence[tuple[int, int]]
"""Who is out, with their school before them."""
Sign = Callable[[], bool]
"""Whether something works, as far as is known now."""


class Reader(NamedTuple):
    """One person who is to hear of an outage, and in which words."""

    person: Person
    is_out: bool

    @property
    def knows(self) -> Knows:
        """What is written down once they have been told."""
        return Knows(self.person.id, self.is_out)

    def notice(self, what: str) -> str:
        return what if self.is_out else f"office_{what}"


@dataclass(slots=True)
class Guard:
    """Looks every second. `ways` are delivery's, and so is `without_store`, round the outbox: it gives whom it reached."""

    database: Database
    clock: Clock
    habits: Habits
    ways: Ways
    without_store: Callable[[Sequence[tuple[int, Parcel]]], Awaitable[set[int]]]
    wake: Callable[[], None]
    signs: list[tuple[Part, Sign]] = field(default_factory=list)
    _watched: dict[Part, Watched] = field(default_factory=lambda: {part: Watched() for part in Part})
    _at_the_doors: dict[Part, Watched] = field(default_factory=lambda: {part: Watched() for part in WAYS})
    _seen: dict[tuple[Part, int], Watched] = field(default_factory=dict)
    """What is not well as far as one who is out may know."""
    _told: dict[Part, Outage] = field(default_factory=dict)
    _readers: list[Reader] = field(default_factory=list)
    _out: Out = ()
    _known_at: datetime | None = None
    _written_at: datetime | None = None
    _direct: Outage | None = None
    """An outage of the store: whom the carriers have reached without it."""
    _next_try: datetime | None = None

    async def begin(self) -> None:
        """At the start: outages that were told of go on, and if nobody watched for a minute, that is told."""
        now = self.clock()
        async with self.database.transaction() as tx:
            self._told = {one.part: one for one in await outages.all_of_them(tx)}
            last = await pulse.last(tx)
            if last is not None and now - last >= DOWN_AFTER:
                await self._tell_of_gap(Case(tx, now, self.habits), last)
        for part, one in self._told.items():
            self._watched[part] = known = Watched(since=one.since, down=True)
            self._seen |= {(part, told_one.person_id): known for told_one in one.told if told_one.is_out}

    async def turn(self) -> int:
        """One look at everything. Gives how many people there were to tell."""
        now = self.clock()
        store_fails = not (await self._store_works(now) and self._works(Part.STORE, now))
        self._look(Part.STORE, store_fails, now)
        if store_fails:
            # What the doors and lists cannot keep fails with the store, and is no outage of its own.
            return await self._tell_without_store(now) if self._watched[Part.STORE].down else 0
        for part in WAYS:
            self._look(part, not self._works(part, now), now)
        self._look_for_visitors(now)
        down = any(self._is_down(part) for part in WAYS)
        count = await self._tell(now) if down or self._told or self._direct else 0
        if count:
            self.wake()
        return count

    def next_instant(self) -> datetime | None:
        """When a look can bring news by itself."""
        watched = (*self._watched.values(), *self._seen.values())
        return min((at for one in watched if (at := one.next_at)), default=None)

    # -- looking ------------------------------------------------------------------------------------

    def _works(self, part: Part, now: datetime, person_id: int | None = None) -> bool:
        fails = part.channel is not None and self.ways.is_failing(part.channel, now, person_id)
        return not fails and self._doors_work(part)

    def _doors_work(self, part: Part) -> bool:
        return all(sign() for of, sign in self.signs if of is part)

    def _look(self, part: Part, failing: bool, now: datetime) -> None:
        before = self._watched[part]
        after = self._watched[part] = before.look(failing, now)
        if after.down is not before.down:
            log.critical("guard down" if after.down else "guard back", part=part, since=before.since)

    def _look_for_visitors(self, now: datetime) -> None:
        """The same look, once for each who is out. Of what is well nothing is kept."""
        for part in WAYS:
            self._at_the_doors[part] = shown = self._at_the_doors[part].look(not self._doors_work(part), now)
            knowing = {person_id for of, person_id in self._seen if of is part}
            for person_id in knowing.union(visitor_id for _, visitor_id in self._out):
                before = self._seen.pop((part, person_id), shown)
                after = before.look(not self._works(part, now, person_id), now)
                if after != Watched():
                    self._seen[part, person_id] = after

    def _of(self, part: Part, reader: Reader) -> Watched:
        """What somebody may know of a part: who is out by their own look, the others by all that is known."""
        return self._seen.get((part, reader.person.id), Watched()) if reader.is_out else self._watched[part]

    def _is_down(self, part: Part) -> bool:
        """For anybody."""
        return self._watched[part].down or any(one.down for (of, _), one in self._seen.items() if of is part)

    async def _store_works(self, now: datetime) -> bool:
        """Whether the store can be read and written; on the way, who is out is remembered."""
        try:
            async with self.database.transaction() as tx:
                await inbox.count(tx, inbox.NEW)
                if self._written_at is None or now >= self._written_at + WRITES_EVERY:
                    await marks.put(tx, MARK, now)
                    self._written_at = now
                await self._remember(Case(tx, now, self.habits))
        except StoreDown as error:
            self._written_at = None
            log.error("the store does not work", why=str(error))
            return False
        return True

    async def _remember(self, case: Case) -> None:
        """Who is to be told, for when the store cannot be asked any more."""
        out = await underway.visitors(case.tx, case.now + EARLY)
        if out != self._out or self._known_at is None or case.now >= self._known_at + KNOWN_ANEW:
            self._readers = await self._who(case, out)
            self._out, self._known_at = out, case.now

    async def _who(self, case: Case, visitors: Out) -> list[Reader]:
        """The visitors who are out, and the contacts of their schools, office first."""
        readers = []
        out: dict[int, set[int]] = {}
        for school_id, visitor_id in visitors:
            out.setdefault(school_id, set()).add(visitor_id)
        for school_id in sorted(out.keys() & self.habits.schools.keys()):
            staff = await case.people(school_id)
            contacts = dict.fromkeys(one for role in OFFICE_FIRST for one in people.with_role(staff, role))
            readers += [Reader(one, is_out=True) for one in staff if one.id in out[school_id]]
            readers += [Reader(one, is_out=False) for one in contacts if one.id not in out[school_id]]
        return readers

    def _to_be_told(self, readers: Iterable[Reader], *, closes: bool = True) -> list[tuple[Reader, Channel]]:
        """By which open way each is told: everybody who is out, and of the others the first role that has one."""
        found: list[tuple[Reader, Channel]] = []
        role_of: dict[int, Role] = {}
        for reader in readers:
            school_id = reader.person.school_id
            closed = self._closed(reader) if closes else ()
            ways = [way for way in reader.person.alarm_channels() if way in self.habits.channels and way not in closed]
            role = next((role for role in OFFICE_FIRST if role in reader.person.roles), None)
            if not ways or (role is None and not reader.is_out):
                continue
            if reader.is_out or role is role_of.setdefault(school_id, role or Role.OFFICE):
                found.append((reader, ways[0]))
        return found

    # -- telling ------------------------------------------------------------------------------------

    async def _tell(self, now: datetime) -> int:
        """What is down, to whoever is out and does not know yet; what is back, to everybody who does."""
        count = 0
        over = self._direct if not self._watched[Part.STORE].down else None
        async with self.database.transaction() as tx:
            case = Case(tx, now, self.habits)
            to = self._to_be_told(await self._who(case, await underway.visitors(tx, now + EARLY)))
            count += len(await self._back(case, over)) if over else 0
            for part in WAYS:
                if known := self._told.get(part):
                    known = known._replace(told=known.told - await self._back(case, known))
                count += await self._down(case, part, known, to)
            kept = {one.part: one for one in await outages.all_of_them(tx)}
        self._told = kept
        self._direct = None if over else self._direct
        return count

    def _closed(self, reader: Reader) -> set[Channel]:
        """The ways that fail at this moment, as far as they may know."""
        looks = ((part.channel, self._of(part, reader)) for part in WAYS)
        return {channel for channel, one in looks if channel and one.since and not one.well_since}

    async def _down(self, case: Case, part: Part, known: Outage | None, to: Sequence[tuple[Reader, Channel]]) -> int:
        """Tell those who may know of it and do not yet; write down who knows now. Gives how many were told."""
        fresh, told_before = [], known.told if known else frozenset()
        for reader, way in to:
            watched = self._of(part, reader)
            if reader.knows not in told_before and watched.down and watched.since and not watched.well_since:
                fresh.append(reader)
                await self._owe(case, reader, f"guard_down_{part}", watched.since, [way])
        since = known.since if known else min((s for one in fresh if (s := self._of(part, one).since)), default=None)
        for school_id in sorted({reader.person.school_id for reader in fresh}):
            names = [reader.person.id for reader in fresh if reader.person.school_id == school_id]
            await case.note(school_id, "guard down", part=part, since=since, told=sorted(names))
        told_now = told_before.union(reader.knows for reader in fresh)
        if not self._is_down(part):
            told_now &= await self._waiting(case, told_now)
        if since and told_now:
            await outages.note(case.tx, part, since, told_now)
        elif known:
            await outages.end(case.tx, part)
        return len(fresh)

    async def _back(self, case: Case, outage: Outage) -> set[Knows]:
        """Everybody who was told, and for whom it is over: as the one they were told as, wherever they are now, and once."""
        told_now: set[Knows] = set()
        due = outage.told - await self._waiting(case, outage.told) if outage.part in WAYS else outage.told
        for school_id in self.habits.schools:
            readers = [Reader(person, is_out) for person in await case.people(school_id) for is_out in (True, False)]
            knowing = [one for one in readers if one.knows in due and not self._of(outage.part, one).down]
            once = {reader.person.id: reader for reader in knowing}
            for reader in once.values():
                ways = case.usable(reader.person.alarm_channels())[:1]
                await self._owe(case, reader, f"guard_back_{outage.part}", outage.since, ways)
            if knowing:
                await case.note(school_id, "guard back", part=outage.part, since=outage.since, told=sorted(once))
            told_now |= {reader.knows for reader in knowing}
        return told_now

    async def _waiting(self, case: Case, told_now: Iterable[Knows]) -> set[Knows]:
        """Who hears of its end only when they are home: they were told as a contact, by what an alarm may have found out."""
        out = {person_id for _, person_id in await underway.visitors(case.tx, case.now + EARLY)}
        return {one for one in told_now if not one.is_out and one.person_id in out}

    async def _tell_of_gap(self, case: Case, last: datetime) -> None:
        """Nobody watched from then until now: told once, by the process that watches again.

        Of a store that was brought back the offices are told in other words, and nobody is watched until they have said.
        """
        brought = await restored.held(case.tx)
        by_school: dict[int, list[Reader]] = {}
        out = await underway.visitors(case.tx, case.now + EARLY)
        for reader, _ in self._to_be_told(await self._who(case, out), closes=False):
            by_school.setdefault(reader.person.school_id, []).append(reader)
        for school_id, readers in by_school.items():
            if school_id in brought or not await told.is_due(case.tx, school_id, MARK, last, case.now):
                continue
            for reader in readers:
                ways = case.usable(reader.person.alarm_channels())[:1]
                await self._owe(case, reader, "guard_was_down", last, ways)
            await case.note(school_id, "guard was down", since=last)

    async def _owe(self, case: Case, reader: Reader, what: str, since: datetime, ways: Iterable[Channel]) -> None:
        await case.owe(reader.person, reader.notice(what), self._words(case, reader, what, since), ways, urgent=True)

    def _words(self, case: Case, reader: Reader, what: str, since: datetime) -> str:
        school_id = reader.person.school_id
        times = {"now": case.clock(school_id, case.now), "start": case.clock(school_id, since)}
        return notices.render(reader.notice(what), case.language(school_id), **times)

    # -- without the store --------------------------------------------------------------------------

    async def _tell_without_store(self, now: datetime) -> int:
        """Straight to the carriers, on every way there is, until each has been reached by one."""
        if self._next_try is not None and now < self._next_try:
            return 0
        self._next_try = now + AGAIN_AFTER
        outage = self._direct or Outage(Part.STORE, self._watched[Part.STORE].since or now, frozenset())
        missing = [one for one, _ in self._to_be_told(self._readers, closes=False) if one.knows not in outage.told]
        parcels = [parcel for reader in missing for parcel in self._parcels(reader, outage.since, now)]
        reached = await self.without_store(parcels) if parcels else set()
        self._direct = outage._replace(told=outage.told.union(one.knows for one in missing if one.person.id in reached))
        return len(reached)

    def _parcels(self, reader: Reader, since: datetime, now: datetime) -> list[tuple[int, Parcel]]:
        """The same words on each of their channels, with the person's id. Without a row there is no reference."""
        person, school = reader.person, self.habits.schools[reader.person.school_id]
        times = {"now": notices.hour(now.astimezone(school.zone)), "start": notices.hour(since.astimezone(school.zone))}
        text = notices.render(reader.notice(STORE_DOWN), school.language, **times)
        addresses = {way: person.address(way) for way in person.alarm_channels() if way in self.habits.channels}
        parcels = [Parcel(0, way, address, text, urgent=True) for way, address in addresses.items() if address]
        return [(person.id, parcel) for parcel in parcels]
