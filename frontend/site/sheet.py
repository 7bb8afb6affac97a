"""The owner's style sheet: the theme, the fonts and the accent chosen in `site.yaml`, then the owner's own rules.

It follows the frame of every page, which fits any theme and either colour scheme. A scheme that is fixed is fixed in
here: what asks for the reader's preference is answered once and for all.
"""

import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from frontend.site.brand import Brand
from frontend.site.colour import Shade, palette
from frontend.site.fonts import chosen, faces

_PREFERS = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)")
_ESCAPE = r"\\(?:[0-9a-f]{1,6}\s?|[^\n])"
_ADDRESS = re.compile(
    rf"""url\(\s*(?:"((?:[^"\\\n]|{_ESCAPE})*)"|'((?:[^'\\\n]|{_ESCAPE})*)'|((?:[^"'()\s\\]|{_ESCAPE})+))\s*\)""",
    re.IGNORECASE,
)
# A file named relative to the sheet: no scheme, no path from the top, no mark within the page.
_FILE = re.compile(r"(?![a-z][a-z0-9+.-]*:)([^/#?\\][^?#\\]*)(.*)", re.IGNORECASE)
_ESCAPED = re.compile(r"\\(?:([0-9a-f]{1,6})\s?|(.))", re.IGNORECASE)
_FOLDER = "css"
_ALWAYS, _NEVER = "(min-width: 0)", "(max-width: 0)"


@dataclass(frozen=True)
class Sheets:
    """The texts it is put together from: the frame's tokens, and each theme by its name."""

    tokens: str
    themes: Mapping[str, str]


def owners_sheet(brand: Brand, sheets: Sheets, additions: str, url: Callable[[str], str]) -> str:
    """Return the sheet; `additions` are the owner's own rules, `url` gives the address of a file of theirs."""
    additions = beside(additions, url)
    parts = [sheets.themes[brand.theme], faces(brand.fonts, url), chosen(brand.fonts), _accent(brand), additions]
    if brand.scheme == "auto":
        return "".join(parts)
    fixed = f":root {{ color-scheme: {brand.scheme}; }}\n"
    return in_scheme("".join([sheets.tokens, *parts[:-1], fixed, additions]), brand.scheme)


def in_scheme(text: str, scheme: str) -> str:
    """Return a sheet that looks to every reader as it would to one who prefers this scheme."""
    return _PREFERS.sub(lambda asked: _ALWAYS if asked[1] == scheme else _NEVER, text)


def beside(text: str, url: Callable[[str], str]) -> str:
    """Return the owner's rules with files named from their folder by the address they have wherever the sheet lies."""

    def addressed(found: re.Match[str]) -> str:
        named = _FILE.fullmatch(_unescaped(found[1] or found[2] or found[3] or ""))
        file = posixpath.normpath(f"{_FOLDER}/{named[1]}") if named else ".."
        if named is None or file.startswith(".."):
            return found[0]
        return f'url("{_quoted(url(file) + named[2])}")'

    return _ADDRESS.sub(addressed, text)


def _unescaped(text: str) -> str:
    """Return the characters that a CSS string or address stands for."""
    return _ESCAPED.sub(lambda found: _character(int(found[1], 16)) if found[1] else found[2], text)


def _character(number: int) -> str:
    """Return the character of a number; CSS has one that stands for those that are none."""
    return "\ufffd" if number == 0 or 0xD800 <= number <= 0xDFFF or number > 0x10FFFF else chr(number)


def _quoted(address: str) -> str:
    """Return an address as it stands between double quotes in CSS, and may stand in a request."""
    return quote(address, safe="/:?&=#%+@!$,;~()'")


def _accent(brand: Brand) -> str:
    if brand.accent is None:
        return ""
    shades = palette(brand.accent)
    light = _properties("accent", shades.light)
    dark = _properties("accent", shades.dark)
    if shades.adjusted:
        light += _properties("brand", shades.brand)
        dark += _properties("brand", shades.dark)
    return f":root {{\n{light}}}\n@media (prefers-color-scheme: dark) {{\n:root {{\n{dark}}}\n}}\n"


def _properties(name: str, shade: Shade) -> str:
    return f"  --{name}: {shade.accent};\n  --on-{name}: {shade.on_accent};\n"
