"""Measures the index over a portal that has fallen silent: by itself, and while a crowd wants to start workshops."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from portal_double import plain, serving
from programs import House, until

from bench.load import Shots, fire, prepared
from bench.table import Row
from frontend.known_catalogs import RECENT

MOST_MS = 50
ONE_BY_ONE, CROWD = 500, 200
# Somebody whom the site knows, so that the page is made for them alone; the cookie counts as nobody's.
_KNOWN = {"Cookie": "workshop-index=x"}
_LOGIN = {f"PORTAL_ROBOT_{part}": "x" for part in ("USERNAME", "PASSWORD", "CLIENT_ID", "CLIENT_SECRET")}
_START = prepared("POST", "/start/lab-basic/", {"Sec-Fetch-Site": "same-origin"})


def rows(folder: Path) -> Iterator[Row]:
    """Measure an index whose portal has not answered for so long that the list is shown with its age."""
    config = folder / "config"
    config.mkdir(parents=True)
    with serving(plain()) as portal:
        (config / "site.yaml").write_text(f'portals: [{{name: main, url: "{portal.url}"}}]\n')
        house = House(folder, hasty=True, WORKSHOP_INDEX_CONFIG=config, **_LOGIN)
        port = urlsplit(house.site).port or 0
        try:
            house.start("web")
            until(lambda: b"Title of lab-basic" in _index(port))
            portal.silent = True
            time.sleep(RECENT.total_seconds())
            until(lambda: b"This list is from" in _index(port))
            yield _row("index, portal silent", fire(port, [prepared("GET", "/")] * ONE_BY_ONE, 1, None))
            yield _row("  of one's own", fire(port, [prepared("GET", "/", _KNOWN)] * ONE_BY_ONE, 1, None))
            yield _row(f"  while {CROWD} start workshops", _beside_a_crowd(port))
        finally:
            portal.released.set()
            house.stop()


def _index(port: int) -> bytes:
    return fire(port, [prepared("GET", "/")], 1, None, keep=True).all_good().bodies[0]


def _beside_a_crowd(port: int) -> Shots:
    """Return how the index answered one reader for as long as the crowd's starts were under way."""
    beside = Shots()
    with ThreadPoolExecutor(1) as pool:
        crowd = pool.submit(fire, port, [_START] * 2 * CROWD, CROWD)
        while not crowd.done():
            took = fire(port, [prepared("GET", "/")], 1, None).all_good().took
            beside.took.extend(took)
        crowd.result().all_good()
    return beside


def _row(what: str, shots: Shots) -> Row:
    half, most = shots.percentile(50), shots.all_good().percentile(99)
    return Row(what, f"p50 {half:.1f} ms, p99 {most:.1f} ms", f"≤ {MOST_MS} ms", most <= MOST_MS)
