"""The sweeper: it does what is due, once, in small steps, and hurts nobody."""

import threading
from datetime import timedelta

import pytest
from doubles import SlowProvider
from storing import HOUR, House, offer

from portal_backend.contract.wire import EnvironmentState, SessionState
from portal_backend.domain.schedule import Terms
from portal_backend.domain.session import Ending
from portal_backend.providers.base import Progress
from portal_backend.services import accounts, catalog, pacing, sessions
from portal_backend.services.sweeper import Swept, sweep

MINUTE = timedelta(minutes=1)


def running(house: House, workshop: str = "basics", **more: object) -> str:
    answer = house.ask(workshop, **more)
    sessions.activate(house.context, answer.session.name, answer.token)
    return answer.session.name


def test_nothing_due_is_nothing_done(house: House) -> None:
    assert not sweep(house.context)
    house.offer(offer(reserved=1, initial=1))
    running(house)
    assert not sweep(house.context)


@pytest.mark.parametrize(
    ("terms", "activated", "after", "why"),
    [
        pytest.param(Terms(HOUR), False, MINUTE, Ending.LAPSED, id="not activated"),
        pytest.param(Terms(HOUR), True, HOUR, Ending.EXPIRED, id="expired"),
        pytest.param(Terms(HOUR, orphaned=5 * MINUTE), True, 5 * MINUTE, Ending.ORPHANED, id="left alone"),
        pytest.param(Terms(HOUR, orphaned=5 * MINUTE), True, 4 * MINUTE, None, id="left alone for a little"),
    ],
)
def test_what_time_has_ended_is_ended(
    house: House, terms: Terms, activated: bool, after: timedelta, why: Ending | None
) -> None:
    house.offer(offer(terms=terms))
    name = running(house) if activated else house.ask().session.name
    sessions.seen(house.context, name, watched=True)
    house.clock.moment += after
    assert sweep(house.context) == Swept(ended=int(why is not None))
    assert house.stored(name).ending is why
    assert not sweep(house.context)


def test_a_slow_start_is_followed_without_anybody_looking(house: House) -> None:
    slow = house.provider = SlowProvider()
    house.offer(offer(reserved=1, initial=1))
    name = running(house)
    assert name == "lab-w01-s001"
    assert not sweep(house.context)
    slow.says = Progress.READY
    assert sweep(house.context).started == 2
    assert house.stored(name).state is SessionState.RUNNING
    assert house.stored("lab-w01-s002").available


def test_an_overdue_start_is_ended(house: House) -> None:
    slow = house.provider = SlowProvider()
    house.offer(offer(terms=Terms(HOUR, overdue=2 * MINUTE)))
    name = running(house)
    house.clock.forward(minutes=2)
    assert sweep(house.context) == Swept(ended=1)
    assert house.stored(name).ending is Ending.OVERDUE
    assert slow.stopped == [name]


def test_a_start_the_provider_was_never_told_of_is_told_again(house: House) -> None:
    slow = house.provider = SlowProvider(broken=True)
    house.offer(offer())
    name = running(house)
    slow.broken = False
    sweep(house.context)
    assert slow.started == []
    house.clock.forward(seconds=31)
    sweep(house.context)
    sweep(house.context)
    assert slow.started == [name]


def test_a_stop_that_failed_is_tried_again(house: House) -> None:
    slow = house.provider = SlowProvider()
    house.offer(offer())
    name = running(house)
    slow.broken = True
    sessions.end(house.context, name)
    assert sweep(house.context).stopped == 0
    slow.broken = False
    assert sweep(house.context).stopped == 1
    assert house.stored(name).state is SessionState.STOPPED
    assert sweep(house.context).stopped == 0


def test_sessions_of_a_provider_that_is_instant_now_are_moved_on(house: House) -> None:
    instant = house.provider
    slow = house.provider = SlowProvider()
    house.offer(offer())
    name, other = running(house, user="ann"), running(house, user="bob")
    slow.broken = True
    sessions.end(house.context, other)
    house.provider = instant
    swept = sweep(house.context)
    assert (swept.started, swept.stopped) == (1, 1)
    assert house.stored(name).state is SessionState.RUNNING


@pytest.mark.parametrize(
    ("numbers", "portal", "spares"),
    [
        pytest.param({"reserved": 2, "initial": 2}, {}, 2, id="the reserve is filled again"),
        pytest.param({"reserved": 2, "initial": 2, "capacity": 2}, {}, 1, id="within the capacity"),
        pytest.param({"reserved": 2, "initial": 2}, {"maximum": 2}, 1, id="within the portal's maximum"),
    ],
)
def test_reserves_are_topped_up(house: House, numbers: dict[str, int], portal: dict[str, int], spares: int) -> None:
    house.offer(offer(**numbers), **portal)
    running(house, user="ann")
    second = house.ask(user="bob").session.name
    sessions.end(house.context, second)
    sweep(house.context)
    listed = catalog.environments(house.context)[0]
    assert (listed.allocated, listed.available) == (1, spares)


def test_an_environment_nobody_asked_for_waits_for_its_first_request(house: House) -> None:
    house.offer(offer(reserved=2, initial=0))
    assert not sweep(house.context)
    sessions.end(house.context, house.ask().session.name)
    assert catalog.environments(house.context)[0].available == 2


def test_an_environment_on_its_way_out_ends_with_its_last_session(house: House) -> None:
    house.offer(offer(reserved=1, initial=1))
    running(house)
    house.offer()
    sweep(house.context)
    assert catalog.environments(house.context, [EnvironmentState.STOPPING])
    house.clock.forward(hours=1)
    assert sweep(house.context) == Swept(ended=1)
    assert catalog.environments(house.context, [EnvironmentState.STOPPED])


def test_old_rows_are_forgotten_and_what_is_used_is_kept(house: House) -> None:
    house.offer(offer(terms=Terms()), offer("gone"))
    running(house, user="ann")
    sessions.end(house.context, running(house, "gone", user="bob"))
    accounts.issue(house.context, "robot", "client", "scope")
    house.offer(offer(terms=Terms()))
    sweep(house.context)
    house.clock.forward(hours=36)
    assert sweep(house.context) == Swept()
    house.clock.forward(seconds=1)
    assert sweep(house.context) == Swept(forgotten=3)
    assert [house.rows(table) for table in ("sessions", "users", "environments", "tokens")] == [1, 1, 1, 1]
    house.clock.forward(days=29)
    assert sweep(house.context) == Swept(forgotten=1)
    assert house.rows("tokens") == 0


def test_how_long_rows_are_kept_can_be_set(house: House) -> None:
    house.offer(offer())
    sessions.end(house.context, running(house))
    house.clock.forward(minutes=2)
    assert sweep(house.context, keep=MINUTE) == Swept(forgotten=2)


def test_more_than_a_batch_is_ended_in_one_sweep(house: House) -> None:
    many = 2 * pacing.LARGEST + 1
    house.offer(offer(capacity=many))
    for _ in range(many):
        house.ask()
    house.clock.forward(minutes=1)
    assert sweep(house.context) == Swept(ended=many)
    assert house.ask().session.name == f"lab-w01-s{many + 1:03d}"


def test_many_sweepers_at_once_do_each_thing_once(house: House) -> None:
    house.offer(offer(capacity=120, reserved=5, initial=5))
    for _ in range(100):
        house.ask()
    house.clock.forward(minutes=1)
    done: list[Swept] = []
    threads = [threading.Thread(target=lambda: done.append(sweep(house.context))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(swept.ended for swept in done) == 100
    assert catalog.environments(house.context)[0].active == 5


def test_counting_what_is_gone_changes_no_answer(house: House) -> None:
    house.offer(offer(capacity=30))
    for _ in range(25):
        house.ask()
    house.clock.forward(minutes=1)
    sweep(house.context)
    with house.store.reading() as connection:
        assert connection.exec_driver_sql("SELECT sessions_gone FROM environments").scalar() == 25
    for _ in range(30):
        house.ask()
    assert house.refusal().reason == "workshop-full"
