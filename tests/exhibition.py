"""Shows the pages of the gallery to a browser, as if the programs served them."""

import mimetypes
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from gallery import LARGE, PAGES, rendered
from playwright.sync_api import Route

from portal_backend.contract.scripts import SCRIPT
from portal_backend.contract.scripts import bundle as bundle_scripts
from portal_backend.contract.stylesheet import STYLESHEET, bundle, themes

STATIC = Path(__file__).resolve().parents[1] / "static"
THEMES = sorted(themes([STATIC]))
ORIGIN = "http://127.0.0.1:1"
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; "
    "connect-src 'self'"
)


def answering(theme: str) -> Callable[[Route], None]:
    """Return what answers with a page of the gallery or a file of the theme, under the policy the programs send."""
    joined = {STYLESHEET: bundle([STATIC], theme), SCRIPT: bundle_scripts([STATIC])}

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path.strip("/") in PAGES | LARGE:
            route.fulfill(
                body=rendered(path.strip("/")), content_type="text/html", headers={"Content-Security-Policy": POLICY}
            )
            return
        if not path.startswith("/static/"):  # a picture that a page refers to
            route.fulfill(status=404)
            return
        name = path.removeprefix("/static/")
        body = joined[name].encode() if name in joined else (STATIC / name).read_bytes()
        route.fulfill(body=body, content_type=mimetypes.guess_type(name)[0] or "text/plain")

    return answer
