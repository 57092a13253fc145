"""conversations"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "talk",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=True),
        sa.Column("alarm_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"]),
        sa.ForeignKeyConstraint(["alarm_id"], ["alarm.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("talk", schema=None) as batch_op:
        batch_op.create_index("talk_of_person", ["person_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_talk_school_id"), ["school_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_talk_visit_id"), ["visit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_talk_alarm_id"), ["alarm_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_talk_remind_at"), ["remind_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("talk", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_talk_remind_at"))
        batch_op.drop_index(batch_op.f("ix_talk_alarm_id"))
        batch_op.drop_index(batch_op.f("ix_talk_visit_id"))
        batch_op.drop_index(batch_op.f("ix_talk_school_id"))
        batch_op.drop_index("talk_of_person")

    op.drop_table("talk")
