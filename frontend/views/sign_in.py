"""Signing in and out, and what needs it.

Signing in begins by a link, not by a form, because browsers hold a form to the addresses its policy names, and a
provider may send people on to others. Nobody is signed in by that: the answer must fit what this browser was sent away
with. A link on another site leads to the page with the button instead.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, redirect, request, url_for
from werkzeug.wrappers import Response

from frontend import signed_in
from frontend.providers import Declined, ProviderError, ProviderSilent
from frontend.public_pages import for_everybody
from frontend.site.own_path import HOME, own_path
from frontend.site.person import NobodyError, from_claims
from frontend.site.signing_in import Account, SignInPage, Why, account_of, sign_in_page, signed_out_page
from frontend.views.door import not_indexed, parts, render, visitor
from portal_backend.contract.frame_cookies import in_frame
from portal_backend.contract.prefetch import is_prefetch

if TYPE_CHECKING:
    from frontend.oidc import Provider

bp = Blueprint("sign_in", __name__)
bp.after_request(not_indexed)
_log = logging.getLogger(__name__)
_OPEN = frozenset({"status", "sign_in", "leaving"})
_FOR_SOMEBODY = frozenset({"start", "go", "sessions"})
_STATUS = {Why.SILENT: 503, Why.UNTRUSTED: 502, Why.DECLINED: 400, Why.STALE: 400, Why.NOBODY: 403}
Page = str | tuple[str, int] | Response


def guard(app: Flask) -> None:
    """Send strangers of `app` to the sign-in page where the owner says that this is needed."""

    @app.before_request
    def _check() -> Response | None:
        if request.blueprint in _OPEN or request.endpoint in (None, "sessions.forget") or _is_framed():
            return None
        if not (parts().site().sign_in.guards_catalog or _is_for_somebody()) or not visitor().stranger:
            return None
        return redirect(url_for("sign_in.ask", page=_here()), 303)


def _is_for_somebody() -> bool:
    """Whether what is asked for belongs to somebody, or makes a session theirs."""
    return request.blueprint in _FOR_SOMEBODY or request.endpoint == "embed.start"


def _is_framed() -> bool:
    """Whether a start button stands in a frame, where it tells strangers itself to sign in in a tab."""
    return request.endpoint == "embed.show" and in_frame(request)


def account() -> Account | None:
    """Return who is signed in, for the head of every page; None where nobody signs in at this site."""
    at = parts().site().sign_in
    if at.by == "cookie":
        return None
    person = None if for_everybody() else visitor().person
    return account_of(at, person, _here(), _address)


@bp.get("/sign-in/")
def ask() -> Page:
    """Say that a sign-in is needed, and for what."""
    page = own_path(request.args.get("page", HOME))
    return redirect(page, 303) if not visitor().stranger else _page(page)


@bp.get("/sign-in/go/")
def go() -> Page:
    """Send the browser to the provider."""
    page, provider = own_path(request.args.get("page", HOME)), parts().providers.current()
    if provider is None or _from_elsewhere():
        return redirect(url_for("sign_in.ask", page=page), 303)
    try:
        url, begun = provider.begin(page, int(parts().clock().timestamp()))
    except ProviderError as error:
        return _failed(error, page)
    signed_in.begin(begun)
    return redirect(url, 303)


@bp.get("/sign-in/back/")
def back() -> Page:
    """Take what the provider says, and show the page the visitor came from."""
    provider, now = parts().providers.current(), parts().clock()
    begun = signed_in.take_begun(request.args.get("state", ""), now)
    if provider is None or begun is None:
        return _page(HOME, Why.STALE)
    try:
        claims = provider.claims(request.args, begun, int(now.timestamp()))
    except ProviderError as error:
        return _failed(error, begun.page)
    return _welcome(provider, claims, begun.page)


@bp.post("/sign-out/")
def sign_out() -> Response:
    """Sign out here, and at the provider where it offers that."""
    way_out = visitor().way_out
    signed_in.sign_out()
    return redirect(way_out or url_for("sign_in.signed_out"), 303)


@bp.get("/signed-out/")
def signed_out() -> Page:
    """Say that nobody is signed in any more."""
    return render("site/sign-in.html", page=signed_out_page(parts().site().sign_in, _address))


def _welcome(provider: Provider, claims: Mapping[str, object], page: str) -> Page:
    try:
        person = from_claims(claims, provider.config.user, parts().visitors.naming(provider.source))
    except NobodyError as error:
        _log.error("nobody is signed in by %s: %s", provider.source, error)
        return _page(page, Why.NOBODY)
    way_out = provider.sign_out_url(parts().url + url_for("sign_in.signed_out"))
    signed_in.sign_in(person, parts().clock() + timedelta(hours=provider.config.hours), way_out or "")
    return redirect(page, 303)


def _failed(error: ProviderError, page: str) -> Page:
    match error:
        case ProviderSilent():
            _log.warning("nobody can sign in: %s", error)
            return _page(page, Why.SILENT)
        case Declined():
            _log.info("somebody was not signed in: %s", error)
            return _page(page, Why.DECLINED)
    _log.error("a sign-in is not to be trusted: %s", error)
    return _page(page, Why.UNTRUSTED)


def _page(page: str, why: Why | None = None) -> Page:
    shown: SignInPage = sign_in_page(parts().site().sign_in, page, why, _address)
    return render("site/sign-in.html", page=shown), _STATUS[why] if why else 200


def _here() -> str:
    """Return the page of this request, to come back to; where a GET would show nothing, the nearest that does."""
    if request.method in ("GET", "HEAD") or request.endpoint in ("start.start", "go.start", "embed.start"):
        return own_path(request.full_path.removesuffix("?")) if request.endpoint else HOME
    return url_for("sessions.mine") if request.blueprint == "sessions" else HOME


def _from_elsewhere() -> bool:
    """Whether a page of another site, or a browser that only looks ahead, asks for this."""
    ahead = is_prefetch(request) or request.method == "HEAD"
    return ahead or request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none")


def _address(what: str, page: str = HOME) -> str:
    match what:
        case "begin":
            return url_for("sign_in.go", page=page)
        case "sessions":
            return url_for("sessions.mine")
        case "end":
            return url_for("sign_in.sign_out")
    return url_for("catalog.index")
