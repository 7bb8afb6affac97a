"""The words both sides speak over HTTP: states, notification codes, refusal reasons, paths and times.

Source: the training portal REST API (Educates 3.7 and VMware Learning Center documentation).
"""

from datetime import UTC, datetime
from enum import StrEnum
from urllib.parse import quote


class SessionState(StrEnum):
    """Where one workshop session is in its life."""

    STARTING = "STARTING"
    WAITING = "WAITING"
    RUNNING = "RUNNING"
    STOPPING = "STOPPING"
    STOPPED = "STOPPED"


class EnvironmentState(StrEnum):
    """Where one workshop environment is in its life."""

    STARTING = "STARTING"
    RUNNING = "RUNNING"
    STOPPING = "STOPPING"
    STOPPED = "STOPPED"


class Notification(StrEnum):
    """The codes a visitor is sent back to the index with, as `?notification=<code>`."""

    SESSION_DELETED = "session-deleted"
    WORKSHOP_INVALID = "workshop-invalid"
    SESSION_UNAVAILABLE = "session-unavailable"
    SESSION_INVALID = "session-invalid"
    STARTUP_TIMEOUT = "startup-timeout"


class Reason(StrEnum):
    """Why a request for a session is refused; sent beside the field's error text."""

    WORKSHOP_FULL = "workshop-full"
    PORTAL_FULL = "portal-full"
    USER_LIMIT = "user-limit"
    STOPPING = "stopping"
    NO_SUCH_SESSION = "no-such-session"


NOTIFICATION_PARAMETER = "notification"
INDEX_URL_PARAMETER = "index_url"
# Sent with a request for somebody without a user id: requests with the same key are the same newcomer's.
NEWCOMER_HEADER = "Idempotency-Key"
DEFAULT_ACTIVATION_SECONDS = 60
USER_ID_MAX_LENGTH = 150
TOKEN_LIFETIME_SECONDS = 36000

TOKEN = "/oauth2/token/"
REVOKE_TOKEN = "/oauth2/revoke-token/"
AUTHORIZE = "/oauth2/authorize/"
CATALOG_ENVIRONMENTS = "/workshops/catalog/environments/"
CATALOG_WORKSHOPS = "/workshops/catalog/workshops/"
CATALOG_PAGE = "/workshops/catalog/"
FINISHED_PAGE = "/workshops/finished/"


def environment_path(environment: str, action: str = "") -> str:
    """Return the path of an environment, or of `status`, `request` or `create` under it."""
    return _path("/workshops/environment", environment, action)


def session_path(session: str, action: str = "") -> str:
    """Return the path of a session's page, or of an action such as `activate` or `extend` under it."""
    return _path("/workshops/session", session, action)


def user_sessions_path(user: str) -> str:
    """Return the path listing the live sessions of one user id; the id is percent-encoded."""
    return _path("/workshops/user", user, "sessions")


def _path(root: str, name: str, action: str) -> str:
    return f"{root}/{quote(name, safe='')}/{action}/" if action else f"{root}/{quote(name, safe='')}/"


def format_time(moment: datetime) -> str:
    """Return `moment` (aware) as UTC ISO 8601 with milliseconds and `Z`, the one form of time on the wire."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_time(text: str) -> datetime:
    """Return the aware UTC moment `text` names; raises ValueError when it is not ISO 8601 with an offset or `Z`."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return moment.astimezone(UTC)
