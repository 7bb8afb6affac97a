"""Who a visitor is: the user id each portal gave them, in Flask's signed cookie, and what they are to be told once.

A cookie that is forged, stale, or signed by a retired key is an empty one; one of ours in an unexpected shape counts as
nobody. Ids come from portals only, never from a form or an address. What belongs to somebody who signs in is in
`signed_in`.
"""

import hashlib
from dataclasses import dataclass

from flask import session

from frontend.site import troubles
from frontend.site.notifications import known_code
from frontend.site.troubles import Setback
from portal_backend.contract.wire import USER_ID_MAX_LENGTH, Notification

_USERS = "users"
_NOTIFICATION = "notification"
_WORKSHOP = "workshop"
_CLOSED = "closed"
_FORGOTTEN = "forgotten"
_FORM_KEY = "csrf_token"
_MOST_PORTALS = 20
_MOST_CLOSED = 30
_LONGEST_NAME = 300


def users() -> dict[str, str]:
    """Return the visitor's user id by portal name; empty for somebody new."""
    return ids(session.get(_USERS))


def ids(kept: object) -> dict[str, str]:
    """Return what is a user id by portal name in what a cookie holds; anything else counts as nothing."""
    if not isinstance(kept, dict):
        return {}
    return {
        portal: user
        for portal, user in list(kept.items())[:_MOST_PORTALS]
        if isinstance(user, str) and 0 < len(user) <= USER_ID_MAX_LENGTH and user.isprintable()
    }


def remember(portal: str, user: str) -> None:
    """Keep the id `portal` gave, for this browser's next visits."""
    session[_USERS] = {**users(), portal: user}
    session.permanent = True


def remember_workshop(workshop: str) -> None:
    """Keep which workshop was started last."""
    session[_WORKSHOP] = workshop[:_LONGEST_NAME]
    session.permanent = True


def anything_kept() -> bool:
    """Whether this browser brought anything that an earlier answer gave it."""
    return bool(session)


def newcomer() -> str:
    """Return what tells this browser from others before any portal knows it; empty when it has no cookie yet."""
    key = session.get(_FORM_KEY)
    return hashlib.sha256(f"newcomer {key}".encode()).hexdigest() if isinstance(key, str) and key else ""


def last_workshop() -> str:
    """Return the workshop this browser started last, or nothing."""
    kept = session.get(_WORKSHOP)
    return kept if isinstance(kept, str) else ""


def closed() -> tuple[str, ...]:
    """Return the announcements this browser's visitor has closed."""
    kept = session.get(_CLOSED)
    return tuple(item for item in kept if isinstance(item, str)) if isinstance(kept, list) else ()


def close(announcement: str) -> None:
    """Keep that an announcement was closed."""
    kept = [item for item in closed() if item != announcement]
    session[_CLOSED] = [*kept, announcement][-_MOST_CLOSED:]
    session.permanent = True


def forget() -> None:
    """Drop everything this browser is known by."""
    session.clear()


def tell_forgotten() -> None:
    """Keep, for the next page that shows banners, that this browser was asked to forget."""
    session[_FORGOTTEN] = True


def forgotten() -> bool:
    """Whether this browser has just been asked to forget; said once."""
    return session.pop(_FORGOTTEN, None) is True


def tell_once(code: Notification, workshop: str = "", setback: Setback | None = None) -> None:
    """Keep a notification for the next page that shows banners: what it is about, and what went wrong, when known."""
    session[_NOTIFICATION] = {"code": code.value, "workshop": workshop[:_LONGEST_NAME], "setback": str(setback or "")}


@dataclass(frozen=True)
class Kept:
    """A notification to be told: what it is about, and what went wrong, when known."""

    code: Notification
    workshop: str
    setback: Setback | None


def told() -> Kept | None:
    """Return the kept notification and forget it; None when there is nothing to tell."""
    kept = session.pop(_NOTIFICATION, None)
    if not isinstance(kept, dict):
        return None
    code = known_code(str(kept.get("code", "")))
    return Kept(code, str(kept.get("workshop", "")), troubles.read(str(kept.get("setback", "")))) if code else None
