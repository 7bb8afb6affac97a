"""Two portals with nothing in common but the store, the configuration and the secrets act as one."""

from urllib.parse import urlsplit

import pytest
from peer import Peer, Starter

from portal_backend.contract.wire import CATALOG_ENVIRONMENTS, REVOKE_TOKEN, session_path
from portal_backend.services.sweeper import sweep

SECRETS = {
    "PORTAL_SECRET_KEY": "the key that both machines sign their cookies with",
    "PORTAL_ROBOT_PASSWORD": "robot-password",
    "PORTAL_ROBOT_CLIENT_ID": "robot-client",
    "PORTAL_ROBOT_CLIENT_SECRET": "robot-secret",
    "PORTAL_ADMIN_PASSWORD": "admin-password",
}


@pytest.fixture
def machines(start: Starter) -> tuple[Peer, Peer]:
    """Two portals, each with an instance folder of its own; the robot is logged in at the first."""
    here, there = start(folder="here", **SECRETS), start(folder="there", **SECRETS)
    assert here.settings.instance != there.settings.instance
    here.log_in()
    there.token = here.token
    return here, there


def test_what_one_begins_the_other_goes_on_with(machines: tuple[Peer, Peer]) -> None:
    here, there = machines
    given = here.allocate("lab-overtime")
    assert there.allocate("lab-overtime")["name"] == given["name"]
    browser = there.app.test_client()
    assert browser.get(given["url"]).status_code == 303
    cookie = browser.get_cookie("workshop-portal")
    assert cookie is not None
    elsewhere = here.app.test_client()
    elsewhere.set_cookie("workshop-portal", cookie.value)
    assert elsewhere.get(session_path(given["name"])).status_code == 200
    assert here.get(session_path(given["name"], "schedule")).body["status"] == "RUNNING"
    assert there.get(session_path(given["name"], "terminate")).status == 200
    assert here.get(session_path(given["name"], "terminate")).status == 404
    gone = elsewhere.get(session_path(given["name"]))
    assert urlsplit(gone.headers["Location"]).query == "notification=session-deleted"


def test_what_one_has_read_the_other_may_change(machines: tuple[Peer, Peer]) -> None:
    here, there = machines

    def allocated(peer: Peer) -> int:
        return int(peer.get(CATALOG_ENVIRONMENTS).body["portal"]["sessions"]["allocated"])

    assert (allocated(here), allocated(there)) == (0, 0)
    here.allocate("lab-noexp", "bob")
    assert (allocated(here), allocated(there)) == (1, 1)
    there.post(REVOKE_TOKEN, token=None, data={**there.client_form, "token": there.token})
    assert (here.get(CATALOG_ENVIRONMENTS).status, there.get(CATALOG_ENVIRONMENTS).status) == (401, 401)


def test_what_is_over_is_ended_by_one_of_them(machines: tuple[Peer, Peer]) -> None:
    for number in range(3):
        machines[number % 2].allocate("lab-noexp", f"user-{number}")
    for peer in machines:
        peer.clock.forward(minutes=2)
    swept = [sweep(peer.app.extensions["portal"]).ended for peer in machines]
    assert swept == [3, 0]
    assert {peer.get("/workshops/user/user-0/sessions/").body["sessions"] == [] for peer in machines} == {True}
