"""SQLite in place: what does not wait is done where it is asked for, and what waits never holds up the loop."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from store.inplace import InPlaceConnection

PATIENCE = 5_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with closing(sqlite3.connect(tmp_path / "doorstep.db")) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE kept (id INTEGER PRIMARY KEY, words TEXT)")
    return tmp_path / "doorstep.db"


@pytest.fixture
async def ours(path: Path) -> AsyncIterator[InPlaceConnection]:
    connection = InPlaceConnection(str(path), PATIENCE)
    await connection
    connection.isolation_level = None
    yield connection
    await connection.close()


@pytest.fixture
def other(path: Path) -> Iterator[sqlite3.Connection]:
    """Another process's connection, such as that of a command beside the service."""
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as connection:
        yield connection


async def begin(ours: InPlaceConnection) -> None:
    """As the engine does: by a cursor."""
    await (await ours.cursor()).execute("BEGIN IMMEDIATE")


async def thread_of(ours: InPlaceConnection, statement: str) -> str:
    """In which thread SQLite carries a statement out."""
    seen: list[str] = []
    ours._conn.set_trace_callback(lambda _: seen.append(threading.current_thread().name))
    await (await ours.cursor()).execute(statement)
    ours._conn.set_trace_callback(None)
    return seen[0]


async def test_rows_are_written_and_read_in_place(ours: InPlaceConnection) -> None:
    """Inside a transaction a statement does not change threads."""
    here = threading.current_thread().name
    await begin(ours)
    assert await thread_of(ours, "INSERT INTO kept (words) VALUES ('arrived')") == here
    assert await thread_of(ours, "SELECT words FROM kept") == here
    assert await thread_of(ours, "PRAGMA user_version") != here
    await ours.commit()


async def test_a_commit_is_there_for_others(ours: InPlaceConnection, other: sqlite3.Connection) -> None:
    """What was committed is seen by another connection, what was rolled back is not."""
    for words, end in (("arrived", ours.commit), ("left", ours.rollback)):
        await begin(ours)
        await (await ours.cursor()).execute("INSERT INTO kept (words) VALUES (?)", (words,))
        assert not other.execute("SELECT 1 FROM kept WHERE words = ?", (words,)).fetchall()
        await end()
    assert other.execute("SELECT words FROM kept").fetchall() == [("arrived",)]


async def test_a_transaction_that_only_read_lets_go_of_the_lock(
    ours: InPlaceConnection, other: sqlite3.Connection
) -> None:
    """Its end leaves nothing locked behind it."""
    await begin(ours)
    await (await ours.cursor()).execute("SELECT * FROM kept")
    await ours.commit()
    other.execute("PRAGMA busy_timeout=0")
    other.execute("BEGIN IMMEDIATE")
    other.execute("ROLLBACK")


async def test_a_lock_of_another_process_is_waited_for_beside_the_loop(
    ours: InPlaceConnection, other: sqlite3.Connection
) -> None:
    """While another process writes, the loop goes on; when it has done, the transaction begins."""
    other.execute("BEGIN IMMEDIATE")
    beginning = asyncio.create_task(begin(ours))
    for _ in range(100):
        await asyncio.sleep(0)
    assert not beginning.done()
    other.execute("COMMIT")
    await asyncio.wait_for(beginning, PATIENCE / 1_000)
    await ours.rollback()


async def test_patience_ends(path: Path, other: sqlite3.Connection) -> None:
    """A lock that nobody lets go of is an error after the time given."""
    connection = InPlaceConnection(str(path), 1)
    await connection
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        await begin(connection)
    other.execute("ROLLBACK")
    await connection.close()
