"""A sweep with much to do: its write transactions stay short, requests get in between, and two sweepers share it."""

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from doubles import SlowProvider
from sqlalchemy import Connection, select
from storing import HOUR, House, offer

from portal_backend.domain import moves
from portal_backend.domain.activation import Tokens
from portal_backend.domain.moves import Claim
from portal_backend.domain.schedule import Terms
from portal_backend.providers.base import Progress
from portal_backend.services import pacing, sessions
from portal_backend.services.allocation import Ask, request_session
from portal_backend.services.context import Context
from portal_backend.services.sweeper import sweep
from portal_backend.store.engine import Store
from portal_backend.store.queries import environments, users
from portal_backend.store.queries import sessions as stored
from portal_backend.store.queries.users import User
from portal_backend.store.tables import outbox

ROOT = Path(__file__).resolve().parents[3]
MANY = int(os.environ.get("WORKSHOP_INDEX_TEST_DUE", "150"))
MOST_WORK = 0.1  # seconds: what a sweep may hold a request up for
HOOK = "https://hooks.example.test/"


class TimedStore(Store):
    """A store that notes how much work each of its write transactions was."""

    def __init__(self, inner: Store) -> None:
        vars(self).update(vars(inner))
        self.took: list[float] = []

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection as ever, and note the thread's own time until it is given back."""
        with super().writing() as connection:
            began = time.thread_time()
            yield connection
            self.took.append(time.thread_time() - began)


def filled(house: House, terms: Terms, ready: bool = True) -> None:
    """Store many sessions, each in the hands of somebody else."""
    house.offer(offer(capacity=10 * MANY, terms=terms), webhook=HOOK)
    now = house.clock.moment
    with house.store.writing() as connection:
        numbers = environments.take_numbers(connection, "lab-w01", MANY)
        rows = []
        for number in numbers:
            users.add(connection, User(f"owner-{number}"), now)
            spare = moves.create(f"lab-w01-s{number:03d}", "lab-w01", ready, now)
            mine = moves.hand_over(spare, Claim(f"owner-{number}", timedelta(0)), now)
            rows.append((moves.activate(mine, terms, now), Tokens()))
        stored.add(connection, rows)


def told(house: House) -> list[str]:
    """Return the names of the events that wait."""
    with house.store.reading() as connection:
        return [json.loads(text)["event"]["name"] for text in connection.execute(select(outbox.c.body)).scalars()]


def swept(house: House) -> tuple[Context, list[float]]:
    """Sweep until nothing is left, and return how much work each write transaction was."""
    store = TimedStore(house.store)
    context = replace(house.context, store=store)
    while sweep(context):
        pass
    return context, store.took


def longest(took: list[float]) -> float:
    """Return the longest but one: one may have met a pause of the interpreter, of imports or garbage collection."""
    return sorted(took)[-2]


def test_many_ends_are_many_short_transactions(house: House) -> None:
    filled(house, Terms(HOUR))
    house.clock.moment += HOUR
    _, took = swept(house)
    assert len(took) >= 4
    assert longest(took) < MOST_WORK
    assert house.rows("sessions WHERE state = 'STOPPED'") == MANY
    assert house.rows("outbox") >= 3 * MANY


def test_many_owners_that_left_are_many_short_transactions(house: House) -> None:
    terms = Terms(orphaned=timedelta(minutes=10))
    filled(house, terms)
    with house.store.writing() as connection:
        connection.exec_driver_sql("UPDATE sessions SET last_seen = started")
    house.clock.forward(minutes=10)
    _, took = swept(house)
    assert longest(took) < MOST_WORK
    assert house.rows("sessions WHERE ending = 'orphaned'") == MANY


def test_many_old_rows_are_forgotten_in_many_short_transactions(house: House) -> None:
    filled(house, Terms(HOUR))
    house.clock.moment += HOUR
    swept(house)
    house.clock.forward(hours=37)
    _, took = swept(house)
    assert len(took) >= 8
    assert longest(took) < MOST_WORK
    assert [house.rows(table) for table in ("sessions", "users")] == [0, 0]
    assert set(told(house)) == {"User/Delete"}


def test_many_starts_and_stops_are_many_short_transactions(house: House) -> None:
    slow = house.provider = SlowProvider(says=Progress.READY)
    filled(house, Terms(HOUR), ready=False)
    _, took = swept(house)
    assert house.rows("sessions WHERE state = 'RUNNING'") == MANY
    slow.broken = True
    house.clock.moment += HOUR
    sweep(house.context)
    slow.broken = False
    _, more = swept(house)
    assert house.rows("sessions WHERE state = 'STOPPED'") == MANY
    assert longest([*took, *more]) < MOST_WORK


def test_requests_get_in_between(house: House) -> None:
    filled(house, Terms(HOUR))
    house.clock.moment += HOUR
    sweeping = threading.Thread(target=swept, args=(house,))
    sweeping.start()
    asked = 0
    while sweeping.is_alive():
        request_session(house.context, Ask("basics"))
        asked += 1
    sweeping.join()
    assert asked >= 4


@pytest.mark.parametrize(
    ("size", "lasted", "then"),
    [
        pytest.param(50, 0.005, 50, id="as long as it should"),
        pytest.param(50, 0.050, pacing.SMALLEST, id="far too long"),
        pytest.param(50, 0.010, 25, id="too long"),
        pytest.param(50, 0.000001, 100, id="in no time"),
        pytest.param(150, 0.000001, pacing.LARGEST, id="in no time, and large already"),
        pytest.param(50, 0.0, 100, id="unmeasurably short"),
    ],
)
def test_a_batch_is_as_large_as_lately_took_a_few_milliseconds(size: int, lasted: float, then: int) -> None:
    assert pacing.fitting(size, lasted) == then


def test_an_owner_the_provider_has_seen_is_not_away(house: House) -> None:
    slow = house.provider = SlowProvider(says=Progress.READY)
    house.offer(offer(terms=Terms(4 * HOUR, orphaned=timedelta(minutes=10))))
    names = []
    for user in ("ann", "bob", "eve"):
        answer = house.ask(user=user)
        sessions.activate(house.context, answer.session.name, answer.token)
        names.append(answer.session.name)
    sweep(house.context)
    for minutes in (0, 6, 12):
        slow.idles = {names[0]: timedelta(minutes=minutes), names[1]: timedelta(minutes=1)}
        sweep(house.context)
        house.clock.forward(minutes=6)
    assert [house.stored(name).ending for name in names] == ["orphaned", None, None]


def test_a_provider_that_cannot_say_who_is_idle_ends_nobody(house: House) -> None:
    slow = house.provider = SlowProvider(says=Progress.READY)
    house.offer(offer(terms=Terms(4 * HOUR, orphaned=timedelta(minutes=10))))
    answer = house.ask()
    sessions.activate(house.context, answer.session.name, answer.token)
    sweep(house.context)
    slow.broken = True
    house.clock.forward(hours=1)
    assert not sweep(house.context)


def test_two_sweepers_do_each_thing_once(house: House, store_url: str) -> None:
    """Each end is told once: the outbox would show what was done twice."""
    filled(house, Terms(HOUR))
    command = [sys.executable, str(ROOT / "tests" / "rusher.py"), store_url, "sweep", "", "8", "3600"]
    environ = os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT / "tests"), str(ROOT)))}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    sweepers = [subprocess.Popen(command, env=environ, **pipes) for _ in range(2)]  # type: ignore[call-overload]
    try:
        assert [each.stdout.readline() for each in sweepers] == ["ready\n"] * 2
        for each in sweepers:
            each.communicate("go\n", timeout=120)
    finally:
        for each in sweepers:
            each.kill()
            each.communicate()
    house.clock.moment += HOUR
    swept(house)
    assert house.rows("sessions WHERE state = 'STOPPED'") == MANY
    counted = Counter(told(house))
    assert [counted[name] for name in ("Session/Expired", "Session/Stopping", "Session/Deleted")] == [MANY] * 3
