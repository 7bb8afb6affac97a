"""Portals that are slow, silent or gone: pages stay quick, starts say what is wrong, calls do not pile up."""

import errno
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import redis
import requests
import responses
from bs4 import BeautifulSoup
from doubles import START, HandClock
from flask import Flask
from flask_caching import Cache
from portal_double import Double, plain, serving
from programs import until

from frontend import portal_client, portal_gate
from frontend.kept_catalogs import JsonValues, KeptCatalogs
from frontend.known_catalogs import KnownCatalogs
from frontend.known_sessions import KnownSessions
from frontend.portal_client import (
    Login,
    PortalClient,
    PortalMisconfigured,
    PortalRefused,
    PortalResting,
    PortalUnreachable,
)
from frontend.portal_gate import MOST_CALLS, Gate, GateClosed, of_threads
from frontend.site.offers import Known

LOGIN = {f"PORTAL_ROBOT_{part}": "x" for part in ("USERNAME", "PASSWORD", "CLIENT_ID", "CLIENT_SECRET")}
CATALOG = "/workshops/catalog/environments/"


@pytest.fixture
def double() -> Iterator[Double]:
    """A portal that does as it is told."""
    with serving(plain()) as portal:
        yield portal


def to(double: Double) -> PortalClient:
    """Return a client of the double."""
    return PortalClient("main", double.url, double.url, lambda: Login("r", "p", "c", "s"))


def memory() -> Cache:
    """Return a cache of this process alone."""
    return Cache(Flask("memory"), config={"CACHE_TYPE": "SimpleCache", "CACHE_SERIALIZER": JsonValues})


def timed(ask: Callable[[], Any]) -> tuple[Any, float]:
    """Return what `ask` returns, and the seconds it took."""
    begun = time.monotonic()
    return ask(), time.monotonic() - begun


def still_asks(catalogs: KnownCatalogs, client: PortalClient) -> bool:
    """Whether the portal has not answered yet, nor been given up: whoever is done by now has not waited for it."""
    return client.key in catalogs._background._under_way


def test_the_last_known_catalog_comes_at_once_from_a_silent_portal(double: Double, tmp_path: Path) -> None:
    clock, client = HandClock(), to(double)
    catalogs = KnownCatalogs(KeptCatalogs(memory(), tmp_path), clock)
    first = catalogs.known([client])[0]
    double.silent = True
    clock.forward(seconds=3)
    with ThreadPoolExecutor(16) as visitors:
        found = list(visitors.map(lambda _: catalogs.known([client])[0], range(64)))
    assert still_asks(catalogs, client)
    assert all(known.listing == first.listing and not known.stale for known in found)
    assert double.most_waiting <= 1
    clock.forward(seconds=20)
    assert catalogs.known([client])[0].stale
    assert still_asks(catalogs, client)


def test_the_last_known_catalog_outlives_the_process(double: Double, tmp_path: Path) -> None:
    clock, client = HandClock(), to(double)
    first = KnownCatalogs(KeptCatalogs(memory(), tmp_path), clock).known([client])[0]
    double.silent = True
    clock.forward(hours=1)
    catalogs = KnownCatalogs(KeptCatalogs(memory(), tmp_path), clock)
    known = catalogs.known([client])[0]
    assert still_asks(catalogs, client)
    assert known == Known("main", first.listing, stale=True)
    assert known.listing.fetched == first.listing.fetched
    assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.iterdir())


@pytest.mark.parametrize("text", ["", "{", "[]", '{"environments": 3}', "\x00"], ids=repr)
def test_a_kept_catalog_that_is_damaged_counts_as_none(text: str, double: Double, tmp_path: Path) -> None:
    clock, client = HandClock(), to(double)
    KnownCatalogs(KeptCatalogs(memory(), tmp_path), clock).known([client])
    (kept,) = tmp_path.glob("*.json")
    kept.write_text(text)
    assert KnownCatalogs(KeptCatalogs(memory(), tmp_path), clock).known([client])[0].listing is not None


def test_a_portal_at_another_address_is_another_portal(double: Double, tmp_path: Path) -> None:
    KnownCatalogs(KeptCatalogs(memory(), tmp_path), HandClock()).known([to(double)])
    moved = PortalClient("main", "http://127.0.0.1:9", "http://127.0.0.1:9", lambda: Login("r", "p", "c", "s"))
    assert KnownCatalogs(KeptCatalogs(memory(), tmp_path), HandClock()).known([moved])[0].listing is None


@pytest.fixture(params=["folder", "redis"])
def two_processes(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[KeptCatalogs]]:
    """Where two processes keep catalogs: on one machine, or on two that share a Redis."""
    if request.param == "folder":
        yield [KeptCatalogs(memory(), tmp_path) for _ in range(2)]
        return
    address, prefix = "redis://127.0.0.1:6379/0", f"test-{uuid4().hex}:"
    store = redis.Redis.from_url(address, socket_connect_timeout=1)
    try:
        store.ping()
    except redis.ConnectionError:
        pytest.skip("no Redis at 127.0.0.1:6379")
    config = {"CACHE_TYPE": "RedisCache", "CACHE_REDIS_URL": address, "CACHE_KEY_PREFIX": prefix}
    caches = [Cache(Flask("one"), config=config | {"CACHE_SERIALIZER": JsonValues}) for _ in range(2)]
    yield [KeptCatalogs(cache, tmp_path / str(number)) for number, cache in enumerate(caches)]
    for key in store.scan_iter(f"{prefix}*"):
        store.delete(key)
    store.close()
    for cache in caches:
        cache.cache._read_client.close()


def test_what_one_process_fetched_serves_the_other(double: Double, two_processes: list[KeptCatalogs]) -> None:
    clock = HandClock()
    one, other = (KnownCatalogs(kept, clock, patience=5) for kept in two_processes)
    for _ in range(3):
        clock.forward(seconds=3)
        assert one.known([to(double)])[0] == other.known([to(double)])[0]
    assert double.asked.count(CATALOG) == 3


def test_one_process_at_a_time_asks(double: Double, two_processes: list[KeptCatalogs]) -> None:
    clock, client = HandClock(), to(double)
    one, other = two_processes
    with one.claim(client.key) as claimed, other.claim(client.key) as claimed_too:
        assert (claimed, claimed_too) == (True, False)
        KnownCatalogs(other, clock).known([client])
        assert double.asked == []
    with other.claim(client.key) as claimed:
        assert claimed


def test_what_was_kept_by_a_clock_that_was_ahead_is_asked_for_anew(double: Double, tmp_path: Path) -> None:
    clock, client = HandClock(), to(double)
    clock.forward(hours=1)
    for _ in range(3):
        found = KnownCatalogs(KeptCatalogs(memory(), tmp_path), clock, patience=5).known([client])[0]
        assert found.listing and found.listing.fetched <= clock()
        clock.moment = START
    assert double.asked == [CATALOG] * 2


def test_a_clock_that_is_set_back_keeps_nobody_from_asking(double: Double, tmp_path: Path) -> None:
    clock, client = HandClock(), to(double)
    catalogs = KnownCatalogs(KeptCatalogs(memory(), tmp_path), clock, patience=5)
    for _ in range(2):
        catalogs.known([client])
        clock.forward(hours=-1)
    assert double.asked == [CATALOG] * 2


def test_who_has_met_a_change_asks_though_another_process_does(
    double: Double, two_processes: list[KeptCatalogs]
) -> None:
    client = to(double)
    one, other = two_processes
    with one.claim(client.key):
        assert KnownCatalogs(other, HandClock()).refresh(client).listing
    assert double.asked == [CATALOG]


def test_a_disk_without_locks_keeps_nobody_from_asking(
    double: Double, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", refuse)
    assert KnownCatalogs(KeptCatalogs(memory(), tmp_path), HandClock()).known([to(double)])[0].listing


class Fault(Exception):
    """What counts against the portal."""


def fail(gate: Gate, times: int, error: type[Exception] = Fault, **how: bool) -> None:
    """Let so many calls end with an error."""
    for _ in range(times):
        with pytest.raises(error), gate.passing(**how):
            raise error


def test_a_portal_that_failed_in_a_row_is_left_alone_and_then_tried_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(Fault)
    fail(gate, portal_gate.FAILURES)
    with pytest.raises(GateClosed) as closed, gate.passing():
        pass
    assert 0 < closed.value.retry_after <= portal_gate.REST_SECONDS
    gate._breaker._opened -= portal_gate.REST_SECONDS
    with gate.passing(), pytest.raises(GateClosed), gate.passing():
        pass
    with gate.passing(), gate.passing():
        pass


@pytest.mark.parametrize(
    ("error", "how"), [(KeyError, {}), (Fault, {"hurried": True})], ids=["an answer", "a call in a hurry"]
)
def test_what_says_little_about_the_portal_does_not_count(error: type[Exception], how: dict[str, bool]) -> None:
    gate = Gate(Fault)
    fail(gate, portal_gate.FAILURES, error, **how)
    with gate.passing():
        pass


def test_calls_under_way_are_bounded_and_nobody_queues_behind_one_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    gate, entered, leave = Gate(Fault, most=2), threading.Semaphore(0), threading.Event()

    def call() -> None:
        with gate.passing():
            entered.release()
            leave.wait(30)

    callers = [threading.Thread(target=call) for _ in range(2)]
    for caller in callers:
        caller.start()
        assert entered.acquire(timeout=10)

    def refused() -> bool:
        with pytest.raises(GateClosed), gate.passing():
            pass
        return True

    assert timed(refused)[1] >= portal_gate.QUEUE_SECONDS * 0.9
    until(gate._hangs)
    monkeypatch.setattr(portal_gate, "QUEUE_SECONDS", 20)
    assert timed(refused)[1] < portal_gate.QUEUE_SECONDS
    leave.set()
    for caller in callers:
        caller.join(10)
    with gate.passing():
        pass


@pytest.mark.parametrize(("threads", "calls"), [("", 5), ("8", 5), ("16", 10), ("1", 1), ("many", 5)])
def test_threads_stay_free_for_pages(threads: str, calls: int) -> None:
    assert of_threads(MOST_CALLS, {"WEB_THREADS": threads}) == calls


def test_every_call_there_may_be_at_once_keeps_its_connection(double: Double, caplog: pytest.LogCaptureFixture) -> None:
    client = PortalClient("main", double.url, double.url, lambda: Login("r", "p", "c", "s"), most_calls=24)
    together = threading.Barrier(24)
    client.environments()

    def call(_: int) -> None:
        together.wait(10)
        client.environments()

    with ThreadPoolExecutor(24) as callers:
        list(callers.map(call, range(24)))
    assert not [told for told in caplog.messages if "pool is full" in told]


def test_a_visitors_sessions_are_the_last_known_when_the_portal_is_late(double: Double) -> None:
    client, clock = to(double), HandClock()
    client.environments()
    own = KnownSessions(clock)
    session = {"name": "s1", "workshop": "lab", "environment": "e", "expires": "2026-03-01T09:10:00.000Z"}
    double.answers = {**double.answers, "user-uuid": {"response": {"status": 200, "headers": {}, "body": {}}}}
    double.answers["user-uuid"]["response"]["body"] = {"sessions": [session]}
    assert [item.name for item in own.of(client, "u1", 5)] == ["s1"]
    double.silent = True
    for _ in range(8):
        found, seconds = timed(lambda: own.of(client, "u1", client.hurry))
        assert [item.name for item in found] == ["s1"]
        assert seconds < portal_client.ANSWER_SECONDS
    assert double.most_waiting <= 1
    clock.forward(minutes=11)
    assert own.of(client, "u1", client.hurry) == ()


def test_an_answer_that_drips_in_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portal_client, "ANSWER_SECONDS", 0.3)
    listening = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def drip() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            while not over.wait(0.05):
                try:
                    connection.sendall(b" ")
                except OSError:
                    return

    dripping = threading.Thread(target=drip, daemon=True)
    dripping.start()
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    client = PortalClient("main", address, address, lambda: Login("r", "p", "c", "s"))
    client._token = type("Token", (dict,), {"is_expired": lambda self, leeway: False})(access_token="t")

    def ask() -> None:
        with pytest.raises(PortalUnreachable):
            client.environments()

    assert timed(ask)[1] < 5
    over.set()
    dripping.join(10)
    listening.close()


@pytest.mark.parametrize(
    ("method", "arguments", "asked"),
    [("schedule", ("s1",), 2), ("user_sessions", ("u1",), 2), ("extend", ("s1",), 1), ("terminate", ("s1",), 1)],
)
def test_only_what_does_no_harm_is_asked_twice(
    method: str, arguments: tuple[str, ...], asked: int, wire: responses.RequestsMock
) -> None:
    wire.post("http://p.test/oauth2/token/", json={"access_token": "t", "token_type": "Bearer", "expires_in": 3600})
    for path in ("session/s1/schedule/", "user/u1/sessions/", "session/s1/extend/", "session/s1/terminate/"):
        wire.get(f"http://p.test/workshops/{path}", body=requests.ConnectionError("broke"))
    client = PortalClient("main", "http://p.test", "http://p.test", lambda: Login("r", "p", "c", "s"))
    with pytest.raises(PortalUnreachable):
        getattr(client, method)(*arguments)
    assert sum("/workshops/" in str(call.request.url) for call in wire.calls) == asked


def test_a_start_at_a_resting_portal_says_when_to_try_again(
    double: Double, make_site: Callable[..., Flask], seen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = seen(make_site(PORTAL_URL=double.url, **LOGIN))
    visitor.page("/")

    def rest(*_: object, **__: object) -> None:
        raise PortalResting("resting", 7)

    monkeypatch.setattr(PortalClient, "request_session", rest)
    visitor.press("/", "/start/lab-basic/")
    told = visitor.page("/").select_one(".banner").text
    assert "The portal that runs this workshop does not answer. Try again in 7 seconds." in told


SILENT, BROKEN = "does not answer. Try again in", "does not take this site's requests"
HELD = {"sessions": [{"name": "peer-portal-w01-s001", "workshop": "lab-basic", "environment": "peer-portal-w01"}]}
KEPT_FROM = {
    "resting": ("user_sessions", PortalResting("resting", 7), SILENT),
    "silent": ("user_sessions", PortalUnreachable("gone"), SILENT),
    "another login": ("user_sessions", PortalMisconfigured("refused"), BROKEN),
    "overrun": (
        "user_sessions",
        PortalRefused("busy", 7),
        "Too many people are asking at once. Try again in 7 seconds.",
    ),
    "silent in between": ("", PortalUnreachable("gone"), SILENT),
}


@pytest.mark.parametrize(("method", "error", "told"), KEPT_FROM.values(), ids=KEPT_FROM)
@pytest.mark.parametrize(("action", "acts"), [("end", "terminate"), ("extend", "extend")])
def test_what_is_asked_of_a_portal_in_trouble_is_not_done_and_says_why(
    action: str,
    acts: str,
    method: str,
    error: Exception,
    told: str,
    double: Double,
    make_site: Callable[..., Flask],
    seen: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    visitor = seen(make_site(PORTAL_URL=double.url, **LOGIN))
    visitor.press("/", "/start/lab-basic/")
    monkeypatch.setattr(PortalClient, "user_sessions", lambda *_, **__: HELD)
    address = f"/sessions/default/peer-portal-w01-s001/{action}/"
    monkeypatch.setattr(PortalClient, method or acts, fail)
    token = visitor.page("/start/lab-basic/").select_one("input[name=csrf_token]")["value"]
    answer = visitor.post(address, 503, data={"csrf_token": token})
    banner = BeautifulSoup(answer.text, "html.parser").select_one(".banner").text
    assert "Nothing was changed" in banner
    assert told in banner
    assert "Nothing was changed" not in visitor.page("/sessions/").text
