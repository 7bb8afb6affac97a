"""Let the portal remember that the last edit of its files was refused."""

import sqlalchemy as sa
from alembic import op

revision = "0003_refused_edits"
down_revision = "0002_outbox"


def upgrade() -> None:
    """Add the moment of the refusal; empty while the files are in force."""
    op.add_column("portal", sa.Column("refused", sa.BigInteger))
