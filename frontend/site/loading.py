"""Reads `site.yaml` into a Site, or into every problem with it: file, line, column, and what to type instead.

Values are taken as they are written, so that a name such as `1.10` or `no` stays a name; a key without a value
counts as left out.
"""

import re
import types
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from frontend.site.leaving_out import Entries, KeyPath, in_file, without
from frontend.site.model import Site
from portal_backend.contract.documents import Document, Problem, nearest, read_document
from portal_backend.contract.problems import error, errors, in_reading_order
from portal_backend.contract.templating import template_in_file

MOST_FAULTS = 100
_COMMENTED_COLOUR = re.compile(r":\s+#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})\s*$")
_EXPECTED = {
    "string_type": "expected text",
    "model_type": "expected keys and values, one a line",
    "dict_type": "expected keys and values, one a line",
    "tuple_type": "expected a list, each entry on a line that begins with -",
    "bool_parsing": "expected true or false",
    "bool_type": "expected true or false",
    "int_parsing": "expected a whole number",
    "int_parsing_size": "expected a smaller number",
    "int_type": "expected a whole number",
    "string_too_short": "expected some text",
}


@dataclass(frozen=True)
class Loaded:
    """The site, or None with the reasons; warnings may stand beside a site. `document` has the place of each value."""

    site: Site | None
    problems: tuple[Problem, ...] = ()
    document: Document | None = None


def load(source: Path | str, file: str = "site.yaml") -> Loaded:
    """Return the site a file (a Path) or a text (a str, told as `file`) describes, or every problem with it."""
    document = read_document(source, file)
    template = template_in_file([document])
    if template is not None:
        return Loaded(None, (template,), document=document)
    problems = list(document.problems)
    values = _as_written(document, document.value, (), problems)
    rest = None
    if document.readable or document.value is not None:
        rest = _judge(document, {} if values is None else values, problems)
    found = tuple(in_reading_order(problems))
    return Loaded(None if errors(found) else rest, found, document)


def _judge(document: Document, values: Any, problems: list[Problem]) -> Site:
    """Return the site that is left once faulty parts are left out, and collect what was wrong with each of them.

    What concerns several values at once is only judged when each of them is right: hence the rounds.
    """
    gone: set[KeyPath] = set()
    while True:
        try:
            return Site.model_validate({} if values is None else values)
        except ValidationError as fault:
            items = fault.errors(include_url=False)
        first = [(dict(item), in_file(values, item["loc"])) for item in items[:MOST_FAULTS]]
        problems += [_problem(document, item, place) for item, place in first if place not in gone]
        if len(items) > MOST_FAULTS:
            text = f"there are {len(items) - MOST_FAULTS} more problems, which are not told until some are solved"
            problems.append(error(document.where(), text))
            return Site()
        gone.update(place for _, place in first)
        values = without(values, [item["loc"][:-1] if item["type"] == "missing" else item["loc"] for item in items])


def _as_written(document: Document, value: Any, path: KeyPath, problems: list[Problem]) -> Any:
    """Return the value with each scalar as its text and without the keys that have no value."""
    if isinstance(value, dict):
        for key in (key for key in value if value[key] is None):
            problems += _commented_out(document, (*path, key))
        kept = {key: inner for key, inner in value.items() if inner is not None}
        return {key: _as_written(document, inner, (*path, key), problems) for key, inner in kept.items()}
    if isinstance(value, list):
        return Entries(_as_written(document, inner, (*path, place), problems) for place, inner in enumerate(value))
    if value is None:
        return None
    written = document.written(path)
    return written if written is not None else str(value)


def _commented_out(document: Document, path: KeyPath) -> list[Problem]:
    at = document.where_key(path)
    if not _COMMENTED_COLOUR.search(document.source.line(at.line)):
        return []
    return [error(at, f"{path[-1]} has no value: a bare # begins a comment", "put the colour in quotes")]


def _problem(document: Document, item: Mapping[str, Any], path: KeyPath) -> Problem:
    match item["type"]:
        case "extra_forbidden":
            return _unknown_key(document, path)
        case "missing":
            return error(document.where(path[:-1]), f"{path[-1]} is missing", f"add a line {path[-1]}: …")
        case _:
            return error(document.where(path), f"{_called(path)}: {_expectation(item)}{_found(item['input'])}")


def _unknown_key(document: Document, path: KeyPath) -> Problem:
    known = _keys_at(path[:-1])
    close = nearest(str(path[-1]), known)
    hint = f"did you mean {close}?" if close else f"known here: {', '.join(known)}"
    return error(document.where_key(path), f"{path[-1]} is not a key {_inside(path[:-1])}", hint)


def _keys_at(path: KeyPath) -> list[str]:
    """Return the keys the model knows at `path`."""
    place: Any = Site
    for step in path:
        if isinstance(place, type) and issubclass(place, BaseModel):
            fields = {field.alias or name: field.annotation for name, field in place.model_fields.items()}
            place = _plain(fields[str(step)])
        else:
            place = _plain(get_args(place)[-1 if get_origin(place) is dict else 0])
    return [field.alias or name for name, field in place.model_fields.items()]


def _plain(annotation: Any) -> Any:
    """Return the type without `| None`."""
    arms = [arm for arm in get_args(annotation) if arm is not type(None)]
    return arms[0] if get_origin(annotation) in (Union, types.UnionType) else annotation


def _expectation(item: Mapping[str, Any]) -> str:
    context = item.get("ctx") or {}
    match item["type"]:
        case "value_error":
            return str(context["error"])
        case "literal_error":
            return f"expected {context['expected']}".replace("'", "")
        case "string_too_long":
            return f"expected at most {context['max_length']} characters"
        case "string_pattern_mismatch" if str(context["pattern"]).startswith("^[A-Z]"):
            return "expected capital letters, digits and underscores"
        case "string_pattern_mismatch" if str(context["pattern"]).startswith("^[A-Za-z"):
            return "expected letters, digits, underscores, dots and dashes"
        case "string_pattern_mismatch":
            return "expected small letters, digits, dots and dashes"
        case "greater_than_equal" | "less_than_equal":
            return f"expected a number {'from' if 'ge' in context else 'up to'} {context.get('ge', context.get('le'))}"
        case known:
            return _EXPECTED.get(known, f"not usable ({item['msg']})")


def _found(value: Any) -> str:
    if isinstance(value, str) and value:
        shown = value if len(value) <= 60 else value[:59] + "…"
        return f", found {shown!r}"
    if isinstance(value, tuple):
        return ", found a list"
    return ""


def _called(path: KeyPath) -> str:
    names = [str(step) for step in path if not isinstance(step, int)]
    return ".".join(names) if names else "the file"


def _inside(path: KeyPath) -> str:
    return f"of {_called(path)}" if path else "of site.yaml"
