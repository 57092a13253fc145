"""Outside school hours, and what is on record of those who go, each school as its policy has it."""

from datetime import date, datetime

import pytest

from bot import fitness, notices
from bot.calendar import outside
from bot.details import Details
from bot.policy import OutOfHours
from handlers.imports import ImportRefused, import_people
from store import people, visits
from tests.policies.conftest import At
from tests.world.phones import Human
from tests.world.world import World

HEAD = "school,name,roles,phone,telegram_id,code_word,vehicle"
MORE = "dbs,dbs_on,training,insured_until,vehicle_make,vehicle_model,vehicle_colour,vehicle_registration"
CAR = "Ford,Fiesta,red,AB12 CDE"


async def evening_visit(world: World, responsible: Human) -> None:
    """Asha is on a visit from 18:00 that has a responsible contact, and is silent until its alarm."""
    visit_id = await world.plans(world.asha, start="18:00", end="18:30")
    async with world.attached.service.database.transaction() as tx:
        visit = await visits.by_id(tx, world.school_id, visit_id)
        assert visit is not None
        await visits.change(tx, visit, details=Details(responsible_id=world.ids[responsible.name]))
    await world.until("18:00")
    await world.asha.texts("arrived")


async def ends(world: World) -> None:
    await world.asha.texts("left, no concerns, not coming back to school")
    for one in world.everyone:
        one.ignores()


def why_outside(world: World, start: str, end: str) -> str:
    """In which words a visit of the day is outside school hours; "" when it is within."""
    day = world.clock().astimezone(world.school.zone).date()
    starts, ends_at = (
        datetime.combine(day, datetime.strptime(clock, "%H:%M").time(), world.school.zone)  # noqa: DTZ007 (a time of day)
        for clock in (start, end)
    )
    closed = outside(world.school.calendar, starts, ends_at)
    return notices.why_closed(closed) if closed else ""


async def imports(world: World, line: str, head: str = f"{HEAD},{MORE}") -> None:
    """The administrator imports one more line of people."""
    async with world.attached.service.database.transaction() as tx:
        await import_people(tx, world.attached.service.desk.habits.schools, f"{head}\n{line}\n")


async def lacks(world: World, name: str, day: date = date(2026, 11, 23)) -> list[str]:
    """What whoever gives the yes is warned of for a visit of this person on that day."""
    async with world.attached.service.database.transaction() as tx:
        staff = {person.name: person for person in await people.of_school(tx, world.school_id)}
    return [notices.fitness(fault) for fault in fitness.faults(staff[name], world.school.policy, day)]


async def test_P3_in_the_evening_the_responsible_contact_is_on_the_ladder(at: At) -> None:
    """A visit after closing is known for one; its alarm goes first to the contact whom it has for that, then on."""
    world = await at("potton")
    assert world.school.policy.out_of_hours is OutOfHours.AUTHORISED
    assert (why_outside(world, "18:00", "18:30"), why_outside(world, "14:00", "14:30")) == ("after 17:00", "")
    await evening_visit(world, world.bruno)
    await world.until("18:14")
    world.bruno.receives("ALARM", "missed check-in")
    world.olive.receives_nothing()
    await world.until("18:16")
    for one in (world.olive, world.henry):
        one.receives("ALARM")
    await ends(world)


async def test_B12_an_evening_visit_is_known_for_one_and_has_its_contact(at: At) -> None:
    """Evenings are advised against, with the reason in words; silence past the end goes to the responsible contact."""
    world = await at("birchwood")
    assert world.school.policy.out_of_hours is OutOfHours.ADVISED_AGAINST
    assert why_outside(world, "16:45", "17:15") == "after 17:00"
    await evening_visit(world, world.bruno)
    await world.until("18:39")
    world.bruno.receives("ALARM", "overdue")
    world.olive.receives_nothing()
    await ends(world)


async def test_E9_on_the_way_to_work_or_from_it_is_outside_hours(at: At) -> None:
    """Before the school opens and after it has closed a visit needs approval; what begins in hours and ends late does too."""
    world = await at("early-years")
    assert world.school.policy.out_of_hours is OutOfHours.APPROVAL
    assert why_outside(world, "07:30", "07:50") == "before 08:00"
    assert why_outside(world, "17:05", "17:30") == "after 17:00"
    assert why_outside(world, "16:50", "17:10") == "after 17:00"


async def _no_mobile(world: World) -> None:
    with pytest.raises(ImportRefused, match="everybody needs a mobile number on record"):
        await imports(world, "marsh-lane,Ben,visitor,,,,", HEAD)
    async with world.attached.service.database.transaction() as tx:
        assert all(person.phone for person in await people.of_school(tx, world.school_id))


async def test_P11_everybody_has_a_mobile_number_on_record(at: At) -> None:
    """Nobody is taken in without one, so no visit can be planned for somebody without."""
    await _no_mobile(await at("potton"))


async def test_W1_everybody_has_a_mobile_number_on_record(at: At) -> None:
    """Nobody is taken in without one, so no visit can be planned for somebody without."""
    await _no_mobile(await at("willows"))


async def test_P17_the_car_is_on_record_and_told_with_an_alarm(at: At) -> None:
    """Make, model, registration and colour are kept; one that lacks is named, and who asks for the details sees them."""
    world = await at("potton")
    person = "marsh-lane,Asha,visitor,+447700900001,,blue folder,,enhanced,2026-01-12"
    training = "home visits 2026-09-01;violence prevention 2026-09-01"
    await imports(world, f"{person},{training},,Ford,,red,AB12 CDE")
    assert await lacks(world, "Asha") == ["car not fully on record"]
    await imports(world, f"{person},{training},,{CAR}")
    assert await lacks(world, "Asha") == []
    await world.plans(world.asha)
    await world.asha.texts("arrived")
    await world.until("14:14")
    world.olive.receives("ALARM")
    await world.olive.texts(world.olive.code())
    world.olive.receives("Car: red Ford Fiesta AB12 CDE")
    await ends(world)


async def test_C8_the_cars_insurance_must_hold_on_the_day(at: At) -> None:
    """On its last day it does; the day after, and where none is on record, whoever gives the yes is warned."""
    world = await at("coteford")
    person = "marsh-lane,Asha,visitor,+447700900001,,,,enhanced,2026-01-12,"
    await imports(world, f"{person},2026-11-23,{CAR}")
    assert await lacks(world, "Asha") == []
    assert await lacks(world, "Asha", date(2026, 11, 24)) == ["car insured until 23/11/2026 only"]
    await imports(world, f"{person},,{CAR}")
    assert await lacks(world, "Asha") == ["no car insurance on record"]


async def test_P20_a_missing_or_expired_check_or_training_is_named(at: At) -> None:
    """The level and day of the check and the days of each training are on the person, and held against the day."""
    world = await at("potton")
    assert await lacks(world, "Ben") == [
        "no DBS check on record (enhanced is wanted)",
        "not trained in violence prevention",
        "not trained in home visits",
        "no car on record",
    ]
    training = "home visits 2026-09-01;violence prevention 2023-09-01 until 2026-08-31"
    await imports(world, f"marsh-lane,Ben,visitor,+447700900002,,,on foot,standard,2026-01-12,{training},,,,,")
    assert await lacks(world, "Ben") == [
        "DBS check below enhanced",
        "training in violence prevention good until 31/08/2026 only",
    ]
    await imports(world, f"marsh-lane,Ben,visitor,+447700900002,,,on foot,enhanced,2023-11-23,{training},,,,,")
    assert (await lacks(world, "Ben"))[0] == "DBS check good until 22/11/2026 only"
