"""The programs in unusual circumstances, and a page of somebody else's."""

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from programs import House

CONFIG = Path(__file__).parent / "config"
SLOWER_THAN_ANYBODY_WAITS = 60


@pytest.fixture(scope="module")
def slow_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The programs with a portal whose sessions take a minute to start."""
    started = House(
        tmp_path_factory.mktemp("slow"),
        WORKSHOP_INDEX_CONFIG=CONFIG,
        PORTAL_START_DELAY=SLOWER_THAN_ANYBODY_WAITS,
        WEB_CONCURRENCY=1,
    )
    try:
        yield started.start("portal", "web", "sweeper")
    finally:
        started.stop()


@pytest.fixture(scope="module")
def shaky_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Programs that a test may stop, start and rob of their memory."""
    started = House(tmp_path_factory.mktemp("shaky"), WORKSHOP_INDEX_CONFIG=CONFIG)
    try:
        yield started.start("portal", "web")
    finally:
        started.stop()


@pytest.fixture
def foreign_page() -> Iterator[Callable[[str], str]]:
    """Serves a page on an origin of its own that holds nothing but one link; gives the page's address."""
    target: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = f'<!doctype html><title>Elsewhere</title><a href="{target[-1] if target else ""}">Try it</a>'
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()

    def serve(link: str) -> str:
        target.append(link.replace("&", "&amp;"))
        return f"http://127.0.0.1:{server.server_port}/"

    yield serve
    server.shutdown()
    server.server_close()
