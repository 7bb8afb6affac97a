"""A worker is killed, with no chance to tidy up, in the middle of many requests: no answer is lost or doubled."""

import os
import signal
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
import requests
from crowd import CATALOG, INDEX, REQUEST, Place, client, crowded
from programs import until

from portal_backend.store.engine import open_store

pytestmark = pytest.mark.whole
REQUESTS = int(os.environ.get("WORKSHOP_INDEX_CRASH_REQUESTS") or 240)
CLIENTS = 16
KILLS = 3
CAPACITIES = {"tight": REQUESTS // 4, "ample": REQUESTS}

# The latter when the worker dies after the head of its answer: no name of a session has come.
CUT_SHORT = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)

Given = dict[str, str]


def ask(place: Place, headers: dict[str, str], numbers: range, progress: list[int]) -> list[tuple[str, str]]:
    """Return the sessions and owners that one client was told of; a connection that breaks tells nothing."""
    told = []
    with client(headers) as http:
        for number in numbers:
            workshop = ("tight", "ample")[number % 2]
            query = {"user": f"user-{number}", "index_url": INDEX, "timeout": "3600"}
            try:
                answer = http.post(place.house.portal + REQUEST.format(workshop), params=query, timeout=60)
            except CUT_SHORT:
                continue
            finally:
                progress.append(number)
            assert answer.status_code in (200, 503), answer.text
            if answer.status_code == 200:
                told.append((answer.json()["name"], answer.json()["user"]))
    return told


def kill_now_and_then(place: Place, progress: list[int], done: Event) -> int:
    """Kill a worker whenever another part of the requests is through; return how many were."""
    killed = 0
    for part in range(1, KILLS + 1):
        until(lambda part=part: done.is_set() or len(progress) >= REQUESTS * part // (KILLS + 1), 120, 0.002)
        workers = place.house.workers("portal")
        if done.is_set() or not workers:
            break
        os.kill(workers[part % len(workers)], signal.SIGKILL)
        killed += 1
    return killed


def rush(place: Place) -> tuple[list[tuple[str, str]], int]:
    """Return every session and owner that was told of, and how many workers were killed meanwhile."""
    headers = {"Authorization": str(place.house.robot().headers["Authorization"])}
    progress: list[int] = []
    done = Event()
    with ThreadPoolExecutor(CLIENTS + 1) as pool:
        killing = pool.submit(kill_now_and_then, place, progress, done)
        asking = [
            pool.submit(ask, place, headers, range(first, REQUESTS, CLIENTS), progress) for first in range(CLIENTS)
        ]
        told = [pair for each in asking for pair in each.result()]
        done.set()
        return told, killing.result()


@pytest.mark.parametrize("store", ["sqlite", "postgresql"])
def test_what_was_answered_is_there_and_no_limit_is_broken(store: str, tmp_path: Path) -> None:
    with crowded(tmp_path, store, **CAPACITIES) as place:
        told, killed = rush(place)
        assert killed == KILLS
        until(lambda: len(place.house.workers("portal")) == 2, 60)
        until(lambda: requests.get(f"{place.house.portal}/readyz", timeout=5).ok, 60)
        kept, live = stored(place.url)
        assert len(told) > REQUESTS // 3
        assert len({name for name, _ in told}) == len(told)
        assert [pair for pair in told if kept.get(pair[0]) != pair[1]] == []
        assert max(Counter(kept.values()).values()) == 1
        listed = place.house.robot().get(place.house.portal + CATALOG, timeout=20).json()["environments"]
        for each in listed:
            here = live[each["name"]]
            assert each["allocated"] == here["owned"]
            assert here["owned"] + here["spare"] <= each["capacity"] == CAPACITIES[each["workshop"]["name"]]


def stored(url: str) -> tuple[Given, dict[str, Counter[str]]]:
    """Return the owner of each live session, and by environment how many have an owner and how many are spare."""
    store = open_store(url)
    try:
        with store.reading() as connection:
            rows = connection.exec_driver_sql(
                "SELECT name, environment, owner FROM sessions WHERE state IN ('STARTING', 'WAITING', 'RUNNING')"
            ).all()
    finally:
        store.close()
    live: dict[str, Counter[str]] = {}
    for _, environment, owner in rows:
        live.setdefault(environment, Counter())["spare" if owner is None else "owned"] += 1
    return {name: owner for name, _, owner in rows if owner is not None}, live
