"""Which versions may act on a store: each step of the tables says so, and the store keeps it (docs/decisions/0020).

A step that only adds leaves the older versions able to act: what it adds they do not see, and what they write it takes. A
step that does more names itself as the `oldest` that may: older versions refuse the store from then on.
"""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, inspect, text, update

from store.tables_guard import FloorRow

if TYPE_CHECKING:
    from alembic.runtime.migration import MigrationContext, MigrationInfo

FLOOR = FloorRow.__tablename__


def raise_floor(
    ctx: "MigrationContext", step: "MigrationInfo", heads: Collection[Any], run_args: Mapping[str, Any]
) -> None:
    """Alembic's word that a step has been carried out: what it says of older versions is kept in the store."""
    made = getattr(step.up_revision, "module", None)
    oldest = getattr(made, "oldest", None) if step.is_upgrade else None
    if oldest is not None and ctx.connection is not None and inspect(ctx.connection).has_table(FLOOR):
        ctx.connection.execute(update(FloorRow).values(oldest=oldest))


def floor_of(connection: Connection) -> str | None:
    """The oldest step whose version may act; None for a store from before this was kept."""
    if not inspect(connection).has_table(FLOOR):
        return None
    found = connection.execute(text(f"SELECT oldest FROM {FLOOR}")).scalar()
    return str(found) if found is not None else None
