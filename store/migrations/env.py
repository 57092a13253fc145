"""Alembic's way in: the connection is handed over by `store.steps`, and is already in a transaction."""

from alembic import context
from sqlmodel import SQLModel

from store import tables, tables_asking
from store.floor import raise_floor

assert tables.SchoolRow.metadata is tables_asking.RequestRow.metadata is SQLModel.metadata
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    compare_type=True,
    on_version_apply=raise_floor,
)
context.run_migrations()
