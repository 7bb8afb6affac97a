"""The pages of the site over the real portal: browse, start, resume, list, end, be forgotten, come back."""

from collections.abc import Callable
from importlib.metadata import version
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from portal_backend.contract.wire import Notification

CODES = [code.value for code in Notification]


def test_the_index_shows_what_the_portal_offers(visitor: Any) -> None:
    page = visitor.page("/")
    assert page.title.text == "Workshops – The School"
    cards = {card.select_one(".card-title a")["href"] for card in page.select(".card")}
    assert {"/workshop/plenty/", "/workshop/one-seat/", "/workshop/twenty/"} <= cards
    assert "/workshop/nobody-wrote-it/" not in cards


def test_a_workshop_has_a_page_of_its_own(visitor: Any) -> None:
    page = visitor.page("/workshop/plenty/")
    assert page.h1.text == "Plenty of seats"
    assert page.select_one('form[action="/start/plenty/"] input[name="csrf_token"]')


def test_a_link_to_start_asks_first(visitor: Any) -> None:
    page = visitor.page("/start/plenty/")
    assert page.select_one('form[method="post"][action="/start/plenty/"] button').text.strip() == "Start"
    assert visitor.label("plenty") == "Start"


@pytest.mark.parametrize("where", ["/", "/workshop/twenty/", "/start/twenty/"])
def test_a_start_leads_to_the_portal_with_the_way_back(where: str, visitor: Any) -> None:
    address = urlsplit(visitor.press(where, "/start/twenty/").headers["Location"])
    assert address.path.startswith("/workshops/session/school-")
    assert address.path.endswith("/activate/")
    assert parse_qs(address.query)["index_url"] == ["http://localhost/"]


def test_a_visitor_gets_the_same_session_again(visitor: Any) -> None:
    first = visitor.press("/", "/start/plenty/").headers["Location"]
    assert visitor.label("plenty") == "Resume"
    again = visitor.press("/start/plenty/", "/start/plenty/").headers["Location"]
    assert urlsplit(again).path == urlsplit(first).path


def test_another_visitor_gets_another_session(new_visitor: Callable[[], Any]) -> None:
    paths = {urlsplit(new_visitor().press("/", "/start/plenty/").headers["Location"]).path for _ in range(2)}
    assert len(paths) == 2


def test_a_full_workshop_sends_back_once_with_the_reason(new_visitor: Callable[[], Any]) -> None:
    first, second = new_visitor(), new_visitor()
    form = second.page("/start/one-seat/").select_one('form[action="/start/one-seat/"]')
    first.press("/", "/start/one-seat/")
    token = {"csrf_token": form.select_one("input")["value"]}
    assert second.post("/start/one-seat/", data=token).headers["Location"] == "/"
    assert second.banners() == ["No session is available right now", "Welcome all"]
    assert second.banners() == ["Welcome all"]
    card = second.page("/").select_one('a[href="/workshop/one-seat/"]').find_parent("article")
    assert (card.select_one(".availability").text, card.form) == ("Full", None)
    first.press("/sessions/", own(first)["end"])


def own(visitor: Any) -> dict[str, str]:
    """Return where the forms on the visitor's list of sessions lead, by what they do."""
    actions = [form["action"] for form in visitor.page("/sessions/").select("form")]
    return {action.strip("/").rpartition("/")[2]: action for action in actions}


def test_ones_sessions_are_listed_and_can_be_ended(visitor: Any) -> None:
    visitor.press("/", "/start/plenty/")
    assert visitor.page("/").select_one('a[href="/sessions/"]')
    end = own(visitor)["end"]
    assert visitor.press("/sessions/", end).headers["Location"] == "/"
    assert visitor.banners() == ["Your session has ended", "Welcome all"]
    assert "end" not in own(visitor)
    assert visitor.label("plenty") == "Start"


def test_an_ended_session_cannot_be_ended_again(visitor: Any) -> None:
    visitor.press("/", "/start/plenty/")
    end = own(visitor)["end"]
    token = visitor.page("/sessions/").select_one("input")["value"]
    visitor.post(end, data={"csrf_token": token})
    visitor.post(end, data={"csrf_token": token})
    assert visitor.banners()[0] == "That session is no longer there"


@pytest.mark.parametrize("action", ["end", "extend"])
def test_somebody_elses_session_stays_as_it_is(action: str, new_visitor: Callable[[], Any]) -> None:
    owner, other = new_visitor(), new_visitor()
    owner.press("/", "/start/plenty/")
    other.press("/", "/start/twenty/")
    address = own(owner)["end"].replace("/end/", f"/{action}/")
    token = other.page("/sessions/").select_one("input")["value"]
    other.post(address, data={"csrf_token": token})
    assert owner.label("plenty") == "Resume"
    stranger = new_visitor()
    token = stranger.page("/start/plenty/").select_one('input[name="csrf_token"]')["value"]
    stranger.post(address, data={"csrf_token": token})
    assert owner.label("plenty") == "Resume"


def test_an_extension_out_of_its_time_changes_nothing(visitor: Any) -> None:
    visitor.press("/", "/start/plenty/")
    address = own(visitor)["end"].replace("/end/", "/extend/")
    token = visitor.page("/sessions/").select_one("input")["value"]
    assert visitor.post(address, data={"csrf_token": token}).headers["Location"] == "/sessions/"
    assert visitor.label("plenty") == "Resume"


@pytest.mark.parametrize("portal", ["default", "elsewhere"])
def test_a_session_that_never_was_cannot_be_ended(portal: str, visitor: Any) -> None:
    visitor.press("/", "/start/plenty/")
    token = visitor.page("/sessions/").select_one("input")["value"]
    visitor.post(f"/sessions/{portal}/nope/end/", data={"csrf_token": token})
    assert visitor.banners()[0] == "That session is no longer there"


def test_being_forgotten_makes_a_stranger(visitor: Any) -> None:
    visitor.press("/", "/start/plenty/")
    visitor.press("/sessions/", "/forget/")
    assert visitor.banners()[0] == "This browser has forgotten you"
    assert visitor.label("plenty") == "Start"
    assert "forget" not in own(visitor)
    assert "This browser has forgotten you" not in visitor.banners()


@pytest.mark.parametrize(
    "path", ["/start/nope/", "/start/nobody-wrote-it/", "/start/%3Cscript%3E/"], ids=["unknown", "not made", "hostile"]
)
def test_a_link_to_what_is_not_offered_leads_to_the_index(path: str, visitor: Any) -> None:
    assert visitor.get(path, 303).headers["Location"] == "/"
    assert visitor.banners()[0] == "That workshop is not offered here"


@pytest.mark.parametrize("code", CODES)
def test_a_notification_is_shown_once_at_the_clean_address(code: str, visitor: Any) -> None:
    assert visitor.get(f"/?notification={code}", 303).headers["Location"] == "/"
    assert len(visitor.banners()) == 2
    assert visitor.banners() == ["Welcome all"]


@pytest.mark.parametrize(
    ("query", "clean"),
    [
        ("notification=session-deleted&a=1", "/?a=1"),
        ("a=1&notification=session-deleted&a=2&b=", "/?a=1&a=2&b="),
        ("notification=nope&q=x%26y", "/?q=x%26y"),
        ("notification=x&_external=1&_scheme=javascript&_anchor=z", "/?_external=1&_scheme=javascript&_anchor=z"),
        ("notification=", "/"),
    ],
)
def test_only_the_notification_leaves_the_address(query: str, clean: str, visitor: Any) -> None:
    assert visitor.get(f"/?{query}", 303).headers["Location"] == clean


@pytest.mark.parametrize(
    "value", ["", "nope", "SESSION-DELETED", "session-deleted%00", "<b>tell-tale</b>", "a%0d%0aX: y"]
)
def test_an_unknown_notification_shows_and_keeps_nothing(value: str, visitor: Any) -> None:
    answer = visitor.get(f"/?notification={value}", 303)
    assert "Set-Cookie" not in answer.headers
    assert visitor.banners() == ["Welcome all"]


def test_looking_at_the_headers_only_does_not_use_a_banner_up(visitor: Any) -> None:
    visitor.get("/?notification=session-deleted", 303)
    assert visitor.client.head("/").status_code == 200
    assert visitor.banners()[0] == "Your session has ended"


@pytest.mark.parametrize(
    ("data", "headers", "says"),
    [
        ({"csrf_token": "made-up"}, {}, "That page was open for a while"),
        ({"csrf_token": "made-up"}, {"Sec-Fetch-Site": "same-origin"}, "That page was open for a while"),
        ({}, {}, "One more click"),
        ({}, {"Sec-Fetch-Site": "none"}, "One more click"),
        ({}, {"Origin": "null"}, "One more click"),
        ({}, {"Origin": "http://localhost.example.com"}, "One more click"),
    ],
    ids=["another token", "another token of ours", "neither", "typed", "origin withheld", "another origin"],
)
def test_a_form_that_does_not_count_asks_again_with_the_choice_kept(
    data: dict[str, str], headers: dict[str, str], says: str, visitor: Any
) -> None:
    visitor.page("/")
    answer = visitor.post("/start/plenty/", 400, data=data, headers=headers)
    assert says in answer.text
    assert 'action="/start/plenty/"' in answer.text
    assert visitor.label("plenty") == "Start"


def test_a_stale_form_for_what_is_gone_leads_to_the_index(visitor: Any) -> None:
    visitor.post("/start/nope/", 303)
    assert visitor.banners()[0] == "That workshop is not offered here"


@pytest.mark.parametrize("path", ["/forget/", "/sessions/default/x/end/", "/sessions/default/x/extend/"])
def test_another_stale_form_changes_nothing_and_says_so(path: str, visitor: Any) -> None:
    visitor.press("/", "/start/plenty/")
    assert "Nothing was changed" in visitor.post(path, 400).text
    assert visitor.label("plenty") == "Resume"


@pytest.mark.parametrize(
    ("asked_by", "status"), [("cross-site", 403), ("same-site", 403), ("same-origin", 303), ("none", 303), (None, 303)]
)
def test_a_change_another_site_asks_for_is_refused(asked_by: str | None, status: int, visitor: Any) -> None:
    token = visitor.page("/start/plenty/").select_one('form[action="/start/plenty/"] input')["value"]
    headers = {"Sec-Fetch-Site": asked_by} if asked_by else {}
    visitor.post("/start/plenty/", status, data={"csrf_token": token}, headers=headers)


def test_machines_are_told_that_it_can_serve(visitor: Any) -> None:
    parts = {"config": "ok", "portals": {"default": "ok"}}
    assert visitor.get("/readyz").json == {"status": "ready", "version": version("workshop-index"), "parts": parts}


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}],
    ids=["a browser of today", "one that sends an origin only"],
)
def test_a_start_from_the_index_that_everybody_shares_takes_one_click(headers: dict[str, str], visitor: Any) -> None:
    form = visitor.page("/").select_one('form[action="/start/plenty/"]')
    assert form.select("input") == []
    answer = visitor.post("/start/plenty/", headers=headers)
    assert "/workshops/session/" in answer.headers["Location"]


@pytest.mark.parametrize("path", ["/forget/", "/sessions/default/x/end/", "/sessions/default/x/extend/"])
def test_everything_but_a_start_needs_a_token_wherever_it_comes_from(path: str, visitor: Any) -> None:
    visitor.press("/", "/start/plenty/")
    visitor.post(path, 400, headers={"Sec-Fetch-Site": "same-origin"})
