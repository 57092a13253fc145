"""Drills are kept: one at a time a school, and who answered when."""

from dataclasses import replace

from sqlalchemy import text

from bot.drill import LENGTH, State
from store import drills
from store.database import Database
from tests.store.cast import MINUTE, NOW, add_school, core


async def test_one_is_wanted_once(database: Database) -> None:
    """Wanting it again while it is live gives the same one; afterwards there can be another."""
    async with database.transaction() as tx:
        school = await add_school(tx)
        first = await drills.ask(tx, school, NOW)
        assert (first.state, first.answers) == (State.ASKED, {})
        assert await drills.ask(tx, school, NOW + MINUTE) == first
        assert await drills.schools_live(tx) == [school]
        await drills.save(tx, replace(first, state=State.OVER, ended_at=NOW))
        assert await drills.live(tx, school) is None
        assert await drills.schools_live(tx) == []
        assert (await drills.ask(tx, school, NOW)).id != first.id


async def test_who_answered_and_when_is_kept(database: Database) -> None:
    """To the microsecond, with those who have not."""
    async with database.transaction() as tx:
        school = await add_school(tx)
        wanted = await drills.ask(tx, school, NOW)
        begun = replace(wanted, state=State.OPEN, begun_at=NOW, answers={1: NOW + MINUTE, 2: None})
        await drills.save(tx, begun)
        assert await drills.next_due(tx, [school]) == NOW + LENGTH
    async with database.transaction() as tx:
        assert await drills.live(tx, school) == begun
        assert await drills.last(tx, school) == begun


async def test_a_drill_in_a_state_of_another_versions_stands_in_nobodys_way(database: Database) -> None:
    """It is no error, and over: another may be asked for."""
    async with database.transaction() as tx:
        school = await add_school(tx)
        strange = await drills.ask(tx, school, NOW)
        await core(tx, text("UPDATE drill SET state = 'paused'"))
        tx.session.expire_all()
    async with database.transaction() as tx:
        found = await drills.last(tx, school)
        assert found is not None and (found.id, found.state) == (strange.id, State.OVER)
        assert await drills.live(tx, school) is None
        assert (await drills.ask(tx, school, NOW + MINUTE)).id != strange.id
