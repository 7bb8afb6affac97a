"""Whom the portal's cookie is for: its own host, or every host of a domain the owner names."""

from pathlib import Path

import pytest
from flask.sessions import SecureCookieSessionInterface
from peer import Peer, Starter

from portal_backend.cookies import PortalCookies
from portal_backend.editing import Edits

CREATE = "/workshops/environment/basics/create/"
WORKSHOP = "apiVersion: training.educates.dev/v1beta1\nkind: Workshop\nmetadata: {name: basics}\nspec: {title: B}\n"


def portal_file(folder: Path, domain: str) -> Path:
    """Write a portal whose cookies are for `domain`."""
    file = folder / "portal.yaml"
    file.write_text(
        "apiVersion: training.educates.dev/v1beta1\nkind: TrainingPortal\nmetadata: {name: lab}\nspec:\n"
        f"  portal: {{registration: {{type: anonymous}}, cookies: {{domain: '{domain}'}}}}\n"
        f"  workshops: [{{name: basics, capacity: 3}}]\n---\n{WORKSHOP}"
    )
    return file


def cookie(peer: Peer) -> tuple[str, bool]:
    """Return the name of the cookie a new visitor gets and whether it is for a domain, with that domain."""
    reply = peer.app.test_client().get(CREATE, base_url="https://labs.example.com")
    (set_cookie,) = reply.headers.getlist("Set-Cookie")
    name = set_cookie.partition("=")[0]
    return name, "Domain=example.com" in set_cookie


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("", ("__Host-workshop-portal", False)),
        (".example.com", ("__Secure-workshop-portal", True)),
        ("example.com", ("__Secure-workshop-portal", True)),
        ("other.example", ("__Host-workshop-portal", False)),
        ("ample.com", ("__Host-workshop-portal", False)),
    ],
)
def test_a_cookie_is_for_the_domain_named_when_the_portal_is_in_it(
    start: Starter, tmp_path: Path, domain: str, expected: tuple[str, bool]
) -> None:
    assert cookie(start(portal_file(tmp_path, domain), PORTAL_URL="https://labs.example.com")) == expected


def test_an_edit_of_the_domain_holds_at_once(start: Starter, tmp_path: Path) -> None:
    peer = start(portal_file(tmp_path, ""), PORTAL_URL="https://labs.example.com")
    client = peer.app.test_client()
    first = client.get(CREATE, base_url="https://labs.example.com")
    assert client.get(CREATE, base_url="https://labs.example.com").location == first.location
    portal_file(tmp_path, "example.com")
    Edits(peer.settings, peer.app.extensions["portal"], rest=0).take_up()
    assert cookie(peer) == ("__Secure-workshop-portal", True)
    second = client.get(CREATE, base_url="https://labs.example.com")
    assert second.location != first.location
    assert client.get(CREATE, base_url="https://labs.example.com").location == second.location


@pytest.mark.parametrize("content", [{"user": "ann"}, {"sessions": {f"lab-w01-s{n:03d}": "ann" for n in range(40)}}])
def test_a_cookie_is_one_that_flask_itself_reads_and_writes(
    start: Starter, tmp_path: Path, content: dict[str, object]
) -> None:
    app = start(portal_file(tmp_path, "")).app
    ours = PortalCookies("").get_signing_serializer(app)
    usual = SecureCookieSessionInterface().get_signing_serializer(app)
    assert ours is not None
    assert usual is not None
    assert usual.loads(ours.dumps(content)) == ours.loads(usual.dumps(content)) == content
