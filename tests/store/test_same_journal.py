"""The same afternoon leaves the same journal on SQLite and on PostgreSQL (DESIGN §7, I9)."""

import random
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest

from bot import alarm as alarm_machine
from bot import visit as visit_machine
from bot.alarm import Alarm, Kind, Notify
from bot.delivery import Attempt, Receipted, Verdict
from bot.events import Event, Happening, Receipt
from bot.ladder import ladder
from bot.people import Channel, Person
from bot.place import Place, Raise, Say
from store import alarms, inbox, journal, leases, outbox, people, receipts, visits
from store.database import Database, Transaction
from tests.store.cast import (
    ASHA,
    BEN,
    EVERY_SCHOOL,
    HENRY,
    MILL_ROAD,
    MINUTE,
    NOW,
    OLIVE,
    POLICY,
    SECOND,
    add_person,
    add_school,
    notice,
    take_owed,
)
from tests.store.conftest import POSTGRES, SQLITE, Open

WORDS = (Event.ARRIVED, Event.OK, Event.LEFT, Event.LONGER, Event.DANGER, Event.UNCLEAR)
VERDICTS = (Verdict.SENT, Verdict.SENT, Verdict.AGAIN, Verdict.UNKNOWN, Verdict.REFUSED)


class Afternoon:
    """Two visitors of each of two schools, and whatever the dice bring: the same dice, the same afternoon."""

    def __init__(self, tx: Transaction, seed: int) -> None:
        self.tx = tx
        self.dice = random.Random(seed)
        self.now = NOW
        self.visitors: list[Person] = []
        self.alarms_raised = 0

    async def begin(self) -> None:
        for name in ("Marsh Lane Primary", MILL_ROAD):
            school_id = await add_school(self.tx, name)
            self.visitors += [await add_person(self.tx, school_id, visitor) for visitor in (ASHA, BEN)]
            for contact in (OLIVE, HENRY):
                await add_person(self.tx, school_id, contact)
        for visitor in self.visitors:
            visit = await visits.add(self.tx, visitor.school_id, POLICY, self.now)
            # All start at one moment, so that their deadlines tie.
            place = Place(visitor.id, visit_id=visit.id, starts_at=self.now, ends_at=self.now + 30 * MINUTE)
            await visits.add_place(self.tx, visitor.school_id, visit_machine.plan(place, POLICY))

    async def step(self) -> None:
        """A while passes: a word is said, deadlines come, and what is owed leaves."""
        self.now += self.dice.randrange(1, 240) * SECOND
        await inbox.keep(self.tx, Channel.SMS, f"SM{self.dice.randrange(10**6)}", b"a word", self.now)
        await self.word(self.dice.choice(self.visitors), self.dice.choice(WORDS))
        for school_id, place in await visits.due(self.tx, self.now, 9, EVERY_SCHOOL):
            if place.deadline is not None:
                await self.decide(school_id, place, place.deadline)
        for alarm in await alarms.due(self.tx, self.now, 9, EVERY_SCHOOL):
            await self.alarm(alarm, alarm_machine.Event.RUNG_DUE)
        await self.deliver()

    async def word(self, visitor: Person, event: Event) -> None:
        places = await visits.places_of_visitor(self.tx, visitor.school_id, visitor.id, self.now - 5 * MINUTE)
        await self.note(visitor.school_id, "word", person_id=visitor.id, places=[place.id for place in places])
        if places:
            await self.decide(visitor.school_id, places[0], event)

    async def decide(self, school_id: int, place: Place, event: Event) -> None:
        decision = visit_machine.decide(place, Happening(event, by=20 * MINUTE), POLICY, self.now)
        await visits.save_place(self.tx, school_id, decision.place)
        state, effects = decision.place.state, [str(effect) for effect in decision.effects]
        await self.note(school_id, event, visit_id=place.visit_id, state=state, effects=effects)
        for effect in decision.effects:
            if isinstance(effect, Say):
                await outbox.owe(self.tx, notice(effect.notice), self.now)
            elif isinstance(effect, Raise):
                await self.raise_one(school_id, place, effect.kind)

    async def raise_one(self, school_id: int, place: Place, kind: Kind) -> None:
        self.alarms_raised += 1
        climbs = ladder(kind, POLICY, await people.of_school(self.tx, school_id), frozenset({place.visitor_id}))
        code = f"A{self.alarms_raised:03}"
        raised = Alarm(code, kind, school_id, self.now, visit_id=place.visit_id, ladder=climbs)
        await self.alarm(await alarms.add(self.tx, raised), alarm_machine.Event.RAISED)

    async def alarm(self, alarm: Alarm, event: alarm_machine.Event) -> None:
        decision = alarm_machine.decide(alarm, alarm_machine.Happening(event), POLICY, self.now)
        await alarms.save(self.tx, decision.alarm)
        told: Sequence[Notify] = decision.effects
        await self.note(alarm.school_id, event, alarm_id=alarm.id, told=told, rung=decision.alarm.rung)
        for one in told:
            await outbox.owe(self.tx, notice(one.notice, urgent=True, person=OLIVE, alarm_id=alarm.id), self.now)

    async def deliver(self) -> None:
        school_id = self.visitors[0].school_id
        for one in await take_owed(self.tx, f"at {self.now}", self.now, self.now + MINUTE):
            number, verdict = one.parcel.reference, self.dice.choice(VERDICTS)
            await leases.write_down(self.tx, one, Attempt(verdict, f"SM{number}"), self.now)
            await self.note(school_id, "delivery", reference=number, verdict=verdict, doubtful=one.doubtful)
            said = Receipt(f"SM{number}", self.dice.choice(list(Receipted)), number)
            await receipts.take_in(self.tx, said, self.now)
        for trouble in await outbox.troubled(self.tx, 9):
            await self.note(school_id, "trouble", reference=trouble.id, text=trouble.notice.text)
            await outbox.settle(self.tx, trouble.id)

    async def note(self, school_id: int, kind: str, **what: Any) -> None:
        ids = {name: what.pop(name, None) for name in ("visit_id", "alarm_id", "person_id")}
        await journal.append(self.tx, school_id, self.now, kind, **ids, **what)


Written = list[tuple[int, datetime, str, int | None, int | None, int | None, dict[str, Any] | None]]


async def live(database: Database, seed: int) -> Written:
    """Play an afternoon and give what the journals say of it, without salts and hashes."""
    async with database.transaction() as tx:
        afternoon = Afternoon(tx, seed)
        await afternoon.begin()
    for _ in range(15):
        async with database.transaction() as tx:
            afternoon.tx = tx
            await afternoon.step()
    async with database.transaction() as tx:
        assert {found.fault for found in await journal.verify(tx)} == {""}
        schools = sorted({visitor.school_id for visitor in afternoon.visitors})
        entries = [entry for school_id in schools for entry in await journal.of_school(tx, school_id)]
        return [(e.seq, e.at, e.kind, e.visit_id, e.alarm_id, e.person_id, e.body) for e in entries]


@pytest.mark.parametrize("seed", range(2))
async def test_the_same_afternoon_leaves_the_same_journal(open_store: Open, seed: int) -> None:
    """Entry by entry, to the microsecond and in the same order, both kinds of store tell the same story."""
    on_sqlite = await live(await open_store(SQLITE), seed)
    on_postgres = await live(await open_store(POSTGRES), seed)
    assert on_sqlite == on_postgres
    # The afternoon was worth comparing: visits moved, alarms were raised, notices failed.
    assert {"word", "delivery", "trouble", "raised", "rung due"} <= {kind for _, _, kind, *_ in on_sqlite}
