"""A version that was rolled back: what it does not know it watches over, says so, and lets nobody be forgotten."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.authorising import Event, Request
from handlers.desk.sores import PAUSES, TELL_AT, Sores
from store import requests
from store.schema import SchemaAhead
from tests.world.world import MONDAY_TWO, World


def writes(folder: Path, sql: str) -> None:
    """Another version's hand, on a store that nobody acts on."""
    with closing(sqlite3.connect(folder / "doorstep.db")) as store, store:
        store.executescript(sql)


async def test_a_visit_of_a_newer_version_is_watched_as_overdue(world: World, tmp_path: Path) -> None:
    """The office is told at the start, silence is alarmed at its time, the journal has what was written, "left" ends it."""
    asha, olive = world.asha, world.olive
    visit = await world.plans(asha)
    await asha.texts("1")
    asha.receives("ARRIVED")
    await world.crashes()
    writes(tmp_path, "UPDATE place SET state = 'at the second house', deadline = 'second look due'")
    await world.reopens()
    olive.receives(f"does not know where visit {visit} (A.) stands", "watched as overdue")
    [entry] = [entry for entry in await world.journal() if entry.kind == "strange"]
    assert entry.body is not None
    assert (entry.body["state"], entry.body["deadline"]) == ("at the second house", "second look due")
    await world.until("14:10")
    olive.receives("ALARM", "Asha")
    asha.ignores()
    await asha.texts("left")
    asha.receives("LEFT")
    for one in (olive, world.henry):
        one.ignores()
    assert await world.open_alarms() == []


async def test_an_alarm_of_a_newer_version_climbs_and_says_that_its_cause_is_not_known(
    world: World, tmp_path: Path
) -> None:
    """The next rung is told, and told not to ring; the visitor's own "left" does not end it."""
    asha, olive, dana = world.asha, world.olive, world.dana
    await world.plans(asha)
    await asha.texts("1")
    await asha.texts("help")
    for one in (asha, olive, world.henry):
        one.ignores()
    await world.crashes()
    writes(tmp_path, "UPDATE alarm SET kind = 'held against their will', state = 'at its height'")
    await world.reopens()
    await world.until("14:02")
    dana.receives("ALARM", "cause unknown", "Do NOT ring them")
    await asha.texts("left")
    assert await world.open_alarms() == ["unknown"]
    await dana.texts(f"safe {dana.code()} police are with her")
    assert await world.open_alarms() == []
    for one in (asha, olive, world.henry, dana):
        one.ignores()


async def test_what_a_newer_version_sent_by_a_way_of_its_own_stops_nobody(world: World, tmp_path: Path) -> None:
    """An alarm that went by another channel waits for its receipt and for that version; everybody else is heard in time."""
    asha, olive, dana = world.asha, world.olive, world.dana
    world.twilio.receipts(to=olive.number)
    await asha.texts("help")
    await world.crashes()
    writes(tmp_path, "UPDATE outbox SET channel = 'voice' WHERE receipt_by IS NOT NULL")
    await world.reopens()
    await world.until("14:02")
    dana.receives("ALARM", "Asha")
    await dana.texts(f"safe {dana.code()} spoke to her")
    for one in (asha, olive, world.henry, dana):
        one.ignores()


async def test_a_deadline_that_fails_stands_before_no_other_and_is_told_of(world: World, tmp_path: Path) -> None:
    """One visit cannot be read: the office hears of it within seconds, and everybody else is asked in time."""
    asha, ben, olive = world.asha, world.ben, world.olive
    broken = await world.plans(asha)
    await world.plans(ben, start="14:00")
    await world.crashes()
    writes(tmp_path, f"UPDATE visit SET policy = 'no policy at all' WHERE id = {broken}")
    await world.reopens()
    await world.until("14:10")
    ben.receives("have you arrived?")
    await world.passes("10s")
    olive.receives(f"cannot deal with a deadline of visit {broken}", "ring whoever is on it")
    await world.until("14:14")
    ben.ignores()
    olive.receives("ALARM", "Ben not arrived")
    for one in (ben, olive):
        one.ignores()


@pytest.mark.parametrize("said", ["undelivered", ""])
async def test_an_alarm_that_cannot_be_sent_round_is_told_of_before_its_rung_is_up(
    world: World, tmp_path: Path, said: str
) -> None:
    """Undelivered, or no word of it, and its visit cannot be read: the office hears of it within seconds."""
    asha, olive = world.asha, world.olive
    visit = await world.plans(asha)
    await asha.texts("1")
    await world.until("14:13")
    for one in (asha, olive):
        one.ignores()
    world.twilio.receipts(*filter(None, [said]), to=olive.number, error_code=30005, when="held")
    await world.until("14:14")
    await world.crashes()
    writes(tmp_path, f"UPDATE visit SET policy = 'no policy at all' WHERE id = {visit}")
    await world.reopens()
    await asyncio.to_thread(world.twilio.deliver_receipts)
    world.twilio.receipts("delivered", to=olive.number, when="auto")
    async with asyncio.timeout(60):
        await world.passes("10s" if said else "70s")
    olive.receives(f"cannot deal with a deadline of visit {visit}", "ring whoever is on it")
    for one in world.staff:
        one.ignores()


async def test_a_request_that_fails_rests_as_every_deadline_does(world: World, tmp_path: Path) -> None:
    """It is tried again a little later each time, and there is nothing else to do meanwhile."""
    visit = await world.plans(world.asha)
    async with world.attached.service.database.transaction() as tx:
        request = Request(world.school_id, visit, world.clock(), due=Event.REMIND_DUE, due_at=world.clock())
        await requests.add(tx, request)
    await world.crashes()
    writes(tmp_path, f"UPDATE visit SET policy = 'no policy at all' WHERE id = {visit}")
    await world.reopens()
    for _ in range(3):
        assert await world.attached.service.desk.turn() == 0
        coming = await world.attached.service.next_instant()
        assert coming is not None and coming > world.clock()


async def test_a_visit_whose_held_text_cannot_be_judged_rests_and_blocks_no_other(world: World, tmp_path: Path) -> None:
    """It is tried again a little later each time, and not with every beat; for the next visit a text is held meanwhile."""
    broken = await world.plans(world.asha)
    await world.plans(world.ben)
    await world.crashes()
    writes(tmp_path, f"UPDATE visit SET policy = 'no policy at all' WHERE id = {broken}")
    with capture_logs() as logs:
        await world.reopens()
        for _ in range(5):
            await world.attached.service.backstop.turn()
        await world.attached.service.backstop.settle()
    assert [log["event"] for log in logs].count("held texts not judged") == 1
    assert len(world.twilio.held()) == 2


async def test_an_older_version_acts_where_it_may_and_refuses_where_it_may_not(world: World, tmp_path: Path) -> None:
    """A step that only added leaves it able to act, and the visit goes on; one that did more does not."""
    asha = world.asha
    await world.plans(asha)
    await asha.texts("1")
    asha.receives("ARRIVED")
    await world.crashes()
    writes(tmp_path, "ALTER TABLE place ADD COLUMN mood TEXT; UPDATE alembic_version SET version_num = '9998'")
    await world.reopens()
    await world.until("14:10")
    asha.receives("Is all OK?")
    await asha.texts("2")
    asha.ignores()
    await world.crashes()
    writes(tmp_path, "UPDATE floor SET oldest = '9998'")
    with pytest.raises(SchemaAhead, match="run the newer Doorstep"):
        await world.reopens()


def test_a_row_that_fails_is_tried_less_and_less_often_and_told_of_once() -> None:
    """It rests a little longer each time, up to a minute; what was dealt with is forgotten."""
    sores, now = Sores(), MONDAY_TWO
    told = []
    for pause in (*PAUSES, PAUSES[-1]):
        told.append(sores.failed("place", 7, now))
        assert sores.resting("place", now) == [7]
        assert (sores.resting("alarm", now), sores.next_try(now)) == ([], now + pause)
        now += pause
        assert sores.resting("place", now) == []
    assert told == [count == TELL_AT for count in range(1, len(told) + 1)]
    sores.healed("place", 7)
    assert sores.failed("place", 7, now) is False
