"""The owner's announcements: a visitor closes one for good, with or without a script."""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from frontend import identity
from frontend.site.own_path import own_path
from frontend.views.door import parts

bp = Blueprint("announcements", __name__)


@bp.post("/announcements/<name>/close/")
def close(name: str) -> Response:
    """Keep that this visitor has closed the announcement, and show the page they were on."""
    if any(item.id == name and item.dismissible for item in parts().site().announcements):
        identity.close(name)
    return redirect(_page_before(), 303)


def _page_before() -> str:
    """Return the path of the page of this site that the form was on, else the index."""
    origin, before = f"{parts().url}/", request.referrer or ""
    return own_path(before[len(origin) - 1 :]) if before.startswith(origin) else url_for("catalog.index")
