"""A portal's JSON is read for what the site needs; what differs between releases does no harm."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from offered import NOON

from frontend.site.answers import BadAnswer, listing_of, sessions_of
from portal_backend.contract.wire import EnvironmentState

WORKSHOP = {"name": "lab", "title": "The lab", "authors": ["Ann", 3], "tags": None, "labels": {}}
ENVIRONMENT = {"name": "p-w01", "state": "RUNNING", "workshop": WORKSHOP, "duration": 60, "capacity": 2, "allocated": 1}


def catalog(**changes: Any) -> dict[str, Any]:
    """Return a catalog's answer with one environment, some of it changed."""
    return {"portal": {"name": "p"}, "environments": [ENVIRONMENT | changes]}


def test_an_environment_is_read() -> None:
    (offer,) = listing_of("main", catalog(available=1), NOON).offers
    assert (offer.portal, offer.environment, offer.workshop, offer.title) == ("main", "p-w01", "lab", "The lab")
    assert (offer.capacity, offer.allocated, offer.available) == (2, 1, 1)
    assert (offer.expires, offer.authors, offer.tags) == (timedelta(seconds=60), ("Ann",), ())


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"state": "STOPPING"}, "state", EnvironmentState.STOPPING),
        ({"state": "DREAMING"}, "state", EnvironmentState.STOPPING),
        ({"state": None}, "state", EnvironmentState.STOPPING),
        ({"capacity": None}, "capacity", None),
        ({"capacity": True}, "capacity", None),
        ({"capacity": -1}, "capacity", 0),
        ({"available": "two"}, "available", 0),
        ({"duration": 0}, "expires", None),
        ({"duration": None}, "expires", None),
        ({"duration": 10**30, "capacity": 10**30}, "expires", timedelta(seconds=10**9)),
        ({"name": "p-\ud800"}, "environment", "p-?"),
        ({"workshop": WORKSHOP | {"title": "half \ud83d"}}, "title", "half ?"),
        ({"workshop": WORKSHOP | {"tags": ["\udc00", 1]}}, "tags", ("?",)),
        ({"workshop": WORKSHOP | {"labels": {"a": "\udc00"}}}, "labels", ("a=?",)),
    ],
)
def test_strange_values_are_taken_carefully(changes: dict[str, Any], field: str, value: object) -> None:
    assert getattr(listing_of("main", catalog(**changes), NOON).offers[0], field) == value


@pytest.mark.parametrize(
    ("portal", "room"),
    [
        ({"sessions": {"maximum": 8, "allocated": 3}}, 5),
        ({"sessions": {"maximum": 8, "allocated": 9}}, 0),
        ({"sessions": {"maximum": 8}}, 8),
        ({"sessions": {"maximum": 0, "allocated": 3}}, None),
        ({"sessions": {"maximum": None}}, None),
        ({"sessions": []}, None),
        ({}, None),
        (None, None),
    ],
)
def test_a_portals_maximum_leaves_room(portal: object, room: int | None) -> None:
    assert listing_of("main", {"portal": portal, "environments": []}, NOON).room == room


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({}, "no list of environments"),
        ({"environments": {}}, "no list of environments"),
        ({"environments": ["x"]}, "an environment is not an object"),
        (catalog(workshop="lab"), "an environment's workshop is not an object"),
        (catalog(workshop={"name": ""}), "something has no name"),
        (catalog(name=5), "something has no name"),
    ],
)
def test_what_is_no_catalog_is_told(answer: dict[str, Any], told: str) -> None:
    with pytest.raises(BadAnswer, match=told):
        listing_of("main", answer, NOON)


SESSION = {"name": "p-w01-s001", "workshop": "lab", "environment": "p-w01"}


@pytest.mark.parametrize(
    ("changes", "expires", "extendable"),
    [
        ({}, None, False),
        ({"expires": None, "extendable": None}, None, False),
        ({"expires": "2026-03-01T12:00:00.000Z", "extendable": True}, datetime(2026, 3, 1, 12, tzinfo=UTC), True),
    ],
    ids=["never ends", "ends nowhere", "ends"],
)
def test_a_session_is_read(changes: dict[str, Any], expires: datetime | None, extendable: bool) -> None:
    (session,) = sessions_of("main", {"user": "u", "sessions": [SESSION | changes]})
    assert (session.portal, session.name, session.workshop) == ("main", "p-w01-s001", "lab")
    assert (session.expires, session.extendable) == (expires, extendable)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"sessions": None}, "no list of sessions"),
        ({"sessions": [3]}, "a session is not an object"),
        ({"sessions": [{}]}, "something has no name"),
        ({"sessions": [SESSION | {"expires": "soon"}]}, "not a time"),
        ({"sessions": [SESSION | {"expires": "2026-03-01T12:00:00"}]}, "not a time"),
    ],
)
def test_what_is_no_list_of_sessions_is_told(answer: dict[str, Any], told: str) -> None:
    with pytest.raises(BadAnswer, match=told):
        sessions_of("main", answer)
