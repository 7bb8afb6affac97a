"""One workshop in full."""

from flask import Blueprint, abort
from werkzeug.wrappers import Response

from frontend.site.notifications import why_absent
from frontend.site.workshop import workshop_page
from frontend.views.door import clean_address, notices, render, shop
from frontend.views.start import send_back
from portal_backend.contract.wire import Notification

bp = Blueprint("workshop", __name__)


@bp.get("/workshop/<name>/")
def show(name: str) -> str | Response:
    """Show what the workshop is about and whether it can start."""
    if clean := clean_address(name):
        return clean
    at = shop()
    if at.card(name) is not None:
        return render("site/workshop.html", page=workshop_page(at, name, notices(at)))
    if why_absent(at.known) is Notification.WORKSHOP_INVALID:
        abort(404)
    return send_back(Notification.SESSION_UNAVAILABLE, name)
