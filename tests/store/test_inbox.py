"""The inbox keeps everything once, gives it in order, and lets nothing block it."""

import pytest

from bot.people import Channel
from store import inbox
from store.database import Database, Transaction
from store.inbox import Kept
from tests.store.cast import ASHA, BEN, HOUR, MINUTE, NOW, add_person, add_school

ODD = {
    "nul": b"arr\x00ived\x00",
    "half a surrogate pair": "left \ud83d".encode("utf-8", "surrogatepass"),
    "no utf-8": b"\xff\xfe\x80",
    "empty": b"",
    "ten megabytes": b"x" * 10_000_000,
}


async def keep(tx: Transaction, *names: str, channel: Channel = Channel.TELEGRAM) -> list[bool]:
    return [await inbox.keep(tx, channel, name, name.encode(), NOW) for name in names]


async def waiting(database: Database) -> list[str]:
    async with database.transaction() as tx:
        return [kept.external_id for kept in await inbox.new_ones(tx, 99)]


async def test_each_is_kept_once_by_membership_not_by_order(database: Database) -> None:
    """The same channel and id count once; a lower id than the last is as welcome as a higher one."""
    async with database.transaction() as tx:
        assert await keep(tx, "900", "7", "900", "1000000007", "7") == [True, True, False, True, False]
    async with database.transaction() as tx:
        assert await keep(tx, "8", "7") == [True, False]
        assert await keep(tx, "7", channel=Channel.SMS) == [True]
    assert await waiting(database) == ["900", "7", "1000000007", "8", "7"]


async def test_a_second_copy_never_comes_back(database: Database) -> None:
    """What was dealt with is not dealt with again when the provider sends it again."""
    async with database.transaction() as tx:
        await keep(tx, "7")
        [kept] = await inbox.new_ones(tx, 9)
        await inbox.done(tx, kept, NOW)
    async with database.transaction() as tx:
        assert await keep(tx, "7") == [False]
    assert await waiting(database) == []


@pytest.mark.parametrize("raw", ODD.values(), ids=ODD.keys())
async def test_raw_bytes_come_back_as_received(database: Database, raw: bytes) -> None:
    """Whatever a door receives is kept byte for byte."""
    async with database.transaction() as tx:
        assert await inbox.keep(tx, Channel.SMS, "SM1", raw, NOW)
    async with database.transaction() as tx:
        [kept] = await inbox.new_ones(tx, 9)
    assert kept == Kept(kept.id, Channel.SMS, "SM1", raw, NOW, 0)


async def test_odd_texts_are_noted_as_they_came(database: Database) -> None:
    """NULs and half surrogate pairs in a text are kept beside the row as they came."""
    text = "left\x00 \ud83d of it"
    async with database.transaction() as tx:
        await keep(tx, "SM1", channel=Channel.SMS)
        [kept] = await inbox.new_ones(tx, 9)
        await inbox.done(tx, kept, NOW, sender=ASHA.phone, text=text)
    async with database.transaction() as tx:
        assert await inbox.sent_by(tx, Channel.SMS, ASHA.phone) == [(NOW, text)]
        assert await inbox.sent_by(tx, Channel.SMS, BEN.phone) == []
        assert await inbox.sent_by(tx, Channel.TELEGRAM, ASHA.phone) == []


async def test_new_ones_come_oldest_first_in_batches(database: Database) -> None:
    """Rows come in the order they were kept, a batch at a time, each batch after the last."""
    async with database.transaction() as tx:
        await keep(tx, "c", "a", "d", "b")
        first = await inbox.new_ones(tx, 3)
        second = await inbox.new_ones(tx, 3, after=first[-1].id)
    assert [kept.external_id for kept in first] == ["c", "a", "d"]
    assert [kept.external_id for kept in second] == ["b"]


async def test_a_row_that_keeps_failing_is_set_aside(database: Database) -> None:
    """A row is tried so many times, then set aside; those behind it are never held up."""
    async with database.transaction() as tx:
        await keep(tx, "poison", "fine")
    for last in (False, False, True):
        assert await waiting(database) == ["poison", "fine"]
        async with database.transaction() as tx:
            [kept, _] = await inbox.new_ones(tx, 9)
            assert await inbox.tried(tx, kept, 3) is last
    assert await waiting(database) == ["fine"]
    async with database.transaction() as tx:
        assert await inbox.count(tx, inbox.ASIDE) == 1


async def test_the_text_before_this_one_is_found(database: Database) -> None:
    """The same person's last text before this one is found while it is recent; nobody else's, and none after it."""
    async with database.transaction() as tx:
        school_id = await add_school(tx)
        asha, ben = [await add_person(tx, school_id, person) for person in (ASHA, BEN)]
        await keep(tx, "1", "2", "3", "4")
        first, second, third, fourth = await inbox.new_ones(tx, 9)
        await inbox.done(tx, first, NOW, text="could you bring the blue", person_id=asha.id)
        await inbox.done(tx, second, NOW, text="all done", person_id=ben.id)
        await inbox.done(tx, fourth, NOW, text="folder", person_id=asha.id)
    async with database.transaction() as tx:
        assert await inbox.said_before(tx, third, asha.id, NOW - MINUTE) == "could you bring the blue"
        assert await inbox.said_before(tx, third, asha.id, NOW + MINUTE) == ""
        assert await inbox.said_before(tx, first, asha.id, NOW - MINUTE) == ""
        assert await inbox.said_before(tx, third, ben.id, NOW - MINUTE) == "all done"


async def test_what_was_never_kept_is_missing(database: Database) -> None:
    """Of a provider's list the ids that are not here, dealt with or not; however long the list is."""
    async with database.transaction() as tx:
        await keep(tx, "SM1", "SM2", channel=Channel.SMS)
        await keep(tx, "SM3")
        [first, *_] = await inbox.new_ones(tx, 9)
        await inbox.done(tx, first, NOW)
        many = [f"SM{number}" for number in range(1, 1_300)]
        assert await inbox.missing(tx, Channel.SMS, many) == set(many) - {"SM1", "SM2"}
        assert await inbox.missing(tx, Channel.SMS, []) == set()


async def test_the_texts_around_one_are_found_by_when_they_came(database: Database) -> None:
    """The same person's, in order of time, without the one they are around."""
    async with database.transaction() as tx:
        school_id = await add_school(tx)
        asha, ben = [await add_person(tx, school_id, person) for person in (ASHA, BEN)]
        for number, minute in enumerate((2, 0, 1, 9)):
            await inbox.keep(tx, Channel.SMS, str(number), b"", NOW + minute * MINUTE)
        for number, kept in enumerate(await inbox.new_ones(tx, 9)):
            await inbox.done(tx, kept, NOW, text=f"text {number}", person_id=asha.id)
            last = kept
        await keep(tx, "ben")
        [bens] = await inbox.new_ones(tx, 9)
        await inbox.done(tx, bens, NOW, text="ben's", person_id=ben.id)
        around = await inbox.said_between(tx, last, asha.id, NOW, NOW + 9 * MINUTE)
        assert [heard.text for heard in around] == ["text 1", "text 2", "text 0"]
        assert [heard.received_at for heard in around] == [NOW, NOW + MINUTE, NOW + 2 * MINUTE]
        assert await inbox.said_between(tx, last, ben.id, NOW + MINUTE, NOW + HOUR) == []
