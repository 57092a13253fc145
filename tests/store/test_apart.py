"""Schools are kept apart: what is asked for one school never gives, and never changes, another's rows."""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import replace

from sqlalchemy import select, text
from sqlmodel import SQLModel

from bot.people import Channel
from store import alarms, journal, people, visits
from store.database import Database, Stale, Transaction
from tests.store.cast import (
    ASHA,
    DAY,
    HOUR,
    MARSH_LANE,
    MILL_ROAD,
    NOW,
    OUTING,
    POLICY,
    Scene,
    add_school,
    core,
    scene,
    trial,
)

Ask = Callable[[Transaction, int, Scene], Awaitable[object]]

READS: dict[str, Ask] = {
    "people.by_id": lambda tx, school, s: people.by_id(tx, school, s.asha.id),
    "people.of_school": lambda tx, school, s: people.of_school(tx, school),
    "visits.by_id": lambda tx, school, s: visits.by_id(tx, school, s.visit.id),
    "visits.of_school": lambda tx, school, s: visits.of_school(tx, school),
    "visits.place_by_id": lambda tx, school, s: visits.place_by_id(tx, school, s.place.id or 0),
    "visits.places_of_visit": lambda tx, school, s: visits.places_of_visit(tx, school, s.visit.id),
    "visits.places_of_visitor": lambda tx, school, s: visits.places_of_visitor(tx, school, s.asha.id, NOW - DAY),
    "visits.of_outing": lambda tx, school, s: visits.of_outing(tx, school, OUTING, s.asha.id),
    "visits.between": lambda tx, school, s: visits.between(tx, school, NOW - DAY, NOW + DAY),
    "visits.open_code_words": lambda tx, school, s: visits.open_code_words(tx, school, NOW + DAY),
    "visits.phrases": lambda tx, school, s: visits.phrases(tx, school, [s.visit.id]),
    "visits.open_numbers": lambda tx, school, s: visits.open_numbers(tx, school),
    "visits.open_places": lambda tx, school, s: visits.open_places(tx, school, NOW + DAY),
    "visits.first_start": lambda tx, school, s: visits.first_start(tx, school, NOW, NOW + DAY),
    "alarms.by_id": lambda tx, school, s: alarms.by_id(tx, school, s.alarm.id or 0),
    "alarms.open_in_school": lambda tx, school, s: alarms.open_in_school(tx, school),
    "alarms.of_visitor": lambda tx, school, s: alarms.of_visitor(tx, school, s.asha.id),
    "alarms.of_visit": lambda tx, school, s: alarms.of_visit(tx, school, s.visit.id),
    "alarms.by_code": lambda tx, school, s: alarms.by_code(tx, school, s.alarm.code),
    "journal.of_visit": lambda tx, school, s: journal.of_visit(tx, school, s.visit.id),
    "journal.of_school": lambda tx, school, s: journal.of_school(tx, school),
}
STRANGE: dict[str, Ask] = {
    "visits.strange": lambda tx, school, s: visits.strange(tx, school, NOW),
    "alarms.strange": lambda tx, school, s: alarms.strange(tx, school, NOW),
}
"""Those that read what another version has written, of which there is nothing until it is written."""
WRITES: dict[str, Ask] = {
    "visits.add": lambda tx, school, s: visits.add(tx, school, POLICY, NOW),
    "visits.add_place": lambda tx, school, s: visits.add_place(tx, school, s.place),
    "visits.save_place": lambda tx, school, s: visits.save_place(tx, school, replace(s.place, heard_at=NOW)),
    "journal.append": lambda tx, school, s: journal.append(tx, school, NOW, "text", visit_id=s.visit.id),
}
FORGED: dict[str, Ask] = {
    "people.save": lambda tx, school, s: people.save(tx, replace(s.asha, school_id=school, name="Ben")),
    "people.wrote_on": lambda tx, school, s: people.wrote_on(tx, replace(s.asha, school_id=school), Channel.SMS),
    "people.lose_channel": lambda tx, school, s: people.lose_channel(
        tx, replace(s.asha, school_id=school), Channel.SMS
    ),
    "people.opt_out": lambda tx, school, s: people.opt_out(tx, replace(s.asha, school_id=school)),
    "people.opt_in": lambda tx, school, s: people.opt_in(tx, replace(s.asha, school_id=school)),
    "people.invite": lambda tx, school, s: people.invite(tx, replace(s.asha, school_id=school), "link", NOW + HOUR),
    "alarms.add": lambda tx, school, s: alarms.add(tx, replace(s.alarm, school_id=school)),
    "alarms.save": lambda tx, school, s: alarms.save(tx, replace(s.alarm, school_id=school, rung=1)),
}
"""Those that take the school from a person or an alarm, here with another school's number written into it."""


async def begin(database: Database) -> tuple[Scene, int]:
    """Marsh Lane with something of everything, and Mill Road with nothing."""
    async with database.transaction() as tx:
        set_up = await scene(tx, MARSH_LANE)
        await journal.append(tx, set_up.school_id, NOW, "text", visit_id=set_up.visit.id)
        return set_up, await add_school(tx, MILL_ROAD)


async def rows_of(tx: Transaction, school_id: int) -> list[object]:
    """Every row of one school, its own one included."""
    found: list[object] = []
    for name, table in SQLModel.metadata.tables.items():
        column = table.c.get("id" if name == "school" else "school_id")
        if column is not None:
            found += (await core(tx, select(table).where(column == school_id).order_by(table.c.id))).all()
    return found


def test_every_function_that_takes_a_school_is_proved_here() -> None:
    """A new function of the store that takes a school's id fails this test until its promise is added."""
    taking = {
        f"{module.__name__.removeprefix('store.')}.{name}"
        for module in (people, visits, alarms, journal)
        for name, function in inspect.getmembers(module, inspect.iscoroutinefunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and "school_id" in inspect.signature(function).parameters
    }
    assert taking == READS.keys() | STRANGE.keys() | WRITES.keys()


async def test_nothing_of_another_school_is_returned(database: Database) -> None:
    """Asked for one school, what is there is found; asked for another with the same ids, nothing is."""
    set_up, other = await begin(database)
    async with database.transaction() as tx:
        for name, read in READS.items():
            assert await read(tx, set_up.school_id, set_up), name
            assert not await read(tx, other, set_up), name


async def test_nothing_that_another_version_left_to_another_school_is_returned(database: Database) -> None:
    """Asked for one school, what this version does not know is found; asked for another, nothing is."""
    set_up, other = await begin(database)
    async with database.transaction() as tx:
        await core(tx, text("UPDATE place SET state = 'flown'"))
        await core(tx, text("UPDATE alarm SET kind = 'lightning'"))
        for name, read in STRANGE.items():
            assert await read(tx, set_up.school_id, set_up), name
            assert not await read(tx, other, set_up), name


async def test_nothing_of_another_school_is_changed(database: Database) -> None:
    """Carried out for one school with another's ids, a change is refused or touches only the school it is for."""
    set_up, other = await begin(database)
    refused = set()
    for name, write in {**WRITES, **FORGED}.items():
        async with trial(database) as tx:
            before = await rows_of(tx, set_up.school_id)
            try:
                await write(tx, other, set_up)
                await tx.settle()  # the journal is written last
            except Stale:
                refused.add(name)
            assert await rows_of(tx, set_up.school_id) == before, name
    assert refused == {"visits.save_place", "alarms.save"}


async def test_an_invitation_of_one_school_enrols_nobody_of_another(database: Database) -> None:
    """A link made in one school's name for a person of another ties no chat to anybody."""
    set_up, other = await begin(database)
    async with database.transaction() as tx:
        await people.invite(tx, replace(set_up.olive, school_id=other), "link", NOW + HOUR)
        assert await people.claim_invitation(tx, "link", "7000000009", NOW)
        assert await people.enrol(tx, "7000000009", set_up.olive.phone, NOW) is None
        assert [person.name for person in await people.by_address(tx, Channel.SMS, ASHA.phone)] == [ASHA.name]
