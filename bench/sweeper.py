"""Measures whether a sweep with much to do gets in the way: how long requests take while ten thousand sessions are due.

`python -m bench.sweeper`, or with `--url postgresql+psycopg://…` for another store than a fresh SQLite file. Clients in
processes of their own ask for sessions, first with nothing due and then while two sweepers work through what is.
"""

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles

import click
from sqlalchemy import Connection

from portal_backend.domain import moves
from portal_backend.domain.activation import Tokens
from portal_backend.domain.environment import Portal, Workshop
from portal_backend.domain.moves import Claim
from portal_backend.domain.schedule import Terms
from portal_backend.providers.pages import PagesProvider
from portal_backend.resources.model import EnvironmentSpec, PortalSpec, Resources
from portal_backend.services import configuration
from portal_backend.services.allocation import Ask, UnknownUsers, request_session
from portal_backend.services.context import Context
from portal_backend.services.sweeper import Swept, sweep
from portal_backend.store.engine import open_store
from portal_backend.store.queries import due, environments, sessions, users
from portal_backend.store.queries.users import User

TERMS = Terms(duration=timedelta(hours=1), orphaned=timedelta(minutes=10))
WEBHOOK = "https://hooks.example.test/"
CLIENTS, SWEEPERS = 2, 2


@dataclass(frozen=True)
class Measured:
    """How long requests took, in milliseconds, and for how many seconds the sweepers were at it."""

    requests: list[float]
    machine: list[float]
    seconds: float = 0.0
    ended: int = 0
    turns: tuple[float, ...] = ()

    @property
    def longest(self) -> float:
        """The longest request."""
        return max(self.requests)

    def line(self, name: str) -> str:
        """Return a line for a reader."""
        cuts = quantiles(self.requests, n=100)
        return (
            f"  {name:24} {len(self.requests):6} requests   median {cuts[49]:6.1f} ms   99 % under {cuts[98]:6.1f} ms"
            f"   longest {self.longest:6.1f} ms   (a millisecond's work without a store: {max(self.machine):6.1f} ms)"
        )


def prepare(url: str, due: int, webhook: str) -> None:
    """Make a store in which `due` sessions are over, and one environment has room for more."""
    store = open_store(url)
    store.upgrade()
    context = Context(store, PagesProvider())
    spec = EnvironmentSpec(
        workshop=Workshop("basics", title="Basics"), capacity=1_000_000, reserved=0, initial=0, terms=TERMS
    )
    configuration.apply(context, Resources(PortalSpec(Portal("lab", webhook=webhook)), environments=(spec,)))
    then = datetime.now(UTC) - timedelta(hours=2)
    for start in range(0, due, 1000):
        with store.writing() as connection:
            numbers = environments.take_numbers(connection, "lab-w01", min(1000, due - start))
            sessions_of = [(f"lab-w01-s{number:03d}", f"owner-{number}") for number in numbers]
            for _, owner in sessions_of:
                users.add(connection, User(owner), then)
            sessions.add(connection, [(_over(name, owner, then), Tokens()) for name, owner in sessions_of])
    store.close()


def _over(name: str, owner: str, then: datetime) -> object:
    spare = moves.create(name, "lab-w01", True, then)
    return moves.activate(moves.hand_over(spare, Claim(owner, timedelta(0)), then), TERMS, then)


def ask_until_told(url: str) -> None:
    """Ask for one session after the other until a line is read, and print how long each took as one JSON list."""
    context, took, number = Context(open_store(url), PagesProvider()), [], 0
    say("ready")
    sys.stdin.readline()
    with told_to_stop() as stopped:
        while not stopped():
            began = time.perf_counter()
            request_session(context, Ask("basics", f"{id(context)}-{number}"), UnknownUsers.ADOPT)
            took.append((time.perf_counter() - began) * 1000)
            number += 1
            time.sleep(0.005)
    say(json.dumps(took))
    context.store.close()


def compute_until_told(_: str) -> None:
    """Do a millisecond's work without any store until a line is read: what is long here, the machine has caused."""
    took: list[float] = []
    say("ready")
    sys.stdin.readline()
    with told_to_stop() as stopped:
        while not stopped():
            began = time.perf_counter()
            sum(range(40_000))
            took.append((time.perf_counter() - began) * 1000)
            time.sleep(0.005)
    say(json.dumps(took))


def sweep_up(url: str) -> None:
    """Sweep until nothing is due, and print how many sessions that ended and how long it took."""
    context, swept, turns = Context(open_store(url), PagesProvider()), Swept(), []
    writing = context.store.writing

    @contextmanager
    def timed() -> Iterator[Connection]:
        with writing() as connection:
            taken = time.perf_counter()
            yield connection
        turns.append((time.perf_counter() - taken) * 1000)

    context.store.writing = timed  # type: ignore[method-assign]
    say("ready")
    sys.stdin.readline()
    began = time.perf_counter()
    while True:
        done = sweep(context)
        swept.ended += done.ended
        if not _anything_due(context):
            break
    say(json.dumps([swept.ended, time.perf_counter() - began, turns]))
    context.store.close()


def _anything_due(context: Context) -> bool:
    with context.store.reading() as connection:
        return bool(due.past_end(connection, context.now(), 1))


def say(text: str) -> None:
    """Tell the process that started this one."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@contextmanager
def told_to_stop() -> Iterator[object]:
    """Give a question that is answered with yes once the process that started this one says so."""
    told = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.readline(), told.set()), daemon=True).start()
    yield told.is_set


def _start(url: str, role: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "bench.sweeper", "--url", url, "--role", role]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _tell(processes: list["subprocess.Popen[str]"]) -> None:
    for each in processes:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()


def _started(url: str, role: str, count: int) -> list["subprocess.Popen[str]"]:
    started = [_start(url, role) for _ in range(count)]
    for each in started:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    return started


def measure(url: str, sweepers: int, seconds: float) -> Measured:
    """Return how requests fare while sweepers work until nothing is due, and for `seconds` when there are none."""
    clients, sweeping = _started(url, "client", CLIENTS), _started(url, "sweeper", sweepers)
    control = _started(url, "control", 1)
    _tell([*clients, *control])
    time.sleep(1)
    _tell(sweeping)
    done = [json.loads(each.communicate()[0]) for each in sweeping]
    if not sweeping:
        time.sleep(seconds)
    _tell([*clients, *control])
    took = [each for client in clients for each in json.loads(client.communicate()[0])]
    machine = json.loads(control[0].communicate()[0])
    return Measured(
        took,
        machine,
        max((lasted for _, lasted, _ in done), default=0.0),
        sum(ended for ended, _, _ in done),
        tuple(turn for *_, turns in done for turn in turns),
    )


def report(url: str, due: int, webhook: str) -> None:
    """Print what is measured."""
    prepare(url, due, webhook)
    listening = "told to a webhook" if webhook else "told to nobody"
    click.echo(f"{url.partition(':')[0]}, {due} sessions due, {listening}, {CLIENTS} clients, {SWEEPERS} sweepers")
    click.echo(measure(url, 0, 5).line("with nothing to sweep"))
    found = measure(url, SWEEPERS, 0)
    click.echo(found.line("while they are swept"))
    cuts = quantiles(found.turns, n=100)
    click.echo(
        f"  ended {found.ended} in {found.seconds:.1f} s, in {len(found.turns)} turns: median {cuts[49]:.1f} ms,"
        f" 99 % under {cuts[98]:.1f} ms, longest {max(found.turns):.1f} ms"
    )


@click.command()
@click.option("--url", default="", help="the store to measure on; a fresh SQLite file without it")
@click.option("--due", default=10_000, show_default=True, help="sessions that are over")
@click.option("--webhook", is_flag=True, help="write each end into the outbox too")
@click.option("--role", type=click.Choice(["client", "sweeper", "control"]), hidden=True)
def main(url: str, due: int, webhook: bool, role: str | None) -> None:
    """Measure how requests fare while much is swept."""
    if role:
        {"client": ask_until_told, "sweeper": sweep_up, "control": compute_until_told}[role](url)
        return
    with tempfile.TemporaryDirectory() as folder:
        report(url or f"sqlite:///{Path(folder) / 'portal.sqlite3'}", due, WEBHOOK if webhook else "")


if __name__ == "__main__":
    main()
