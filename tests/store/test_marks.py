"""A mark says how far something has got, and moves only with the work that moved it."""

from store import marks
from store.database import Database
from tests.store.cast import MINUTE, NOW, trial


async def test_a_mark_is_what_was_put_last(database: Database) -> None:
    """None before the first, and each has its own."""
    async with database.transaction() as tx:
        assert await marks.find(tx, "list") is None
        await marks.put(tx, "list", NOW)
        await marks.put(tx, "other", NOW - MINUTE)
    async with database.transaction() as tx:
        await marks.put(tx, "list", NOW + MINUTE)
    async with database.transaction() as tx:
        assert await marks.find(tx, "list") == NOW + MINUTE
        assert await marks.find(tx, "other") == NOW - MINUTE


async def test_work_that_is_taken_back_moves_no_mark(database: Database) -> None:
    """The mark is part of the transaction."""
    async with trial(database) as tx:
        await marks.put(tx, "list", NOW)
    async with database.transaction() as tx:
        assert await marks.find(tx, "list") is None
