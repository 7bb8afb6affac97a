"""Which posted forms count: those with a valid token, and starts that a browser says come from a page of this site.

The index that everybody shares holds no token, because a token belongs to one visitor. A start from it counts when the
browser itself tells where it comes from: `Sec-Fetch-Site: same-origin`, or an `Origin` that is this site's where a
browser does not send that. No script of another page can set either header. And even a start that was forced could
not use anybody's identity, because the cookie is `SameSite=Lax`. A browser that tells neither is asked once more, on a
page with a token.
"""

from flask import Flask, Request, request
from flask_wtf.csrf import CSRFProtect, generate_csrf

from frontend.public_pages import for_everybody

TOKEN = "csrf_token"
_WITHOUT_TOKEN = frozenset({"start.start", "announcements.close"})


def protect_forms(app: Flask, url: str) -> None:
    """Check every form that is posted to `app`, whose address is `url`."""
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    csrf = CSRFProtect(app)

    @app.before_request
    def _check() -> None:
        if not request.endpoint:
            return
        if request.endpoint in _WITHOUT_TOKEN and not request.form.get(TOKEN) and from_own_page(request, url):
            return
        csrf.protect()


def from_own_page(asked: Request, url: str) -> bool:
    """Whether the browser says that a page of this very site sent this."""
    site = asked.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return asked.headers.get("Origin") in (url, asked.host_url.rstrip("/"))


def token() -> str:
    """Return the token for a form on this visitor's page; empty on a page that everybody shares."""
    return "" if for_everybody() else generate_csrf()
