"""Pictures for pages elsewhere: whether a workshop has a seat, and the way to it for a telephone's camera."""

from dataclasses import replace

from flask import Blueprint, Response, abort, request, url_for

from frontend.qr_codes import picture
from frontend.site.badges import badge
from frontend.views.door import parts, render, shop
from portal_backend.contract.languages import locale_of

bp = Blueprint("badges", __name__)
_BRIEFLY = "public, max-age=30, stale-if-error=600"
_LONG = "public, max-age=86400"


@bp.get("/badge/<name>.svg")
def seats(name: str) -> tuple[Response, int]:
    """Draw whether the workshop has a seat, with its title unless a `short` badge is asked for."""
    at = replace(shop(), own=())  # what caches may keep shows nobody's own
    card = at.card(name)
    silent = at.silent
    # Shown on pages elsewhere and kept by caches: in the owner's language, whoever looks.
    owner = parts().texts.language(locale_of(parts().site().brand.language))
    stale = card.portal in silent if card else bool(silent)
    drawn = badge(card, stale, lambda said: said.told(owner), short="short" in request.args)
    return _picture(render("pictures/badge.svg", badge=drawn), _BRIEFLY), 200 if card or silent else 404


@bp.get("/qr/<name>.svg")
def start_code(name: str) -> Response:
    """Draw the address that asks whether to start the workshop, as a QR code."""
    if replace(shop(), own=()).card(name) is None:
        abort(404)
    return _picture(picture(parts().url + url_for("start.ask", name=name)), _LONG)


def _picture(drawing: str, kept: str) -> Response:
    response = Response(drawing, mimetype="image/svg+xml", headers={"Cache-Control": kept})
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
