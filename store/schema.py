"""Bringing a store to the tables this version knows, and refusing one that is too far ahead of it."""

from functools import cache
from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from bot.faults import BAD_SETTINGS, Mendable
from store.database import Database, store_down
from store.floor import floor_of

log = structlog.get_logger(__name__)


class SchemaAhead(Mendable):
    """The store was written by a newer Doorstep, and this version may not act on it."""

    exit_code = BAD_SETTINGS


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


@cache
def _steps() -> ScriptDirectory:
    """The steps beside this file, read once: they do not change while a process lives."""
    return ScriptDirectory.from_config(_config())


@cache
def steps_known() -> frozenset[str]:
    """Every step of the tables that this version knows."""
    return frozenset(step.revision for step in _steps().walk_revisions())


def step_of(connection: Connection) -> str | None:
    """At which step a store is; None for one without tables."""
    return MigrationContext.configure(connection).get_current_revision()


def is_ahead(connection: Connection) -> bool:
    """Whether a newer version has been at this store, which still lets this one act. Raises SchemaAhead where it does not."""
    current, known = step_of(connection), steps_known()
    if current is None or current in known:
        return False
    if floor_of(connection) in known:
        return True
    raise SchemaAhead(f"the store is at step {current}, which this version does not know: run the newer Doorstep")


def bring_to(connection: Connection, step: str = "head") -> None:
    """Carry out the steps up to this one. What a newer version has added is left as it is. Raises SchemaAhead."""
    if is_ahead(connection):
        log.warning("the store is ahead of this version, which may still act on it", step=step_of(connection))
        return
    if step != "head" and step not in steps_known():
        raise SchemaAhead(f"step {step} of the tables is not known to this version: run the newer Doorstep")
    if step == "head" and step_of(connection) == _steps().get_current_head():
        return
    command.upgrade(_config(connection), step)


async def migrate(database: Database) -> None:
    """Carry out every step the store still lacks. Raises SchemaAhead for a store from a newer version, StoreDown."""
    with store_down():
        async with database.engine.begin() as connection:
            await connection.run_sync(bring_to)
