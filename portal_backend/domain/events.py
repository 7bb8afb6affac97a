"""What a portal tells about itself to whoever listens: the events, by the names the field knows, and their bodies.

Which events a session's change means is told from the session before and after it, so that no use case can forget one.
Spares are nobody's business: only a session that has an owner is told of. No event carries more of a person than the
user id.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from portal_backend.contract.wire import SessionState, format_time
from portal_backend.domain.environment import Environment, Portal
from portal_backend.domain.session import Ending, Session


class EventName(StrEnum):
    """The events the portal itself raises; clients may report others."""

    USER_CREATE = "User/Create"
    """A user id is stored, because its first session is allocated."""
    USER_DELETE = "User/Delete"
    """A user id is forgotten, some time after its last session."""
    ENVIRONMENT_CREATE = "Environment/Create"
    """An environment offers a workshop from now on."""
    ENVIRONMENT_UPDATE = "Environment/Update"
    """Its numbers, terms or workshop have changed."""
    ENVIRONMENT_TERMINATE = "Environment/Terminate"
    """It gives out no more sessions and ends with the last it has."""
    ENVIRONMENT_DELETE = "Environment/Delete"
    """It is over."""
    SESSION_PENDING = "Session/Pending"
    """A user was given the session and has yet to activate it."""
    SESSION_CREATED = "Session/Created"
    """A user was given the session in the browser that asked, so there is nothing to activate."""
    SESSION_STARTED = "Session/Started"
    """Its clock runs."""
    SESSION_EXTENDED = "Session/Extended"
    """It was given more time."""
    SESSION_TERMINATE = "Session/Terminate"
    """Its owner, or a client on the owner's behalf, ended it."""
    SESSION_EXPIRED = "Session/Expired"
    """Its time, or its time to be activated, was up."""
    SESSION_ORPHANED = "Session/Orphaned"
    """Its owner was away for too long."""
    SESSION_STOPPING = "Session/Stopping"
    """It is on its way out, whatever the cause."""
    SESSION_DELETED = "Session/Deleted"
    """Nothing of it is left."""
    WORKSHOP_VIEW = "Workshop/View"
    """Its owner opened a step of the instructions."""


_CAUSES = {
    Ending.FINISHED: EventName.SESSION_TERMINATE,
    Ending.LAPSED: EventName.SESSION_EXPIRED,
    Ending.EXPIRED: EventName.SESSION_EXPIRED,
    Ending.ORPHANED: EventName.SESSION_ORPHANED,
}


@dataclass(frozen=True)
class Event:
    """Something that happened; `subject` names the queue within which events arrive in the order they happened."""

    name: str
    subject: str
    user: str | None = None
    session: str | None = None
    environment: str | None = None
    workshop: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    target: str = ""
    """Where it goes besides the portal's own webhook: what the session was asked for with."""


def user_event(name: EventName, user: str, subject: str = "") -> Event:
    """Return an event about a user id, in the queue of `subject` when it belongs to a session's story."""
    return Event(name, subject or user, user=user)


def environment_event(name: EventName, environment: Environment) -> Event:
    """Return an event about an environment."""
    return Event(name, environment.name, environment=environment.name, workshop=environment.workshop.name)


def session_event(name: str, session: Session, workshop: str, data: Mapping[str, Any] | None = None) -> Event:
    """Return an event about a session that has an owner."""
    return Event(
        name,
        session.name,
        session.owner,
        session.name,
        session.environment,
        workshop,
        data or {},
        session.analytics_url,
    )


def session_changed(before: Session | None, after: Session, workshop: str) -> list[Event]:
    """Return what the change of a session means, in order; `before` is None for a new one."""
    if after.owner is None:
        return []
    old = before or Session(after.name, after.environment, SessionState.STARTING, after.created)
    names = [*_coming(old, after), *_going(old, after)]
    ending = {"ending": str(after.ending)} if after.ending else {}
    return [session_event(name, after, workshop, ending) for name in names]


def _coming(old: Session, new: Session) -> list[EventName]:
    happened = (
        (EventName.SESSION_PENDING, old.owner is None and new.pending),
        (EventName.SESSION_CREATED, old.owner is None and not new.pending),
        (EventName.SESSION_STARTED, old.started is None and new.started is not None),
        (EventName.SESSION_EXTENDED, old.expires is not None and old.expires != new.expires),
    )
    return [name for name, has in happened if has]


def _going(old: Session, new: Session) -> list[EventName]:
    ended = old.ending is None and new.ending is not None
    gone = old.state is not SessionState.STOPPED and new.state is SessionState.STOPPED
    cause = _CAUSES.get(new.ending) if ended and new.ending else None
    names = [cause] if cause else []
    names += [EventName.SESSION_STOPPING] if ended else []
    return [*names, EventName.SESSION_DELETED] if gone else names


def body(event: Event, portal: Portal, url: str, now: datetime) -> dict[str, Any]:
    """Return the document a webhook is sent: the portal at `url`, and the event; what does not apply is null."""
    return {
        "portal": {"name": portal.name, "uid": portal.uid, "generation": portal.generation, "url": url},
        "event": {
            "name": event.name,
            "timestamp": format_time(now),
            "user": event.user,
            "session": event.session,
            "environment": event.environment,
            "workshop": event.workshop,
            "data": dict(event.data),
        },
    }
