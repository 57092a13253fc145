"""Places come back as they were kept, are never overwritten unseen, and come due in order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.events import Event
from bot.place import Place, State
from store import visits
from store.database import Database, Stale
from tests.store.cast import (
    BEN,
    DAY,
    EVERY_SCHOOL,
    HOUR,
    MILL_ROAD,
    MINUTE,
    NOW,
    POLICY,
    Scene,
    add_person,
    afresh,
    scene,
    trial,
)

INSTANTS = st.none() | st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
PARTS: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(
        ("starts_at", "ends_at", "arrived_at", "left_at", "heard_at", "check_in_at", "deadline_at"), INSTANTS
    ),
    "state": st.sampled_from(State),
    "deadline": st.none() | st.sampled_from(Event),
    "unplanned": st.booleans(),
}


async def begin(database: Database) -> Scene:
    async with database.transaction() as tx:
        return await scene(tx)


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=st.fixed_dictionaries(PARTS), second=st.fixed_dictionaries(PARTS))
async def test_a_place_comes_back_as_it_was_kept(
    database: Database, first: dict[str, Any], second: dict[str, Any]
) -> None:
    """Added or changed, a place is read back equal in every part, and its version counts the changes."""
    async with trial(database) as tx:
        set_up = await scene(tx)
        place = Place(set_up.asha.id, visit_id=set_up.visit.id, **first)
        added = await visits.add_place(tx, set_up.school_id, place)
        await afresh(tx)
        assert added == replace(place, id=added.id, version=1)
        assert await visits.place_by_id(tx, set_up.school_id, added.id or 0) == added
        await visits.save_place(tx, set_up.school_id, replace(added, **second))
        await afresh(tx)
        changed = replace(added, **second, version=2)
        assert await visits.place_by_id(tx, set_up.school_id, added.id or 0) == changed
        assert changed in await visits.places_of_visit(tx, set_up.school_id, set_up.visit.id)


async def test_a_visit_comes_back_with_the_policy_it_began_under(database: Database) -> None:
    """The plan of a visit and its policy are read back equal, whatever becomes of the school's policy."""
    policy = POLICY.model_copy(update={"check_in": None, "rung": timedelta(seconds=90)})
    async with database.transaction() as tx:
        school_id = (await scene(tx)).school_id
        added = await visits.add(tx, school_id, policy, NOW, address="2 Sorrel Row", code_words=("blue folder",))
    async with database.transaction() as tx:
        assert await visits.by_id(tx, school_id, added.id) == added
        assert added.policy == policy


async def test_a_place_that_has_changed_is_not_overwritten(database: Database) -> None:
    """Of two that read the same version the second is told that it is stale, and nothing of it is kept."""
    set_up = await begin(database)
    first = replace(set_up.place, state=State.THERE)
    async with database.transaction() as tx:
        await visits.save_place(tx, set_up.school_id, first)
    with pytest.raises(Stale):
        async with database.transaction() as tx:
            await visits.save_place(tx, set_up.school_id, replace(set_up.place, state=State.CALLED_OFF))
    async with database.transaction() as tx:
        [kept] = await visits.places_of_visit(tx, set_up.school_id, set_up.visit.id)
        assert kept == replace(first, version=2)


async def test_places_come_due_the_longest_due_first(database: Database) -> None:
    """What is due by now comes in the order of its deadlines, those of one moment as they were added; nothing early."""
    set_up = await begin(database)
    offsets = (3, 1, 2, 1, 9, None, 1)
    async with database.transaction() as tx:
        added = [await visits.add_place(tx, set_up.school_id, set_up.place) for _ in offsets]
        await visits.save_place(tx, set_up.school_id, replace(set_up.place, deadline_at=None))
        for place, offset in reversed(list(zip(added, offsets, strict=True))):
            moved = replace(place, deadline_at=None if offset is None else NOW + offset * MINUTE)
            await visits.save_place(tx, set_up.school_id, moved)
    three, one, two, also_one, _, _, last_one = [place.id for place in added]
    async with database.transaction() as tx:
        due = [place.id for _, place in await visits.due(tx, NOW + 3 * MINUTE, 9, EVERY_SCHOOL)]
        assert due == [one, also_one, last_one, two, three]
        assert [place.id for _, place in await visits.due(tx, NOW + 3 * MINUTE, 2, EVERY_SCHOOL)] == [one, also_one]
        assert await visits.due(tx, NOW + MINUTE - timedelta(microseconds=1), 9, EVERY_SCHOOL) == []
        assert await visits.next_due(tx, EVERY_SCHOOL) == NOW + MINUTE


async def test_the_sweep_is_of_every_school(database: Database) -> None:
    """Due places of all schools come together, each with its school."""
    async with database.transaction() as tx:
        both = [await scene(tx), await scene(tx, MILL_ROAD)]
    async with database.transaction() as tx:
        due = await visits.due(tx, NOW + HOUR, 9, EVERY_SCHOOL)
    assert due == [(one.school_id, one.place) for one in both]


async def test_a_visitors_places_are_the_open_and_the_lately_closed(database: Database) -> None:
    """A text may be about an open place or one just closed: not about an older one, nor about anybody else's."""
    set_up = await begin(database)
    async with database.transaction() as tx:
        ben = await add_person(tx, set_up.school_id, BEN)
        closed = replace(set_up.place, state=State.LEFT, deadline=None, deadline_at=None)
        lately = await visits.add_place(tx, set_up.school_id, replace(closed, left_at=NOW - MINUTE))
        await visits.add_place(tx, set_up.school_id, replace(closed, left_at=NOW - DAY))
        await visits.add_place(tx, set_up.school_id, replace(set_up.place, visitor_id=ben.id))
        unstarted = await visits.add_place(tx, set_up.school_id, replace(set_up.place, starts_at=None))
        earlier = await visits.add_place(tx, set_up.school_id, replace(set_up.place, starts_at=NOW - HOUR))
    async with database.transaction() as tx:
        found = await visits.places_of_visitor(tx, set_up.school_id, set_up.asha.id, NOW - HOUR)
    assert [place.id for place in found] == [unstarted.id, earlier.id, set_up.place.id, lately.id]


async def test_the_open_places_of_a_school_are_those_begun_or_soon_to_begin(database: Database) -> None:
    """In the order of their start; what starts later, and what is closed, is not among them."""
    set_up = await begin(database)
    async with database.transaction() as tx:
        await visits.save_place(tx, set_up.school_id, replace(set_up.place, starts_at=NOW - HOUR, state=State.THERE))
        for starts_at, state in (
            (NOW + HOUR, State.PLANNED),
            (NOW + DAY, State.PLANNED),
            (NOW - MINUTE, State.LEFT),
            (None, State.THERE),
        ):
            place = replace(set_up.place, id=None, starts_at=starts_at, state=state)
            await visits.add_place(tx, set_up.school_id, place)
        found = await visits.open_places(tx, set_up.school_id, NOW + HOUR)
    assert [place.starts_at for place in found] == [None, NOW - HOUR, NOW + HOUR]
