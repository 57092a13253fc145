"""A world without wires: the real service on a real SQLite file with local phones, for histories by the hundred."""

import json
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

from bot import visit
from bot.clock import SteppedClock
from bot.people import Channel, Person, Role
from bot.school import parse_schools
from handlers import local
from handlers.desk import briefing, judging, talks
from handlers.desk.case import Case
from handlers.service import Doors, Service
from store import people, visits
from store.crypto import Sealer
from store.database import Database
from tests.world.laid import lay
from tests.world.topics import PACKING, TOPICS
from tests.world.world import MONDAY_TWO, SCHOOL

ASHA, BEN = "+447700900001", "+447700900002"
OLIVE, HENRY, DANA = "+447700900010", "+447700900011", "+447700900012"
CAST = (
    ("Asha", {Role.VISITOR}, ASHA),
    ("Ben", {Role.VISITOR, Role.DSL}, BEN),
    ("Olive", {Role.OFFICE}, OLIVE),
    ("Henry", {Role.HEADTEACHER}, HENRY),
    ("Dana", {Role.DEPUTY}, DANA),
)
SEALER = Sealer("a key for quick worlds, long enough".replace(",", ""))


class QuickWorld:
    """Asha and Ben, both briefed, are on a visit from 14:05 to 14:35; whether Asha's phrase is on record is what differs."""

    def __init__(self, service: Service, clock: SteppedClock) -> None:
        self.service, self.clock, self._ids = service, clock, count(1)

    @classmethod
    async def opens(cls, folder: Path, *, code_words: tuple[str, ...]) -> "QuickWorld":
        clock = SteppedClock(MONDAY_TWO)
        lay(folder / "doorstep.db")
        database = Database(f"sqlite+aiosqlite:///{folder / 'doorstep.db'}", SEALER)
        phones = local.LocalCarrier()
        doors = Doors(dict.fromkeys(Channel, local.parse), dict.fromkeys(Channel, phones))
        schools = parse_schools(SCHOOL)
        service = await Service.open(database, clock, schools, doors)
        school_id, school = next(iter(service.desk.habits.schools.items()))
        async with database.transaction() as tx:
            ids = {}
            for name, roles, phone in CAST:
                words = code_words if name == "Asha" else ()
                ids[name] = await people.save(tx, Person(0, school_id, name, frozenset(roles), phone, code_words=words))
            made = await visits.add(tx, school_id, school.policy, clock(), address="14 High Street", pupil="K.T.")
            start = MONDAY_TWO + timedelta(minutes=5)
            for name in ("Asha", "Ben"):
                place = visit.Place(ids[name], visit_id=made.id, starts_at=start, ends_at=start + timedelta(minutes=30))
                await visits.add_place(tx, school_id, visit.plan(place, school.policy))
            case = Case(tx, clock(), service.desk.habits)
            await briefing.begin(case, made, await judging.look(case, made), None)
        service.desk.habits = replace(service.desk.habits, topics={**service.desk.habits.topics, **TOPICS})
        return cls(service, clock)

    async def asks(self, number: str) -> None:
        """Doorstep begins a conversation with the one who has this number, or takes it up again."""
        async with self.service.database.transaction() as tx:
            [person] = await people.by_address(tx, Channel.SMS, number)
            case = Case(tx, self.clock(), self.service.desk.habits)
            await talks.say(case, person, await talks.begin(case, person, PACKING))
        await self.service.settle()

    async def texts(self, number: str, text: str) -> None:
        raw = json.dumps({"from": number, "channel": "sms", "sender": number, "text": text}).encode()
        await self.service.desk.keep(Channel.SMS, f"text-{next(self._ids)}", raw)
        await self.service.settle()

    async def passes(self, length: timedelta) -> None:
        await self.service.advance(self.clock, length)

    async def phone(self, number: str) -> list[dict[str, object]]:
        """All that this phone sent and got, with times and buttons."""
        return await local.phone_log(self.service.database, number)

    async def closes(self) -> None:
        await self.service.close()
