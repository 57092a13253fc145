"""The cast and small helpers of the store's proofs."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import CursorResult, Executable

from bot.alarm import Alarm, Kind
from bot.calendar import Hours, parse_calendar
from bot.people import Channel, Person, Role
from bot.place import Place
from bot.policy import parse_policy
from bot.school import School
from bot.visit import plan
from store import alarms, leases, people, schools, visits
from store.database import Database, Transaction
from store.leases import Free, Leased
from store.outbox import Notice
from store.visits import Visit

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SECRET = "the secret of these proofs"
POLICY = parse_policy("default")
OUTING = 71
EVERY_SCHOOL = tuple(range(1, 10))
"""The numbers of the schools that a proof may have."""
MARSH_LANE, MILL_ROAD = "Marsh Lane Primary", "Mill Road Primary"

ASHA = Person(
    id=0,
    school_id=0,
    name="Asha (attendance)",
    roles=frozenset({Role.VISITOR}),
    phone="+447700900001",
    telegram_id="7000000001",
    code_words=("blue folder",),
    vehicle="green Corsa",
)
BEN = Person(0, 0, "Ben", frozenset({Role.VISITOR, Role.DSL}), "+447700900002")
OLIVE = Person(0, 0, "Olive", frozenset({Role.OFFICE}), "+447700900003")
HENRY = Person(0, 0, "Henry", frozenset({Role.HEADTEACHER}), "+447700900004")


class Scene(NamedTuple):
    """One school with Asha on a planned visit and an alarm about her."""

    school_id: int
    asha: Person
    olive: Person
    visit: Visit
    place: Place
    alarm: Alarm


def school(key: str, name: str) -> School:
    zone, hours = ZoneInfo("Europe/London"), Hours(time(8), time(17))
    calendar = parse_calendar({}, zone, hours)
    return School(key=key, name=name, zone=zone, **hours._asdict(), calendar=calendar, policy=POLICY)


async def add_school(tx: Transaction, name: str = MARSH_LANE) -> int:
    key = name.lower().replace(" ", "-")
    return next(iter(await schools.sync(tx, {key: school(key, name)})))


async def add_person(tx: Transaction, school_id: int, person: Person) -> Person:
    mine = replace(person, school_id=school_id)
    return replace(mine, id=await people.save(tx, mine))


async def scene(tx: Transaction, name: str = MARSH_LANE) -> Scene:
    school_id = await add_school(tx, name)
    asha, olive = [await add_person(tx, school_id, person) for person in (ASHA, OLIVE)]
    visit = await visits.add(
        tx,
        school_id,
        POLICY,
        NOW,
        address="14 Teasel Walk",
        pupil="K.T., year four",
        reason="attendance talk",
        code_words=("red umbrella",),
    )
    planned = plan(Place(asha.id, visit_id=visit.id, starts_at=NOW, ends_at=NOW + HOUR, outing_id=OUTING), POLICY)
    place = await visits.add_place(tx, school_id, planned)
    alarm = await alarms.add(
        tx,
        Alarm(
            code="K7Q2",
            kind=Kind.OVERDUE,
            school_id=school_id,
            raised_at=NOW,
            visit_id=visit.id,
            visitor_id=asha.id,
            ladder=((olive.id,),),
            deadline_at=NOW + MINUTE,
            reason="no answer since two",
        ),
    )
    return Scene(school_id, asha, olive, visit, place, alarm)


def notice(text: str, *, urgent: bool = False, person: Person = ASHA, alarm_id: int | None = None) -> Notice:
    """A text owed by SMS; it belongs to no school's row, so it needs none."""
    return Notice(None, None, Channel.SMS, person.phone, "ask_check_in", text, urgent=urgent, alarm_id=alarm_id)


class _Undo(Exception):
    """The trial is over."""


@asynccontextmanager
async def trial(database: Database) -> AsyncIterator[Transaction]:
    """A transaction that leaves nothing behind, so that a history can be tried many times on one store."""
    with suppress(_Undo):
        async with database.transaction() as tx:
            yield tx
            raise _Undo


async def afresh(tx: Transaction) -> None:
    """Write out and forget what is in memory, so that the next look reads the rows."""
    await tx.session.flush()
    tx.session.expunge_all()


async def core(tx: Transaction, statement: Executable) -> CursorResult[Any]:
    """Carry out a statement on the bare rows, past everything that the store remembers of them."""
    await tx.session.flush()
    return await (await tx.session.connection()).execute(statement)


async def take_owed(
    tx: Transaction, token: str, now: datetime, until: datetime, *, channels: Iterable[Channel] = Channel
) -> list[Leased]:
    """What delivery does: the alarms that are owed now, then the rest."""
    return await leases.lease(tx, token, now, until, Free(9, 9), channels)
