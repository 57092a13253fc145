"""Who knows of an outage is kept until it is over."""

from sqlalchemy import text

from bot.outage import Part
from store import outages
from store.database import Database
from store.outages import Knows, Outage
from tests.store.cast import MINUTE, NOW, core


async def test_who_knows_is_added_to_and_the_beginning_stays(database: Database) -> None:
    """One row a part: who hears of it later, or as somebody who is out by now, is written beside those who know."""
    async with database.transaction() as tx:
        await outages.note(tx, Part.SMS, NOW, {Knows(3)})
        await outages.note(tx, Part.TELEGRAM, NOW, {Knows(1, is_out=True)})
    async with database.transaction() as tx:
        await outages.note(tx, Part.SMS, NOW + MINUTE, {Knows(3), Knows(3, is_out=True), Knows(2)})
    async with database.transaction() as tx:
        assert sorted(await outages.all_of_them(tx)) == [
            Outage(Part.SMS, NOW, frozenset({Knows(2), Knows(3), Knows(3, is_out=True)})),
            Outage(Part.TELEGRAM, NOW, frozenset({Knows(1, is_out=True)})),
        ]


async def test_a_part_that_only_another_version_knows_is_left_to_it(database: Database) -> None:
    """Its row is no error, is nothing to this version, and stays."""
    async with database.transaction() as tx:
        await outages.note(tx, Part.SMS, NOW, {Knows(3)})
        await core(tx, text("UPDATE outage SET part = 'pigeons'"))
        await outages.note(tx, Part.TELEGRAM, NOW, {Knows(1)})
    async with database.transaction() as tx:
        assert [one.part for one in await outages.all_of_them(tx)] == [Part.TELEGRAM]
        assert (await core(tx, text("SELECT count(*) FROM outage"))).scalar_one() == 2


async def test_an_outage_that_is_over_is_forgotten(database: Database) -> None:
    """And ending one that nobody was told of changes nothing."""
    async with database.transaction() as tx:
        await outages.note(tx, Part.SMS, NOW, {Knows(3)})
        await outages.end(tx, Part.SMS)
        await outages.end(tx, Part.TELEGRAM)
    async with database.transaction() as tx:
        assert await outages.all_of_them(tx) == []
