"""How often things may be tried: strangers who guess are told to wait, and a room full of people gets in."""

import time
from typing import Any

import pytest
from counting import rows, sessions_held
from passerby import Browser, Portal, gone
from peer import Peer, Reply
from werkzeug.test import TestResponse

from portal_backend.contract.wire import CATALOG_ENVIRONMENTS, REVOKE_TOKEN, TOKEN
from portal_backend.networks import network
from portal_backend.settings import SettingsError, load

CREATE = "/workshops/environment/plenty/create/"
ELSEWHERE = {"environ_base": {"REMOTE_ADDR": "203.0.113.9"}}


def wrong(peer: Peer, path: str = TOKEN, **more: Any) -> Reply:
    """Return the answer to a login with a wrong password, and a revocation with a wrong secret."""
    form = {**peer.password_form, "password": "wrong"}
    return peer.post(path, token=None, data=form | ({"client_secret": "wrong"} if path == REVOKE_TOKEN else {}), **more)


@pytest.mark.parametrize("path", [TOKEN, REVOKE_TOKEN])
def test_wrong_secrets_are_counted_and_then_refused_in_json(portal: Portal, path: str) -> None:
    peer = portal(PORTAL_LIMIT_TOKEN="3 per minute")
    assert [wrong(peer, path).status // 100 for _ in range(4)] == [4, 4, 4, 4]
    refused = wrong(peer, path)
    assert (refused.status, refused.body["reason"]) == (429, "too-many-requests")
    assert 0 < int(refused.headers["Retry-After"]) == refused.body["retry_after"] <= 61
    assert peer.post(TOKEN, token=None, data=peer.password_form).status == 429
    assert peer.post(TOKEN, token=None, data=peer.password_form, **ELSEWHERE).status == 200


def test_right_logins_and_malformed_ones_do_not_count(portal: Portal) -> None:
    peer = portal(PORTAL_LIMIT_TOKEN="2 per minute")
    for _ in range(10):
        assert peer.post(TOKEN, token=None, data=peer.password_form).status == 200
        assert peer.post(TOKEN, "a=b", token=None).status == 400


def test_who_waits_may_try_again(portal: Portal) -> None:
    peer = portal(PORTAL_LIMIT_TOKEN="1 per 1 second")
    assert (wrong(peer).status, wrong(peer).status) == (400, 429)
    until = time.monotonic() + 10
    while peer.post(TOKEN, token=None, data=peer.password_form).status == 429:
        assert time.monotonic() < until


def test_a_limit_may_be_turned_off(portal: Portal) -> None:
    peer = portal(PORTAL_LIMIT_TOKEN="off")
    assert {wrong(peer).status for _ in range(70)} == {400}


def test_as_delivered_guessing_the_robots_password_is_stopped_within_a_minute(portal: Portal) -> None:
    peer = portal()
    assert [wrong(peer).status for _ in range(61)] == [400] * 60 + [429]


def page_refused(browser: Browser, response: TestResponse) -> None:
    """Check the page for who tries too often."""
    assert response.status_code == 429
    assert 0 < int(response.headers["Retry-After"]) <= 61
    assert browser.heading() == "That was a lot at once"


def test_the_administrators_password_cannot_be_guessed(portal: Portal) -> None:
    browser = Browser(portal(PORTAL_LIMIT_LOGIN="2 per minute"))
    for _ in range(2):
        browser.get("/accounts/login/")
        assert browser.fill("Log in", username="educates", password="wrong").status_code == 403
    browser.get("/accounts/login/")
    admin = browser.peer.credentials.admin
    page_refused(browser, browser.fill("Log in", username=admin.name, password=admin.secret))


def test_the_access_code_cannot_be_guessed(portal: Portal) -> None:
    browser = Browser(portal({"password": "open sesame"}, PORTAL_LIMIT_ACCESS="2 per minute"))
    for _ in range(2):
        browser.get("/workshops/access/")
        assert browser.fill("Open", password="wrong").status_code == 403
    browser.get("/workshops/access/")
    page_refused(browser, browser.fill("Open", password="open sesame"))


def test_the_access_code_cannot_be_guessed_from_many_networks_either(portal: Portal) -> None:
    browser = Browser(portal({"password": "open sesame"}, PORTAL_LIMIT_ACCESS="1 per minute"))
    statuses = []
    for number in range(11):
        browser.client.environ_base["REMOTE_ADDR"] = f"198.51.100.{number}"
        browser.get("/workshops/access/")
        statuses.append(browser.fill("Open", password="wrong").status_code)
    assert statuses == [403] * 10 + [429]


def test_sessions_by_link_are_counted_before_anything_is_stored(portal: Portal) -> None:
    peer = portal(PORTAL_LIMIT_CREATE="3 per minute")
    for _ in range(3):
        gone(Browser(peer).get(CREATE))
    before = {table: rows(peer, table) for table in ("users", "sessions")}
    late = Browser(peer)
    page_refused(late, late.get(CREATE))
    assert {table: rows(peer, table) for table in before} == before == {"users": 3, "sessions": 3}


def test_coming_back_does_not_count(portal: Portal) -> None:
    browser = Browser(portal(PORTAL_LIMIT_CREATE="1 per minute"))
    first = gone(browser.get(CREATE))
    assert [gone(browser.get(CREATE)) for _ in range(5)] == [first] * 5


def test_one_visitor_does_not_start_again_and_again(portal: Portal) -> None:
    browser = Browser(portal())
    statuses = []
    for _ in range(31):
        response = browser.get(CREATE)
        statuses.append(response.status_code)
        with browser.client.session_transaction() as cookie:
            cookie.pop("sessions", None)
            visitor = cookie["user"]
        for each in browser.peer.get(f"/workshops/user/{visitor}/sessions/").body["sessions"]:
            browser.peer.get(f"/workshops/session/{each['name']}/terminate/")
    assert statuses == [303] * 31
    assert browser.get(CREATE).status_code == 429


def test_three_hundred_people_behind_one_address_get_in(portal: Portal) -> None:
    peer = portal({"password": "open sesame"})
    for number in range(300):
        browser = Browser(peer)
        with browser.client.session_transaction() as cookie:
            cookie["csrf_token"] = "0" * 40
        browser.get("/workshops/access/")
        if number % 5 == 0:
            assert browser.fill("Open", password="open sesam").status_code == 403
        assert browser.fill("Open", password="open sesame").status_code == 303
        gone(browser.get(CREATE))
    assert sessions_held(peer) == 300


def test_what_is_asked_often_has_no_limit(portal: Portal) -> None:
    peer = portal(PORTAL_LIMIT_TOKEN="1 per minute", PORTAL_LIMIT_CREATE="1 per minute")
    assert {peer.get(CATALOG_ENVIRONMENTS).status for _ in range(50)} == {200}
    assert {peer.get(CATALOG_ENVIRONMENTS, token="unknown").status for _ in range(50)} == {401}


@pytest.mark.parametrize(
    ("address", "network_of"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:0db8:0001:0002"),
        ("2001:db8:1:2::ffff", "2001:0db8:0001:0002"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("fe80::1%eth0", "fe80:0000:0000:0000"),
        ("", "unknown"),
    ],
)
def test_a_network_is_what_one_customer_is_given(peer: Peer, address: str, network_of: str) -> None:
    with peer.app.test_request_context(environ_base={"REMOTE_ADDR": address}):
        assert network() == network_of


def test_forwarded_addresses_count_only_behind_a_proxy_that_is_named(portal: Portal) -> None:
    forged = portal(PORTAL_LIMIT_TOKEN="1 per minute")
    statuses = [wrong(forged, headers={"X-Forwarded-For": f"203.0.113.{n}"}).status for n in range(3)]
    assert statuses == [400, 429, 429]
    behind = portal(PORTAL_LIMIT_TOKEN="1 per minute", PORTAL_PROXIES="1")
    statuses = [wrong(behind, headers={"X-Forwarded-For": f"203.0.113.{n}"}).status for n in range(3)]
    assert statuses == [400, 400, 400]


def test_without_the_redis_that_was_named_each_process_counts_for_itself(portal: Portal) -> None:
    peer = portal(PORTAL_LIMIT_TOKEN="2 per minute", PORTAL_LIMITS_URL="redis://127.0.0.1:1/0")
    assert [wrong(peer).status for _ in range(3)] == [400, 400, 429]


@pytest.mark.parametrize(
    "name", ["PORTAL_LIMIT_TOKEN", "PORTAL_LIMIT_ACCESS", "PORTAL_LIMIT_LOGIN", "PORTAL_LIMIT_CREATE"]
)
def test_a_limit_nobody_can_read_stops_the_start(name: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is 'often'; write it as in `60 per minute`"):
        load({name: "often"})
