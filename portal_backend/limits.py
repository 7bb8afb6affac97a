"""How often something may be tried from one network: passwords, access codes, tokens, sessions by anonymous link.

Flask-Limiter counts, in each process or in Redis for all. Of passwords and codes only wrong ones count, so that a room
full of people behind one address gets in; sessions are counted before a row is made. What is asked often has no limit.
While Redis does not answer, each process counts for itself.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, Response, after_this_request, current_app, g, request
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter, RateLimitExceeded
from limits import parse_many
from werkzeug.exceptions import TooManyRequests

from portal_backend import identity
from portal_backend.networks import network
from portal_backend.running import settings
from portal_backend.settings import Settings

_NETWORKS = 10
_AFTER = "portal_limits"
_EACH_VISITOR = "30 per minute"
_View = TypeVar("_View", bound=Callable[..., Any])
Failed = Callable[[Response], bool]


limiter = Limiter(network, strategy="moving-window", in_memory_fallback_enabled=True, swallow_errors=True)


@limiter.request_filter
def _asked_often() -> bool:
    """Whether the request is one of those without a limit, for which nothing need be looked up."""
    return (request.blueprint or "").startswith("api_")


def wrong_secrets(failed: Failed) -> Callable[[_View], _View]:
    """Limit how often one network may fail at an endpoint that takes a client's secret."""
    limited = _limited("token", lambda: settings().limit_token, network, failed)
    return lambda view: limited(_counted(view))


def wrong_logins(view: _View) -> _View:
    """Limit how often one network may get the administrator's password wrong."""
    return _limited("login", lambda: settings().limit_login, network, _refused)(_counted(view))


def wrong_codes(view: _View) -> _View:
    """Limit how often one network, and how often everybody together, may get the access code wrong."""
    here = _limited("access", lambda: settings().limit_access, network, _refused)
    everywhere = _limited("access", lambda: _times(settings().limit_access, _NETWORKS), lambda: "everybody", _refused)
    return here(everywhere(_counted(view)))


def new_sessions(view: _View) -> _View:
    """Limit how many sessions one network, and one visitor, may get by anonymous link."""
    here = _limited("create", lambda: settings().limit_create, network)
    each = _limited("create", lambda: settings().limit_create and visitor() and _EACH_VISITOR, visitor)
    return here(each(view))


def _refused(response: Response) -> bool:
    return response.status_code == 403


def _limited(
    scope: str, limit: Callable[[], str], key: Callable[[], str], failed: Failed | None = None
) -> Callable[[_View], _View]:
    def wrap(view: _View) -> _View:
        wrapped: Any = limiter.shared_limit(limit, scope, key_func=key, deduct_when=failed)(view)
        return wrapped  # type: ignore[no-any-return]

    return wrap


def visitor() -> str:
    """Return who a browser says it is, in our own signature; empty for one that has not been here."""
    known = identity.visitor()
    return f"visitor {known}" if known else ""


def _counted(view: _View) -> _View:
    """Let what failed in a view be counted once it is answered, however many limits it has."""

    @wraps(view)
    def noted(*given: Any, **named: Any) -> Any:
        if "counted" not in g:
            g.counted = True
            for hook in current_app.extensions[_AFTER]:
                after_this_request(hook)
        return view(*given, **named)

    return noted  # type: ignore[return-value]


def _times(limit: str, factor: int) -> str:
    return (
        "; ".join(f"{item.amount * factor} per {item.multiples} {item.GRANULARITY.name}" for item in parse_many(limit))
        if limit
        else ""
    )


def register(app: Flask, chosen: Settings) -> None:
    """Count attempts for `app`, and tell who tries too often when to come back."""
    app.config["RATELIMIT_STORAGE_URI"] = chosen.limits_url
    of_others = [list(hooks) for hooks in _hooks(app)]
    limiter.init_app(app)
    # What is limited checks and counts itself; to look at every request would cost the busiest some of their time.
    for hooks, kept in zip(_hooks(app), of_others, strict=True):
        app.extensions[_AFTER] = [hook for hook in hooks if hook not in kept]
        hooks[:] = kept
    app.register_error_handler(RateLimitExceeded, _too_often)


def _hooks(app: Flask) -> list[list[Any]]:
    """Return what runs around every request; what runs after the view, last."""
    around = (app.before_request_funcs, app.teardown_request_funcs, app.after_request_funcs)
    return [hooks.setdefault(None, []) for hooks in around]


def _too_often(_error: RateLimitExceeded) -> ResponseReturnValue:
    breached = limiter.current_limit
    wait = breached.reset_at - time.time() if breached else 0
    return current_app.handle_http_exception(TooManyRequests(retry_after=max(1, round(wait + 0.5))))
