"""What the portal asks of whatever makes sessions real.

A provider is told of a session only after the transaction that made or ended it. A call may be repeated after a crash,
so `start` and `stop` must be safe to call again for the same session. Providers raise when they fail; the portal logs
it and tries again later.

A provider whose sessions are programs gives each its OAuth2 client (`credentials.session_client`), by which the program
can ask the portal whose browser is in front of it.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from portal_backend.domain.session import Session


class Progress(StrEnum):
    """How far the start of a session has come."""

    STARTING = "starting"
    READY = "ready"
    FAILED = "failed"


class Provider(Protocol):
    """Starts, stops and polls sessions; when it is `instant` there is nothing to do and it is never called."""

    @property
    def instant(self) -> bool:
        """Whether sessions are ready as soon as they are stored and gone as soon as they end."""
        ...

    def url(self, session: Session) -> str:
        """Return where a browser works in `session`, without a final slash."""
        ...

    def start(self, session: Session) -> None:
        """Begin to make `session` real; returns without waiting until it is ready."""
        ...

    def stop(self, session: Session) -> None:
        """Remove whatever `session` had; returns when it is gone."""
        ...

    def poll(self, session: Session, now: datetime) -> Progress:
        """Return how far the start of `session` has come at `now`."""
        ...

    def idle(self, session: Session, now: datetime) -> timedelta | None:
        """Return how long, at `now`, nothing was seen of the owner of `session`; None when it cannot tell."""
        ...
