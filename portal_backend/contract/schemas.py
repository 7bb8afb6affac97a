"""The shapes of what the REST API takes and answers, as JSON Schemas that refer to each other by OpenAPI paths.

What the field sends is required; what only this portal adds is described and not required, so that the same schemas
hold any portal's answers. Unknown keys are allowed: releases add them.
"""

from typing import Any

from portal_backend.contract.wire import USER_ID_MAX_LENGTH, EnvironmentState, SessionState

Schema = dict[str, Any]
PLACE = "#/components/schemas/"

_TEXT: Schema = {"type": "string"}
_STORABLE: Schema = {"type": "string", "pattern": r"^[^\x00]*$"}
_LINE: Schema = {"type": "string", "pattern": r"^[^\x00-\x1f\x7f]*$"}
_PARAMETER: Schema = {"type": "string", "pattern": r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$", "maxLength": 4096}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_LABELS: Schema = {"type": "object", "additionalProperties": {"type": "string"}}
_TEXTS: Schema = {"type": "array", "items": {"type": "string"}}


def ref(name: str) -> Schema:
    """Return the reference to a schema of `SCHEMAS`."""
    return {"$ref": PLACE + name}


def rooted(name: str) -> Schema:
    """Return a schema of `SCHEMAS` as a document of its own, with all it refers to."""
    return {**ref(name), "components": {"schemas": SCHEMAS}}


def _object(says: str, required: Schema, **optional: Schema) -> Schema:
    return {
        "type": "object",
        "description": says,
        "required": list(required),
        "properties": {**required, **optional},
    }


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


_CLOCK: Schema = {"expires": ref("Time"), "countdown": _COUNT, "extendable": {"type": "boolean"}}
_NUMBERS: Schema = {
    "duration": {**_COUNT, "description": "Whole seconds a session lasts, 0 when it never expires."},
    "capacity": _COUNT,
    "reserved": _COUNT,
    "allocated": _COUNT,
    "available": {**_COUNT, "description": "Spares ready now, never more than `reserved`."},
}
_STATE: Schema = {"type": "string", "enum": [str(state) for state in EnvironmentState]}
_WORKSHOP: Schema = {
    **{name: _TEXT for name in ("name", "title", "description", "vendor")},
    "authors": _TEXTS,
    **{name: _TEXT for name in ("difficulty", "duration")},
    "tags": _TEXTS,
    "labels": _LABELS,
    "logo": _TEXT,
    "url": _TEXT,
}
_WORKSHOP_EXTRA: Schema = {
    "id": {"type": "string", "description": "Stable for a workshop; sent by this portal and the Learning Center."},
    "resource": _TEXT,
}
_SCHEDULE: Schema = {
    "status": {"type": "string", "enum": [str(state) for state in SessionState]},
    "started": _or_null(ref("Time")),
    "expires": _or_null(ref("Time")),
    "expiring": {"type": "boolean"},
}
_COUNTING: Schema = {"countdown": _COUNT, "extendable": {"type": "boolean"}}

SCHEMAS: dict[str, Schema] = {
    "Time": {
        "type": "string",
        "description": "UTC, ISO 8601 with milliseconds and `Z`.",
        "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$",
        "examples": ["2026-11-22T09:30:00.000Z"],
    },
    "Error": _object(
        "What went wrong: the text the field's clients know, a kebab-case code, and when to try again.",
        {"error": {"type": "string", "minLength": 1}, "reason": {"type": "string", "pattern": "^[a-z0-9-]+$"}},
        retry_after={"type": "integer", "minimum": 1, "description": "Seconds; the same as `Retry-After`."},
    ),
    "OAuthError": _object(
        "What went wrong, in the words of RFC 6749.",
        {"error": {"type": "string", "minLength": 1}},
        error_description=_TEXT,
        reason=_TEXT,
        retry_after={"type": "integer", "minimum": 1},
    ),
    "Token": _object(
        "An access token, and what renews it; a client's own token has nothing that renews it.",
        {
            "access_token": {"type": "string", "minLength": 1},
            "expires_in": {"type": "integer", "minimum": 1},
            "token_type": {"type": "string", "enum": ["Bearer"]},
            "scope": _TEXT,
        },
        refresh_token={"type": "string", "minLength": 1},
    ),
    "Portal": _object(
        "The portal.",
        {
            "name": _TEXT,
            "labels": _LABELS,
            "uid": _TEXT,
            "generation": _COUNT,
            "url": _TEXT,
            "sessions": _object(
                "Limits (0: none) and how many sessions have an owner.",
                {"maximum": _COUNT, "registered": _COUNT, "anonymous": _COUNT, "allocated": _COUNT},
            ),
        },
    ),
    "Workshop": _object("A workshop.", _WORKSHOP, **_WORKSHOP_EXTRA),
    "OfferedWorkshop": _object(
        "A workshop with the environment that offers it.",
        {**_WORKSHOP, "environment": _object("The environment.", {"name": _TEXT, "state": _STATE, **_NUMBERS})},
        **_WORKSHOP_EXTRA,
    ),
    "Environment": _object(
        "A workshop environment.",
        {"name": _TEXT, "state": _STATE, "workshop": ref("Workshop"), **_NUMBERS},
        sessions={"type": "array", "items": ref("ListedSession")},
    ),
    "ListedSession": _object(
        "A session as the catalog lists it; the last three keys only when it expires.",
        {"name": _TEXT, "state": _SCHEDULE["status"], "namespace": _TEXT, "user": _TEXT, "started": ref("Time")},
        **_CLOCK,
    ),
    "OwnSession": _object(
        "A session as its owner's list tells of it; the last three keys only when it expires.",
        {
            **{name: _TEXT for name in ("name", "namespace", "workshop", "environment")},
            "started": ref("Time"),
        },
        **_CLOCK,
    ),
    "EnvironmentCatalog": _object(
        "The portal and its environments.",
        {"portal": ref("Portal"), "environments": {"type": "array", "items": ref("Environment")}},
    ),
    "WorkshopCatalog": _object(
        "The portal and its workshops.",
        {"portal": ref("Portal"), "workshops": {"type": "array", "items": ref("OfferedWorkshop")}},
    ),
    "AllocatedSession": _object(
        "A session, and the path a browser activates it by.",
        {
            "name": _TEXT,
            "session": {"type": "string", "description": "The same as `name`; deprecated."},
            "user": {"type": "string", "minLength": 1, "maxLength": USER_ID_MAX_LENGTH},
            "url": {"type": "string", "pattern": "^/"},
            **{name: _TEXT for name in ("workshop", "environment", "namespace")},
        },
    ),
    "UserSessions": _object(
        "The live sessions of a user.", {"user": _TEXT, "sessions": {"type": "array", "items": ref("OwnSession")}}
    ),
    "Schedule": _object("A session's clock; the last two keys only when it expires.", _SCHEDULE, **_COUNTING),
    "ExtendedSchedule": _object(
        "A session's clock, and whether more time was just given.",
        {**_SCHEDULE, "extended": {"type": "boolean"}},
        **_COUNTING,
    ),
    "EndedSession": _object("When an ended session was.", {"started": ref("Time"), "expires": ref("Time")}),
    "SessionConfig": _object("Where a session is worked in.", {"url": _TEXT, "password": _TEXT}),
    "Authorization": _object(
        "Whose session it is, and who asks.", {"owner": _TEXT, "user": _TEXT, "staff": {"type": "boolean"}}
    ),
    "Empty": {"type": "object", "maxProperties": 0},
    "Parameters": _object(
        "Values for parameters the Workshop declares; and what names a person, which no log keeps here.",
        {},
        user={**_LINE, "maxLength": USER_ID_MAX_LENGTH},
        email={
            "type": "string",
            "maxLength": 254,
            "pattern": r"^([A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*)?$",
        },
        first_name={**_LINE, "maxLength": 150},
        last_name={**_LINE, "maxLength": 150},
        parameters={
            "type": "array",
            "items": _object("One parameter.", {"name": {**_LINE, "minLength": 1}}, value=_PARAMETER),
        },
    ),
    "Event": _object(
        "Something that happened in a session.",
        {
            "event": _object(
                "The event.",
                {"name": {**_STORABLE, "minLength": 1, "maxLength": 150}},
                data={"type": ["object", "null"]},
            )
        },
    ),
    "Health": _object("The process answers.", {"status": _TEXT}),
    "Readiness": _object("Whether sessions can be given out.", {"status": _TEXT, "parts": _LABELS}),
}
