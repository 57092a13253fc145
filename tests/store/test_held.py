"""The rows of held texts: fenced by their version, found again after a kill, and never lost with an id."""

from dataclasses import replace

from bot.held import EARLY, LATE_RUN, SETTLED, Held, Step
from store import held as rows
from store import told, visits
from store.database import Database, Transaction
from tests.store.cast import DAY, HOUR, MINUTE, NOW, SECOND, Scene, afresh, scene


async def arm(tx: Transaction, one: Scene) -> Held:
    """A text to the office about Asha, to be held."""
    times = {"since": NOW, "send_at": NOW + 17 * MINUTE, "now": NOW}
    await rows.arm(tx, one.school_id, one.place, one.olive, **times, text="AUTOMATIC", reference="1.1")
    return (await rows.of_place(tx, one.place.id or 0))[-1]


async def test_a_place_is_judged_anew_when_it_has_changed(database: Database) -> None:
    """Not before it is live; then once, and again after each change, and once more when it has closed."""
    async with database.transaction() as tx:
        one = await scene(tx)
        mine, ours = (one.school_id, one.place.id or 0), [one.school_id]
        assert await rows.unjudged(tx, NOW - SECOND, 9, ours) == []
        assert await rows.unjudged(tx, NOW + EARLY, 9, ours) == [mine]
        assert await rows.unjudged(tx, NOW + EARLY, 9, ours, [mine[1]]) == []
        assert await rows.unjudged(tx, NOW + EARLY, 9, [one.school_id + 1]) == []
        await arm(tx, one)
        assert await rows.unjudged(tx, NOW, 9, ours) == []
        await visits.save_place(tx, one.school_id, replace(one.place, deadline_at=NOW + HOUR))
        assert await rows.unjudged(tx, NOW, 9, ours) == [mine]
        changed = await visits.place_by_id(tx, *mine)
        assert changed is not None
        await rows.judged(tx, changed)
        assert await rows.unjudged(tx, NOW, 9, ours) == []
        await visits.save_place(tx, one.school_id, replace(changed, deadline=None, deadline_at=None))
        assert await rows.unjudged(tx, NOW, 9, ours) == [mine]


async def test_the_outcome_of_a_call_counts_only_where_nothing_has_changed(database: Database) -> None:
    """Called off while it was on its way to be held: it stays to be called off, and its id is not lost."""
    async with database.transaction() as tx:
        one = await scene(tx)
        text = await arm(tx, one)
        await rows.call_off(tx, text, NOW)
        assert not await rows.is_held(tx, text, "SM1", NOW)
        await afresh(tx)
        [after] = await rows.of_place(tx, one.place.id or 0)
        assert (after.step, after.sid) == (Step.CALLING_OFF, "SM1")


async def test_the_last_is_called_off_once_the_next_is_held(database: Database) -> None:
    """Put down to be called off at the latest before it would go, it is called off at once when its successor is there."""
    async with database.transaction() as tx:
        one = await scene(tx)
        first = await arm(tx, one)
        await rows.is_held(tx, first, "SM1", NOW)
        [first] = await rows.of_place(tx, one.place.id or 0)
        await rows.call_off(tx, first, first.send_at - MINUTE)
        second = await arm(tx, one)
        assert [text.id for text in await rows.due(tx, NOW, (), 9)] == [second.id]
        await rows.is_held(tx, second, "SM2", NOW)
        assert [text.sid for text in await rows.due(tx, NOW, (), 9)] == ["SM1"]
        assert await rows.due(tx, NOW, [first.id], 9) == []


async def test_what_a_dead_process_had_begun_is_looked_into_at_once(database: Database) -> None:
    """A call whose outcome nobody knows is due at the start, however long it was to wait."""
    async with database.transaction() as tx:
        one = await scene(tx)
        text = await arm(tx, one)
        await rows.change(tx, text, doubted_at=NOW, next_at=NOW + HOUR)
        assert await rows.due(tx, NOW, (), 9) == []
        await rows.expire(tx, NOW)
        [found] = await rows.due(tx, NOW, (), 9)
        assert not rows.has_settled(found, NOW + SETTLED - SECOND)
        assert rows.has_settled(found, NOW + SETTLED)


async def test_a_held_text_is_asked_after_once_its_time_has_come(database: Database) -> None:
    """Nothing is due until then; the next instant says when."""
    async with database.transaction() as tx:
        one = await scene(tx)
        text = await arm(tx, one)
        assert await rows.next_due(tx) == NOW
        await rows.is_held(tx, text, "SM1", NOW)
        assert await rows.next_due(tx) == text.send_at + LATE_RUN


async def test_a_school_is_told_once_in_a_while(database: Database) -> None:
    """Of one thing once, until the while is over; of another thing all the same."""
    async with database.transaction() as tx:
        school_id = (await scene(tx)).school_id
        assert await told.is_due(tx, school_id, "no backstop", NOW - DAY, NOW)
        assert not await told.is_due(tx, school_id, "no backstop", NOW - DAY, NOW + HOUR)
        assert await told.is_due(tx, school_id, "no backstop 1", NOW - DAY, NOW + HOUR)
        assert await told.is_due(tx, school_id, "no backstop", NOW + SECOND, NOW + DAY)


async def test_the_doctor_sees_what_could_not_be_held(database: Database) -> None:
    """Visit and reason of every failure since then, and whether a text went out at once."""
    async with database.transaction() as tx:
        one = await scene(tx)
        await rows.change(tx, await arm(tx, one), step=Step.FAILED, error="twilio 20404: refused")
        assert await rows.failed_since(tx, NOW) == [(one.visit.id, "twilio 20404: refused")]
        assert await rows.failed_since(tx, NOW + SECOND) == []
        assert not await rows.misfired_since(tx, NOW)
        await rows.change(tx, await arm(tx, one), step=Step.EXPLAINED, error=rows.MISFIRED)
        assert await rows.misfired_since(tx, NOW)
