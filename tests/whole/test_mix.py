"""Everything at once: 32 kept-alive clients ask, activate, extend, end, log in and read the catalog.

Meanwhile the configuration is edited and the sweeper works. Nothing may fail but what finds the workshop full.
"""

import logging
import os
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from threading import Event

import pytest
import requests
from crowd import CATALOG, INDEX, REQUEST, Place, client, crowded, write
from programs import REST_TOKEN_PATH

pytestmark = pytest.mark.whole
log = logging.getLogger(__name__)
SECONDS = float(os.environ.get("WORKSHOP_INDEX_MIX_SECONDS") or 8)
CLIENTS = 32
FULL = {"workshop-full", "portal-full"}
TOO_FEW_TO_TELL = 100

Tally = Counter[tuple[str, int, str]]


class Visitor:
    """One client with its own connection; it goes on until told to stop and counts every answer."""

    def __init__(self, place: Place, number: int, headers: dict[str, str], form: dict[str, str]) -> None:
        self.portal, self.number, self.form = place.house.portal, number, form
        self.http, self.tally = client(headers), Tally()

    def run(self, stop: Event) -> Tally:
        """Go through the everyday life of sessions, again and again."""
        for turn in count():
            if stop.is_set():
                break
            self.live(("busy", "roomy")[(turn + self.number) % 2], f"visitor-{self.number}-{turn}")
            self.tell("catalog", self.http.get(self.portal + CATALOG, timeout=60))
            if turn % 4 == 0:
                bare = requests.Request("POST", self.portal + REST_TOKEN_PATH, data=self.form).prepare()
                self.tell("token", self.http.send(bare, timeout=60))
        self.http.close()
        return self.tally

    def live(self, workshop: str, user: str) -> None:
        """Ask for a session and, when there is one, use it and end it."""
        query = {"user": user, "index_url": INDEX}
        asked = self.tell("request", self.http.post(self.portal + REQUEST.format(workshop), params=query, timeout=60))
        if asked.status_code != 200:
            return
        own = f"{self.portal}/workshops/session/{asked.json()['name']}"
        self.tell("activate", self.http.get(self.portal + asked.json()["url"], timeout=60, allow_redirects=False))
        self.http.cookies.clear()
        self.tell("extend", self.http.post(f"{own}/extend/", timeout=60))
        self.tell("terminate", self.http.post(f"{own}/terminate/", timeout=60))

    def tell(self, what: str, answer: requests.Response) -> requests.Response:
        """Count an answer, a refusal with its reason."""
        refused = answer.status_code == 503 and answer.json().get("reason", "")
        self.tally[what, answer.status_code, refused or ""] += 1
        return answer


def edits(config: Path, stop: Event) -> int:
    """Change the capacity of a workshop again and again; return how often."""
    for number in count(1):
        write(config, busy=8 + number % 5, roomy=200)
        if stop.wait(0.7):
            return number
    raise AssertionError("count() has no end")


def at_once(place: Place, run: Callable[[], object]) -> tuple[Tally, int]:
    """Let the clients and the editor work while `run` waits; return every answer, and how many edits were made."""
    known, headers = place.house.credentials(), dict(place.house.robot().headers)
    form = {"grant_type": "password"} | {
        name: known[f"PORTAL_ROBOT_{name.upper()}"] for name in ("username", "password", "client_id", "client_secret")
    }
    visitors = [Visitor(place, number, {"Authorization": headers["Authorization"]}, form) for number in range(CLIENTS)]
    stop = Event()
    with ThreadPoolExecutor(CLIENTS + 1) as pool:
        editing = pool.submit(edits, place.config, stop)
        working = [pool.submit(visitor.run, stop) for visitor in visitors]
        try:
            run()
        finally:
            stop.set()
        return sum((each.result() for each in working), Tally()), editing.result()


@pytest.mark.parametrize("store", ["sqlite", "postgresql"])
def test_nothing_fails_but_what_finds_the_workshop_full(store: str, tmp_path: Path) -> None:
    with crowded(tmp_path, store, busy=8, roomy=200) as place:
        begun = time.monotonic()
        tally, edited = at_once(place, lambda: Event().wait(SECONDS))
        lasted = time.monotonic() - begun
        answers = sum(tally.values())
        failed = {key: times for key, times in tally.items() if key[1] >= 400 and key[2] not in FULL}
        assert not failed, f"{failed} of {answers}"
        kinds = {what for what, status, _ in tally if status < 400}
        assert kinds == {"request", "activate", "extend", "terminate", "token", "catalog"}
        assert tally["request", 503, "workshop-full"]
        assert answers > TOO_FEW_TO_TELL
        assert edited >= SECONDS / 2
        listed = place.house.robot().get(place.house.portal + CATALOG, timeout=20).json()
        assert {each["allocated"] for each in listed["environments"]} == {0}
        assert "Traceback" not in place.house.log("portal") + place.house.log("sweeper")
        log.info("%s: %d answers in %.0f s, %d edits: %s", store, answers, lasted, edited, dict(sorted(tally.items())))
