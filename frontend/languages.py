"""Which language a page is in: what the address asks, the visitor chose before, the browser prefers, or the owner's.

`?language=de` chooses. The choice is kept in a cookie of its own, which tells nobody who somebody is, so that pages
stay the same for all who read one language.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Flask, Response, g, redirect, request
from flask_babel import Babel, get_locale
from werkzeug.wrappers import Response as AnyResponse

from frontend.site.model import Site
from portal_backend.contract.frame_cookies import in_frame
from portal_backend.contract.language_choice import LANGUAGE, Environ, chosen
from portal_backend.contract.languages import Language, locale_of, tag_of
from portal_backend.contract.own_texts import OwnTexts

_KEPT_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True)
class Choice:
    """One language a visitor may choose; `name` is what its speakers call it."""

    code: str
    name: str
    url: str
    current: bool


class Languages:
    """The languages of the site as it is now; `site` returns it, `texts` has the owner's words for pages."""

    def __init__(self, app: Flask, site: Callable[[], Site], texts: OwnTexts, secure: bool) -> None:
        self._site = site
        self._texts = texts
        self._secure = secure
        Babel(app, locale_selector=lambda: str(locale_of(self.asked(request.environ))))
        app.before_request(self._remember)

    def asked(self, environ: Environ) -> str:
        """Return the code of the language a request gets its page in."""
        brand = self._site().brand
        offered = brand.offered
        return chosen(environ, offered, brand.language, asking=True)

    def current(self) -> Language:
        """Return the language of the page that is being made, the same until it is done."""
        if "spoken" not in g:
            g.spoken = self._texts.language(get_locale() or locale_of(self.owner()))
        spoken: Language = g.spoken
        return spoken

    def owner(self) -> str:
        """Return the tag of the language the owner writes in."""
        return tag_of(locale_of(self._site().brand.language))

    def choices(self) -> list[Choice]:
        """Return what the visitor can choose from, on the page they are on."""
        now = self.asked(request.environ)
        return [
            Choice(code, Language(locale_of(code)).name, _address({LANGUAGE: code}), code == now)
            for code in self._site().brand.offered
        ]

    def _remember(self) -> AnyResponse | None:
        """Keep what was chosen and go on at the clean address; in a frame, where cookies may be refused, stay."""
        chosen, offered = request.args.get(LANGUAGE, ""), self._site().brand.offered
        if request.method != "GET" or in_frame(request) or not request.url_rule or chosen not in offered:
            return None
        answer: Response = redirect(_address({}), 303)  # type: ignore[assignment]
        answer.set_cookie(
            LANGUAGE, chosen, max_age=_KEPT_SECONDS, secure=self._secure, httponly=True, samesite="Lax", path="/"
        )
        return answer


class OneLanguage:
    """The language of pages that are made once for all, such as those of a published site."""

    def __init__(self, code: str, texts: OwnTexts) -> None:
        self._language = texts.language(locale_of(code))

    def current(self) -> Language:
        """Return the language of every page."""
        return self._language

    def owner(self) -> str:
        """Return the tag of the language the owner writes in."""
        return self._language.code

    def choices(self) -> list[Choice]:
        """Return what there is to choose from: nothing."""
        return []


def _address(changes: dict[str, str]) -> str:
    """Return the address of this page in other words; where it cannot be asked for again, that of the index."""
    if request.method not in ("GET", "HEAD"):
        return f"/?{urlencode(changes)}"
    kept = [pair for pair in request.args.items(multi=True) if pair[0] != LANGUAGE]
    query = urlencode([*kept, *changes.items()])
    return f"{request.path}?{query}" if query else request.path
