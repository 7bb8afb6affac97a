"""Two hundred people start workshops at a portal that never answers: the index stays up, and each is told."""

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from portal_double import Double, plain, serving
from programs import House, until

from frontend.portal_client import ANSWER_SECONDS

pytestmark = pytest.mark.whole
CLIENTS = 200
WORKERS, CALLS = 2, 5
LOGIN = {f"PORTAL_ROBOT_{part}": "x" for part in ("USERNAME", "PASSWORD", "CLIENT_ID", "CLIENT_SECRET")}
SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def double() -> Iterator[Double]:
    """A portal that answers until it is told to be silent."""
    with serving(plain()) as portal:
        yield portal


@pytest.fixture
def index(double: Double, tmp_path: Path) -> Iterator[House]:
    """The index over that portal, as it is served: two workers of eight threads."""
    config = tmp_path / "config"
    config.mkdir()
    (config / "site.yaml").write_text(f'portals: [{{name: main, url: "{double.url}"}}]\n')
    house = House(tmp_path, hasty=True, WORKSHOP_INDEX_CONFIG=config, **LOGIN)
    try:
        yield house.start("web")
    finally:
        double.released.set()
        house.stop()


def test_two_hundred_starts_at_a_silent_portal_leave_the_index_up(index: House, double: Double) -> None:
    until(lambda: "Title of lab-basic" in requests.get(index.site, timeout=20).text)
    double.silent = True

    def start(_: int) -> requests.Response:
        with requests.Session() as visitor:
            visitor.post(f"{index.site}/start/lab-basic/", headers=SAME_SITE, allow_redirects=False, timeout=60)
            return visitor.get(index.site, timeout=60)

    took: list[float] = []
    with ThreadPoolExecutor(CLIENTS) as clients:
        told = [clients.submit(start, number) for number in range(CLIENTS)]
        with requests.Session() as reader:
            while not all(each.done() for each in told):
                begun = time.monotonic()
                assert "Title of lab-basic" in reader.get(index.site, timeout=20).text
                took.append(time.monotonic() - begun)
                time.sleep(0.05)
    assert double.most_waiting <= WORKERS * (CALLS + 1)
    for each in told:
        banner = re.search(r"(does not answer|asking at once)[^<]* Try again in \d+ seconds\.", each.result().text)
        assert banner, each.result().text
    assert double.waiting
    assert max(took) < ANSWER_SECONDS  # nobody waited for the portal; how long it does take is measured in bench/
    fresh = requests.get(index.site, timeout=20).text
    assert "The portal does not answer. This list is from" in fresh


def test_the_index_recovers_by_itself(index: House, double: Double) -> None:
    until(lambda: "Title of lab-basic" in requests.get(index.site, timeout=20).text)
    double.silent = True
    until(lambda: "does not answer" in requests.get(index.site, timeout=20).text, within=40)
    double.silent = False
    double.released.set()
    until(lambda: "does not answer" not in requests.get(index.site, timeout=20).text, within=40)
