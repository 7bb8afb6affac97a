"""Rows to the domain's values and back; JSON documents are read once and kept, since they seldom change."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter

from portal_backend.domain.activation import Tokens
from portal_backend.domain.environment import Environment, Portal, Workshop
from portal_backend.domain.schedule import Terms
from portal_backend.domain.session import Session
from portal_backend.store.tables import environments, portal, sessions

_PORTAL = TypeAdapter(Portal)
_WORKSHOP = TypeAdapter(Workshop)

_TERMS = [field.name for field in fields(Terms)]
_SESSION_FIELDS = [field.name for field in fields(Session)]
_PARAMETERS = _SESSION_FIELDS.index("parameters")
_ENVIRONMENT_FIELDS = [n for field in fields(Environment) for n in (_TERMS if field.name == "terms" else [field.name])]

SESSION = tuple(sessions.c[name] for name in _SESSION_FIELDS)
"""The columns `session_from` reads, in order."""
ENVIRONMENT = tuple(environments.c[name] for name in _ENVIRONMENT_FIELDS)
"""The columns `environment_from` reads, in order."""
PORTAL = (portal.c.settings, portal.c.uid, portal.c.generation)
"""The columns `portal_from` reads, in order."""
TOKENS = (sessions.c.token, sessions.c.token_until, sessions.c.token_before, sessions.c.token_before_until)
"""The columns of `Tokens`, in order."""


def session_from(values: Sequence[Any]) -> Session:
    """Return the session whose `SESSION` columns are `values`."""
    own = list(values)
    own[_PARAMETERS] = _mapping(own[_PARAMETERS])
    return Session(*own)


def environment_from(values: Sequence[Any]) -> Environment:
    """Return the environment whose `ENVIRONMENT` columns are `values`."""
    name, workshop, state, position, alias, capacity, reserved, initial, *terms, env, labels = values
    return Environment(
        name,
        _workshop(workshop),
        state,
        position,
        alias,
        capacity,
        reserved,
        initial,
        Terms(*terms),
        _mapping(env),
        _mapping(labels),
    )


def portal_from(settings: str, uid: str, generation: int) -> Portal:
    """Return the portal its row describes."""
    return _portal(settings, uid, generation)


def session_values(session: Session) -> dict[str, Any]:
    """Return every column a session decides, its `ends` included."""
    return {**vars(session), "ends": session.ends, "parameters": text_of(session.parameters)}


def token_values(tokens: Tokens) -> dict[str, Any]:
    """Return the columns that hold activation tokens."""
    return {
        "token": tokens.current,
        "token_until": tokens.until,
        "token_before": tokens.before,
        "token_before_until": tokens.before_until,
    }


def environment_values(environment: Environment) -> dict[str, Any]:
    """Return every column an environment decides."""
    plain = {name: getattr(environment, name) for name in _ENVIRONMENT_FIELDS if name not in _TERMS}
    return {
        **plain,
        **{name: getattr(environment.terms, name) for name in _TERMS},
        "workshop_name": environment.workshop.name,
        "workshop": _WORKSHOP.dump_json(environment.workshop).decode(),
        "env": text_of(environment.env),
        "labels": text_of(environment.labels),
    }


def portal_settings(portal: Portal) -> str:
    """Return the settings of `portal` as one document; `uid` and `generation` have their own columns."""
    return _PORTAL.dump_json(portal, exclude={"uid", "generation"}).decode()


def text_of(mapping: Mapping[str, str]) -> str:
    """Return a mapping of words as JSON."""
    return json.dumps(dict(mapping)) if mapping else "{}"


@lru_cache(maxsize=2048)
def _workshop(document: str) -> Workshop:
    return _WORKSHOP.validate_json(document)


@lru_cache(maxsize=8)
def _portal(settings: str, uid: str, generation: int) -> Portal:
    return _PORTAL.validate_python(json.loads(settings) | {"uid": uid, "generation": generation})


def _mapping(document: str) -> Mapping[str, str]:
    return {} if document == "{}" else json.loads(document)
