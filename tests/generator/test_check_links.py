"""`build --check-links`: which links are followed, against a real server, and what is said of those that are dead."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import Result
from programs import free_ports

from frontend.generator import link_check
from frontend.generator.link_check import Dead, dead_links

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "config"
URL = "https://www.example.com/labs/"
Run = Callable[..., Result]
_TO_HEAD = {"/gone": 404, "/broken": 500, "/no-head": 405, "/no-head-and-gone": 405, "/from": 302, "/from-gone": 302}
_TO_GET = {"/no-head": 200, "/no-head-and-gone": 404}


class Elsewhere:
    """Another site, which knows what it was asked."""

    def __init__(self, url: str) -> None:
        """Begin with nothing asked."""
        self.url = url
        self.asked: list[tuple[str, str]] = []
        self.silent = threading.Event()

    def answer(self, method: str, path: str) -> int:
        """Return the status of an answer; one address is not answered while the test runs."""
        self.asked.append((method, path))
        if path == "/silent":
            self.silent.wait(30)
        if method == "GET":
            return _TO_GET[path]
        return _TO_HEAD.get(path, 200)


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    """A server on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            path = self.path.partition("?")[0]
            self.send_response(site.answer(self.command, path))
            if path.startswith("/from"):
                self.send_header("Location", "/gone" if path.endswith("gone") else "/good")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_HEAD

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site = Elsewhere(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield site
    site.silent.set()
    server.shutdown()
    thread.join(10)
    server.server_close()


def example(run: Run, tmp_path: Path, links: list[str], *words: str, code: int = 0, text: str = "") -> Result:
    """Build a site with these links in its footer, and this text in the description of a workshop."""
    config = tmp_path / "config"
    config.mkdir()
    listed = "".join(f"  - {{label: Link {at}, url: '{link}'}}\n" for at, link in enumerate(links))
    told = f"catalog: {{workshops: {{git-history: {{description: '{text}'}}}}}}\n" if text else ""
    (config / "site.yaml").write_text(f"brand:\n  footer_links:\n{listed}{told}" if links else told or "{}\n")
    portal = ("--portal", EXAMPLE / "portal.yaml", "--workshops", EXAMPLE / "workshops")
    return run(
        "build", "--base-url", URL, "--config", config, *portal, *words, code=code, PORTAL_URL="https://portal.example"
    )


@pytest.mark.parametrize("words", [(), ("--check-links",), ("--check-links", "inside")], ids=" ".join)
def test_other_sites_are_left_alone_unless_that_is_asked_for(
    run: Run, tmp_path: Path, elsewhere: Elsewhere, words: tuple[str, ...]
) -> None:
    said = example(run, tmp_path, [f"{elsewhere.url}/gone"], *words).output
    assert ("Every link leads somewhere." in said) == bool(words)
    assert elsewhere.asked == []


def test_a_dead_link_inside_is_told_in_every_way_of_checking(run: Run, tmp_path: Path, elsewhere: Elsewhere) -> None:
    text = f"[Good]({elsewhere.url}/good), [nowhere](/labs/nowhere/), [no such place](/labs/#nowhere)."
    said = example(run, tmp_path, [], text=text).output
    assert "nowhere" not in said
    for words in (("--check-links",), ("--check-links", "inside"), ("--check-links", "all")):
        portal = ("--portal", EXAMPLE / "portal.yaml", "--workshops", EXAMPLE / "workshops")
        known = ("build", "--base-url", URL, "--config", tmp_path / "config", *portal)
        lines = run(*known, *words, code=3, PORTAL_URL="https://portal.example").output.splitlines()
        page = "workshop/git-history/index.html"
        assert f"{page}: /labs/nowhere/: no such file" in lines
        assert f"{page}: /labs/#nowhere: no such place on that page" in lines
        assert len([line for line in lines if ".html: " in line]) == 2
    assert {path for _, path in elsewhere.asked} == {"/good"}


def test_good_links_elsewhere_are_followed_once_however_often_they_stand(
    run: Run, tmp_path: Path, elsewhere: Elsewhere
) -> None:
    paths = ("/good", "/good#part", "/with?query=1", "/from", "/no-head")
    said = example(run, tmp_path, [elsewhere.url + path for path in paths], "--check-links", "all").output
    assert "Every link leads somewhere." in said
    heads = sorted(path for method, path in elsewhere.asked if method == "HEAD")
    assert heads == ["/from", "/good", "/good", "/no-head", "/with"]  # the second /good is where /from leads
    assert [path for method, path in elsewhere.asked if method == "GET"] == ["/no-head"]


def test_each_dead_link_elsewhere_is_told_with_what_is_wrong(
    run: Run, tmp_path: Path, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_check, "_SECONDS", 3)
    (closed,) = free_ports(1)
    expected = {
        f"{elsewhere.url}/gone": "answers 404",
        f"{elsewhere.url}/broken": "answers 500",
        f"{elsewhere.url}/from-gone": "answers 404",
        f"{elsewhere.url}/no-head-and-gone": "answers 404",
        f"{elsewhere.url}/silent": "cannot be reached (ReadTimeout)",
        f"http://127.0.0.1:{closed}/": "cannot be reached (ConnectionError)",
    }
    links = [*expected, f"{elsewhere.url}/good"]
    result = example(run, tmp_path, links, "--check-links", "all", code=3)
    told = [line for line in result.output.splitlines() if ".html: " in line]
    assert sorted(told) == sorted(f"404.html: {link}: {why}" for link, why in expected.items())
    assert (tmp_path / "public" / "index.html").exists()


def test_a_link_that_starts_a_workshop_is_never_followed(run: Run, tmp_path: Path, elsewhere: Elsewhere) -> None:
    (tmp_path / "config").mkdir()
    portal = ("--portal", EXAMPLE / "portal.yaml", "--workshops", EXAMPLE / "workshops")
    words = ("build", "--base-url", URL, "--config", tmp_path / "config", *portal, "--check-links", "all")
    assert "Every link leads somewhere." in run(*words, PORTAL_URL=elsewhere.url).output
    assert f"{elsewhere.url}/workshops/environment/" in (tmp_path / "public" / "index.html").read_text()
    assert elsewhere.asked == []


def test_every_kind_of_link_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(
        '<a href="a"></a><img src="b" alt=""><link rel="stylesheet" href="c"><script src="d"></script>'
        '<form action="e"></form><a name="x" href="#y"></a><a href="mailto:a@example.com"></a><a></a>'
        '<link rel="canonical" href="f"><a id="z" href="#z"></a><a href="sub/"></a>'
    )
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "index.html").write_text('<a href="../"></a><a href="../index.html#z"></a><a href="../#w"></a>')
    found = dead_links(tmp_path, URL)
    assert found == [
        *(Dead("index.html", link, "no such file") for link in "abcde"),
        Dead("index.html", "#y", "no such place on that page"),
        Dead("sub/index.html", "../#w", "no such place on that page"),
    ]


def test_of_very_many_the_first_are_told() -> None:
    lines = link_check.told([Dead("index.html", str(number), "no such file") for number in range(60)])
    assert (len(lines), lines[-1]) == (51, "and 10 more")
