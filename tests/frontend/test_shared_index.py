"""The index everybody shares: who gets it, what caches are told, and when it is made anew."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import brotli
import pytest
import responses
from bs4 import BeautifulSoup
from flask import Flask
from werkzeug.test import TestResponse

from frontend import known_catalogs, public_pages
from frontend.public_pages import CACHE_CONTROL, best_coding, unchanged

PORTAL = "http://portal.test:8080"
LOGIN = {
    "PORTAL_URL": PORTAL,
    "PORTAL_ROBOT_USERNAME": "robot",
    "PORTAL_ROBOT_PASSWORD": "p",
    "PORTAL_ROBOT_CLIENT_ID": "c",
    "PORTAL_ROBOT_CLIENT_SECRET": "s",
}
CATALOG = f"{PORTAL}/workshops/catalog/environments/"


def listed(*titles: str) -> dict[str, Any]:
    """Return a portal's answer that lists workshops of these titles."""
    return {
        "portal": {},
        "environments": [
            {"name": f"p-w{place}", "state": "RUNNING", "workshop": {"name": f"lab-{place}", "title": title}}
            for place, title in enumerate(titles)
        ],
    }


@pytest.fixture
def shop(wire: responses.RequestsMock, make_site: Callable[..., Flask]) -> Flask:
    """A site over a portal that offers one workshop."""
    wire.post(f"{PORTAL}/oauth2/token/", json={"access_token": "t", "token_type": "Bearer", "expires_in": 36000})
    wire.get(CATALOG, json=listed("Before"))
    return make_site(**LOGIN)


def get(site: Flask, path: str = "/", **headers: str) -> TestResponse:
    """Return the answer to somebody without cookies."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return site.test_client(use_cookies=False).get(path, headers=named)


def test_one_style_sheet_is_all_that_holds_up_the_first_paint(shop: Flask) -> None:
    page = BeautifulSoup(get(shop).text, "html.parser")
    blocking = [*page.select("link[rel=stylesheet]"), *page.select("script:not([type=module], [async], [defer])")]
    assert [each.name for each in blocking] == ["link"]
    assert page.select("style, [style]") == []


def test_a_stranger_gets_what_everybody_gets(shop: Flask) -> None:
    first, second = get(shop), get(shop)
    assert first.data == second.data
    assert first.headers == second.headers
    assert first.headers["Cache-Control"] == CACHE_CONTROL
    assert {"Cookie", "Accept-Encoding"} <= set(first.headers["Vary"].split(", "))
    assert "Set-Cookie" not in first.headers
    assert first.headers["Content-Security-Policy"] == second.headers["Content-Security-Policy"]


def test_the_second_is_served_without_the_application(shop: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    get(shop)
    monkeypatch.setattr(shop, "full_dispatch_request", None)
    assert get(shop).status_code == 200


CODINGS = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}


@pytest.mark.parametrize("again", [False, True], ids=["made", "kept"])
@pytest.mark.parametrize(
    ("accepts", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("GZIP;q=1.0", "gzip"),
        ("gzip;q=0.000", ""),
        ("identity", ""),
        ("", ""),
    ],
)
def test_it_comes_in_the_smallest_coding_that_is_taken(accepts: str, coding: str, again: bool, shop: Flask) -> None:
    plain = get(shop).data if again else None
    answer = get(shop, Accept_Encoding=accepts)
    assert answer.headers.get("Content-Encoding", "") == coding
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    assert CODINGS[coding](answer.data) == (plain or get(shop).data)
    assert best_coding(accepts) == coding


@pytest.mark.parametrize("again", [False, True], ids=["made", "kept"])
@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*"])
def test_who_has_it_already_is_told_so(form: str, again: bool, shop: Flask, make_site: Callable[..., Flask]) -> None:
    tag = get(shop, Accept_Encoding="br").headers["ETag"]
    site = shop if again else make_site(**LOGIN)
    answer = get(site, Accept_Encoding="br", If_None_Match=form.format(tag))
    assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", tag)
    assert answer.headers["Cache-Control"] == CACHE_CONTROL
    assert answer.headers["Vary"]


def test_a_tag_is_for_one_coding(shop: Flask) -> None:
    tag = get(shop, Accept_Encoding="br").headers["ETag"]
    assert get(shop, Accept_Encoding="gzip", If_None_Match=tag).status_code == 200
    assert not unchanged("", tag)


def test_a_look_at_the_headers_is_answered_by_them(shop: Flask) -> None:
    whole = get(shop)
    for _ in range(2):
        answer = shop.test_client().head("/")
        assert (answer.data, answer.headers["ETag"]) == (b"", whole.headers["ETag"])


def test_a_changed_catalog_makes_it_anew(
    shop: Flask, wire: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_catalogs, "FRESH", known_catalogs.FRESH * 0)
    before = get(shop)
    same = get(shop)
    wire.replace("GET", CATALOG, json=listed("After"))
    after = get(shop)
    assert before.headers["ETag"] == same.headers["ETag"] != after.headers["ETag"]
    assert "After" in after.text
    assert "Before" not in after.text


@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        ("site.yaml", "brand: {name: Renamed}", "Renamed"),
        ("site.yaml", "announcements: [{id: now, text: Closed on Friday}]", "Closed on Friday"),
        ("theme/static/css/brand.css", "body { color: red }", "/look.css?v="),
    ],
    ids=["brand", "announcement", "style sheet"],
)
def test_a_changed_site_makes_it_anew(file: str, text: str, says: str, shop: Flask, tmp_path: Path) -> None:
    before = get(shop).text
    path = tmp_path / "config" / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    after = get(shop).text
    assert says in after
    assert after != before


def test_somebody_known_gets_a_page_of_their_own(shop: Flask, wire: responses.RequestsMock, seen: Any) -> None:
    given = {"name": "p-w0-s001", "user": "u1", "url": "/workshops/session/p-w0-s001/activate/?token=t"}
    wire.get(f"{PORTAL}/workshops/environment/p-w0/request/", json=given)
    session = {"name": "p-w0-s001", "workshop": "lab-0", "environment": "p-w0", "extendable": False}
    wire.get(f"{PORTAL}/workshops/user/u1/sessions/", json={"sessions": [session]})
    visitor = seen(shop)
    visitor.press("/", "/start/lab-0/")
    answer = visitor.get("/", headers={"If-None-Match": get(shop).headers["ETag"]})
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Cookie" in answer.headers["Vary"]
    assert "ETag" not in answer.headers
    assert visitor.label("lab-0") == "Resume"
    assert "Resume" not in get(shop).text


def test_somebody_with_something_to_be_told_gets_a_page_of_their_own(shop: Flask, seen: Any) -> None:
    visitor = seen(shop)
    visitor.get("/?notification=session-deleted", 303)
    answer = visitor.get("/")
    assert "Your session has ended" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Your session has ended" not in get(shop).text


def test_a_notification_is_never_kept(shop: Flask) -> None:
    for _ in range(2):
        answer = get(shop, "/?notification=session-deleted")
        assert (answer.status_code, answer.headers["Cache-Control"]) == (303, "no-store")


@pytest.mark.parametrize("host", ["evil.example.com", "localhost.example.com"])
def test_another_host_is_not_served_what_was_kept(host: str, shop: Flask) -> None:
    assert get(shop).status_code == 200
    assert get(shop, Host=host).status_code == 400


def test_addresses_and_languages_have_pages_of_their_own(shop: Flask) -> None:
    assert get(shop, "/?q=before").status_code == 200
    assert get(shop, Accept_Language="de").status_code == 200
    assert get(shop, "/?q=" + "x" * 1000).status_code == 200


def test_what_is_kept_is_bounded(shop: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(public_pages, "_MOST_BYTES", 3 * len(get(shop).data))
    kept = shop.wsgi_app.application._pages
    for number in range(10):
        get(shop, f"/?q={number}")
    assert len(kept) <= 3
    assert get(shop, "/?q=9").status_code == 200
