"""The REST API to read: the same description as `/openapi.json`, as a page without scripts."""

import json
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import Blueprint, current_app, make_response, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape

from portal_backend.api.openapi import DOCUMENT, described
from portal_backend.api.openapi_browsers import BROWSERS
from portal_backend.contract.schemas import PLACE
from portal_backend.running import settings

REFERENCE = "/reference/"
blueprint = Blueprint("reference", __name__)


@dataclass(frozen=True)
class Field:
    """A parameter or a field of a form."""

    name: str
    place: str
    says: Markup


@dataclass(frozen=True)
class Given:
    """One answer, by status."""

    status: str
    says: Markup
    shape: str


@dataclass(frozen=True)
class Entry:
    """One method of one path."""

    id: str
    method: str
    path: str
    says: Markup
    proof: str
    fields: tuple[Field, ...]
    answers: tuple[Given, ...]
    sent: str
    answered: str


@dataclass(frozen=True)
class Chapter:
    """What belongs together."""

    id: str
    title: str
    says: Markup
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Shape:
    """What a JSON value looks like."""

    name: str
    says: Markup
    schema: str


@dataclass(frozen=True)
class ReferencePage:
    """The whole reference."""

    title: str
    says: Markup
    document_url: str
    chapters: tuple[Chapter, ...]
    shapes: tuple[Shape, ...]


@blueprint.get(REFERENCE, strict_slashes=False)
def reference() -> ResponseReturnValue:
    """Show the REST API to a person."""
    return make_response(render_template("portal/reference.html", page=page_of(described(current_app, settings().url))))


def page_of(document: dict[str, Any]) -> ReferencePage:
    """Return the page that shows an OpenAPI document."""
    found = [
        (operation["tags"][0], _entry(path, method, operation))
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]
    told = {tag["name"]: tag["description"] for tag in document["tags"]}
    places = list(told)
    found.sort(key=lambda each: places.index(each[0]))
    chapters = tuple(
        Chapter(tag.lower(), tag, _words(told[tag]), tuple(entry for _, entry in entries))
        for tag, entries in groupby(found, key=lambda each: each[0])
    )
    return ReferencePage("REST API", _words(document["info"]["description"]), DOCUMENT, chapters, _shapes(document))


def _entry(path: str, method: str, operation: dict[str, Any]) -> Entry:
    content = operation.get("requestBody", {}).get("content", {})
    sent = next((media.get("example") for media in content.values()), None)
    answered = _media(next(iter(_successes(operation)), {})).get("example")
    return Entry(
        id=operation["operationId"].replace("_", "-"),
        method=method.upper(),
        path=path,
        says=_words(operation["description"]),
        proof=_proof(operation),
        fields=tuple(Field(each["name"], each["in"], _words(each["description"])) for each in operation["parameters"]),
        answers=tuple(_given(status, answer) for status, answer in sorted(operation["responses"].items())),
        sent=_pretty(sent),
        answered=_pretty(answered),
    )


def _successes(operation: dict[str, Any]) -> list[dict[str, Any]]:
    return [answer for status, answer in operation["responses"].items() if status.startswith("2")]


def _media(answer: dict[str, Any]) -> dict[str, Any]:
    return next(iter(answer.get("content", {}).values()), {})


def _given(status: str, answer: dict[str, Any]) -> Given:
    shape = str(_media(answer).get("schema", {}).get("$ref", "")).removeprefix(PLACE)
    return Given(status, _words(answer["description"]), shape)


def _proof(operation: dict[str, Any]) -> str:
    """Return by what the portal knows who asks."""
    security = operation["security"]
    names = {name for way in security for name in way}
    words = {"bearer": "a bearer token", "client": "the OAuth2 client"}
    told = " or ".join(words[name] for name in sorted(names)) or "nothing"
    if operation["tags"] == [BROWSERS]:
        return "the browser's cookie, where it has one"
    return f"{told}, or nothing" if {} in security and "bearer" in names else told


def _shapes(document: dict[str, Any]) -> tuple[Shape, ...]:
    schemas = document["components"]["schemas"]
    return tuple(
        Shape(
            name,
            _words(schema.get("description", "")),
            _pretty({k: v for k, v in schema.items() if k != "description"}),
        )
        for name, schema in schemas.items()
    )


def _words(text: str) -> Markup:
    """Return a description with what stands between backticks as code."""
    parts = text.split("`")
    marked = (Markup("<code>{}</code>").format(part) if at % 2 else escape(part) for at, part in enumerate(parts))
    return Markup("").join(marked)


def _pretty(value: object) -> str:
    return "" if value is None else json.dumps(value, indent=2, ensure_ascii=False)
