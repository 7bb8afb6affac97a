"""A start button in a frame of another site, in Chromium: two sites, cookies allowed and blocked, and the ways out."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import quote

import pytest
import requests
import yaml
from browsing import with_settings
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from playwright.sync_api import Browser, BrowserContext, Error, FrameLocator, Page, expect
from programs import House, free_ports, until

pytestmark = [pytest.mark.browser, pytest.mark.whole]
CONFIG = Path(__file__).parent / "config"
BLOCKED = 2
SANDBOX = "allow-forms allow-scripts allow-same-origin allow-popups allow-top-navigation-by-user-activation"
# An embedder's page: what its frame shows is its query.
PAGE = '<!doctype html><title>Handbook</title><h1>Handbook</h1><iframe src="{}" width=640 height=480 {}></iframe>'


class Embedder:
    """A page of somebody else with one frame: at 127.0.0.1, a site other than localhost, and at localhost."""

    def __init__(self) -> None:
        """Serve the page on a port of its own."""

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                with suppress(ConnectionError):  # the browser has moved on
                    self.wfile.write(PAGE.format(outer.source.replace("&", "&amp;"), outer.attributes).encode())

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        outer = self
        self.source, self.attributes = "about:blank", ""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        self.same_site = f"http://localhost:{self._server.server_port}"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def embedder() -> Iterator[Embedder]:
    """Somebody else's page."""
    started = Embedder()
    yield started
    started.stop()


def allowing(embedder: Embedder, folder: Path, scheme: str = "http", **chosen: object) -> dict[str, object]:
    """Return the variables of programs at localhost whose owner allows the embedder by the one setting of site.yaml."""
    shutil.copytree(CONFIG, folder / "config")
    file = folder / "config" / "site.yaml"
    site = yaml.safe_load(file.read_text("utf-8"))
    file.write_text(yaml.safe_dump({**site, "embedding": {"origins": [embedder.origin, embedder.same_site]}}), "utf-8")
    ports = free_ports(2)
    urls = {name: f"{scheme}://localhost:{port}" for name, port in zip(("SITE_URL", "PORTAL_URL"), ports, strict=True)}
    return {"WORKSHOP_INDEX_CONFIG": folder / "config", "ports": ports, **urls, **chosen}


@pytest.fixture(scope="module")
def framed(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The programs over plain http, on the browser's own machine."""
    folder = tmp_path_factory.mktemp("framed")
    started = House(folder, **allowing(embedder, folder))
    try:
        yield started.start("portal", "web")
    finally:
        started.stop()


class SecureHouse(House):
    """The programs over https, with a certificate made for them."""

    def _ready(self, name: str) -> bool:
        url = {"web": self.site, "portal": self.portal}[name]
        try:
            return requests.get(f"{url}/readyz", verify=str(self.folder / "cert.pem"), timeout=5).ok
        except requests.RequestException:
            return False


def certify(folder: Path) -> None:
    """Make a certificate for localhost that vouches for itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=12))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(*plain))


@pytest.fixture(scope="module")
def secure(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The programs over https."""
    folder = tmp_path_factory.mktemp("secure")
    certify(folder)
    tls = {
        "GUNICORN_CMD_ARGS": f"--certfile {folder}/cert.pem --keyfile {folder}/key.pem",
        "REQUESTS_CA_BUNDLE": folder / "cert.pem",
    }
    started = SecureHouse(folder, **allowing(embedder, folder, "https", **tls))
    try:
        yield started.start("portal", "web")
    finally:
        started.stop()


@pytest.fixture
def profile(chromium: Browser, tmp_path: Path) -> Iterator[Callable[..., BrowserContext]]:
    """Opens a browser with the cookie settings given, as a person makes them."""
    opened: list[BrowserContext] = []

    def opening(settings: dict[str, object] | None = None, scripts: bool = True) -> BrowserContext:
        folder = tmp_path / f"profile-{len(opened)}"
        context = with_settings(chromium.browser_type, folder, settings or {}, java_script_enabled=scripts)
        context.set_default_timeout(15_000)
        opened.append(context)
        return context

    yield opening
    for context in opened:
        context.close()


def in_frames_of(top: str, inner: str) -> dict[str, object]:
    """Return the setting of a person who blocks the cookies of `inner` in pages of `top`, and nowhere else."""
    rule = {f"{inner},{top}": {"setting": BLOCKED, "last_modified": "13300000000000000"}}
    return {"content_settings": {"exceptions": {"cookies": rule}}}


def show(page: Page, embedder: Embedder, source: str, at: str | None = None, attributes: str = "") -> FrameLocator:
    """Open the embedder's page with `source` in its frame, and return the frame."""
    embedder.source, embedder.attributes = source, attributes
    page.goto(at or embedder.origin)
    return page.frame_locator("iframe")


def pressed(frame: FrameLocator, words: str) -> None:
    """Press a button in the frame."""
    frame.get_by_role("button", name=words).first.click()


def titles(frame: FrameLocator) -> list[str]:
    """Return the titles of the banners in the frame."""
    return frame.locator(".banner-title").all_text_contents()


CHOICES = {
    "every cookie": None,
    "no third-party cookies": {"block_third_party_cookies": True, "cookie_controls_mode": 1},
}


@pytest.mark.parametrize("scripts", [True, False], ids=["with-scripts", "without-scripts"])
@pytest.mark.parametrize("choice", CHOICES.values(), ids=CHOICES)
def test_a_session_starts_and_ends_in_the_frame(
    choice: dict[str, object] | None,
    scripts: bool,
    framed: House,
    embedder: Embedder,
    profile: Callable[..., BrowserContext],
) -> None:
    context = profile(choice, scripts)
    frame = show(context.pages[0], embedder, f"{framed.site}/embed/plenty/")
    expect(frame.get_by_role("button")).to_have_count(1)
    expect(frame.get_by_role("link")).to_have_count(0)
    pressed(frame, "Start")
    expect(frame.get_by_role("button", name="Finish").first).to_be_visible()
    again = show(context.pages[0], embedder, f"{framed.site}/embed/plenty/")
    pressed(again, "Resume")
    pressed(again, "Finish")
    expect(frame.locator(".banner-title")).to_have_text("words of session-deleted")
    expect(frame.get_by_role("button", name="Start")).to_be_visible()
    kept = {cookie["name"]: cookie for cookie in context.cookies()}
    assert set(kept) == {"__Host-workshop-index-frame", "__Host-workshop-portal-frame"}
    assert all(cookie["partitionKey"] == "http://127.0.0.1" for cookie in kept.values())
    assert {(cookie["sameSite"], cookie["secure"], cookie["httpOnly"]) for cookie in kept.values()} == {
        ("None", True, True)
    }


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A fresh visitor with the browser's own settings."""
    opened = chromium.new_context()
    opened.set_default_timeout(15_000)
    yield opened
    opened.close()


def closed_or_said(page: Page) -> bool:
    """Whether the tab has closed itself, or says that it can be closed."""
    try:
        return page.is_closed() or page.get_by_role("heading", name="You can close this tab").is_visible()
    except Error:  # it was just about to
        return page.is_closed()


def test_where_cookies_are_blocked_a_tab_of_its_own_does_it(
    framed: House, embedder: Embedder, profile: Callable[..., BrowserContext]
) -> None:
    context = profile(in_frames_of(embedder.origin, framed.site))
    frame = show(context.pages[0], embedder, f"{framed.site}/embed/plenty/")
    expect(frame.get_by_role("button")).to_have_count(0)
    with context.expect_page() as opened:
        frame.get_by_role("link", name="Open in a new tab").click()
    tab = opened.value
    tab.get_by_role("button", name="Start").click()
    tab.get_by_role("button", name="Finish").first.click()
    until(lambda: closed_or_said(tab))


@pytest.mark.parametrize("cause", ["not named", "named, but another page"])
def test_a_page_nobody_named_shows_no_button(
    cause: str, framed: House, embedder: Embedder, context: BrowserContext
) -> None:
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    stranger = Embedder()
    try:
        if cause == "not named":
            frame = show(page, stranger, f"{framed.site}/embed/plenty/")
        else:
            frame = show(page, embedder, f"{framed.site}/start/plenty/")
        until(lambda: [text for text in complaints if "frame-ancestors" in text])
        expect(frame.get_by_role("button")).to_have_count(0)
    finally:
        stranger.stop()


@pytest.mark.parametrize("scripts", [True, False], ids=["with-scripts", "without-scripts"])
def test_the_end_of_a_session_can_leave_the_frame(
    scripts: bool, framed: House, embedder: Embedder, chromium: Browser
) -> None:
    context = chromium.new_context(java_script_enabled=scripts)
    context.set_default_timeout(15_000)
    page = context.new_page()
    back = f"{embedder.origin}/done?part=2#end"
    frame = show(page, embedder, f"{framed.site}/embed/plenty/?index_url={quote(back, safe='')}")
    pressed(frame, "Start")
    pressed(frame, "Finish")
    if not scripts:
        frame.get_by_role("link", name="Go back").click()
    page.wait_for_url(f"{embedder.origin}/done?part=2&notification=session-deleted#end")
    context.close()


def test_where_a_frame_may_leave_by_a_click_only_the_way_out_is_a_link(
    framed: House, embedder: Embedder, context: BrowserContext
) -> None:
    page = context.new_page()
    out = f"{framed.site}/break-out/?index_url={quote(embedder.origin + '/done', safe='')}"
    frame = show(page, embedder, out, attributes=f'sandbox="{SANDBOX}"')
    frame.locator("html[data-ready]").wait_for()
    assert page.url == f"{embedder.origin}/"
    frame.get_by_role("link", name="Go back").click()
    page.wait_for_url(f"{embedder.origin}/done")


def test_a_sandbox_as_documented_is_enough(framed: House, embedder: Embedder, context: BrowserContext) -> None:
    assert SANDBOX in (Path(__file__).parents[2] / "docs" / "embedding.md").read_text("utf-8")
    source = f"{framed.site}/embed/plenty/"
    frame = show(context.new_page(), embedder, source, attributes=f'sandbox="{SANDBOX}"')
    pressed(frame, "Start")
    pressed(frame, "Finish")
    expect(frame.locator(".banner-title")).to_have_text("words of session-deleted")


def test_who_is_forgotten_in_the_frame_is_a_stranger_there(
    framed: House, embedder: Embedder, context: BrowserContext
) -> None:
    page = context.new_page()
    frame = show(page, embedder, f"{framed.site}/embed/plenty/")
    pressed(frame, "Start")
    expect(frame.get_by_role("button", name="Finish").first).to_be_visible()
    again = show(page, embedder, f"{framed.site}/embed/plenty/")
    expect(again.get_by_role("button", name="Resume")).to_be_visible()
    pressed(again, "Forget me")
    expect(again.get_by_role("button", name="Start")).to_be_visible()
    expect(again.get_by_role("button")).to_have_count(1)


def test_in_a_page_of_the_same_site_the_usual_cookie_counts(
    framed: House, embedder: Embedder, context: BrowserContext
) -> None:
    page = context.new_page()
    frame = show(page, embedder, f"{framed.site}/embed/plenty/", embedder.same_site)
    pressed(frame, "Start")
    expect(frame.get_by_role("button", name="Finish").first).to_be_visible()
    page.goto(framed.site)
    expect(page.get_by_role("button", name="Resume Plenty of seats")).to_be_visible()


def test_the_portals_link_in_a_frame_asks_and_then_starts(
    framed: House, embedder: Embedder, context: BrowserContext
) -> None:
    back = quote(f"{framed.site}/embed/plenty/", safe="")
    link = f"{framed.portal}/workshops/environment/plenty/create/?index_url={back}"
    frame = show(context.new_page(), embedder, link)
    pressed(frame, "Start")
    pressed(frame, "Finish")
    expect(frame.locator(".banner-title")).to_have_text("words of session-deleted")


def test_over_https_each_place_has_its_own_cookies(secure: House, embedder: Embedder, chromium: Browser) -> None:
    context = chromium.new_context(ignore_https_errors=True)
    context.set_default_timeout(15_000)
    page = context.new_page()
    frame = show(page, embedder, f"{secure.site}/embed/plenty/")
    pressed(frame, "Start")
    expect(frame.get_by_role("button", name="Finish").first).to_be_visible()
    page.goto(secure.site)
    page.get_by_role("button", name="Start Plenty of seats").click()
    expect(page.get_by_role("button", name="Finish").first).to_be_visible()
    kept = {(each["name"], each["sameSite"], each.get("partitionKey", "")): each for each in context.cookies()}
    assert set(kept) == {
        ("__Host-workshop-index", "Lax", ""),
        ("__Host-workshop-portal", "Lax", ""),
        ("__Host-workshop-index-frame", "None", "http://127.0.0.1"),
        ("__Host-workshop-portal-frame", "None", "http://127.0.0.1"),
    }
    assert all(each["secure"] and each["httpOnly"] and each["path"] == "/" for each in kept.values())
    context.close()
