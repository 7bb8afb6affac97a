"""A clock set by hand, and providers named for how they behave."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from portal_backend.domain.session import Session
from portal_backend.providers.base import Progress

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


@dataclass
class HandClock:
    """A clock that moves only when told."""

    moment: datetime = START

    def __call__(self) -> datetime:
        """Return the time it was set to."""
        return self.moment

    def forward(self, **length: float) -> datetime:
        """Move on, by seconds, minutes or hours."""
        self.moment += timedelta(**length)
        return self.moment


class InstantProvider:
    """Has nothing to start or stop; being asked anything is a fault."""

    instant = True

    def start(self, session: Session) -> None:
        """Fail: an instant provider is never called."""
        raise AssertionError(f"told to start {session.name}")

    def stop(self, session: Session) -> None:
        """Fail: an instant provider is never called."""
        raise AssertionError(f"told to stop {session.name}")

    def poll(self, session: Session, now: datetime) -> Progress:
        """Fail: an instant provider is never called."""
        raise AssertionError(f"polled for {session.name}")

    def idle(self, session: Session, now: datetime) -> timedelta | None:
        """Fail: an instant provider is never called."""
        raise AssertionError(f"asked who is idle in {session.name}")


@dataclass
class SlowProvider:
    """Is ready or failed only when told; remembers what it was told, and breaks on demand."""

    instant = False
    says: Progress = Progress.STARTING
    broken: bool = False
    started: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    idles: dict[str, timedelta] = field(default_factory=dict)

    def start(self, session: Session) -> None:
        """Remember a start."""
        self._maybe_break()
        self.started.append(session.name)

    def stop(self, session: Session) -> None:
        """Remember a stop."""
        self._maybe_break()
        self.stopped.append(session.name)

    def poll(self, session: Session, now: datetime) -> Progress:
        """Return what it was told to say."""
        self._maybe_break()
        return self.says

    def idle(self, session: Session, now: datetime) -> timedelta | None:
        """Return what it was told to say of a session."""
        self._maybe_break()
        return self.idles.get(session.name)

    def _maybe_break(self) -> None:
        if self.broken:
            raise ConnectionError("the provider is out of order")
