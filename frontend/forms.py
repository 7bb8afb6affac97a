"""Which posted forms count: those with a valid token, and starts that a browser says come from a page of this site.

The index that everybody shares holds no token, because a token belongs to one visitor. A start from it counts when the
browser itself tells where it comes from: `Sec-Fetch-Site: same-origin`, or an `Origin` that is this site's where a
browser does not send that. No script of another page can set either header. And even a start that was forced could
not use anybody's identity, because the cookie is `SameSite=Lax`. A browser that tells neither is asked once more, on a
page with a token.

Pages that a new browser opens at the same moment, such as the frames in one page, bring a cookie each, and it keeps the
last. The tokens of the others are not of that cookie, but of this site all the same: where nobody has signed in, they
count for what counts without a token, and for any start, that the browser says comes from a page of this very site.
"""

from flask import Flask, Request, current_app, request, session
from flask_wtf.csrf import CSRFProtect, generate_csrf
from itsdangerous import BadData, URLSafeTimedSerializer

from frontend import signed_in
from frontend.public_pages import for_everybody

TOKEN = "csrf_token"
# In the address of a form that was sent again because its browser had brought no cookie.
SENT_AGAIN = "again"
_WITHOUT_TOKEN = frozenset({"start.start", "announcements.close"})
_WITH_ANOTHERS = _WITHOUT_TOKEN | {"embed.start", "go.start"}
_SALT = "wtf-csrf-token"  # Flask-WTF's own


def protect_forms(app: Flask, url: str) -> None:
    """Check every form that is posted to `app`, whose address is `url`."""
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    csrf = CSRFProtect(app)

    @app.before_request
    def _check() -> None:
        if not request.endpoint:
            return
        if not (from_own_page(request, url) and _counts_from_own_page()):
            csrf.protect()


def _counts_from_own_page() -> bool:
    given = request.form.get(TOKEN)
    if not given:
        return request.endpoint in _WITHOUT_TOKEN
    has_another_cookie = TOKEN in session and SENT_AGAIN not in request.args and not signed_in.anybody()
    return request.endpoint in _WITH_ANOTHERS and has_another_cookie and _made_here(given)


def _made_here(token: str) -> bool:
    made = URLSafeTimedSerializer(str(current_app.secret_key), salt=_SALT)
    try:
        made.loads(token, max_age=current_app.config["WTF_CSRF_TIME_LIMIT"])
    except BadData:
        return False
    return True


def from_own_page(asked: Request, url: str) -> bool:
    """Whether the browser says that a page of this very site sent this."""
    site = asked.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return asked.headers.get("Origin") in (url, asked.host_url.rstrip("/"))


def token() -> str:
    """Return the token for a form on this visitor's page; empty on a page that everybody shares."""
    return "" if for_everybody() else generate_csrf()
