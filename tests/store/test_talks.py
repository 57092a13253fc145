"""Conversations are kept, found by who answers next, and never overwritten from an old reading."""

from dataclasses import replace

import pytest

from store import talks
from store.database import Database, Stale
from store.talks import Talk, TalkState
from tests.store.cast import DAY, EVERY_SCHOOL, HOUR, MARSH_LANE, MINUTE, NOW, Scene, afresh, scene


def packing(set_up: Scene, **changes: object) -> Talk:
    """A conversation with Asha about what she packs."""
    talk = Talk(set_up.school_id, set_up.asha.id, "packing", asked_at=NOW, begun_at=NOW)
    return replace(talk, **changes)  # type: ignore[arg-type]


async def test_a_conversation_is_kept_as_it_was(database: Database) -> None:
    """Answers, what it is about and its times come back as they were given."""
    async with database.transaction() as tx:
        set_up = await scene(tx)
        answers = {"card": True, "people": 3, "note": "a torch", "none": None, "list": ["a", 1]}
        talk = packing(set_up, answers=answers, about={"for": 7}, visit_id=set_up.visit.id, remind_at=NOW + HOUR)
        kept = await talks.add(tx, talk)
        await afresh(tx)
        assert await talks.by_id(tx, set_up.school_id, kept.id or 0) == kept
        assert (kept.answers, kept.about, kept.remind_at) == (answers, {"for": 7}, NOW + HOUR)
        assert await talks.by_id(tx, set_up.school_id + 1, kept.id or 0) is None


async def test_the_one_asked_last_is_answered_first(database: Database) -> None:
    """Open ones only, of this person only; between equals the newer."""
    async with database.transaction() as tx:
        set_up = await scene(tx)
        old = await talks.add(tx, packing(set_up, asked_at=NOW - HOUR))
        new = await talks.add(tx, packing(set_up, topic="bags"))
        await talks.add(tx, packing(set_up, state=TalkState.DONE, asked_at=NOW + HOUR))
        await talks.add(tx, packing(set_up, person_id=set_up.olive.id))
        assert await talks.open_with(tx, set_up.school_id, set_up.asha.id) == [new, old]
        await talks.save(tx, replace(old, asked_at=NOW + MINUTE))
        await afresh(tx)
        found = await talks.open_with(tx, set_up.school_id, set_up.asha.id)
        assert [talk.id for talk in found] == [old.id, new.id]


async def test_the_open_ones_about_a_visit(database: Database) -> None:
    """With whomever, and none that is over."""
    async with database.transaction() as tx:
        set_up = await scene(tx)
        about = await talks.add(tx, packing(set_up, visit_id=set_up.visit.id))
        other = await talks.add(tx, packing(set_up, visit_id=set_up.visit.id, person_id=set_up.olive.id))
        await talks.add(tx, packing(set_up))
        await talks.add(tx, packing(set_up, visit_id=set_up.visit.id, state=TalkState.LEFT))
        assert await talks.open_about(tx, set_up.school_id, set_up.visit.id) == [about, other]


async def test_reminders_come_due_in_order(database: Database) -> None:
    """The longest due first, none before its time, and the next one is known."""
    async with database.transaction() as tx:
        set_up = await scene(tx)
        assert await talks.next_due(tx, EVERY_SCHOOL) is None
        second = await talks.add(tx, packing(set_up, remind_at=NOW))
        first = await talks.add(tx, packing(set_up, remind_at=NOW - MINUTE))
        await talks.add(tx, packing(set_up, remind_at=NOW + DAY))
        await talks.add(tx, packing(set_up))
        assert await talks.due(tx, NOW, 9, EVERY_SCHOOL) == [first, second]
        assert await talks.due(tx, NOW, 1, EVERY_SCHOOL) == [first]
        assert await talks.next_due(tx, EVERY_SCHOOL) == NOW - MINUTE


async def test_a_change_from_an_old_reading_is_refused(database: Database) -> None:
    """Two who read the same cannot both write."""
    async with database.transaction() as tx:
        set_up = await scene(tx, MARSH_LANE)
        kept = await talks.add(tx, packing(set_up))
        await talks.save(tx, replace(kept, answers={"card": True}))
        with pytest.raises(Stale):
            await talks.save(tx, replace(kept, answers={"card": False}))
