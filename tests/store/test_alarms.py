"""Alarms come back as they were kept, are never overwritten unseen, and their codes rest before they are used again."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.alarm import Alarm, Kind, State
from store import alarms
from store.alarms import CODE_REST
from store.database import Database, Stale, Transaction
from tests.store.cast import (
    DAY,
    EVERY_SCHOOL,
    HOUR,
    MILL_ROAD,
    MINUTE,
    NOW,
    SECOND,
    Scene,
    add_school,
    afresh,
    scene,
    trial,
)

AWARE = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
IDS = st.lists(st.integers(1, 10**6), max_size=4).map(tuple)
ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=20)
"""Also NULs and half surrogate pairs: a reason is a person's text."""

PARTS: dict[str, st.SearchStrategy[Any]] = {
    "code": st.text("ACDEFGHJKLMNPQRTUVWXY3479", min_size=4, max_size=4),
    "kind": st.sampled_from(Kind),
    "raised_at": AWARE,
    "state": st.sampled_from(State),
    "ladder": st.lists(IDS, max_size=4).map(tuple),
    "told": IDS,
    "rung": st.integers(0, 9),
    "rounds": st.integers(0, 9),
    "owner_id": st.none() | st.integers(1, 10**6),
    "owned_at": st.none() | AWARE,
    "deadline_at": st.none() | AWARE,
    "outcome": st.sampled_from(["", "safe", "false", "test", "real"]),
    "reason": ANY_TEXT,
    "ended_at": st.none() | AWARE,
}


async def begin(database: Database) -> Scene:
    async with database.transaction() as tx:
        return await scene(tx)


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=st.fixed_dictionaries(PARTS), second=st.fixed_dictionaries(PARTS))
async def test_an_alarm_comes_back_as_it_was_kept(
    database: Database, first: dict[str, Any], second: dict[str, Any]
) -> None:
    """Added or changed, an alarm is read back equal in every part, and its version counts the changes."""
    async with trial(database) as tx:
        set_up = await scene(tx)
        alarm = Alarm(school_id=set_up.school_id, visit_id=set_up.visit.id, visitor_id=set_up.asha.id, **first)
        added = await alarms.add(tx, alarm)
        await afresh(tx)
        assert added == replace(alarm, id=added.id, version=1)
        assert await alarms.by_id(tx, set_up.school_id, added.id or 0) == added
        await alarms.save(tx, replace(added, **second))
        await afresh(tx)
        assert await alarms.by_id(tx, set_up.school_id, added.id or 0) == replace(added, **second, version=2)


async def test_an_alarm_that_has_changed_is_not_overwritten(database: Database) -> None:
    """Of two who say "mine" at once, the second is told that it is stale, and the first stays the owner."""
    set_up = await begin(database)
    async with database.transaction() as tx:
        await alarms.save(tx, replace(set_up.alarm, state=State.OWNED, owner_id=1))
    with pytest.raises(Stale):
        async with database.transaction() as tx:
            await alarms.save(tx, replace(set_up.alarm, state=State.OWNED, owner_id=2))
    async with database.transaction() as tx:
        kept = await alarms.by_id(tx, set_up.school_id, set_up.alarm.id or 0)
        assert kept is not None and kept.owner_id == 1


async def test_alarms_come_due_the_longest_due_first(database: Database) -> None:
    """What is due by now comes in order of deadline, those of one moment as they were raised; nothing comes early."""
    set_up = await begin(database)
    offsets = (3, 1, 2, 1, 9)
    async with database.transaction() as tx:
        await alarms.save(tx, replace(set_up.alarm, state=State.STOOD_DOWN, deadline_at=None))
        added = [await alarms.add(tx, set_up.alarm) for _ in offsets]
        for alarm, offset in reversed(list(zip(added, offsets, strict=True))):
            await alarms.save(tx, replace(alarm, deadline_at=NOW + offset * MINUTE))
    three, one, two, also_one, _ = [alarm.id for alarm in added]
    async with database.transaction() as tx:
        assert [a.id for a in await alarms.due(tx, NOW + 3 * MINUTE, 9, EVERY_SCHOOL)] == [one, also_one, two, three]
        assert [a.id for a in await alarms.due(tx, NOW + 3 * MINUTE, 1, EVERY_SCHOOL)] == [one]
        assert await alarms.due(tx, NOW + MINUTE - SECOND, 9, EVERY_SCHOOL) == []
        assert await alarms.next_due(tx, EVERY_SCHOOL) == NOW + MINUTE


async def test_of_what_is_due_code_words_and_dangers_come_first(database: Database) -> None:
    """However many quiet alarms have waited longer: after an outage the worst is seen to first."""
    set_up = await begin(database)
    kinds = (Kind.OVERDUE, Kind.DANGER, Kind.MISSED_CHECK_IN, Kind.CODE_WORD)
    async with database.transaction() as tx:
        await alarms.save(tx, replace(set_up.alarm, state=State.STOOD_DOWN, deadline_at=None))
        for minutes, kind in enumerate(kinds):
            await alarms.add(tx, replace(set_up.alarm, kind=kind, deadline_at=NOW + minutes * MINUTE))
    async with database.transaction() as tx:
        due = [alarm.kind for alarm in await alarms.due(tx, NOW + HOUR, 3, [set_up.school_id])]
        assert due == [Kind.DANGER, Kind.CODE_WORD, Kind.OVERDUE]


async def test_open_alarms_are_found_by_school_visitor_and_visit(database: Database) -> None:
    """A visitor's alarms are the open ones, a visit's are all; oldest first."""
    set_up = await begin(database)
    async with database.transaction() as tx:
        ended = await alarms.add(tx, replace(set_up.alarm, state=State.STOOD_DOWN))
        owned = await alarms.add(tx, replace(set_up.alarm, state=State.OWNED))
        guard = await alarms.add(tx, replace(set_up.alarm, visitor_id=None, visit_id=None))
    async with database.transaction() as tx:
        assert await alarms.open_in_school(tx, set_up.school_id) == [set_up.alarm, owned, guard]
        assert await alarms.of_visitor(tx, set_up.school_id, set_up.asha.id) == [set_up.alarm, owned]
        assert await alarms.of_visit(tx, set_up.school_id, set_up.visit.id) == [set_up.alarm, ended, owned]


async def resting(tx: Transaction, alarm: Alarm, now: datetime) -> bool:
    return alarm.code in await alarms.codes_at_rest(tx, now)


async def test_a_code_rests_thirty_days_after_its_alarm(database: Database) -> None:
    """A code is not used while its alarm is open, however long, nor for 30 days after the end."""
    set_up = await begin(database)
    end = NOW + 90 * DAY
    async with database.transaction() as tx:
        assert await resting(tx, set_up.alarm, end)
        await alarms.save(tx, replace(set_up.alarm, state=State.STOOD_DOWN, ended_at=end))
    async with database.transaction() as tx:
        assert await resting(tx, set_up.alarm, end + CODE_REST - SECOND)
        assert not await resting(tx, set_up.alarm, end + CODE_REST)
    assert CODE_REST == 30 * DAY


async def test_a_code_used_again_means_the_newest_alarm(database: Database) -> None:
    """After its rest a code may come again: it then means the newer alarm, and rests for every school."""
    set_up = await begin(database)
    async with database.transaction() as tx:
        newer = await alarms.add(tx, replace(set_up.alarm, raised_at=NOW + 60 * DAY))
        other = await add_school(tx, MILL_ROAD)
    async with database.transaction() as tx:
        assert await alarms.by_code(tx, set_up.school_id, set_up.alarm.code) == newer
        assert await alarms.by_code(tx, set_up.school_id, "ZZZZ") is None
        assert await alarms.by_code(tx, other, set_up.alarm.code) is None
        assert await resting(tx, set_up.alarm, NOW + HOUR)
