"""The start button for frames, over the real portal: its cookie, who may frame it, where its sessions lead back to."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from werkzeug.serving import BaseWSGIServer
from werkzeug.test import TestResponse

from frontend.site.model import Notifications
from frontend.site.notifications import notice
from portal_backend.contract.wire import Notification

EMBEDDER = "https://www.example.com"
SITE_YAML = f"embedding: {{origins: ['{EMBEDDER}']}}"
USUAL, FRAMED = "workshop-index", "__Host-workshop-index-frame"
FRAME = {"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "cross-site"}
INSIDE = {**FRAME, "Sec-Fetch-Site": "same-origin"}
EMBED = "/embed/twenty/"


def cookies(answer: TestResponse) -> dict[str, set[str]]:
    """Return the attributes of the cookies an answer sets, by name."""
    split = [header.split("; ") for header in answer.headers.getlist("Set-Cookie")]
    return {pair.partition("=")[0]: set(attributes) for pair, *attributes in split}


class Frame:
    """A frame of another site in a browser that keeps the cookies for frames there, and no others; or none at all."""

    def __init__(self, site: Flask, keeps: bool = True) -> None:
        """Begin without cookies."""
        self.client, self._keeps = site.test_client(), keeps
        self.page = BeautifulSoup("", "html.parser")

    def open(self, path: str, status: int = 200, method: str = "GET", **sent: Any) -> TestResponse:
        """Go to a page, following redirects within the site."""
        answer = self._asked(path, method, FRAME if method == "GET" else INSIDE, sent)
        while answer.status_code == 303 and answer.headers["Location"].startswith("/"):
            answer = self._asked(answer.headers["Location"], "GET", INSIDE, {})
        assert answer.status_code == status, answer.text
        if answer.mimetype == "text/html":
            self.page = BeautifulSoup(answer.text, "html.parser")
        return answer

    def press(self, action: str, status: int = 303, **changes: str) -> TestResponse:
        """Send the form that leads to an address that begins with `action`."""
        form = self.page.select_one(f'form[action^="{action}"]')
        assert form, self.page
        fields = {str(each["name"]): str(each["value"]) for each in form.select("input[name]")}
        return self.open(str(form["action"]), status, "POST", data={**fields, **changes})

    def titles(self) -> list[str]:
        """Return the titles of the banners."""
        return [tag.text for tag in self.page.select(".banner-title")]

    def _asked(self, path: str, method: str, headers: dict[str, str], sent: dict[str, Any]) -> TestResponse:
        answer = self.client.open(path, method=method, headers=headers, **sent)
        for name in (USUAL, FRAMED) if not self._keeps else (USUAL,):
            self.client.delete_cookie(name)
        policy = answer.headers["Content-Security-Policy"]
        assert f"frame-ancestors {EMBEDDER};" in f"{policy};"
        assert "X-Frame-Options" not in answer.headers
        assert "unsafe" not in policy
        assert (answer.headers["Cache-Control"], answer.headers["X-Robots-Tag"]) == ("no-store", "noindex, nofollow")
        return answer


@pytest.fixture
def embedding(make_site: Callable[..., Flask], portal_server: tuple[BaseWSGIServer, Any]) -> Flask:
    """A site over the real portal, whose owner lets one origin embed it."""
    server, instance = portal_server
    where = {"PORTAL_URL": f"http://127.0.0.1:{server.port}", "WORKSHOP_INDEX_INSTANCE": str(instance)}
    return make_site(SITE_YAML, **where)


@pytest.fixture
def frame(embedding: Flask) -> Frame:
    """A frame of the embedder's page."""
    return Frame(embedding)


def back_from(answer: TestResponse) -> str:
    """Return where the session that an answer leads to leads back to."""
    address = urlsplit(answer.headers["Location"])
    assert address.path.endswith("/activate/")
    return parse_qs(address.query)["index_url"][0]


def test_it_is_one_button_and_nothing_else(frame: Frame) -> None:
    frame.open(EMBED)
    buttons = frame.page.select("button")
    assert [button.get_text(" ", strip=True) for button in buttons] == ["Start Twenty seats"]
    assert frame.page.select("a, nav, header, footer, img, iframe, .banner") == []
    assert len(frame.page.select("h1")) == 1


def test_a_session_leads_back_to_the_button_which_tells_and_offers_it_again(frame: Frame) -> None:
    frame.open(EMBED)
    back = back_from(frame.press(EMBED))
    assert back == f"http://localhost{EMBED}"
    frame.open(f"{EMBED}?notification=session-deleted")
    assert frame.titles() == ["Your session has ended"]
    assert frame.page.select(".banner a") == []
    assert frame.page.select_one(f'form[action="{EMBED}"] button')
    frame.open(EMBED)
    assert frame.titles() == []


@pytest.mark.parametrize("code", list(Notification))
def test_each_notification_is_told_in_the_frame_once(code: Notification, frame: Frame) -> None:
    frame.open(f"{EMBED}?notification={code.value}")
    assert frame.titles() == [notice(code, Notifications()).title]
    frame.open(EMBED)
    assert frame.titles() == []


@pytest.mark.parametrize("value", ["", "nope", "<b>tell-tale</b>"])
def test_an_unknown_notification_shows_nothing(value: str, frame: Frame) -> None:
    assert "tell-tale" not in frame.open(EMBED, query_string={"notification": value}).text
    assert frame.titles() == []


WANTED = {
    "a page of an allowed origin": (f"{EMBEDDER}/page?a=1&b=", f"{EMBEDDER}/page?a=1&b="),
    "another origin": ("https://evil.example/", None),
    "another scheme": ("http://www.example.com/", None),
    "a look-alike": ("https://www.example.com.evil.example/", None),
    "user name": ("https://www.example.com@evil.example/", None),
    "no scheme": ("//www.example.com/", None),
    "a script": ("javascript:alert(1)", None),
    "nothing": ("", None),
}


@pytest.mark.parametrize(("given", "followed"), WANTED.values(), ids=WANTED)
def test_only_an_allowed_page_is_led_back_to(given: str, followed: str | None, frame: Frame) -> None:
    frame.open(EMBED, query_string={"index_url": given})
    back = urlsplit(back_from(frame.press(EMBED)))
    if followed is None:
        assert (back.path, back.query) == (EMBED, "")
        return
    assert (back.netloc, back.path) == ("localhost", "/break-out/")
    assert parse_qs(back.query)["index_url"] == [followed]
    frame.open(f"{back.path}?{back.query}&notification=session-deleted")
    link = frame.page.select_one("a[target=_top]")
    assert link["href"] == f"{followed}&notification=session-deleted"


@pytest.mark.parametrize(("given", "_"), WANTED.values(), ids=WANTED)
def test_breaking_out_leads_to_allowed_pages_else_to_the_index(given: str, _: str | None, frame: Frame) -> None:
    frame.open("/break-out/", query_string={"index_url": given, "notification": "nope"})
    (link,) = frame.page.select("a")
    assert link["href"] == (given if given.startswith(f"{EMBEDDER}/") else "http://localhost/")


def test_at_the_top_there_is_nothing_to_break_out_of(embedding: Flask) -> None:
    answer = embedding.test_client().get("/break-out/", headers={"Sec-Fetch-Dest": "document"})
    refresh = BeautifulSoup(answer.text, "html.parser").select_one("meta[http-equiv=refresh]")
    assert refresh["content"] == "0; url=http://localhost/"


def test_a_frame_gets_a_cookie_of_its_own_and_is_asked_for_it(embedding: Flask) -> None:
    client = embedding.test_client()
    first = client.get(EMBED, headers=FRAME)
    assert (first.status_code, first.headers["Location"]) == (303, f"{EMBED}?tried=1")
    given = cookies(first)
    assert given[FRAMED] == {"Secure", "HttpOnly", "Path=/", "SameSite=None", "Partitioned"}
    assert given[USUAL] == {"HttpOnly", "Path=/", "SameSite=Lax"}


@pytest.mark.parametrize("query", ["", f"?index_url={EMBEDDER}/page", "?notification=session-deleted"])
def test_a_frame_without_cookies_leads_to_a_tab(query: str, embedding: Flask) -> None:
    frame = Frame(embedding, keeps=False)
    frame.open(EMBED + query)
    assert frame.page.select("button") == []
    (link,) = frame.page.select("a")
    assert (link["target"], link.text) == ("_blank", "Open in a new tab")
    wanted = parse_qs(urlsplit(link["href"]).query)["index_url"]
    assert wanted == [f"{EMBEDDER}/page" if "page" in query else "http://localhost/close-tab/"]


def test_a_browser_that_says_nothing_of_frames_is_told_after_its_click(embedding: Flask) -> None:
    client = embedding.test_client()
    token = BeautifulSoup(client.get(EMBED).text, "html.parser").select_one("input[name=csrf_token]")["value"]
    answer = embedding.test_client().post(EMBED, data={"csrf_token": token})
    assert answer.status_code == 400
    assert "Open in a new tab" in answer.text


def test_a_tab_of_its_own_in_which_cookies_are_blocked_too_says_so(embedding: Flask) -> None:
    client = embedding.test_client(use_cookies=False)
    answer = client.post(EMBED, data={"csrf_token": "x"}, headers={**INSIDE, "Sec-Fetch-Dest": "document"})
    assert answer.status_code == 400
    assert "Allow cookies for this site" in answer.text
    assert "Open in a new tab" not in answer.text


def test_a_tab_of_its_own_ends_by_saying_that_it_can_be_closed(embedding: Flask) -> None:
    client = embedding.test_client()
    path = f"{EMBED}?index_url=http://localhost/close-tab/"
    token = BeautifulSoup(client.get(path).text, "html.parser").select_one("input[name=csrf_token]")["value"]
    assert back_from(client.post(path, data={"csrf_token": token})) == "http://localhost/close-tab/"
    for code, at_once in (("session-deleted", True), ("startup-timeout", False), ("nope", False)):
        answer = client.get(f"/close-tab/?notification={code}")
        assert answer.headers["Location"] == "/close-tab/"
        page = BeautifulSoup(client.get("/close-tab/").text, "html.parser")
        assert (page.h1.text, bool(page.select("[data-at-once]"))) == ("You can close this tab", at_once)
        assert len(page.select(".banner")) == (code != "nope")
    assert "frame-ancestors 'none'" in client.get("/close-tab/").headers["Content-Security-Policy"]


@pytest.mark.parametrize("code", [each.value for each in Notification])
def test_the_last_page_speaks_of_no_workshop_to_choose_on_it(embedding: Flask, code: str) -> None:
    client = embedding.test_client()
    client.get(f"/close-tab/?notification={code}")
    told = BeautifulSoup(client.get("/close-tab/").text, "html.parser").select_one(".banner").text
    assert [words for words in ("choose another", "on this page") if words in told] == []


def test_a_start_takes_a_click_on_this_very_page(embedding: Flask, frame: Frame) -> None:
    frame.open(EMBED)
    frame.open(EMBED, 400, "POST")
    assert frame.titles() == ["That page was open for a while"]
    frame.open(EMBED, 400, "POST", data={"csrf_token": "made-up"})
    token = frame.page.select_one("input[name=csrf_token]")["value"]
    elsewhere = frame.client.post(EMBED, data={"csrf_token": token}, headers=FRAME)
    assert elsewhere.status_code == 403


def test_frames_that_one_page_opens_at_once_start_with_a_single_click_each(frame: Frame) -> None:
    frame.open(EMBED)
    first = frame.page.select_one("input[name=csrf_token]")["value"]
    frame.client = frame.client.application.test_client()  # the second was asked for before the first had answered
    frame.open("/embed/plenty/")
    assert "/activate/" in frame.open(EMBED, 303, "POST", data={"csrf_token": first}).headers["Location"]


def test_the_same_frame_gets_the_same_session_and_can_be_forgotten(frame: Frame) -> None:
    frame.open(EMBED)
    assert frame.page.select('form[action*="/forget/"]') == []
    first = urlsplit(frame.press(EMBED).headers["Location"]).path
    frame.open(EMBED)
    assert frame.page.select_one(".embed-label").text == "Resume"
    assert urlsplit(frame.press(EMBED).headers["Location"]).path == first
    frame.open(EMBED)
    frame.press(f"{EMBED}forget/", 200)
    assert frame.page.select_one(".embed-label").text == "Start"
    assert urlsplit(frame.press(EMBED).headers["Location"]).path != first


def test_a_full_workshop_says_so_in_the_frame(embedding: Flask) -> None:
    first, second = Frame(embedding), Frame(embedding)
    for each in (first, second):
        each.open("/embed/one-seat/")
    first.press("/embed/one-seat/")
    second.press("/embed/one-seat/", 200)
    assert second.titles() == ["No session is available right now"]


def test_a_workshop_nobody_offers_says_so_in_the_frame(frame: Frame) -> None:
    frame.open("/embed/nope/", 404)
    assert frame.titles() == ["That workshop is not offered here"]


def test_what_a_workshop_asks_is_asked_in_the_frame(
    make_site: Callable[..., Flask], portal_server: tuple[BaseWSGIServer, Any]
) -> None:
    server, instance = portal_server
    asks = "catalog: {workshops: {twenty: {parameters: [{name: TEAM, required: true}]}}}\n" + SITE_YAML
    where = {"PORTAL_URL": f"http://127.0.0.1:{server.port}", "WORKSHOP_INDEX_INSTANCE": str(instance)}
    frame = Frame(make_site(asks, **where))
    frame.open(EMBED)
    frame.press(EMBED, 422)
    assert frame.titles() == ["Something is missing"]
    back_from(frame.press(EMBED, **{"parameter-TEAM": "Red"}))


def test_without_the_setting_nothing_is_framed_and_no_cookie_is_for_frames(visitor: Any) -> None:
    answer = visitor.get(EMBED, 303, headers=FRAME)
    assert set(cookies(answer)) == {USUAL}
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert visitor.page(EMBED).select_one(f'form[action="{EMBED}"]')


@pytest.mark.parametrize("path", ["/", "/workshop/twenty/", "/start/twenty/", "/sessions/", "/close-tab/", "/nowhere/"])
def test_no_other_page_is_framed_or_reads_the_cookie_of_frames(path: str, embedding: Flask, frame: Frame) -> None:
    frame.open(EMBED)
    frame.press(EMBED)
    answer = frame.client.get(path, headers=FRAME)
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "Resume" not in answer.text
    assert FRAMED not in cookies(answer)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://labs.example.test", {FRAMED, f"__Host-{USUAL}"}),
        ("http://127.0.0.1:8000", {FRAMED, USUAL}),
        ("http://labs.example.test", {USUAL}),
    ],
    ids=["https", "this machine", "plain http"],
)
def test_frames_get_a_cookie_only_where_browsers_trust_the_way(
    url: str, kept: set[str], make_site: Callable[..., Flask]
) -> None:
    client = make_site(SITE_YAML, SITE_URL=url, PORTAL_URL="http://127.0.0.1:9").test_client()
    assert set(cookies(client.get(EMBED, base_url=url, headers=FRAME))) == kept
