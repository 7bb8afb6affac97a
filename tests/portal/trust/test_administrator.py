"""The administrator beside public pages: only from where the owner says, by login, cookie and token."""

from typing import Any

import pytest
from passerby import Browser, Portal
from peer import INDEX, REQUEST, Peer

from portal_backend.contract.wire import TOKEN, session_path

HOME, AWAY = "10.1.2.3", "203.0.113.9"
NETWORKS = "10.0.0.0/8 2001:db8::/32"
CLOSED = {"registration": {"type": "one-step"}}


@pytest.fixture
def guarded(portal: Portal) -> Peer:
    """A closed portal whose administrator comes from two networks only."""
    return portal(CLOSED, PORTAL_ADMIN_NETWORKS=NETWORKS)


def at(peer: Peer, address: str) -> Browser:
    """Return a browser at an address."""
    browser = Browser(peer)
    browser.client.environ_base["REMOTE_ADDR"] = address
    return browser


def log_in(browser: Browser) -> int:
    """Return the status of the administrator's login."""
    admin = browser.peer.credentials.admin
    browser.get("/accounts/login/")
    return browser.fill("Log in", username=admin.name, password=admin.secret).status_code


@pytest.mark.parametrize(
    ("address", "status"),
    [(HOME, 303), ("::ffff:10.1.2.3", 303), ("2001:db8::7", 303), (AWAY, 403), ("2001:db9::7", 403), ("", 403)],
)
def test_the_login_is_open_where_the_owner_says(guarded: Peer, address: str, status: int) -> None:
    browser = at(guarded, address)
    assert log_in(browser) == status
    assert ("not log in from this network" in browser.words()) is (status == 403)


def test_a_cookie_that_is_carried_away_opens_nothing(guarded: Peer) -> None:
    browser = at(guarded, HOME)
    log_in(browser)
    browser.get("/workshops/catalog/")
    assert "Title of plenty" in browser.words()
    browser.client.environ_base["REMOTE_ADDR"] = AWAY
    browser.get("/workshops/catalog/")
    assert "Title of plenty" not in browser.words()
    given = guarded.allocate("plenty")
    assert browser.client.get(session_path(given["name"], "config")).status_code == 401


def test_a_token_of_the_administrator_counts_there_only(guarded: Peer) -> None:
    given, admin = guarded.allocate("plenty"), guarded.credentials.admin
    form = {**guarded.password_form, "username": admin.name, "password": admin.secret}
    token = guarded.post(TOKEN, token=None, data=form).body["access_token"]
    for address, status in ((HOME, 200), (AWAY, 403)):
        where: dict[str, Any] = {"environ_base": {"REMOTE_ADDR": address}}
        assert guarded.get(session_path(given["name"], "config"), token=token, **where).status == status


def test_the_robot_and_visitors_come_from_anywhere(portal: Portal) -> None:
    peer = portal(PORTAL_ADMIN_NETWORKS=NETWORKS)
    asked = {"user": "ann", "index_url": INDEX}
    assert peer.get(REQUEST.format("plenty"), asked, environ_base={"REMOTE_ADDR": AWAY}).status == 200
    assert at(peer, AWAY).get("/workshops/environment/plenty/create/").status_code == 303


def test_without_a_word_the_administrator_comes_from_anywhere(portal: Portal) -> None:
    assert log_in(at(portal(CLOSED), AWAY)) == 303
