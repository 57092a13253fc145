"""Bringing a store to the tables this version knows, and refusing one that is ahead of it."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from store.database import Database, store_down


class SchemaAhead(Exception):
    """The store was written by a newer Doorstep."""


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
    script = ScriptDirectory.from_config(_config())
    current = MigrationContext.configure(connection).get_current_revision()
    known = {revision.revision for revision in script.walk_revisions()}
    if current is not None and current not in known:
        raise SchemaAhead(f"the store is at step {current}, which this version does not know: run the newer Doorstep")
    command.upgrade(_config(connection), "head")


async def migrate(database: Database) -> None:
    """Carry out every step the store still lacks. Raises SchemaAhead for a store from a newer version, StoreDown."""
    with store_down():
        async with database.engine.begin() as connection:
            await connection.run_sync(_upgrade)
