"""One transaction, all or nothing; a store that fails says so, keeps nothing, and goes on when it can."""

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bot.people import Channel
from store import inbox, journal, outbox, visits
from store.database import BUSY_MILLISECONDS, Database, StoreDown, Transaction
from store.tables import PlaceRow
from tests.store.cast import ASHA, NOW, POLICY, add_person, add_school, notice, scene
from tests.store.conftest import POSTGRES, SQLITE, Open, Shelf


async def keep(database: Database, name: str = "SM1", raw: bytes = b"arrived") -> bool:
    async with database.transaction() as tx:
        return await inbox.keep(tx, Channel.SMS, name, raw, NOW)


async def kept(database: Database) -> list[str]:
    async with database.transaction() as tx:
        return [one.external_id for one in await inbox.new_ones(tx, 99)]


async def pragma(database: Database, words: str) -> object:
    """Ask or tell the one connection of a SQLite store."""
    async with database.engine.connect() as connection:
        return (await connection.execute(text(f"PRAGMA {words}"))).scalar()


@contextmanager
def held_by_another(database: Database) -> Iterator[sqlite3.Connection]:
    """Another program writes to the same file, and takes its time over it."""
    other = sqlite3.connect(str(database.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield other
    other.close()


async def nothing_is_left(before: set[threading.Thread]) -> None:
    """The threads of connections that were refused end by themselves."""
    for thread in set(threading.enumerate()) - before:
        await asyncio.to_thread(thread.join, 5)
        assert not thread.is_alive()


async def everything(tx: Transaction) -> None:
    set_up = await scene(tx)
    await inbox.keep(tx, Channel.SMS, "SM1", b"arrived", NOW)
    await outbox.owe(tx, notice("are you well?"), NOW)
    await journal.append(tx, set_up.school_id, NOW, "text", visit_id=set_up.visit.id)


async def test_an_exception_takes_everything_back(database: Database) -> None:
    """Visit, alarm, journal, inbox and outbox change together or not at all (law 5)."""

    async def broken() -> None:
        async with database.transaction() as tx:
            await everything(tx)
            raise LookupError

    with pytest.raises(LookupError):
        await broken()
    async with database.engine.connect() as connection:
        for table in ("school", "person", "visit", "place", "alarm", "inbox", "outbox", "journal"):
            assert (await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar() == 0


async def test_a_row_refused_by_the_store_takes_everything_back(database: Database) -> None:
    """A place in no visit is refused on both kinds of store, with all that was written beside it."""

    async def lost_place() -> None:
        async with database.transaction() as tx:
            await inbox.keep(tx, Channel.SMS, "SM1", b"arrived", NOW)
            asha = await add_person(tx, await add_school(tx), ASHA)
            tx.session.add(PlaceRow(school_id=asha.school_id, visit_id=999_999, visitor_id=asha.id, state="there"))

    with pytest.raises(IntegrityError):
        await lost_place()
    assert await kept(database) == []


async def test_a_cancelled_transaction_keeps_nothing_and_blocks_nobody(database: Database) -> None:
    """A task that is cancelled in the middle leaves the store as it was, and free for the next."""
    begun = asyncio.Event()

    async def slow() -> None:
        async with database.transaction() as tx:
            await inbox.keep(tx, Channel.SMS, "SM1", b"arrived", NOW)
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(slow())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(3):
        assert await kept(database) == []
        assert await keep(database)


async def test_many_writers_at_once_all_get_their_turn(database: Database) -> None:
    """Twenty transactions at the same moment are all kept, none refused."""
    assert await asyncio.gather(*(keep(database, f"SM{number}") for number in range(20))) == [True] * 20
    assert len(await kept(database)) == 20


async def test_the_same_text_kept_twice_at_once_counts_once(database: Database) -> None:
    """The webhook and the reconciliation may bring one text in the same moment: one of them is told it was new."""
    assert sorted(await asyncio.gather(*(keep(database) for _ in range(5)))) == [False] * 4 + [True]


async def test_sqlite_is_set_to_lose_nothing(open_store: Open) -> None:
    """WAL, a full sync at each commit, foreign keys on, and patience with a busy file (DESIGN §5)."""
    database = await open_store(SQLITE)
    asked = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    assert [await pragma(database, name) for name in asked] == ["wal", 2, 1, BUSY_MILLISECONDS]


async def test_a_locked_file_is_a_store_that_is_down(open_store: Open) -> None:
    """Held past our patience by another program, nothing is kept and it is said; when it lets go we go on."""
    database = await open_store(SQLITE)
    await pragma(database, "busy_timeout=20")
    with held_by_another(database):
        with pytest.raises(StoreDown):
            await keep(database)
        with pytest.raises(StoreDown):
            await kept(database)
    assert await kept(database) == []
    assert await keep(database)


async def test_a_lock_is_waited_for_once_and_not_by_everybody_in_turn(open_store: Open) -> None:
    """Thirty who need the file that another program holds know within a few seconds that they cannot have it."""
    database = await open_store(SQLITE)
    with held_by_another(database):
        async with asyncio.timeout(5):
            tried = [asyncio.create_task(keep(database, f"SM{number}")) for number in range(30)]
            found = await asyncio.gather(*tried, return_exceptions=True)
    assert {type(one) for one in found} == {StoreDown}
    assert await keep(database)
    assert await kept(database) == ["SM1"]


async def test_a_file_locked_before_we_came_is_a_store_that_is_down(open_store: Open) -> None:
    """Also the very first connection to a file that another program keeps to itself is refused in our words."""
    url = (await open_store(SQLITE)).url
    database = await open_store(url=url.update_query_dict({"timeout": "0.02"}))
    before = set(threading.enumerate())
    with held_by_another(database) as other:
        other.execute("ROLLBACK")
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        for _ in range(3):
            with pytest.raises(StoreDown):
                await keep(database)
    await nothing_is_left(before)
    assert await keep(database)


async def test_giving_up_on_a_locked_file_leaves_no_lock_behind(open_store: Open) -> None:
    """A task cancelled while it waits for the file does not get the lock later, unseen, and keep it."""
    database = await open_store(SQLITE)
    await keep(database, "before")
    await pragma(database, "busy_timeout=500")
    with held_by_another(database):
        waiting = asyncio.create_task(keep(database, "cancelled"))
        await asyncio.wait([waiting], timeout=0.1)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    assert await keep(database, "after")
    assert await kept(database) == ["before", "after"]


async def test_a_full_disk_is_a_store_that_is_down(open_store: Open) -> None:
    """With no room left nothing is half kept and it is said; with room again we go on."""
    database = await open_store(SQLITE)
    pages = int(str(await pragma(database, "page_count")))
    await pragma(database, f"max_page_count={pages + 10}")

    async def too_much() -> None:
        async with database.transaction() as tx:
            await everything(tx)
            await inbox.keep(tx, Channel.SMS, "SM2", b"x" * 1_000_000, NOW)

    with pytest.raises(StoreDown):
        await too_much()
    assert await kept(database) == []
    await pragma(database, f"max_page_count={pages + 10_000}")
    assert await keep(database)


async def test_a_folder_that_is_not_there_is_a_store_that_is_down(open_store: Open) -> None:
    """A file that cannot be opened is said in our words too."""
    database = await open_store(SQLITE)
    lost = await open_store(url=database.url.set(database=f"{database.url.database}-gone/doorstep.db"))
    before = set(threading.enumerate())
    with pytest.raises(StoreDown):
        await keep(lost)
    await nothing_is_left(before)


async def test_a_server_that_lets_nobody_in_is_a_store_that_is_down(shelf: Shelf, open_store: Open) -> None:
    """PostgreSQL gone in the middle and closed to newcomers: nothing is kept; open again, we go on by ourselves."""
    database = await open_store(POSTGRES)
    name = database.url.database

    async def cut_off() -> None:
        async with database.transaction() as tx:
            await visits.add(tx, await add_school(tx), POLICY, NOW)
            await shelf.command(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
            await inbox.keep(tx, Channel.SMS, "cut off", b"arrived", NOW)

    assert await keep(database, "before")
    await shelf.command(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
    with pytest.raises(StoreDown):
        await cut_off()
    with pytest.raises(StoreDown):
        await keep(database, "shut out")
    await shelf.command(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    assert await keep(database, "after")
    assert await kept(database) == ["before", "after"]


@pytest.mark.parametrize("part", ["host", "database"])
async def test_a_server_that_is_not_there_is_a_store_that_is_down(
    open_store: Open, shelf: Shelf, part: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Neither server nor database: said in our words, not in the driver's."""
    url = (await open_store(POSTGRES)).url
    nowhere = tmp_path_factory.mktemp("nowhere")
    gone = url.set(database="gone") if part == "database" else url.update_query_dict({"host": str(nowhere)})
    with pytest.raises(StoreDown):
        await keep(await open_store(url=gone))


async def test_a_reader_keeps_no_writer_waiting(kind: str, open_store: Open) -> None:
    """A long look at the journal by a command, and the service writes on all the same."""
    service = await open_store(kind)
    command = await open_store(kind, url=service.url)
    async with command.reading() as look:
        assert await inbox.count(look, inbox.NEW) == 0
        async with asyncio.timeout(2), service.transaction() as tx:
            await inbox.keep(tx, Channel.SMS, "SM1", b"arrived", NOW)
        assert await inbox.count(look, inbox.NEW) in (0, 1)  # 0 where a look is a snapshot, as on SQLite
    assert await kept(service) == ["SM1"]
