"""What somebody who waits for a session may expect."""

from datetime import timedelta
from statistics import median

from portal_backend.services.context import Context
from portal_backend.store.queries import waits


def usual_start(context: Context, environment: str) -> timedelta | None:
    """Return how long sessions of `environment` have usually taken to start of late, or None when nobody waited yet."""
    with context.store.glancing() as connection:
        known = waits.of_environment(connection, environment)
    return timedelta(seconds=median(wait.total_seconds() for wait in known)) if known else None
