"""Measures the portal as it is served (gunicorn, two workers, SQLite) against a bare Flask hello in the same run."""

import json
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from programs import House, answers, free_ports, own_environment, until

from bench.load import HERE, Shots, fire, one, prepared
from bench.table import Row, show
from frontend.serve import _GUNICORN, python
from portal_backend import startup
from portal_backend.reading import read_settings
from portal_backend.services.allocation import Ask, UnknownUsers, request_session

CLIENTS = 32
SECONDS = 3.0
ROUNDS = 1500
MANY = 10_000
LISTED = 5_000
_PAGE = 1024
_CATALOG = "/workshops/catalog/environments/"


class Portal:
    """A portal over a store of its own, and requests to it as the robot sends them."""

    def __init__(self, folder: Path, environments: int) -> None:
        """Write the configuration of so many workshops; nothing starts yet."""
        folder.mkdir()
        config = folder / "config"
        config.mkdir()
        (config / "portal.yaml").write_text(json.dumps(training_portal(environments)))
        self.house = House(folder, hasty=True, WORKSHOP_INDEX_CONFIG=config)
        self.port = urlsplit(self.house.portal).port or 0

    def start(self) -> "Portal":
        """Serve."""
        self.house.start("portal")
        return self

    @cached_property
    def robot(self) -> dict[str, str]:
        """The header the robot sends."""
        return {"Authorization": str(self.house.robot().headers["Authorization"])}

    def ask(self, number: int) -> bytes:
        """Return the request of a new user for a session."""
        query = {"index_url": "http://127.0.0.1:8000/", "user": f"user-{number}", "timeout": "7200"}
        return prepared("POST", f"/workshops/environment/workshop-{number % 5}/request/", self.robot, query)

    def get(self, path: str, **query: str) -> bytes:
        """Return a request of the robot."""
        return prepared("GET", path, self.robot, query)

    def fire(self, requests: list[bytes], seconds: float | None = SECONDS, **more: object) -> Shots:
        """Send requests and return what came back; raises when one was refused."""
        return fire(self.port, requests, CLIENTS, seconds, **more).all_good()  # type: ignore[arg-type]

    def fill(self, count: int) -> None:
        """Put sessions of users of their own into the store, as requests would, without the way over HTTP."""
        context = startup.connect(read_settings(self.house.plan.environ))
        for number in range(count):
            ask = Ask(f"workshop-{number % 500}", f"filler-{number}", timeout=timedelta(hours=2))
            request_session(context, ask, UnknownUsers.ADOPT)
        context.store.close()

    def memory(self) -> float:
        """Return the MiB of the biggest worker, what it shares with others included."""
        return max(_resident(pid) for pid in self.house.workers("portal"))


def _resident(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / _PAGE


def training_portal(environments: int) -> dict[str, object]:
    """Return a portal of so many workshops, each with one spare, and room for everybody."""
    return {
        "apiVersion": "training.educates.dev/v1beta1",
        "kind": "List",
        "items": [
            {
                "apiVersion": "training.educates.dev/v1beta1",
                "kind": "TrainingPortal",
                "metadata": {"name": "bench"},
                "spec": {
                    "portal": {
                        "registration": {"type": "anonymous"},
                        "sessions": {"maximum": 100_000},
                        "workshop": {
                            "defaults": {"capacity": 50_000, "reserved": 1, "expires": "3h", "overtime": "1h"}
                        },
                    },
                    "workshops": [{"name": f"workshop-{number}"} for number in range(environments)],
                },
            },
            *(workshop(number) for number in range(environments)),
        ],
    }


def workshop(number: int) -> dict[str, object]:
    """Return a workshop as owners describe theirs."""
    return {
        "apiVersion": "training.educates.dev/v1beta1",
        "kind": "Workshop",
        "metadata": {"name": f"workshop-{number}"},
        "spec": {
            "title": f"Workshop number {number}",
            "description": "An hour at a terminal, from the first command to a service that runs.",
            "vendor": "bench.example",
            "authors": ["First Author", "Second Author"],
            "difficulty": "beginner",
            "duration": "1h",
            "tags": ["terminal", "services"],
            "labels": {"topic": "services", "level": "1"},
        },
    }


@contextmanager
def hello(size: int = 20) -> Iterator[int]:
    """Serve the bare hello under the portal's own serving configuration; gives its port."""
    (port,) = free_ports(1)
    command = python(*_GUNICORN, "--bind", f"{HERE}:{port}", "bench.hello:create_app()")
    root = Path(__file__).resolve().parents[1]
    environ = own_environment(HELLO_BYTES=size, PYTHONPATH=root)
    process = subprocess.Popen(command, env=environ, cwd=root)
    try:
        until(lambda: answers(port, "/"), 30)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def bare(size: int = 20) -> Callable[[], float]:
    """Return what measures the rate of the bare hello."""

    def rate() -> float:
        with hello(size) as port:
            fire(port, [prepared("GET", "/")], CLIENTS, 0.5)
            return fire(port, [prepared("GET", "/")], CLIENTS, SECONDS).all_good().rate

    return rate


def beside(size: int, run: Callable[[], Shots]) -> tuple[Shots, float]:
    """Return what came of `run` and the rate of hello just before and after it, so that both see the same machine."""
    rate = bare(size)
    before = rate()
    shots = run()
    return shots, statistics.mean((before, rate()))


def against(what: str, shots: Shots, rate: float, share: float) -> Row:
    """Return the line of something that has to reach a share of hello's rate."""
    ratio = shots.rate / rate
    measured = f"{ratio:.2f} H ({shots.rate:,.0f}/s, H {rate:,.0f}/s; p50 {shots.percentile(50):.1f} ms)"
    return Row(what, measured, f"≥ {share} H", ratio >= share)


def measure() -> None:
    """Print the table, line by line as it comes to be."""
    show(
        "The portal under gunicorn, two workers, SQLite; H is a bare Flask JSON hello on the same server,\n"
        f"measured before and after each line. {CLIENTS} kept-alive clients in one thread on this machine.",
        rows(),
    )


def rows() -> Iterator[Row]:
    """Measure everything, on stores that are thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        small, large = Portal(Path(folder) / "small", 5), Portal(Path(folder) / "large", 500)
        try:
            yield from of_small(small.start())
            small.house.stop()
            yield from of_large(large.start())
        finally:
            small.house.stop()
            large.house.stop()


def of_small(portal: Portal) -> Iterator[Row]:
    """Measure a portal of five workshops, from an empty store to ten thousand sessions."""
    shots, rate = beside(20, lambda: portal.fire([portal.get(_CATALOG)]))
    yield against("catalog, 5 environments", shots, rate, 0.5)
    first, empty = beside(20, lambda: portal.fire([portal.ask(n) for n in range(ROUNDS)], None, keep=True))
    yield against("request (a new session), 32 clients", first, empty, 0.15)
    yield spread(first)
    yield from of_sessions(portal, first)
    portal.fire([portal.ask(n) for n in range(ROUNDS, MANY)], None)
    last, full = beside(20, lambda: portal.fire([portal.ask(n) for n in range(MANY, MANY + ROUNDS)], None))
    # Each against the hello beside it: minutes lie between the two, and the machine may not be the same.
    again = (last.rate / full) / (first.rate / empty)
    measured = f"{again:.2f} of the empty store ({last.rate:,.0f}/s, H {full:,.0f}/s)"
    yield Row("request at 10,000 live sessions", measured, "≥ 0.8 of empty", again >= 0.8)
    memory = portal.memory()
    yield Row("memory per worker after 10,000 sessions", f"{memory:.0f} MiB", "≤ 120 MiB", memory <= 120)


def spread(shots: Shots) -> Row:
    """Return the line about how much longer the slowest requests take."""
    half, most = shots.percentile(50), shots.percentile(99)
    return Row("  its p99 against its p50", f"{most:.0f} ms / {half:.0f} ms", "p99 ≤ 10 × p50", most <= 10 * half)


def of_sessions(portal: Portal, asked: Shots) -> Iterator[Row]:
    """Measure what is done with the sessions that were just asked for."""
    given = [json.loads(body) for body in asked.bodies]
    names = [each["name"] for each in given]
    shots, rate = beside(20, lambda: portal.fire([prepared("GET", each["url"]) for each in given], None))
    yield against("activate", shots, rate, 0.3)
    shots, rate = beside(
        20, lambda: portal.fire([portal.get(f"/workshops/session/{name}/schedule/") for name in names])
    )
    yield against("schedule", shots, rate, 0.3)
    shots, rate = beside(
        20, lambda: portal.fire([portal.get(f"/workshops/user/{each['user']}/sessions/") for each in given])
    )
    yield against("user sessions", shots, rate, 0.3)
    shots, rate = beside(20, lambda: portal.fire([password_grant(portal)]))
    yield against("oauth2/token, password grant", shots, rate, 0.1)


def password_grant(portal: Portal) -> bytes:
    """Return the request by which the robot logs in."""
    known = portal.house.credentials()
    form = {
        "username": known["PORTAL_ROBOT_USERNAME"],
        "password": known["PORTAL_ROBOT_PASSWORD"],
        "client_id": known["PORTAL_ROBOT_CLIENT_ID"],
        "client_secret": known["PORTAL_ROBOT_CLIENT_SECRET"],
    }
    return prepared("POST", "/oauth2/token/", grant_type="password", **form)


def of_large(portal: Portal) -> Iterator[Row]:
    """Measure a portal of five hundred workshops and five thousand sessions."""
    portal.fill(LISTED)
    request = portal.get(_CATALOG)
    size = len(json.dumps(one(portal.port, request), separators=(",", ":")))
    shots, rate = beside(size, lambda: portal.fire([request]))
    yield against(f"catalog, 500 environments, 5,000 sessions ({size // _PAGE} KiB)", shots, rate, 0.5)
    before, listing = portal.memory(), portal.get(_CATALOG, sessions="true")
    alone = fire(portal.port, [listing] * 40, 1, None).all_good()
    among = fire(portal.port, [listing] * 80, 8, None).all_good()
    half, eight = alone.percentile(50), among.percentile(50)
    yield Row(
        "sessions=true, 5,000 sessions", f"p50 {half:.0f} ms; of 8 clients {eight:.0f} ms", "≤ 150 ms", half <= 150
    )
    after_one = portal.memory()
    fire(portal.port, [listing] * 80, 8, None).all_good()
    grown = portal.memory() - after_one
    yield Row("  its memory", f"{before:.0f} → {after_one:.0f} → {after_one + grown:.0f} MiB", "flat", grown <= 5)
