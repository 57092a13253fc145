"""What is owed leaves alarms first, a phone's prompts in order, and is written down by the lease's holder alone."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.alarm import State as AlarmState
from bot.delivery import URGENT_PAUSE, Attempt, Receipted, Verdict, pause_before
from bot.events import Receipt
from bot.people import Channel
from store import alarms, leases, outbox, receipts
from store.database import Database, Transaction
from store.leases import Free, Leased
from store.outbox import Got, Notice, State
from store.tables import OutboxRow
from tests.store.cast import ASHA, BEN, HENRY, HOUR, MINUTE, NOW, OLIVE, SECOND, notice, scene, take_owed

HOLD = 30 * SECOND
SENT = Attempt(Verdict.SENT, "SM1")


async def owe(database: Database, *notices: Notice) -> list[int]:
    async with database.transaction() as tx:
        return [await outbox.owe(tx, one, NOW) for one in notices]


async def take(
    database: Database, now: datetime = NOW, *, token: str = "first", channels: Iterable[Channel] = Channel
) -> list[Leased]:
    async with database.transaction() as tx:
        return await take_owed(tx, token, now, now + HOLD, channels=channels)


async def write(database: Database, leased: Leased, attempt: Attempt, now: datetime = NOW) -> bool:
    async with database.transaction() as tx:
        return await leases.write_down(tx, leased, attempt, now)


async def row(database: Database, row_id: int) -> OutboxRow:
    async with database.transaction() as tx:
        found = await tx.session.get(OutboxRow, row_id)
        assert found is not None
        return found


def texts(leased: Iterable[Leased]) -> list[str]:
    return [one.parcel.text for one in leased]


async def test_a_parcel_is_what_was_owed(database: Database) -> None:
    """Address, words, buttons and the wish for a number come to the carrier as they were written."""
    owed = Notice(
        None, None, Channel.TELEGRAM, "7000000001", "welcome", "Hello \ud83d", ("My number",), True, asks_number=True
    )
    [row_id] = await owe(database, owed)
    [leased] = await take(database)
    parcel = leased.parcel
    assert (parcel.reference, parcel.channel, parcel.address) == (row_id, Channel.TELEGRAM, "7000000001")
    assert (parcel.text, parcel.buttons, parcel.asks_number) == ("Hello \ud83d", ("My number",), True)
    assert (leased.made_at, leased.doubtful, parcel.tries) == (NOW, False, 0)


async def test_alarms_leave_first(database: Database) -> None:
    """An alarm has a way of its own: however many prompts are owed, none is taken in its place."""
    await owe(database, notice("a", person=BEN), notice("b", person=OLIVE), notice("alarm", urgent=True, person=HENRY))
    async with database.transaction() as tx:
        assert texts(await leases.lease(tx, "first", NOW, NOW + HOLD, Free(1, 0), Channel)) == ["alarm"]
        assert await leases.lease(tx, "first", NOW, NOW + HOLD, Free(9, 0), Channel) == []
        assert texts(await leases.lease(tx, "first", NOW, NOW + HOLD, Free(0, 1), Channel)) == ["a"]
        assert texts(await leases.lease(tx, "first", NOW, NOW + HOLD, Free(9, 9), Channel)) == ["b"]


async def test_many_alarms_take_no_hand_from_the_rest(database: Database) -> None:
    """Three alarms and a prompt, one hand for each: an alarm and the prompt leave; with no hand for the rest, alarms alone."""
    await owe(
        database, notice("prompt", person=BEN), *(notice(f"alarm {n}", urgent=True, person=HENRY) for n in (1, 2, 3))
    )
    async with database.transaction() as tx:
        assert await leases.lease(tx, "first", NOW, NOW + HOLD, Free(0, 0), Channel) == []
        assert texts(await leases.lease(tx, "first", NOW, NOW + HOLD, Free(1, 1), Channel)) == ["alarm 1", "prompt"]
        assert texts(await leases.lease(tx, "first", NOW, NOW + HOLD, Free(9, 0), Channel)) == ["alarm 2", "alarm 3"]


async def test_another_notices_message_is_not_taken_for_ones_own(database: Database) -> None:
    """A message at the provider belongs to one notice: any other is told that it is adopted already."""
    first, second = await owe(database, notice("one", urgent=True), notice("one", urgent=True))
    await write(database, (await take(database))[0], SENT)
    async with database.transaction() as tx:
        assert await leases.is_adopted(tx, "SM1", second)
        assert not await leases.is_adopted(tx, "SM1", first)
        assert not await leases.is_adopted(tx, "SM2", second)


async def test_a_phone_gets_its_prompts_in_order(database: Database) -> None:
    """The next prompt to a phone waits until the one before it is settled; other phones do not wait."""
    await owe(database, notice("one"), notice("two"), notice("three"), notice("ben's", person=BEN))
    first, bens = await take(database)
    assert texts([first, bens]) == ["one", "ben's"]
    assert await take(database) == []
    await write(database, bens, SENT)
    await write(database, first, Attempt(Verdict.AGAIN, after=MINUTE))
    assert await take(database) == []
    [again] = await take(database, NOW + MINUTE)
    await write(database, again, SENT)
    [second] = await take(database, NOW + MINUTE)
    await write(database, second, Attempt(Verdict.REFUSED))
    assert texts([again, second, *await take(database, NOW + MINUTE)]) == ["one", "two", "three"]


async def test_alarms_are_not_held_back_by_prompts(database: Database) -> None:
    """To one and the same phone, an alarm passes a prompt in flight; and prompts do not wait for alarms."""
    await owe(database, notice("prompt"))
    await take(database)
    await owe(database, notice("alarm", urgent=True), notice("another", urgent=True))
    assert texts(await take(database)) == ["alarm", "another"]
    await owe(database, notice("ben's alarm", person=BEN, urgent=True), notice("ben's prompt", person=BEN))
    assert texts(await take(database)) == ["ben's alarm", "ben's prompt"]


async def test_only_the_channels_asked_for_are_taken(database: Database) -> None:
    """A channel whose carrier is away keeps what it is owed."""
    await owe(database, notice("sms"))
    assert await take(database, channels=[Channel.TELEGRAM]) == []
    assert await take(database, channels=[]) == []
    assert texts(await take(database, channels=[Channel.SMS])) == ["sms"]


async def test_a_lease_that_ran_out_leaves_a_doubt(database: Database) -> None:
    """A notice is one holder's until the lease ends; whoever takes it then knows that it may have left."""
    await owe(database, notice("alarm", urgent=True))
    await take(database)
    assert await take(database, NOW + HOLD - SECOND, token="second") == []
    [taken] = await take(database, NOW + HOLD, token="second")
    assert taken.doubtful
    await write(database, taken, Attempt(Verdict.AGAIN, after=SECOND), NOW + HOLD)
    [third] = await take(database, NOW + HOLD + SECOND, token="third")
    assert third.doubtful  # a doubt stays until the notice is known to have left


async def test_a_start_ends_the_leases_of_the_dead(database: Database) -> None:
    """After a start nothing waits for the lease of a process that died, and what it held is doubtful."""
    await owe(database, notice("prompt"))
    await take(database)
    async with database.transaction() as tx:
        await leases.expire_leases(tx, NOW + SECOND)
    [taken] = await take(database, NOW + SECOND, token="second")
    assert taken.doubtful


@pytest.mark.parametrize("verdict", Verdict)
async def test_only_the_holder_of_the_lease_writes_down(database: Database, verdict: Verdict) -> None:
    """Once another has taken the notice over, the first holder's outcome changes nothing."""
    [row_id] = await owe(database, notice("alarm", urgent=True))
    [late] = await take(database)
    [ours] = await take(database, NOW + HOLD, token="second")
    before = (await row(database, row_id)).model_dump()
    assert not await write(database, late, Attempt(verdict, "SM-late"), NOW + HOLD)
    assert (await row(database, row_id)).model_dump() == before
    assert await write(database, ours, SENT, NOW + HOLD)
    after = (await row(database, row_id)).model_dump()
    assert not await write(database, ours, Attempt(verdict, "SM-again"), NOW + HOLD)
    assert (await row(database, row_id)).model_dump() == after


async def test_again_waits_longer_each_time_and_an_alarm_is_pressed(database: Database) -> None:
    """A passing fault is tried again after the table's pauses; from the second one an alarm is also in trouble."""
    [row_id] = await owe(database, notice("alarm", urgent=True))
    now = NOW
    for tries, pause in enumerate((*URGENT_PAUSE, URGENT_PAUSE[-1]), start=1):
        [leased] = await take(database, now)
        assert leased.parcel.tries == tries - 1
        await write(database, leased, Attempt(Verdict.AGAIN, error="no connection"), now)
        found = await row(database, row_id)
        assert (found.next_at, found.tries, found.trouble) == (now + pause, tries, tries >= 2)
        assert await take(database, now + pause - timedelta(milliseconds=1)) == []
        now += pause


async def test_what_fails_on_is_told_of_after_twice_as_many_tries(database: Database) -> None:
    """The desk finds the other way at the second try; a provider that is away for an hour fills no journal with the same."""
    await owe(database, notice("alarm", urgent=True))
    now, told_at = NOW, []
    for tries in range(1, 70):
        [leased] = await take(database, now)
        await write(database, leased, Attempt(Verdict.AGAIN, error="too many requests", after=SECOND), now)
        async with database.transaction() as tx:
            for troubled in await outbox.troubled(tx, 9):
                told_at.append(tries)
                await outbox.settle(tx, troubled.id)
        now += MINUTE
    assert told_at == [1, 2, 4, 8, 16, 32, 64]


async def test_a_prompt_that_fails_waits_without_trouble(database: Database) -> None:
    """A prompt's passing fault is nobody's business but delivery's; a provider's own wait is kept to."""
    [row_id] = await owe(database, notice("prompt"))
    [leased] = await take(database)
    await write(database, leased, Attempt(Verdict.AGAIN))
    assert (await row(database, row_id)).next_at == NOW + pause_before(1, urgent=False)
    [leased] = await take(database, NOW + HOUR)
    await write(database, leased, Attempt(Verdict.AGAIN, after=MINUTE), NOW + HOUR)
    found = await row(database, row_id)
    assert (found.next_at, found.trouble) == (NOW + HOUR + MINUTE, False)


async def test_a_flood_wait_troubles_an_alarm_at_once(database: Database) -> None:
    """An alarm does not sit out a provider's wait: the desk hears of it at the first."""
    [row_id] = await owe(database, notice("alarm", urgent=True))
    [leased] = await take(database)
    await write(database, leased, Attempt(Verdict.AGAIN, error="flood wait", after=MINUTE))
    assert (await row(database, row_id)).trouble


async def test_unknown_is_doubtful_and_sent_clears_the_doubt(database: Database) -> None:
    """A try nobody answered is taken again as doubtful; once it is known to have left the doubt is over."""
    [row_id] = await owe(database, notice("prompt"))
    [leased] = await take(database)
    await write(database, leased, Attempt(Verdict.UNKNOWN, error="no answer in time"))
    [leased] = await take(database, NOW + HOUR)
    assert leased.doubtful
    await write(database, leased, SENT, NOW + HOUR)
    found = await row(database, row_id)
    assert (found.state, found.provider_id, found.sent_at, found.doubtful) == (State.SENT, "SM1", NOW + HOUR, False)


async def test_the_desk_hears_of_trouble_until_it_is_settled(database: Database) -> None:
    """Refused notices come to the desk, alarms first, each with its words, until they are settled."""
    prompt, alarm = await owe(database, notice("prompt"), notice("alarm", urgent=True, person=OLIVE))
    for leased in await take(database):
        await write(database, leased, Attempt(Verdict.REFUSED, error="blocked", lost=True))
    async with database.transaction() as tx:
        first, second = await outbox.troubled(tx, 9)
        assert (first.id, first.refused, first.error) == (alarm, True, "blocked")
        assert first.notice == notice("alarm", urgent=True, person=OLIVE)
        await outbox.settle(tx, first.id)
    async with database.transaction() as tx:
        assert [one.id for one in await outbox.troubled(tx, 9)] == [second.id] == [prompt]


async def test_trouble_that_a_receipt_reported_outlives_the_next_try(database: Database) -> None:
    """A text that failed is in trouble until the desk has settled it, though delivery tries again first."""
    [row_id] = await owe(database, notice("prompt"))
    [leased] = await take(database)
    await write(database, leased, SENT)
    async with database.transaction() as tx:
        await receipts.take_in(tx, Receipt("SM1", Receipted.FAILED, again=True), NOW)
    [leased] = await take(database, NOW + HOUR)
    await write(database, leased, Attempt(Verdict.AGAIN), NOW + HOUR)
    assert (await row(database, row_id)).trouble


async def test_the_same_words_are_seen_to_be_owed_already(database: Database) -> None:
    """The same words to the same person on the same account count as tried on that channel, for a while."""
    async with database.transaction() as tx:
        set_up = await scene(tx)
        owed = Notice(set_up.school_id, set_up.asha.id, Channel.SMS, ASHA.phone, "nudge", "Are you there?")
        await outbox.owe(tx, owed, NOW)
        assert await outbox.already_tried(tx, owed, Channel.SMS, NOW)
        assert not await outbox.already_tried(tx, owed, Channel.TELEGRAM, NOW)
        assert not await outbox.already_tried(tx, owed, Channel.SMS, NOW + SECOND)


async def owe_for_alarm(tx: Transaction) -> tuple[int, list[int]]:
    alarm_id = (await scene(tx)).alarm.id
    assert alarm_id is not None
    people = (OLIVE, HENRY, BEN)
    owed = [
        await outbox.owe(tx, notice(p.name, urgent=True, person=p, alarm_id=alarm_id), NOW + n * MINUTE)
        for n, p in enumerate(people)
    ]
    owed.append(await outbox.owe(tx, notice("prompt"), NOW + HOUR))
    return alarm_id, owed


async def test_what_has_not_left_is_dropped_when_the_alarm_ends(database: Database) -> None:
    """The end of an alarm takes back what is still owed of it: not what is on its way, and nothing else."""
    async with database.transaction() as tx:
        alarm_id, owed = await owe_for_alarm(tx)
    await take(database)
    async with database.transaction() as tx:
        await outbox.drop_unsent(tx, alarm_id)
    states = [(await row(database, row_id)).state for row_id in owed]
    assert states == [State.LEASED, State.GONE, State.GONE, State.OWED]


async def test_what_comes_back_once_its_alarm_has_ended_leaves_no_more(database: Database) -> None:
    """It was on its way at the end, and the try has failed: it is dropped where it would be taken anew. The end leaves."""
    async with database.transaction() as tx:
        alarm = (await scene(tx)).alarm
        sent, hung = [
            await outbox.owe(tx, notice("ALARM", urgent=True, person=one, alarm_id=alarm.id), NOW)
            for one in (OLIVE, HENRY)
        ]
    again, _ = await take(database)
    async with database.transaction() as tx:
        await alarms.save(tx, replace(alarm, state=AlarmState.STOOD_DOWN, ended_at=NOW + SECOND))
        await outbox.owe(tx, notice("ENDED", urgent=True, person=OLIVE, alarm_id=alarm.id), NOW + SECOND)
    assert await write(database, again, Attempt(Verdict.AGAIN), NOW + SECOND)
    assert texts(await take(database, NOW + HOUR, token="second")) == ["ENDED"]
    for row_id in (sent, hung):
        found = await row(database, row_id)
        assert (found.state, found.trouble, found.lease) == (State.GONE, False, None)
    async with database.transaction() as tx:
        assert await leases.next_due(tx) is None


@pytest.mark.parametrize("again", [False, True])
async def test_a_dropped_notice_is_not_brought_back_by_a_receipt(database: Database, again: bool) -> None:
    """A notice that was taken back stays so, though a receipt says that an earlier try of it failed."""
    async with database.transaction() as tx:
        alarm_id, [row_id, *_] = await owe_for_alarm(tx)
    [leased] = await take(database)
    await write(database, leased, Attempt(Verdict.UNKNOWN))
    async with database.transaction() as tx:
        await outbox.drop_unsent(tx, alarm_id)
        await receipts.take_in(tx, Receipt("SM1", Receipted.FAILED, reference=row_id, again=again), NOW)
    found = await row(database, row_id)
    assert (found.state, found.trouble) == (State.GONE, False)


async def test_a_phone_shows_what_it_got(database: Database) -> None:
    """What left for a phone is listed in order, with the time; what did not leave is not."""
    await owe(database, notice("one"), notice("two", urgent=True), notice("ben's", person=BEN), notice("three"))
    for number, leased in enumerate(await take(database)):
        await write(database, leased, Attempt(Verdict.SENT, f"SM{number}"), NOW + MINUTE)
    async with database.transaction() as tx:
        got = await outbox.got_by(tx, Channel.SMS, ASHA.phone)
        assert await leases.next_due(tx) == NOW
    assert got == [Got(NOW + MINUTE, Channel.SMS, text, ()) for text in ("one", "two")]


async def test_the_pause_counts_from_when_a_try_began(database: Database) -> None:
    """A try that hung for eight seconds has waited that long already: whoever comes back meanwhile has the alarm within ten."""
    [row_id] = await owe(database, notice("ALARM", urgent=True))
    now = NOW
    for _ in range(3):
        [leased] = await take(database, now)
        async with database.transaction() as tx:
            await leases.write_down(tx, leased, Attempt(Verdict.UNKNOWN), now, took=8 * SECOND)
        found = await row(database, row_id)
        waited, now = found.next_at - now, found.next_at
    assert waited == URGENT_PAUSE[2] - 8 * SECOND
    assert waited >= leases.SHORTEST
