"""Events on their way: once each, in order within a session, again when they were not taken, and nobody waits."""

import base64
import hashlib
import hmac
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from listening import Received, Receiver, listening
from storing import House, offer

from portal_backend.services import sessions
from portal_backend.services.allocation import Ask, request_session
from portal_backend.services.context import Context
from portal_backend.services.delivery import LEASE, Delivery, Policy, back_off
from portal_backend.services.delivery_line import Limits
from portal_backend.services.delivery_reach import Reach
from portal_backend.services.sweeper import GIVE_UP, sweep
from portal_backend.services.webhooks import Reporting, key_of, new_secret
from portal_backend.store.queries import outbox

TESTS = Path(__file__).resolve().parents[2]
SECRET = new_secret(b"k" * 32)
OLDER = "an older secret, which is any text at all"
REACH = Reach((ip_network("127.0.0.0/8"),))
QUICK = Limits(connect=0.5, silence=0.4, total=0.8)
STORY = [
    "User/Create",
    "Session/Pending",
    "Session/Started",
    "Session/Terminate",
    "Session/Stopping",
    "Session/Deleted",
]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that takes everything."""
    with listening() as found:
        yield found


@pytest.fixture
def other() -> Iterator[Receiver]:
    """A second receiver."""
    with listening() as found:
        yield found


def delivery(house: House, *secrets: str, limits: Limits = QUICK, reach: Reach = REACH) -> Delivery:
    return Delivery(house.context, Policy(secrets or (SECRET,), reach, limits), chance=lambda: 0.0)


def told(house: House, webhook: str, *users: str) -> None:
    """Let users live a session each, of which `webhook` is to be told."""
    house.offer(offer(capacity=100), webhook=webhook)
    with house.store.writing() as connection:
        connection.exec_driver_sql("DELETE FROM outbox")
    for user in users:
        answer = house.ask(user=user)
        sessions.activate(house.context, answer.session.name, answer.token)
        sessions.end(house.context, answer.session.name)


def until(condition: Callable[[], bool], seconds: float = 10) -> bool:
    """Return whether `condition` came true in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        threading.Event().wait(0.01)
    return True


def test_a_story_arrives_in_order_and_is_then_forgotten(house: House, receiver: Receiver) -> None:
    told(house, receiver.url(), "ann")
    assert delivery(house).run() == 6
    assert receiver.names() == STORY
    assert house.rows("outbox") == 0
    assert delivery(house).run() == 0
    assert len({got.connection for got in receiver.got}) == 1


def genuine(got: Received, secret: str) -> bool:
    content = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode() + got.raw
    wanted = base64.b64encode(hmac.new(key_of(secret), content, hashlib.sha256).digest()).decode()
    return f"v1,{wanted}" in got.headers["webhook-signature"].split()


def test_what_arrives_is_signed_with_every_secret_in_force(house: House, receiver: Receiver) -> None:
    told(house, receiver.url(), "ann")
    delivery(house, SECRET, OLDER).run()
    got = receiver.got[0]
    assert got.headers["content-type"] == "application/json"
    assert got.headers["webhook-timestamp"] == str(int(house.clock.moment.timestamp()))
    assert [genuine(got, secret) for secret in (SECRET, OLDER, "another")] == [True, True, False]
    assert key_of(SECRET) == b"k" * 32
    assert key_of("whsec_this is not base64") == b"whsec_this is not base64"


@pytest.mark.parametrize("status", [301, 400, 404, 500])
def test_what_is_not_taken_comes_again_and_its_followers_wait(house: House, receiver: Receiver, status: int) -> None:
    told(house, receiver.url(), "ann", "bob")
    receiver.answers = [200, status]
    post = delivery(house)
    assert post.run() == 7
    assert [(got.event["user"], got.event["name"]) for got in receiver.got] == [
        ("ann", "User/Create"),
        ("ann", "Session/Pending"),
        *(("bob", name) for name in STORY),
    ]
    assert post.run() == 0
    house.clock.forward(seconds=5)
    assert post.run() == 5
    assert [got.event["name"] for got in receiver.got if got.event["user"] == "ann"] == [
        STORY[0],
        *STORY[1:2] * 2,
        *STORY[2:],
    ]
    assert len({got.id for got in receiver.got}) == 12


def test_a_failing_target_is_asked_later_and_later(house: House, receiver: Receiver) -> None:
    told(house, receiver.url(), "ann")
    receiver.by_path["/hook"] = 500
    begun, post, asked = house.clock.moment, delivery(house), []
    for _ in range(80):
        before = len(receiver.got)
        post.run()
        if len(receiver.got) > before:
            asked.append((house.clock.moment - begun).seconds)
        house.clock.forward(seconds=1)
    assert asked == [0, 5, 15, 35, 75]


@pytest.mark.parametrize(
    ("attempts", "chance", "seconds"),
    [(1, 0.0, 5), (1, 1.0, 2.5), (2, 0.0, 10), (4, 0.0, 40), (10, 0.0, 2560), (11, 0.0, 3600), (5000, 1.0, 1800)],
)
def test_the_wait_doubles_up_to_a_bound_less_up_to_half_of_it(attempts: int, chance: float, seconds: float) -> None:
    length = back_off(attempts, timedelta(seconds=5), timedelta(hours=1), chance)
    assert length == timedelta(seconds=seconds)


def test_a_target_that_is_gone_is_left_alone_and_then_gets_everything(house: House, receiver: Receiver) -> None:
    with listening() as gone:
        address = gone.url()
    told(house, address, "ann", "bob")
    post = delivery(house)
    assert (post.run(), post.run()) == (0, 0)
    with house.store.reading() as connection:
        attempts = connection.exec_driver_sql("SELECT sum(attempts) FROM outbox").scalar()
    assert attempts == 1
    house.clock.forward(seconds=1)
    post.run()
    with house.store.reading() as connection:
        assert connection.exec_driver_sql("SELECT sum(attempts) FROM outbox").scalar() == 2


def test_a_target_that_fails_on_everything_is_left_alone(house: House, receiver: Receiver) -> None:
    told(house, receiver.url(), *(f"user-{number}" for number in range(8)))
    receiver.by_path["/hook"] = 503
    post = delivery(house)
    assert post.run() == 0
    assert len(receiver.got) == 5
    post.run()
    assert len(receiver.got) == 5
    receiver.by_path.clear()
    house.clock.forward(minutes=10)
    assert post.run() == 48


def test_a_target_may_ask_to_be_left_alone(house: House, receiver: Receiver) -> None:
    told(house, receiver.url(), "ann", "bob")
    receiver.headers["Retry-After"], receiver.answers = "120", [429]
    post = delivery(house)
    assert post.run() == 0
    house.clock.forward(seconds=119)
    assert post.run() == 0
    assert len(receiver.got) == 1
    house.clock.forward(seconds=1)
    assert post.run() == 12


def test_after_a_day_an_event_is_given_up(house: House, receiver: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    told(house, receiver.url(), "ann")
    receiver.by_path["/hook"] = 500
    delivery(house).run()
    house.clock.moment += GIVE_UP
    sweep(house.context)
    assert house.rows("outbox") == 6
    house.clock.forward(seconds=1)
    with caplog.at_level(logging.WARNING):
        sweep(house.context)
    assert house.rows("outbox") == 0
    assert "6 events for webhooks were given up" in caplog.text


def test_a_private_target_is_not_posted_to(house: House, receiver: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    told(house, receiver.url("/hook?key=secret"), "ann")
    assert delivery(house, reach=Reach()).run() == 0
    assert receiver.got == []
    assert "PORTAL_WEBHOOK_PRIVATE" in caplog.text
    assert "key=secret" not in caplog.text


def test_a_name_that_becomes_private_is_not_posted_to(house: House, receiver: Receiver) -> None:
    addresses = [["127.0.0.1"], ["10.0.0.1"]]
    reach = Reach(REACH.private, lambda host, port: addresses.pop(0))
    told(house, f"http://hooks.example.test:{receiver.port}/hook", "ann")
    assert delivery(house, reach=reach).run() == 6
    told(house, f"http://hooks.example.test:{receiver.port}/hook", "bob")
    assert delivery(house, reach=reach).run() == 0
    assert len(receiver.got) == 6


def test_a_session_has_its_own_target_beside_the_portals(house: House, receiver: Receiver, other: Receiver) -> None:
    told(house, receiver.url("/all"))
    reporting = Reporting("https://portal.example.test", frozenset({other.url("")}))
    context = Context(house.store, house.provider, house.clock, reporting=reporting)
    request_session(context, Ask("basics", "ann", analytics_url=other.url("/mine")))
    other.by_path["/mine"] = 500
    assert delivery(house).run() == 2
    assert receiver.names("/all") == ["User/Create", "Session/Pending"]
    assert other.names("/mine") == ["Session/Pending"]
    assert other.got[0].id == receiver.got[1].id
    assert other.got[0].raw == receiver.got[1].raw


def test_a_dead_target_delays_no_other_and_no_request(house: House, receiver: Receiver, other: Receiver) -> None:
    """One of three targets hangs; the others get everything, and sessions are given out, while it does."""
    told(house, receiver.url())
    origins = frozenset({other.url(""), receiver.url("")})
    context = Context(house.store, house.provider, house.clock, reporting=Reporting("", origins))
    other.ways["/mine"] = "hang"
    post, stop = delivery(house, limits=Limits(silence=20, total=20)), threading.Event()
    thread = threading.Thread(target=post.run_until, args=(stop, 0.01))
    thread.start()
    try:
        for number in range(10):
            request_session(context, Ask("basics", f"user-{number}", analytics_url=other.url("/mine")))
        assert until(lambda: len(receiver.names()) == 20)
        assert until(lambda: len(other.got) == 1)
        request_session(context, Ask("basics", "late", analytics_url=receiver.url("/late")))
        assert until(lambda: receiver.names("/late") == ["Session/Pending"])
        assert len(other.got) == 1
    finally:
        stop.set()
        other.stopped.set()
        thread.join(30)
    assert not thread.is_alive()


def test_what_was_taken_and_not_tried_is_free_again_when_posting_stops(house: House, receiver: Receiver) -> None:
    told(house, receiver.url(), "ann", "bob")
    receiver.ways["/hook"] = "hang"
    post, stop = delivery(house, limits=Limits(silence=20, total=20)), threading.Event()
    thread = threading.Thread(target=post.run_until, args=(stop, 0.01))
    thread.start()
    assert until(lambda: len(receiver.got) == 1)
    stop.set()
    receiver.stopped.set()
    thread.join(30)
    receiver.ways.clear()
    house.clock.forward(seconds=5)
    assert delivery(house).run() == 12


def posters(url: str, count: int, seconds: float = 0, how: str = "") -> list[str]:
    """Return what each of some processes says that begin to post together."""
    command = [sys.executable, str(TESTS / "poster.py"), url, str(seconds), how]
    environ = os.environ | {"PYTHONPATH": os.pathsep.join((str(TESTS), str(TESTS.parent)))}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    started = [subprocess.Popen(command, env=environ, **pipes) for _ in range(count)]  # type: ignore[call-overload]
    try:
        assert [each.stdout.readline() for each in started] == ["ready\n"] * count
        for each in started:
            each.stdin.write("go\n")
            each.stdin.flush()
        return [each.communicate(timeout=120)[0].strip() for each in started]
    finally:
        for each in started:
            each.kill()
            each.communicate()


def test_several_processes_post_each_event_once_and_in_order(house: House, store_url: str, receiver: Receiver) -> None:
    users = [f"user-{number}" for number in range(12)]
    told(house, receiver.url(), *users)
    assert sum(int(arrived) for arrived in posters(store_url, 3)) == 72
    assert len(receiver.got) == len({got.id for got in receiver.got}) == 72
    for user in users:
        assert [got.event["name"] for got in receiver.got if got.event["user"] == user] == STORY


def test_a_crash_between_posting_and_noting_it_posts_again_when_the_lease_is_over(
    house: House, store_url: str, receiver: Receiver
) -> None:
    told(house, receiver.url(), "ann")
    assert posters(store_url, 1, how="crash") == [""]
    assert receiver.names() == STORY[:1]
    assert delivery(house).run() == 0
    house.clock.moment += LEASE
    assert delivery(house).run() == 6
    assert receiver.names() == [STORY[0], *STORY]
    assert receiver.got[0].id == receiver.got[1].id


def test_a_letter_taken_from_one_who_was_too_slow_is_not_dropped_by_him(house: House, receiver: Receiver) -> None:
    told(house, receiver.url(), "ann")
    lane, now = receiver.url(""), house.clock.moment
    with house.store.writing() as connection:
        slow = outbox.take(connection, lane, "slow", now, LEASE, 1)
        assert outbox.take(connection, lane, "early", now, LEASE, 1) == []
        assert outbox.take(connection, lane, "quick", now + LEASE, LEASE, 1) == slow
        outbox.delivered(connection, "slow", [slow[0].id])
        outbox.put_off(connection, "slow", slow[0].id, now, tried=True)
    assert house.rows("outbox") == 6
    with house.store.writing() as connection:
        outbox.delivered(connection, "quick", [slow[0].id])
    assert house.rows("outbox") == 5


def test_what_waits_is_told_lane_by_lane(house: House, receiver: Receiver) -> None:
    told(house, receiver.url(), "ann")
    with house.store.reading() as connection:
        assert outbox.lanes(connection) == [receiver.url("")]
        (waiting,) = outbox.waiting(connection)
    assert (waiting.lane, waiting.letters, waiting.oldest) == (receiver.url(""), 6, house.clock.moment)
