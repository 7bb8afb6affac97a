"""The built-in provider: a session is the workshop's own instructions, shown page by page by the portal itself.

There is nothing to start or stop, so sessions are ready at once. A delay rehearses a provider that takes its time; it
is told from the session and the clock alone, so every process sees the same and a restart changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal_backend.contract.wire import session_path
from portal_backend.domain.session import Session
from portal_backend.providers.base import Progress


@dataclass(frozen=True)
class PagesProvider:
    """Makes sessions that are read; with `start_delay` each is STARTING for that long."""

    start_delay: timedelta = timedelta(0)
    portal_url: str = ""

    @property
    def instant(self) -> bool:
        """Whether sessions are ready as soon as they are stored."""
        return not self.start_delay

    def url(self, session: Session) -> str:
        """Return the session's page on the portal itself."""
        return f"{self.portal_url}{session_path(session.name)}".rstrip("/")

    def start(self, session: Session) -> None:
        """Begin nothing: the pages are there already."""

    def stop(self, session: Session) -> None:
        """Remove nothing: the pages stay for others."""

    def poll(self, session: Session, now: datetime) -> Progress:
        """Return READY once the delay since the session was made has passed."""
        return Progress.READY if now - session.created >= self.start_delay else Progress.STARTING

    def idle(self, session: Session, now: datetime) -> timedelta | None:
        """Return None: the pages are shown by the portal, whom their readers' browsers tell themselves."""
        return None
