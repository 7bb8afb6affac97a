"""The tables of the store; `migrations/` brings a database to exactly this, and a test compares the two.

A session's `ends` repeats what `Session.ends` derives, so that a count can have the time in its predicate; only
`queries/sessions.py` writes it. The partial indexes hold live sessions alone: they stay small however long the history.
An environment's `sessions_gone` says how many of those made were over when they were last counted. A session that is
over stays over, so made - gone is never less than what is live: far from a limit that bound is enough to decide by.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from portal_backend.contract.wire import EnvironmentState, SessionState
from portal_backend.domain.session import Ending
from portal_backend.store.types import Instant, Length, Until, Word

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

LIVE = "state IN ('STARTING', 'WAITING', 'RUNNING')"
"""The predicate of the partial indexes; a query must repeat it word for word to be answered from them."""

portal = Table(
    "portal",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", String(255), nullable=False),
    Column("uid", String(36), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("settings", Text, nullable=False),
    Column("environments_made", Integer, nullable=False),
    Column("refused", Instant),
)

environments = Table(
    "environments",
    metadata,
    Column("name", String(255), primary_key=True),
    Column("workshop_name", String(255), nullable=False, index=True),
    Column("workshop", Text, nullable=False),
    Column("state", Word(EnvironmentState), nullable=False),
    Column("position", Integer, nullable=False),
    Column("alias", String(255), nullable=False, index=True),
    Column("capacity", Integer, nullable=False),
    Column("reserved", Integer, nullable=False),
    Column("initial", Integer, nullable=False),
    Column("duration", Length, nullable=False),
    Column("overtime", Length, nullable=False),
    Column("deadline", Length, nullable=False),
    Column("orphaned", Length, nullable=False),
    Column("overdue", Length, nullable=False),
    Column("refresh", Length, nullable=False),
    Column("env", Text, nullable=False),
    Column("labels", Text, nullable=False),
    Column("sessions_made", Integer, nullable=False),
    Column("sessions_gone", Integer, nullable=False),
    Column("created", Instant, nullable=False),
    Column("stopped", Instant),
)

users = Table(
    "users",
    metadata,
    Column("id", String(150), primary_key=True),
    Column("created", Instant, nullable=False, index=True),
    Column("email", String(254), nullable=False),
    Column("first_name", String(150), nullable=False),
    Column("last_name", String(150), nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("name", String(255), primary_key=True),
    Column("environment", ForeignKey("environments.name"), nullable=False),
    Column("state", Word(SessionState), nullable=False),
    Column("created", Instant, nullable=False),
    Column("owner", ForeignKey("users.id")),
    Column("requested", Instant),
    Column("activate_by", Instant),
    Column("activated", Instant),
    Column("started", Instant),
    Column("expires", Instant),
    Column("ends", Until, nullable=False),
    Column("index_url", Text, nullable=False),
    Column("analytics_url", Text, nullable=False),
    Column("parameters", Text, nullable=False),
    Column("last_seen", Instant),
    Column("ended", Instant),
    Column("ending", Word(Ending)),
    Column("launched", Boolean, nullable=False),
    Column("token", String(64), nullable=False),
    Column("token_until", Until, nullable=False),
    Column("token_before", String(64), nullable=False),
    Column("token_before_until", Until, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("access", String(64), primary_key=True),
    Column("refresh", String(64), nullable=False),
    Column("client", String(150), nullable=False),
    Column("username", String(150), nullable=False),
    Column("scope", String(200), nullable=False),
    Column("issued", Instant, nullable=False),
    Column("expires", Instant, nullable=False),
    Column("refresh_expires", Instant, nullable=False, index=True),
    Column("code", String(64)),
    UniqueConstraint("refresh"),
)

codes = Table(
    "codes",
    metadata,
    Column("code", String(64), primary_key=True),
    Column("client", String(150), nullable=False),
    Column("username", String(150), nullable=False),
    Column("redirect_uri", Text, nullable=False),
    Column("challenge", String(128), nullable=False),
    Column("scope", String(200), nullable=False),
    Column("expires", Instant, nullable=False, index=True),
    Column("spent", Boolean, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("event", String(36), nullable=False),
    Column("target", Text, nullable=False),
    Column("lane", String(300), nullable=False),
    Column("queue", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Column("created", Instant, nullable=False, index=True),
    Column("due", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("claim", String(36), nullable=False),
    Index("ix_outbox_lane_id", "lane", "id"),
    Index("ix_outbox_queue_id_due", "queue", "id", "due"),
)


def _partial(name: str, where: str, *columns: str) -> None:
    Index(name, *(sessions.c[c] for c in columns), sqlite_where=text(where), postgresql_where=text(where))


Index("ix_sessions_owner", sessions.c.owner, sessions.c.environment, sessions.c.state)
_partial("ix_sessions_live_here", LIVE, "environment", "ends", "state", "owner")
_partial("ix_sessions_live", LIVE, "ends", "state")
_partial("ix_sessions_starting", "state = 'STARTING'", "name")
_partial("ix_sessions_stopping", "state = 'STOPPING'", "environment", "name")
_partial("ix_sessions_stopped", "state = 'STOPPED'", "ended")
Index("ix_tokens_code", tokens.c.code, sqlite_where=text("code IS NOT NULL"), postgresql_where=text("code IS NOT NULL"))
