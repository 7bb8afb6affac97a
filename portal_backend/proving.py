"""Races many clients for the sessions of one environment of a running portal, and tells whether its limits held.

Everybody asks at once, each as a user of its own; what was given is counted against what the portal says of its
capacity, and ended again.
"""

import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from statistics import quantiles
from threading import Barrier
from urllib.parse import quote

import requests

from portal_backend.contract.wire import CATALOG_ENVIRONMENTS, CATALOG_PAGE, TOKEN, session_path
from portal_backend.resources.model import Account

_TIMEOUT = 60
_GATHER_SECONDS = 30
_ENVIRONMENT = "/workshops/environment/{}"


class CannotProve(Exception):
    """The race cannot be run; the text is for the person who asked for it."""


@dataclass(frozen=True)
class Answer:
    """What one request came to: a session, a refusal with its reason, or a fault."""

    milliseconds: float
    session: str = ""
    refusal: str = ""
    fault: str = ""


@dataclass(frozen=True)
class Seats:
    """What the catalog says of an environment: how many sessions it may have, and how many have an owner."""

    name: str
    capacity: int
    allocated: int


@dataclass(frozen=True)
class Findings:
    """The race: the seats before and after, every answer, and the sessions that could not be ended again."""

    before: Seats
    after: Seats
    answers: tuple[Answer, ...]
    seconds: float
    left: tuple[str, ...] = field(default=())

    @property
    def sessions(self) -> list[str]:
        """The names of the sessions given out."""
        return [each.session for each in self.answers if each.session]

    @property
    def problems(self) -> list[str]:
        """Return every sentence about what should not have happened."""
        return list(self._found())

    def _found(self) -> Iterator[str]:
        given, after = len(self.sessions), self.after
        if given > self.before.capacity or after.allocated > after.capacity:
            most = max(given, after.allocated)
            yield f"Oversold: {most} sessions at once in {after.name}, which has {after.capacity} seats."
        if twice := sorted(name for name, times in Counter(self.sessions).items() if times > 1):
            yield f"Given to two users: {', '.join(twice)}."
        if after.allocated < given:
            yield f"Lost: {given} sessions were given out, the portal counts {after.allocated}."
        refused = any(each.refusal == "workshop-full" for each in self.answers)
        if refused and after.allocated < after.capacity:
            yield f"Refused as full, though {after.capacity - after.allocated} seats of {after.name} are free."
        for fault, times in Counter(each.fault for each in self.answers if each.fault).items():
            yield f"{times} of {len(self.answers)} requests failed: {fault}."
        if self.left:
            yield f"Not ended again: {', '.join(self.left)}."


class Prover:
    """The robot of one portal."""

    def __init__(self, portal: str, robot: Account, client: Account) -> None:
        """Log in; raises CannotProve."""
        self.portal = portal.rstrip("/")
        form = {"grant_type": "password", "username": robot.name, "password": robot.secret}
        answer = _asked(
            lambda: requests.post(
                self.portal + TOKEN,
                data=form,
                auth=(client.name, client.secret),
                timeout=_TIMEOUT,
                allow_redirects=False,
            )
        )
        if answer.status_code != 200:
            raise CannotProve(f"{self.portal} did not let the robot in ({answer.status_code}); check PORTAL_ROBOT_*")
        self._headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def seats(self, environment: str = "") -> Seats:
        """Return the seats of an environment, by its name or its workshop's, or of the first; raises CannotProve."""
        answer = _asked(
            lambda: requests.get(self.portal + CATALOG_ENVIRONMENTS, headers=self._headers, timeout=_TIMEOUT)
        )
        if answer.status_code != 200:
            raise CannotProve(f"{self.portal} did not show its catalog ({answer.status_code})")
        for each in answer.json()["environments"]:
            if environment in ("", each["name"], each["workshop"]["name"]):
                return Seats(each["name"], each["capacity"], each["allocated"])
        raise CannotProve(f"{self.portal} offers no {environment or 'workshop at all'}")

    def race(self, environment: str, clients: int, count: int) -> Findings:
        """Ask `count` times through `clients` connections at once, end what was given, and return what happened."""
        before = self.seats(environment)
        answers, seconds = self._rush(before.name, min(clients, count), count)
        try:
            after = self.seats(before.name)
        finally:
            left = self._end([each.session for each in answers if each.session])
        return Findings(before, after, tuple(answers), seconds, tuple(left))

    def _rush(self, environment: str, clients: int, count: int) -> tuple[list[Answer], float]:
        run, gate = uuid.uuid4().hex[:8], Barrier(clients)

        def client(number: int) -> list[Answer]:
            with self._connection() as http:
                gate.wait(_GATHER_SECONDS)
                return [self._ask(http, environment, f"prove-{run}-{each}") for each in range(number, count, clients)]

        begun = time.perf_counter()
        with ThreadPoolExecutor(clients) as pool:
            answers = [answer for some in pool.map(client, range(clients)) for answer in some]
        return answers, time.perf_counter() - begun

    def _connection(self) -> requests.Session:
        http = requests.Session()
        http.trust_env = False
        http.headers.update(self._headers)
        return http

    def _ask(self, http: requests.Session, environment: str, user: str) -> Answer:
        url = f"{self.portal}{_ENVIRONMENT.format(quote(environment, safe=''))}/request/"
        query = {"user": user, "index_url": self.portal + CATALOG_PAGE}
        begun = time.perf_counter()
        try:
            found = http.post(url, params=query, timeout=_TIMEOUT, allow_redirects=False)
            body = found.json()
        except (requests.RequestException, ValueError) as fault:
            return Answer(_since(begun), fault=type(fault).__name__)
        if found.status_code == 200:
            return Answer(_since(begun), session=body["name"])
        if found.status_code == 503:
            return Answer(_since(begun), refusal=str(body.get("reason") or body.get("error") or "refused"))
        return Answer(_since(begun), fault=f"answered {found.status_code}")

    def _end(self, names: list[str]) -> list[str]:
        """End sessions and return those that could not be; one that is over already is as good."""
        left = []
        with self._connection() as http:
            for name in dict.fromkeys(names):
                try:
                    found = http.get(self.portal + session_path(name, "terminate"), timeout=_TIMEOUT)
                except requests.RequestException:
                    left.append(name)
                    continue
                if found.status_code not in (200, 404):
                    left.append(name)
        return left


def _asked(send: Callable[[], requests.Response]) -> requests.Response:
    try:
        return send()
    except requests.RequestException as fault:
        raise CannotProve(f"The portal cannot be reached ({type(fault).__name__}); check --portal") from fault


def _since(begun: float) -> float:
    return (time.perf_counter() - begun) * 1000


def lines(found: Findings) -> list[str]:
    """Return the race as a table, and then what should not have happened or that nothing of it did."""
    took = [each.milliseconds for each in found.answers]
    cuts = quantiles(took, n=100, method="inclusive") if len(took) > 1 else took * 99
    refusals = Counter(each.refusal for each in found.answers if each.refusal)
    faults = sum(1 for each in found.answers if each.fault)
    told: list[tuple[str, object]] = [
        ("environment", found.before.name),
        ("capacity", found.before.capacity),
        ("allocated before", found.before.allocated),
        ("requests", f"{len(took)} in {found.seconds:.1f} s"),
        ("sessions given", len(found.sessions)),
        *((f"refused, {reason}", times) for reason, times in sorted(refusals.items())),
        ("failed", faults),
        ("allocated at the end", f"{found.after.allocated} of {found.after.capacity}"),
        ("answered after", f"p50 {cuts[49]:.0f} ms, p99 {cuts[98]:.0f} ms"),
    ]
    return [*(f"  {what:24}{value}" for what, value in told), *(found.problems or ["The limits held."])]
