"""What edits of a running portal's files do: environments replaced, limits lowered, offers known again."""

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from doubles import SlowProvider
from storing import HOUR, House, offer, resources

from portal_backend.contract.wire import EnvironmentState, SessionState
from portal_backend.domain.environment import Parameter, Workshop
from portal_backend.domain.schedule import Terms
from portal_backend.resources.model import EnvironmentSpec
from portal_backend.services import access_code, catalog, configuration, sessions
from portal_backend.services.allocation import Allocated, Ask, Refused, UnknownUsers, request_session
from portal_backend.store.engine import open_store

RUNNING = frozenset({EnvironmentState.RUNNING})


def states(house: House) -> dict[str, str]:
    found = catalog.environments(house.context, list(EnvironmentState))
    return {each.environment.name: f"{each.environment.workshop.name} {each.environment.state}" for each in found}


def described(new: EnvironmentSpec, **workshop: object) -> EnvironmentSpec:
    """Return an offer whose Workshop resource says something else."""
    return replace(new, workshop=replace(new.workshop, **workshop))


def offered(house: House) -> Workshop:
    """Return the one workshop offered."""
    (listed,) = catalog.environments(house.context)
    return listed.environment.workshop


CHANGES = {
    "its title": {"title": "Better basics"},
    "its description": {"description": "Now with pictures."},
    "its parameters": {"parameters": (Parameter("name"),)},
    "its labels": {"labels": {"a": "b"}},
}


@pytest.mark.parametrize("changed", CHANGES.values(), ids=CHANGES)
def test_a_changed_workshop_replaces_its_environment_when_updates_are_wanted(
    house: House, changed: dict[str, object]
) -> None:
    house.offer(offer(reserved=1, initial=1), update_workshops=True)
    name = house.ask(user="ann").session.name
    new = described(offer(reserved=1, initial=1), **changed)
    told = "environment lab-w02 offers basics in place of lab-w01: its workshop has changed"
    assert house.offer(new, update_workshops=True) == [told]
    assert house.offer(new, update_workshops=True) == []
    assert states(house) == {"lab-w01": "basics STOPPING", "lab-w02": "basics RUNNING"}
    assert offered(house) == new.workshop
    assert sessions.find(house.context, name) is not None
    assert house.ask("lab-w01", user="ann").session.name == name
    assert house.ask(user="bob").session.name == "lab-w02-s001"
    sessions.end(house.context, name)
    house.offer(new, update_workshops=True, title="again")
    assert states(house)["lab-w01"] == "basics STOPPED"


@pytest.mark.parametrize("changed", CHANGES.values(), ids=CHANGES)
def test_without_updates_an_environment_keeps_what_it_was_made_from(house: House, changed: dict[str, object]) -> None:
    house.offer(offer())
    old, new = offered(house), described(offer(), **changed)
    assert house.offer(new) == []
    assert offered(house) == old
    (words,) = configuration.outdated(house.context, resources(new))
    assert words.startswith("lab-w01 keeps describing basics as it did when it was made; ")
    assert configuration.outdated(house.context, resources(offer())) == []
    done = configuration.apply(house.context, resources(new), anew={"basics"})
    assert done == ["environment lab-w02 offers basics in place of lab-w01: as asked"]
    assert offered(house) == new.workshop


@pytest.mark.parametrize("updates", [True, False])
def test_pages_found_elsewhere_replace_nothing(house: House, updates: bool) -> None:
    house.offer(offer(), update_workshops=updates)
    moved = described(offer(), content="/elsewhere")
    assert house.offer(moved, update_workshops=updates) == ["environment lab-w01 is changed: workshop"]
    assert (states(house), offered(house).content) == ({"lab-w01": "basics RUNNING"}, "/elsewhere")


def test_turning_updates_on_catches_up(house: House) -> None:
    house.offer(offer())
    new = described(offer(), title="New")
    house.offer(new)
    assert house.offer(new, update_workshops=True) == [
        "portal lab is changed",
        "environment lab-w02 offers basics in place of lab-w01: its workshop has changed",
    ]


def test_an_environment_is_replaced_when_its_time_has_come(house: House) -> None:
    wanted = resources(offer(refresh=HOUR, terms=Terms(4 * HOUR)), offer("other"))
    configuration.apply(house.context, wanted)
    given = house.ask(user="ann")
    name = given.session.name
    sessions.activate(house.context, name, given.token)
    house.clock.forward(minutes=59, seconds=59)
    assert configuration.refresh(house.context, wanted) == []
    house.clock.forward(seconds=1)
    done = configuration.refresh(house.context, wanted)
    assert done == ["environment lab-w03 offers basics in place of lab-w01: it is due to be refreshed"]
    assert configuration.refresh(house.context, wanted) == []
    assert states(house) == {"lab-w01": "basics STOPPING", "lab-w03": "basics RUNNING", "lab-w02": "other RUNNING"}
    assert house.ask("lab-w01", user="ann").session.name == name
    house.clock.forward(hours=1)
    assert len(configuration.refresh(house.context, wanted)) == 1


def test_a_refresh_takes_up_what_the_workshop_says_by_then(house: House) -> None:
    house.offer(offer(refresh=HOUR))
    new = described(offer(refresh=HOUR), title="New")
    assert house.offer(new) == []
    house.clock.forward(hours=1)
    configuration.refresh(house.context, resources(new))
    assert offered(house).title == "New"


def test_a_shorter_refresh_holds_at_once(house: House) -> None:
    house.offer(offer(refresh=HOUR))
    house.clock.forward(minutes=30)
    assert house.offer(offer(refresh=timedelta(minutes=20))) == [
        "environment lab-w02 offers basics in place of lab-w01: it is due to be refreshed"
    ]


JAVA, PYTHON = offer(alias="java", env={"L": "Java"}), offer(alias="python", env={"L": "Python"})


@pytest.mark.parametrize(
    ("edited", "left"),
    [
        pytest.param([PYTHON], {"lab-w01": "STOPPING", "lab-w02": "python"}, id="the first is gone"),
        pytest.param([JAVA], {"lab-w01": "java", "lab-w02": "STOPPING"}, id="the second is gone"),
        pytest.param([PYTHON, JAVA], {"lab-w02": "python", "lab-w01": "java"}, id="they change places"),
        pytest.param(
            [JAVA, replace(PYTHON, alias="snake")], {"lab-w01": "java", "lab-w02": "snake"}, id="another alias"
        ),
        pytest.param(
            [offer(alias="go"), JAVA], {"lab-w02": "go", "lab-w01": "java"}, id="one is the other's in a new place"
        ),
    ],
)
def test_offers_of_one_workshop_are_told_apart_by_their_alias(
    house: House, edited: list[EnvironmentSpec], left: dict[str, str]
) -> None:
    house.offer(JAVA, PYTHON)
    house.ask("lab-w01", user="ann")
    house.ask("lab-w02", user="bob")
    house.offer(*edited)
    found = catalog.environments(house.context, list(EnvironmentState))
    told = {e.name: e.alias if e.state in RUNNING else str(e.state) for e in (each.environment for each in found)}
    assert told == left


def test_a_lowered_maximum_gives_up_spares_and_nobodys_session(house: House) -> None:
    wanted = offer(reserved=2, initial=2), offer("other", reserved=2, initial=2)
    house.offer(*wanted, maximum=10)
    names = [house.ask(user=user).session.name for user in ("ann", "bob")]
    assert sum(each.active for each in catalog.environments(house.context)) == 6
    house.offer(*wanted, maximum=3)
    listed = catalog.environments(house.context)
    assert (sum(each.active for each in listed), sum(each.allocated for each in listed)) == (3, 2)
    house.offer(*wanted, maximum=1)
    assert house.refusal(user="cid").reason == "portal-full"
    assert [house.stored(name).owner for name in names] == ["ann", "bob"]


@pytest.mark.parametrize(
    ("registered", "anonymous", "named", "administrator"),
    [
        pytest.param(1, 2, 2, 1, id="both set"),
        pytest.param(0, 1, 1, 4, id="only anonymous"),
        pytest.param(2, 0, 4, 2, id="only registered"),
    ],
)
def test_caps_of_people_named_by_a_client_and_of_those_with_an_account(
    house: House, registered: int, anonymous: int, named: int, administrator: int
) -> None:
    workshops = [offer(f"lab-{n}") for n in range(4)]
    house.offer(*workshops, registered=registered, anonymous=anonymous)
    for with_account, allowed in ((False, named), (True, administrator)):
        user = f"user {with_account}"
        asks = [Ask(each.workshop.name, user, registered=with_account) for each in workshops]
        answers = [request_session(house.context, ask, UnknownUsers.ADOPT) for ask in asks]
        assert [type(each) for each in answers] == [Allocated] * allowed + [Refused] * (4 - allowed)
        assert {each.reason for each in answers if isinstance(each, Refused)} <= {"user-limit"}


def test_a_refused_edit_is_noted_until_one_is_applied(house: House) -> None:
    configuration.note_refusal(house.context)
    assert not configuration.refused(house.context)
    house.offer(offer())
    configuration.note_refusal(house.context)
    assert configuration.refused(house.context)
    assert house.offer(offer()) == []
    assert not configuration.refused(house.context)
    assert catalog.settings(house.context).generation == 1


def test_a_slow_provider_is_told_of_what_a_replacement_gives_up(house: House) -> None:
    slow = house.provider = SlowProvider()
    house.offer(offer(reserved=2, initial=2), update_workshops=True)
    house.offer(described(offer(reserved=2, initial=2), title="New"), update_workshops=True)
    assert slow.stopped == ["lab-w01-s001", "lab-w01-s002"]
    assert slow.started[2:] == ["lab-w02-s001", "lab-w02-s002"]
    assert house.stored("lab-w01-s001").state is SessionState.STOPPED


def test_many_that_apply_at_once_do_it_once(house: House, store_url: str) -> None:
    """Each thread has a store of its own, as a process or another machine would."""
    versions = [resources(offer(capacity=n), *(offer(f"lab-{m}") for m in range(n))) for n in range(1, 5)]

    def apply(version: int) -> list[str]:
        other = open_store(store_url)
        try:
            return configuration.apply(replace(house.context, store=other), versions[version])
        finally:
            other.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(apply, [0, 1, 2, 3, 0, 1, 2, 2]))
        done = list(pool.map(apply, [3] * 8))
    assert sum(words != [] for words in done) <= 1
    assert configuration.apply(house.context, versions[3]) == []
    running = [each.environment for each in catalog.environments(house.context)]
    assert sorted(each.workshop.name for each in running) == ["basics", "lab-0", "lab-1", "lab-2", "lab-3"]
    assert running[0].capacity == 4


def test_no_secret_is_told_when_it_is_applied(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    house.offer(offer(env={"KEY": "secret-of-the-env"}), password="secret-code", webhook="https://h.example/?t=secret")
    house.offer(offer(env={"KEY": "another secret"}), password="other secret")
    assert "configuration: environment lab-w01 is changed: env" in caplog.messages
    assert "secret" not in caplog.text
    assert access_code.opens(catalog.settings(house.context), "other secret")
    assert not access_code.opens(catalog.settings(house.context), "secret-code")


def test_the_access_code_is_not_in_the_store(house: House) -> None:
    house.offer(offer(), password="open sesame")
    with house.store.reading() as connection:
        settings = str(connection.exec_driver_sql("SELECT settings FROM portal").scalar_one())
    assert "password" in settings and "sesame" not in settings
    stored = catalog.settings(house.context)
    assert not access_code.opens(stored, "") and not access_code.opens(stored, stored.password)
    assert house.offer(offer(), password="open sesame") == []
    assert house.offer(offer(), password="") == ["portal lab is changed"]
    assert access_code.opens(catalog.settings(house.context), "")


def test_a_workshop_that_cannot_be_read_goes_on_as_it_was(house: House) -> None:
    house.offer(offer(labels={"a": "b"}, refresh=HOUR), offer("other"), update_workshops=True)
    broken = EnvironmentSpec(Workshop("basics"), capacity=9, reserved=0, initial=0, terms=Terms(HOUR), refresh=HOUR)
    unknown = EnvironmentSpec(Workshop("more"))
    edited = resources(offer("other"), unknown, broken, update_workshops=True)
    assert sorted(configuration.apply(house.context, edited)) == [
        "environment lab-w01 is changed: position, capacity, terms",
        "environment lab-w02 is changed: position",
    ]
    assert configuration.refused(house.context)
    house.clock.forward(hours=1)
    assert configuration.refresh(house.context, edited) == []
    assert configuration.outdated(house.context, edited) == []
    assert states(house) == {"lab-w02": "other RUNNING", "lab-w01": "basics RUNNING"}
    listed = catalog.environments(house.context)[1].environment
    assert (listed.workshop.title, listed.labels, listed.capacity) == ("Basics", {"a": "b"}, 9)
    mended = resources(offer(labels={"a": "b"}, refresh=HOUR), offer("other"), update_workshops=True)
    configuration.apply(house.context, mended)
    assert not configuration.refused(house.context)
