"""Requests and briefings are kept, stand with their visits, come due, and are never overwritten from an old reading."""

from dataclasses import replace

import pytest

from bot import briefing as brief
from bot.authorising import Event, Request, State
from bot.briefing import Briefing
from store import briefings, requests, visits
from store.database import Database, Stale
from tests.store.cast import DAY, EVERY_SCHOOL, HOUR, MINUTE, NOW, Scene, afresh, scene


def request(set_up: Scene, **changes: object) -> Request:
    """Asha's visit wants a yes."""
    return replace(Request(set_up.school_id, set_up.visit.id, NOW), **changes)  # type: ignore[arg-type]


def briefing(set_up: Scene, **changes: object) -> Briefing:
    return replace(Briefing(set_up.school_id, set_up.visit.id, set_up.asha.id, NOW), **changes)  # type: ignore[arg-type]


async def test_a_request_is_kept_as_it_was_and_stands_in_its_visit(database: Database) -> None:
    """Who was asked, when, what is due, and the reason; the visit says how it stands, and is the only one that does."""
    async with database.transaction() as tx:
        set_up = await scene(tx)
        kept = await requests.add(tx, request(set_up, due=Event.ASK, due_at=NOW + MINUTE))
        asked = replace(
            kept,
            state=State.DECLINED,
            asked=(set_up.olive.id, set_up.asha.id),
            asked_at=NOW,
            answered_by=set_up.olive.id,
            answered_at=NOW + HOUR,
            reason="too soon",
            own=True,
            due=None,
            due_at=None,
        )
        await requests.save(tx, asked)
        await afresh(tx)
        found = await requests.of_visit(tx, set_up.school_id, set_up.visit.id)
        assert found == replace(asked, version=kept.version + 1)
        assert found == await requests.by_id(tx, set_up.school_id, kept.id or 0)
        visit = await visits.by_id(tx, set_up.school_id, set_up.visit.id)
        assert visit is not None
        assert visit.authorisation is State.DECLINED
        await visits.change(tx, visit, authorisation=State.WANTED)
        again = await requests.of_visit(tx, set_up.school_id, set_up.visit.id)
        assert again is not None
        assert again.state is State.WANTED


async def test_a_request_waits_for_those_asked_until_it_is_answered(database: Database) -> None:
    """Whoever has been asked waits to hear of it; nobody any more once it is answered, nor where nothing was asked."""
    async with database.transaction() as tx:
        set_up = await scene(tx)
        place = (tx, set_up.school_id, set_up.visit.id)
        assert await requests.waits_for(*place) == frozenset()
        kept = await requests.add(tx, request(set_up, state=State.ASKED, asked=(set_up.olive.id,), asked_at=NOW))
        assert await requests.waits_for(*place) == {set_up.olive.id}
        assert await requests.waits_for(tx, set_up.school_id + 1, set_up.visit.id) == frozenset()
        await requests.save(tx, replace(kept, state=State.AUTHORISED))
        assert await requests.waits_for(*place) == frozenset()


async def test_what_changed_meanwhile_is_not_overwritten(database: Database) -> None:
    """Of two who read the same, the second has to read again."""
    async with database.transaction() as tx:
        set_up = await scene(tx)
        kept = await requests.add(tx, request(set_up))
        await requests.save(tx, replace(kept, state=State.ASKED))
        with pytest.raises(Stale):
            await requests.save(tx, replace(kept, state=State.AUTHORISED))
        sent = await briefings.add(tx, briefing(set_up))
        await briefings.save(tx, replace(sent, state=brief.State.SENT))
        with pytest.raises(Stale):
            await briefings.save(tx, sent)


async def test_pending_answered_and_due(database: Database) -> None:
    """Each is found by how it stands, of its own school alone."""
    async with database.transaction() as tx:
        set_up = await scene(tx)
        kept = await requests.add(tx, request(set_up, due=Event.REMIND_DUE, due_at=NOW + HOUR))
        assert await requests.pending(tx, set_up.school_id) == [kept]
        assert await requests.pending(tx, set_up.school_id + 1) == []
        assert await requests.by_id(tx, set_up.school_id + 1, kept.id or 0) is None
        assert await requests.due(tx, NOW + HOUR - MINUTE, 9, EVERY_SCHOOL) == []
        assert await requests.due(tx, NOW + HOUR, 9, EVERY_SCHOOL) == [kept]
        assert await requests.next_due(tx, EVERY_SCHOOL) == NOW + HOUR
        await requests.save(
            tx,
            replace(kept, state=State.AUTHORISED, answered_by=set_up.olive.id, answered_at=NOW, due=None, due_at=None),
        )
        assert await requests.pending(tx, set_up.school_id) == []
        assert await requests.next_due(tx, EVERY_SCHOOL) is None
        assert [one.visit_id for one in await requests.answered(tx, set_up.school_id, NOW - DAY)] == [set_up.visit.id]
        assert await requests.answered(tx, set_up.school_id, NOW + MINUTE) == []


@pytest.mark.parametrize(
    ("state", "is_due"),
    [
        (State.WANTED, True),
        (State.ASKED, True),
        (State.DECLINED, True),
        (State.AUTHORISED, False),
        (State.NOT_NEEDED, False),
    ],
)
async def test_who_goes_without_a_yes_is_due_to_be_told_of(database: Database, state: State, is_due: bool) -> None:
    """At once, and only where there is none; what was reported already is not due again."""
    async with database.transaction() as tx:
        set_up = await scene(tx)
        await requests.add(tx, request(set_up, state=state))
        await requests.went(tx, set_up.school_id, set_up.visit.id, NOW)
        await requests.went(tx, set_up.school_id + 1, set_up.visit.id, NOW)
        found = await requests.due(tx, NOW, 9, EVERY_SCHOOL)
        assert [one.due for one in found] == ([Event.WENT] if is_due else [])
        for one in found:
            await requests.save(tx, replace(one, reported_at=NOW, due=None, due_at=None))
        await requests.went(tx, set_up.school_id, set_up.visit.id, NOW)
        assert await requests.due(tx, NOW, 9, EVERY_SCHOOL) == []


async def test_a_briefing_that_was_read_is_in_the_place_too(database: Database) -> None:
    """And taken out of it when there is something new to read; the place is changed only when that changes."""
    async with database.transaction() as tx:
        set_up = await scene(tx)
        sent = await briefings.add(tx, briefing(set_up, state=brief.State.SENT, sent_at=NOW))
        await briefings.save(tx, replace(sent, state=brief.State.READ, read_at=NOW + MINUTE))
        await afresh(tx)
        [place] = await visits.places_of_visit(tx, set_up.school_id, set_up.visit.id)
        assert (place.briefed_at, place.version) == (NOW + MINUTE, set_up.place.version + 1)
        [read] = await briefings.of_visit(tx, set_up.school_id, set_up.visit.id)
        await briefings.save(tx, replace(read, due=brief.Event.REMIND_DUE, due_at=NOW))
        await afresh(tx)
        [same] = await visits.places_of_visit(tx, set_up.school_id, set_up.visit.id)
        assert same.version == place.version
        [read] = await briefings.of_person(tx, set_up.school_id, set_up.asha.id, NOW - DAY)
        await briefings.save(tx, replace(read, state=brief.State.WANTED))
        await afresh(tx)
        [anew] = await visits.places_of_visit(tx, set_up.school_id, set_up.visit.id)
        assert anew.briefed_at is None


async def test_who_goes_unbriefed_is_due_to_be_told_of(database: Database) -> None:
    """Where it was not read; once it was told it is not due again."""
    async with database.transaction() as tx:
        set_up = await scene(tx)
        sent = await briefings.add(tx, briefing(set_up, state=brief.State.SENT, sent_at=NOW))
        await briefings.went(tx, set_up.school_id, set_up.visit.id, set_up.olive.id, NOW)
        assert await briefings.due(tx, NOW, 9, EVERY_SCHOOL) == []
        await briefings.went(tx, set_up.school_id, set_up.visit.id, set_up.asha.id, NOW)
        [due] = await briefings.due(tx, NOW, 9, EVERY_SCHOOL)
        assert (due.id, due.due, await briefings.next_due(tx, EVERY_SCHOOL)) == (sent.id, brief.Event.WENT, NOW)
        assert await briefings.by_id(tx, set_up.school_id, sent.id or 0) == due
        await briefings.save(tx, replace(due, told_at=NOW, due=None, due_at=None))
        await briefings.went(tx, set_up.school_id, set_up.visit.id, set_up.asha.id, NOW)
        assert await briefings.next_due(tx, EVERY_SCHOOL) is None
