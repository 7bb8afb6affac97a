"""The portal's signed cookie, for its own host alone or, when an owner names a domain, for all hosts of that domain.

A cookie for a domain cannot have the prefix that ties it to one host, so it has another name. The domain is in the
store, where an edit puts it, and is looked up only for a request that brings a cookie or gets one. Who may frame
sessions is looked up for a request from a frame only.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Request, Response, g
from flask.sessions import SessionMixin
from itsdangerous import Serializer, URLSafeTimedSerializer
from itsdangerous.encoding import base64_encode
from werkzeug.http import dump_cookie

from portal_backend.contract.frame_cookies import FrameCookies, in_frame, in_use
from portal_backend.domain.environment import Portal
from portal_backend.running import context, settings
from portal_backend.services import catalog
from portal_backend.services.errors import NotConfigured
from portal_backend.store.engine import StoreBusy

_ONE_HOST, _ANY_HOST = "__Host-", "__Secure-"
_WORTH_COMPRESSING = 600
_EXTENSION = "portal_cookies"


class _Signing(URLSafeTimedSerializer):
    """Signs as Flask's own does, but tries to compress only what is long."""

    def dump_payload(self, obj: Any) -> bytes:
        """Return the cookie's content as it is signed."""
        plain: bytes = Serializer.dump_payload(self, obj)
        return super().dump_payload(obj) if len(plain) > _WORTH_COMPRESSING else base64_encode(plain)


class PortalCookies(FrameCookies):
    """Reads and writes the cookie under the domain that is configured now."""

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Return what signs and checks the cookies of `app`, always the same."""
        made: URLSafeTimedSerializer | None = app.extensions.get(_EXTENSION)
        usual = None if made else super().get_signing_serializer(app)
        if usual is not None:
            made = _Signing(
                usual.secret_keys, salt=self.salt, serializer=self.serializer, signer_kwargs=usual.signer_kwargs
            )
            app.extensions[_EXTENSION] = made
        return made

    def get_cookie_domain(self, app: Flask) -> str | None:
        """Return the domain to set the cookie for, or None for this host alone."""
        if in_use():
            return None
        if "cookie_domain" not in g:
            g.cookie_domain = _configured_domain()
        return g.cookie_domain or None

    def get_cookie_name(self, app: Flask) -> str:
        """Return the cookie's name, which depends on whom it is for."""
        return _named(super().get_cookie_name(app), self.get_cookie_domain(app))

    def may_be_framed(self, request: Request) -> bool:
        """Return whether anybody may show sessions in a frame."""
        try:
            return bool(settings().frame_origins or catalog.settings(context()).frame_ancestors)
        except (NotConfigured, StoreBusy):
            return False

    def open_session(self, app: Flask, request: Request) -> Any:
        """Return what the cookie says; a request without any cookie says nothing, unless it comes from a frame."""
        if request.cookies or in_frame(request):
            return super().open_session(app, request)
        return self.session_class()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the cookie when somebody looked at it or changed it."""
        if session.accessed or session.modified:
            super().save_session(app, session, response)


def for_portal(portal: Portal) -> None:
    """Take the domain of a portal that this request has read anyway, unless it was looked up before."""
    if "cookie_domain" not in g:
        g.cookie_domain = portal.cookie_domain


def first_cookie(app: Flask, content: Mapping[str, object], portal: Portal) -> str:
    """Return the header that gives a browser that brought no cookie its first, outside of any frame."""
    config, domain = app.config, portal.cookie_domain or None
    interface: Any = app.session_interface
    return dump_cookie(
        _named(config["SESSION_COOKIE_NAME"], domain),
        interface.get_signing_serializer(app).dumps(dict(content)),
        expires=datetime.now(UTC) + app.permanent_session_lifetime,
        path="/",
        domain=domain,
        secure=config["SESSION_COOKIE_SECURE"],
        httponly=config["SESSION_COOKIE_HTTPONLY"],
        samesite=config["SESSION_COOKIE_SAMESITE"],
    )


def _named(name: str, domain: str | None) -> str:
    """Return what the cookie is called when it is for `domain`."""
    return name.replace(_ONE_HOST, _ANY_HOST, 1) if domain else name


def _configured_domain() -> str:
    try:
        return catalog.settings(context()).cookie_domain
    except (NotConfigured, StoreBusy):
        return ""
