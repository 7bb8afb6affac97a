"""Who a browser is: what the portal's signed cookie says, and nothing else.

A browser owns single sessions: the cookie maps a session's name to the user it was activated for, so that an activation
link can never make somebody the owner of anything but that one session. `user` is the anonymous visitor's own id.
A cookie that is forged, too old, or of another shape means nobody.
"""

import hmac
from hashlib import sha256

from flask import session as cookie

from portal_backend.networks import administrator_may_come

_MOST_SESSIONS = 20
_SESSIONS, _VISITOR, _ADMIN, _CODE, _NOTIFICATION = "sessions", "user", "admin", "code", "notification"


def browser_user(session_name: str) -> str | None:
    """Return the user this browser acts for in the session called `session_name`, or None."""
    return owned().get(session_name)


def owned() -> dict[str, str]:
    """Return the sessions this browser was made owner of, with the user of each, oldest first."""
    found = cookie.get(_SESSIONS)
    pairs = found.items() if isinstance(found, dict) else ()
    return {name: user for name, user in pairs if isinstance(name, str) and isinstance(user, str)}


def remember_session(session_name: str, user: str) -> None:
    """Make this browser the owner of one session; the oldest is forgotten when there are many."""
    kept = [pair for pair in owned().items() if pair[0] != session_name][1 - _MOST_SESSIONS :]
    cookie[_SESSIONS] = {**dict(kept), session_name: user}
    cookie.permanent = True


def only_owner(session_name: str, user: str) -> dict[str, object]:
    """Return what the cookie of a browser that brought none holds once it owns one session."""
    return {_SESSIONS: {session_name: user}, "_permanent": True}


def visitor() -> str | None:
    """Return the id this browser was given as an anonymous visitor, or None."""
    found = cookie.get(_VISITOR)
    return found if isinstance(found, str) and found else None


def remember_visitor(user: str) -> None:
    """Keep the id this browser was given as an anonymous visitor."""
    cookie[_VISITOR] = user
    cookie.permanent = True


def administrator() -> str | None:
    """Return the administrator's name this browser logged in under, or None; the caller compares it with today's."""
    found = cookie.get(_ADMIN)
    return found if isinstance(found, str) and found and administrator_may_come() else None


def log_in(username: str) -> None:
    """Make this browser the administrator's; what it held before, its form token included, does not carry over."""
    cookie.clear()
    cookie[_ADMIN] = username


def log_out() -> None:
    """Forget everything this browser was."""
    cookie.clear()


def knows_code(code: str) -> bool:
    """Whether this browser has given the access code that holds now; without a code, everybody has."""
    found = cookie.get(_CODE)
    return not code or (isinstance(found, str) and hmac.compare_digest(found, _digest(code)))


def remember_code(code: str) -> None:
    """Note that this browser has given the access code; another code later asks again."""
    cookie[_CODE] = _digest(code)


def _digest(code: str) -> str:
    return sha256(b"access code:" + code.encode()).hexdigest()


def keep_notification(code: str) -> None:
    """Keep the reason a visitor came back for one showing."""
    cookie[_NOTIFICATION] = code


def take_notification() -> str | None:
    """Return the kept reason, once."""
    found = cookie.pop(_NOTIFICATION, None)
    return found if isinstance(found, str) else None
