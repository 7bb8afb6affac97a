"""The parts operations are described with: parameters, bodies, answers, and ways to prove who asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal_backend.contract.schemas import ref
from portal_backend.contract.wire import EnvironmentState

Json = dict[str, Any]
BEARER: list[Json] = [{"bearer": []}]
BEARER_OR_NONE: list[Json] = [{"bearer": []}, {}]
CLIENT: list[Json] = [{"client": []}, {}]
NOBODY: list[Json] = []
TEXT = r"^[^\x00-\x1f\x7f]*$"
ADDRESS = r"^(https?://[a-z0-9-]+(\.[a-z0-9-]+)*(:[1-9][0-9]{0,3})?(/[A-Za-z0-9._~%/?=&#-]*)?)?$"
EMAIL = r"^([^@\s\x00-\x1f\x7f-\x9f]+@[^@\s.\x00-\x1f\x7f-\x9f]+(\.[^@\s.\x00-\x1f\x7f-\x9f]+)*)?$"
_KEY = r"^[A-Za-z0-9./_-]+$"
_NAME = r"^[^\x00-\x1f\x7f/]+$"


@dataclass(frozen=True)
class Operation:
    """One method of one route; path, method and first sentence come from the code itself."""

    tag: str
    answers: Mapping[int, Json]
    security: list[Json]
    parameters: tuple[Json, ...] = ()
    body: Json | None = None
    more: str = ""


def query(name: str, says: str, schema: Json | None = None, example: object = None, **more: Any) -> Json:
    """Return a query parameter; every one may be left out, and an empty value means the same."""
    found: Json = {
        "name": name,
        "in": "query",
        "description": says,
        "required": False,
        "allowEmptyValue": True,
        "schema": schema or {"type": "string", "pattern": TEXT},
        **more,
    }
    return found if example is None else {**found, "example": example}


def header(name: str, says: str, example: str) -> Json:
    """Return a header that may be left out."""
    schema: Json = {"type": "string", "pattern": "^[!-~]*$", "maxLength": 255}
    return {"name": name, "in": "header", "description": says, "required": False, "schema": schema, "example": example}


def path(name: str, says: str, example: str) -> Json:
    """Return a path parameter."""
    schema: Json = {"type": "string", "minLength": 1, "pattern": _NAME}
    return {"name": name, "in": "path", "description": says, "required": True, "schema": schema, "example": example}


def gives(schema: str, says: str, example: object = None, headers: Json | None = None) -> Json:
    """Return an answer with a JSON body."""
    media: Json = {"schema": ref(schema)}
    if example is not None:
        media["example"] = example
    found: Json = {"description": says, "content": {"application/json": media}}
    return {**found, "headers": headers} if headers else found


def refuses(says: str, error: str, reason: str, **headers: Json) -> Json:
    """Return a refusal in the one shape of errors."""
    example = {"error": error, "reason": reason}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return gives("Error", says, example, named or None)


def oauth_refuses(says: str, error: str, **headers: Json) -> Json:
    """Return a refusal in the words of RFC 6749."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return gives("OAuthError", says, {"error": error}, named or None)


def page(says: str) -> Json:
    """Return an answer that is a page for a person."""
    return {"description": says, "content": {"text/html": {"schema": {"type": "string"}}}}


def no_page(says: str, **headers: Json) -> Json:
    """Return an error that is a page for a person, and JSON for a program where no page is at the address."""
    found = page(says)
    found["content"]["application/json"] = {"schema": ref("Error")}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return {**found, "headers": named} if named else found


def header_of(says: str, required: bool = False) -> Json:
    """Return a header of an answer."""
    return {"description": says, "schema": {"type": "string"}, "required": required}


def form(schema: Json, example: Json) -> Json:
    """Return a form as a body."""
    return {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": schema, "example": example}}}


def json_body(schema: str, example: object, required: bool) -> Json:
    """Return a JSON body."""
    return {"required": required, "content": {"application/json": {"schema": ref(schema), "example": example}}}


CHALLENGE = {"WWW_Authenticate": header_of("How to log in.", required=True)}
PAUSE = {"Retry_After": header_of("Seconds until it is worth asking again.")}

UNAUTHORIZED = refuses(
    "No token was sent, or it is unknown, expired or revoked.", "A bearer token is needed", "token-missing", **CHALLENGE
)
NOT_ROBOT = refuses("Only the robot may ask.", "Session requests not permitted", "not-permitted")
NOT_YOURS = refuses("The session is another user's.", "Access to session not permitted", "not-permitted")
NO_SESSION = refuses("There is no live session of that name.", "Session does not exist", "no-such-session")
NOT_IN_USE = refuses(
    "The session is a spare that nobody owns.", "Session is not currently in use", "session-not-in-use"
)
MALFORMED = refuses("The request cannot be understood.", "Bad Request", "bad-request")
OTHERWISE = {
    "404": refuses("The address leads nowhere.", "Not Found", "not-found"),
    "405": refuses(
        "The method does not fit.",
        "Method Not Allowed",
        "method-not-allowed",
        Allow=header_of("The methods that do."),
    ),
    "413": refuses("The body is larger than 1 MiB.", "Request Entity Too Large", "request-entity-too-large"),
    "429": refuses("That was too much in a short time.", "Too Many Requests", "too-many-requests", **PAUSE),
    "503": refuses("The store does not answer at the moment.", "Service Unavailable", "service-unavailable", **PAUSE),
}

SESSION = path("name", "The session's name.", "workshops-w01-s001")
ENVIRONMENT = path("name", "The environment's name.", "workshops-w01")
USER = path("user", "The user id, percent-encoded.", "ann@example.com")
SESSIONS = query("sessions", "`true` or `1` adds the sessions; for the robot only.", example="true")
FILTERS = (
    query(
        "state",
        "States to list, in any case; may repeat. Unknown or not given: `RUNNING`. Only the robot may widen it.",
        {"type": "array", "items": {"type": "string", "pattern": TEXT}},
        [str(EnvironmentState.RUNNING)],
        explode=True,
    ),
    query(
        "name",
        "Workshop names or aliases to list; may repeat.",
        {"type": "array", "items": {"type": "string", "pattern": TEXT}},
        ["git-history"],
        explode=True,
    ),
    {
        "name": "labels",
        "in": "query",
        "description": "`labels[key]=value` lists workshops with that label; several must all fit.",
        "required": False,
        "style": "deepObject",
        "explode": True,
        "schema": {
            "type": "object",
            "propertyNames": {"pattern": _KEY},
            "additionalProperties": {"type": "string", "pattern": TEXT},
        },
        "example": {"topic": "basics"},
    },
)
