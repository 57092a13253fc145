"""Whoever goes knows what to know before they go: briefed in one text, acknowledged with one digit, never in the way."""

from datetime import timedelta

from bot.details import Details
from bot.people import Channel
from store import visits
from tests.stories.test_authorising import asked
from tests.world.world import World


async def authorised(world: World, **plan: object) -> int:
    """A visit of Asha and Ben that Henry has said yes to; their briefings wait on their phones."""
    number = await asked(world, **plan)  # type: ignore[arg-type]
    world.henry.receives("AUTHORISE?")
    await world.henry.texts("1")
    world.henry.receives("AUTHORISED")
    return number


async def briefed(world: World, number: int) -> list[bool]:
    """Of each place of a visit, whether its briefing has been read."""
    async with world.attached.service.database.transaction() as tx:
        return [bool(place.briefed_at) for place in await visits.places_of_visit(tx, world.school_id, number)]


async def test_one_text_and_one_digit(world: World) -> None:
    """The risks, the house rules in a line, and what to reply; who read it and when is on record."""
    asha, ben = world.asha, world.ben
    number = await authorised(world)
    text = asha.receives(f"AUTHORISED by H. BRIEFING {number}, 16:00-16:30 with B. Risks: dog.").text
    for rule in ("ID", "charged phone", "in only with an adult", "leave if unsafe"):
        assert rule in text
    assert len(text) <= 160
    ben.receives("BRIEFING", "with A. Risks")
    await asha.texts("5")
    asha.receives(f"READ {number} noted 14:02.")
    assert await briefed(world, number) == [True, False]
    await ben.texts("read and understood")
    ben.receives(f"READ {number}")
    assert await briefed(world, number) == [True, True]
    entries = [entry for entry in await world.journal() if entry.kind == "briefing" and entry.body]
    assert [entry.body["event"] for entry in entries if entry.body] == ["send due", "send due", "read", "read"]
    await world.until("15:30")
    ben.receives_nothing()


async def test_an_hour_later_the_digit_still_means_read(world: World) -> None:
    """It is no word about a visit, so it opens none however late it comes."""
    number = await authorised(world)
    world.ben.receives("BRIEFING")
    world.asha.receives("BRIEFING")
    await world.passes("50m")
    await world.asha.texts("5 thanks")
    world.asha.receives(f"READ {number} noted 14:52.")
    await world.asha.texts("read")
    world.asha.receives(f"READ {number}")
    assert await world.state(world.asha) == "planned"


async def test_it_is_sent_once_more_an_hour_before(world: World) -> None:
    """Only to who has not read it, and no more than that."""
    number = await authorised(world)
    for one in (world.asha, world.ben):
        one.receives("BRIEFING")
    await world.asha.texts(f"read {number}")
    world.asha.receives("READ")
    await world.until("15:00")
    world.asha.receives_nothing()
    world.ben.receives(f"Not read yet? BRIEFING {number}")
    await world.until("15:59")
    world.ben.receives_nothing()


async def test_setting_out_unread_is_told_to_the_office_and_stops_nobody(world: World) -> None:
    """Once for each, and the visit goes on as ever."""
    asha, ben, olive = world.asha, world.ben, world.olive
    number = await authorised(world)
    for one in (asha, ben):
        one.receives("BRIEFING")
    await ben.texts("5")
    ben.receives("READ")
    await world.until("15:50")
    asha.receives("Not read yet?")
    for one in (asha, ben):
        await one.texts("setting out")
        one.receives("SET OUT")
    olive.receives(f"A. set out or arrived 15:50 without reading the briefing, visit {number}.")
    await asha.texts("1")
    asha.receives("ARRIVED")
    olive.receives_nothing()


async def test_the_rest_is_one_text_away(world: World) -> None:
    """Where, whom, why, what else to know, who was told and the number; also for who is not asked, and for nobody else."""
    details = Details(risks="dog", notes="K.T. has asthma", family_told="by phone Fri", house_phone="07700 900960")
    number = await authorised(world, details=details, back="17:00")
    for one in (world.asha, world.ben):
        one.receives("BRIEFING")
    await world.bruno.texts(f"note {number} park in Mill Lane")
    world.bruno.receives(f"{number}: noted")
    await world.asha.texts(f"BRIEF {number}")
    text = world.asha.receives(
        f"{number}: 16:00-16:30, 14 High Street, K.T., attendance. Going: A. +447700900001, B. +447700900002. Risks: dog."
    ).text
    for part in ("K.T. has asthma; park in Mill Lane", "by phone Fri", "07700 900960", "Back 17:00"):
        assert part in text
    await world.asha.texts("5")
    world.asha.receives("READ")


async def test_where_the_policy_wants_no_briefing_the_yes_is_told_alone(world: World) -> None:
    """One text to each who goes, and nothing to acknowledge."""
    world.attached.service.desk.habits.schools[world.school_id] = world.school.model_copy(  # type: ignore[index]
        update={"policy": world.school.policy.model_copy(update={"briefing": False})}
    )
    number = await authorised(world)
    for one in (world.asha, world.ben):
        one.receives(f"AUTHORISED by H. {number}, 16:00-16:30.")
    await world.asha.texts("5")
    world.asha.receives("Not sure what you mean")


async def test_on_telegram_read_is_a_button(world: World) -> None:
    """A tap acknowledges it."""
    await world.enrols(world.asha)
    number = await authorised(world)
    line = world.asha.receives("BRIEFING", by=Channel.TELEGRAM)
    assert line.buttons == (f"Read {number}",)
    await world.asha.taps(f"Read {number}")
    world.asha.receives(f"READ {number}")
    world.ben.receives("BRIEFING")


async def test_a_crash_sends_no_briefing_twice(world: World) -> None:
    """What was owed before it is on the phone once."""
    await authorised(world)
    await world.crashes()
    world.clock.move_to(world.clock() + timedelta(seconds=30))
    await world.reopens()
    for one in (world.asha, world.ben):
        one.receives("BRIEFING")
        one.receives_nothing()
