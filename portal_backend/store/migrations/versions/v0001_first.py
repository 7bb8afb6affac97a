"""Make the first tables: the portal, its environments, users, sessions and tokens.

Column types are spelled out: a migration must not change when the tables of a later release do.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_MOMENT = sa.BigInteger
_LENGTH = sa.BigInteger
_NAME = sa.String(255)
_LIVE = "state IN ('STARTING', 'WAITING', 'RUNNING')"


def upgrade() -> None:
    """Make every table and index."""
    _portal()
    _environments()
    _users()
    _sessions()
    _session_indexes()
    _tokens()


def _portal() -> None:
    op.create_table(
        "portal",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("name", _NAME, nullable=False),
        sa.Column("uid", sa.String(36), nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("settings", sa.Text, nullable=False),
        sa.Column("environments_made", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_portal"),
    )


def _environments() -> None:
    lengths = ("duration", "overtime", "deadline", "orphaned", "overdue", "refresh")
    op.create_table(
        "environments",
        sa.Column("name", _NAME, nullable=False),
        sa.Column("workshop_name", _NAME, nullable=False),
        sa.Column("workshop", sa.Text, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("alias", _NAME, nullable=False),
        sa.Column("capacity", sa.Integer, nullable=False),
        sa.Column("reserved", sa.Integer, nullable=False),
        sa.Column("initial", sa.Integer, nullable=False),
        *(sa.Column(name, _LENGTH, nullable=False) for name in lengths),
        sa.Column("env", sa.Text, nullable=False),
        sa.Column("labels", sa.Text, nullable=False),
        sa.Column("sessions_made", sa.Integer, nullable=False),
        sa.Column("sessions_gone", sa.Integer, nullable=False),
        sa.Column("created", _MOMENT, nullable=False),
        sa.Column("stopped", _MOMENT),
        sa.PrimaryKeyConstraint("name", name="pk_environments"),
    )
    op.create_index("ix_environments_workshop_name", "environments", ["workshop_name"])
    op.create_index("ix_environments_alias", "environments", ["alias"])


def _users() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.String(150), nullable=False),
        sa.Column("created", _MOMENT, nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("first_name", sa.String(150), nullable=False),
        sa.Column("last_name", sa.String(150), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
    )
    op.create_index("ix_users_created", "users", ["created"])


def _sessions() -> None:
    moments = ("requested", "activate_by", "activated", "started", "expires")
    op.create_table(
        "sessions",
        sa.Column("name", _NAME, nullable=False),
        sa.Column("environment", _NAME, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("created", _MOMENT, nullable=False),
        sa.Column("owner", sa.String(150)),
        *(sa.Column(name, _MOMENT) for name in moments),
        sa.Column("ends", _MOMENT, nullable=False),
        sa.Column("index_url", sa.Text, nullable=False),
        sa.Column("analytics_url", sa.Text, nullable=False),
        sa.Column("parameters", sa.Text, nullable=False),
        sa.Column("last_seen", _MOMENT),
        sa.Column("ended", _MOMENT),
        sa.Column("ending", sa.String(20)),
        sa.Column("launched", sa.Boolean, nullable=False),
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("token_until", _MOMENT, nullable=False),
        sa.Column("token_before", sa.String(64), nullable=False),
        sa.Column("token_before_until", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_sessions"),
        sa.ForeignKeyConstraint(["environment"], ["environments.name"], name="fk_sessions_environment_environments"),
        sa.ForeignKeyConstraint(["owner"], ["users.id"], name="fk_sessions_owner_users"),
    )


def _session_indexes() -> None:
    op.create_index("ix_sessions_owner", "sessions", ["owner", "environment", "state"])
    for name, where, columns in (
        ("ix_sessions_live_here", _LIVE, ["environment", "ends", "state", "owner"]),
        ("ix_sessions_live", _LIVE, ["ends", "state"]),
        ("ix_sessions_starting", "state = 'STARTING'", ["name"]),
        ("ix_sessions_stopping", "state = 'STOPPING'", ["environment", "name"]),
        ("ix_sessions_stopped", "state = 'STOPPED'", ["ended"]),
    ):
        op.create_index(name, "sessions", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _tokens() -> None:
    op.create_table(
        "tokens",
        sa.Column("access", sa.String(64), nullable=False),
        sa.Column("refresh", sa.String(64), nullable=False),
        sa.Column("client", sa.String(150), nullable=False),
        sa.Column("username", sa.String(150), nullable=False),
        sa.Column("scope", sa.String(200), nullable=False),
        sa.Column("issued", _MOMENT, nullable=False),
        sa.Column("expires", _MOMENT, nullable=False),
        sa.Column("refresh_expires", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("access", name="pk_tokens"),
        sa.UniqueConstraint("refresh", name="uq_tokens_refresh"),
    )
    op.create_index("ix_tokens_refresh_expires", "tokens", ["refresh_expires"])
