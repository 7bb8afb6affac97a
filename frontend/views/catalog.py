"""The index, where everybody arrives and comes back to."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontend.site.search import query_of
from frontend.views.door import clean_address, notices, render, shop
from frontend.views.sessions import own_rows

bp = Blueprint("catalog", __name__)


@bp.get("/")
def index() -> str | Response:
    """Show the index, or what is looked for in it; a notification in the address is shown at the clean address."""
    if clean := clean_address():
        return clean
    at = shop()
    return render("site/catalog.html", page=at.catalog_page(notices(at), query_of(request.args), own_rows(at)))
