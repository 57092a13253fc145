"""What the records of whoever goes lack is seen before the yes and asked for on the day, and is never in the way of a visit."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from tests.stories.test_authorising import asked
from tests.world.after import chores
from tests.world.phones import Human
from tests.world.world import World


async def has(world: World, human: Human, **particulars: object) -> None:
    """The office has put on record what this visitor now has."""
    human.particulars = replace(human.particulars, **particulars)  # type: ignore[arg-type]
    await world.records(human)


async def test_what_has_run_out_is_asked_for_on_the_day(world: World) -> None:
    """Of whoever goes, once a day, and told to the office; a crash asks nobody twice (P20 C8)."""
    await has(world, world.asha, insured_until=date(2026, 11, 22), dbs_on=date(2023, 11, 23))
    world.ben.vehicle = "on foot"
    await world.records(world.ben)
    number = await world.plans(world.asha, world.ben, start="16:00", end="16:30")
    await world.plans(world.asha, start="17:00", end="17:20")
    await chores(world)
    lacks = "DBS check good until 22/11/2026 only; car insured until 22/11/2026 only"
    world.asha.receives(f"Before you go on visit {number} today: {lacks}. Please give the office what it needs.")
    world.olive.receives(f"A. goes on visit {number} today: {lacks}. They have been asked for it.")
    await world.crashes()
    await world.reopens()
    await chores(world)
    await has(world, world.asha, insured_until=date(2027, 11, 22), dbs_on=date(2026, 11, 23))
    await world.passes("1h")
    await chores(world)


async def test_what_never_was_on_record_is_asked_for_once_a_week(world: World) -> None:
    """On the day as well, and again on a visit a week later: an office that keeps no such records is not asked each morning."""
    world.ben.vehicle = "blue Golf AB34 EFG"
    await has(world, world.ben, dbs=None, insured_until=None)
    lacks = "no DBS check on record (enhanced is wanted); no car insurance on record"
    for length, is_asked in (("1m", True), ("24h", False), ("144h", True)):
        await world.passes(length)
        world.ben.ignores()
        number = await world.plans(world.ben, start="16:00", end="16:30")
        await chores(world)
        told = [line.text for line in world.ben.ignores()]
        assert any(f"Before you go on visit {number} today: {lacks}." in text for text in told) is is_asked
        await world.ben.texts(f"call off {number} family ill")
        for one in world.staff:
            one.ignores()


async def test_nothing_is_asked_before_the_day(world: World) -> None:
    """What holds today and not on Wednesday is asked for on Wednesday."""
    world.ben.vehicle = "blue Golf AB34 EFG"
    await has(world, world.ben, insured_until=date(2026, 11, 24))
    number = await world.plans(world.ben, start="16:00", end="16:30", days=2)
    await chores(world)
    await world.passes("42h")
    await chores(world)
    world.ben.receives(f"visit {number} today: car insured until 24/11/2026 only")
    world.olive.receives(f"B. goes on visit {number} today")


async def test_on_a_day_that_the_school_is_closed_nobody_is_asked(tmp_path: Path) -> None:
    """Nobody could give the new dates to an office that is not there."""
    world = World(tmp_path, begins=datetime(2026, 11, 28, 9, tzinfo=UTC))
    await world.opens()
    await has(world, world.asha, insured_until=date(2026, 11, 20))
    await world.plans(world.asha, start="16:00", end="16:30")
    await chores(world)
    world.asha.receives_nothing()
    await world.closes()


async def test_whoever_says_yes_sees_what_the_records_lack(world: World) -> None:
    """Those who lack the same stand together, in a word each; it is a warning, and the yes counts (P20 C8)."""
    for one in (world.asha, world.ben):
        await has(world, one, dbs=None, training=())
    await has(world, world.asha, insured_until=date(2026, 11, 22))
    number = await asked(world)
    world.henry.receives(f"AUTHORISE? {number}", "A. lacking DBS, training, car insurance. B. lacking DBS, training.")
    await world.henry.texts("1")
    world.henry.receives(f"AUTHORISED {number}")
    for one in (world.asha, world.ben):
        one.receives("AUTHORISED by H.")


async def test_it_is_never_in_the_way_of_a_visit(world: World) -> None:
    """Whoever goes all the same is answered and watched as ever, and asked nothing at the door."""
    await has(world, world.asha, insured_until=date(2026, 11, 22))
    await world.plans(world.asha)
    await world.asha.texts("1")
    world.asha.receives("ARRIVED 14:00")
    await chores(world)
    await world.until("14:10")
    world.asha.receives("Is all OK?")
    await world.asha.texts("2")
    await world.asha.texts("left")
    for one in (world.asha, world.olive):
        one.ignores()
