"""Prints the pages of a published site: the same templates as the running site, the owner's over the built-in ones."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from flask import Flask
from jinja2 import TemplateError

from frontend import branding
from frontend.brand_sheet import OWN_RULES, rules_in
from frontend.generator.folder import CannotBuild
from frontend.languages import OneLanguage
from frontend.rendering import add_globals, speak, use_theme
from frontend.site.model import Site
from frontend.site.pages import About, BackPage, CatalogPage, EmbedPage, WorkshopPage
from frontend.site.sheet import owners_sheet
from frontend.static_files import StaticFiles
from portal_backend.contract.components import ErrorPage, Hyperlink
from portal_backend.contract.languages import CATALOGS
from portal_backend.contract.own_texts import OwnTexts
from portal_backend.contract.packaged import packaged
from portal_backend.contract.stylesheet import STYLESHEET

_PROGRAM = Path(branding.__file__).parent
Page = BackPage | CatalogPage | EmbedPage | WorkshopPage | ErrorPage


@dataclass(frozen=True)
class Sheet:
    """One page to print: where its file goes, its template, what it is made of, and how."""

    path: str
    template: str
    made_of: object
    page: Callable[[], Page]
    about: About


class Press:
    """Prints pages for a site under `path`, which begins and ends with a slash, with the look of the folder `theme`.

    The folder `texts` has the owner's words in place of built-in ones.
    """

    def __init__(self, site: Site, theme: Path, path: str, texts: Path) -> None:
        self._path = path
        self._files = StaticFiles(theme, theme)
        own = owners_sheet(site.brand, self._files.sheets, _rules(theme), self.file)
        self._look = (self._files.stylesheet + own).encode()
        self._look_name = f"look.{hashlib.sha256(self._look).hexdigest()[:12]}.css"
        self.brand = self._brand(site)
        app = Flask("frontend", static_folder=None, template_folder=None)
        use_theme(app, theme)
        look = f"{path}{self._look_name}"
        speak(app, OneLanguage(site.brand.language, OwnTexts(texts)))
        add_globals(app, static_url=self.file, brand=self.brand, csrf_token=str, whole_stylesheet=look)
        self._app = app
        self._same = self._fingerprint(theme, look, site.brand.language, texts)

    def file(self, name: str) -> str:
        """Return the path of one static file."""
        return f"{self._path}static/{self._files.version}/{name}"

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Yield every static file with its path in the folder; of the built-in sheets only the one they make."""
        yield self._look_name, self._look
        joined = packaged("static")
        for name, data in self._files.contents().items():
            if name.startswith("css/") and (name == STYLESHEET or (joined / name).is_file()):
                continue
            yield f"static/{self._files.version}/{name}", data

    def source(self, sheet: Sheet) -> str:
        """Return a digest of all that the printed page is made of."""
        own = f"{self._same} {sheet.path} {sheet.template} {sheet.made_of!r} {sheet.about!r}"
        return hashlib.sha256(own.encode()).hexdigest()

    def print(self, sheet: Sheet) -> bytes:
        """Return the page; raises CannotBuild when a template of the owner's cannot be filled in here."""
        try:
            with self._app.test_request_context():
                template = self._app.jinja_env.get_template(sheet.template)
                return template.render(page=sheet.page(), about=sheet.about).encode()
        except (TemplateError, RuntimeError, UnicodeDecodeError) as error:
            raise CannotBuild(
                f"The template {sheet.template} cannot be filled in for a published site: {error}. "
                "Mend the file of that name, or one it includes, in config/theme/."
            ) from error

    def _brand(self, site: Site) -> branding.Brand:
        shown = branding.shown(site.brand, self.file, "")
        return replace(
            shown,
            home_url=self._path,
            header_links=tuple(map(self._moved, shown.header_links)),
            footer_links=tuple(map(self._moved, shown.footer_links)),
        )

    def _moved(self, link: Hyperlink) -> Hyperlink:
        """Return the link with a path on this site under the site's own path."""
        return replace(link, url=self._path + link.url[1:]) if link.url.startswith("/") else link

    def _fingerprint(self, theme: Path, look: str, language: str, texts: Path) -> str:
        """Return a digest of what all pages have in common."""
        digest = hashlib.sha256(f"{self.brand!r} {look} {language} {self.file('')}".encode())
        for folder, kind in (
            (packaged("templates"), "*.html"),
            (theme, "*.html"),
            (_PROGRAM, "*.py"),
            (CATALOGS, "*.po"),
            (texts, "*.yaml"),
        ):
            for path in sorted(folder.rglob(kind)):
                digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
        return digest.hexdigest()


def _rules(theme: Path) -> str:
    try:
        return rules_in(theme)
    except (OSError, UnicodeDecodeError) as error:
        raise CannotBuild(f"{theme / OWN_RULES} cannot be read ({error}): save it as UTF-8.") from error
