"""SQLite in place: what does not wait is done where it is asked for, and what waits never holds up the loop."""

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.util.concurrency import greenlet_spawn

from store.inplace import InPlaceConnection

PATIENCE = 5_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with closing(sqlite3.connect(tmp_path / "doorstep.db")) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE kept (id INTEGER PRIMARY KEY, words TEXT)")
    return tmp_path / "doorstep.db"


@pytest.fixture
def ours(path: Path) -> Iterator[InPlaceConnection]:
    with closing(InPlaceConnection(str(path), PATIENCE)) as connection:
        yield connection


@pytest.fixture
def other(path: Path) -> Iterator[sqlite3.Connection]:
    """Another process's connection, such as that of a command beside the service."""
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as connection:
        yield connection


def threads_of(ours: InPlaceConnection) -> list[tuple[str, str]]:
    """In which thread SQLite carries out each statement from now on."""
    seen: list[tuple[str, str]] = []
    ours.set_trace_callback(lambda words: seen.append((words.split()[0], threading.current_thread().name)))
    return seen


async def test_only_the_commit_of_a_change_leaves_the_loops_thread(ours: InPlaceConnection) -> None:
    """Rows are read and written where they are asked for; what may wait for the disk goes to the thread."""
    here, seen = threading.current_thread().name, threads_of(ours)
    await greenlet_spawn(ours.begin)
    ours.execute("INSERT INTO kept (words) VALUES ('arrived')")
    ours.execute("SELECT words FROM kept")
    await greenlet_spawn(ours.commit)
    assert {words for words, thread in seen if thread != here} == {"COMMIT"}
    seen.clear()
    await greenlet_spawn(ours.begin)
    await greenlet_spawn(ours.commit)
    assert {thread for _, thread in seen} == {here}


async def test_a_commit_is_there_for_others(ours: InPlaceConnection, other: sqlite3.Connection) -> None:
    """What was committed is seen by another connection, what was rolled back is not."""
    for words, end in (("arrived", ours.commit), ("left", ours.rollback)):
        await greenlet_spawn(ours.begin)
        ours.execute("INSERT INTO kept (words) VALUES (?)", (words,))
        assert not other.execute("SELECT 1 FROM kept WHERE words = ?", (words,)).fetchall()
        await greenlet_spawn(end)
    assert other.execute("SELECT words FROM kept").fetchall() == [("arrived",)]


async def test_a_transaction_that_only_read_lets_go_of_the_lock(
    ours: InPlaceConnection, other: sqlite3.Connection
) -> None:
    """Its end leaves nothing locked behind it."""
    await greenlet_spawn(ours.begin)
    ours.execute("SELECT * FROM kept")
    await greenlet_spawn(ours.commit)
    other.execute("PRAGMA busy_timeout=0")
    other.execute("BEGIN IMMEDIATE")
    other.execute("ROLLBACK")


async def test_a_look_waits_for_no_writer(ours: InPlaceConnection, other: sqlite3.Connection) -> None:
    """What only reads begins beside another process that writes, and sees what was there before."""
    other.execute("BEGIN IMMEDIATE")
    other.execute("INSERT INTO kept (words) VALUES ('arrived')")
    with ours.looking():
        await greenlet_spawn(ours.begin)
    assert ours.execute("SELECT * FROM kept").fetchall() == []
    await greenlet_spawn(ours.commit)
    other.execute("ROLLBACK")


async def test_a_lock_of_another_process_is_waited_for_beside_the_loop(
    ours: InPlaceConnection, other: sqlite3.Connection
) -> None:
    """While another process writes, the loop goes on; when it has done, the transaction begins."""
    other.execute("BEGIN IMMEDIATE")
    beginning = asyncio.create_task(greenlet_spawn(ours.begin))
    for _ in range(100):
        await asyncio.sleep(0)
    assert not beginning.done()
    other.execute("COMMIT")
    await asyncio.wait_for(beginning, PATIENCE / 1_000)
    await greenlet_spawn(ours.rollback)


async def test_a_file_that_is_locked_from_the_first_is_waited_for_beside_the_loop(path: Path) -> None:
    """What a new connection says of itself may meet a lock too: the loop goes on meanwhile."""
    with (
        closing(sqlite3.connect(path, isolation_level=None)) as other,
        closing(InPlaceConnection(str(path), 1)) as ours,
    ):
        seen = threads_of(ours)
        other.execute("PRAGMA journal_mode=DELETE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            await greenlet_spawn(ours.settle, "journal_mode=WAL")
        assert threading.current_thread().name not in {thread for _, thread in seen}


async def test_a_wait_that_is_given_up_holds_nobody_up(ours: InPlaceConnection, other: sqlite3.Connection) -> None:
    """Abandoned while it waits for a lock, it goes when that wait is over, takes nothing with it, and the loop goes on."""
    other.execute("BEGIN IMMEDIATE")
    waiting = ours._thread.submit(ours.execute, f"PRAGMA busy_timeout={PATIENCE}")
    await asyncio.wrap_future(waiting)
    waiting = ours._thread.submit(ours.execute, "BEGIN IMMEDIATE")
    ours.abandon()
    assert not waiting.done()
    other.execute("ROLLBACK")
    await asyncio.wrap_future(waiting)
    await asyncio.to_thread(ours._thread.shutdown)
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        ours.execute("SELECT 1")
    other.execute("BEGIN IMMEDIATE")
    other.execute("ROLLBACK")


async def test_patience_ends(path: Path, other: sqlite3.Connection) -> None:
    """A lock that nobody lets go of is an error after the time given."""
    other.execute("BEGIN IMMEDIATE")
    with closing(InPlaceConnection(str(path), 1)) as connection:
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            await greenlet_spawn(connection.begin)
        assert not connection.in_transaction
    other.execute("ROLLBACK")
