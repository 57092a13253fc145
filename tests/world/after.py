"""What a story does after a visit: it lets the daily chores run, and looks at what is on record."""

from datetime import datetime

from bot.agreement import Agreement
from store import records, schools
from store.records import Feedback, Written
from tests.world.world import World


async def chores(world: World) -> None:
    """Doorstep looks at what is due once a day or when a visit has ended; a second look finds nothing more to do."""
    async with world.attached.service.database.transaction() as tx:
        await schools.confirm_code_words(tx, world.school_id, world.clock())  # what the chores ask is for other stories
    await world.attached.service.desk.chores()
    await world.attached.service.desk.chores()
    await world.settles()


async def visited(world: World, *, start: str = "14:00", end: str = "14:30") -> int:
    """Asha has been on a visit and has left at once, and what came of it is read; gives its number."""
    number = await world.plans(world.asha, start=start, end=end)
    await world.asha.texts("arrived")
    await world.asha.texts("left")
    world.asha.ignores()
    world.olive.ignores()
    return number


async def record_of(world: World, visit_id: int) -> Written:
    async with world.attached.service.database.transaction() as tx:
        written = await records.of_visit(tx, world.school_id, visit_id)
    assert written is not None, f"visit {visit_id} has no record"
    return written


async def agreements_of(world: World, visit_id: int) -> list[Agreement]:
    async with world.attached.service.database.transaction() as tx:
        return await records.agreements_of(tx, world.school_id, visit_id)


async def feedback(world: World) -> list[Feedback]:
    async with world.attached.service.database.transaction() as tx:
        return await records.feedback_of(tx, world.school_id)


async def lives_to_day(world: World, day: int, clock: str = "09:00", month: int = 12) -> None:
    """Live on until a day of this year."""
    hour, minute = map(int, clock.split(":"))
    await world.lives_to(datetime(2026, month, day, hour, minute, tzinfo=world.clock().tzinfo))
