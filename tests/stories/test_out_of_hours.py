"""A visit in the evening: the responsible contact is on the ladder, and the first of it (P3 B12 E9)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.details import Details
from bot.duty import Shift
from bot.people import Role
from store import duty
from tests.world.phones import Human
from tests.world.world import World

WEEK = frozenset(range(5))


@pytest.fixture
async def evening(tmp_path: Path) -> AsyncIterator[World]:
    """Marsh Lane Primary at half past four on a Monday: it closes at five, and its rota with it."""
    world = World(tmp_path, begins=datetime(2026, 11, 23, 16, 30, tzinfo=UTC))
    await world.opens()
    roles = (Role.OFFICE, Role.HEADTEACHER, Role.DEPUTY, Role.DSL, Role.BUSINESS_MANAGER)
    async with world.attached.service.database.transaction() as tx:
        await duty.replace_rota(tx, world.school_id, [Shift(role=role, weekdays=WEEK) for role in roles])
    yield world
    await world.closes()


async def visits_late(world: World, responsible: Human | None, code_word: bool = False) -> None:
    """Asha is on a visit from six to half past, with a responsible contact or without one."""
    details = Details(responsible_id=world.ids[responsible.name]) if responsible else None
    await world.plans(world.asha, start="18:00", end="18:30", details=details)
    await world.until("18:00")
    await world.asha.texts("1")
    if code_word:
        await world.asha.texts("is the blue folder in?")
    world.asha.ignores()


async def ends(world: World, by: Human, *others: Human) -> None:
    await by.texts(f"safe {by.code()} spoke to her")
    await world.asha.texts("left")
    for one in (world.asha, by, *others, world.olive):
        one.ignores()


async def test_in_the_evening_the_responsible_contact_is_told_first(evening: World) -> None:
    """Bruno, who is on no ladder of the policy, has this visit's evening: then the others, off duty or not."""
    world = evening
    await visits_late(world, world.bruno)
    await world.until("18:14")
    world.bruno.receives("ALARM", "missed check-in")
    world.olive.receives_nothing()
    await world.until("18:16")
    world.olive.receives("ALARM")
    world.bruno.receives("Olive is told too")
    world.asha.ignores()
    await ends(world, world.bruno)
    [entry] = [entry for entry in await world.journal() if entry.kind == "off duty"]
    assert entry.body is not None
    assert (entry.body["outside_hours"], entry.body["responsible"]) == (True, world.ids["Bruno"])


async def test_without_a_responsible_contact_the_full_ladder_is_climbed(evening: World) -> None:
    """Everybody is off by the rota, and nobody is spared: office, headteacher, deputy."""
    world = evening
    await visits_late(world, None)
    await world.until("18:14")
    world.olive.receives("ALARM")
    world.henry.receives_nothing()
    await world.until("18:18")
    for one in (world.henry, world.dana):
        one.receives("ALARM")
    world.asha.ignores()
    await ends(world, world.dana, world.henry)


async def test_a_responsible_contact_who_is_away_is_not_waited_for(evening: World) -> None:
    """Bruno has gone off duty since: the ladder is climbed as if the visit had none."""
    world = evening
    await visits_late(world, world.bruno)
    await world.bruno.texts("off duty today")
    world.bruno.receives("OFF DUTY")
    for one in (world.olive, world.henry, world.dana):
        one.receives("B. is off duty, but is the responsible contact of visit 1, Mon 23/11 18:00")
    await world.until("18:14")
    world.olive.receives("ALARM")
    world.bruno.receives_nothing()
    world.asha.ignores()
    await ends(world, world.olive)


async def test_a_code_word_in_the_evening_goes_to_all_who_are_named_at_once(evening: World) -> None:
    """The responsible contact, the office and the headteacher, in the same instant: nothing waits."""
    world = evening
    await visits_late(world, world.bruno, code_word=True)
    for one in (world.bruno, world.olive, world.henry):
        one.receives("CODE WORD from Asha")
    await ends(world, world.bruno, world.henry, world.dana)


async def test_a_visit_that_overruns_the_closing_climbs_the_full_ladder(evening: World) -> None:
    """Planned within hours, overdue after them: nobody was named for the evening, so nobody is left out."""
    world = evening
    await world.plans(world.asha, start="16:30", end="16:58")
    await world.asha.texts("1")
    await world.until("16:40")
    await world.asha.texts("2")
    world.asha.ignores()
    await world.until("17:07")
    world.olive.receives("ALARM", "overdue")
    await world.until("17:11")
    for one in (world.henry, world.dana):
        one.receives("ALARM")
    world.asha.ignores()
    await ends(world, world.dana, world.henry)
