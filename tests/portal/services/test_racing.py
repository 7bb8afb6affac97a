"""Several processes with several threads at once over one store: limits hold exactly and nothing happens twice."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from storing import House, offer

from portal_backend.services import catalog

TESTS = Path(__file__).resolve().parents[2]
PROCESSES = 8
FEWER = 4


def rush(url: str, action: str, what: str, count: int, seconds: float = 0, processes: int = FEWER) -> list[list[str]]:
    """Return what came of `count` actions in each of some processes that begin together."""
    command = [sys.executable, str(TESTS / "rusher.py"), url, action, what, str(count), str(seconds)]
    environ = os.environ | {"PYTHONPATH": os.pathsep.join((str(TESTS), str(TESTS.parent)))}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    rushers = [subprocess.Popen(command, env=environ, **pipes) for _ in range(processes)]  # type: ignore[call-overload]
    try:
        assert [each.stdout.readline() for each in rushers] == ["ready\n"] * processes
        for each in rushers:
            each.stdin.write("go\n")
            each.stdin.flush()
        return [done for each in rushers for done in json.loads(each.communicate(timeout=120)[0])]
    finally:
        for each in rushers:
            each.kill()
            each.communicate()


@pytest.mark.parametrize("reserved", [0, 3], ids=["no spares", "with spares"])
def test_a_capacity_is_given_out_exactly(house: House, store_url: str, reserved: int) -> None:
    house.offer(offer(capacity=20, reserved=reserved, initial=reserved))
    done = rush(store_url, "ask", "basics", 8, processes=PROCESSES)
    given = [answer for answer in done if len(answer) == 2]
    assert len(given) == 20
    assert len({name for name, _ in given}) == len({owner for _, owner in given}) == 20
    assert [answer for answer in done if len(answer) == 1] == [["workshop-full"]] * (PROCESSES * 8 - 20)
    listed = catalog.environments(house.context)[0]
    assert (listed.active, listed.allocated) == (20, 20)


def test_a_portals_maximum_is_given_out_exactly(house: House, store_url: str) -> None:
    house.offer(offer(capacity=20), offer("other", reserved=4, initial=4), maximum=12)
    done = rush(store_url, "ask", "basics", 8)
    assert len([answer for answer in done if len(answer) == 2]) == 12
    assert [listed.active for listed in catalog.environments(house.context)] == [12, 0]


def test_a_session_is_ended_by_exactly_one(house: House, store_url: str) -> None:
    house.offer(offer())
    done = rush(store_url, "end", house.ask().session.name, 4)
    assert sorted(done) == [["ended"], *[["unknown"]] * (4 * FEWER - 1)]


def test_what_is_due_is_swept_once(house: House, store_url: str) -> None:
    house.offer(offer(capacity=40))
    for _ in range(40):
        house.ask()
    assert sum(int(ended) for (ended,) in rush(store_url, "sweep", "", 4, seconds=60)) == 40
