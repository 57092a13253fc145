"""The rota and absences come back as they were kept, each school's apart."""

from datetime import date, time, timedelta

from bot.calendar import Days, Hours
from bot.duty import ALL_DAY, Absence, Shift
from bot.people import Role
from store import duty
from store.database import Database
from tests.store.cast import DAY, HENRY, HOUR, MILL_ROAD, NOW, OLIVE, add_person, add_school, afresh

LINES = [
    Shift(role=Role.OFFICE, weekdays=frozenset({0, 4}), hours=Hours(time(8), time(13))),
    Shift(role=Role.DSL, weekdays=frozenset(range(7)), hours=ALL_DAY),
    Shift(role=Role.DEPUTY, days=Days(date(2026, 12, 21), date(2026, 12, 22))),
]


async def test_a_rota_is_replaced_as_a_whole(database: Database) -> None:
    """The lines of the last file count, in their order, and another school's are left alone."""
    async with database.transaction() as tx:
        here, there = await add_school(tx), await add_school(tx, MILL_ROAD)
        olive = await add_person(tx, here, OLIVE)
        await duty.replace_rota(tx, here, [Shift(person_id=olive.id, weekdays=frozenset({1}))])
        await duty.replace_rota(tx, there, LINES[:1])
        await afresh(tx)
        assert await duty.rota(tx, here) == [Shift(person_id=olive.id, weekdays=frozenset({1}))]
        await duty.replace_rota(tx, here, LINES)
        await afresh(tx)
        assert (await duty.rota(tx, here), await duty.rota(tx, there)) == (LINES, LINES[:1])
        await duty.replace_rota(tx, here, [])
        assert await duty.rota(tx, here) == []


async def test_absences_that_are_over_are_not_looked_at(database: Database) -> None:
    """What ends now is over; what is to come is there."""
    async with database.transaction() as tx:
        school_id = await add_school(tx)
        henry = await add_person(tx, school_id, HENRY)
        for start, end in ((-2 * HOUR, timedelta(0)), (-HOUR, HOUR), (DAY, 2 * DAY)):
            assert await duty.add_absence(tx, school_id, Absence(henry.id, NOW + start, NOW + end), NOW)
        await afresh(tx)
        found = [(absence.from_at, absence.until_at) for absence in await duty.absences(tx, school_id, NOW)]
        assert found == [(NOW - HOUR, NOW + HOUR), (NOW + DAY, NOW + 2 * DAY)]


async def test_an_absence_within_a_known_one_is_not_kept_twice(database: Database) -> None:
    """The same list imported again adds nothing; one that is longer does."""
    async with database.transaction() as tx:
        school_id = await add_school(tx)
        henry = await add_person(tx, school_id, HENRY)
        day = Absence(henry.id, NOW, NOW + DAY)
        assert await duty.add_absence(tx, school_id, day, NOW)
        assert not await duty.add_absence(tx, school_id, day, NOW)
        assert await duty.add_absence(tx, school_id, Absence(henry.id, NOW, NOW + 2 * DAY), NOW)


async def test_who_is_back_ends_what_covers_now_and_keeps_what_is_to_come(database: Database) -> None:
    """Back after a morning's illness does not take away the week in December; back without an absence takes that back."""
    async with database.transaction() as tx:
        school_id = await add_school(tx)
        henry, olive = [await add_person(tx, school_id, person) for person in (HENRY, OLIVE)]
        ill, leave = Absence(henry.id, NOW - HOUR, NOW + DAY), Absence(henry.id, NOW + 9 * DAY, NOW + 12 * DAY)
        for absence in (ill, leave, Absence(olive.id, NOW - HOUR, NOW + DAY)):
            await duty.add_absence(tx, school_id, absence, NOW)
        left = await duty.end_absences(tx, school_id, henry.id, NOW)
        assert [absence.from_at for absence in left] == [leave.from_at]
        assert [absence.person_id for absence in await duty.absences(tx, school_id, NOW)] == [olive.id, henry.id]
        assert await duty.end_absences(tx, school_id, henry.id, NOW) == []
        await afresh(tx)
        assert [absence.person_id for absence in await duty.absences(tx, school_id, NOW)] == [olive.id]


async def test_what_the_office_was_told_is_remembered(database: Database) -> None:
    """Each school's holes, as a set; nothing before the first."""
    async with database.transaction() as tx:
        here, there = await add_school(tx), await add_school(tx, MILL_ROAD)
        assert await duty.holes_told(tx, here) == set()
        await duty.tell_holes(tx, here, {"2026-11-24 office", "2026-11-24 dsl"})
        assert await duty.holes_told(tx, here) == {"2026-11-24 office", "2026-11-24 dsl"}
        assert await duty.holes_told(tx, there) == set()
