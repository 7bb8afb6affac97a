"""The access code of an event: no way around it, whatever route a browser takes, and no guessing it."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from counting import rows, sessions_held
from passerby import Browser, Portal, gone
from peer import Peer
from werkzeug.routing import Rule

CODE = {"password": "open sesame"}
VALUES = {"name": "plenty", "user": "ann", "file": "x.png"}
CREATE = "/workshops/environment/plenty/create/"


@pytest.fixture
def event(portal: Portal) -> Peer:
    """A portal open to everybody who has the code."""
    return portal({**CODE, "catalog": {"visibility": "public"}})


def addresses(peer: Peer) -> Iterator[tuple[str, str]]:
    """Give every method and address of the portal, once for a workshop and once for an environment."""
    for rule in peer.app.url_map.iter_rules():
        for name in ("plenty", "lab-w01", "lab-w01-s001"):
            for method in sorted((rule.methods or set()) - {"OPTIONS"}):
                yield method, _address(rule, name)


def _address(rule: Rule, name: str) -> str:
    return re.sub(r"<(?:[a-z]+:)?(\w+)>", lambda found: {**VALUES, "name": name}[found[1]], rule.rule)


def test_no_route_allocates_or_lists_without_the_code(event: Peer) -> None:
    browser = Browser(event)
    browser.get("/workshops/access/")
    field = browser.page.select_one("input[name=csrf_token]")
    assert field
    asked = set(addresses(event))
    assert len(asked) > 40
    assert ("POST", CREATE) in asked and ("GET", "/workshops/environment/lab-w01/request/") in asked
    for method, address in sorted(asked):
        sent = {"data": {"csrf_token": str(field["value"])}} if method == "POST" else {}
        response = browser.client.open(address, method=method, headers={"Sec-Fetch-Site": "same-origin"}, **sent)
        said = response.get_data(as_text=True)
        assert "Title of" not in said and "About plenty" not in said, f"{method} {address} tells what there is"
        assert sessions_held(event) == 0, f"{method} {address} gives a session"
    assert rows(event, "users") == 0


def test_with_the_code_the_same_browser_gets_in(event: Peer) -> None:
    browser = Browser(event)
    browser.get("/workshops/access/")
    assert browser.fill("Open", password="open sesame").status_code == 303
    browser.get("/workshops/catalog/")
    assert "Title of plenty" in browser.words()
    assert gone(browser.get(CREATE))[0].startswith("/workshops/session/")
    assert sessions_held(event) == 1


def test_the_site_behind_the_robot_needs_no_code(event: Peer) -> None:
    assert event.allocate("plenty")["name"] == "lab-w01-s001"


def test_a_session_that_is_ones_own_stays_open(event: Peer) -> None:
    browser, given = Browser(event), event.allocate("plenty")
    address, _ = gone(browser.get(given["url"]))
    assert browser.get(address).status_code == 200
    assert gone(browser.get(CREATE))[0] == address


def test_another_code_asks_everybody_again(event: Peer, portal: Portal) -> None:
    browser = Browser(event)
    browser.get("/workshops/access/")
    browser.fill("Open", password="open sesame")
    later = portal({"password": "another", "catalog": {"visibility": "public"}})
    again = Browser(later)
    with browser.client.session_transaction() as known, again.client.session_transaction() as cookie:
        cookie.update(known)
    assert again.get("/workshops/catalog/").headers["Location"].startswith("/workshops/access/")


@pytest.mark.parametrize("where", ["query", "json"])
def test_a_code_counts_in_the_form_only(event: Peer, where: str) -> None:
    browser = Browser(event)
    browser.get(f"/workshops/access/?password={CODE['password']}")
    if where == "json":
        browser.client.post("/workshops/access/", json={"password": CODE["password"]})
    assert browser.get("/workshops/catalog/").headers["Location"].startswith("/workshops/access/")
    assert sessions_held(event) == 0


@pytest.mark.parametrize("key", ["next", "redirect_url"])
@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (CREATE, CREATE),
        ("https://evil.example/x", "/workshops/catalog/"),
        ("//evil.example/x", "/evil.example/x"),
        ("/\\evil.example", "/workshops/catalog/"),
        ("javascript:alert(1)", "/workshops/catalog/"),
        ("", "/workshops/catalog/"),
    ],
)
def test_after_the_code_nobody_is_led_elsewhere(event: Peer, key: str, given: str, kept: str) -> None:
    browser = Browser(event)
    browser.client.get("/")
    browser.get(f"/workshops/access/?{key}={given}")
    location = browser.fill("Open", password="open sesame").headers["Location"]
    assert (urlsplit(location).netloc, location) == ("", kept)
