"""The cookie that remembers a visitor, and what a portal that forgot costs: one more login, no error page."""

import base64
import sqlite3
from collections.abc import Callable
from contextlib import closing
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import BrowserContext
from programs import House
from visits import Visitor, session_name, start

pytestmark = pytest.mark.whole
SITE_COOKIE = "workshop-index"
PORTAL_COOKIE = "workshop-portal"


def forget_tokens(house: House) -> int:
    """Delete every token the portal has given out, and return how many there were."""
    with closing(sqlite3.connect(house.folder / "instance" / "portal.sqlite3", timeout=20)) as store, store:
        tables = [name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return sum(store.execute(f"DELETE FROM {name}").rowcount for name in tables if "token" in name)


@pytest.mark.browser
@pytest.mark.parametrize("name", [SITE_COOKIE, PORTAL_COOKIE])
def test_the_cookies_are_out_of_reach_of_scripts_and_other_sites(
    name: str, house: House, visitor: BrowserContext
) -> None:
    start(visitor.new_page(), house, "plenty")
    (cookie,) = [each for each in visitor.cookies() if each.get("name") == name]
    assert cookie.get("httpOnly") is True
    assert cookie.get("sameSite") == "Lax"
    assert cookie.get("path") == "/"


def test_the_cookie_outlives_the_browser_window(house: House) -> None:
    visitor = Visitor(house)
    visitor.start("plenty")
    (cookie,) = [each for each in visitor.http.cookies if each.name == SITE_COOKIE]
    assert cookie.expires is not None


def forged_key(_value: str) -> str:
    """Return a cookie with everything a real one has, signed with another key."""
    app = Flask("forger")
    app.secret_key = "not the key of this site, but as long as one"
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer
    return str(signer.dumps({"users": {"portal": "somebody-else"}}))


def changed_content(value: str) -> str:
    """Return the cookie with other content under the old signature."""
    other = base64.urlsafe_b64encode(b'{"users":{"portal":"somebody-else"}}').rstrip(b"=").decode()
    return ".".join([other, *value.lstrip(".").split(".")[1:]])


def cut_short(value: str) -> str:
    """Return the cookie without the end of its signature."""
    return value[:-4]


FORGERIES = {
    "another key": forged_key,
    "other content": changed_content,
    "cut short": cut_short,
    "empty": lambda _: "",
    "rubbish": lambda _: "..",
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES.keys())
def test_a_forged_cookie_is_nobodys(forge: Callable[[str], str], house: House) -> None:
    visitor = Visitor(house)
    visitor.start("plenty")
    assert visitor.label("plenty") == "Resume"
    (cookie,) = [each for each in visitor.http.cookies if each.name == SITE_COOKIE]
    stranger = Visitor(house)
    stranger.http.headers["Cookie"] = f"{SITE_COOKIE}={forge(cookie.value or '')}"
    assert stranger.label("plenty") == "Start"


def test_an_honest_copy_of_the_cookie_is_its_owners(house: House) -> None:
    visitor = Visitor(house)
    visitor.start("plenty")
    copy = Visitor(house)
    copy.http.cookies.update(visitor.http.cookies)
    assert copy.label("plenty") == "Resume"


def test_no_log_holds_a_token(house: House) -> None:
    visitor = Visitor(house)
    answer = visitor.start("plenty")
    (activation,) = [each.url for each in answer.history if "/activate/" in each.url]
    (token,) = parse_qs(urlsplit(activation).query)["token"]
    written = house.log("web") + house.log("portal")
    assert token not in written
    assert "token=" not in written


def test_a_start_without_the_forms_token_starts_nothing(house: House) -> None:
    visitor = Visitor(house)
    visitor.index()
    answer = visitor.http.post(f"{house.site}/start/plenty/", data={}, timeout=20)
    assert answer.status_code == 400
    assert visitor.label("plenty") == "Start"


def test_sessions_outlive_a_restart_of_everything(shaky_house: House) -> None:
    visitor = Visitor(shaky_house)
    first = visitor.start("plenty")
    shaky_house.stop()
    shaky_house.start("portal", "web")
    assert visitor.http.get(first.url, timeout=20).url == first.url
    assert visitor.label("plenty") == "Resume"
    assert session_name(visitor.start("plenty").url) == session_name(first.url)


def test_forgotten_tokens_cost_one_login_and_no_error_page(shaky_house: House) -> None:
    visitor = Visitor(shaky_house)
    first = visitor.start("plenty")
    assert forget_tokens(shaky_house) > 0
    again = visitor.start("plenty")
    assert (again.status_code, session_name(again.url)) == (200, session_name(first.url))


def test_a_portal_that_lost_its_memory_costs_a_new_session_and_no_error_page(shaky_house: House) -> None:
    visitor = Visitor(shaky_house)
    visitor.start("plenty")
    shaky_house.stop("portal")
    for file in (shaky_house.folder / "instance").glob("portal.sqlite3*"):
        file.unlink()
    shaky_house.start("portal")
    again = visitor.start("plenty")
    assert again.status_code == 200
    assert again.url.startswith(f"{shaky_house.portal}/workshops/session/")
    assert visitor.label("plenty") == "Resume"


def test_a_portal_that_is_away_leaves_a_page_and_a_banner(shaky_house: House) -> None:
    visitor = Visitor(shaky_house)
    form = visitor.index()
    assert form.select_one("form.start")
    shaky_house.stop("portal")
    try:
        answer = requests.get(f"{shaky_house.site}/", timeout=30)
        assert answer.status_code in (200, 503)
        assert "Traceback" not in answer.text
    finally:
        shaky_house.start("portal")
