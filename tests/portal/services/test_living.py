"""A session in its owner's hands: its clock, its end, and a start that takes time."""

from datetime import timedelta

import pytest
from doubles import SlowProvider
from storing import HOUR, TERMS, House, offer

from portal_backend.contract.wire import EnvironmentState, SessionState
from portal_backend.domain.schedule import Terms
from portal_backend.domain.session import Ending
from portal_backend.providers.base import Progress
from portal_backend.services import catalog, sessions
from portal_backend.services.allocation import anonymous_session
from portal_backend.services.sessions import UnknownSession, UnownedSession


def running(house: House, **more: object) -> str:
    answer = house.ask(**more)
    sessions.activate(house.context, answer.session.name, answer.token)
    return answer.session.name


def test_a_clock_is_told_while_the_session_lives(house: House) -> None:
    house.offer(offer())
    name = running(house)
    house.clock.forward(minutes=50)
    told = sessions.schedule_of(house.context, name)
    assert (told.status, told.countdown, told.expiring, told.extendable) == (SessionState.RUNNING, 600, True, True)
    house.clock.forward(minutes=10)
    with pytest.raises(UnknownSession):
        sessions.schedule_of(house.context, name)


def test_an_extension_is_granted_in_its_window_only(house: House) -> None:
    house.offer(offer())
    name = running(house)
    assert not sessions.extend(house.context, name).extended
    house.clock.forward(minutes=50)
    granted = sessions.extend(house.context, name)
    assert (granted.extended, granted.schedule.countdown) == (True, 25 * 60)
    assert not sessions.extend(house.context, name).extended
    house.clock.forward(minutes=24)
    assert sessions.schedule_of(house.context, name).countdown == 60


@pytest.mark.parametrize("act", [sessions.extend, sessions.end, sessions.schedule_of], ids=lambda act: act.__name__)
def test_nothing_is_done_with_what_is_not_there(house: House, act) -> None:
    house.offer(offer())
    with pytest.raises(UnknownSession):
        act(house.context, "lab-w01-s001")


@pytest.mark.parametrize("act", [sessions.extend, sessions.end], ids=lambda act: act.__name__)
def test_nothing_is_done_with_a_spare(house: House, act) -> None:
    house.offer(offer(reserved=1, initial=1))
    with pytest.raises(UnownedSession):
        act(house.context, "lab-w01-s001")


def test_a_session_ends_once(house: House) -> None:
    house.offer(offer(capacity=1))
    name = running(house, index_url="https://index.example/")
    ended = sessions.end(house.context, name)
    assert (ended.state, ended.ending, ended.started) == (SessionState.STOPPED, Ending.FINISHED, house.clock())
    with pytest.raises(UnknownSession):
        sessions.end(house.context, name)
    assert house.ask().session.name == "lab-w01-s002"
    held = sessions.find(house.context, name)
    assert held is not None
    assert held.session.index_url == "https://index.example/"


def test_an_expired_session_cannot_be_ended_again(house: House) -> None:
    house.offer(offer())
    name = running(house)
    house.clock.forward(hours=1)
    with pytest.raises(UnknownSession):
        sessions.end(house.context, name)


def test_a_users_live_sessions_are_listed_oldest_first(house: House) -> None:
    house.offer(offer(), offer("other"), offer("third"))
    names = [house.ask(workshop, user="ann").session.name for workshop in ("third", "basics", "other")]
    sessions.end(house.context, names[1])
    house.ask(user="bob")
    held = sessions.of_user(house.context, "ann")
    assert {(each.session.name, each.environment.workshop.name) for each in held} == {
        (names[0], "third"),
        (names[2], "other"),
    }
    house.clock.forward(minutes=1)
    assert sessions.of_user(house.context, "ann") == []
    assert sessions.of_user(house.context, "nobody") == []


@pytest.mark.parametrize(
    ("watched", "seconds", "written"),
    [
        pytest.param(False, (0, 60, 300), [False, False, False], id="looked at, by a browser without scripts"),
        pytest.param(True, (0, 20, 15, 20, 40), [True, False, True, False, True], id="watched"),
    ],
)
def test_a_sighting_counts_from_the_first_watching_on_and_is_written_now_and_then(
    house: House, watched: bool, seconds: tuple[int, ...], written: list[bool]
) -> None:
    house.offer(offer(terms=Terms(HOUR, orphaned=timedelta(minutes=4))))
    answer = house.ask()
    name = answer.session.name
    assert not sessions.seen(house.context, name, watched)
    sessions.activate(house.context, name, answer.token)
    found = []
    for length in seconds:
        house.clock.forward(seconds=length)
        found.append(sessions.seen(house.context, name, watched))
    assert found == written
    assert not sessions.seen(house.context, "lab-w01-s999", watched)


def test_a_watched_owner_is_seen_by_looking_too(house: House) -> None:
    house.offer(offer(terms=Terms(HOUR, orphaned=timedelta(minutes=4))))
    answer = house.ask()
    name = answer.session.name
    sessions.activate(house.context, name, answer.token)
    sessions.seen(house.context, name, watched=True)
    house.clock.forward(minutes=3)
    assert sessions.seen(house.context, name)
    assert house.stored(name).last_seen == house.clock.moment


def test_nobody_is_watched_where_nobody_minds(house: House) -> None:
    house.offer(offer())
    answer = house.ask()
    sessions.activate(house.context, answer.session.name, answer.token)
    assert not sessions.seen(house.context, answer.session.name, watched=True)


@pytest.fixture
def slow(house: House) -> SlowProvider:
    provider = house.provider = SlowProvider()
    return provider


def test_a_slow_session_runs_once_it_is_ready_and_its_owner_came(house: House, slow: SlowProvider) -> None:
    house.offer(offer())
    name = running(house)
    assert slow.started == [name]
    followed = sessions.progress(house.context, name)
    assert (followed.held.session.state, followed.ending) == (SessionState.STARTING, None)
    house.clock.forward(minutes=5)
    slow.says = Progress.READY
    session = sessions.progress(house.context, name).held.session
    assert (session.state, session.started, session.expires) == (
        SessionState.RUNNING,
        house.clock(),
        house.clock() + HOUR,
    )


def test_a_slow_session_waits_for_its_owner(house: House, slow: SlowProvider) -> None:
    house.offer(offer())
    answer = house.ask()
    slow.says = Progress.READY
    assert sessions.progress(house.context, answer.session.name).held.session.state is SessionState.WAITING
    sessions.activate(house.context, answer.session.name, answer.token)
    assert house.stored(answer.session.name).state is SessionState.RUNNING


@pytest.mark.parametrize(
    ("says", "minutes", "why"),
    [
        pytest.param(Progress.FAILED, 0, Ending.FAILED, id="the provider failed"),
        pytest.param(Progress.STARTING, 2, Ending.OVERDUE, id="it takes too long"),
        pytest.param(Progress.READY, 2, Ending.OVERDUE, id="it is ready too late"),
    ],
)
def test_a_start_that_does_not_end_well(
    house: House, slow: SlowProvider, says: Progress, minutes: int, why: Ending
) -> None:
    house.offer(offer(terms=Terms(HOUR, overdue=2 * TERMS.overtime / 15)))
    name = running(house)
    slow.says = says
    house.clock.forward(minutes=minutes)
    followed = sessions.progress(house.context, name)
    assert followed.ending is why
    assert house.stored(name).state is SessionState.STOPPED
    assert slow.stopped == [name]


def test_a_session_that_is_over_is_told_as_over(house: House) -> None:
    house.offer(offer())
    name = running(house)
    house.clock.forward(hours=1)
    assert sessions.progress(house.context, name).ending is Ending.EXPIRED
    assert sessions.progress(house.context, name).ending is Ending.EXPIRED
    with pytest.raises(UnknownSession):
        sessions.progress(house.context, "lab-w01-s999")


def test_a_broken_provider_fails_no_request(house: House, slow: SlowProvider, caplog: pytest.LogCaptureFixture) -> None:
    house.offer(offer())
    slow.broken = True
    name = running(house)
    assert sessions.progress(house.context, name).held.session.state is SessionState.STARTING
    assert sessions.end(house.context, name).state is SessionState.STOPPING
    assert house.stored(name).state is SessionState.STOPPING
    assert [record.message for record in caplog.records] == [
        f"the provider failed on session {name}; it is tried again",
        f"session {name} could not be polled; it is tried again",
        f"the provider failed on session {name}; it is tried again",
    ]


def test_an_anonymous_visitor_waits_for_a_slow_start(house: House, slow: SlowProvider) -> None:
    house.offer(offer())
    answer = anonymous_session(house.context, "basics", None)
    session = answer.session  # type: ignore[union-attr]
    assert (session.state, session.pending) == (SessionState.STARTING, False)
    slow.says = Progress.READY
    assert sessions.progress(house.context, session.name).held.session.state is SessionState.RUNNING


def test_the_catalog_counts_what_is_live_now(house: House) -> None:
    house.offer(offer(capacity=4, reserved=1, initial=1), offer("other", reserved=2, initial=2))
    running(house)
    house.ask()
    told = {listed.environment.workshop.name: listed for listed in catalog.environments(house.context, sessions=True)}
    basics, other = told["basics"], told["other"]
    assert (basics.active, basics.allocated, basics.available, len(basics.sessions)) == (3, 2, 1, 3)
    assert (other.active, other.allocated, other.available) == (2, 0, 2)
    assert catalog.portal(house.context).allocated == 2
    house.clock.forward(minutes=1)
    assert catalog.portal(house.context).allocated == 1
    assert catalog.environments(house.context)[0].sessions == ()


def test_no_more_spares_are_told_than_are_reserved(house: House) -> None:
    house.offer(offer(reserved=1, initial=3))
    listed = catalog.environments(house.context)[0]
    assert (listed.active, listed.available) == (3, 1)


def test_spares_that_are_starting_are_not_available(house: House, slow: SlowProvider) -> None:
    house.offer(offer(reserved=2, initial=2))
    assert catalog.environments(house.context)[0].available == 0


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        pytest.param({}, ["basics", "other"], id="all that run"),
        pytest.param({"names": ["other"]}, ["other"], id="by workshop"),
        pytest.param({"names": ["start-here", "nowhere"]}, ["basics"], id="by alias"),
        pytest.param({"names": ["lab-w02"]}, ["other"], id="by name"),
        pytest.param({"names": [""]}, [], id="an empty name is nobody's"),
        pytest.param({"labels": {"area": "ops"}}, ["other"], id="by label"),
        pytest.param({"labels": {"area": "ops", "level": "1"}}, [], id="by all labels"),
        pytest.param({"states": list(EnvironmentState)}, ["basics", "other", "gone"], id="in any state"),
        pytest.param({"states": [EnvironmentState.STOPPING]}, ["gone"], id="on their way out"),
    ],
)
def test_the_catalog_is_filtered(house: House, wanted: dict[str, object], found: list[str]) -> None:
    kept = offer(alias="start-here"), offer("other", labels={"area": "ops"})
    house.offer(*kept, offer("gone"))
    house.ask("gone")
    house.offer(*kept)
    listed = catalog.environments(house.context, **wanted)  # type: ignore[arg-type]
    assert [each.environment.workshop.name for each in listed] == found


@pytest.mark.parametrize("ask", [catalog.portal, catalog.settings], ids=["counted", "settings"])
def test_a_portal_without_configuration_says_so(house: House, ask) -> None:
    with pytest.raises(catalog.NotConfigured):
        ask(house.context)
    assert catalog.environments(house.context) == []
