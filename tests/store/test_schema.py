"""Migrations bring a store to the tables, back again, and refuse one that is ahead."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlmodel import SQLModel

import store.migrations
from store.database import Database
from store.schema import SchemaAhead, migrate
from tests.store.conftest import Open

VERSIONS = "alembic_version"


def config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(store.migrations.__path__[0])))
    config.attributes["connection"] = connection
    return config


def steps() -> list[str]:
    return [step.revision for step in ScriptDirectory.from_config(config()).walk_revisions()]


def table_names(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names()) - {VERSIONS}


def difference(connection: Connection) -> object:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return compare_metadata(context, SQLModel.metadata)


async def test_migrations_build_exactly_the_tables(kind: str, open_store: Open) -> None:
    """From nothing, the migrations make what the tables say, and no difference is left."""
    database = await open_store(kind, empty=True)
    await migrate(database)
    async with database.engine.connect() as connection:
        assert await connection.run_sync(table_names) == set(SQLModel.metadata.tables)
        assert await connection.run_sync(difference) == []


async def test_migrating_twice_changes_nothing(database: Database) -> None:
    """A store at the newest step stays as it is."""
    await migrate(database)
    async with database.engine.connect() as connection:
        assert (await connection.execute(text(f"SELECT version_num FROM {VERSIONS}"))).scalars().all() == [steps()[0]]


async def test_every_step_goes_down_and_up_again(database: Database) -> None:
    """Each migration can be undone, one at a time, down to an empty store and up again."""
    async with database.engine.begin() as connection:
        for _ in steps():
            await connection.run_sync(lambda c: command.downgrade(config(c), "-1"))
        assert await connection.run_sync(table_names) == set()
    await migrate(database)
    async with database.engine.connect() as connection:
        assert await connection.run_sync(difference) == []


async def test_a_store_that_is_ahead_is_refused(database: Database) -> None:
    """A store written by a newer version is refused with the mend, and left alone."""
    async with database.engine.begin() as connection:
        await connection.execute(text(f"UPDATE {VERSIONS} SET version_num = '9999'"))
    with pytest.raises(SchemaAhead, match="run the newer Doorstep"):
        await migrate(database)
    async with database.engine.connect() as connection:
        assert (await connection.execute(text(f"SELECT version_num FROM {VERSIONS}"))).scalars().all() == ["9999"]
