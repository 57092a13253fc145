"""The engine, the one transaction, and the promise that one process alone acts on a store."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, cast

from filelock import FileLock, Timeout
from sqlalchemy import Connection, CursorResult, Executable, Insert, Update, event, text
from sqlalchemy.dialects import registry
from sqlalchemy.engine import Engine, RootTransaction, make_url
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.util.concurrency import greenlet_spawn
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from bot.faults import BAD_SETTINGS, Mendable
from store.crypto import Sealer
from store.inplace import InPlaceConnection, InPlaceDialect

ADVISORY_LOCK = 4_470_079
BUSY_MILLISECONDS = 1_000
"""How long a lock of another program is waited for: well below the ten seconds after which that is a standstill."""
ALONE = {"synchronize_session": False}
"""For a change of rows that the transaction has not read: there is nothing of it in memory to be changed too."""

T = TypeVar("T")


class StoreInUse(Mendable):
    """Another process already acts on this store."""

    exit_code = BAD_SETTINGS


class LostHold(Mendable):
    """The store's lock was lost: another process may act, so this one must not."""


class StoreDown(Mendable):
    """The store cannot be read or written now; nothing was kept."""


class Stale(Exception):
    """A row changed underneath: the transaction is to be rolled back and tried again."""


class Head(NamedTuple):
    """The end of a school's journal: the number of its last entry, and that one's hash."""

    seq: int
    hash: str


@dataclass(slots=True)
class Chain:
    """A school's journal in one transaction: where it ends, and the rows of the entries that are not written yet."""

    head: Head
    unwritten: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Transaction:
    """Everything that is done through it happens together or not at all.

    What is asked and changed all day is built once (`bindparam`) and goes straight to the store by `rows`, `column` and
    `write`: building a statement, and the session's memory of rows, take far longer than SQLite does. `session` is for the
    rest, and for what it adds; it remembers the rows that it has read, so what it has changed is flushed at once.
    """

    connection: AsyncConnection
    sealer: Sealer
    at_once: Connection | None = None
    """The connection itself, where a statement waits for nothing (`store/inplace.py`)."""
    chains: dict[int, Chain] = field(default_factory=dict)
    """The ends of the journals that this transaction has added to, by school: each is locked and read once."""
    before_commit: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    """What is written last, because it can be written all at once."""
    _session: AsyncSession | None = None

    @property
    def session(self) -> AsyncSession:
        if self._session is None:
            self._session = AsyncSession(
                self.connection, expire_on_commit=False, autoflush=False, join_transaction_mode="rollback_only"
            )
        return self._session

    async def rows(self, query: SelectOfScalar[T], **wanted: Any) -> Sequence[T]:
        """The rows of a table as they now are, to be read: each has the table's columns by their names."""
        return cast("Sequence[T]", (await self.execute(query, wanted)).all())

    async def column(self, query: SelectOfScalar[T], **wanted: Any) -> Sequence[T]:
        """The values of the one column that is asked for."""
        return (await self.execute(query, wanted)).scalars().all()

    async def write(self, statement: Insert | Update, **values: Any) -> CursorResult[*tuple[Any, ...]]:
        """Carry out a change; what it sets, and what it looks for, are both `values` by their names."""
        return await self.execute(statement, values)

    async def add(self, statement: Insert, **values: Any) -> int:
        """Add one row with all its `values`; gives its number."""
        added = await self.execute(statement, values)
        return int(added.inserted_primary_key[0])  # type: ignore[index]

    async def execute(
        self, statement: Executable, values: Mapping[str, Any] | Sequence[Mapping[str, Any]]
    ) -> CursorResult[*tuple[Any, ...]]:
        """Carry out any other statement, with its values by their names; or one change for each of many values."""
        if self.at_once is not None:
            return self.at_once.execute(statement, values)
        return await self.connection.execute(statement, values)

    async def settle(self) -> None:
        """Before the commit: what the session has not written yet, and what is written last."""
        if self._session is not None:
            await self._session.flush()
            await self._session.close()
        for write in self.before_commit:
            await write()


@contextmanager
def store_down() -> Iterator[None]:
    """Raise StoreDown for a fault of the store's; a fault of ours goes on as it is."""
    try:
        yield
    except (IntegrityError, ProgrammingError, DataError):
        raise
    except (DBAPIError, PoolTimeout, OSError) as error:
        raise StoreDown(f"the store refused: {type(getattr(error, 'orig', error)).__name__}") from error


def _is_locked(error: StoreDown) -> bool:
    """Whether another program holds the file."""
    code = getattr(getattr(error.__cause__, "orig", None), "sqlite_errorcode", sqlite3.SQLITE_OK)
    return code & 0xFF == sqlite3.SQLITE_BUSY


class Database:
    """One store: a SQLite file or a PostgreSQL database, by URL."""

    def __init__(self, url: str, sealer: Sealer) -> None:
        self.url = make_url(url)
        self.sealer = sealer
        self._is_sqlite = self.url.get_backend_name() == "sqlite"
        # One writer connection per process: SQLite has one writer at a time, and waiting here is fair and in order.
        self._writer = asyncio.Lock() if self._is_sqlite else None
        self._found_locked = 0
        self.engine = _sqlite_engine(url) if self._is_sqlite else _postgres_engine(url)
        self._file_lock: FileLock | None = None
        self._alone: AsyncConnection | None = None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Commit at the end, roll back on any exception. Raises StoreDown when the store itself fails."""
        if self._writer is None:
            async with self._begin() as tx:
                yield tx
        else:
            async with self._in_turn(self._writer), self._begin() as tx:
                yield tx

    @asynccontextmanager
    async def _in_turn(self, writer: asyncio.Lock) -> AsyncIterator[None]:
        """Whoever waits behind one that finds the file locked has waited for that lock too, and is refused with it."""
        before = self._found_locked
        async with writer:
            if before != self._found_locked:
                raise StoreDown("the store refused: locked by another program")
            try:
                yield
            except StoreDown as error:
                self._found_locked += _is_locked(error)
                raise

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Transaction]:
        """A look at the store as it stands, which keeps no writer waiting, be it of another process. Raises StoreDown."""
        async with self._begin(looks=True) as tx:
            yield tx

    @asynccontextmanager
    async def _begin(self, *, looks: bool = False) -> AsyncIterator[Transaction]:
        with store_down():
            connection, whole = await greenlet_spawn(_opened, self.engine.sync_engine, looks)
            try:
                at_once = connection if self._is_sqlite else None
                tx = Transaction(AsyncConnection(self.engine, connection), self.sealer, at_once)
                yield tx
                await tx.settle()
            except BaseException as error:
                await greenlet_spawn(_closed, connection, whole, error)
                raise
            await greenlet_spawn(_closed, connection, whole, None)

    async def hold_alone(self) -> None:
        """Make this the only process that acts on the store, until `close`. Raises StoreInUse, StoreDown."""
        if self._is_sqlite:
            self._hold_file()
            return
        with store_down():
            await self._hold_advisory()

    async def _hold_advisory(self) -> None:
        self._alone = await self.engine.connect()
        held = await self._alone.scalar(text(f"SELECT pg_try_advisory_lock({ADVISORY_LOCK})"))
        await self._alone.commit()
        if not held:
            await self._alone.close()
            self._alone = None
            raise StoreInUse("another Doorstep already acts on this database: stop it first")

    def _hold_file(self) -> None:
        if not self.url.database or self.url.database == ":memory:":
            return
        path = Path(self.url.database).resolve()
        lock = FileLock(f"{path}.lock", is_singleton=False, thread_local=False)
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise StoreInUse(f"another Doorstep already acts on {path.name}: stop it first") from error
        self._file_lock = lock

    async def still_alone(self) -> bool:
        """Whether the hold is still ours: a PostgreSQL lock is lost with its connection."""
        if self._alone is None:
            return True
        try:
            await self._alone.execute(text("SELECT 1"))
            await self._alone.commit()
        except (SQLAlchemyError, OSError):
            return False
        return True

    async def close(self) -> None:
        if self._alone is not None:
            await self._alone.close()
        await self.engine.dispose()
        if self._file_lock is not None:
            self._file_lock.release()


def _opened(engine: Engine, looks: bool) -> tuple[Connection, RootTransaction]:
    """A connection and its transaction, where what they have to wait for is waited for (`greenlet_spawn`)."""
    connection = engine.connect()
    try:
        at = connection.connection.dbapi_connection
        with at.looking() if looks and isinstance(at, InPlaceConnection) else nullcontext():
            return connection, connection.begin()
    except BaseException:
        connection.close()
        raise


def _closed(connection: Connection, whole: RootTransaction, error: BaseException | None) -> None:
    """Keep all that was done, or nothing of it where there was an `error`, and let go of the connection."""
    with connection:
        whole.__exit__(type(error) if error else None, error, error.__traceback__ if error else None)


def _connect(path: str) -> InPlaceConnection:
    return InPlaceConnection(path, BUSY_MILLISECONDS)


def _postgres_engine(url: str) -> AsyncEngine:
    return create_async_engine(url, pool_pre_ping=True, hide_parameters=True)


def _sqlite_engine(url: str) -> AsyncEngine:
    at = make_url(url)
    registry.register("sqlite.inplace", InPlaceDialect.__module__, InPlaceDialect.__name__)
    engine = create_async_engine(
        at.set(drivername="sqlite+inplace"),
        pool_size=1,
        max_overflow=0,
        creator=lambda: _connect(at.database or ":memory:"),
        hide_parameters=True,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def settle(connection: InPlaceConnection, _record: object) -> None:
        connection.settle("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")

    return engine
