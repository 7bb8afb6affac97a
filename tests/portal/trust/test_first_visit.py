"""The first visit: an id before anything is stored, one session for tabs opened at once, none without cookies."""

from itertools import permutations

import pytest
from counting import rows, sessions_held
from passerby import Browser, Portal, gone
from peer import Peer
from werkzeug.http import parse_cookie

CREATE = "/workshops/environment/plenty/create/"
OPENS = {"Sec_Fetch_Mode": "navigate", "Sec_Fetch_Site": "cross-site", "Sec_Fetch_Dest": "document"}
INDEX = "https://hub.example.test/labs"


@pytest.fixture
def hub(portal: Portal) -> Peer:
    """A portal with an index elsewhere."""
    return portal({"index": "https://hub.example.test/"})


class Tabs:
    """Two tabs of one browser, whose requests leave and whose answers arrive one at a time, in any order."""

    def __init__(self, peer: Peer) -> None:
        self.peer, self.jar = peer, ""
        self.at = {"a": f"{CREATE}?index_url={INDEX}", "b": f"{CREATE}?index_url={INDEX}"}
        self.carried: dict[str, str] = {}

    def leaves(self, tab: str) -> None:
        """Send a tab's next request with the cookie the browser has now."""
        self.carried[tab] = self.jar

    def arrives(self, tab: str) -> None:
        """Take in the answer to it."""
        headers = {name.replace("_", "-"): value for name, value in OPENS.items()} | {"User-Agent": "Mozilla/5.0"}
        if self.carried[tab]:
            headers["Cookie"] = f"workshop-portal={self.carried[tab]}"
        response = self.peer.app.test_client(use_cookies=False).get(self.at[tab], headers=headers)
        for text in response.headers.getlist("Set-Cookie"):
            self.jar = parse_cookie(text).get("workshop-portal", self.jar)
        self.at[tab] = response.headers.get("Location", "")


@pytest.mark.parametrize("order", sorted(set(permutations("aabb"))), ids="".join)
def test_two_tabs_opened_at_once_get_one_session(hub: Peer, order: tuple[str, ...]) -> None:
    tabs = Tabs(hub)
    tabs.leaves("a")
    tabs.leaves("b")
    tabs.arrives("a")
    tabs.leaves("a")
    tabs.arrives("b")
    tabs.leaves("b")
    for tab in order:
        tabs.arrives(tab)
        tabs.leaves(tab)
    assert tabs.at["a"] == tabs.at["b"]
    assert tabs.at["a"].startswith("/workshops/session/lab-w01-s")
    assert sessions_held(hub) == rows(hub, "users") == 1
    tabs.arrives("a")
    assert tabs.at["a"] == ""


def test_nothing_is_stored_before_a_session_is(hub: Peer) -> None:
    for path in (CREATE, "/accounts/create/", "/workshops/environment/plenty/", "/workshops/catalog/", "/"):
        Browser(hub).get(path, **OPENS)
    assert (rows(hub, "users"), sessions_held(hub)) == (0, 0)


def test_a_browser_ends_on_its_session_and_its_index_is_kept(hub: Peer) -> None:
    browser = Browser(hub)
    address, turns = f"{CREATE}?index_url={INDEX}", 0
    while not address.startswith("/workshops/session/"):
        address, turns = gone(browser.get(address, **OPENS))[0], turns + 1
    assert turns == 3
    assert browser.get(address, **OPENS).status_code == 200
    assert gone(browser.press("Finish"))[0] == INDEX
    assert gone(browser.get(CREATE, **OPENS))[0].startswith("/workshops/session/")


def test_without_cookies_no_seat_is_taken(hub: Peer) -> None:
    client, address = hub.app.test_client(use_cookies=False), CREATE
    headers = {name.replace("_", "-"): value for name, value in OPENS.items()}
    for _ in range(2):
        address = client.get(address, headers=headers).headers["Location"]
    response = client.get(address, headers=headers)
    assert response.status_code == 400
    assert b"A session needs cookies" in response.data
    assert sessions_held(hub) == 0


def test_a_program_that_is_no_browser_gets_its_session_at_once(hub: Peer) -> None:
    assert gone(Browser(hub).get(CREATE))[0].startswith("/workshops/session/")


def test_the_id_of_a_visitor_is_the_users(hub: Peer) -> None:
    browser = Browser(hub)
    assert browser.get("/accounts/create/").headers["Location"] == "/workshops/catalog/"
    with browser.client.session_transaction() as cookie:
        visitor = cookie["user"]
    browser.get(CREATE, **OPENS)
    assert [each["name"] for each in hub.get(f"/workshops/user/{visitor}/sessions/").body["sessions"]] == [
        "lab-w01-s001"
    ]


def test_where_visitors_have_no_session_nobody_is_made_one(portal: Portal) -> None:
    browser = Browser(portal({"registration": {"type": "one-step", "enabled": False}}))
    assert browser.get("/accounts/create/").headers["Location"] == "/accounts/login/"
    assert "Set-Cookie" not in browser.get("/accounts/create/").headers


def test_nobody_needs_to_register(hub: Peer) -> None:
    browser = Browser(hub)
    assert browser.get("/accounts/register/").headers["Location"] == "/accounts/register/closed/"
    assert browser.get("/accounts/register/closed/").status_code == 200
    assert browser.heading() == "No registration"


def test_an_activation_link_makes_nobody_else_of_a_browser(hub: Peer) -> None:
    browser = Browser(hub)
    own = gone(browser.get(CREATE))[0]
    with browser.client.session_transaction() as cookie:
        visitor = cookie["user"]
    planted = hub.allocate("secret-lab", "mallory")
    assert gone(browser.get(planted["url"]))[0] == f"/workshops/session/{planted['name']}/"
    assert browser.get(own).status_code == 200
    with browser.client.session_transaction() as cookie:
        assert cookie["user"] == visitor
        assert cookie["sessions"][planted["name"]] == "mallory"
    assert {user for name, user in cookie["sessions"].items() if name != planted["name"]} == {visitor}
