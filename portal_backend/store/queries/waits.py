"""Reads how long sessions took to start, for those who wait for one now."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection, bindparam, select

from portal_backend.store.tables import sessions

_MOST = 40
# By name, which begins with the environment's: the primary key finds the latest without looking at the others.
_latest = (
    select(sessions.c.created, sessions.c.activated, sessions.c.started)
    .where(sessions.c.name > bindparam("after"), sessions.c.name < bindparam("before"))
    .order_by(sessions.c.name.desc())
    .limit(_MOST)
)


def of_environment(connection: Connection, environment: str) -> Sequence[timedelta]:
    """Return the starts of late that somebody waited for: a session that was ready before tells nothing."""
    rows = connection.execute(_latest, {"after": f"{environment}-s", "before": f"{environment}-t"}).all()
    return [row.started - row.created for row in rows if row.activated and row.started and row.started > row.activated]
