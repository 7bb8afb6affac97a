"""Who is signed in on this browser, in Flask's signed cookie; and what else in it is theirs.

A cookie holds one person's things at a time: whenever somebody else is here, or nobody any more, what the last one did
is gone with their form token, so nobody takes over anything. Only the ids that a portal gave in place of a person's own
outlive a sign-out. They are kept by a hash of the person, and of use to that person alone.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from flask import session

from frontend.identity import ids
from frontend.site.person import Person
from portal_backend.contract.wire import USER_ID_MAX_LENGTH

_PERSON, _UNTIL = "person", "until"
_OWNER = "owner"
_WAY_OUT = "way_out"
_INSTEAD = "instead"
_BEGUN = "begun"
_KEPT = ("closed", _INSTEAD)
_MOST_PERSONS = 3
_MOST_BEGUN = 3
BEGUN_SECONDS = 900


@dataclass(frozen=True)
class Begun:
    """A sign-in that was begun here: what its answer must fit, and where it leads back to; `at` is in seconds."""

    state: str
    nonce: str
    verifier: str
    page: str
    at: int


def mark(user: str) -> str:
    """Return what stands for a person in the cookie, and between threads; empty for nobody."""
    return hashlib.sha256(f"person {user}".encode()).hexdigest()[:24] if user else ""


def person(now: datetime) -> Person | None:
    """Return who signed in on this browser, None when nobody did or it was too long ago."""
    kept = session.get(_PERSON)
    until = session.get(_UNTIL)
    if not isinstance(kept, dict) or not isinstance(until, int) or now.timestamp() >= until:
        return None
    try:
        found = Person(**kept)
    except TypeError:
        return None
    texts = all(isinstance(value, str) for value in asdict(found).values())
    return found if texts and 0 < len(found.user) <= USER_ID_MAX_LENGTH else None


def sign_in(who: Person, until: datetime, way_out: str = "") -> None:
    """Make this browser somebody's: everything of earlier in its cookie, the form token included, is gone.

    `way_out` is where they sign out at the provider; every process must know it, also when the provider is away.
    """
    _clear()
    session.update({_PERSON: asdict(who), _UNTIL: int(until.timestamp()), _OWNER: mark(who.user), _WAY_OUT: way_out})
    session.permanent = True


def way_out() -> str:
    """Return where whoever is signed in here signs out at the provider, or nothing."""
    kept = session.get(_WAY_OUT)
    return kept if isinstance(kept, str) else ""


def sign_out() -> None:
    """Make this browser nobody's."""
    _clear()


def anybody() -> bool:
    """Whether what is in the cookie is of somebody who signed in."""
    return _OWNER in session


def belong_to(user: str) -> None:
    """See to it that nothing in the cookie is of somebody else than `user`; an empty one is nobody."""
    owner = session.get(_OWNER, "")
    if owner != mark(user):
        _clear()
        if user:
            session[_OWNER] = mark(user)


def instead(user: str) -> Mapping[str, str]:
    """Return the ids that portals gave this person in place of their own, by portal name."""
    return ids(dict(_all_instead()).get(mark(user)))


def remember_instead(user: str, portal: str, given: str) -> None:
    """Keep that `portal` knows this person by the id it gave; of many persons only the last few."""
    others = [pair for pair in _all_instead() if pair[0] != mark(user)]
    session[_INSTEAD] = [*others, [mark(user), {**instead(user), portal: given}]][-_MOST_PERSONS:]
    session.permanent = True


def begin(begun: Begun) -> None:
    """Keep a sign-in that was begun; of many only the last few, because a cookie is small."""
    session[_BEGUN] = [*_all_begun(), list(vars(begun).values())][-_MOST_BEGUN:]


def take_begun(state: str, now: datetime) -> Begun | None:
    """Return the sign-in this state belongs to and forget it; None when none was begun here, or too long ago."""
    kept = _all_begun()
    session[_BEGUN] = [each for each in kept if each[0] != state]
    found = next((Begun(*each) for each in kept if state and each[0] == state), None)
    if found is None or not 0 <= now.timestamp() - found.at <= BEGUN_SECONDS:
        return None
    return found


def _all_begun() -> list[list[Any]]:
    return _of_shape(session.get(_BEGUN), [str, str, str, str, int])


def _all_instead() -> list[list[Any]]:
    return _of_shape(session.get(_INSTEAD), [str, dict])


def _of_shape(kept: object, shape: list[type]) -> list[list[Any]]:
    entries = kept if isinstance(kept, list) else []
    return [each for each in entries if isinstance(each, list) and [type(part) for part in each] == shape]


def _clear() -> None:
    """Empty the cookie but for what is nobody's, and what only its owner can use."""
    kept = {name: session[name] for name in _KEPT if name in session}
    session.clear()
    session.update(kept)
