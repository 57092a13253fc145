"""texts that are held, and what a school is told of once"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "held",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("place_version", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("since", instant, nullable=False),
        sa.Column("send_at", instant, nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("sid", sa.String(), nullable=True),
        sa.Column("doubted_at", instant, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("next_at", instant, nullable=False),
        sa.Column("made_at", instant, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *(sa.ForeignKeyConstraint([f"{name}_id"], [f"{name}.id"]) for name in ("school", "place", "visit", "person")),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("held", schema=None) as batch_op:
        batch_op.create_index("held_next", ["step", "next_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_held_school_id"), ["school_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_held_place_id"), ["place_id"], unique=False)
    op.create_table(
        "told",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("school_id", "what"),
    )


def downgrade() -> None:
    op.drop_table("told")
    op.drop_table("held")
