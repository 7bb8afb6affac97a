"""The portal as a WSGI application: makes the parts and hands them to each other."""

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from portal_backend import audit, credentials, errors, headers, health, limits, oauth, startup
from portal_backend.api import routes as api
from portal_backend.contract.frame_cookies import frame_cookie
from portal_backend.contract.urls import origin_of
from portal_backend.cookies import PortalCookies
from portal_backend.hosts import refuse_unknown_hosts
from portal_backend.pages import blueprint as pages
from portal_backend.pages.errors import error_page
from portal_backend.paths import OneSpelling, refuse_control_characters
from portal_backend.reading import read_settings
from portal_backend.rush import Rush, give_up
from portal_backend.services.context import system_clock
from portal_backend.services.errors import NotConfigured
from portal_backend.settings import Settings
from portal_backend.store.engine import StoreBusy

_LARGEST_REQUEST = 1024 * 1024
_COOKIE_LIFETIME = timedelta(days=30)


class _Portal(Flask):
    """A Flask application none of whose functions is asynchronous."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return `func` as it is; to look each time whether it has to be wrapped costs more than most hooks do."""
        return func


def create_app(settings: Settings | None = None, clock: Callable[[], datetime] = system_clock) -> Flask:
    """Return the portal; raises StartupError, with all that is wrong as its text, when it cannot serve."""
    settings = settings or read_settings(os.environ)
    app = _Portal("portal_backend", static_folder=None, template_folder=None)
    app.extensions["portal"] = startup.begin(settings, clock)
    app.extensions["portal_settings"] = settings
    app.config.update(_configuration(settings))
    trusted = settings.https or settings.own_machine
    app.session_interface = PortalCookies(frame_cookie(app.config["SESSION_COOKIE_NAME"], trusted))
    app.url_map.merge_slashes = False
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.before_request(give_up)
    app.before_request(refuse_unknown_hosts)
    app.before_request(refuse_control_characters)
    oauth.register(app)
    api.register(app)
    app.register_blueprint(health.blueprint)
    csrf = CSRFProtect(app)
    for blueprint in (oauth.blueprint, *api.BLUEPRINTS):
        csrf.exempt(blueprint)
    pages.register(app)
    limits.register(app, settings)
    audit.listen()
    errors.register(app, error_page, busy=(StoreBusy, NotConfigured))
    headers.register(app, _form_targets(settings), settings.stylesheet)
    app.wsgi_app = OneSpelling(Rush(app, app.wsgi_app))  # type: ignore[method-assign]
    if settings.proxies:
        count = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    return app


def _configuration(settings: Settings) -> dict[str, Any]:
    prefix = "__Host-" if settings.https else ""
    return {
        "SECRET_KEY": credentials.secret_key(settings),
        "SECRET_KEY_FALLBACKS": list(settings.secret_key_fallbacks),
        "SESSION_COOKIE_NAME": f"{prefix}workshop-portal",
        "SESSION_COOKIE_SECURE": settings.https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        # Only what changes the cookie sends it: an answer that comes late must not undo another one's change.
        "SESSION_REFRESH_EACH_REQUEST": False,
        "PERMANENT_SESSION_LIFETIME": _COOKIE_LIFETIME,
        "MAX_CONTENT_LENGTH": _LARGEST_REQUEST,
        # A page may stay open for as long as its session; where a form came from is told by Sec-Fetch-Site.
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": False,
    }


def _form_targets(settings: Settings) -> list[str]:
    own = (settings.site_url, *settings.index_origins)
    return sorted({origin for url in own if (origin := origin_of(url))})
