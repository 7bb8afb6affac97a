"""Add the outbox: events on their way to webhooks."""

import sqlalchemy as sa
from alembic import op

revision = "0002_outbox"
down_revision = "0001"


def upgrade() -> None:
    """Make the table and its indexes."""
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("event", sa.String(36), nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("lane", sa.String(300), nullable=False),
        sa.Column("queue", sa.String(64), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("due", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("claim", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
    )
    op.create_index("ix_outbox_created", "outbox", ["created"])
    op.create_index("ix_outbox_lane_id", "outbox", ["lane", "id"])
    op.create_index("ix_outbox_queue_id_due", "outbox", ["queue", "id", "due"])
