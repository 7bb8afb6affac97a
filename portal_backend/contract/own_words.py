"""Reads what an owner says in place of the built-in words: a file of `texts/`, the built-in English text as key.

A line that cannot be used is left out, with a problem that says where and why; the built-in words stand in its place.
"""

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel import Locale

from portal_backend.contract.documents import Document, KeyPath, read_document
from portal_backend.contract.languages import OwnWords, locale_of, texts
from portal_backend.contract.problems import Position, Problem, error, nearest, shown, warning

FOLDER = "texts"
_SUFFIX = ".yaml"
_LONGEST = 2000
_OTHER = "other"
_NUMBER = "n"
_LIST = "workshop-index texts lists them all"


@dataclass(frozen=True)
class OwnFile:
    """One file of own words: what of it can be used, None when nothing could be read, and what is wrong with it."""

    words: OwnWords | None
    problems: tuple[Problem, ...] = ()


def files_of(folder: Path) -> list[Path]:
    """Return the files of own words in a folder, in order; none when there is no such folder."""
    return sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []


def language_of(path: Path) -> Locale | None:
    """Return the language whose words a file holds by its name, `pt-br.yaml`; None for a name that says none."""
    try:
        return locale_of(path.stem) if path.suffix == _SUFFIX else None
    except ValueError:
        return None


def read_own_words(source: Path | str, locale: Locale, file: str = "") -> OwnFile:
    """Return the words a file (a Path) or a text (a str, told as `file`) has for `locale`, with every problem."""
    document = read_document(source, file)
    problems = list(document.problems)
    if document.value is None:
        return OwnFile(None if problems else {}, tuple(problems))
    if not isinstance(document.value, dict):
        hint = 'begin each line with a built-in text, such as "Start": "Go"'
        return OwnFile(None, (*problems, error(document.where(), "expected texts with the words for them", hint)))
    words: dict[str, str | Mapping[str, str]] = {}
    for text in document.value:
        problems += _taken(document, text, locale, words)
    return OwnFile(words, tuple(problems))


def misnamed(path: Path) -> Problem:
    """Return the problem of a file whose name says no language."""
    return warning(Position(str(path)), "this is not read: its name says no language", "call it de.yaml, or pt-br.yaml")


def _taken(document: Document, text: str, locale: Locale, words: dict[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with the words for one text, and put what can be used of them into `words`."""
    value, path = document.value[text], (text,)
    if value is None:
        return
    if text not in texts():
        yield warning(document.where_key(path), f"no page says {shown(text)}, so this has no effect", _meant(text))
        return
    many = texts()[text]
    faults: list[Problem] = []
    if isinstance(value, dict) and many:
        faults += _forms(document, path, locale)
    elif isinstance(value, dict | list):
        told = "expected words, or one, other and so on with words each" if many else "expected words"
        faults.append(error(document.where(path), f"{told}, found {shown(value)}"))
    else:
        faults += _sentence(document, path, fields(many or text))
    if not any(fault.severity == "error" for fault in faults):
        words[text] = _plain(document, path)
    yield from faults


def _forms(document: Document, path: KeyPath, locale: Locale) -> Iterator[Problem]:
    """Yield what is wrong with words that depend on a number."""
    (text,) = path
    many = fields(texts()[str(text)])
    known = sorted({*locale.plural_form.tags, _OTHER})
    given = document.at(path)
    for form in given:
        at = (*path, form)
        if form not in known:
            told = f"{form} is no form of {locale.get_display_name('en')}"
            yield error(document.where_key(at), told, f"it has {', '.join(known)}")
        elif isinstance(given[form], dict | list) or given[form] is None:
            yield error(document.where(at), f"expected words, found {shown(given[form])}")
        else:
            yield from _sentence(document, at, many, many if form == _OTHER else many - {_NUMBER})
    if _OTHER not in given:
        yield error(document.where_key(path), f"{_OTHER} is missing", f"add a line {_OTHER}: … for all other numbers")


def _sentence(
    document: Document, path: KeyPath, known: frozenset[str], needed: frozenset[str] | None = None
) -> Iterator[Problem]:
    """Yield what is wrong with words that may hold the values `known`, and should hold those `needed`."""
    at, words = document.where(path), _written(document, path)
    if not words:
        yield error(at, "expected some text", "remove the line for the built-in words")
        return
    if len(words) > _LONGEST:
        yield error(at, f"expected at most {_LONGEST} characters, found {len(words)}")
        return
    try:
        found = fields(words)
    except ValueError as fault:
        yield error(at, f"braces stand around a value, such as {{title}}; {fault}", _values(known))
        return
    for name in sorted(found - known):
        close = nearest(name, known)
        yield error(
            at, f"nothing stands here for {{{name}}}", f"did you mean {{{close}}}?" if close else _values(known)
        )
    for name in sorted((known if needed is None else needed) - found) if found <= known else ():
        yield warning(at, f"these words leave out {{{name}}}, which the built-in ones tell", _values(known))


def fields(words: str) -> frozenset[str]:
    """Return the names in braces; raises ValueError for braces that are no plain name."""
    found = set()
    for _, name, form, conversion in string.Formatter().parse(words):
        if name is not None and (form or conversion or not name.isidentifier()):
            raise ValueError(f"{{{name}}} is none")
        found |= {name} if name else set()
    if "{{" in words or "}}" in words:
        raise ValueError("double braces have no meaning")
    return frozenset(found)


def _plain(document: Document, path: KeyPath) -> str | dict[str, str]:
    value = document.at(path)
    if isinstance(value, dict):
        return {form: _written(document, (*path, form)) for form in value}
    return _written(document, path)


def _written(document: Document, path: KeyPath) -> str:
    written = document.written(path)
    return (written if written is not None else str(document.at(path))).strip()


def _values(known: frozenset[str]) -> str:
    return f"it can tell {', '.join(f'{{{name}}}' for name in sorted(known))}" if known else "it tells no values"


def _meant(text: str) -> str:
    singular = {many: one for one, many in texts().items() if many}
    close = singular.get(text) or nearest(text, texts())
    return f"did you mean {shown(close, 200)}?" if close else _LIST
