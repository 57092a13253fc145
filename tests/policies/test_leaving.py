"""Leaving, coming back and being looked for, each school as its policy has it."""

from bot.details import Details
from tests.policies.conftest import At, ends
from tests.policies.test_there import arrived, nobody_hears
from tests.world.phones import Human
from tests.world.world import World


async def test_P14_a_leaving_is_told_and_concerns_are_asked_for(at: At) -> None:
    """The office hears of the leaving; "any concerns?" is asked, and the answer recorded."""
    world = await arrived(await at("potton"))
    await world.asha.texts("left")
    world.asha.receives("LEFT 14:00", "Any concerns?")
    world.olive.receives("A. LEFT 14:00")
    await world.asha.texts("none")
    assert [entry.body for entry in await world.journal() if entry.kind == "concerns"] == [{"concerns": "none"}]


async def _concern(world: World, deputy: Human) -> None:
    """To Dee in the same instant, with whose it is; where she is off, to the next the policy names; and to nobody else."""
    await world.until("14:07")
    await world.asha.texts("concern, he had bruises on his arm")
    world.asha.receives("CONCERN noted 14:07", "ring 999 first")
    world.dee.receives("CONCERN 14:07 from A., visit 1.", "Please ring +447700900001")
    nobody_hears(*world.everyone)
    await world.dee.texts("off duty today")
    for one in (world.dee, world.olive):
        one.ignores()
    await world.asha.texts("another concern, there is no food in the house")
    world.asha.receives("CONCERN noted 14:07")
    deputy.receives("CONCERN 14:07 from A., visit 1.", "Please ring +447700900001")
    nobody_hears(*world.everyone)
    await world.asha.texts("left")
    world.asha.receives("Any concerns?")
    world.olive.ignores()
    await world.asha.texts("he would not eat")
    world.asha.receives("CONCERN noted 14:07")
    deputy.receives("CONCERN 14:07 from A., visit 1.")
    nobody_hears(*world.everyone)
    kept = [entry.person_id for entry in await world.journal() if entry.body and entry.body.get("event") == "concern"]
    assert kept == [world.ids["Asha"]] * 3
    await ends(world)


async def test_P19b_a_concern_goes_to_the_dsl_at_once(at: At) -> None:
    """From any text and in the answer on leaving, in the same instant, to nobody else, and never only into a record."""
    world = await arrived(await at("potton"))
    await _concern(world, world.dana)


async def test_B8_a_concern_goes_to_the_dsl_at_once(at: At) -> None:
    """From any text and in the answer on leaving, in the same instant, to nobody else, and never only into a record."""
    world = await arrived(await at("birchwood"))
    await _concern(world, world.dana)


async def test_E15_a_concern_goes_to_the_dsl_at_once(at: At) -> None:
    """From any text and in the answer on leaving, in the same instant, to nobody else, and never only into a record."""
    world = await arrived(await at("early-years"))
    await _concern(world, world.henry)


async def test_B7_not_coming_back_to_school_is_said_on_leaving(at: At) -> None:
    """ "Left, not coming back to school": the office hears of it, and no return is awaited."""
    world = await arrived(await at("birchwood"), back="15:00")
    await world.asha.texts("left, not coming back to school")
    world.asha.receives("LEFT 14:00. Thank you, the visit is closed.")
    world.olive.receives("A. LEFT 14:00")
    await world.until("16:00")
    world.asha.receives_nothing()


async def test_E2b_a_return_is_confirmed_and_told(at: At) -> None:
    """ "Back" closes the outing, and the office has the confirmation."""
    world = await at("early-years")
    await world.plans(world.asha, back="15:00")
    await world.asha.texts("setting off")
    world.asha.receives("SET OUT")
    world.olive.receives("SET OUT")
    await world.until("14:50")
    await world.asha.texts("back at school")
    world.olive.receives("A. BACK 14:50")
    assert await world.state(world.asha) == "returned"


async def test_E4_the_office_chases_half_an_hour_after_the_scheduled_return(at: At) -> None:
    """Due 15:00, asked at 15:15, asked again, and at 15:30 the office has the alarm."""
    world = await at("early-years")
    await world.plans(world.asha, back="15:00")
    await world.asha.texts("setting off")
    world.asha.receives("SET OUT")
    world.olive.receives("SET OUT")
    await world.until("15:29")
    world.asha.receives("Expected back 15:00")
    world.asha.receives("No answer yet")
    world.olive.receives_nothing()
    await world.until("15:30")
    world.olive.receives("ALARM", "Asha not back from 14 High Street")
    await world.asha.texts("4")
    world.olive.receives("ENDED 15:30: Asha texted BACK")
    world.olive.receives("BACK 15:30")


async def test_E5b_a_new_time_is_asked_for_fifteen_minutes_past_the_return(at: At) -> None:
    """At 15:15 the visitor is asked for a new time; what they give is awaited and told."""
    world = await at("early-years")
    await world.plans(world.asha, back="15:00")
    await world.asha.texts("setting off")
    await world.until("15:14")
    world.asha.receives("SET OUT")
    world.asha.receives_nothing()
    await world.until("15:15")
    world.asha.receives("Expected back 15:00", "BACK IN 20 MINS")
    await world.asha.texts("back by 15:45")
    world.asha.receives("expected back 15:45")
    world.olive.receives("SET OUT")
    world.olive.receives("CHANGED 15:15", "expected back 15:45")
    await world.asha.texts("4")
    world.olive.receives("BACK")


async def test_E6_the_chase_goes_from_the_worker_to_the_address_the_head_and_the_police(at: At) -> None:
    """Each step is named with the number to ring, each answer is kept, and the last one has the words for 999."""
    world = await at("early-years")
    await world.plans(world.asha, back="15:00", details=Details(house_phone="07700 900960"))
    await world.until("15:30")
    world.asha.ignores()
    world.olive.receives("ALARM", "not back")
    await world.olive.texts("1")
    world.olive.receives("is yours", "Ring Asha +447700900001")
    for expected in (
        "Ring the house 07700 900960",
        "Ring the headteacher, Henry +447700900011",
        "Ring 999. Say: Asha",
    ):
        await world.olive.texts("no answer")
        world.olive.receives(expected)
    await world.olive.texts("rung")
    world.olive.receives("999 is rung")
    steps = [entry.body["step"] for entry in await world.journal() if entry.kind == "chase" and entry.body]
    assert steps == ["visitor", "address", "head", "police"]
    await world.olive.texts(f"real {world.olive.code()} found with a flat tyre")
    await world.asha.texts("4")
    for one in world.everyone:
        one.ignores()


async def _missing(world: World, last: str, due: str, alarm: str) -> None:
    """Nobody hears before it is due; then office and headteacher in one instant, with all that is known, and nobody else."""
    await world.until(last)
    world.asha.ignores()
    nobody_hears(*world.everyone)
    await world.until(due)
    for one in (world.olive, world.henry):
        one.receives("ALARM", alarm, "Ring +447700900001")
    world.asha.ignores()
    nobody_hears(*world.everyone)
    await world.henry.texts(world.henry.code())
    world.henry.receives("Asha +447700900001", "Visiting K.T.: attendance", "red Fiesta AB12 CDE", "Arrived 14:00")


async def test_P8_somebody_who_cannot_be_contacted_is_told_to_the_headteacher_at_once(at: At) -> None:
    """During the visit or after it: office and headteacher in one instant, nobody before them, with all that is known."""
    world = await arrived(await at("potton"), back="15:00")
    await _missing(world, "14:13", "14:14", "Asha missed check-in at 14 High Street, heard 14:00.")
    await world.asha.texts("2")
    await world.asha.texts("left, no concerns")
    for one in world.everyone:
        one.ignores()
    await _missing(world, "15:29", "15:30", "Asha not back from 14 High Street, heard 14:14.")
    await world.asha.texts("4")
    await ends(world)


async def test_P7_an_incident_is_recorded_and_reported_to_the_headteacher(at: At) -> None:
    """In the words it was texted in, at once, with whose it is and which visit's; and to nobody else."""
    world, said = await arrived(await at("potton")), "small incident, tripped over on the stairs"
    await world.asha.texts(said)
    world.asha.receives("INCIDENT noted 14:00")
    world.henry.receives(f'INCIDENT 14:00 from A., visit 1: "{said}"', "Ring +447700900001")
    nobody_hears(*world.everyone)
    bodies = [(entry, entry.body or {}) for entry in await world.journal()]
    kept = [entry for entry, body in bodies if body.get("event") == "incident" or body.get("text") == said]
    assert [(one.kind, one.person_id, one.visit_id) for one in kept] == [
        (k, world.ids["Asha"], 1) for k in ("text", "visit")
    ]
    await ends(world)


async def test_E3_visits_in_a_row_share_a_return_at_lunchtime_and_one_at_the_end_of_the_day(at: At) -> None:
    """Two families before lunch, one after it: set out, back and asked once for each half of the day."""
    world = await at("early-years")
    await world.plans(world.asha, start="14:00", end="14:20", back="15:00", outing=1)
    await world.plans(world.asha, start="14:20", end="14:50", back="15:00", outing=1, address="3 Weir Close")
    await world.plans(world.asha, start="15:40", end="16:20", back="16:30", address="9 Tanner Street")
    await world.asha.texts("setting off")
    world.asha.receives("SET OUT", "Expected back 15:00")
    world.olive.receives("SET OUT")
    await world.until("15:15")
    world.asha.receives("Expected back 15:00")
    world.asha.receives_nothing()
    await world.asha.texts("4")
    world.olive.receives("BACK 15:15")
    await world.until("15:35")
    await world.asha.texts("setting off")
    world.asha.receives("SET OUT", "Expected back 16:30")
    world.olive.receives("SET OUT")
    await world.until("16:45")
    world.asha.receives("Expected back 16:30")
    await world.until("17:00")
    world.asha.receives("No answer yet")
    world.olive.receives("ALARM", "Asha not back from 9 Tanner Street")
    await world.asha.texts("4")
    await ends(world)
