"""The index, where everybody arrives and comes back to."""

from urllib.parse import urlencode

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from frontend import identity
from frontend.site.notifications import known_code
from frontend.site.search import query_of
from frontend.views.door import notices, render, shop
from frontend.views.sessions import own_rows
from portal_backend.contract.wire import NOTIFICATION_PARAMETER

bp = Blueprint("catalog", __name__)


@bp.get("/")
def index() -> str | Response:
    """Show the index, or what is looked for in it; a notification in the address is shown at the clean address."""
    if NOTIFICATION_PARAMETER in request.args:
        return _without_notification()
    at = shop()
    return render("site/catalog.html", page=at.catalog_page(notices(at), query_of(request.args), own_rows(at)))


def _without_notification() -> Response:
    code = known_code(request.args[NOTIFICATION_PARAMETER])
    if code is not None:
        identity.tell_once(code)
    kept = [pair for pair in request.args.items(multi=True) if pair[0] != NOTIFICATION_PARAMETER]
    return redirect(url_for("catalog.index") + (f"?{urlencode(kept)}" if kept else ""), 303)
