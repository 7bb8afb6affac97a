"""The cookie that remembers a visitor: signed, out of reach, replaceable keys; anything else is nobody's."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface

OLD, NEW, FOREIGN = "o" * 40, "n" * 40, "f" * 40
USERS = {"users": {"default": "u1"}}


def signed(content: object, key: str) -> str:
    """Return a cookie's value with this content, signed with this key."""
    app = Flask("signer")
    app.secret_key = key
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer
    return str(serializer.dumps(content))


@pytest.mark.parametrize(
    ("url", "name", "secure"),
    [("http://localhost", "workshop-index", False), ("https://labs.example.com", "__Host-workshop-index", True)],
)
def test_the_cookie_is_out_of_reach(url: str, name: str, secure: bool, make_site: Callable[..., Flask]) -> None:
    client = make_site(SITE_URL=url, PORTAL_URL="http://127.0.0.1:9").test_client()
    header = client.get("/?notification=session-deleted", base_url=url).headers["Set-Cookie"]
    attributes = {part.strip() for part in header.split(";")[1:]}
    assert header.startswith(f"{name}=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= attributes
    assert ("Secure" in attributes) is secure
    assert not any(part.startswith("Domain") for part in attributes)


COOKIES: dict[str, tuple[str, bool]] = {
    "of today's key": (signed(USERS, NEW), True),
    "of yesterday's key": (signed(USERS, OLD), True),
    "of another key": (signed(USERS, FOREIGN), False),
    "unsigned": ("eyJ1c2VycyI6e319", False),
    "cut short": (signed(USERS, NEW)[:-3], False),
    "empty": ("", False),
    "no cookie at all": ("..", False),
    "users that are none": (signed({"users": ["u1"]}, NEW), False),
    "a user that is none": (signed({"users": {"default": 5}}, NEW), False),
    "an empty user": (signed({"users": {"default": ""}}, NEW), False),
    "a user too long": (signed({"users": {"default": "u" * 151}}, NEW), False),
    "a user that acts": (signed({"users": {"default": "u\r\n"}}, NEW), False),
    "a notification that is none": (signed({"notification": 5}, NEW), False),
    "an unknown notification": (signed({"notification": {"code": "x"}}, NEW), False),
}


@pytest.mark.parametrize(("value", "known"), COOKIES.values(), ids=COOKIES)
def test_only_an_honest_cookie_is_somebodys(value: str, known: bool, make_site: Callable[..., Flask]) -> None:
    site = make_site(PORTAL_URL="http://127.0.0.1:9", SITE_SECRET_KEY=NEW, SITE_SECRET_KEY_FALLBACKS=OLD)
    client = site.test_client(use_cookies=False)
    answer = client.get("/sessions/", headers={"Cookie": f"workshop-index={value}"})
    assert answer.status_code == 200
    assert ('action="/forget/"' in answer.text) is known


def test_a_machine_gets_no_cookie(alone: Any) -> None:
    for path, status in (("/healthz", 200), ("/readyz", 503), ("/robots.txt", 200), ("/brand.css", 200)):
        assert "Set-Cookie" not in alone.get(path, status).headers
