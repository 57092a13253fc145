"""The journal's chain holds, and whatever is done to it afterwards is found and named."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update
from sqlmodel import SQLModel

from store import journal, people
from store.database import Database, Transaction
from store.journal import Check
from store.tables import JournalRow, SchoolRow
from tests.store.cast import ASHA, MARSH_LANE, MILL_ROAD, MINUTE, NOW, add_person, add_school, afresh, core, trial

JOURNAL = SQLModel.metadata.tables["journal"]
WRITTEN = 5
KINDS = ("text", "decision", "alarm", "text", "decision")


async def write(database: Database) -> int:
    """A journal of five entries."""
    async with database.transaction() as tx:
        school_id = await add_school(tx, MARSH_LANE)
        for number, kind in enumerate(KINDS, start=1):
            ids = {"visit_id": 10 + number, "alarm_id": 20 + number, "person_id": 30 + number}
            await journal.append(tx, school_id, NOW + number * MINUTE, kind, **ids, text=f"entry {number}")
    return school_id


async def check(tx: Transaction) -> Check:
    await afresh(tx)
    [found] = await journal.verify(tx)
    return found


async def checked(database: Database) -> Check:
    async with database.transaction() as tx:
        return await check(tx)


async def entry(tx: Transaction, seq: int) -> dict[str, Any]:
    found = await core(tx, select(JOURNAL).where(JOURNAL.c.seq == seq))
    return dict(found.mappings().one())


async def change(tx: Transaction, seq: int, values: Mapping[str, object]) -> None:
    await core(tx, update(JOURNAL).where(JOURNAL.c.seq == seq).values(**values))


async def body_of_another(tx: Transaction) -> None:
    await change(tx, 3, {"body": (await entry(tx, 2))["body"]})


async def body_of_nonsense(tx: Transaction) -> None:
    await change(tx, 3, {"body": b"nonsense"})


async def body_sealed_anew(tx: Transaction) -> None:
    """The strongest tamperer has the key, and mends the digest too."""
    written = '{"text": "all well"}'
    await change(tx, 3, {"body": tx.sealer.seal(written), "digest": journal._digest(written)})


async def swap_places(tx: Transaction) -> None:
    for seq, to in ((2, 99), (3, 2), (99, 3)):
        await change(tx, seq, {"seq": to})


async def swap_all_but_places(tx: Transaction) -> None:
    second, third = await entry(tx, 2), await entry(tx, 3)
    for row, into in ((second, 3), (third, 2)):
        await change(tx, into, {name: value for name, value in row.items() if name not in {"id", "seq"}})


async def delete_the_middle(tx: Transaction) -> None:
    await core(tx, delete(JOURNAL).where(JOURNAL.c.seq == 3))


async def delete_the_middle_and_close_the_gap(tx: Transaction) -> None:
    await delete_the_middle(tx)
    for seq in (4, 5):
        await change(tx, seq, {"seq": seq - 1})


async def delete_the_last(tx: Transaction) -> None:
    await core(tx, delete(JOURNAL).where(JOURNAL.c.seq == WRITTEN))


async def delete_all(tx: Transaction) -> None:
    await core(tx, delete(JOURNAL))


async def insert_at(tx: Transaction, seq: int, **values: object) -> None:
    row = {**await entry(tx, seq - 1), "seq": seq, **values}
    del row["id"]
    await core(tx, insert(JOURNAL).values(**row))


async def insert_in_the_middle(tx: Transaction) -> None:
    for seq in (5, 4, 3):
        await change(tx, seq, {"seq": seq + 1})
    await insert_at(tx, 3)


async def insert_at_the_end(tx: Transaction) -> None:
    await insert_at(tx, WRITTEN + 1)


async def insert_a_well_made_end(tx: Transaction) -> None:
    last = await entry(tx, WRITTEN)
    row = JournalRow(**{**last, "id": None, "seq": WRITTEN + 1})
    await insert_at(tx, WRITTEN + 1, hash=journal._chain(last["hash"], row))


async def change_the_head(tx: Transaction) -> None:
    await core(tx, update(SQLModel.metadata.tables["school"]).values(journal_hash="0" * 64))


def field(name: str, value: object) -> Callable[[Transaction], Awaitable[None]]:
    async def tamper(tx: Transaction) -> None:
        await change(tx, 3, {name: value})

    tamper.__name__ = f"change the {name}"
    return tamper


BROKEN = "entry {} does not follow from the one before it"
TAMPERINGS: list[tuple[Callable[[Transaction], Awaitable[None]], int, str]] = [
    (body_of_another, 2, "the body of entry 3 has been changed"),
    (body_of_nonsense, 2, "the body of entry 3 does not open"),
    (body_sealed_anew, 2, BROKEN.format(3)),
    (field("digest", "0" * 64), 2, "the body of entry 3 has been changed"),
    (field("at", NOW), 2, BROKEN.format(3)),
    (field("kind", "text"), 2, BROKEN.format(3)),
    (field("visit_id", None), 2, BROKEN.format(3)),
    (field("alarm_id", 7), 2, BROKEN.format(3)),
    (field("person_id", 7), 2, BROKEN.format(3)),
    (field("hash", "0" * 64), 2, BROKEN.format(3)),
    (field("seq", 9), 2, "entry 3 is missing"),
    (swap_places, 1, BROKEN.format(2)),
    (swap_all_but_places, 1, BROKEN.format(2)),
    (delete_the_middle, 2, "entry 3 is missing"),
    (delete_the_middle_and_close_the_gap, 2, BROKEN.format(3)),
    (delete_the_last, 4, "the journal ends at entry 4, but 5 were written"),
    (delete_all, 0, "the journal ends at entry 0, but 5 were written"),
    (insert_in_the_middle, 2, BROKEN.format(3)),
    (insert_at_the_end, 5, BROKEN.format(6)),
    (insert_a_well_made_end, 6, "the journal ends at entry 6, but 5 were written"),
    (change_the_head, 5, "the journal ends at entry 5, but"),
]


async def test_a_journal_left_alone_holds(database: Database) -> None:
    """Every entry is read back in order and as written, and the chain holds to its head."""
    school_id = await write(database)
    found = await checked(database)
    assert (found.school, found.entries, found.fault) == ("marsh-lane-primary", WRITTEN, "")
    async with database.transaction() as tx:
        entries = await journal.of_school(tx, school_id)
        assert [(e.seq, e.kind, e.visit_id, e.alarm_id, e.person_id) for e in entries] == [
            (number, kind, 10 + number, 20 + number, 30 + number) for number, kind in enumerate(KINDS, start=1)
        ]
        assert [e.at for e in entries] == [NOW + number * MINUTE for number in range(1, 6)]
        assert [e.body for e in entries] == [{"text": f"entry {number}"} for number in range(1, 6)]
        assert await journal.of_visit(tx, school_id, 13) == entries[2:3]
        assert entries[-1].hash == found.head


async def test_tampering_is_found_and_named(database: Database) -> None:
    """Whatever is changed, taken out, swapped or put in: the first entry that no longer holds is named."""
    await write(database)
    for tamper, entries, fault in TAMPERINGS:
        async with trial(database) as tx:
            await tamper(tx)
            found = await check(tx)
            assert (found.entries, found.fault[: len(fault)]) == (entries, fault), tamper.__name__
    assert (await checked(database)).fault == ""


async def test_an_entry_moved_to_another_school_breaks_both(database: Database) -> None:
    """Each school has its own chain: an entry that changes schools is missed in one and too much in the other."""
    await write(database)
    async with database.transaction() as tx:
        other = await add_school(tx, MILL_ROAD)
        await change(tx, WRITTEN, {"school_id": other, "seq": 1})
    async with database.transaction() as tx:
        assert [found.fault for found in await journal.verify(tx)] == [
            "the journal ends at entry 4, but 5 were written",
            BROKEN.format(1),
        ]


async def test_a_body_taken_out_in_its_time_leaves_the_chain_whole(database: Database) -> None:
    """Retention takes bodies away, and the journal still verifies (DESIGN §8)."""
    school_id = await write(database)
    async with database.transaction() as tx:
        await core(tx, update(JOURNAL).where(JOURNAL.c.seq <= 4).values(body=None))
    assert (await checked(database)).fault == ""
    async with database.transaction() as tx:
        bodies = [e.body for e in await journal.of_school(tx, school_id)]
        assert bodies == [None, None, None, None, {"text": "entry 5"}]
        await journal.append(tx, school_id, NOW, "chores")
    assert (await checked(database)).entries == WRITTEN + 1


async def test_the_same_words_leave_different_digests(database: Database) -> None:
    """A short body cannot be guessed from its digest once it has been taken out."""
    async with database.transaction() as tx:
        school_id = await add_school(tx)
        for _ in range(2):
            await journal.append(tx, school_id, NOW, "text", text="ok")
    async with database.transaction() as tx:
        digests = (await core(tx, select(JOURNAL.c.digest))).scalars().all()
    assert len(set(digests)) == 2


async def test_an_entry_written_in_local_time_holds(database: Database) -> None:
    """An instant is the same instant in any offset: the chain does not depend on how it was given."""
    async with database.transaction() as tx:
        school_id = await add_school(tx)
        await journal.append(tx, school_id, NOW.astimezone(timezone(timedelta(hours=1))), "text")
    assert (await checked(database)).fault == ""


async def test_entries_written_at_once_make_one_chain(database: Database) -> None:
    """Transactions that write at the same time stand in line: no entry is lost and the chain holds."""
    school_id = await write(database)

    async def one(number: int) -> None:
        async with database.transaction() as tx:
            assert await people.of_school(tx, school_id) == []
            await journal.append(tx, school_id, NOW, "text", number=number)
            await journal.append(tx, school_id, NOW, "decision", number=number)

    await asyncio.gather(*(one(number) for number in range(8)))
    found = await checked(database)
    assert (found.entries, found.fault) == (WRITTEN + 16, "")


async def test_a_transaction_that_has_looked_before_still_adds_to_the_end(database: Database) -> None:
    """A school's row read early in a transaction is read again, locked, before the journal is added to."""
    school_id = await write(database)
    looked, added = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with database.transaction() as tx:
            school = await tx.session.get(SchoolRow, school_id)
            looked.set()
            if database.url.get_backend_name() != "sqlite":  # SQLite's transactions stand in line anyway
                await added.wait()
            await journal.append(tx, school_id, NOW, "slow")
            assert school is not None and school.journal_seq == WRITTEN  # as it was when it was looked at

    async def quick() -> None:
        await looked.wait()
        async with database.transaction() as tx:
            await journal.append(tx, school_id, NOW, "quick")
        added.set()

    await asyncio.gather(slow(), quick())
    found = await checked(database)
    assert (found.entries, found.fault) == (WRITTEN + 2, "")


async def test_nothing_is_in_the_journal_of_a_transaction_that_failed(database: Database) -> None:
    """An entry stands or falls with what it tells of."""
    school_id = await write(database)

    async def broken() -> None:
        async with database.transaction() as tx:
            await add_person(tx, school_id, ASHA)
            await journal.append(tx, school_id, NOW, "person")
            raise LookupError

    with pytest.raises(LookupError):
        await broken()
    found = await checked(database)
    assert (found.entries, found.fault) == (WRITTEN, "")
    async with database.transaction() as tx:
        await journal.append(tx, school_id, datetime.fromisoformat("2026-11-24T09:00:00+00:00"), "text")
    assert (await checked(database)).entries == WRITTEN + 1


async def test_what_a_transaction_adds_is_written_together_and_read_at_once(database: Database) -> None:
    """The rows come with the commit, or before somebody asks for them in the same transaction; rolled back, none is left."""
    async with database.transaction() as tx:
        school_id = await add_school(tx, MARSH_LANE)
        await journal.append(tx, school_id, NOW, "text", visit_id=1)
        await journal.append(tx, school_id, NOW, "decision", visit_id=1)
        assert (await core(tx, select(JOURNAL.c.seq))).all() == []
        assert [one.kind for one in await journal.of_visit(tx, school_id, 1)] == ["text", "decision"]
        await journal.append(tx, school_id, NOW, "alarm", visit_id=1)
    async with trial(database) as tx:
        await journal.append(tx, school_id, NOW, "text", visit_id=1)
    assert (await checked(database)).entries == 3
