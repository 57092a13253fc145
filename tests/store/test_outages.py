"""Who knows of an outage is kept until it is over."""

from bot.outage import Part
from store import outages
from store.database import Database
from store.outages import Outage
from tests.store.cast import MINUTE, NOW


async def test_who_knows_is_added_to_and_the_beginning_stays(database: Database) -> None:
    """One row a part: who hears of it later is written beside those who know."""
    async with database.transaction() as tx:
        await outages.note(tx, Part.SMS, NOW, {3})
        await outages.note(tx, Part.TELEGRAM, NOW, {1})
    async with database.transaction() as tx:
        await outages.note(tx, Part.SMS, NOW + MINUTE, {3, 2})
    async with database.transaction() as tx:
        assert sorted(await outages.all_of_them(tx)) == [
            Outage(Part.SMS, NOW, frozenset({2, 3})),
            Outage(Part.TELEGRAM, NOW, frozenset({1})),
        ]


async def test_an_outage_that_is_over_is_forgotten(database: Database) -> None:
    """And ending one that nobody was told of changes nothing."""
    async with database.transaction() as tx:
        await outages.note(tx, Part.SMS, NOW, {3})
        await outages.end(tx, Part.SMS)
        await outages.end(tx, Part.TELEGRAM)
    async with database.transaction() as tx:
        assert await outages.all_of_them(tx) == []
