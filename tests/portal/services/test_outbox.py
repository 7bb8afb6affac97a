"""What is written into the outbox: with each change, in its transaction, for whoever is to be told; else nothing."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from doubles import SlowProvider
from storing import House, offer, resources

from portal_backend.domain.schedule import Terms
from portal_backend.providers.base import Progress
from portal_backend.services import configuration, outbox, sessions
from portal_backend.services.allocation import Ask, anonymous_session, request_session
from portal_backend.services.context import Context
from portal_backend.services.sweeper import sweep
from portal_backend.services.webhooks import Reporting

HOOK = "https://hooks.example.test/all"
OWN = "https://hooks.example.test/mine"
ELSEWHERE = "https://elsewhere.example.test/"


@dataclass
class Told:
    """One letter: whom it is for, its id, and the document."""

    target: str
    id: str
    queue: str
    document: dict[str, Any]

    @property
    def name(self) -> str:
        """The name of the event."""
        return str(self.document["event"]["name"])


def told(house: House, target: str = "") -> list[Told]:
    """Return what waits, in order."""
    with house.store.reading() as connection:
        rows = connection.exec_driver_sql("SELECT target, event, queue, body FROM outbox ORDER BY id").all()
    found = [Told(row[0], row[1], row[2], json.loads(row[3])) for row in rows]
    return [each for each in found if target in ("", each.target)]


def names(house: House, target: str = "") -> list[str]:
    return [each.name for each in told(house, target)]


def forget_told(house: House) -> None:
    with house.store.writing() as connection:
        connection.exec_driver_sql("DELETE FROM outbox")


def listened(house: House, *offers: Any, **settings: Any) -> None:
    """Apply a configuration that somebody listens to, and forget what that told."""
    house.offer(*(offers or (offer(),)), webhook=HOOK, **settings)
    forget_told(house)


def activated(house: House, **more: Any) -> str:
    answer = house.ask(**more)
    sessions.activate(house.context, answer.session.name, answer.token)
    return answer.session.name


def test_without_a_target_nothing_is_written(house: House) -> None:
    house.offer(offer(), offer("more"))
    name = activated(house, user="ann", analytics_url=OWN)
    assert not outbox.report(house.context, house.stored(name), _environment(house, name), "Workshop/View", {})
    sessions.end(house.context, name)
    house.clock.forward(hours=40)
    sweep(house.context)
    house.offer(offer())
    assert told(house) == []


def _environment(house: House, name: str) -> Any:
    held = sessions.find(house.context, name)
    assert held is not None
    return held.environment


def test_a_sessions_whole_story_is_told_in_order(house: House) -> None:
    listened(house, offer(terms=Terms(*_minutes(10, 5, 60))))
    name = activated(house, user="ann")
    house.clock.forward(minutes=6)
    assert sessions.extend(house.context, name).extended
    outbox.report(house.context, house.stored(name), _environment(house, name), "Workshop/View", {"page": "two"})
    sessions.end(house.context, name)
    assert names(house) == [
        "User/Create",
        "Session/Pending",
        "Session/Started",
        "Session/Extended",
        "Workshop/View",
        "Session/Terminate",
        "Session/Stopping",
        "Session/Deleted",
    ]
    assert len({each.queue for each in told(house)}) == 1
    assert len({each.id for each in told(house)}) == 8
    view = told(house)[4].document
    assert view["event"] | {"timestamp": ""} == {
        "name": "Workshop/View",
        "timestamp": "",
        "user": "ann",
        "session": name,
        "environment": "lab-w01",
        "workshop": "basics",
        "data": {"page": "two"},
    }
    assert view["portal"]["name"] == "lab" and view["portal"]["uid"]


def _minutes(*numbers: int) -> list[Any]:
    return [timedelta(minutes=number) for number in numbers]


def test_a_second_session_of_a_user_creates_no_user(house: House) -> None:
    listened(house, offer(), offer("more"))
    house.ask(user="ann")
    house.ask("more", user="ann")
    assert names(house) == ["User/Create", "Session/Pending", "Session/Pending"]


def test_an_anonymous_visitor_gets_a_session_that_is_created(house: House) -> None:
    listened(house)
    anonymous_session(house.context, "basics", None)
    assert names(house) == ["User/Create", "Session/Created", "Session/Started"]


def test_spares_are_nobodys_business(house: House) -> None:
    listened(house, offer(reserved=2, initial=2))
    sweep(house.context)
    assert told(house) == []
    house.ask(user="ann")
    assert names(house) == ["User/Create", "Session/Pending"]


@pytest.mark.parametrize(
    ("terms", "active", "minutes", "first"),
    [
        pytest.param((10, 0, 0, 0), False, 1, ["Session/Expired"], id="lapsed"),
        pytest.param((10, 0, 0, 0), True, 10, ["Session/Expired"], id="expired"),
        pytest.param((10, 0, 0, 2), True, 2, ["Session/Orphaned"], id="orphaned"),
    ],
)
def test_what_the_sweeper_ends_is_told(
    house: House, terms: tuple[int, ...], active: bool, minutes: int, first: list[str]
) -> None:
    listened(house, offer(terms=Terms(*_minutes(*terms))))
    name = activated(house) if active else house.ask().session.name
    sessions.seen(house.context, name, watched=True)
    forget_told(house)
    house.clock.forward(minutes=minutes)
    sweep(house.context)
    sweep(house.context)
    assert names(house) == [*first, "Session/Stopping", "Session/Deleted"]


def test_a_provider_that_takes_its_time_is_told_step_by_step(house: House) -> None:
    slow = house.provider = SlowProvider()
    listened(house)
    name = activated(house)
    assert names(house) == ["User/Create", "Session/Pending"]
    slow.says = Progress.READY
    sweep(house.context)
    assert names(house)[2:] == ["Session/Started"]
    slow.broken = True
    sessions.end(house.context, name)
    assert names(house)[3:] == ["Session/Terminate", "Session/Stopping"]
    slow.broken = False
    sweep(house.context)
    sweep(house.context)
    assert names(house)[5:] == ["Session/Deleted"]


def test_an_edit_of_the_configuration_is_told(house: House) -> None:
    house.offer(offer(), offer("more"), webhook=HOOK)
    assert names(house) == ["Environment/Create"] * 2
    forget_told(house)
    house.ask("more", user="ann")
    forget_told(house)
    house.offer(offer(capacity=3), webhook=HOOK)
    assert [(each.name, each.document["event"]["environment"]) for each in told(house)] == [
        ("Environment/Update", "lab-w01"),
        ("Environment/Terminate", "lab-w02"),
    ]
    forget_told(house)
    house.clock.forward(minutes=1)
    sweep(house.context)
    assert names(house)[-1] == "Environment/Delete"


def test_a_forgotten_user_is_told(house: House) -> None:
    listened(house)
    sessions.end(house.context, activated(house, user="ann"))
    house.clock.forward(hours=37)
    sweep(house.context)
    assert [each.document["event"]["user"] for each in told(house)] == ["ann"]
    assert names(house) == ["User/Delete"]
    assert house.rows("users") == 0


def test_a_sessions_own_target_is_told_its_own_events_only(house: House) -> None:
    house.offer(offer(), webhook="")
    context = _reporting(house, "https://hooks.example.test")
    house.offer(offer(), webhook=HOOK)
    forget_told(house)
    _ask(house, context, OWN)
    assert names(house, HOOK) == ["User/Create", "Session/Pending"]
    assert names(house, OWN) == ["Session/Pending"]
    pending = [each for each in told(house) if each.name == "Session/Pending"]
    assert len({each.id for each in pending}) == 1
    assert len({each.queue for each in pending}) == 2


def test_one_address_in_both_places_is_told_once(house: House) -> None:
    listened(house)
    _ask(house, house.context, HOOK)
    assert names(house) == ["User/Create", "Session/Pending"]


def _reporting(house: House, *origins: str) -> Context:
    reporting = Reporting("https://portal.example.test", frozenset(origins))
    return Context(house.store, house.provider, house.clock, reporting=reporting)


def _ask(house: House, context: Context, analytics_url: str) -> None:
    request_session(context, Ask("basics", "ann", analytics_url=analytics_url))


@pytest.mark.parametrize(
    ("webhook", "origins", "asked", "kept"),
    [
        pytest.param("", (), OWN, "", id="nothing named"),
        pytest.param(HOOK, (), OWN, OWN, id="the portal's own origin"),
        pytest.param(HOOK, (), ELSEWHERE, "", id="another origin"),
        pytest.param("", (ELSEWHERE.rstrip("/"),), ELSEWHERE, ELSEWHERE, id="named"),
        pytest.param(HOOK, (), "http://hooks.example.test/mine", "", id="another scheme"),
        pytest.param(HOOK, (), "https://hooks.example.test:8443/mine", "", id="another port"),
        pytest.param(HOOK, (), "https://hooks.example.test@elsewhere.example.test/", "", id="a user name"),
        pytest.param(HOOK, (), "https://hooks.example.test.evil.test/", "", id="a longer name"),
        pytest.param(HOOK, (), "file:///etc/passwd", "", id="another kind"),
        pytest.param(HOOK, (), "", "", id="none"),
    ],
)
def test_a_session_chooses_its_target_among_the_owners_origins(
    webhook: str, origins: tuple[str, ...], asked: str, kept: str
) -> None:
    assert Reporting("", frozenset(origins)).target(asked, webhook) == kept


def test_a_change_that_is_not_stored_is_not_told(house: House) -> None:
    listened(house)
    name = activated(house, user="ann")
    forget_told(house)

    class Full(Exception):
        pass

    with pytest.raises(Full), house.store.writing() as connection:
        outbox.tell_changes(house.context, connection, [(None, house.stored(name), _environment(house, name))])
        raise Full
    assert told(house) == []


def test_a_first_configuration_is_told_of_too(house: House) -> None:
    configuration.apply(house.context, resources(offer(), webhook=HOOK))
    assert names(house) == ["Environment/Create"]


def test_awkward_data_is_stored_as_it_came(house: House) -> None:
    listened(house)
    name = activated(house)
    data = {"text": "a\0b", "half": "\ud800", "more": [1, None, {"é": "ü"}]}
    assert outbox.report(house.context, house.stored(name), _environment(house, name), "Workshop/View", data)
    assert told(house)[-1].document["event"]["data"] == data
