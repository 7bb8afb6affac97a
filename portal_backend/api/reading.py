"""Reads what a client sends: query parameters and JSON bodies, each checked once; every refusal is an ApiError.

An empty value means "not given", and of a repeated one the last counts. Control characters in a path or a query never
get here (see `portal_backend.paths`); in a body, what no store can hold is refused.
"""

import json
import re
import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from flask import request

from portal_backend.contract.urls import parse_http_url
from portal_backend.contract.wire import (
    DEFAULT_ACTIVATION_SECONDS,
    NEWCOMER_HEADER,
    USER_ID_MAX_LENGTH,
    EnvironmentState,
)
from portal_backend.errors import ApiError

LONGEST_TIMEOUT = 86400
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)*\Z")
_LABEL = re.compile(r"labels\[(.+)\]\Z")
_NEWCOMERS = uuid.UUID("5f2dd5a4-6b0a-4c43-8f4e-0b2a54c3f1b7")
_LONGEST_NAME = 150
_LONGEST_EMAIL = 254
_LONGEST_EVENT_NAME = 150
_LONGEST_PARAMETER = 4096
_TRUE = frozenset({"true", "1"})
Given = Callable[..., str | None]
"""Returns what a request says under the first of these names it uses, or None."""


def text(*names: str) -> str | None:
    """Return the query parameter `names[0]`, or else one of its older names, or None when not given."""
    for name in names:
        values = request.args.getlist(name)
        if values and values[-1].strip():
            return values[-1].strip()
    return None


def given(*names: str) -> str | None:
    """Return what a request for a session says: in its address, or in its JSON body, which no log keeps."""
    said = text(*names)
    if said is not None:
        return said
    body = _json()
    values = [body[name] for name in names if body.get(name) is not None] if isinstance(body, dict) else []
    told = [str(value) if isinstance(value, int) and not isinstance(value, bool) else value for value in values]
    if not all(_is_line(value) for value in told):
        raise ApiError(400, "Malformed JSON request payload", "malformed-body")
    return next((value.strip() for value in told if value.strip()), None)


def flag(name: str) -> bool:
    """Whether the query parameter says `true` or `1`."""
    return (text(name) or "").lower() in _TRUE


def states() -> frozenset[EnvironmentState]:
    """Return the environment states asked for; what is not a state counts as not asked, and the default is RUNNING."""
    wanted = {value.strip().upper() for value in request.args.getlist("state")}
    found = frozenset(state for state in EnvironmentState if state in wanted)
    return found or frozenset({EnvironmentState.RUNNING})


def names() -> tuple[str, ...]:
    """Return the workshop names asked for, none for all."""
    return tuple(value for value in request.args.getlist("name") if value)


def labels() -> dict[str, str]:
    """Return the labels asked for as `labels[key]=value`."""
    found = ((match[1], name) for name in request.args if (match := _LABEL.match(name)))
    return {key: value for key, name in found if (value := request.args.getlist(name)[-1])}


def user(given: Given = given) -> str | None:
    """Return the user id given; raises ApiError when it cannot be one."""
    value = given("user")
    if value is not None and len(value) > USER_ID_MAX_LENGTH:
        raise ApiError(400, f"The user id is longer than {USER_ID_MAX_LENGTH} characters", "invalid-user")
    return value


def newcomer() -> str | None:
    """Return the user id of a newcomer whose requests carry a key, always the same for the same key, or None."""
    key = request.headers.get(NEWCOMER_HEADER, "").strip()
    return str(uuid.uuid5(_NEWCOMERS, key)) if key else None


def person(*names: str, given: Given = given) -> str:
    """Return a first or last name, empty when not given; raises ApiError when it is too long."""
    value = given(*names) or ""
    if len(value) > _LONGEST_NAME:
        raise ApiError(400, f"The {names[0]} is longer than {_LONGEST_NAME} characters", "invalid-name")
    return value


def email(given: Given = given) -> str:
    """Return the e-mail address given, empty when not; raises ApiError when it cannot be one."""
    value = given("email") or ""
    if value and (len(value) > _LONGEST_EMAIL or not _EMAIL.match(value)):
        raise ApiError(400, "Invalid email address", "invalid-email")
    return value


def address(reason: str, *names: str, given: Given = given) -> str | None:
    """Return an http(s) address, or None when not given; raises ApiError when it may not be redirected or posted to."""
    value = given(*names)
    if value is None:
        return None
    clean = parse_http_url(value)
    if clean is None:
        raise ApiError(400, f"The {names[0]} is not an http or https URL", reason)
    return clean


def timeout(given: Given = given) -> timedelta:
    """Return the activation window, zero for none; raises ApiError when it is not a sensible number of seconds."""
    value = given("timeout") or str(DEFAULT_ACTIVATION_SECONDS)
    if value.isascii() and value.isdigit() and len(value) < 9 and int(value) <= LONGEST_TIMEOUT:
        return timedelta(seconds=int(value))
    raise ApiError(400, f"The timeout is not a whole number from 0 to {LONGEST_TIMEOUT} seconds", "invalid-timeout")


def parameters() -> dict[str, str]:
    """Return the parameters of the JSON body, none for an empty body; raises ApiError when it has another shape."""
    body = _json()
    if body is None:
        return {}
    items = body.get("parameters", []) if isinstance(body, dict) else None
    if not isinstance(items, list) or not all(_is_parameter(item) for item in items):
        raise ApiError(400, "Malformed JSON request payload", "malformed-body")
    return {item["name"]: item["value"] for item in items if "value" in item}


def event() -> tuple[str, Mapping[str, Any]]:
    """Return the name and the data of the event in the body; raises ApiError when there is none."""
    body = _json() if request.mimetype == "application/json" else None
    found = body.get("event") if isinstance(body, dict) else None
    if not isinstance(found, dict) or not _is_event(found.get("name"), found.get("data", {})):
        raise ApiError(400, "No event data provided", "no-event-data")
    return found["name"], found.get("data") or {}


def _json() -> Any:
    raw = request.get_data(cache=True, parse_form_data=False)
    if not raw.strip():
        return None
    try:
        body = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ApiError(400, "Invalid JSON request payload", "invalid-json") from error
    if body is None:
        raise ApiError(400, "Malformed JSON request payload", "malformed-body")
    return body


def _is_parameter(item: object) -> bool:
    if not isinstance(item, dict):
        return False
    name, value = item.get("name"), item.get("value", "")
    return bool(name) and _is_line(name) and _is_text(value) and not _odd(value)


def _is_event(name: object, data: object) -> bool:
    return isinstance(name, str) and 0 < len(name) <= _LONGEST_EVENT_NAME and _is_text(name) and _is_data(data)


def _is_data(data: object) -> bool:
    return data is None or isinstance(data, dict)


def _odd(value: str) -> bool:
    """Whether a parameter is longer than any is meant to be, or holds what a terminal would obey."""
    return len(value) > _LONGEST_PARAMETER or not _is_line(re.sub(r"[\t\r\n]", "", value))


def _is_line(value: object) -> bool:
    return _is_text(value) and not any(ord(c) < 32 or ord(c) == 127 for c in str(value))


def _is_text(value: object) -> bool:
    """Whether `value` is text every store can hold: no NUL and no half of a surrogate pair."""
    return isinstance(value, str) and "\0" not in value and not any(0xD800 <= ord(c) <= 0xDFFF for c in value)
