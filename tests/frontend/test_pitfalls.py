"""What goes wrong in sites of this kind, by its number in the list of pitfalls, and the tests that hold it off here.

`HELD` names further tests for a number; none of them may go away or change its name without this table knowing.
"""

import ast
import json
import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import responses
from bs4 import BeautifulSoup
from counted import a_link
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import TimestampSigner
from werkzeug.routing import Rule

from frontend.link_signing import LinkSigner

TESTS = Path(__file__).resolve().parents[1]
HELD = {
    "P4": (
        "frontend/test_signed_links.py::test_a_link_that_was_tampered_with_is_none",
        "frontend/test_signed_links.py::test_a_link_that_starts_nothing_says_why",
    ),
    "P5": (
        "frontend/test_pages.py::test_everything_but_a_start_needs_a_token_wherever_it_comes_from",
        "frontend/test_signed_links.py::test_nothing_starts_at_another_sites_wish_or_without_a_token",
    ),
    "P6": (
        "frontend/test_pages.py::test_a_link_to_start_asks_first",
        "frontend/test_signed_links.py::test_a_link_asks_first_and_then_starts",
    ),
    "P8": ("portal/trust/test_silence.py::test_the_referrer_of_what_carries_a_token_is_nobodys",),
    "P11": (
        "frontend/test_embed.py::test_a_start_takes_a_click_on_this_very_page",
        "frontend/test_embed.py::test_no_other_page_is_framed_or_reads_the_cookie_of_frames",
        "portal/pages/test_frames.py::test_what_names_the_embedders_frames_the_pages_of_a_session_and_no_others",
        "whole/test_embedding.py::test_a_page_nobody_named_shows_no_button",
    ),
    "P12": (
        "frontend/test_cookie.py::test_the_cookie_is_out_of_reach",
        "frontend/test_embed.py::test_a_frame_gets_a_cookie_of_its_own_and_is_asked_for_it",
        "frontend/test_embed.py::test_the_same_frame_gets_the_same_session_and_can_be_forgotten",
        "whole/test_embedding.py::test_a_session_starts_and_ends_in_the_frame",
        "whole/test_embedding.py::test_where_cookies_are_blocked_a_tab_of_its_own_does_it",
        "whole/test_embedding.py::test_who_is_forgotten_in_the_frame_is_a_stranger_there",
    ),
    "P16": ("frontend/test_link_uses.py::test_looking_at_a_link_writes_nothing",),
    "P17": ("frontend/test_pages.py::test_somebody_elses_session_stays_as_it_is",),
    "P20": ("site/test_text.py", "site/test_images.py"),
    "P21": (
        "frontend/test_pages.py::test_an_unknown_notification_shows_and_keeps_nothing",
        "frontend/test_embed.py::test_an_unknown_notification_shows_nothing",
    ),
    "P26": ("frontend/test_cookie.py::test_only_an_honest_cookie_is_somebodys",),
    "P28": ("frontend/test_shared_index.py::test_another_host_is_not_served_what_was_kept",),
    "P30": (
        "frontend/test_link_uses.py::test_the_last_uses_are_fought_for_by_many_processes",
        "frontend/test_signed_links.py::test_the_last_uses_go_to_so_many_and_no_more",
    ),
    "P32": ("site/test_granting.py::test_a_value_that_cannot_be_pinned_is_said",),
    "P33": (
        "frontend/test_embed.py::test_only_an_allowed_page_is_led_back_to",
        "frontend/test_embed.py::test_breaking_out_leads_to_allowed_pages_else_to_the_index",
    ),
    "P34": ("frontend/test_shared_index.py::test_somebody_known_gets_a_page_of_their_own",),
    "P36": ("frontend/test_starting.py::test_many_clicks_of_somebody_new_at_once_make_one_session",),
}
ROWS = (4, 5, 6, 8, 11, 12, 13, 16, 17, 20, 21, 22, 26, 27, 28, 30, 32, 33, 34, 36, 37)
PORTAL = "http://portal.test:8080"
KEY = "k" * 40
LOGIN = {
    "PORTAL_URL": PORTAL,
    "PORTAL_ROBOT_USERNAME": "robot",
    "PORTAL_ROBOT_PASSWORD": "p",
    "PORTAL_ROBOT_CLIENT_ID": "c",
    "PORTAL_ROBOT_CLIENT_SECRET": "s",
    "SITE_SECRET_KEY": KEY,
}
LINK = LinkSigner([KEY]).token(a_link("lab", uses=3))
EMBEDDER = "https://www.example.com"
SITE_YAML = f"embedding: {{origins: ['{EMBEDDER}']}}\nannouncements: [{{id: hello, text: Welcome}}]\n"
GIVEN = {"name": "p-w0-s001", "user": "u1", "url": "/workshops/session/p-w0-s001/activate/?token=tell-tale-token"}
OWN = {"name": "p-w0-s001", "workshop": "lab", "environment": "p-w0", "extendable": True}
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>[go](javascript:alert(1))"


def named(path: str) -> list[str]:
    """Return the tests in one file below tests/."""
    tree = ast.parse((TESTS / path).read_text(encoding="utf-8"))
    return [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test")]


@pytest.mark.parametrize("row", [f"P{number}" for number in ROWS])
def test_each_pitfall_has_its_tests(row: str) -> None:
    own = [name for name in named("frontend/test_pitfalls.py") if name.startswith(f"test_{row}_")]
    for test in HELD.get(row, ()):
        path, _, name = test.partition("::")
        assert named(path) if not name else name in named(path), test
    assert own or HELD.get(row)


@pytest.fixture
def lab(wire: responses.RequestsMock, make_site: Callable[..., Flask]) -> Flask:
    """A site over a portal that offers one workshop, whose texts mean harm, and gives a session to anybody."""
    workshop = {
        "name": "lab",
        "title": f"The lab {HOSTILE}",
        "description": HOSTILE,
        "tags": [HOSTILE],
        "authors": [HOSTILE],
        "difficulty": HOSTILE,
        "logo": "javascript:alert(1)",
        "labels": {"a": HOSTILE},
    }
    offered = {"name": "p-w0", "state": "RUNNING", "workshop": workshop}
    wire.post(f"{PORTAL}/oauth2/token/", json={"access_token": "t", "token_type": "Bearer", "expires_in": 36000})
    wire.get(f"{PORTAL}/workshops/catalog/environments/", json={"portal": {}, "environments": [offered]})
    wire.get(f"{PORTAL}/workshops/environment/p-w0/request/", json=GIVEN)
    wire.get(f"{PORTAL}/workshops/user/u1/sessions/", json={"sessions": [OWN]})
    return make_site(SITE_YAML, **LOGIN)


def asked(wire: responses.RequestsMock) -> list[requests.PreparedRequest]:
    """Return the requests for a session that the portal has seen."""
    return [call.request for call in wire.calls if "/request/" in str(call.request.url)]


def rules(site: Flask, method: str) -> Iterator[tuple[Rule, str]]:
    """Yield what the site answers this method at, with an address for each."""
    values = {"name": "lab", "portal": "default", "session": "p-w0-s001", "token": LINK}
    for rule in site.url_map.iter_rules():
        if method in (rule.methods or ()):
            path = rule.rule
            for argument in rule.arguments:
                path = path.replace(f"<{argument}>", values[argument])
            yield rule, path


def known(site: Flask) -> Any:
    """Return the browser of a visitor who has a session open."""
    client = site.test_client()
    token = token_at(client, "/start/lab/")
    assert client.post("/start/lab/", data={"csrf_token": token}).status_code == 303
    return client


def token_at(client: Any, path: str) -> str:
    """Return the form token on a page."""
    page = BeautifulSoup(client.get(path).text, "html.parser")
    return str(page.select_one("input[name=csrf_token]")["value"])


def test_P5_nothing_changes_without_a_token_or_for_another_site(lab: Flask) -> None:
    """P5: state changes by POST with a token; by GET, or at another site's wish, never."""
    client = known(lab)
    token = token_at(client, "/sessions/")
    for rule, path in rules(lab, "POST"):
        for site in ("cross-site", "same-site"):
            headers = {"Sec-Fetch-Site": site}
            assert client.post(path, data={"csrf_token": token}, headers=headers).status_code == 403, rule
        assert client.post(path).status_code == 400, rule
        assert client.get(path).status_code in (200, 405), rule
    assert 'action="/forget/"' in client.get("/sessions/").text


AHEAD = {"Sec-Purpose": "prefetch;prerender", "Purpose": "Prefetch", "X-Moz": "prefetch", "X-Purpose": "preview"}


def test_P6_looking_starts_nothing_and_uses_nothing_up(lab: Flask, wire: responses.RequestsMock) -> None:
    """P6: crawlers, previews and prefetching start no session, are kept out, and consume no banner."""
    client, crawler = lab.test_client(), lab.test_client()
    client.get("/?notification=session-deleted")
    for _, path in rules(lab, "GET"):
        for name, says in AHEAD.items():
            client.get(path, headers={name: says})
        client.head(path)
        crawler.get(path, headers={"User-Agent": "Googlebot/2.1"})
    assert asked(wire) == []
    assert "Your session has ended" in client.get("/").text
    rules_for_robots = client.get("/robots.txt").text
    for path in ("/start/", "/go/", "/embed/", "/sessions/", "/forget/", "/break-out/", "/close-tab/"):
        assert f"Disallow: {path}\n" in rules_for_robots
    for path in ("/start/lab/", f"/go/{LINK}/", "/embed/lab/", "/sessions/", "/close-tab/"):
        assert "noindex" in client.get(path).headers["X-Robots-Tag"]


def test_P8_an_activation_link_is_in_one_answer_only(lab: Flask, caplog: pytest.LogCaptureFixture) -> None:
    """P8: the token is in one redirect that nobody stores; not in logs, cookies or pages."""
    caplog.set_level(logging.DEBUG)
    client = lab.test_client()
    answer = client.post("/start/lab/", data={"csrf_token": token_at(client, "/start/lab/")})
    assert answer.headers["Location"].endswith("?token=tell-tale-token")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    pages = [client.get(path).text for path in ("/", "/sessions/", "/workshop/lab/", "/start/lab/", "/embed/lab/")]
    kept = lab.session_interface.get_signing_serializer(lab).loads(client.get_cookie("workshop-index").value)
    assert "tell-tale" not in "".join((*pages, caplog.text, json.dumps(kept)))


def test_P13_a_cookie_another_host_can_set_is_nobodys(make_site: Callable[..., Flask]) -> None:
    """P13: under https only the `__Host-` cookie counts, however well another one is signed."""
    site = make_site(SITE_SECRET_KEY=KEY, SITE_URL="https://labs.example.com", PORTAL_URL="http://127.0.0.1:9")
    value = signed(site, {"users": {"default": "u1"}})
    for name, counts in (
        ("__Host-workshop-index", True),
        ("workshop-index", False),
        ("__Secure-workshop-index", False),
    ):
        client = site.test_client(use_cookies=False)
        answer = client.get("/sessions/", base_url="https://labs.example.com", headers={"Cookie": f"{name}={value}"})
        assert ('action="/forget/"' in answer.text) is counts, name


def signed(site: Flask, content: object, age: int = 0) -> str:
    """Return a cookie's value with this content, as the site signed it so many seconds ago."""

    class Earlier(TimestampSigner):
        def get_timestamp(self) -> int:
            return int(time.time()) - age

    serializer = SecureCookieSessionInterface().get_signing_serializer(site)
    assert serializer
    serializer.signer = Earlier
    return str(serializer.dumps(content))


def test_P17_nobody_is_somebody_by_saying_so(lab: Flask, wire: responses.RequestsMock) -> None:
    """P17: a user id in an address or a form is not read; it comes from the signed cookie only."""
    client = lab.test_client()
    token = token_at(client, "/start/lab/")
    claims = {"user": "u2", "users": "u2", "session": "p-w0-s002", "email": "x@example.com", "csrf_token": token}
    client.post("/start/lab/?user=u2&session=p-w0-s002", data=claims)
    (request,) = asked(wire)
    assert parse_qs(urlsplit(str(request.url)).query).keys() == {"index_url"}
    assert "u2" not in str(request.body or "")
    assert client.post("/sessions/default/p-w0-s002/end/", data={"csrf_token": token}).status_code == 303
    assert not [call for call in wire.calls if "terminate" in str(call.request.url)]


PAGES = (
    "/",
    "/workshop/lab/",
    "/start/lab/",
    f"/go/{LINK}/",
    "/sessions/",
    "/embed/lab/",
    "/break-out/",
    "/close-tab/",
    "/nowhere/",
)


@pytest.mark.parametrize("path", PAGES)
def test_P20_what_a_portal_writes_does_nothing_on_a_page(path: str, lab: Flask) -> None:
    """P20: titles, descriptions, tags and logos of portals are words and pictures, never code."""
    answer = known(lab).get(path)
    page = BeautifulSoup(answer.text, "html.parser")
    assert [tag.get("src", "").partition("/js/")[2] for tag in page.select("script")] == ["main.js"]
    assert page.select("[onerror], [onclick], [style], style, iframe, object") == []
    addresses = [str(tag.get("href") or tag.get("src") or tag.get("action")) for tag in page.select("a, img, form")]
    assert [address for address in addresses if address.startswith("javascript")] == []
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "default-src 'none';" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_P22_templates_and_style_sheets_are_called_code_and_bound(lab: Flask) -> None:
    """P22: the documentation calls them code; the policy keeps a style sheet from other hosts' fonts and sheets."""
    said = " ".join((TESTS.parent / "docs" / "security.md").read_text("utf-8").split())
    assert "templates and style sheets under `config/theme/` are code" in said
    policy = dict(
        part.split(" ", 1) for part in lab.test_client().get("/").headers["Content-Security-Policy"].split("; ")
    )
    assert (policy["style-src"], policy["font-src"]) == ("'self'", "'self'")
    assert policy["img-src"] == "'self' data: https:"


@pytest.mark.parametrize(
    ("age", "somebody"), [(0, True), (89 * 86400, True), (91 * 86400, False)], ids=["new", "old", "too old"]
)
def test_P26_a_cookie_is_looked_at_each_time(age: int, somebody: bool, lab: Flask) -> None:
    """P26: signature and age are checked at each use; a cookie past its time is nobody's."""
    value = signed(lab, {"users": {"default": "u1"}}, age)
    client = lab.test_client(use_cookies=False)
    for _ in range(2):
        answer = client.get("/sessions/", headers={"Cookie": f"workshop-index={value}"})
        assert ('action="/forget/"' in answer.text) is somebody


def test_P27_no_other_site_may_read_an_answer(lab: Flask) -> None:
    """P27: no CORS header, whoever asks, not for those who may embed either."""
    client = known(lab)
    for origin in (EMBEDDER, "https://evil.example", "null"):
        headers = {"Origin": origin, "Access-Control-Request-Method": "POST", "Sec-Fetch-Site": "cross-site"}
        for _, path in rules(lab, "GET"):
            for answer in (client.get(path, headers=headers), client.options(path, headers=headers)):
                assert [name for name in answer.headers.keys() if name.startswith("Access-Control")] == []  # noqa: SIM118


def test_P28_links_come_from_the_configured_address(lab: Flask, wire: responses.RequestsMock) -> None:
    """P28: a strange host gets 400 everywhere; forwarded headers nobody vouches for change no link."""
    for _, path in rules(lab, "GET"):
        assert lab.test_client().get(path, headers={"Host": "evil.example"}).status_code == 400, path
    forwarded = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "Forwarded": "host=evil.example"}
    client = lab.test_client()
    for path in PAGES:
        assert "evil.example" not in client.get(path, headers=forwarded).text
    for path in ("/start/lab/", "/embed/lab/"):
        client.post(path, data={"csrf_token": token_at(client, path)}, headers=forwarded)
    backs = [parse_qs(urlsplit(str(request.url)).query)["index_url"] for request in asked(wire)]
    assert backs == [["http://localhost/"], ["http://localhost/embed/lab/"]]


def test_P33_no_page_frames_anything(lab: Flask) -> None:
    """P33: the policy allows no frame source, and no address given to a page becomes one."""
    client = known(lab)
    for path in PAGES:
        answer = client.get(
            f"{path}?url=https://evil.example/&src=https://evil.example/&index_url=https://evil.example/"
        )
        assert "evil.example" not in answer.text.replace("/?url=https://evil.example", "")
        assert "frame-src" not in answer.headers["Content-Security-Policy"]
        assert "<iframe" not in answer.text


def test_P34_ones_own_pages_are_kept_by_nobody(lab: Flask) -> None:
    """P34: everything a known visitor gets is `no-store`; the shared index says that it depends on the cookie."""
    client = known(lab)
    for path in PAGES:
        answer = client.get(path)
        assert answer.headers["Cache-Control"] == "no-store", path
        assert "ETag" not in answer.headers
    shared = lab.test_client(use_cookies=False).get("/")
    assert "Cookie" in shared.headers["Vary"]
    assert shared.headers["Cache-Control"].startswith("public")
    assert "Resume" not in shared.text


def test_P36_nobody_takes_anothers_turn(lab: Flask, wire: responses.RequestsMock) -> None:
    """P36: who is new is told apart by the signed cookie; what a browser says of itself is not passed on."""
    keys = []
    for _ in range(2):
        client = lab.test_client()
        token = token_at(client, "/start/lab/")
        claim = {"Idempotency-Key": "of-somebody-else", "X-Idempotency-Key": "of-somebody-else"}
        client.post("/start/lab/", data={"csrf_token": token}, headers=claim)
        keys.append(asked(wire)[-1].headers["Idempotency-Key"])
    assert len({*keys, "of-somebody-else"}) == 3


def test_P37_pages_load_nothing_from_elsewhere(lab: Flask) -> None:
    """P37: scripts, styles, icons and pictures of the theme come from the site itself; no page names another's."""
    client = known(lab)
    for path in PAGES:
        page = BeautifulSoup(client.get(path).text, "html.parser")
        loaded = [str(tag.get("src") or tag.get("href")) for tag in page.select("script, link[rel], img")]
        assert [address for address in loaded if not address.startswith("/") or address.startswith("//")] == []
