"""Every JSON shape of the REST API, and nothing else: domain values in, dictionaries out, in the field's order of keys.

Times are written by `format_time`; what has no end sends no `countdown` and no `extendable`, as the field does.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import NAMESPACE_URL, uuid5

from portal_backend.contract.wire import format_time, session_path
from portal_backend.domain.environment import Environment, Portal, Workshop
from portal_backend.domain.schedule import Schedule, Terms, schedule
from portal_backend.domain.session import Session

Json = dict[str, Any]


def portal(value: Portal, url: str, allocated: int) -> Json:
    """Return the portal as the catalog tells of it."""
    return {
        "name": value.name,
        "labels": dict(value.labels),
        "uid": value.uid,
        "generation": value.generation,
        "url": url,
        "sessions": {
            "maximum": value.maximum,
            "registered": value.registered,
            "anonymous": value.anonymous,
            "allocated": allocated,
        },
    }


def environment(value: Environment, uid: str, allocated: int, available: int) -> Json:
    """Return an environment with its workshop; `uid` is the portal's."""
    return {
        "name": value.name,
        "state": value.state,
        "workshop": workshop(value.workshop, value, uid),
        **_numbers(value, allocated, available),
    }


def offered_workshop(value: Environment, uid: str, allocated: int, available: int) -> Json:
    """Return a workshop with the environment that offers it."""
    return {
        **workshop(value.workshop, value, uid),
        "environment": {"name": value.name, "state": value.state, **_numbers(value, allocated, available)},
    }


def workshop(value: Workshop, offer: Environment, uid: str) -> Json:
    """Return what is told of a workshop; the labels are those of its offer, in which the portal's are merged."""
    return {
        "name": value.name,
        "id": str(uuid5(NAMESPACE_URL, f"{uid}/{value.name}")),
        "resource": value.name,
        "title": value.title,
        "description": value.description,
        "vendor": value.vendor,
        "authors": list(value.authors),
        "difficulty": value.difficulty,
        "duration": value.duration,
        "tags": list(value.tags),
        "labels": dict(offer.labels),
        "logo": value.logo,
        "url": value.url,
    }


def _numbers(value: Environment, allocated: int, available: int) -> Json:
    return {
        "duration": int(value.terms.duration.total_seconds()),
        "capacity": value.capacity,
        "reserved": value.reserved,
        "allocated": allocated,
        "available": min(available, value.reserved),
    }


def listed_sessions(values: Iterable[Session], terms: Terms, now: datetime) -> list[Json]:
    """Return the owned sessions of an environment."""
    return [
        {
            "name": value.name,
            "state": value.state,
            "namespace": value.name,
            "user": value.owner,
            **_clock(schedule(value, terms, now)),
        }
        for value in values
    ]


def own_session(value: Session, offer: Environment, now: datetime) -> Json:
    """Return a session as its owner's list tells of it."""
    return {
        "name": value.name,
        "namespace": value.name,
        "workshop": offer.workshop.name,
        "environment": offer.name,
        **_clock(schedule(value, offer.terms, now)),
    }


def allocated_session(value: Session, offer: Environment, token: str, index_url: str) -> Json:
    """Return the answer to a request for a session; `url` is the path a browser activates it by."""
    query = urlencode({"token": token, "index_url": index_url})
    return {
        "name": value.name,
        "session": value.name,
        "user": value.owner,
        "url": f"{session_path(value.name, 'activate')}?{query}",
        "namespace": value.name,
        "workshop": offer.workshop.name,
        "environment": offer.name,
    }


def told_schedule(value: Schedule, extended: bool | None = None) -> Json:
    """Return a session's clock; with `extended`, whether an extension was just given."""
    body: Json = {"status": value.status, "started": _time(value.started), "expires": _time(value.expires)}
    if extended is not None:
        body["extended"] = extended
    return {**body, "expiring": value.expiring, **_countdown(value)}


def ended_session(value: Session) -> Json:
    """Return what is told of a session that was just ended."""
    return {"started": _time(value.started or value.requested), "expires": _time(value.ended)}


def _clock(value: Schedule) -> Json:
    body: Json = {"started": _time(value.started)}
    return body if value.expires is None else {**body, "expires": _time(value.expires), **_countdown(value)}


def _countdown(value: Schedule) -> Json:
    return {} if value.countdown is None else {"countdown": value.countdown, "extendable": value.extendable}


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else format_time(moment)
