"""Fifty clients ask at once, over two workers, for twenty seats: twenty get one, thirty are refused, every time."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import requests
from programs import House

pytestmark = pytest.mark.whole
CLIENTS = 50
SEATS = 20
RUNS = 20


@pytest.fixture(scope="module")
def robot(house: House) -> requests.Session:
    """The robot's HTTP client."""
    return house.robot()


def test_the_portal_has_two_workers(house: House) -> None:
    assert house.plan.environ.get("WEB_CONCURRENCY") is None
    assert len(house.workers("portal")) == 2


@pytest.mark.parametrize("run", range(1, RUNS + 1))
def test_fifty_at_once_for_twenty_seats(run: int, house: House, robot: requests.Session) -> None:
    gate = Barrier(CLIENTS)

    def ask(client: int) -> requests.Response:
        gate.wait(30)
        return requests.post(
            f"{house.portal}/workshops/environment/twenty/request/",
            params={"index_url": f"{house.site}/", "user": f"run-{run}-client-{client}"},
            headers=dict(robot.headers),
            timeout=60,
        )

    with ThreadPoolExecutor(CLIENTS) as clients:
        answers = list(clients.map(ask, range(CLIENTS)))
    sessions = [answer.json()["name"] for answer in answers if answer.status_code == 200]
    try:
        assert Counter(answer.status_code for answer in answers) == {200: SEATS, 503: CLIENTS - SEATS}
        assert len(set(sessions)) == SEATS
        refusals = [answer.json() for answer in answers if answer.status_code == 503]
        assert {(each["error"], each["reason"]) for each in refusals} == {("No session available", "workshop-full")}
        assert allocated(house, robot) == SEATS
    finally:
        ended = [
            robot.post(f"{house.portal}/workshops/session/{name}/terminate/", timeout=20).status_code
            for name in sessions
        ]
    assert ended == [200] * SEATS
    assert allocated(house, robot) == 0


def allocated(house: House, robot: requests.Session) -> int:
    """Return how many sessions of the workshop have an owner, as the catalog tells."""
    catalog = robot.get(f"{house.portal}/workshops/catalog/environments/", timeout=20).json()
    (count,) = [each["allocated"] for each in catalog["environments"] if each["workshop"]["name"] == "twenty"]
    return int(count)
