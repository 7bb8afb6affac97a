"""Puts a session's values into instructions, so that no value is ever read as Markdown or HTML.

Variables are written `%name%`, `{{ name }}`, `{{< param name >}}` or `{{% param name %}}`; unknown ones stay as text.
Before parsing, each becomes a plain word that survives every rule of Markdown; after parsing the word is replaced in
the tokens, where text is escaped and addresses are quoted. Shortcodes for notes become marked lines, others vanish.
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from secrets import token_hex
from urllib.parse import quote

from portal_backend.contract.urls import parse_http_url

_WORD = f"w{token_hex(8)}x"
_PLACED = re.compile(_WORD + r"(\d+)z")
_ESCAPED = re.compile(r"\{\{([<%])/\*\s*(.*?)\s*\*/([>%])\}\}", re.DOTALL)
_PARAM = re.compile(r"\{\{[<%]\s*param\s+[\"']?([\w.-]+)[\"']?\s*[%>]\}\}")
_BRACES = re.compile(r"\{\{\s*([A-Za-z_]\w*)\s*\}\}")
_PERCENT = re.compile(r"%([A-Za-z_]\w*)%")
_NOTE = re.compile(r"^[ \t]*\{\{([<%])\s*(/?)\s*(note|warning|danger)\b([^}]*?)[>%]\}\}[ \t]*$", re.MULTILINE)
_SHORTCODE = re.compile(r"\{\{[<%].*?[%>]\}\}|\{%\s*(?:end)?raw\s*%\}", re.DOTALL)
_TITLE = re.compile(r"title\s*=\s*\"([^\"]*)\"")

NOTE_MARK = f"{_WORD}note"


@dataclass
class Placed:
    """A page's text with its values taken out, and the values to put back."""

    text: str = ""
    values: list[str] = field(default_factory=list)

    def keep(self, value: str) -> str:
        """Return the word that stands for `value` until it is put back."""
        self.values.append(value)
        return f"{_WORD}{len(self.values) - 1}z"

    def plain(self, text: str) -> str:
        """Return `text` with its values put back as they are; the caller escapes."""
        return _PLACED.sub(lambda found: self._value(found), text)

    def markup(self, text: str) -> str:
        """Return raw HTML `text` with its values put back escaped."""
        return _PLACED.sub(lambda found: html.escape(self._value(found)), text)

    def address(self, text: str) -> str:
        """Return an address with its values put back: quoted as parts of it, checked when one is the whole of it."""
        if _PLACED.fullmatch(text):
            return parse_http_url(self.plain(text)) or "#"
        return _PLACED.sub(lambda found: quote(self._value(found), safe=":"), text)

    def _value(self, found: re.Match[str]) -> str:
        at = int(found.group(1))
        return self.values[at] if at < len(self.values) else ""


def used(text: str, values: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the names and values of `values` that `text` mentions, in the order of `values`."""
    named = {found.group(1) for pattern in (_PARAM, _BRACES, _PERCENT) for found in pattern.finditer(text)}
    return tuple((name, value) for name, value in values.items() if name in named)


def place(text: str, values: Mapping[str, str]) -> Placed:
    """Return `text` ready to be parsed: known variables kept aside, shortcodes turned into marks or gone."""
    placed = Placed()

    def known(found: re.Match[str]) -> str:
        value = values.get(found.group(1))
        return found.group(0) if value is None else placed.keep(value)

    text = _ESCAPED.sub(lambda found: placed.keep(f"{{{{{found[1]} {found[2]} {found[3]}}}}}"), text)
    text = _PARAM.sub(lambda found: placed.keep(values.get(found.group(1), found.group(0))), text)
    text = _PERCENT.sub(known, _BRACES.sub(known, text))
    text = _NOTE.sub(_note, text)
    placed.text = _SHORTCODE.sub("", text)
    return placed


def _note(found: re.Match[str]) -> str:
    if found.group(2):
        return f"\n{NOTE_MARK} end\n"
    title = _TITLE.search(found.group(4))
    return f"\n{NOTE_MARK} {found.group(3)} {title.group(1) if title else ''}\n"
