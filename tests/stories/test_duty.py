"""Who is on duty: an alarm looks for them first, and never stops at an empty office."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from bot.calendar import Days, Hours
from bot.duty import Absence, Shift
from bot.people import Role
from store import duty
from tests.world.phones import Human
from tests.world.world import SCHOOL, World

WEEK = frozenset(range(5))
CALENDAR = """
[marsh-lane.calendar]
terms = ["2026-09-02..2026-12-18", "2027-01-05..2027-03-25"]
half_terms = ["2026-10-26..2026-10-30"]
inset = ["2026-11-23"]
closed = { "2026-11-24" = "bank holiday" }
"""


@pytest.fixture
async def inset_day(tmp_path: Path) -> AsyncIterator[World]:
    """Marsh Lane Primary with a calendar, two o'clock on the Monday, which is an INSET day."""
    world = World(tmp_path, school=SCHOOL + CALENDAR)
    await world.opens()
    yield world
    await world.closes()


async def rota(world: World, *shifts: Shift) -> None:
    async with world.attached.service.database.transaction() as tx:
        await duty.replace_rota(tx, world.school_id, shifts)


async def misses_check_in(world: World) -> None:
    """Asha arrives at two, and is silent until the alarm of 14:14."""
    await world.plans(world.asha)
    await world.asha.texts("1")
    await world.until("14:14")
    world.asha.ignores()


async def ends(world: World, by: Human, *others: Human) -> None:
    """The alarm is ended by a contact and the visit by Asha."""
    await by.texts(f"safe {by.code()} spoke to her")
    await world.asha.texts("left")
    world.asha.ignores()
    for one in (by, *others, world.olive):
        one.ignores()


async def test_an_off_duty_headteacher_is_skipped_and_the_deputy_told(world: World) -> None:
    """Henry texts that he is off; two minutes after the office Dana is told in his place, and he is left in peace."""
    henry, olive, dana = world.henry, world.olive, world.dana
    await henry.texts("off today")
    henry.receives("OFF DUTY noted 14:00, until Tue 24/11")
    olive.receives("From Mon 23/11 14:00 nobody is on duty as headteacher")
    await misses_check_in(world)
    olive.receives("ALARM", "missed check-in")
    await world.until("14:16")
    olive.receives("Dana is told too")
    dana.receives("ALARM")
    henry.receives_nothing()
    await ends(world, dana)
    [entry] = [entry for entry in await world.journal() if entry.kind == "off duty"]
    assert entry.body is not None
    assert (entry.body["away"], entry.body["off"]) == ([world.ids["Henry"]], [])


async def test_when_those_on_duty_do_not_answer_those_off_duty_are_told(world: World) -> None:
    """There is no silent end: after the last on duty the alarm goes to who is off, and then to all again."""
    henry, olive, dana = world.henry, world.olive, world.dana
    await henry.texts("off duty today")
    henry.receives("OFF DUTY")
    olive.receives("nobody is on duty as headteacher")
    await misses_check_in(world)
    await world.until("14:18")
    henry.receives("ALARM", "missed check-in")
    await world.until("14:20")
    for one in (olive, henry, dana):
        one.receives("NOBODY ANSWERS")
    await ends(world, henry, dana)


async def test_back_on_duty_ends_it(world: World) -> None:
    """From then on alarms come in turn again, and the next absence is told anew."""
    henry, olive, dana = world.henry, world.olive, world.dana
    await henry.texts("away till Fri")
    henry.receives("OFF DUTY noted 14:00, until Fri 27/11")
    olive.receives("nobody is on duty as headteacher")
    await henry.texts("Back on duty")
    henry.receives("ON DUTY noted 14:00. Alarms come to you in your turn.")
    await misses_check_in(world)
    await world.until("14:16")
    henry.receives("ALARM")
    dana.receives_nothing()
    await ends(world, henry)
    await henry.texts("off tomorrow")
    henry.receives("OFF DUTY noted from Tue 24/11 until Wed 25/11")
    olive.receives("From Tue 24/11 08:00 nobody is on duty as headteacher")


async def test_an_absence_by_record_is_told_to_the_office_on_its_first_morning(world: World) -> None:
    """Once, and only while the school is open; what was told when it was texted is not told again."""
    desk = world.attached.service.desk
    async with world.attached.service.database.transaction() as tx:
        absence = Absence(world.ids["Dana"], datetime(2026, 11, 24, tzinfo=UTC), datetime(2026, 11, 26, tzinfo=UTC))
        assert await duty.add_absence(tx, world.school_id, absence, world.clock())
    await world.henry.texts("off tomorrow")
    world.henry.receives("OFF DUTY")
    world.olive.receives("From Tue 24/11 08:00 nobody is on duty as headteacher")
    for moment in (datetime(2026, 11, 24, 7, 0, tzinfo=UTC), datetime(2026, 11, 24, 8, 0, tzinfo=UTC)):
        await world.lives_to(moment)
        await desk.chores()
        await desk.chores()
        await world.settles()
    world.olive.receives("nobody is on duty as deputy")
    world.olive.ignores()  # the term's question about code words


async def test_nobody_on_duty_in_school_hours_is_everybodys_alarm(world: World) -> None:
    """The rota has a hole and the rest are away: the whole ladder is told in the same instant, and the DSL who is there."""
    henry, olive, dana, dee = world.henry, world.olive, world.dana, world.dee
    await rota(world, Shift(role=Role.OFFICE, weekdays=WEEK, hours=Hours(time(8), time(13))))
    await henry.texts("off sick today")
    henry.receives("OFF DUTY")
    dana.receives("nobody is on duty as headteacher")
    await dana.texts("off today")
    dana.receives("OFF DUTY")
    for one in (olive, henry, dana):
        one.receives("NOBODY is on duty as deputy")
    await misses_check_in(world)
    for one in (olive, henry, dana, dee, world.bruno):
        one.receives("ALARM", "missed check-in")
    await ends(world, olive, henry, dana, dee, world.bruno)


async def test_a_code_word_is_told_to_the_deputy_in_the_place_of_an_absent_headteacher(world: World) -> None:
    """P15: in the same instant; and to who is off by the rota all the same, because a rota may be wrong."""
    henry, olive, dana, asha = world.henry, world.olive, world.dana, world.asha
    await rota(world, Shift(person_id=world.ids["Olive"], weekdays=frozenset({1})))
    await henry.texts("off today")
    henry.receives("OFF DUTY")
    dana.receives("nobody is on duty as headteacher")
    await world.plans(asha)
    await asha.texts("1")
    await asha.texts("is the blue folder in?")
    asha.ignores()
    for one in (olive, dana):
        one.receives("CODE WORD from Asha")
    henry.receives_nothing()
    await ends(world, dana, olive)


async def test_off_duty_in_answer_to_an_alarm_passes_it_on_at_once(world: World) -> None:
    """Who cannot take it says so, and no rung's time is lost."""
    henry, olive = world.henry, world.olive
    await misses_check_in(world)
    olive.receives("ALARM")
    await olive.texts("off today")
    olive.receives("OFF DUTY")
    henry.receives("nobody is on duty as office")
    henry.receives("ALARM", "missed check-in")
    await ends(world, henry, olive)


async def test_a_text_that_may_be_about_a_visit_is_left_to_the_visit(world: World) -> None:
    """Dana is deputy and on a visit: "off today" asks back, "off duty today" is her duty."""
    dana = world.dana
    await world.plans(dana)
    await dana.texts("off today")
    assert "OFF DUTY" not in dana.receives().text
    await dana.texts("off duty today")
    dana.receives("OFF DUTY")
    world.olive.receives("nobody is on duty as deputy")
    await dana.texts("called off")
    dana.receives("CALLED OFF")
    for one in (world.olive, world.henry):
        one.receives("CALLED OFF")


async def test_an_end_that_cannot_be_read_is_asked_for(world: World) -> None:
    """Nothing is noted until it is; and a visitor who can be alarmed by nobody is not asked about duty."""
    await world.henry.texts("away till Easter")
    world.henry.receives("Until when?")
    await world.asha.texts("off today")
    assert "OFF DUTY" not in world.asha.receives().text
    await misses_check_in(world)
    await world.until("14:16")
    world.henry.receives("ALARM")
    await ends(world, world.henry)


async def test_who_is_not_on_the_rota_hears_so_when_they_come_back(world: World) -> None:
    """Nobody is left to believe that alarms come to them first."""
    await rota(world, Shift(person_id=world.ids["Henry"], weekdays=frozenset({1})))
    await world.henry.texts("back on duty")
    world.henry.receives("the rota has you off now")


async def test_a_concern_goes_to_the_deputy_when_the_dsl_is_away(world: World) -> None:
    """P19b: to the DSL at once, or the deputy: never to a phone that lies at home."""
    asha, dee, dana = world.asha, world.dee, world.dana
    await dee.texts("on leave till Thursday")
    dee.receives("OFF DUTY")
    await world.plans(asha)
    await asha.texts("1")
    await asha.texts("concern: the boy has bruises")
    asha.ignores()
    dana.receives("CONCERN")
    dee.receives_nothing()
    await asha.texts("3")
    asha.receives("LEFT")
    world.olive.receives("LEFT")


async def test_on_an_inset_day_nobody_is_on_the_rota_and_the_whole_ladder_is_climbed(inset_day: World) -> None:
    """The rota of weekdays does not hold; the office, the head and the deputy are told in their order all the same."""
    world = inset_day
    await rota(world, *(Shift(role=role, weekdays=WEEK) for role in (Role.OFFICE, Role.HEADTEACHER, Role.DEPUTY)))
    await misses_check_in(world)
    world.olive.receives("ALARM")
    world.henry.receives_nothing()
    await world.until("14:18")
    for one in (world.henry, world.dana):
        one.receives("ALARM")
    await ends(world, world.dana, world.henry)


async def test_on_a_bank_holiday_who_has_its_duty_comes_first(inset_day: World) -> None:
    """A line for the day itself holds whatever the calendar calls it: Dana is told before the office."""
    world = inset_day
    weekdays = [Shift(role=role, weekdays=WEEK) for role in (Role.OFFICE, Role.HEADTEACHER, Role.DEPUTY)]
    bank_holiday = Days(date(2026, 11, 24), date(2026, 11, 24))
    await rota(world, *weekdays, Shift(person_id=world.ids["Dana"], days=bank_holiday))
    await world.lives_to(datetime(2026, 11, 24, 14, 0, tzinfo=UTC))
    await misses_check_in(world)
    world.dana.receives("ALARM")
    world.olive.receives_nothing()
    await ends(world, world.dana)


async def test_an_absence_over_the_autumn_hour_ends_at_the_schools_own_midnight(tmp_path: Path) -> None:
    """The clocks go back in between: at Monday's eight o'clock Henry is on duty, and was not an hour before it was Monday."""
    world = World(tmp_path, begins=datetime(2026, 10, 23, 14, 0, tzinfo=UTC))
    await world.opens()
    await world.henry.texts("away till Mon")
    world.henry.receives("until Mon 26/10")
    world.olive.receives("nobody is on duty as headteacher")
    away = []
    for moment in (datetime(2026, 10, 25, 23, 59, tzinfo=UTC), datetime(2026, 10, 26, 0, 0, tzinfo=UTC)):
        await world.lives_to(moment)
        async with world.attached.service.database.transaction() as tx:
            away.append([absence.person_id for absence in await duty.absences(tx, world.school_id, moment)])
    assert away == [[world.ids["Henry"]], []]
    await world.closes()
