"""Leaving, coming back and being looked for, each school as its policy has it."""

from bot.details import Details
from tests.policies.conftest import At
from tests.policies.test_there import arrived, ends
from tests.world.world import World


async def test_P14_a_leaving_is_told_and_concerns_are_asked_for(at: At) -> None:
    """The office hears of the leaving; "any concerns?" is asked, and the answer recorded."""
    world = await arrived(await at("potton"))
    await world.asha.texts("left")
    world.asha.receives("LEFT 14:00", "Any concerns?")
    world.olive.receives("A. LEFT 14:00")
    await world.asha.texts("none")
    assert [entry.body for entry in await world.journal() if entry.kind == "concerns"] == [{"concerns": "none"}]


async def _concern(world: World, *deputies: str) -> None:
    """Told to Dee in the same instant; and when she cannot be told, to the next the policy names."""
    await world.asha.texts("concern, he had bruises on his arm")
    world.asha.receives("CONCERN noted 14:00", "ring 999 first")
    world.dee.receives("CONCERN 14:00 from A.", "+447700900001")
    for name in deputies:
        await world.dee.texts("off duty today")
        await world.asha.texts("another concern, there is no food in the house")
        getattr(world, name).receives("CONCERN 14:00 from A.")
    await ends(world)


async def test_P19b_a_concern_goes_to_the_dsl_at_once(at: At) -> None:
    """From any text, in the same instant, never only into a record."""
    await _concern(await arrived(await at("potton")), "dana")


async def test_B8_a_concern_goes_to_the_dsl_at_once(at: At) -> None:
    """From any text, in the same instant, never only into a record."""
    await _concern(await arrived(await at("birchwood")), "dana")


async def test_E15_a_concern_goes_to_the_dsl_at_once(at: At) -> None:
    """From any text, in the same instant, never only into a record."""
    world = await at("early-years")
    await world.plans(world.asha)
    await world.asha.texts("arrived")
    world.asha.receives("ARRIVED")
    await _concern(world, "henry")


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
        "Ring the head, Henry +447700900011",
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


async def test_P8_somebody_who_cannot_be_contacted_is_told_to_the_headteacher_at_once(at: At) -> None:
    """The first alarm goes to the office and the headteacher together, with all that is known."""
    world = await arrived(await at("potton"))
    await world.until("14:14")
    world.asha.ignores()
    for one in (world.olive, world.henry):
        one.receives("ALARM", "Asha missed check-in at 14 High Street", "heard 14:00", "+447700900001")
    await world.henry.texts(world.henry.code())
    world.henry.receives("red Fiesta AB12 CDE", "K.T.")
    await world.asha.texts("2")
    await ends(world)


async def test_P7_an_incident_is_recorded_and_reported_to_the_headteacher(at: At) -> None:
    """In the words it was texted in, at once."""
    world = await arrived(await at("potton"))
    await world.asha.texts("small incident, tripped over on the stairs")
    world.asha.receives("INCIDENT noted 14:00")
    world.henry.receives("INCIDENT 14:00 from A.", "tripped over on the stairs")
    [kept] = [entry.body for entry in await world.journal() if entry.kind == "visit" and "incident" in str(entry.body)]
    assert kept is not None
    assert [e.body["text"] for e in await world.journal() if e.kind == "text" and e.body][-1].startswith(
        "small incident"
    )
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
