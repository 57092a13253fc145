"""The backstop: what the provider should hold for each visit is judged, written down, and then asked for.

The rows are the outbox of these calls: written before a call, fenced by their version after it, and taken up again by
whatever process comes next. What goes out all the same, too late to be called off, is explained to those who got it.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from bot import held as judge
from bot import notices
from bot.alarm import Kind
from bot.clock import Clock
from bot.delivery import Verdict
from bot.held import Answer, Held, Holder, Obstacle, Standing, Step
from bot.ladder import ladder as ladder_of
from bot.people import Person
from bot.place import Place
from handlers.desk.case import Case, Habits
from handlers.desk.sores import Sores
from handlers.held import telling
from store import held as rows
from store import underway, visits
from store.database import Database

log = structlog.get_logger(__name__)
BATCH, PLACE = 50, "place"
AT_ONCE = 8
TIME_LIMIT = 20.0
"""Seconds for all that one text needs of the provider in one pass."""
MISFIRES = timedelta(days=1)
"""So long nothing is held after a text that was to be held has gone out at once."""
LOOK_AGAIN = timedelta(seconds=30)
PATIENCE = 5
"""Tries after which the office is told that a text could not be held yet: about half a minute."""


@dataclass(slots=True)
class Backstop:
    """Keeps what the provider holds in step with the visits. With neither `holder` nor `obstacle` there is nothing to do."""

    database: Database
    clock: Clock
    habits: Habits
    holder: Holder | None
    obstacle: Obstacle | None
    wake: Callable[[], None]
    _under_way: dict["asyncio.Task[None]", int] = field(default_factory=dict)
    _sores: Sores = field(default_factory=Sores)

    async def begin(self) -> None:
        """At the start: what a process that died has left half done is looked into."""
        async with self.database.transaction() as tx:
            await rows.expire(tx, self.clock())

    async def turn(self) -> int:
        """Judge the places that have changed, and start asking the provider. Gives how much there was to do."""
        if self.holder is None:
            return await self._tell_of_none(self.obstacle) if self.obstacle else 0
        now = self.clock()
        async with self.database.transaction() as tx:
            resting = self._sores.resting(PLACE, now)
            changed = await rows.unjudged(tx, now + judge.EARLY, BATCH, self.habits.schools, resting)
        count = sum([await self._judge(school_id, place_id) for school_id, place_id in changed])
        free = AT_ONCE - len(self._under_way)
        async with self.database.transaction() as tx:
            due = await rows.due(tx, now, self._under_way.values(), free) if free > 0 else []
        for one in due:
            task = asyncio.create_task(self._carry(self.holder, one))
            self._under_way[task] = one.id
            task.add_done_callback(self._landed)
        return count + len(due)

    def _landed(self, task: "asyncio.Task[None]") -> None:
        self._under_way.pop(task, None)

    async def settle(self) -> int:
        """Wait until nothing is under way. Gives how many texts that were."""
        count = 0
        while self._under_way:
            landed, _ = await asyncio.wait(list(self._under_way))
            count += len(landed)
        return count

    def abandon(self) -> None:
        """Drop everything that is under way, as a kill would."""
        for task in self._under_way:
            task.cancel()
        self._under_way.clear()

    async def next_instant(self) -> datetime | None:
        """When there is something to do next: a text to ask after, or a visit that begins."""
        if self.holder is None and self.obstacle is None:
            return None
        async with self.database.transaction() as tx:
            begins = await underway.next_start(tx, self.clock() + judge.EARLY)
            found = [begins - judge.EARLY if begins else None, await rows.next_due(tx) if self.holder else None]
        return min((instant for instant in found if instant), default=None)

    # -- what should be held ------------------------------------------------------------------------

    async def _judge(self, school_id: int, place_id: int) -> int:
        """One place, one transaction. One that cannot be judged is logged and tried again later, and blocks no other."""
        try:
            async with self.database.transaction() as tx:
                place = await visits.place_by_id(tx, school_id, place_id)
                count = await self._plan(Case(tx, self.clock(), self.habits), school_id, place) if place else 0
        except Exception as error:
            log.exception("held texts not judged", place=place_id, error=type(error).__name__)
            self._sores.failed(PLACE, place_id, self.clock())
            return 0
        self._sores.healed(PLACE, place_id)
        return count

    async def _plan(self, case: Case, school_id: int, place: Place) -> int:
        wanted = judge.wish(place, await case.policy(school_id, place.visit_id), case.now)
        if wanted and await rows.misfired_since(case.tx, case.now - MISFIRES):
            return int(await telling.of_visit(case, school_id, place.id or 0))
        people = {person.id: person for person in await case.people(school_id)}
        visitor = people.get(place.visitor_id)
        if visitor is None or place.id is None:
            return 0
        to = await self._recipients(case, school_id, place, list(people.values()))
        held = await rows.of_place(case.tx, place.id)
        for sent in (one for one in held if one.step is Step.SENT):
            await telling.of_change(case, sent, place)
        plan = judge.judge(wanted, to, held)
        for old in plan.call_off:
            await rows.call_off(case.tx, old, case.now)
        for old in plan.succeed:
            await rows.call_off(case.tx, old, max(case.now, old.send_at - judge.CUT))
        await rows.judged(case.tx, place)
        if wanted:
            for person_id in plan.arm:
                await self._arm(case, place, visitor, people[person_id], wanted)
        return len(plan.arm) + len(plan.call_off)

    async def _recipients(self, case: Case, school_id: int, place: Place, people: list[Person]) -> tuple[int, ...]:
        partners = await visits.places_of_visit(case.tx, school_id, place.visit_id) if place.visit_id else []
        absent = frozenset({place.visitor_id, *(partner.visitor_id for partner in partners)})
        policy = await case.policy(school_id, place.visit_id)
        plan = await visits.by_id(case.tx, school_id, place.visit_id) if place.visit_id else None
        watch = await case.watch(school_id, plan.details.responsible_id if plan else None)
        return judge.recipients(ladder_of(Kind.MISSED_CHECK_IN, policy, people, absent, watch), people)

    async def _arm(self, case: Case, place: Place, visitor: Person, contact: Person, wanted: judge.Wish) -> None:
        reference = f"{place.id}.{place.version}"
        at_its_time = Case(case.tx, wanted.send_at, case.habits)
        text = notices.render(
            "held_automatic",
            case.school(contact.school_id).language,
            initials=visitor.initials,
            since=at_its_time.clock(contact.school_id, wanted.since),
            visit=place.visit_id,
            ref=reference,
        )
        await rows.arm(
            case.tx,
            contact.school_id,
            place,
            contact,
            since=wanted.since,
            send_at=wanted.send_at,
            text=text,
            reference=reference,
            now=case.now,
        )

    # -- asking the provider ------------------------------------------------------------------------

    async def _carry(self, holder: Holder, held: Held) -> None:
        try:
            async with asyncio.timeout(TIME_LIMIT):
                match held.step:
                    case Step.ARMING:
                        await self._hold(holder, held)
                    case Step.CALLING_OFF:
                        await self._write_down(held, await self._call_off(holder, held))
                    case _:
                        await self._write_down(held, await holder.look(held.sid or ""))
        except Exception as error:
            # The row stands as it is, and says what is doubtful: the next pass goes on from there.
            log.exception("held text failed", held=held.id, step=held.step, error=type(error).__name__)

    async def _hold(self, holder: Holder, held: Held) -> None:
        """Have a text held. What an earlier try may have brought there is looked for first, and adopted."""
        if held.doubted_at is not None:
            found = await holder.find(held.address, held.text)
            if found is None:
                await self._write_down(held, Answer(Verdict.AGAIN, error="not to be looked up"))
                return
            if found:
                best = min(found, key=lambda one: one.standing is not Standing.HELD)
                await self._write_down(held, Answer(Verdict.SENT, best.standing, best.provider_id))
                return
        now = self.clock()
        late = held.send_at < now + judge.SHORTEST
        trying = replace(held, send_at=now + judge.LEAD if late else held.send_at, doubted_at=held.doubted_at or now)
        async with self.database.transaction() as tx:
            if not await rows.change(tx, held, send_at=trying.send_at, doubted_at=trying.doubted_at):
                return
        trying = replace(trying, version=held.version + 1)
        answer = await holder.hold(trying.address, trying.text, trying.send_at)
        doubtful = held.doubted_at is not None or answer.verdict is Verdict.UNKNOWN
        await self._write_down(trying if doubtful else replace(trying, doubted_at=None), answer)

    async def _call_off(self, holder: Holder, held: Held) -> Answer:
        """Call off every copy there may be; with one of unknown fate, the words themselves are looked for."""
        sids = [held.sid] if held.sid else []
        if held.doubted_at is not None:
            found = await holder.find(held.address, held.text)
            if found is None:
                return Answer(Verdict.AGAIN, error="not to be looked up")
            sids += [one.provider_id for one in found if one.provider_id != held.sid and one.standing is Standing.HELD]
            if any(one.standing is Standing.OUT for one in found):
                return Answer(Verdict.SENT, Standing.OUT)
            if not sids and not rows.has_settled(held, self.clock()):
                return Answer(Verdict.AGAIN, error="may still come to be held")
        answers = [await holder.call_off(sid) for sid in sids]
        bad = [answer for answer in answers if answer.standing is not Standing.OFF]
        return bad[0] if bad else Answer(Verdict.SENT, Standing.OFF)

    async def _write_down(self, held: Held, answer: Answer) -> None:
        async with self.database.transaction() as tx:
            case = Case(tx, self.clock(), self.habits)
            if answer.verdict is Verdict.SENT and answer.standing is not None:
                ours = await self._stands(case, held, answer.standing, answer.provider_id)
            elif answer.verdict is Verdict.REFUSED and held.step is Step.ARMING:
                ours = await self._fail(case, held, answer.error)
            else:
                ours = await self._try_again(case, held, answer)
        log.info("held text", held=held.id, step=held.step, verdict=answer.verdict, error=answer.error, ours=ours)
        self.wake()

    async def _stands(self, case: Case, held: Held, standing: Standing, sid: str) -> bool:
        """The provider has said where the text stands."""
        match standing, held.step:
            case Standing.OUT, _:
                return await telling.of_sent(case, held, misfired=case.now < held.send_at - judge.PROMPT)
            case Standing.HELD, Step.ARMING:
                ours = await rows.is_held(case.tx, held, sid, case.now)
                return ours and await telling.note(case, held, "held", until=held.send_at)
            case Standing.HELD, _:
                # Past its time and not gone yet: it is asked after again.
                return await rows.change(case.tx, held, next_at=case.now + LOOK_AGAIN)
            case Standing.OFF, Step.CALLING_OFF:
                ours = await rows.change(case.tx, held, step=Step.CALLED_OFF)
                return ours and await telling.note(case, held, "called off")
        return await self._fail(case, held, "no longer held")

    async def _try_again(self, case: Case, held: Held, answer: Answer) -> bool:
        next_at = case.now + (answer.after or rows.pause(held.tries))
        if held.step is Step.ARMING and held.tries == PATIENCE:
            await telling.of_visit(case, held.school_id, held.place_id)
        values = {"tries": held.tries + 1, "next_at": next_at, "error": answer.error, "doubted_at": held.doubted_at}
        return await rows.change(case.tx, held, **values)

    async def _fail(self, case: Case, held: Held, error: str) -> bool:
        if not await rows.change(case.tx, held, step=Step.FAILED, error=error):
            return False
        await telling.of_visit(case, held.school_id, held.place_id)
        return await telling.note(case, held, "failed", error=error)

    async def _tell_of_none(self, obstacle: Obstacle) -> int:
        """No text can be held: each office is told on every day that has a visit."""
        async with self.database.transaction() as tx:
            case = Case(tx, self.clock(), self.habits)
            live = [one for one in await underway.schools(tx, case.now + judge.EARLY) if one in self.habits.schools]
            count = sum([await telling.of_none(case, school_id, obstacle) for school_id in live])
        if count:
            self.wake()
        return count
