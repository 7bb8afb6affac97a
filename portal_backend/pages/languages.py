"""The languages of the portal's pages: those the site beside it is offered in, as the owner's folder says now.

A portal without a site beside it speaks every language that ships with the product.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import g, request

from portal_backend.contract.documents import read_document
from portal_backend.contract.language_choice import chosen
from portal_backend.contract.languages import SOURCE, Language, built_in, locale_of, tag_of
from portal_backend.contract.own_texts import OwnTexts
from portal_backend.contract.own_words import FOLDER
from portal_backend.contract.stamps import Stamp, stamp_of

_SITE = "site.yaml"


class Languages:
    """The languages of pages by the owner's folder `config`, with the owner's own words for them."""

    def __init__(self, config: Path) -> None:
        self._site = config / _SITE
        self._texts = OwnTexts(config / FOLDER)
        self._seen: Stamp | None = None
        self._offered: tuple[str, ...] = built_in()
        self._default = SOURCE
        self._owner = ""

    def current(self) -> Language:
        """Return the language of the page that is being made, the same until it is done."""
        if "spoken" not in g:
            self._look()
            g.spoken = self._texts.language(locale_of(chosen(request.environ, self._offered, self._default)))
        spoken: Language = g.spoken
        return spoken

    def owner(self) -> str:
        """Return the tag of the language the owner writes in, or nothing when nobody says."""
        return self._owner

    def _look(self) -> None:
        """Read the site's file again when it has changed; one that cannot be read changes nothing."""
        seen = stamp_of(self._site)
        if seen == self._seen:
            return
        self._seen = seen
        if seen is None:
            self._offered, self._default, self._owner = built_in(), SOURCE, ""
            return
        document = read_document(self._site)
        if document.readable:
            self._offered, self._default = offered(document.value)
            self._owner = tag_of(locale_of(self._default))


def offered(site: Any) -> tuple[tuple[str, ...], str]:
    """Return the codes of the languages a site has, and the one its owner writes in; what is none is skipped."""
    brand = site.get("brand") if isinstance(site, dict) else None
    said = brand if isinstance(brand, dict) else {}
    default = next(_codes([said.get("language")]), SOURCE)
    others = said.get("languages")
    return tuple(dict.fromkeys((*_codes(others if isinstance(others, list) else []), default))), default


def _codes(values: list[Any]) -> Iterator[str]:
    for value in values:
        try:
            locale_of(str(value))
        except ValueError:
            continue
        yield str(value).lower()
