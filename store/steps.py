"""The steps by which a store comes to the tables this version knows, carried out by Alembic (`store/migrations`)."""

from functools import cache
from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from store.floor import floor_of
from store.schema import SchemaAhead, step_of

log = structlog.get_logger(__name__)


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
