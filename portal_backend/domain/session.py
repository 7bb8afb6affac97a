"""One workshop session: its states, the one table of legal moves, and every word derived from them.

Two facts are kept, the state and the owner; `live`, `reserved`, `available`, `allocated` and `pending` are derived here
and nowhere else. Time is what decides: a session past its `ends` is not live, whether or not anything swept it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from portal_backend.contract.wire import SessionState

_MOVES: dict[SessionState, frozenset[SessionState]] = {
    SessionState.STARTING: frozenset({SessionState.WAITING, SessionState.RUNNING, SessionState.STOPPING}),
    SessionState.WAITING: frozenset({SessionState.RUNNING, SessionState.STOPPING}),
    SessionState.RUNNING: frozenset({SessionState.STOPPING}),
    SessionState.STOPPING: frozenset({SessionState.STOPPED}),
    SessionState.STOPPED: frozenset(),
}
LIVE_STATES = (SessionState.STARTING, SessionState.WAITING, SessionState.RUNNING)


class Ending(StrEnum):
    """Why a session ended."""

    FINISHED = "finished"
    """Its owner, or a client on the owner's behalf, ended it."""
    LAPSED = "lapsed"
    """Nobody activated it in time."""
    EXPIRED = "expired"
    """Its time was up."""
    OVERDUE = "overdue"
    """It did not start in time."""
    ORPHANED = "orphaned"
    """Its owner was not seen for too long."""
    FAILED = "failed"
    """The provider could not start it."""
    GIVEN_UP = "given-up"
    """A spare that made room for a session elsewhere, or that is no longer wanted."""


class IllegalMove(ValueError):
    """A session was asked to go where the table of moves does not lead."""


def check_move(current: SessionState, to: SessionState) -> SessionState:
    """Return `to` when the table allows the move from `current`; raises IllegalMove otherwise."""
    if to not in _MOVES[current]:
        raise IllegalMove(f"a session does not go from {current} to {to}")
    return to


@dataclass(frozen=True)
class Session:
    """A workshop session as stored.

    `activate_by` is when a pending session lapses (None: no window, or activated); `activated` is when its owner's
    browser confirmed it; `started` and `expires` are set when the clock starts; `index_url` is the way back;
    `last_seen` is when its owner was last noticed, and None until something watches; `ended` and `ending` tell when and
    why it was over.
    """

    name: str
    environment: str
    state: SessionState
    created: datetime
    owner: str | None = None
    requested: datetime | None = None
    activate_by: datetime | None = None
    activated: datetime | None = None
    started: datetime | None = None
    expires: datetime | None = None
    index_url: str = ""
    analytics_url: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    last_seen: datetime | None = None
    ended: datetime | None = None
    ending: Ending | None = None

    @property
    def pending(self) -> bool:
        """It has an owner whose browser has not confirmed it yet."""
        return self.owner is not None and self.activated is None

    @property
    def ends(self) -> datetime | None:
        """When it stops being live if nothing else happens, or None when nothing ends it."""
        return self.activate_by if self.pending else self.expires

    @property
    def reserved(self) -> bool:
        """A hot spare: nobody owns it and it is up or coming up."""
        return self.owner is None and self.state in (SessionState.STARTING, SessionState.WAITING)

    @property
    def available(self) -> bool:
        """A spare that can be handed over at once."""
        return self.owner is None and self.state is SessionState.WAITING

    @property
    def active(self) -> bool:
        """Not STOPPED: it still occupies its seat in the eyes of the provider."""
        return self.state is not SessionState.STOPPED

    def live(self, now: datetime) -> bool:
        """Whether it can be used at `now`: in a live state and not past its end."""
        return self.state in LIVE_STATES and (self.ends is None or now < self.ends)

    def allocated(self, now: datetime) -> bool:
        """Whether somebody holds it at `now`."""
        return self.owner is not None and self.live(now)
