"""the whole visit: its log entry, its outing, its authorisation; setting out, waiting, coming back"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def _visit() -> list["sa.Column[Any]"]:
    return [
        sa.Column("details", sa.LargeBinary(), nullable=True),
        sa.Column("outing_id", sa.Integer(), nullable=True),
        sa.Column("authorisation", sa.String(), nullable=False, server_default=sa.text("''")),
        sa.Column("made_by", sa.Integer(), nullable=True),
    ]


def _place() -> list["sa.Column[Any]"]:
    return [
        sa.Column("outing_id", sa.Integer(), nullable=True),
        sa.Column("set_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waiting_for", sa.String(), nullable=False, server_default=sa.text("''")),
        sa.Column("wait_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returns_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("alone", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("off_reason", sa.String(), nullable=False, server_default=sa.text("''")),
        sa.Column("briefed_at", sa.DateTime(timezone=True), nullable=True),
    ]


def upgrade() -> None:
    for table, columns in (("visit", _visit()), ("place", _place())):
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.add_column(column)
            batch_op.create_index(batch_op.f(f"ix_{table}_outing_id"), ["outing_id"], unique=False)


def downgrade() -> None:
    for table, columns in (("visit", _visit()), ("place", _place())):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_index(batch_op.f(f"ix_{table}_outing_id"))
            for column in columns:
                batch_op.drop_column(column.name)
