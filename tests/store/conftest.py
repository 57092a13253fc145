"""Every proof of the store runs on a real SQLite file and on a real PostgreSQL."""

import asyncio
import secrets
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from store.crypto import Sealer
from store.database import Database
from store.schema import migrate
from tests.store.cast import SECRET
from tests.store.postgres import Postgres

SQLITE, POSTGRES = "sqlite", "postgres"

Open = Callable[..., Awaitable[Database]]
"""Open a new store by its kind (`empty=True`: without tables), or by `url` one that is there, with another `secret` if told."""


class Shelf:
    """Gives new stores of either kind, copied from one that the real migrations have made."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server = Postgres()
        self._count = 0
        self._run = secrets.token_hex(4)  # two runs may share one server
        self._template: dict[str, URL] = {}

    async def new(self, kind: str, empty: bool = False) -> URL:
        if empty:
            return await self._make(kind, None)
        if kind not in self._template:
            template = await self._make(kind, None)
            database = Database(template.render_as_string(hide_password=False), Sealer(SECRET))
            await migrate(database)
            await database.close()
            self._template[kind] = template
        return await self._make(kind, self._template[kind])

    async def _make(self, kind: str, template: URL | None) -> URL:
        self._count += 1
        name = f"doorstep_{self._run}_{self._count}"
        if kind == SQLITE:
            path = self._folder / f"{name}.db"
            if template is not None:
                shutil.copyfile(str(template.database), path)
            return URL.create("sqlite+aiosqlite", database=str(path))
        copied = f' TEMPLATE "{template.database}"' if template is not None else ""
        await self.command(f'CREATE DATABASE "{name}"{copied}')
        return self._server.url().set(database=name)

    async def command(self, sql: str) -> None:
        """Carry out a command on the server's maintenance database."""
        engine = create_async_engine(self._server.url(), isolation_level="AUTOCOMMIT", poolclass=NullPool)
        async with engine.connect() as connection:
            await connection.execute(text(sql))
        await engine.dispose()

    async def drop(self, url: URL) -> None:
        if url.get_backend_name() != SQLITE:
            await self.command(f'DROP DATABASE "{url.database}" WITH (FORCE)')

    def stop(self) -> None:
        if POSTGRES in self._template:
            asyncio.run(self.drop(self._template[POSTGRES]))
        self._server.stop()


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    shelf = Shelf(tmp_path_factory.mktemp("stores"))
    yield shelf
    shelf.stop()


@pytest.fixture
async def open_store(shelf: Shelf) -> AsyncIterator[Open]:
    opened: list[Database] = []
    made: list[URL] = []

    async def open_one(
        kind: str = SQLITE, *, empty: bool = False, url: URL | None = None, secret: str = SECRET
    ) -> Database:
        if url is None:
            url = await shelf.new(kind, empty)
            made.append(url)
        opened.append(Database(url.render_as_string(hide_password=False), Sealer(secret)))
        return opened[-1]

    yield open_one
    for database in opened:
        await database.close()
    for url in made:
        await shelf.drop(url)


@pytest.fixture(params=[SQLITE, POSTGRES])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def database(kind: str, open_store: Open) -> Database:
    """A store of each kind, at the newest step, with nothing in it."""
    return await open_store(kind)
