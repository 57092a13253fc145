"""what is pending for a phone is found without looking through all that it ever got"""

from collections.abc import Sequence

from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_index("outbox_of_phone", "outbox", ["address_index", "state"])
    op.drop_index(op.f("ix_outbox_address_index"), table_name="outbox")


def downgrade() -> None:
    op.create_index(op.f("ix_outbox_address_index"), "outbox", ["address_index"])
    op.drop_index("outbox_of_phone", table_name="outbox")
