"""Measures the index as it is served (gunicorn, two workers) over a real portal, beside a bare Flask hello."""

import json
import random
import statistics
import tempfile
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from browsing import launched
from playwright.sync_api import Browser, sync_playwright
from programs import House

from bench import silence
from bench.load import HERE, fire, prepared
from bench.portal import CLIENTS, hello
from bench.portal import _resident as resident
from bench.table import Row, show

TURNS, TURN_SECONDS = 9, 0.7
SEQUENTIAL = 300
STARTS = 100
PAINTS = 15
# A new window loads the browser's own pages as well, those behind its address bar; they would share the cores.
WINDOW_SETTLED_MS = 1500
_BROWSER = {"Accept-Encoding": "gzip, deflate, br, zstd", "Accept-Language": "en-US,en;q=0.9"}
_WORDS = (
    *("shell", "service", "cluster", "gateway", "library", "container", "image", "volume", "query", "index"),
    *("branch", "commit", "test", "release", "token", "network", "policy", "metric", "trace", "log", "queue"),
    *("stream", "table", "schema", "session", "request", "answer", "proxy", "certificate", "key"),
)
_PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


class Index:
    """A site and its portal with so many workshops, and requests to the site."""

    def __init__(self, folder: Path, workshops: int) -> None:
        """Write the configuration; nothing starts yet."""
        folder.mkdir()
        config = folder / "config"
        config.mkdir()
        (config / "portal.yaml").write_text(json.dumps(offered(workshops)))
        (config / "site.yaml").write_text('brand: {name: The school, accent: "#0b5a49"}\n')
        self.house = House(folder, hasty=True, WORKSHOP_INDEX_CONFIG=config)
        self.port = urlsplit(self.house.site).port or 0

    def __enter__(self) -> "Index":
        """Serve, and have every worker make the page once."""
        try:
            self.house.start("portal", "web")
            fire(self.port, [self.get()], CLIENTS, 1.0).all_good()
        except BaseException:
            self.house.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """End both programs."""
        self.house.stop()

    def get(self, path: str = "/", **headers: str) -> bytes:
        """Return the request a browser sends."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return prepared("GET", path, _BROWSER | named)

    def tag(self) -> str:
        """Return the tag of the index as browsers get it."""
        connection = HTTPConnection(HERE, self.port, timeout=20)
        connection.request("GET", "/", headers=_BROWSER)
        tag = connection.getresponse().headers["ETag"]
        connection.close()
        return str(tag)

    def memory(self) -> float:
        """Return the MiB of the biggest worker, what it shares with others included."""
        return max(resident(pid) for pid in self.house.workers("web"))


def offered(count: int) -> dict[str, object]:
    """Return a portal of so many workshops with texts of usual length, no two alike."""
    dice = random.Random(7)
    api = "training.educates.dev/v1beta1"
    defaults = {"capacity": 5000, "reserved": 0, "expires": "3h"}
    portal = {
        "apiVersion": api,
        "kind": "TrainingPortal",
        "metadata": {"name": "bench"},
        "spec": {
            "portal": {
                "registration": {"type": "anonymous"},
                "sessions": {"maximum": 10_000},
                "workshop": {"defaults": defaults},
            },
            "workshops": [{"name": f"workshop-{number}"} for number in range(count)],
        },
    }
    workshops = [
        {
            "apiVersion": api,
            "kind": "Workshop",
            "metadata": {"name": f"workshop-{number}"},
            "spec": {
                "title": f"{' '.join(dice.sample(_WORDS, 3)).capitalize()} {number}",
                "description": f"{' '.join(dice.choices(_WORDS, k=dice.randint(12, 30))).capitalize()}.",
                "difficulty": dice.choice(["beginner", "intermediate", "advanced"]),
                "duration": dice.choice(["30m", "1h", "2h"]),
                "tags": dice.sample(_WORDS, 3),
            },
        }
        for number in range(count)
    ]
    return {"apiVersion": api, "kind": "List", "items": [portal, *workshops]}


def measure() -> None:
    """Print the table, line by line as it comes to be."""
    show(
        "The index under gunicorn, two workers, over the bundled portal; H is a bare Flask JSON hello on the same\n"
        f"server, measured in turns with each line. {CLIENTS} kept-alive clients in one thread on this machine.",
        rows(),
    )


def against(what: str, index: Index, request: bytes, share: float, status: int = 200) -> Row:
    """Return the line of what has to reach a share of hello's rate; both take turns, so that both see one machine."""
    rates, others, half = [], [], []
    with hello() as port:
        fire(port, [prepared("GET", "/")], CLIENTS, TURN_SECONDS)
        for _ in range(TURNS):
            others.append(fire(port, [prepared("GET", "/")], CLIENTS, TURN_SECONDS).all_good().rate)
            shots = fire(index.port, [request], CLIENTS, TURN_SECONDS)
            assert set(shots.statuses) == {status}, shots.statuses
            rates.append(shots.rate)
            half.append(shots.percentile(50))
    rate, other = statistics.median(rates), statistics.median(others)
    measured = f"{rate / other:.2f} H ({rate:,.0f}/s, H {other:,.0f}/s; p50 {statistics.median(half):.1f} ms)"
    return Row(what, measured, f"≥ {share} H", rate / other >= share)


def rows() -> Iterator[Row]:
    """Measure everything, over portals that are thrown away."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright, launched(playwright) as browser:
        folder = Path(name)
        with Index(folder / "ten", 10) as ten:
            yield from of_ten(ten, browser)
        with Index(folder / "many", 200) as many:
            yield against("index, 200 workshops", many, many.get(), 0.25)
            yield from of_wire(many, browser, 200, 50)
        with Index(folder / "thousand", 1000) as thousand:
            yield of_memory(thousand)
        yield from silence.rows(folder / "silent")


def of_ten(index: Index, browser: Browser) -> Iterator[Row]:
    """Measure an index of ten workshops."""
    yield against("index, 10 workshops, compressed", index, index.get(), 0.5)
    yield against("304 for an unchanged index", index, index.get(If_None_Match=index.tag()), 0.7, 304)
    alone = fire(index.port, [index.get()] * SEQUENTIAL, 1, None).all_good().percentile(50)
    yield Row("  its time one by one", f"p50 {alone:.2f} ms", "≤ 3 ms", alone <= 3)
    yield from of_wire(index, browser, 10, 30)
    with hello() as port:
        pairs = [
            (first_paint(browser, index.house.site), first_paint(browser, f"http://{HERE}:{port}/"))
            for _ in range(PAINTS)
        ]
    painted, least = (statistics.median(each) for each in zip(*pairs, strict=True))
    yield Row(
        "first contentful paint, fresh profile",
        f"{painted:.0f} ms median of {PAINTS}; hello {least:.0f} ms",
        "≤ 120 ms",
        painted <= 120,
    )
    yield of_starting(index)


def of_starting(index: Index) -> Row:
    """Measure a stranger's start: from the posted form to the address of the session."""
    request = prepared("POST", "/start/workshop-1/", {**_BROWSER, "Sec-Fetch-Site": "same-origin"})
    shots = fire(index.port, [request] * STARTS, 1, None).all_good()
    assert set(shots.statuses) == {303}, shots.statuses
    half = shots.percentile(50)
    return Row(
        "start, from POST to redirect", f"p50 {half:.1f} ms, p95 {shots.percentile(95):.1f} ms", "≤ 25 ms", half <= 25
    )


def of_wire(index: Index, browser: Browser, workshops: int, most: int) -> Iterator[Row]:
    """Count what a browser without anything in its cache fetches for the index."""
    context = browser.new_context()
    page = context.new_page()
    session = context.new_cdp_session(page)
    sizes: dict[str, int] = {}
    kinds: dict[str, str] = {}
    session.on("Network.requestWillBeSent", lambda event: kinds.setdefault(event["requestId"], event.get("type", "")))
    session.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    session.send("Network.enable")
    page.goto(index.house.site, wait_until="networkidle")
    context.close()
    total, scripts = (
        sum(sizes.values()) / 1000,
        sum(sizes[each] for each in sizes if kinds.get(each) == "Script") / 1000,
    )
    yield Row(f"wire total, {workshops} workshops", f"{total:.1f} kB", f"≤ {most} kB", total <= most)
    yield Row("  its requests", str(len(sizes)), "≤ 5", len(sizes) <= 5)
    yield Row("  its JavaScript", f"{scripts:.1f} kB", "≤ 10 kB", scripts <= 10)


def first_paint(browser: Browser, address: str) -> float:
    """Return the milliseconds to the first contentful paint in a profile of its own, in a window that is ready."""
    context = browser.new_context()
    page = context.new_page()
    page.wait_for_timeout(WINDOW_SETTLED_MS)
    page.goto(address, wait_until="load")
    painted = page.wait_for_function(_PAINT, timeout=10_000).json_value()
    context.close()
    return float(painted)


def of_memory(index: Index) -> Row:
    """Measure a worker that has shown a thousand workshops in every form."""
    for request in [index.get(), index.get(Accept_Encoding="gzip"), index.get(Accept_Encoding="identity")]:
        fire(index.port, [request] * 200, 8, None).all_good()
    fire(index.port, [index.get(f"/?q=word-{number}") for number in range(200)], 8, None).all_good()
    memory = index.memory()
    return Row("memory per worker, 1,000 workshops", f"{memory:.0f} MiB", "≤ 100 MiB", memory <= 100)
