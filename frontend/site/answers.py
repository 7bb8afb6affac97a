"""Reads a portal's JSON: tolerant of what releases differ in, strict about what the site cannot do without."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from frontend.site.offers import Listing, Offer, OwnSession
from portal_backend.contract.wire import EnvironmentState, parse_time

# More seats, or seconds, than any portal has.
_MOST = 10**9
_STATES = {state.value: state for state in EnvironmentState}


class BadAnswer(ValueError):
    """The answer is not one a training portal gives; the text names the place in it."""


def listing_of(portal: str, answer: Mapping[str, Any], now: datetime) -> Listing:
    """Return the catalog in `answer`; raises BadAnswer when it holds none."""
    environments = answer.get("environments")
    if not isinstance(environments, list):
        raise BadAnswer("the catalog has no list of environments")
    offers = tuple(_offer(portal, _mapping(item, "an environment")) for item in environments)
    return Listing(portal, offers, _room(answer.get("portal")), now)


def sessions_of(portal: str, answer: Mapping[str, Any]) -> tuple[OwnSession, ...]:
    """Return the sessions in `answer`; raises BadAnswer when it holds no list of them."""
    sessions = answer.get("sessions")
    if not isinstance(sessions, list):
        raise BadAnswer("the answer has no list of sessions")
    return tuple(_session(portal, _mapping(item, "a session")) for item in sessions)


def _offer(portal: str, item: Mapping[str, Any]) -> Offer:
    workshop = _mapping(item.get("workshop"), "an environment's workshop")
    seconds = _count(item.get("duration"))
    return Offer(
        portal=portal,
        environment=_name(item, "name"),
        state=_state(item.get("state")),
        workshop=_name(workshop, "name"),
        title=_text(workshop.get("title")),
        description=_text(workshop.get("description")),
        authors=_texts(workshop.get("authors")),
        difficulty=_text(workshop.get("difficulty")),
        duration=_text(workshop.get("duration")),
        tags=_texts(workshop.get("tags")),
        logo=_text(workshop.get("logo")),
        expires=timedelta(seconds=seconds) if seconds else None,
        capacity=_count(item.get("capacity")),
        allocated=_count(item.get("allocated")) or 0,
        available=_count(item.get("available")) or 0,
        labels=_labels(workshop.get("labels")),
    )


def _session(portal: str, item: Mapping[str, Any]) -> OwnSession:
    expires = item.get("expires")
    try:
        moment = parse_time(expires) if isinstance(expires, str) and expires else None
    except ValueError as error:
        raise BadAnswer("a session's expires is not a time") from error
    return OwnSession(
        portal=portal,
        name=_name(item, "name"),
        workshop=_text(item.get("workshop")),
        environment=_text(item.get("environment")),
        expires=moment,
        extendable=item.get("extendable") is True,
    )


def _room(portal: Any) -> int | None:
    """Return how many more sessions the portal's maximum allows, or None when it sets none."""
    limits = portal.get("sessions") if isinstance(portal, dict) else None
    if not isinstance(limits, dict) or not _count(limits.get("maximum")):
        return None
    return max(0, (_count(limits.get("maximum")) or 0) - (_count(limits.get("allocated")) or 0))


def _state(value: Any) -> EnvironmentState:
    """Return the state; one this site does not know takes nobody."""
    return _STATES.get(value, EnvironmentState.STOPPING) if isinstance(value, str) else EnvironmentState.STOPPING


def _mapping(value: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BadAnswer(f"{what} is not an object")
    return value


def _name(item: Mapping[str, Any], key: str) -> str:
    value = item.get(key)
    if not isinstance(value, str) or not value:
        raise BadAnswer(f"something has no {key}")
    return _text(value)


def _text(value: Any) -> str:
    """Return the text; half of a character, which JSON can hold and no page can show, becomes a question mark."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(_text(item) for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _labels(value: Any) -> tuple[str, ...]:
    """Return labels as `key=value`, in the order of their keys."""
    pairs = value.items() if isinstance(value, dict) else ()
    return tuple(sorted(_text(f"{key}={text}") for key, text in pairs if isinstance(text, str)))


def _count(value: Any) -> int | None:
    return min(max(0, value), _MOST) if isinstance(value, int) and not isinstance(value, bool) else None
