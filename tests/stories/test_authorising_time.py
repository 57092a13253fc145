"""What time does to a request: reminders, somebody off duty, a start without a yes, and what changes after it was given."""

from bot.details import Details
from store import requests
from tests.stories.test_authorising import SEEN, asked
from tests.world.world import World


async def says_yes(world: World) -> None:
    """Henry says yes to what he was asked, and whoever goes hears it."""
    world.henry.receives("AUTHORISE?")
    await world.henry.texts("1")
    world.henry.receives("AUTHORISED")
    for one in (world.asha, world.ben):
        one.receives("AUTHORISED by H.")


async def test_a_request_is_put_again_and_to_one_role_more(world: World) -> None:
    """After an hour, and then after twice as long; never at night."""
    henry, dana = world.henry, world.dana
    number = await asked(world, days=2)
    henry.receives(f"AUTHORISE? {number}", "Wed 16:00-16:30")
    await world.passes("59m")
    henry.receives_nothing()
    await world.passes("1m")
    for one in (henry, dana):
        one.receives(f"Not answered yet. AUTHORISE? {number}")
    await world.until("16:59")
    henry.receives_nothing()
    await world.until("17:05")
    henry.receives_nothing()
    await world.passes("14h50m")
    henry.receives_nothing()
    await world.passes("10m")
    for one in (henry, dana):
        one.receives("Not answered yet.")
    await dana.texts("1")
    dana.receives("AUTHORISED")
    for one in (world.asha, world.ben):
        one.receives("AUTHORISED by D.")
    await world.passes("8h")
    henry.receives_nothing()


async def test_who_is_off_duty_is_passed_over(world: World) -> None:
    """The next role is asked at once."""
    await world.henry.texts("off today")
    world.henry.receives("OFF DUTY")
    world.olive.receives("nobody is on duty as headteacher")
    number = await asked(world)
    world.henry.receives_nothing()
    world.dana.receives(f"AUTHORISE? {number}")
    await world.dana.texts("1")
    world.dana.receives("AUTHORISED")
    for one in (world.asha, world.ben):
        one.receives("AUTHORISED by D.")


async def test_a_request_made_at_night_waits_for_the_morning(world: World) -> None:
    """Nobody is woken for a visit of the next afternoon."""
    await world.until("21:00")
    number = await asked(world, days=1)
    world.henry.receives_nothing()
    await world.passes("10h57m")
    world.henry.receives_nothing()
    await world.passes("1m")
    world.henry.receives(f"AUTHORISE? {number}")
    world.dee.receives("PLANNED")
    await world.henry.texts("1")
    world.henry.receives("AUTHORISED")
    for one in (world.asha, world.ben):
        one.receives("AUTHORISED")


async def test_nobody_sets_out_without_a_yes_unwarned(world: World) -> None:
    """Half an hour before the start whoever goes is told, once, and whoever is asked is asked again."""
    number = await asked(world, start="15:20", end="15:50")
    world.henry.receives("AUTHORISE?")
    await world.until("14:50")
    for one in (world.asha, world.ben):
        one.receives(f"NOT AUTHORISED YET: {number}, 15:20-15:50. Please do not set out.")
    world.henry.receives("Not answered yet.")
    world.dana.receives("Not answered yet.")
    await world.until("15:10")
    await world.henry.texts("1")
    world.henry.receives("AUTHORISED")
    for one in (world.asha, world.ben):
        one.receives("AUTHORISED by H.")


async def test_an_arrival_without_a_yes_is_protected_and_told_of_once(world: World) -> None:
    """The arrival is answered as ever, its check-in comes, and those the policy names hear of it; of the partner's no more."""
    asha, ben, olive, henry = world.asha, world.ben, world.olive, world.henry
    number = await asked(world, start="14:40", end="15:10")
    for one in (henry, world.dana):
        one.receives("AUTHORISE?")
    await world.until("14:35")
    for one in (asha, ben):
        one.receives("NOT AUTHORISED YET")
    for one in (henry, world.dana):
        one.receives("Not answered yet.")
    await asha.texts("1")
    asha.receives("ARRIVED 14:35. All OK? will be asked at 14:50.")
    for one in (olive, henry):
        one.receives(f"NOT AUTHORISED 14:35: A. on the way or there, visit {number}")
    await ben.texts("1")
    ben.receives("ARRIVED")
    await world.until("14:50")
    for one in (asha, ben):
        one.receives("Is all OK?")
        await one.texts("2")
    await henry.texts("1")
    henry.receives(f"AUTHORISED {number}")
    await asha.texts("we have left")
    for one in (asha, ben):
        one.receives("AUTHORISED by H.")
        one.receives("LEFT")
        olive.receives("LEFT")


async def test_a_refusal_asks_back_whoever_is_out_already(world: World) -> None:
    """It ends nothing: whoever is inside is asked to leave, and stays watched until they say so."""
    asha, ben, olive = world.asha, world.ben, world.olive
    await asked(world, asha, start="14:40", end="15:10")
    for one in (world.henry, world.dana):
        one.receives("AUTHORISE?")
    await world.until("14:36")
    asha.receives("NOT AUTHORISED YET")
    for one in (world.henry, world.dana):
        one.ignores()
    await asha.texts("1")
    asha.receives("ARRIVED")
    for one in (world.henry, olive, olive):
        one.ignores()
    await world.dana.texts("2 the family has moved")
    world.dana.receives("DECLINED")
    asha.receives("NOT AUTHORISED", "D. writes: the family has moved Please leave, and reply 3 when you have.")
    for one in (olive, world.henry):
        one.receives("NOT AUTHORISED, called off")
    assert await world.state(asha) == "there"
    await asha.texts("3")
    asha.receives("LEFT")
    olive.receives("LEFT")
    ben.receives_nothing()


async def test_a_new_risk_asks_for_the_yes_anew(world: World) -> None:
    """The safeguarding lead adds to it after the yes: whoever goes is told to wait, and all of it is seen the second time."""
    asha, ben, henry, dee = world.asha, world.ben, world.henry, world.dee
    number = await asked(world)
    await says_yes(world)
    await dee.texts(f"RISK {number} dad threatened staff in June")
    dee.receives(f"{number}: risk noted.")
    for one in (asha, ben):
        one.receives(f"CHANGED {number}", "a new risk. It needs a new yes.")
    await world.passes("2m")
    henry.receives("Risks: dog; dad threatened staff in June")
    await henry.texts("1")
    henry.receives("AUTHORISED")
    for one in (asha, ben):
        one.receives("BRIEFING", "dad threatened staff in June")


async def test_a_visit_that_is_moved_by_text_needs_a_new_yes(world: World) -> None:
    """Whoever goes may move it; both hear that it waits, and it is put to Henry with its new time: moved again, once more."""
    number = await asked(world)
    await says_yes(world)
    await world.asha.texts(f"move {number} to 16.20")
    world.asha.receives(f"MOVED {number}: 16:20")
    world.ben.receives(f"A. MOVED {number}: 16:20")
    for one in (world.asha, world.ben):
        one.receives(f"CHANGED {number}, 16:20-16:50: moved. It needs a new yes.")
    await world.passes("2m")
    world.dee.ignores()
    world.henry.receives(f"AUTHORISE? {number}: A.+B. to K.T., 16:20-16:50")
    await world.asha.texts(f"move {number} to 16.25")
    world.asha.receives(f"MOVED {number}: 16:25")
    world.ben.receives(f"A. MOVED {number}: 16:25")
    await world.passes("2m")
    world.dee.ignores()
    world.henry.receives(f"AUTHORISE? {number}: A.+B. to K.T., 16:25-16:55")
    await world.henry.texts("1")
    world.henry.receives("AUTHORISED")
    for one in (world.asha, world.ben):
        one.receives("AUTHORISED by H.")


async def test_a_high_risk_mark_is_lifted_with_a_reason_and_by_the_authoriser_alone(world: World) -> None:
    """No yes before that (E10), neither by digit nor by number."""
    number = await asked(world, details=Details(high_risk=True, assessment="Henry 20/11", family_told="by phone"))
    henry, dee = world.henry, world.dee
    henry.receives("HIGH RISK")
    await henry.texts("1")
    henry.receives(f"{number} is marked high risk. Reply LIFT {number} and why")
    await dee.texts(f"lift {number} he has moved out")
    dee.receives(f"{number} is not yours to authorise. That is for H., D.")
    await henry.texts(f"lift {number}")
    henry.receives("Why is the mark lifted?")
    await henry.texts(f"LIFT {number} police say he has moved out")
    henry.receives(f"{number}: the high-risk mark is lifted, with your reason.")
    await henry.texts(f"{number} yes")
    henry.receives("AUTHORISED")
    for one in (world.asha, world.ben):
        one.receives("AUTHORISED by H.", "high risk, lifted: police say he has moved out")


async def test_the_office_hears_when_nobody_may_say_yes(world: World) -> None:
    """Those with the role go along themselves, or there are none: told once, with the question that mends it."""
    await world.plans(world.henry, world.dana, start="16:00", end="16:30", details=SEEN, asks=True)
    await world.passes("2m")
    world.olive.receives("Nobody can authorise visit", "there is no headteacher, deputy who does not go along")
    await world.passes("80m")
    world.olive.receives_nothing()
    await world.until("15:30")
    for one in (world.henry, world.dana):
        one.receives("NOT AUTHORISED YET")


async def test_a_crash_asks_nobody_twice(world: World) -> None:
    """What was asked before it is not asked again after it, and the answer counts."""
    number = await asked(world)
    await world.crashes()
    await world.reopens()
    world.henry.receives("AUTHORISE?")
    world.henry.receives_nothing()
    await world.henry.texts("1")
    world.henry.receives(f"AUTHORISED {number}")
    for one in (world.asha, world.ben):
        one.receives("AUTHORISED")
    async with world.attached.service.database.transaction() as tx:
        request = await requests.of_visit(tx, world.school_id, number)
    assert request is not None
    assert (request.state, request.yes_by, request.due) == ("authorised", world.ids["Henry"], None)
