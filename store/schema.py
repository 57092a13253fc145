"""Bringing a store to the tables this version knows, and refusing one that is too far ahead of it.

Alembic, which carries out the steps, takes as long to bring in as a good part of a start: it is left where it is as long as
there is nothing for it to do.
"""

from importlib import import_module

from sqlalchemy import Connection, inspect, text

from bot.faults import BAD_SETTINGS, Mendable
from store.database import Database, store_down

NEWEST = "0016"
"""The last step of the tables that this version knows."""
KEPT_IN = "alembic_version"


class SchemaAhead(Mendable):
    """The store was written by a newer Doorstep, and this version may not act on it."""

    exit_code = BAD_SETTINGS


def step_of(connection: Connection) -> str | None:
    """At which step a store is; None for one without tables."""
    if not inspect(connection).has_table(KEPT_IN):
        return None
    found = connection.execute(text(f"SELECT version_num FROM {KEPT_IN}")).scalar()
    return str(found) if found is not None else None


def _bring(connection: Connection) -> None:
    if step_of(connection) != NEWEST:
        import_module("store.steps").bring_to(connection)


async def migrate(database: Database) -> None:
    """Carry out every step the store still lacks. Raises SchemaAhead for a store from a newer version, StoreDown."""
    with store_down():
        async with database.engine.begin() as connection:
            await connection.run_sync(_bring)
