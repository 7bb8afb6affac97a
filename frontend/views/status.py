"""What machines ask: health, the crawlers' rules, and the owner's style sheet. No cookie is read or set here."""

from importlib.metadata import version

from flask import Blueprint, Response, jsonify, request

from frontend.views.door import parts

bp = Blueprint("status", __name__)
_VERSION = version("workshop-index")
_PRIVATE = ("start", "go", "sessions", "forget", "embed", "break-out", "close-tab")
_ROBOTS = "".join(("User-agent: *\n", *(f"Disallow: /{name}/\n" for name in _PRIVATE)))


@bp.get("/healthz")
def alive() -> Response:
    """Say that the process answers, without asking anybody else."""
    return jsonify(status="alive")


@bp.get("/readyz")
def ready() -> tuple[Response, int]:
    """Say part by part what can be served, and by which version; ready as soon as one portal's catalog is known."""
    known = parts().broker.known()
    words = {item.portal: _words(item.stale, item.listing is not None) for item in known}
    can_serve = any(item.listing is not None for item in known)
    parts_told = {"config": "ok", "portals": words}
    answer = jsonify(status="ready" if can_serve else "not ready", version=_VERSION, parts=parts_told)
    return answer, 200 if can_serve else 503


@bp.get("/robots.txt")
def robots() -> Response:
    """Keep crawlers away from what starts or belongs to somebody."""
    return Response(_ROBOTS, mimetype="text/plain")


@bp.get("/brand.css")
def brand() -> Response:
    """Serve the theme and the owner's colours; the portal's pages wear them too, over the frame they have."""
    response = parts().brand_look.response(request.headers.get("Accept-Encoding", ""), request.args.get("v", ""))
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@bp.get("/look.css")
def look() -> Response:
    """Serve all of a page's style in one file, compressed, because every page waits for it."""
    return parts().look.response(request.headers.get("Accept-Encoding", ""), request.args.get("v", ""))


def _words(stale: bool, listed: bool) -> str:
    if not stale:
        return "ok"
    return "last known" if listed else "unreachable"
