"""A link in place of the access code: it opens the portal for some hours, leads nowhere else, and cannot be made up."""

from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner
from counting import sessions_held
from passerby import Browser, Portal, gone
from peer import Peer

from portal_backend.cli import portal as command
from portal_backend.services import catalog
from portal_backend.services.context import system_clock
from portal_backend.tickets import issue

CODE = {"password": "open sesame"}
CREATE = "/workshops/environment/plenty/create/"


def link(peer: Peer, **length: float) -> str:
    """Return the path of a link that works so long from now."""
    now = peer.clock.moment
    peer.clock.forward(**length)
    until, peer.clock.moment = peer.clock.moment, now
    return (
        f"/workshops/access/link/?ticket={issue(peer.settings, catalog.settings(peer.app.extensions['portal']), until)}"
    )


def test_a_link_opens_the_portal_and_leaves_its_ticket_behind(portal: Portal) -> None:
    peer = portal(CODE)
    browser = Browser(peer)
    response = browser.get(f"{link(peer, hours=1)}&next={CREATE}")
    assert (response.status_code, response.headers["Location"]) == (303, CREATE)
    assert (response.headers["Cache-Control"], response.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert sessions_held(peer) == 0
    assert gone(browser.get(CREATE))[0].startswith("/workshops/session/")


def test_a_link_ends_with_its_time_or_its_code(portal: Portal) -> None:
    peer = portal(CODE)
    address = link(peer, hours=1)
    peer.clock.forward(minutes=59)
    assert Browser(peer).get(address).status_code == 303
    changed = Browser(portal({"password": "another"}))
    assert changed.get(address).status_code == 403
    portal(CODE)
    peer.clock.forward(minutes=1)
    late = Browser(peer)
    assert late.get(f"{address}&next={CREATE}").status_code == 403
    assert "The link is not good any more" in late.words()
    assert late.fill("Open", **CODE).headers["Location"] == CREATE


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/x", "/\\evil.example"])
def test_a_link_leads_nowhere_else(portal: Portal, target: str) -> None:
    peer = portal(CODE)
    location = Browser(peer).get(f"{link(peer, hours=1)}&next={target}").headers["Location"]
    assert urlsplit(location).netloc == "" and location.startswith("/")


def test_links_cannot_be_guessed(portal: Portal) -> None:
    peer = portal(CODE, PORTAL_LIMIT_ACCESS="3 per minute")
    good = link(peer, hours=1)
    for ticket in ("", good.partition("=")[2][:-2], "WyJ4Iiw5OTk5OTk5OTk5XQ.AAAA"):
        assert Browser(peer).get(f"/workshops/access/link/?ticket={ticket}").status_code == 403
    assert Browser(peer).get(good).status_code == 429


def environ(peer: Peer) -> dict[str, str]:
    """Return the environment of a portal, for the command."""
    known = peer.settings
    return {"WORKSHOP_INDEX_INSTANCE": str(known.instance), "PORTAL_URL": "https://portal.example.com"}


def test_whoever_runs_the_portal_is_told_a_link(portal: Portal) -> None:
    peer = portal(CODE)
    peer.clock.moment = system_clock()
    told = CliRunner().invoke(command, ["access-link", "--hours", "2", "--next", CREATE], env=environ(peer))
    assert told.exit_code == 0, told.output
    origin, _, path = told.output.strip().partition("/workshops/")
    assert origin == "https://portal.example.com" and "sesame" not in path
    assert Browser(peer).get(f"/workshops/{path}").headers["Location"] == CREATE


def test_a_portal_without_a_code_needs_no_link(portal: Portal) -> None:
    assert Browser(portal()).get("/workshops/access/link/?ticket=old").status_code == 303
    told = CliRunner().invoke(command, ["access-link"], env=environ(portal()))
    assert told.exit_code == 1 and "has no access code" in told.output
