"""What is in question after a store was brought back, on both kinds of store."""

from dataclasses import replace

from sqlalchemy import text

from bot.outage import Part
from store import alarms, drills, leases, outages, outbox, receipts, restored, visits
from store.database import Database
from store.outages import Knows
from store.restored import NOTHING
from tests.store.cast import HOUR, MINUTE, NOW, core, notice, scene


async def test_a_visit_that_had_begun_is_in_question_until_somebody_is_heard(database: Database) -> None:
    """Its place and its alarm wait; once its visitor has been heard from, neither does."""
    async with database.transaction() as tx:
        found = await scene(tx)
        await restored.hold_fire(tx, NOW + MINUTE)
        brought = await restored.held(tx)
        waiting = await restored.waiting(tx, brought)
        assert (waiting.places, waiting.alarms) == ([found.place.id], [found.alarm.id])
        assert await visits.due(tx, NOW + HOUR, 9, [found.school_id], waiting.places) == []
        await visits.save_place(tx, found.school_id, replace(found.place, heard_at=NOW + MINUTE))
        assert await restored.waiting(tx, brought) == ([], [])


async def test_what_was_to_come_is_not_in_question(database: Database) -> None:
    """A visit that begins later, and an alarm that is raised later, come as they come."""
    async with database.transaction() as tx:
        found = await scene(tx)
        await restored.hold_fire(tx, NOW - MINUTE)
        assert await restored.waiting(tx, await restored.held(tx)) == ([], [])
        assert await alarms.by_id(tx, found.school_id, found.alarm.id or 0) == found.alarm


async def test_what_was_owed_is_owed_no_longer(database: Database) -> None:
    """Neither what nobody had taken in hand, nor what was under way, nor what was to go by another way."""
    async with database.transaction() as tx:
        await scene(tx)
        for words in ("one", "two"):
            await outbox.owe(tx, notice(words), NOW)
        await core(tx, text("UPDATE outbox SET trouble = true, state = 'refused' WHERE id = 2"))
        await restored.hold_fire(tx, NOW + MINUTE)
        assert (await leases.next_due(tx), await outbox.troubled(tx, 9)) == (None, [])


async def test_what_was_going_on_is_over(database: Database) -> None:
    """No receipt is waited for, no outage is known, and a drill has ended: all that was then."""
    async with database.transaction() as tx:
        found = await scene(tx)
        await outbox.owe(tx, notice("one"), NOW)
        await core(tx, text("UPDATE outbox SET state = 'sent', receipt_by = made_at"))
        await outages.note(tx, Part.SMS, NOW, [Knows(found.asha.id)])
        await drills.ask(tx, found.school_id, NOW)
        assert len(await receipts.silent(tx, NOW + HOUR, 9)) == 1
    async with database.transaction() as tx:
        await restored.hold_fire(tx, NOW + MINUTE)
    async with database.transaction() as tx:
        assert await receipts.silent(tx, NOW + HOUR, 9) == []
        assert await outages.all_of_them(tx) == []
        assert await drills.live(tx, found.school_id) is None


async def test_a_store_that_was_not_brought_back_waits_for_nothing(database: Database) -> None:
    """And one whose office has spoken is like any other."""
    async with database.transaction() as tx:
        found = await scene(tx)
        assert await restored.held(tx) == {}
        assert await restored.waiting(tx, {}) == NOTHING._replace(places=[], alarms=[])
        await restored.hold_fire(tx, NOW)
        await restored.asked(tx, found.school_id, NOW, again=False)
        await restored.asked(tx, found.school_id, NOW + MINUTE, again=True)
        [(school_id, brought)] = (await restored.held(tx)).items()
        assert (school_id, brought.at, brought.asked_at, brought.again_at) == (found.school_id, NOW, NOW, NOW + MINUTE)
        await restored.release(tx, found.school_id)
        assert await restored.held(tx) == {}
