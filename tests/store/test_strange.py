"""What another version wrote is never an error and never dropped, on both kinds of store."""

import json

import pytest
from sqlalchemy import bindparam, text

from bot.alarm import Kind
from bot.alarm import State as AlarmState
from bot.authorising import Event as RequestEvent
from bot.authorising import Request
from bot.briefing import Briefing
from bot.briefing import Event as BriefingEvent
from bot.briefing import State as BriefingState
from bot.checkup import About
from bot.details import Authorisation
from bot.duty import Shift
from bot.events import Event
from bot.people import Channel, Role
from bot.visit import State
from handlers.doctor import StoreCheck
from store import alarms, briefings, duty, inbox, leases, outbox, people, receipts, requests, talks, visits
from store.database import Database
from store.talks import Talk
from store.types import UtcInstant
from tests.store.cast import EVERY_SCHOOL, HOUR, MILL_ROAD, MINUTE, NOW, Scene, afresh, core, notice, scene, school

LATER = NOW + HOUR


async def written(database: Database, sql: str) -> Scene:
    """A visit, its visitor and its alarm, and then this written into the rows by another version."""
    async with database.transaction() as tx:
        found = await scene(tx)
        await core(tx, text(sql).bindparams(*([bindparam("later", LATER, UtcInstant)] if ":later" in sql else [])))
    return found


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE place SET state = 'flown', deadline_at = :later",
        "UPDATE place SET deadline = 'second look due', deadline_at = :later",
        "UPDATE place SET state = 'flown', deadline = 'second look due', deadline_at = :later",
    ],
)
async def test_an_unknown_place_is_taken_for_overdue(database: Database, sql: str) -> None:
    """By its state or by its deadline: at its own time it is due, and then it is as late as can be."""
    found = await written(database, sql)
    async with database.transaction() as tx:
        assert await visits.due(tx, LATER - MINUTE, 9, EVERY_SCHOOL) == []
        [(_, place)] = await visits.due(tx, LATER, 9, EVERY_SCHOOL)
        assert (place.state, place.deadline, place.deadline_at) == (State.OVERDUE, Event.AGAIN_DUE, LATER)
        assert [p.id for p in await visits.places_of_visitor(tx, found.school_id, found.asha.id, NOW)] == [place.id]
        [strange] = await visits.strange(tx, found.school_id, NOW)
        assert (strange.place, "flown" in sql) == (place, strange.state == "flown")


async def test_an_unknown_state_that_waits_for_nothing_is_closed(database: Database) -> None:
    """Every version gives an open place a deadline; with an open alarm it is open all the same, and due now."""
    found = await written(database, "UPDATE place SET state = 'archived', deadline = NULL, deadline_at = NULL")
    async with database.transaction() as tx:
        [place] = await visits.places_of_visit(tx, found.school_id, found.visit.id)
        assert place.state is State.LEFT
        [strange] = await visits.strange(tx, found.school_id, NOW)
        assert (strange.place.state, strange.place.deadline_at) == (State.OVERDUE, NOW)
        await core(tx, text("UPDATE alarm SET ended_at = raised_at"))
        assert await visits.strange(tx, found.school_id, NOW) == []


async def test_a_place_that_is_due_and_does_not_say_what_for_is_strange(database: Database) -> None:
    """Nothing would ever come of it: it is found, and watched as overdue."""
    found = await written(database, "UPDATE place SET deadline = NULL, deadline_at = :later")
    async with database.transaction() as tx:
        [strange] = await visits.strange(tx, found.school_id, NOW)
        assert (strange.place.deadline, strange.place.deadline_at) == (Event.AGAIN_DUE, LATER)


async def test_what_this_version_wrote_is_not_strange(database: Database) -> None:
    """A planned visit and a climbing alarm are known."""
    async with database.transaction() as tx:
        found = await scene(tx)
        assert await visits.strange(tx, found.school_id, NOW) == []
        assert await alarms.strange(tx, found.school_id, NOW) == []


async def test_an_unknown_alarm_is_one_that_no_visitor_can_end(database: Database) -> None:
    """It may be duress, so it is taken for it; in an unknown state it climbs, and if it waits for nothing it is due now."""
    found = await written(database, "UPDATE alarm SET kind = 'kidnap', state = 'escalating', deadline_at = NULL")
    async with database.transaction() as tx:
        [(alarm, said)] = await alarms.strange(tx, found.school_id, NOW)
        assert (alarm.kind, alarm.state, alarm.deadline_at) == (Kind.UNKNOWN, AlarmState.CLIMBING, NOW)
        assert (alarm.is_duress, alarm.is_open, said) == (True, True, "kidnap, escalating")
        await alarms.save(tx, alarm)
        assert await alarms.strange(tx, found.school_id, NOW) == []
        assert [one.id for one in await alarms.due(tx, NOW, 9, EVERY_SCHOOL)] == [alarm.id]


async def test_an_unknown_alarm_that_has_ended_stays_ended(database: Database) -> None:
    """Whatever its state is called."""
    found = await written(database, "UPDATE alarm SET state = 'resolved', ended_at = raised_at, deadline_at = NULL")
    async with database.transaction() as tx:
        alarm = await alarms.by_id(tx, found.school_id, found.alarm.id or 0)
        assert alarm is not None
        assert (alarm.is_open, await alarms.strange(tx, found.school_id, NOW)) == (False, [])


async def test_unknown_roles_and_channels_are_left_out(database: Database) -> None:
    """The person stays who they are, and is reached by what is known."""
    change = "UPDATE person SET roles = 'caretaker;office', lost = 'voice;sms', last_channel = 'voice'"
    found = await written(database, change)
    async with database.transaction() as tx:
        for person in await people.of_school(tx, found.school_id):
            assert person.roles == {Role.OFFICE}
            assert person.lost == {Channel.SMS}
            assert person.last_channel is None


async def test_what_came_and_goes_by_an_unknown_channel_is_for_the_version_that_knows_it(database: Database) -> None:
    """It stays where it is, and nothing else waits for it."""
    async with database.transaction() as tx:
        await inbox.keep(tx, Channel.SMS, "CA1", b"a call", NOW)
        await inbox.keep(tx, Channel.SMS, "SM1", b"a text", NOW)
        await outbox.owe(tx, notice("a call"), NOW)
        await core(tx, text("UPDATE inbox SET channel = 'voice' WHERE external_id = 'CA1'"))
        change = text("UPDATE outbox SET channel = 'voice', trouble = :yes, receipt_by = :now, provider_id = 'CA2'")
        await core(tx, change.bindparams(bindparam("now", NOW, UtcInstant), yes=True))
        assert [row.external_id for row in await inbox.new_ones(tx, 9)] == ["SM1"]
        assert (await outbox.troubled(tx, 9), await receipts.silent(tx, NOW, 9)) == ([], [])
        assert (await leases.next_due(tx), await receipts.next_due(tx)) == (None, None)
        await core(tx, text("UPDATE outbox SET state = 'sent'"))
        assert await receipts.awaited(tx, NOW, 9) == []


@pytest.mark.parametrize(
    ("changes", "still"),
    [
        ({"ladder": ["office", "caretaker", "deputy"]}, ("office", "deputy")),
        ({"ladder": ["caretaker"]}, ("office", "headteacher", "deputy")),
        ({"ladder": "everybody"}, ("office", "headteacher", "deputy")),
        ({"check_in_from": "sunrise", "rung": "a while"}, ("office", "headteacher", "deputy")),
        ({"shoes": "laced"}, ("office", "headteacher", "deputy")),
    ],
)
async def test_a_policy_of_another_version_is_carried_out_as_far_as_it_is_known(
    database: Database, changes: dict[str, object], still: tuple[str, ...]
) -> None:
    """Unknown roles are left out, unknown values are the default's, unknown names are left: the visit can be read."""
    async with database.transaction() as tx:
        found = await scene(tx)
        policy = {**json.loads(found.visit.policy.model_dump_json()), **changes}
        await core(tx, text("UPDATE visit SET policy = :policy").bindparams(policy=json.dumps(policy)))
        visit = await visits.by_id(tx, found.school_id, found.visit.id)
        assert visit is not None
        assert visit.policy.ladder == still
        assert visit.policy.end_grace == found.visit.policy.end_grace


async def test_an_unknown_authorisation_is_no_yes(database: Database) -> None:
    """Whatever it is called, nobody's yes is read out of it."""
    found = await written(database, "UPDATE visit SET authorisation = 'half'")
    async with database.transaction() as tx:
        visit = await visits.by_id(tx, found.school_id, found.visit.id)
        assert visit is not None and visit.authorisation is Authorisation.ASKED


async def test_visits_of_a_school_that_is_in_no_file_are_counted(database: Database) -> None:
    """Nobody acts on their deadlines: they are not due here, they stand before nobody, and the doctor hears of them."""
    async with database.transaction() as tx:
        found = await scene(tx)
        others = [found.school_id + 1]
        assert await visits.due(tx, NOW + HOUR, 9, others) == []
        assert await alarms.due(tx, NOW + HOUR, 9, others) == []
        assert (await visits.elsewhere(tx, others), await visits.elsewhere(tx, [found.school_id])) == (1, 0)
    here = school("mill-road", MILL_ROAD)
    signs = await StoreCheck(database, {found.school_id + 1: here}, [Channel.SMS], lambda: NOW)()
    assert ["1 open visit(s)" in sign.words for sign in signs if sign.about is About.SCHOOLS] == [True]


async def test_what_else_of_another_version_is_due_keeps_no_sweep_from_its_work(database: Database) -> None:
    """A request, a briefing and a conversation of a newer version wait for it; a rota's unknown role is left out.

    Nor do those of a school that is in no file, or what rests because it has failed.
    """
    async with database.transaction() as tx:
        found = await scene(tx)
        person, visit = found.asha.id, found.visit.id
        await requests.add(tx, Request(found.school_id, visit, NOW, due=RequestEvent.REMIND_DUE, due_at=NOW))
        await briefings.add(tx, Briefing(found.school_id, visit, person, NOW, due=BriefingEvent.REMIND_DUE, due_at=NOW))
        await talks.add(tx, Talk(found.school_id, person, "record", NOW, NOW, remind_at=NOW))
        await duty.replace_rota(tx, found.school_id, [Shift(role=Role.OFFICE), Shift(role=Role.DSL)])
        for each in (requests, briefings, talks):
            [one] = await each.due(tx, NOW, 9, EVERY_SCHOOL)
            assert await each.due(tx, NOW, 9, [found.school_id + 1]) == []
            assert await each.due(tx, NOW, 9, EVERY_SCHOOL, [one.id]) == []
            assert await each.next_due(tx, [found.school_id + 1]) is None
            assert await each.next_due(tx, EVERY_SCHOOL, [one.id]) is None
            assert await each.next_due(tx, EVERY_SCHOOL) == NOW
        await core(tx, text("UPDATE request SET due = 'weighed'"))
        await core(tx, text("UPDATE visit SET authorisation = 'half'"))
        await core(tx, text("UPDATE briefing SET due = 'sung', state = 'half read'"))
        await core(tx, text("UPDATE talk SET state = 'resting'"))
        await core(tx, text("UPDATE rota SET role = 'caretaker' WHERE role = 'dsl'"))
        await afresh(tx)
        for each in (requests, briefings, talks):
            assert (await each.due(tx, NOW, 9, EVERY_SCHOOL), await each.next_due(tx, EVERY_SCHOOL)) == ([], None)
        assert [one.state for one in await briefings.of_visit(tx, found.school_id, visit)] == [BriefingState.SENT]
        request = await requests.of_visit(tx, found.school_id, visit)
        assert request is not None and request.state is Authorisation.ASKED
        assert [shift.role for shift in await duty.rota(tx, found.school_id)] == [Role.OFFICE]
