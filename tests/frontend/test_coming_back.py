"""Coming back: the workshop again, what is free now, one's own sessions, and announcements that stay closed."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import BaseWSGIServer

SEVERAL = """
announcements:
- {id: friday, level: warning, title: Closed on Friday, text: From 18:00 UTC., link: {label: Why, url: /why}}
- {id: stays, level: error, text: The lab is broken, dismissible: false}
- {id: past, text: Over, until: 2020-01-01}
- {id: later, text: Not yet, from: 2999-01-01}
"""


@pytest.mark.parametrize("code", ["session-deleted", "session-invalid", "startup-timeout"])
def test_the_workshop_started_last_is_offered_again(code: str, visitor: Any) -> None:
    visitor.press("/", "/start/twenty/")
    end = next(form["action"] for form in visitor.page("/sessions/").select("form") if "/end/" in form["action"])
    visitor.press("/sessions/", end)
    visitor.banners()
    visitor.get(f"/?notification={code}", 303)
    link = visitor.page("/").select_one(".banner a")
    assert (link["href"], link.text.startswith("Start “")) == ("/start/twenty/", True)


def test_a_session_that_is_still_open_is_gone_back_to(visitor: Any) -> None:
    visitor.press("/", "/start/twenty/")
    visitor.get("/?notification=session-deleted", 303)
    assert visitor.page("/").select_one(".banner a").text.startswith("Go back to “")


def test_who_found_no_seat_is_shown_what_is_free(visitor: Any) -> None:
    visitor.get("/?notification=session-unavailable", 303)
    banner = visitor.page("/").select_one(".banner-warning")
    links = banner.select("a")
    assert "Free now:" in banner.text
    assert 0 < len(links) <= 3
    assert all(link["href"].startswith("/start/") for link in links)


def test_no_seat_by_a_link_elsewhere_says_nothing_of_the_workshop_started_last(visitor: Any) -> None:
    visitor.press("/", "/start/twenty/")
    visitor.get("/?notification=session-unavailable", 303)
    banner = visitor.page("/").select_one(".banner-warning")
    assert [link.text for link in banner.select("a") if link.text.startswith(("Start “", "Go back to “"))] == []


def test_ones_sessions_stand_on_the_index_with_all_that_can_be_done(visitor: Any) -> None:
    assert visitor.page("/").select(".own") == []
    visitor.press("/", "/start/plenty/")
    strip = visitor.page("/").select_one(".own")
    assert strip.select_one("h2 a")["href"] == "/sessions/"
    assert [button.get_text().split()[0] for button in strip.select("button")] == ["Go", "End"]
    assert strip.select_one(".clock-words").text
    back = visitor.press("/", strip.select("form")[0]["action"]).headers["Location"]
    assert "/workshops/session/" in back
    end = strip.select("form")[-1]["action"]
    visitor.press("/", end)
    assert visitor.page("/").select(".own") == []


@pytest.mark.parametrize("page", ["/", "/sessions/", "/workshop/twenty/"])
def test_every_page_one_may_come_back_to_tells_why_at_its_clean_address(page: str, visitor: Any) -> None:
    answer = visitor.get(f"{page}?a=1&notification=session-deleted&b=%26", 303)
    assert answer.headers["Location"] == f"{page}?a=1&b=%26"
    assert visitor.banners(page)[0] == "Your session has ended"
    assert visitor.get(f"{page}?notification=nope", 303).headers["Location"] == page
    assert "Your session has ended" not in visitor.banners(page)


@pytest.mark.parametrize("page", ["/", "/sessions/", "/workshop/twenty/"])
def test_an_announcement_stays_closed_without_a_script_too(
    page: str, make_site: Callable[..., Flask], portal_server: tuple[BaseWSGIServer, Any], seen: Any
) -> None:
    server, instance = portal_server
    address = {"PORTAL_URL": f"http://127.0.0.1:{server.port}", "WORKSHOP_INDEX_INSTANCE": str(instance)}
    visitor = seen(make_site(SEVERAL, **address))
    shown = visitor.page(page)
    assert [banner.text for banner in shown.select(".banner-title")] == ["Closed on Friday", "The lab is broken"]
    assert [banner["role"] for banner in shown.select(".banner")] == ["status", "alert"]
    assert [form["action"] for form in shown.select(".banner form")] == ["/announcements/friday/close/"]
    token = visitor.page("/start/twenty/").select_one("input[name=csrf_token]")["value"]
    back = visitor.post(
        "/announcements/friday/close/", data={"csrf_token": token}, headers={"Referer": f"http://localhost{page}"}
    )
    assert back.headers["Location"] == page
    assert visitor.banners(page) == ["The lab is broken"]
    assert seen(visitor.client.application).banners() == ["Closed on Friday", "The lab is broken"]


def test_whoever_is_new_closes_an_announcement_on_the_index_that_everybody_shares(visitor: Any) -> None:
    visitor.press("/", "/announcements/hello/close/")
    assert visitor.banners() == []


@pytest.mark.parametrize(
    ("referer", "leads_to"),
    [
        ("http://localhost/workshop/twenty/?a=1", "/workshop/twenty/?a=1"),
        ("http://evil.example/", "/"),
        ("http://localhost//evil.example/", "/"),
        ("", "/"),
    ],
)
def test_closing_leads_back_to_a_page_of_this_site_only(referer: str, leads_to: str, visitor: Any) -> None:
    token = visitor.page("/start/twenty/").select_one("input[name=csrf_token]")["value"]
    answer = visitor.post("/announcements/hello/close/", data={"csrf_token": token}, headers={"Referer": referer})
    assert answer.headers["Location"] == leads_to
    assert visitor.banners() == []


@pytest.mark.parametrize("name", ["nope", "stays"])
def test_only_what_may_be_closed_is(name: str, visitor: Any) -> None:
    token = visitor.page("/start/twenty/").select_one("input[name=csrf_token]")["value"]
    visitor.post(f"/announcements/{name}/close/", data={"csrf_token": token})
    assert visitor.banners() == ["Welcome all"]


def test_a_search_has_an_address_that_shows_it(make_site: Callable[..., Flask], portal_server: Any, seen: Any) -> None:
    server, instance = portal_server
    address = {"PORTAL_URL": f"http://127.0.0.1:{server.port}", "WORKSHOP_INDEX_INSTANCE": str(instance)}
    visitor = seen(make_site("catalog: {search: always}", **address))
    form = visitor.page("/").select_one("form[role=search]")
    assert (form["action"], form.get("method", "get")) == ("/", "get")
    page = visitor.page("/?q=TWENTY&utm_source=mail")
    assert [link["href"] for link in page.select(".card-title a")] == ["/workshop/twenty/"]
    assert page.select_one("[role=status]").text == "1 workshop"
    assert page.select_one("input[name=q]")["value"] == "TWENTY"
    nothing = visitor.page("/?q=%22%3E%3Cscript%3E")
    assert nothing.select_one(".empty a")["href"] == "/"
    assert nothing.select("main script") == []
