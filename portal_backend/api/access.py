"""Who may do what: reads the bearer token once and answers 401 without a good one, 403 without the right.

At a session's own endpoints the signed cookie of its owner's browser, or of the administrator's, stands in for a token.
"""

from dataclasses import dataclass

from flask import request
from flask_wtf.csrf import ValidationError, validate_csrf

from portal_backend import audit, identity
from portal_backend.credentials import Credentials
from portal_backend.errors import ApiError
from portal_backend.networks import administrator_may_come
from portal_backend.origin import sent_by_own_page
from portal_backend.running import context, credentials
from portal_backend.services import accounts, sessions
from portal_backend.services.sessions import Held

_REALM = 'Bearer realm="portal"'
_NOT_PERMITTED = "Access to session not permitted"


@dataclass(frozen=True)
class Caller:
    """Who asks; neither robot nor staff is a user with sessions of its own.

    `session` names the one session a token is good for, when it was given to that session's client; `browser` means
    that the signed cookie told, and no token was sent.
    """

    username: str
    robot: bool = False
    staff: bool = False
    session: str | None = None
    browser: bool = False


def caller() -> Caller:
    """Return whom the token belongs to; raises ApiError without a token that is known and not expired."""
    found = caller_if_any()
    if found is None:
        raise _no_token()
    return found


def _no_token() -> ApiError:
    return ApiError(401, "A bearer token is needed", "token-missing", challenge=_REALM)


def caller_if_any() -> Caller | None:
    """Return whom the token belongs to, or None without one; raises ApiError when it is unknown or expired."""
    token = _sent_token()
    if token is None:
        return None
    holder = accounts.holder(context(), token)
    if holder is None:
        challenge = f'{_REALM}, error="invalid_token"'
        raise ApiError(401, "The bearer token is unknown, expired or revoked", "token-invalid", challenge=challenge)
    known, name = credentials(), holder.username
    bound = None if holder.client == known.robot_client.name else holder.client
    staff = name == known.admin.name and administrator_may_come()
    return Caller(name, is_robot(holder, known), staff, bound)


def _sent_token() -> str | None:
    token = bearer(request.headers.get("Authorization", ""))
    if token is not None:
        return token
    # RFC 6750, section 2.3: clients of the field that can only open an address send it so.
    return request.args.get("access_token") or None if request.method == "GET" else None


def bearer(authorization: str) -> str | None:
    """Return the token in the value of an `Authorization` header, or None (RFC 6750, section 2.1)."""
    scheme, _, token = authorization.partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def is_robot(holder: accounts.Holder, known: Credentials) -> bool:
    """Whether a token is the robot's own: given through its own client, not through that of one session."""
    return (holder.client, holder.username) == (known.robot_client.name, known.robot.name)


def robot() -> Caller:
    """Return the caller when it is the robot; raises ApiError when it is anybody else."""
    found = caller()
    if not found.robot:
        raise ApiError(403, "Session requests not permitted", "not-permitted")
    return found


def session(name: str, acts: bool = False) -> tuple[Held, Caller]:
    """Return a live session and who asks: the robot, staff or its owner; raises ApiError otherwise.

    A browser may ask with its cookie alone; when that `acts`, only by a form or script of the portal's own pages.
    """
    who = _browser(name) or caller()
    held = sessions.find(context(), name)
    if held is None or not held.session.live(context().now()):
        raise no_such_session()
    if not _may(who, held):
        raise ApiError(403, _NOT_PERMITTED, "not-permitted")
    if who.browser and acts:
        _refuse_forgery()
    if who.staff:
        audit.note(f"{request.method} {request.endpoint}", by=who.username, to=name)
    return held, who


def owned_session(
    name: str, otherwise: str = "Session is not currently in use", acts: bool = False
) -> tuple[Held, Caller]:
    """Return a live session that has an owner, and who asks; raises ApiError with `otherwise` for a spare."""
    held, who = session(name, acts)
    if held.session.owner is None:
        raise ApiError(400, otherwise, "session-not-in-use")
    return held, who


def _browser(name: str) -> Caller | None:
    """Return whom the cookie of a request without a token makes its browser, in this one session."""
    if _sent_token() is not None:
        return None
    user, admin = identity.browser_user(name), identity.administrator()
    if user:
        return Caller(user, browser=True)
    return Caller(admin, staff=True, browser=True) if admin and admin == credentials().admin.name else None


def _may(who: Caller, held: Held) -> bool:
    here = who.session in (None, held.session.name)
    return here and (who.robot or who.staff or who.username == held.session.owner)


def _refuse_forgery() -> None:
    """Refuse what another site may have made the browser send: a GET, and a POST without this portal's form token."""
    if request.method == "GET":
        raise _no_token()
    sent = request.headers.get("X-CSRFToken") or request.form.get("csrf_token")
    try:
        validate_csrf(sent if sent_by_own_page() else None)
    except ValidationError:
        raise ApiError(403, _NOT_PERMITTED, "form-token-missing") from None


def no_such_session() -> ApiError:
    """Return the refusal for a session that never was, or is over."""
    return ApiError(404, "Session does not exist", "no-such-session")
