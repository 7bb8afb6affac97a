"""Starts the real programs as separate processes, by the very command lines `serve` uses, and ends them again."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import requests

from frontend import serve

READY_WITHIN_SECONDS = 60
REST_TOKEN_PATH = "/oauth2/token/"
# Pages that wait for their portals, so that a busy machine changes no test.
UNHURRIED = {"SITE_PATIENCE": "5000"}


def until(condition: Callable[[], object], within: float = 20, every: float = 0.05) -> object:
    """Return the first true value of `condition`, asked again and again; fails when none came in time."""
    due = time.monotonic() + within
    while time.monotonic() < due:
        if value := condition():
            return value
        time.sleep(every)
    raise AssertionError(f"still not so after {within} s")


def free_ports(count: int) -> list[int]:
    """Return ports nobody listens on now."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def own_environment(*, measured: bool = False, **chosen: object) -> dict[str, str]:
    """Return this process's environment without the product's own variables, and with those chosen.

    The coverage of a program is taken only where it is `measured`: that makes it slow to start and slow to answer.
    """
    other = ("PORTAL_", "SITE_", "WORKSHOP_INDEX_", "WEB_", *(() if measured else ("COVERAGE_",)))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(other)}
    return kept | {name: str(value) for name, value in chosen.items()}


class House:
    """The index and the portal (and on request the sweeper) on ports of their own, over one instance folder."""

    def __init__(
        self, folder: Path, ports: Sequence[int] = (), live: bool = False, hasty: bool = False, **chosen: object
    ) -> None:
        """Plan the programs from the chosen variables; nothing starts yet.

        Pages wait for their portals, unless they are to be as `hasty` as in service.
        """
        site_port, portal_port = ports or free_ports(2)
        self.folder = folder
        self.plan = serve.plan(
            {},
            own_environment(
                measured=live,
                WORKSHOP_INDEX_INSTANCE=folder / "instance",
                SITE_PORT=site_port,
                PORTAL_PORT=portal_port,
                **({} if hasty else UNHURRIED) | chosen,
            ),
            live=live,
        )
        self.site, self.portal = self.plan.site.url, self.plan.portal.url
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, *names: str) -> "House":
        """Start the programs named and return once they can serve; fails with their messages otherwise."""
        for name in names:
            log = (self.folder / f"{name}.log").open("ab")
            self._running[name] = subprocess.Popen(
                self.plan.programs[name],
                env=dict(self.plan.environ),
                cwd=self.folder,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            log.close()
        for name in names:
            until(lambda name=name: self._ready(name), READY_WITHIN_SECONDS)
        return self

    def _ready(self, name: str) -> bool:
        assert self._running[name].poll() is None, f"{name} ended: {self.log(name)}"
        ports = {"web": self.plan.site.port, "portal": self.plan.portal.port}
        return name not in ports or answers(ports[name])

    def stop(self, *names: str) -> None:
        """End the programs named, or all of them."""
        ending = [self._running.pop(name) for name in names or list(self._running)]
        for process in ending:
            process.terminate()
        for process in ending:
            with suppress(subprocess.TimeoutExpired):
                process.wait(20)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def leader(self, name: str) -> int:
        """Return the id of the process that a program began as."""
        return self._running[name].pid

    def workers(self, name: str) -> list[int]:
        """Return the ids of the processes a program has below it."""
        leader = self.leader(name)
        return [int(pid) for pid in Path(f"/proc/{leader}/task/{leader}/children").read_text().split()]

    def log(self, name: str) -> str:
        """Return what a program has written so far."""
        return (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    def credentials(self) -> Mapping[str, str]:
        """Return the portal's accounts as `workshop-index portal credentials --json` prints them."""
        command = serve.python("frontend.cli", "portal", "credentials", "--json")
        found = subprocess.run(command, env=dict(self.plan.environ), capture_output=True, check=True, timeout=200)
        return json.loads(found.stdout)

    def robot(self) -> requests.Session:
        """Return an HTTP client logged in to the portal as the robot."""
        known = self.credentials()
        form = {
            "grant_type": "password",
            "username": known["PORTAL_ROBOT_USERNAME"],
            "password": known["PORTAL_ROBOT_PASSWORD"],
        }
        client = (known["PORTAL_ROBOT_CLIENT_ID"], known["PORTAL_ROBOT_CLIENT_SECRET"])
        answer = requests.post(self.portal + REST_TOKEN_PATH, data=form, auth=client, timeout=20)
        session = requests.Session()
        session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return session


def answers(port: int, path: str = "/readyz") -> bool:
    """Whether a program on this machine answers 200 there."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
