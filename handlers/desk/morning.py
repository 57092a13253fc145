"""The doctor's look before the first visit of the day: whether it is due, and what the office is told of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot import checkup, notices
from bot.checkup import About, Sign
from handlers.desk.case import Case
from store import told, visits

ROOM = 60
"""Characters for what is wrong: with them the notice is one SMS."""
EXAMINED = "examined"


async def is_due(case: Case, school_id: int) -> bool:
    """Whether this school has yet to be looked at today."""
    calendar = case.school(school_id).calendar
    midnight = calendar.instant(calendar.day(case.now), checkup.MIDNIGHT)
    first = await visits.first_start(case.tx, school_id, midnight, midnight + timedelta(days=1))
    return checkup.is_due(calendar, case.now, await told.last(case.tx, school_id, EXAMINED), first)


async def tell(
    case: Case, school_id: int, signs: Sequence[Sign], administrator: str, *, at_start: bool = False
) -> None:
    """Note that it was looked at, and tell the office, on every channel they have, what is red.

    A look `at_start` tells what no other of the day has told; while the day's own look is to come, it tells nothing.
    """
    school = case.school(school_id)
    midnight = school.calendar.instant(school.calendar.day(case.now), checkup.MIDNIGHT)
    if at_start and ((last := await told.last(case.tx, school_id, EXAMINED)) is None or last < midnight):
        return
    reds = checkup.reds(signs, school.key)
    fresh = [
        about for about in dict.fromkeys(sign.about for sign in reds) if await _is_new(case, school_id, about, midnight)
    ]
    if at_start:
        reds = [sign for sign in reds if sign.about in fresh]
    else:
        await told.is_due(case.tx, school_id, EXAMINED, case.now, case.now)
        await case.note(school_id, "examined", red=[f"{sign.about}: {sign.words}" for sign in reds])
    if not reds:
        return
    found = dict.fromkeys(notices.label(f"doctor_{sign.about}", school.language) for sign in reds)
    text = notices.render(
        "office_doctor",
        school.language,
        now=case.clock(school_id, case.now),
        found=notices.shorten(", ".join(found), ROOM),
        who=administrator or notices.label("administrator", school.language),
    )
    for person in await case.office(school_id):
        # What is red may be the very channel they would be told by.
        await case.owe(person, "office_doctor", text, case.usable(person.channels()))


async def _is_new(case: Case, school_id: int, about: About, midnight: datetime) -> bool:
    """Whether this has not been told today. It is told now."""
    return await told.is_due(case.tx, school_id, f"red {about}", midnight, case.now)
