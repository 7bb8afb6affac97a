"""What applying a configuration does to what is there already."""

from datetime import timedelta

import pytest
from doubles import SlowProvider
from storing import HOUR, House, offer, resources

from portal_backend.contract.wire import EnvironmentState, SessionState
from portal_backend.domain.schedule import Terms
from portal_backend.resources.model import Resources
from portal_backend.services import catalog, configuration, sessions
from portal_backend.services.errors import NotConfigured


def states(house: House) -> dict[str, str]:
    found = catalog.environments(house.context, list(EnvironmentState))
    return {f"{each.environment.name} {each.environment.workshop.name}": each.environment.state for each in found}


def test_a_first_configuration_makes_environments_and_their_spares(house: House) -> None:
    done = house.offer(offer(reserved=2, initial=2), offer("other"), title="Labs")
    assert done == [
        "portal lab is new",
        "environment lab-w01 offers basics",
        "environment lab-w02 offers other",
    ]
    assert states(house) == {"lab-w01 basics": "RUNNING", "lab-w02 other": "RUNNING"}
    assert house.rows("sessions") == 2
    portal = catalog.settings(house.context)
    assert (portal.name, portal.title, portal.generation, len(portal.uid)) == ("lab", "Labs", 1, 36)


def test_the_same_again_changes_nothing(house: House) -> None:
    wanted = offer(reserved=1, initial=1, env={"A": "1"}, labels={"b": "2"}, refresh=HOUR), offer("other")
    house.offer(*wanted, labels={"x": "y"}, frame_ancestors=("https://a.example",))
    before = catalog.settings(house.context)
    assert house.offer(*wanted, labels={"x": "y"}, frame_ancestors=("https://a.example",)) == []
    assert catalog.settings(house.context) == before


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        pytest.param({"capacity": 9}, "capacity", id="a number"),
        pytest.param({"reserved": 1, "initial": 1}, "reserved, initial", id="two numbers"),
        pytest.param({"terms": Terms(2 * HOUR)}, "terms", id="a length of time"),
        pytest.param({"refresh": HOUR}, "refresh", id="its refresh"),
        pytest.param({"labels": {"a": "b"}}, "labels", id="a label"),
        pytest.param({"env": {"A": "not told"}}, "env", id="a variable"),
        pytest.param({"alias": "ground"}, "alias", id="its alias"),
    ],
)
def test_a_change_holds_at_once_and_is_counted(house: House, changed: dict[str, object], what: str) -> None:
    house.offer(offer())
    uid = catalog.settings(house.context).uid
    assert house.offer(offer(**changed)) == [f"environment lab-w01 is changed: {what}"]
    assert house.offer(offer(**changed)) == []
    portal = catalog.settings(house.context)
    assert (portal.uid, portal.generation) == (uid, 2)
    environment = catalog.environments(house.context)[0].environment
    assert all(getattr(environment, name) == value for name, value in changed.items() if name != "refresh")


def test_the_order_written_is_the_order_told(house: House) -> None:
    house.offer(offer("a"), offer("b"), offer("c"))
    house.offer(offer("c"), offer("a"), offer("b"))
    assert list(states(house)) == ["lab-w03 c", "lab-w01 a", "lab-w02 b"]


def test_a_removed_workshop_ends_with_its_last_session(house: House) -> None:
    house.offer(offer("other"), offer(reserved=1, initial=1))
    name = house.ask(user="ann").session.name
    assert house.offer(offer("other")) == ["environment lab-w02 is on its way out"]
    assert states(house)["lab-w02 basics"] == "STOPPING"
    assert house.stored("lab-w02-s002").state is SessionState.STOPPED
    assert house.ask(user="ann").session.name == name
    assert house.refusal(user="bob").reason == "stopping"
    sessions.end(house.context, name)
    assert house.offer(offer("other"), title="again") == ["portal lab is changed"]
    assert states(house)["lab-w02 basics"] == "STOPPED"


def test_a_removed_workshop_without_sessions_is_gone_at_once(house: House) -> None:
    house.offer(offer(), offer("other"))
    house.offer(offer("other"))
    assert states(house)["lab-w01 basics"] == "STOPPED"


def test_a_workshop_that_comes_back_gets_a_new_environment(house: House) -> None:
    house.offer(offer(), offer("other"))
    house.ask(user="ann")
    house.offer(offer("other"))
    house.offer(offer(), offer("other"))
    assert states(house) == {"lab-w03 basics": "RUNNING", "lab-w01 basics": "STOPPING", "lab-w02 other": "RUNNING"}
    assert house.ask(user="ann").session.name == "lab-w03-s001"


def test_a_workshop_offered_twice_stays_two_environments(house: House) -> None:
    twice = offer(capacity=1), offer(capacity=2, alias="again")
    house.offer(*twice)
    assert house.offer(*twice) == []
    assert list(states(house)) == ["lab-w01 basics", "lab-w02 basics"]


def test_a_portal_of_another_name_takes_over(house: House) -> None:
    house.offer(offer())
    house.ask(user="ann")
    configuration.apply(house.context, resources(offer(), name="academy"))
    assert states(house) == {"academy-w02 basics": "RUNNING", "lab-w01 basics": "STOPPING"}
    assert catalog.settings(house.context).name == "academy"


@pytest.mark.parametrize(
    ("before", "after", "spares"),
    [
        pytest.param({"reserved": 1, "initial": 1}, {"reserved": 3, "initial": 3}, 3, id="a raised reserve is filled"),
        pytest.param({"reserved": 3, "initial": 3}, {"reserved": 1, "initial": 1}, 1, id="a lowered one is given up"),
        pytest.param({"reserved": 3, "initial": 3}, {"reserved": 3, "capacity": 2}, 2, id="spares fit the capacity"),
        pytest.param({"reserved": 1, "initial": 0}, {"reserved": 3, "initial": 0}, 0, id="one that waits goes on"),
        pytest.param({"reserved": 1, "initial": 3}, {"reserved": 1, "initial": 3}, 3, id="more at first stays"),
    ],
)
def test_the_reserve_follows_its_numbers(
    house: House, before: dict[str, int], after: dict[str, int], spares: int
) -> None:
    house.offer(offer(**before))
    house.offer(offer(**after))
    assert catalog.environments(house.context)[0].active == spares


def test_spares_never_go_beyond_the_portals_maximum(house: House) -> None:
    house.offer(offer(reserved=2, initial=2), offer("other", reserved=2, initial=2), maximum=3)
    assert [each.active for each in catalog.environments(house.context)] == [2, 1]


def test_a_slow_provider_is_told_of_spares(house: House) -> None:
    slow = house.provider = SlowProvider()
    house.offer(offer(reserved=2, initial=2))
    assert slow.started == ["lab-w01-s001", "lab-w01-s002"]
    house.offer()
    assert slow.stopped == ["lab-w01-s001", "lab-w01-s002"]
    assert states(house) == {"lab-w01 basics": "STOPPING"}


def test_a_lowered_capacity_ends_nobodys_session(house: House) -> None:
    house.offer(offer(capacity=3))
    for _ in range(3):
        house.ask()
    house.offer(offer(capacity=1))
    assert catalog.environments(house.context)[0].allocated == 3
    assert house.refusal().reason == "workshop-full"


def test_resources_without_a_portal_change_nothing(house: House) -> None:
    house.offer(offer())
    with pytest.raises(NotConfigured):
        configuration.apply(house.context, Resources(None))
    assert states(house) == {"lab-w01 basics": "RUNNING"}


def test_new_terms_hold_for_sessions_started_from_now_on(house: House) -> None:
    house.offer(offer())
    first = house.ask(user="ann")
    sessions.activate(house.context, first.session.name, first.token)
    house.offer(offer(terms=Terms(timedelta(minutes=10))))
    second = house.ask(user="bob")
    sessions.activate(house.context, second.session.name, second.token)
    ends = [sessions.schedule_of(house.context, each.session.name).countdown for each in (first, second)]
    assert ends == [3600, 600]
