"""Outside school hours, and what is on record of those who go, each school as its policy has it."""

from contextlib import nullcontext
from datetime import date

import pytest

from bot import fitness, notices
from bot.people import NOTHING_ON_RECORD
from handlers.imports import ImportRefused, import_people
from store import people
from tests.policies.conftest import At, ends
from tests.policies.test_authorised import asks
from tests.world.after import chores
from tests.world.phones import Human
from tests.world.world import World

HEAD = "school,name,roles,phone,telegram_id,code_word,vehicle"
MORE = "dbs,dbs_on,training,insured_until,vehicle_make,vehicle_model,vehicle_colour,vehicle_registration"
CAR = "Ford,Fiesta,red,AB12 CDE"


async def plans(world: World, line: str, *asked: tuple[str, str], number: int = 1) -> str:
    """Asha plans in one line and answers what her school wants besides; gives her last text. Then the yes is asked for."""
    await world.asha.texts(line)
    for question, said in asked:
        world.asha.receives(question)
        await world.asha.texts(said)
    shown = world.asha.receives(f"PLANNED {number}")
    world.ben.receives(f"PLANNED {number} with you")
    await world.passes("2m")
    return shown.text


async def imports(world: World, line: str, head: str = f"{HEAD},{MORE}") -> None:
    """The administrator imports one more line of people."""
    async with world.attached.service.database.transaction() as tx:
        await import_people(tx, world.attached.service.desk.habits.schools, f"{head}\n{line}\n")


async def lacks(world: World, name: str, day: date = date(2026, 11, 23)) -> list[str]:
    """What whoever gives the yes is warned of for a visit of this person on that day."""
    async with world.attached.service.database.transaction() as tx:
        staff = {person.name: person for person in await people.of_school(tx, world.school_id)}
    return [notices.fitness(fault) for fault in fitness.faults(staff[name], world.school.policy, day)]


EVENING = "visit today 6pm-6.30pm 14 High St SG19 2AB, K.T., attendance, with Ben, mum told by phone, back 7pm"


async def test_P3_an_evening_visit_is_warned_of_needs_its_own_yes_and_has_a_contact(at: At) -> None:
    """Warned at planning, put to the headteacher by itself with the reason, and the contact named for it is alarmed first."""
    world = await at("potton")
    shown = await plans(world, EVENING, ("risk assessment", "Henry 20/11"))
    assert "Outside school hours: after 17:00." in shown
    world.henry.receives("AUTHORISE? 1", "18:00-18:30", "Out of hours: after 17:00.", "Reply 1 yes")
    await world.henry.texts("all")
    world.henry.receives("1 is outside school hours and needs a yes of its own")
    await world.henry.texts("1 yes")
    world.henry.receives("AUTHORISED 1", "alarms about 1 come to you first")
    await world.henry.texts("contact 1 Bruno")
    world.bruno.receives("H. names you for visit 1")
    await world.until("18:00")
    await world.asha.texts("we have both arrived")
    await world.until("18:14")
    world.bruno.receives("ALARM", "missed check-in")
    for one in (world.olive, world.dana):
        assert not [line for line in one.ignores() if "ALARM" in line.text]
    await world.until("18:16")
    world.olive.receives("ALARM")
    await ends(world)


async def test_B12_an_evening_visit_is_advised_against_and_has_its_contact(at: At) -> None:
    """Warned of in the plan and the request; whoever says yes is alarmed first, then the others. By day none of it."""
    world = await at("birchwood")
    shown = await plans(world, EVENING, ("code word", "tartan ukulele"))
    assert "Outside school hours: after 17:00." in shown
    world.dee.receives("AUTHORISE? 1", "Out of hours: after 17:00.")
    await world.dee.texts("1 yes")
    world.dee.receives("AUTHORISED 1", "alarms about 1 come to you first")
    day = EVENING.replace("6pm-6.30pm", "3pm-3.30pm").replace("7pm", "4pm")
    assert "school hours" not in await plans(world, day, ("code word", "purple trombone"), number=2)
    assert "hours" not in world.dee.receives("AUTHORISE? 2").text
    await world.dee.texts("2 yes")
    assert "come to you first" not in world.dee.receives("AUTHORISED 2").text
    await _overdue(world, "15:00", "15:39", world.olive, world.dana)
    await _overdue(world, "18:00", "18:39", world.dee, world.olive)
    await ends(world)


async def _overdue(world: World, start: str, due: str, first: Human, then: Human) -> None:
    """Asha and Ben are there and say nothing at the end: who is alarmed when it is due, and who two minutes later."""
    await world.until(start)
    await world.asha.texts("we have both arrived")
    await world.until(due)
    for one in world.everyone:
        alarmed = [line for line in one.ignores() if "ALARM" in line.text and "overdue" in line.text]
        assert bool(alarmed) is (one is first), one.name
    await world.passes("2m")
    then.receives("ALARM", "overdue")
    await world.asha.texts("we have both left, not coming back to school")
    for one in world.everyone:
        one.ignores()


async def test_E9_on_the_way_to_work_or_from_it_needs_the_approval_of_the_head(at: At) -> None:
    """Before the school opens, or ending after it: the head's own yes by number, told why; nobody else's, and no "all"."""
    world = await at("early-years")
    rest = "14 High St SG19 2AB, with Ben, mum told by phone, 07700 900123"
    shown = await plans(world, f"visit tomorrow 7.30am-7.50am {rest}, back 8.30", ("contact for this visit", "Olive"))
    assert "Outside school hours: before 08:00." in shown
    world.henry.receives("AUTHORISE? 1", "Out of hours: before 08:00.", "Reply 1 yes")
    line = f"visit tomorrow 9.30am-9.50am {rest}, back 10.30"
    assert "school hours" not in await plans(world, line, ("contact for this visit", "Olive"), number=2)
    assert "hours" not in world.henry.receives("AUTHORISE? 2").text
    await world.dana.texts("1 yes")
    world.dana.receives("1 is not yours to authorise. That is for H.")
    await world.henry.texts("all")
    world.henry.receives("AUTHORISED 2.", "1 is outside school hours and needs a yes of its own")
    world.asha.receives("AUTHORISED by H. BRIEFING 2")
    world.asha.receives_nothing()
    await world.henry.texts("1 yes")
    world.henry.receives("AUTHORISED 1.")
    world.asha.receives("AUTHORISED by H. BRIEFING 1")
    late = await world.plans(world.asha, world.ben, start="16:50", end="17:10", back="17:30", asks=True)
    await world.passes("2m")
    world.henry.receives(f"AUTHORISE? {late}", "Out of hours: after 17:00.")
    await ends(world)


async def _no_mobile(world: World) -> None:
    """Sam is refused with Telegram alone, and taken in with a number."""
    for number, taken_in in (("", False), (world.sam.number, True)):
        with (
            nullcontext() if number else pytest.raises(ImportRefused, match="everybody needs a mobile number on record")
        ):
            await imports(world, f"marsh-lane,Sam,visitor,{number},{world.sam.chat},,", HEAD)
        async with world.attached.service.database.transaction() as tx:
            known = [person.name for person in await people.of_school(tx, world.school_id)]
        assert ("Sam" in known) is taken_in


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
    await asks(world, world.asha, world.ben)
    world.henry.receives("AUTHORISE?", "A. lacking car details.")
    await imports(world, f"{person},{training},,{CAR}")
    assert await lacks(world, "Asha") == []
    await world.plans(world.asha)
    await world.asha.texts("arrived")
    await world.until("14:14")
    world.olive.receives("ALARM")
    await world.olive.texts(world.olive.code())
    world.olive.receives("Car: red Ford Fiesta AB12 CDE")
    await ends(world)


async def test_C8_the_insurance_of_the_car_must_hold_on_the_day(at: At) -> None:
    """On its last day it does; after it, and where none is on record, whoever says yes is warned, and the driver asked."""
    world = await at("coteford")
    person = "marsh-lane,Asha,visitor,+447700900001,,,,enhanced,2026-01-12,"
    await imports(world, f"{person},2026-11-23,{CAR}")
    assert await lacks(world, "Asha") == []
    assert await lacks(world, "Asha", date(2026, 11, 24)) == ["car insured until 23/11/2026 only"]
    await imports(world, f"{person},,{CAR}")
    assert await lacks(world, "Asha") == ["no car insurance on record"]
    await imports(world, f"{person},2026-11-22,{CAR}")
    number = await asks(world, world.asha, world.ben)
    world.henry.receives(f"AUTHORISE? {number}", "A. lacking car insurance.")
    await chores(world)
    world.asha.receives(f"Before you go on visit {number} today: car insured until 22/11/2026 only.")
    world.olive.receives(f"A. goes on visit {number} today: car insured until 22/11/2026 only.")
    await ends(world)


async def test_P20_a_missing_or_expired_check_or_training_is_named(at: At) -> None:
    """The check and its day, each training and its day are on the person; whoever says yes is warned, and Ben is asked."""
    world = await at("potton")
    world.ben.particulars = NOTHING_ON_RECORD
    await world.records(world.ben)
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
    number = await asks(world, world.asha, world.ben)
    world.henry.receives(f"AUTHORISE? {number}", "B. lacking DBS date, training date.")
    await chores(world)
    world.ben.receives(
        f"Before you go on visit {number} today: DBS check good until 22/11/2026 only; training in violence"
    )
    await ends(world)
