"""What a story does after a visit: it lets the daily chores run, and looks at what is on record."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from pathlib import Path

from bot.agreement import Agreement
from bot.papers import Document
from bot.school import School
from store import records, schools
from store.database import Transaction
from store.records import Feedback, Written
from tests.bot.paper_values import words
from tests.world.world import MONDAY_TWO, SCHOOL, World


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
    await world.asha.texts("left, no concerns")
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


def at_school(folder: Path, preset: str, overrides: str = "", begins: datetime = MONDAY_TWO) -> World:
    """A world whose school has this preset, with a number for families."""
    folder.mkdir(exist_ok=True)
    school = SCHOOL.replace('policy = "default"', f'policy = "{preset}"\nphone = "07700 900990"')
    return World(folder, school=school + (f"[marsh-lane.overrides]\n{overrides}\n" if overrides else ""), begins=begins)


def reads_all(world: World) -> list[str]:
    """Everybody looks at everything on their phones; gives it, each with the name before it."""
    return [f"{human.name}: {line.text}" for human in world.everyone for line in human.ignores()]


SAID = {
    "who was there?": "Mother and gran",
    "What was said?": "The bus is missed",
    "What was agreed": "Mum rings by 8.30, by Fri 4 Dec",
    "Which class": "4 Oak",
    "Attendance over": "64.5% 31 missed 9 authorised 22 unauthorised",
    "Has the parent signed?": "1",
    "pupil in the car?": "Ben, insured",
    "Anything for the review": "the slip is hard to read",
}
"""Asha's answers, by what is in the question."""


async def records_it(world: World, said: Mapping[str, str] = SAID) -> list[str]:
    """Asha asks for her record and answers until it is complete; gives what was asked."""
    asha, asked = world.asha, []
    await asha.texts("record")
    for _ in range(12):
        line = asha.receives()
        asked.append(line.text)
        reply = next((reply for fragment, reply in said.items() if fragment in line.text), None)
        if reply is None:
            break
        await asha.texts(reply)
    assert "is complete" in asked[-1], asked
    return asked


async def paper(world: World, make: Callable[[Transaction, Mapping[int, School]], Awaitable[Document]]) -> str:
    """All that stands on a paper made now."""
    service = world.attached.service
    async with service.database.transaction() as tx:
        return words(await make(tx, service.desk.habits.schools))
