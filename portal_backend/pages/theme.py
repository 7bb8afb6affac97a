"""Draws the portal's pages: the built-in templates, their static files, and the portal's own name and logo.

Static files live under one address that changes with their content, so that a browser may keep them for ever.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response
from jinja2 import FileSystemLoader, StrictUndefined
from markupsafe import Markup
from werkzeug.local import LocalProxy
from whitenoise import WhiteNoise

from portal_backend.content.labels import with_labels
from portal_backend.contract.packaged import packaged
from portal_backend.contract.stylesheet import DEFAULT_THEME, STYLESHEET, bundle
from portal_backend.contract.telling import teach
from portal_backend.contract.wire import CATALOG_PAGE
from portal_backend.contract.words import say
from portal_backend.domain.environment import Portal
from portal_backend.pages.languages import Languages
from portal_backend.pages.pictures import safe_picture
from portal_backend.running import context, settings
from portal_backend.services import catalog
from portal_backend.services.errors import NotConfigured

_FOREVER = "public, max-age=31536000, immutable"
_NAMELESS = say("Workshops")


@dataclass(frozen=True)
class Brand:
    """What every page shows of whose portal this is."""

    name: str
    tagline: str = ""
    logo_url: str | None = None
    favicon_url: str | None = None
    home_url: str = CATALOG_PAGE
    stylesheet_url: str | None = None
    scheme: str = "light dark"
    header_links: tuple[object, ...] = ()
    footer_links: tuple[object, ...] = ()


def use(app: Flask) -> None:
    """Give `app` the templates, the static files and the names every template uses."""
    app.jinja_loader = FileSystemLoader(packaged("templates"))
    app.jinja_options = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    static = packaged("static")
    # The index's sheet brings the theme its owner chose; where there is no index, the portal wears the default one.
    sheet = bundle([static], "" if app.extensions["portal_settings"].stylesheet else DEFAULT_THEME)
    root = f"static/{_digest(static, sheet)}/"
    spoken = Languages(app.extensions["portal_settings"].config)
    teach(app.jinja_env, spoken.current, spoken.owner)
    app.jinja_env.globals.update(
        labelled=lambda page: Markup(with_labels(page, lambda said: said.told(spoken.current()))),
        lang=LocalProxy(lambda: spoken.current().code),
        direction=LocalProxy(lambda: spoken.current().direction),
        languages=(),
        static_url=lambda path: f"/{root}{path}",
    )
    app.context_processor(lambda: {"brand": _brand()})
    app.add_url_rule(f"/{root}{STYLESHEET}", "stylesheet", lambda: _stylesheet(sheet))
    files = WhiteNoise(app.wsgi_app, immutable_file_test=lambda *_: True, add_headers_function=_plainly)
    files.add_files(str(static), prefix=root)
    app.wsgi_app = files  # type: ignore[method-assign]


def _brand() -> Brand:
    sheet = settings().stylesheet or None
    try:
        portal: Portal = catalog.settings(context())
    except NotConfigured:
        return Brand(_NAMELESS, stylesheet_url=sheet)
    return Brand(portal.title or _NAMELESS, logo_url=safe_picture(portal.logo), stylesheet_url=sheet)


def _stylesheet(text: str) -> Response:
    return Response(text, mimetype="text/css", headers={"Cache-Control": _FOREVER})


def _plainly(headers: dict[str, str], path: str, url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"


def _digest(static: Path, sheet: str) -> str:
    digest = hashlib.sha256(sheet.encode())
    for path in sorted(path for path in static.rglob("*") if path.is_file()):
        digest.update(path.relative_to(static).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]
