"""`/openapi.json`: the REST API described for programs, made from the routes themselves and what is said of each.

Path, methods and first sentence come from the routes and their docstrings, so a description cannot name what is not
there; a test holds that every route has one.
"""

import inspect
import re
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from typing import Any

from flask import Blueprint, Flask, current_app
from flask.typing import ResponseReturnValue
from werkzeug.routing import Rule

from portal_backend.api import openapi_browsers, openapi_operations
from portal_backend.api.openapi_parts import OTHERWISE, Json, Operation
from portal_backend.contract.schemas import SCHEMAS
from portal_backend.contract.wire import TOKEN
from portal_backend.running import settings

DOCUMENT = "/openapi.json"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_INTRODUCTION = (
    "The REST API of the Educates training portal, and of the VMware Learning Center before it, as this portal answers "
    "it. Times are UTC, ISO 8601 with milliseconds and `Z`. Every path works with and without its final slash and with "
    'doubled slashes. An empty query value means "not given".'
)
_TAGS = {
    "OAuth2": "Logging in (RFC 6749) and out (RFC 7009).",
    "Catalog": "What the portal offers.",
    "Environments": "One offer of a workshop, and sessions in it.",
    "Users": "What a user has.",
    "Sessions": "One session, for the robot, its owner's token or staff.",
    "Browsers": "Links, pages and ways back of the people who work in sessions; their signed cookie says who they are.",
    "Health": "Whether the portal works, and what it answers.",
}
OPERATIONS = {**openapi_operations.OPERATIONS, **openapi_browsers.OPERATIONS}
"""Everything described, by the name of its view."""

blueprint = Blueprint("api_openapi", __name__)


@blueprint.get(DOCUMENT)
def document() -> ResponseReturnValue:
    """Return this description."""
    return described(current_app, settings().url)


def described(app: Flask, url: str) -> Json:
    """Return the OpenAPI 3.1 document of `app`, reached at `url`."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Training portal",
            "version": version("workshop-index"),
            "description": _INTRODUCTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": url}],
        "tags": [{"name": name, "description": says} for name, says in _TAGS.items()],
        "paths": _paths(app),
        "components": {"schemas": SCHEMAS, "securitySchemes": _security(url)},
    }


def routes(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Yield every route and method of the REST API, in the order of the description."""
    order = {name: place for place, name in enumerate(OPERATIONS)}
    rules = (rule for rule in app.url_map.iter_rules() if rule.endpoint in OPERATIONS)
    for rule in sorted(rules, key=lambda each: order[each.endpoint]):
        for method in METHODS:
            if method in (rule.methods or ()):
                yield rule, method


def openapi_path(rule: Rule) -> str:
    """Return a route as OpenAPI writes it."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)


def _paths(app: Flask) -> Json:
    paths: Json = {}
    for rule, method in routes(app):
        says = inspect.getdoc(app.view_functions[rule.endpoint]) or ""
        item = paths.setdefault(openapi_path(rule), {})
        item[method.lower()] = _operation(OPERATIONS[rule.endpoint], rule.endpoint, method, says.partition("\n")[0])
    return paths


def _operation(known: Operation, endpoint: str, method: str, says: str) -> Json:
    answers = {str(status): answer for status, answer in known.answers.items()}
    found: Json = {
        "operationId": f"{endpoint.removeprefix('api_').replace('.', '_')}_{method.lower()}",
        "tags": [known.tag],
        "summary": says.rstrip("."),
        "description": f"{says} {known.more}".strip(),
        "security": known.security,
        "parameters": list(known.parameters),
        "responses": {**OTHERWISE, **answers},
    }
    return {**found, "requestBody": known.body} if known.body is not None and method == "POST" else found


@cache
def _security(url: str) -> dict[str, Any]:
    flows = {name: {"tokenUrl": url + TOKEN, "scopes": {}} for name in ("password", "clientCredentials")}
    return {
        "bearer": {"type": "http", "scheme": "bearer", "description": "An access token of `/oauth2/token/`."},
        "client": {"type": "http", "scheme": "basic", "description": "The id and the secret of an OAuth2 client."},
        "oauth2": {
            "type": "oauth2",
            "description": "Where a bearer token comes from.",
            "flows": {name: {**flow, "refreshUrl": url + TOKEN} for name, flow in flows.items()},
        },
    }
