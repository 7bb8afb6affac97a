"""Add authorization codes, and to each pair of tokens the code it came from."""

import sqlalchemy as sa
from alembic import op

revision = "0004_codes"
down_revision = "0003_refused_edits"

_FROM_A_CODE = sa.text("code IS NOT NULL")


def upgrade() -> None:
    """Make the table, the column and their indexes."""
    op.create_table(
        "codes",
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("client", sa.String(150), nullable=False),
        sa.Column("username", sa.String(150), nullable=False),
        sa.Column("redirect_uri", sa.Text, nullable=False),
        sa.Column("challenge", sa.String(128), nullable=False),
        sa.Column("scope", sa.String(200), nullable=False),
        sa.Column("expires", sa.BigInteger, nullable=False),
        sa.Column("spent", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_codes"),
    )
    op.create_index("ix_codes_expires", "codes", ["expires"])
    op.add_column("tokens", sa.Column("code", sa.String(64)))
    op.create_index("ix_tokens_code", "tokens", ["code"], sqlite_where=_FROM_A_CODE, postgresql_where=_FROM_A_CODE)
