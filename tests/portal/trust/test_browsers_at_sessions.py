"""A browser's cookie at the endpoints of a session: its owner may look, and act only by the portal's own pages."""

import json
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from peer import INDEX, Peer, Reply, checked

from portal_backend.contract.wire import session_path

EVENT = {"event": {"name": "Workshop/View", "data": {}}}
LOOKING = ("schedule", "config", "authorize")
ACTING = ("extend", "terminate", "event")


class Desk:
    """A session of ann's with her browser at it."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        given = peer.allocate("lab-overtime", "ann", index_url=INDEX)
        self.name, self.browser = str(given["name"]), peer.app.test_client()
        assert self.browser.get(given["url"]).status_code == 303

    def form_token(self, browser: FlaskClient | None = None) -> str:
        """Return the token of the forms on the session's page."""
        page = (browser or self.browser).get(session_path(self.name), headers={"Accept": "text/html"})
        field = BeautifulSoup(page.data, "html.parser").select_one("input[name=csrf_token]")
        assert field
        return str(field["value"])

    def ask(self, method: str, action: str, browser: FlaskClient | None = None, **headers: str) -> Reply:
        """Ask one of the session's endpoints by cookie alone."""
        more: dict[str, Any] = {"data": json.dumps(EVENT), "content_type": "application/json"}
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        opened = (browser or self.browser).open(
            session_path(self.name, action), method=method, headers=sent, **(more if method == "POST" else {})
        )
        return checked(opened)


@pytest.fixture
def desk(peer: Peer) -> Desk:
    """A session and its owner's browser."""
    return Desk(peer)


def admins(peer: Peer) -> FlaskClient:
    """Return the administrator's browser."""
    browser = peer.app.test_client()
    with browser.session_transaction() as cookie:
        cookie["admin"] = peer.credentials.admin.name
    return browser


@pytest.mark.parametrize("action", LOOKING)
def test_the_owners_browser_may_look(desk: Desk, action: str) -> None:
    assert desk.ask("GET", action).status == 200


def test_a_browser_is_told_whose_session_it_is(desk: Desk) -> None:
    assert desk.ask("GET", "authorize").body == {"owner": "ann", "user": "ann", "staff": False}
    admin = desk.peer.credentials.admin.name
    assert desk.ask("GET", "authorize", admins(desk.peer)).body == {"owner": "ann", "user": admin, "staff": True}


@pytest.mark.parametrize("action", ["extend", "terminate"])
@pytest.mark.parametrize("site", ["same-origin", "cross-site", "none"])
def test_no_link_makes_a_browser_act(desk: Desk, action: str, site: str) -> None:
    token = desk.form_token()
    assert desk.ask("GET", action, Sec_Fetch_Site=site, X_CSRFToken=token).status == 401
    assert desk.ask("GET", "schedule").body["status"] == "RUNNING"


@pytest.mark.parametrize("action", ACTING)
def test_without_its_form_token_a_browser_does_not_act(desk: Desk, action: str) -> None:
    assert desk.ask("POST", action).status == 403
    assert desk.ask("POST", action, X_CSRFToken="forged").status == 403
    assert desk.ask("GET", "schedule").status == 200


@pytest.mark.parametrize("action", ACTING)
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_sites_page_does_not_act_even_with_a_form_token(desk: Desk, action: str, site: str) -> None:
    assert desk.ask("POST", action, X_CSRFToken=desk.form_token(), Sec_Fetch_Site=site).status == 403


@pytest.mark.parametrize("action", ACTING)
def test_the_portals_own_page_acts_for_the_owner(desk: Desk, action: str) -> None:
    reply = desk.ask("POST", action, X_CSRFToken=desk.form_token(), Sec_Fetch_Site="same-origin")
    assert reply.status == 200, reply.body


@pytest.mark.parametrize("action", [*LOOKING, *ACTING])
@pytest.mark.parametrize("who", ["nobody", "somebody else"])
def test_other_browsers_get_nothing(desk: Desk, who: str, action: str) -> None:
    browser = desk.peer.app.test_client()
    if who == "somebody else":
        assert browser.get(desk.peer.allocate("lab-noexp", "bob")["url"]).status_code == 303
    assert desk.ask("POST" if action == "event" else "GET", action, browser).status == 401


@pytest.mark.parametrize("action", LOOKING)
def test_a_bad_token_is_not_made_good_by_a_cookie(desk: Desk, action: str) -> None:
    assert desk.ask("GET", action, Authorization="Bearer unknown").status == 401


def test_a_cookie_means_nothing_anywhere_else(desk: Desk) -> None:
    for path in ("/workshops/user/ann/sessions/", "/workshops/environment/lab-basic/request/"):
        assert checked(desk.browser.get(path)).status == 401
