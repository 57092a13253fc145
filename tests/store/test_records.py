"""Records, agreements and feedback are kept, found when they are due, and never overwritten from an old reading."""

from dataclasses import replace
from datetime import date

import pytest

from bot.agreement import Agreement, State
from bot.visit import State as VisitState
from store import records, visits
from store.database import Database, Stale, Transaction
from store.records import Feedback, Written
from tests.store.cast import DAY, HOUR, MINUTE, NOW, Scene, afresh, scene

TODAY = date(2026, 11, 23)


async def leaves(tx: Transaction, set_up: Scene, **changes: object) -> None:
    """Asha has been there and has left."""
    place = await visits.place_by_id(tx, set_up.school_id, set_up.place.id or 0)
    assert place is not None
    been = {"state": VisitState.LEFT, "arrived_at": NOW, "left_at": NOW + HOUR, "deadline": None, "deadline_at": None}
    await visits.save_place(tx, set_up.school_id, replace(place, **{**been, **changes}))  # type: ignore[arg-type]


def asked(set_up: Scene, **changes: object) -> Written:
    written = Written(set_up.school_id, set_up.visit.id, set_up.asha.id, NOW)
    return replace(written, **changes)  # type: ignore[arg-type]


async def test_a_record_is_kept_as_it_was(database: Database) -> None:
    """Answers of every shape, who was asked, and its times come back as they were given."""
    answers = {"present": "Mother", "agreed": [{"what": "rings", "by": ""}], "attendance": {"percent": 64.5}, "x": None}
    async with database.transaction() as tx:
        set_up = await scene(tx)
        begun = await records.begin(tx, asked(set_up, answers=answers, passed=("summary",)))
        done = await records.save(tx, replace(begun, completed_at=NOW + HOUR, completed_by=set_up.olive.id))
        await afresh(tx)
        assert await records.of_visit(tx, set_up.school_id, set_up.visit.id) == done
        assert (done.answers, done.passed, done.completed_by) == (answers, ("summary",), set_up.olive.id)
        assert await records.of_visit(tx, set_up.school_id + 1, set_up.visit.id) is None
        with pytest.raises(Stale):
            await records.save(tx, begun)


async def test_a_visit_whose_door_has_closed_wants_a_record_once(database: Database) -> None:
    """Not while somebody is inside, not when nobody got in, not twice, and not for what is long past."""
    async with database.transaction() as tx:
        set_up = await scene(tx)
        assert await records.unrecorded(tx, set_up.school_id, NOW - DAY) == []
        await leaves(tx, set_up, state=VisitState.CALLED_OFF)
        assert await records.unrecorded(tx, set_up.school_id, NOW - DAY) == []
        await leaves(tx, set_up, state=VisitState.RETURNED, off_reason="unsafe")
        assert await records.unrecorded(tx, set_up.school_id, NOW - DAY) == []
        await leaves(tx, set_up, arrived_at=None, off_reason="")
        assert await records.unrecorded(tx, set_up.school_id, NOW - DAY) == []
        await leaves(tx, set_up, state=VisitState.RETURNED)
        assert await records.unrecorded(tx, set_up.school_id, NOW - DAY) == [set_up.visit.id]
        assert await records.unrecorded(tx, set_up.school_id, NOW + HOUR + MINUTE) == []
        await records.begin(tx, asked(set_up))
        assert await records.unrecorded(tx, set_up.school_id, NOW - DAY) == []


async def test_records_wait_until_they_are_complete(database: Database) -> None:
    """They are found by whom they wait for, and, untold of, by the office; then no more."""
    async with database.transaction() as tx:
        set_up = await scene(tx)
        other = await visits.add(tx, set_up.school_id, set_up.visit.policy, NOW)
        first = await records.begin(tx, asked(set_up))
        second = await records.begin(tx, asked(set_up, visit_id=other.id, asked_at=NOW + MINUTE))
        assert await records.waiting_for(tx, set_up.school_id, set_up.asha.id) == [second, first]
        assert await records.waiting_for(tx, set_up.school_id, set_up.olive.id) == []
        assert await records.late(tx, set_up.school_id) == [first, second]
        await records.save(tx, replace(first, late_told_at=NOW))
        await records.save(tx, replace(second, completed_at=NOW))
        assert await records.late(tx, set_up.school_id) == []
        assert [one.id for one in await records.waiting_for(tx, set_up.school_id, set_up.asha.id)] == [first.id]


async def test_agreements_are_kept_and_come_due_on_their_day(database: Database) -> None:
    """The longest due first, none before its day, none that is settled."""
    soon, late, never = (
        Agreement("rings", TODAY, due_on=TODAY),
        Agreement("breakfast club", due_on=TODAY - DAY),
        Agreement("a plan"),
    )
    async with database.transaction() as tx:
        set_up = await scene(tx)
        await records.agree(tx, set_up.school_id, set_up.visit.id, [soon, late, never])
        await afresh(tx)
        kept = await records.agreements_of(tx, set_up.school_id, set_up.visit.id)
        assert [(one.what, one.by, one.due_on, one.state) for one in kept] == [
            ("rings", TODAY, TODAY, State.OPEN),
            ("breakfast club", None, TODAY - DAY, State.OPEN),
            ("a plan", None, None, State.OPEN),
        ]
        assert await records.agreements_due(tx, set_up.school_id, TODAY) == [kept[1], kept[0]]
        assert await records.agreements_due(tx, set_up.school_id, TODAY - DAY) == [kept[1]]
        await records.save_agreement(tx, replace(kept[0], state=State.KEPT, due_on=None))
        await afresh(tx)
        assert await records.agreements_due(tx, set_up.school_id, TODAY) == [kept[1]]
        with pytest.raises(Stale):
            await records.save_agreement(tx, kept[0])


async def test_a_record_written_again_takes_back_only_what_has_not_come_due(database: Database) -> None:
    """What has been asked about already stays, with what became of it."""
    async with database.transaction() as tx:
        set_up = await scene(tx)
        where = (set_up.school_id, set_up.visit.id)
        await records.agree(tx, *where, [Agreement("rings", TODAY, due_on=TODAY), Agreement("a plan", due_on=TODAY)])
        rings, _ = await records.agreements_of(tx, *where)
        await records.save_agreement(tx, replace(rings, state=State.KEPT, due_on=None))
        await records.agree(tx, *where, [Agreement("another plan", due_on=TODAY)])
        await afresh(tx)
        kept = await records.agreements_of(tx, *where)
        assert [(one.what, one.state) for one in kept] == [("rings", State.KEPT), ("another plan", State.OPEN)]


async def test_feedback_is_kept_in_order(database: Database) -> None:
    """With who said it, when, and at what visit."""
    async with database.transaction() as tx:
        set_up = await scene(tx)
        said = [
            Feedback("the slip is hard to read", NOW, set_up.asha.id, set_up.visit.id),
            Feedback("more light", NOW + HOUR, set_up.olive.id),
        ]
        for one in said:
            await records.give_feedback(tx, set_up.school_id, one)
        await afresh(tx)
        assert await records.feedback_of(tx, set_up.school_id) == said
        assert await records.feedback_of(tx, set_up.school_id + 1) == []


async def test_a_review_is_reminded_of_once(database: Database) -> None:
    """A column says of which."""
    async with database.transaction() as tx:
        set_up = await scene(tx)
        assert await records.review_reminded_for(tx, set_up.school_id) is None
        await records.remind_of_review(tx, set_up.school_id, TODAY)
        assert await records.review_reminded_for(tx, set_up.school_id) == TODAY
