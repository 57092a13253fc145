"""Receipts come late, twice, out of order and before the send has answered: they only ever move a notice forward."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.delivery import Attempt, Receipted, Verdict
from bot.events import Receipt
from store import leases, outbox, receipts
from store.database import Database, Transaction
from store.leases import Leased
from store.outbox import State
from store.tables import OutboxRow
from tests.store.cast import HOUR, MINUTE, NOW, afresh, notice, take_owed, trial

HISTORIES = settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
SENT = "the send is written down"
RANK = {State.LEASED: 0, State.SENT: 1, State.REFUSED: 2, State.DELIVERED: 3}
Step = str | Receipted

steps = st.lists(st.sampled_from([SENT, *Receipted]), min_size=1, max_size=8)


def receipt(said: Receipted, reference: int | None, provider_id: str = "SM1", again: bool = False) -> Receipt:
    return Receipt(provider_id, said, reference, again, "twilio 30003" if said is Receipted.FAILED else "")


async def leased_one(tx: Transaction, text: str = "alarm") -> Leased:
    await outbox.owe(tx, notice(text, urgent=True), NOW)
    [leased] = await take_owed(tx, "first", NOW, NOW + MINUTE)
    return leased


async def look(tx: Transaction, leased: Leased) -> OutboxRow:
    await afresh(tx)
    found = await tx.session.get(OutboxRow, leased.parcel.reference)
    assert found is not None
    return found


async def take_step(tx: Transaction, leased: Leased, step: Step) -> None:
    if isinstance(step, Receipted):
        assert await receipts.take_in(tx, receipt(step, leased.parcel.reference), NOW)
    else:
        await leases.write_down(tx, leased, Attempt(Verdict.SENT, "SM1"), NOW)


@HISTORIES
@given(history=steps)
async def test_in_every_order_a_notice_only_moves_forward(database: Database, history: list[Step]) -> None:
    """Whatever comes, however often and in which order: never a step back, and the end depends on what came alone."""
    async with trial(database) as tx:
        leased = await leased_one(tx)
        rank = 0
        for step in history:
            await take_step(tx, leased, step)
            found = await look(tx, leased)
            assert RANK[State(found.state)] >= rank
            rank = RANK[State(found.state)]
            assert (found.provider_id, found.lease) == ("SM1", None)
    ends = {Receipted.DELIVERED: 3, Receipted.FAILED: 2}
    assert rank == max(ends.get(step, 1) if isinstance(step, Receipted) else 1 for step in history)


@HISTORIES
@given(late=st.lists(st.sampled_from([Receipted.ON_ITS_WAY, Receipted.FAILED]), max_size=4), data=st.data())
async def test_late_receipts_of_a_failed_try_do_not_touch_the_next_one(
    database: Database, late: list[Receipted], data: st.DataObject
) -> None:
    """A try that failed for now is sent again, whatever its late and double receipts say, at whatever moment."""
    async with trial(database) as tx:
        leased = await leased_one(tx)
        reference = leased.parcel.reference

        async def straggle() -> None:
            for said in data.draw(st.permutations(late)):
                assert await receipts.take_in(tx, receipt(said, reference, again=True), NOW)

        await leases.write_down(tx, leased, Attempt(Verdict.SENT, "SM1"), NOW)
        await receipts.take_in(tx, receipt(Receipted.FAILED, reference, again=True), NOW)
        await straggle()
        assert (await look(tx, leased)).state == State.OWED
        [second] = await take_owed(tx, "second", NOW + HOUR, NOW + HOUR + MINUTE)
        await straggle()
        assert (await look(tx, leased)).state == State.LEASED
        assert await leases.write_down(tx, second, Attempt(Verdict.SENT, "SM2"), NOW + HOUR)
        await straggle()
        found = await look(tx, leased)
        assert (found.state, found.provider_id, found.sent_at) == (State.SENT, "SM2", NOW + HOUR)
        await receipts.take_in(tx, receipt(Receipted.DELIVERED, reference, "SM2"), NOW + HOUR)
        await straggle()
        assert (await look(tx, leased)).state == State.DELIVERED


async def test_a_receipt_before_the_answer_of_the_second_try_is_taken_in(database: Database) -> None:
    """Also when an earlier try failed, the next one's receipt may come before its send has answered."""
    async with trial(database) as tx:
        leased = await leased_one(tx)
        reference = leased.parcel.reference
        await leases.write_down(tx, leased, Attempt(Verdict.SENT, "SM1"), NOW)
        await receipts.take_in(tx, receipt(Receipted.FAILED, reference, again=True), NOW)
        [second] = await take_owed(tx, "second", NOW + HOUR, NOW + HOUR + MINUTE)
        await receipts.take_in(tx, receipt(Receipted.DELIVERED, reference, "SM2"), NOW + HOUR)
        assert not await leases.write_down(tx, second, Attempt(Verdict.AGAIN), NOW + HOUR)
        found = await look(tx, leased)
        assert (found.state, found.provider_id, found.delivered_at) == (State.DELIVERED, "SM2", NOW + HOUR)


async def test_a_try_taken_for_failed_that_arrives_after_all_is_delivered(database: Database) -> None:
    """A late word that the first try did arrive ends the sending."""
    async with trial(database) as tx:
        leased = await leased_one(tx)
        await leases.write_down(tx, leased, Attempt(Verdict.SENT, "SM1"), NOW)
        await receipts.take_in(tx, receipt(Receipted.FAILED, None, again=True), NOW)
        assert await receipts.take_in(tx, receipt(Receipted.DELIVERED, None), NOW + MINUTE)
        assert await take_owed(tx, "second", NOW + HOUR, NOW + HOUR + MINUTE) == []


async def test_failures_that_pass_are_not_tried_for_ever(database: Database) -> None:
    """After so many failed tries the notice is refused on this channel; the desk hears of every one."""
    async with trial(database) as tx:
        leased = await leased_one(tx)
        for number in range(outbox.MOST_RESENDS):
            now = NOW + (number + 1) * HOUR
            await leases.write_down(tx, leased, Attempt(Verdict.SENT, f"SM{number}"), now)
            await receipts.take_in(tx, receipt(Receipted.FAILED, None, f"SM{number}", again=True), now)
            [trouble] = await outbox.troubled(tx, 9)
            assert trouble.refused is (number == outbox.MOST_RESENDS - 1)
            await outbox.settle(tx, trouble.id)
            if not trouble.refused:
                [leased] = await take_owed(tx, f"lease {number}", now + HOUR, now + 2 * HOUR)


async def test_a_receipt_finds_its_own_notice(database: Database) -> None:
    """By the provider's id or by our reference; one that nobody knows is said to be unknown and changes nothing."""
    async with trial(database) as tx:
        first, second = await leased_one(tx, "one"), await leased_one(tx, "two")
        await leases.write_down(tx, first, Attempt(Verdict.SENT, "SM1"), NOW)
        assert not await receipts.take_in(tx, receipt(Receipted.DELIVERED, None, "SM9"), NOW)
        assert not await receipts.take_in(tx, receipt(Receipted.DELIVERED, 999_999, "SM9"), NOW)
        assert await receipts.take_in(tx, receipt(Receipted.DELIVERED, None, "SM1"), NOW)
        assert (await look(tx, first)).state == State.DELIVERED
        assert (await look(tx, second)).state == State.LEASED
