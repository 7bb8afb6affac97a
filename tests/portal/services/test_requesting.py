"""Requests for a session, from the whole use case's side: what is answered, and what is stored."""

import re
from datetime import timedelta

import pytest
from doubles import SlowProvider
from storing import House, offer

from portal_backend.contract.wire import Reason, SessionState
from portal_backend.domain.environment import Parameter, Workshop
from portal_backend.providers.base import Progress
from portal_backend.resources.model import EnvironmentSpec
from portal_backend.services import accounts, sessions
from portal_backend.services.allocation import (
    Allocated,
    Ask,
    Refused,
    UnknownEnvironment,
    UnknownUsers,
    anonymous_session,
    request_session,
)
from portal_backend.services.sessions import Activated, Lapsed, WrongToken


def test_a_first_request_makes_a_pending_session_and_a_user(house: House) -> None:
    house.offer(offer())
    answer = house.ask(index_url="https://index.example/", email="ann@example.com")
    session = answer.session
    assert (session.name, session.environment, session.state) == ("lab-w01-s001", "lab-w01", SessionState.WAITING)
    assert session.pending
    assert session.activate_by == house.clock() + timedelta(seconds=60)
    assert house.stored(session.name) == session
    assert house.rows("users") == 1
    assert re.fullmatch("[0-9a-f-]{36}", session.owner or "")


@pytest.mark.parametrize("asked", ["lab-w01", "basics", "start-here"], ids=["name", "workshop", "alias"])
def test_an_environment_is_asked_for_by_name_workshop_or_alias(house: House, asked: str) -> None:
    house.offer(offer(alias="start-here"), offer("other"))
    assert house.ask(asked).environment.name == "lab-w01"


@pytest.mark.parametrize("asked", ["nowhere", "", "LAB-W01"])
def test_any_other_name_is_unknown(house: House, asked: str) -> None:
    house.offer(offer())
    with pytest.raises(UnknownEnvironment):
        request_session(house.context, Ask(asked))


def test_the_same_user_gets_the_same_session(house: House) -> None:
    house.offer(offer())
    first = house.ask(user="ann")
    again = house.ask(user="ann", index_url="https://new.example/")
    assert again.session.name == first.session.name
    assert again.token != first.token
    assert house.stored(first.session.name).index_url == "https://new.example/"
    assert house.rows("sessions") == 1


def test_each_token_of_a_pending_session_lets_in(house: House) -> None:
    house.offer(offer())
    first, again = house.ask(user="ann"), house.ask(user="ann")
    assert isinstance(sessions.activate(house.context, first.session.name, first.token), Activated)
    assert isinstance(sessions.activate(house.context, first.session.name, again.token), Activated)


def test_asking_again_holds_a_seat_ten_minutes_at_most(house: House) -> None:
    house.offer(offer())
    name = house.ask(user="ann").session.name
    for _ in range(13):
        house.clock.forward(seconds=45)
        assert house.ask(user="ann").session.name == name
    house.clock.forward(seconds=20)
    assert house.ask(user="ann").session.name != name


def test_coming_back_to_a_running_session_lets_in_without_a_new_clock(house: House) -> None:
    house.offer(offer())
    first = house.ask(user="ann")
    sessions.activate(house.context, first.session.name, first.token)
    running = house.stored(first.session.name)
    house.clock.forward(minutes=20)
    again = house.ask(user="ann")
    assert sessions.activate(house.context, first.session.name, first.token) == WrongToken()
    assert isinstance(sessions.activate(house.context, first.session.name, again.token), Activated)
    assert house.stored(first.session.name).expires == running.expires


def test_a_session_that_is_over_is_not_given_back(house: House) -> None:
    house.offer(offer())
    first = house.ask(user="ann").session.name
    house.clock.forward(seconds=60)
    assert house.ask(user="ann").session.name != first


def test_the_last_seat_is_free_again_the_second_a_session_is_over(house: House) -> None:
    house.offer(offer(capacity=1))
    house.ask(user="ann")
    assert house.refusal(user="bob") == Refused(Reason.WORKSHOP_FULL, 60)
    house.clock.forward(seconds=59.5)
    assert house.refusal(user="bob") == Refused(Reason.WORKSHOP_FULL, 1)
    house.clock.forward(seconds=0.5)
    assert house.ask(user="bob").session.name == "lab-w01-s002"


def test_a_refused_request_stores_nothing(house: House) -> None:
    house.offer(offer(capacity=1))
    house.ask(user="ann")
    house.refusal(user="bob")
    assert (house.rows("users"), house.rows("sessions")) == (1, 1)


REFUSALS = [
    ("the workshop is full", {"capacity": 1}, {}, "basics", Reason.WORKSHOP_FULL),
    ("the portal is full", {}, {"maximum": 1}, "basics", Reason.PORTAL_FULL),
    ("so it is for another workshop", {}, {"maximum": 1}, "other", Reason.PORTAL_FULL),
]


@pytest.mark.parametrize(("numbers", "portal", "asked", "why"), [r[1:] for r in REFUSALS], ids=[r[0] for r in REFUSALS])
def test_a_limit_refuses(
    house: House, numbers: dict[str, int], portal: dict[str, int], asked: str, why: Reason
) -> None:
    house.offer(offer(**numbers), offer("other"), **portal)
    house.ask(user="ann")
    assert house.refusal(asked, user="bob").reason is why


def test_a_user_holds_no_more_than_the_cap(house: House) -> None:
    house.offer(offer(), offer("other"), anonymous=1)
    house.ask(user="ann")
    assert house.refusal("other", user="ann") == Refused(Reason.USER_LIMIT, 60)
    assert house.ask("other", user="bob").session.owner == "bob"


def test_a_named_session_is_only_given_to_its_owner(house: House) -> None:
    house.offer(offer(), offer("other"))
    mine = house.ask(user="ann").session.name
    assert house.ask(user="ann", asked_for=mine).session.name == mine
    for user, workshop in (("bob", "basics"), (None, "basics"), ("ann", "other")):
        assert house.refusal(workshop, user=user, asked_for=mine).reason is Reason.NO_SUCH_SESSION
    assert house.rows("sessions") == 1


@pytest.mark.parametrize(
    ("policy", "kept"), [(UnknownUsers.REISSUE, False), (UnknownUsers.ADOPT, True)], ids=["reissue", "adopt"]
)
def test_an_unknown_user_gets_what_the_policy_says(house: House, policy: UnknownUsers, kept: bool) -> None:
    house.offer(offer(), offer("other"))
    owner = house.ask(policy=policy, user="ann@example.com").session.owner
    assert (owner == "ann@example.com") is kept
    assert house.ask("other", policy=policy, user=owner).session.owner == owner
    assert house.rows("users") == 1


def test_a_known_user_is_described_anew_by_what_is_told(house: House) -> None:
    house.offer(offer(), offer("other"))
    house.ask(user="ann", email="ann@example.com", first_name="Ann")
    house.ask("other", user="ann", last_name="Lee")
    assert accounts.find_user(house.context, "ann") == accounts.User("ann", "ann@example.com", "Ann", "Lee")
    assert accounts.find_user(house.context, "bob") is None


def test_a_spare_is_taken_first_and_replaced(house: House) -> None:
    house.offer(offer(reserved=1, initial=1))
    assert house.ask().session.name == "lab-w01-s001"
    assert house.stored("lab-w01-s002").available
    assert house.rows("sessions") == 2


def test_a_spare_that_is_ready_is_taken_before_one_coming_up(house: House) -> None:
    slow = house.provider = SlowProvider()
    house.offer(offer(reserved=2, initial=2, capacity=3))
    slow.says = Progress.READY
    sessions.progress(house.context, "lab-w01-s002")
    taken = [house.ask().session for _ in range(3)]
    assert [(each.name, each.state) for each in taken] == [
        ("lab-w01-s002", SessionState.WAITING),
        ("lab-w01-s001", SessionState.STARTING),
        ("lab-w01-s003", SessionState.STARTING),
    ]


def test_an_environment_without_initial_spares_makes_them_with_its_first_request(house: House) -> None:
    house.offer(offer(reserved=2, initial=0))
    assert house.rows("sessions") == 0
    house.ask()
    assert house.rows("sessions") == 3


def test_a_full_portal_gives_up_the_oldest_spare_elsewhere(house: House) -> None:
    house.offer(offer("spare", reserved=2, initial=2), offer(reserved=1, initial=0), maximum=2)
    assert house.ask().session.name == "lab-w02-s001"
    assert house.stored("lab-w01-s001").state is SessionState.STOPPED
    assert house.stored("lab-w01-s002").available


def test_a_timeout_of_zero_leaves_a_session_pending(house: House) -> None:
    house.offer(offer())
    answer = house.ask(timeout=timedelta(0))
    house.clock.forward(hours=30)
    assert isinstance(sessions.activate(house.context, answer.session.name, answer.token), Activated)


def test_declared_parameters_are_kept_with_the_session(house: House) -> None:
    declared = (Parameter("colour", "red"), Parameter("code", generate="expression", pattern="[0-9]{6}"))
    house.offer(EnvironmentSpec(Workshop("basics", "Basics", parameters=declared), capacity=2, reserved=1))
    values = house.ask(parameters={"colour": "blue", "size": "xl"}).session.parameters
    assert set(values) == {"colour", "code"}
    assert values["colour"] == "blue"
    assert re.fullmatch("[0-9]{6}", values["code"])


def test_an_anonymous_visitor_enters_at_once(house: House) -> None:
    house.offer(offer(capacity=1))
    answer = anonymous_session(house.context, "basics", None, "https://index.example/")
    assert isinstance(answer, Allocated)
    assert (answer.session.state, answer.token) == (SessionState.RUNNING, "")
    again = anonymous_session(house.context, "basics", answer.session.owner)
    assert isinstance(again, Allocated)
    assert again.session.name == answer.session.name
    assert again.session.index_url == "https://index.example/"
    assert anonymous_session(house.context, "basics", None) == Refused(Reason.WORKSHOP_FULL, 60)


def test_a_visitor_enters_the_session_that_was_asked_for_in_the_same_name(house: House) -> None:
    house.offer(offer())
    pending = house.ask(user="ann")
    answer = anonymous_session(house.context, "basics", "ann")
    assert isinstance(answer, Allocated)
    assert (answer.session.name, answer.session.state) == (pending.session.name, SessionState.RUNNING)


def test_tokens_are_stored_as_hashes_only(house: House) -> None:
    house.offer(offer())
    answer = house.ask()
    with house.store.reading() as connection:
        stored = str(connection.exec_driver_sql("SELECT * FROM sessions").all())
    assert answer.session.name in stored
    assert answer.token not in stored


def test_a_token_of_another_session_does_not_open_this_one(house: House) -> None:
    house.offer(offer())
    ann, bob = house.ask(user="ann"), house.ask(user="bob")
    for wrong in (bob.token, "", "x", "\ud800"):
        assert sessions.activate(house.context, ann.session.name, wrong) == WrongToken()


def test_what_lapsed_or_never_was_says_where_to_go(house: House) -> None:
    house.offer(offer(reserved=1, initial=1))
    answer = house.ask(index_url="https://index.example/")
    house.clock.forward(seconds=60)
    assert sessions.activate(house.context, answer.session.name, answer.token) == Lapsed("https://index.example/")
    assert sessions.activate(house.context, "lab-w01-s002", answer.token) == Lapsed(None)
    assert sessions.activate(house.context, "lab-w01-s999", answer.token) == Lapsed(None)
