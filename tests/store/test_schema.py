"""Migrations bring a store to the tables, back again, and refuse one that is ahead."""

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlmodel import SQLModel

import store.migrations
from store import people
from store.database import Database
from store.floor import floor_of
from store.schema import NEWEST, SchemaAhead, migrate
from tests.store.cast import scene
from tests.store.conftest import Open
from tests.world.laid import lay

VERSIONS = "alembic_version"
HOUSE = Path(store.migrations.__path__[0]).parents[1]
OPENS = """
import asyncio, sys
import handlers.commands.service
from store.crypto import Sealer
from store.database import Database
from store.schema import migrate

asyncio.run(migrate(Database(sys.argv[1], Sealer("a secret of the tests"))))
print("alembic" in sys.modules)
"""


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


def test_the_newest_step_is_the_last_there_is() -> None:
    """It is known without Alembic, which a start that has nothing to change does not wait for."""
    assert steps()[0] == NEWEST


def test_a_store_at_the_newest_step_is_opened_without_alembic(tmp_path: Path) -> None:
    """Bringing it in takes a sixth of a second, of a start that has three."""
    lay(tmp_path / "doorstep.db")
    opening = [sys.executable, "-c", OPENS, f"sqlite+aiosqlite:///{tmp_path / 'doorstep.db'}"]
    found = subprocess.run(opening, cwd=HOUSE, capture_output=True, text=True, check=True, timeout=60)
    assert found.stdout.split() == ["False"]


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
    """A store whose newer version lets none of the older ones act is refused with the mend, and left alone."""
    async with database.engine.begin() as connection:
        await connection.execute(text(f"UPDATE {VERSIONS} SET version_num = '9999'"))
        await connection.execute(text("UPDATE floor SET oldest = '9999'"))
    with pytest.raises(SchemaAhead, match="run the newer Doorstep"):
        await migrate(database)
    async with database.engine.connect() as connection:
        assert (await connection.execute(text(f"SELECT version_num FROM {VERSIONS}"))).scalars().all() == ["9999"]


async def test_a_store_that_is_ahead_and_lets_us_act_is_carried_on(database: Database) -> None:
    """Where the newer steps only added, an older version works on, leaves what it does not know, and takes no step."""
    async with database.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE person ADD COLUMN shoe_size INTEGER"))
        await connection.execute(text("CREATE TABLE shoes (id INTEGER PRIMARY KEY)"))
        await connection.execute(text(f"UPDATE {VERSIONS} SET version_num = '9999'"))
    await migrate(database)
    async with database.transaction() as tx:
        found = await scene(tx)
        assert (await people.by_id(tx, found.school_id, found.asha.id)) == found.asha
    async with database.engine.connect() as connection:
        assert (await connection.execute(text(f"SELECT version_num FROM {VERSIONS}"))).scalars().all() == ["9999"]


async def test_a_store_from_before_versions_were_named_is_refused_when_it_is_ahead(database: Database) -> None:
    """A store that does not say who may act on it is acted on by nobody who does not know its step."""
    async with database.engine.begin() as connection:
        await connection.execute(text(f"UPDATE {VERSIONS} SET version_num = '9999'"))
        await connection.execute(text("DROP TABLE floor"))
    with pytest.raises(SchemaAhead):
        await migrate(database)


class Shape(NamedTuple):
    """What an older version of Doorstep depends on in one table."""

    columns: dict[str, tuple[str, bool]]
    uniques: frozenset[tuple[str, ...]]


def shapes(connection: Connection) -> dict[str, Shape]:
    """Each table's columns with their type and whether they may be left out, and what must be unique in it."""
    found = {}
    for name in table_names(connection):
        columns = inspect(connection).get_columns(name)
        free = {c["name"]: c["nullable"] or c["default"] is not None or c.get("autoincrement") is True for c in columns}
        typed = {c["name"]: (str(c["type"]), bool(free[c["name"]])) for c in columns}
        uniques = frozenset(tuple(one["column_names"]) for one in inspect(connection).get_unique_constraints(name))
        found[name] = Shape(typed, uniques)
    return found


def only_added(before: dict[str, Shape], after: dict[str, Shape]) -> bool:
    """Whether a version that knows `before` can work on `after`: read all it knows, and leave out all it does not."""
    for name, old in before.items():
        new = after.get(name)
        if new is None or new.uniques != old.uniques or not old.columns.items() <= new.columns.items():
            return False
        added = new.columns.keys() - old.columns.keys()
        if not all(new.columns[column][1] for column in added):
            return False
    return True


def upgrade(connection: Connection, step: str) -> None:
    command.upgrade(config(connection), step)


async def test_every_step_says_who_may_still_act(kind: str, open_store: Open) -> None:
    """A step either only adds, or names itself as the oldest whose version may act; and the store knows it afterwards."""
    database = await open_store(kind, empty=True)
    script = ScriptDirectory.from_config(config())
    oldest = None
    async with database.engine.begin() as connection:
        before = await connection.run_sync(shapes)
        for step in reversed(steps()):
            await connection.run_sync(upgrade, step)
            after = await connection.run_sync(shapes)
            named = getattr(script.get_revision(step).module, "oldest", None)
            assert named in (None, step), f"step {step} names another step than itself"
            oldest = named or oldest
            if oldest is not None:
                assert named == step or only_added(before, after), f"step {step} changes what older versions depend on"
                assert await connection.run_sync(floor_of) == oldest
            before = after


def test_what_is_no_mere_addition_is_seen() -> None:
    """A column that is gone, of another type, or that must be given; a table that is gone; a new thing to be unique."""
    old = {"person": Shape({"id": ("INTEGER", True), "name": ("BLOB", False)}, frozenset())}

    def changed(columns: dict[str, tuple[str, bool]], uniques: frozenset[tuple[str, ...]] = frozenset()) -> bool:
        return only_added(old, {"person": Shape({**old["person"].columns, **columns}, uniques)})

    assert changed({}) and changed({"shoes": ("INTEGER", True)})
    assert only_added(old, {**old, "shoes": Shape({}, frozenset())})
    assert not changed({"shoes": ("INTEGER", False)})
    assert not changed({"name": ("TEXT", False)})
    assert not changed({"name": ("BLOB", True)})
    assert not changed({}, frozenset({("name",)}))
    assert not only_added(old, {})
    assert not only_added(old, {"person": Shape({"id": ("INTEGER", True)}, frozenset())})
