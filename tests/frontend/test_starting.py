"""Starting, over the real portal and over one that reads no key: whatever is clicked how often, one session."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import responses
from bs4 import BeautifulSoup
from flask import Flask
from portal_double import plain, serving
from programs import until
from werkzeug.serving import BaseWSGIServer

from frontend.app import create_app
from frontend.newcomers import Newcomers
from frontend.settings import load

PORTAL = "http://portal.test:8080"
LOGIN = {
    "PORTAL_URL": PORTAL,
    "PORTAL_ROBOT_USERNAME": "robot",
    "PORTAL_ROBOT_PASSWORD": "p",
    "PORTAL_ROBOT_CLIENT_ID": "c",
    "PORTAL_ROBOT_CLIENT_SECRET": "s",
}
BROWSER = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
ASKS = """
catalog:
  workshops:
    lab:
      parameters:
      - {name: TEAM, label: Your team, choices: [Red, Blue]}
      - {name: NAME, required: true}
"""
Click = Callable[[], Any]


def session_of(answer: Any) -> str:
    """Return the path of the session that an answer leads to."""
    assert answer.status_code == 303, answer.text
    path = urlsplit(answer.headers["Location"]).path
    assert path.endswith("/activate/")
    return path


def at_once(*clicks: Click) -> list[Any]:
    """Return the answers to clicks that all happen at the same moment."""
    together = Barrier(len(clicks))

    def click(one: Click) -> Any:
        together.wait(10)
        return one()

    with ThreadPoolExecutor(len(clicks)) as pool:
        return list(pool.map(click, clicks))


def click_of(app: Flask, cookie: str, token: str, workshop: str = "twenty") -> Click:
    """Return a click on Start, with the same cookie and form each time: no answer has been read yet."""

    def click() -> Any:
        client = app.test_client(use_cookies=False)
        return client.post(f"/start/{workshop}/", data={"csrf_token": token}, headers={"Cookie": cookie, **BROWSER})

    return click


@pytest.fixture
def form(visitor: Any) -> tuple[str, str]:
    """The cookie and the token of somebody who has opened a page with a form and has no session yet."""
    answer = visitor.get("/start/twenty/")
    token = visitor.page("/start/twenty/").select_one("input[name=csrf_token]")["value"]
    return answer.headers["Set-Cookie"].partition(";")[0], token


def test_many_clicks_of_somebody_new_at_once_make_one_session(site: Flask, form: tuple[str, str]) -> None:
    click = click_of(site, *form)
    assert len({session_of(answer) for answer in at_once(*[click] * 3)}) == 1


def test_clicks_that_land_on_two_processes_make_one_session(
    site: Flask, portal_server: tuple[BaseWSGIServer, Path], form: tuple[str, str], tmp_path: Path
) -> None:
    server, instance = portal_server
    settings = {"PORTAL_URL": f"http://127.0.0.1:{server.port}", "WORKSHOP_INDEX_INSTANCE": str(instance)}
    other = create_app(
        load({**settings, "WORKSHOP_INDEX_CONFIG": str(tmp_path / "config"), "SITE_URL": "http://localhost"})
    )
    clicks = [click_of(app, *form) for app in (site, other) * 3]
    assert len({session_of(answer) for answer in at_once(*clicks)}) == 1


def test_two_new_visitors_at_once_get_a_session_each(new_visitor: Callable[[], Any]) -> None:
    first, second = new_visitor(), new_visitor()
    clicks = [lambda one=one: one.press("/start/twenty/", "/start/twenty/") for one in (first, second)]
    assert len({session_of(answer) for answer in at_once(*clicks)}) == 2


def test_the_back_button_and_another_tab_lead_to_the_same_session(visitor: Any) -> None:
    page = visitor.page("/start/twenty/")
    data = {"csrf_token": page.select_one("input[name=csrf_token]")["value"]}
    paths = {session_of(visitor.post("/start/twenty/", data=data, headers=BROWSER)) for _ in range(3)}
    paths.add(session_of(visitor.press("/workshop/twenty/", "/start/twenty/")))
    assert len(paths) == 1


def test_a_browser_that_is_new_gets_a_cookie_before_it_gets_a_session(visitor: Any) -> None:
    asked = visitor.post("/start/twenty/", 307, headers=BROWSER)
    assert asked.headers["Location"] == "/start/twenty/?again=1"
    assert "HttpOnly" in asked.headers["Set-Cookie"]
    session_of(visitor.post("/start/twenty/?again=1", headers=BROWSER))


@pytest.mark.parametrize("fields", [{}, {"csrf_token": "of a page whose cookie was not kept"}], ids=["index", "form"])
def test_a_browser_that_takes_no_cookie_is_told_so(fields: dict[str, str], site: Flask) -> None:
    client = site.test_client(use_cookies=False)
    asked = client.post("/start/twenty/", headers=BROWSER, data=fields)
    assert (asked.status_code, asked.headers["Location"]) == (307, "/start/twenty/?again=1")
    told = client.post("/start/twenty/?again=1", headers=BROWSER, data=fields)
    assert told.status_code == 400
    assert "A session needs cookies" in told.text
    assert 'action="/start/twenty/"' in told.text


def test_a_form_whose_cookie_was_thrown_away_is_asked_once_more(visitor: Any) -> None:
    form = {"csrf_token": visitor.page("/start/twenty/").select_one("input[name=csrf_token]")["value"]}
    visitor.client.delete_cookie("workshop-index")
    asked = visitor.post("/start/twenty/", 307, headers=BROWSER, data=form)
    told = visitor.post(asked.headers["Location"], 400, headers=BROWSER, data=form)
    assert "That page was open for a while" in told.text


def test_tabs_that_a_new_browser_opens_at_once_start_with_a_single_click_each(visitor: Any) -> None:
    first = {"csrf_token": visitor.page("/start/twenty/").select_one("input[name=csrf_token]")["value"]}
    visitor.client.delete_cookie("workshop-index")  # the second was asked for before the first had answered
    visitor.page("/start/plenty/")
    elsewhere = {**BROWSER, "Sec-Fetch-Site": "same-site"}
    for headers, data in (({}, first), (elsewhere, first), (BROWSER, {"csrf_token": "made up"})):
        assert visitor.post("/start/twenty/", 400, headers=headers, data=data)
    session_of(visitor.post("/start/twenty/", headers=BROWSER, data=first))


def test_looking_at_a_deep_link_starts_nothing(visitor: Any) -> None:
    for ask in (visitor.client.get, visitor.client.head):
        assert ask("/start/twenty/").status_code == 200
    assert visitor.label("twenty") == "Start"


def test_the_question_names_the_workshop_and_enter_answers_it(visitor: Any) -> None:
    page = visitor.page("/start/twenty/")
    assert page.h1.text.startswith("Start “")
    assert page.select("form.form button[autofocus]")


@pytest.mark.parametrize(
    ("method", "path"),
    [("get", "/start/plenty/"), ("get", "/start/nope/"), ("post", "/start/plenty/"), ("get", "/sessions/")],
)
def test_what_belongs_to_somebody_is_kept_out_of_search_engines(method: str, path: str, visitor: Any) -> None:
    assert getattr(visitor.client, method)(path).headers["X-Robots-Tag"] == "noindex, nofollow"


@pytest.fixture
def asked_of_portal(wire: responses.RequestsMock) -> list[requests.PreparedRequest]:
    """What a portal that offers the lab and reads no key is asked for, in order; each newcomer gets a new id."""
    asked: list[requests.PreparedRequest] = []

    def allocate(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        asked.append(request)
        user = parse_qs(urlsplit(request.url or "").query).get("user", [f"user-{len(asked)}"])[0]
        url = f"/workshops/session/p-w01-{user}/activate/?token=t"
        return 200, {}, json.dumps({"name": f"p-w01-{user}", "user": user, "url": url, "workshop": "lab"})

    token = {"access_token": "t", "token_type": "Bearer", "expires_in": 36000}
    described = {"name": "p-w01", "state": "RUNNING", "workshop": {"name": "lab", "title": "The lab"}, "capacity": 9}
    wire.post(f"{PORTAL}/oauth2/token/", json=token)
    wire.get(f"{PORTAL}/workshops/catalog/environments/", json={"portal": {}, "environments": [described]})
    wire.add_callback("GET", f"{PORTAL}/workshops/environment/p-w01/request/", allocate)
    return asked


def test_at_a_portal_that_reads_no_key_the_second_click_is_made_by_who_made_the_first(
    asked_of_portal: list[requests.PreparedRequest], make_site: Callable[..., Flask], seen: Any
) -> None:
    app = make_site(**LOGIN)
    visitor = seen(app)
    cookie = visitor.get("/start/lab/").headers["Set-Cookie"].partition(";")[0]
    token = visitor.page("/start/lab/").select_one("input[name=csrf_token]")["value"]
    click = click_of(app, cookie, token, "lab")
    assert len({session_of(answer) for answer in at_once(click, click)}) == 1
    assert ["user=user-1" in str(request.url) for request in asked_of_portal] == [False, True]
    assert [bool(request.headers.get("Idempotency-Key")) for request in asked_of_portal] == [True, False]


def test_one_visitor_at_a_portal_that_hangs_leaves_threads_for_pages(make_site: Callable[..., Flask]) -> None:
    with serving(plain()) as portal, ThreadPoolExecutor(5) as clicks:
        app = make_site(**{**LOGIN, "PORTAL_URL": portal.url})
        asked = app.test_client().get("/start/lab-basic/")
        token = BeautifulSoup(asked.text, "html.parser").select_one("input[name=csrf_token]")
        click = click_of(app, asked.headers["Set-Cookie"].partition(";")[0], str(token and token["value"]), "lab-basic")
        portal.silent = True
        told = [clicks.submit(click) for _ in range(5)]
        until(lambda: sum(each.done() for each in told) == 2, within=5)
        portal.released.set()
    assert {each.result().headers["Location"] for each in told} == {"/"}


def test_somebody_without_a_key_takes_nobodys_turn() -> None:
    newcomers = Newcomers(most_waiting=1)
    with newcomers.turn("") as first, newcomers.turn("") as second:
        first["p"] = "u"
        assert second == {}
    with newcomers.turn("a") as learned:
        learned["p"] = "u"
    with newcomers.turn("b") as others, newcomers.turn("a") as again:
        assert (others, again) == ({}, {"p": "u"})


def test_a_card_leads_to_the_question_when_the_workshop_asks_something(
    asked_of_portal: list[requests.PreparedRequest], make_site: Callable[..., Flask], seen: Any
) -> None:
    visitor = seen(make_site(ASKS, **LOGIN))
    assert visitor.press("/", "/start/lab/", 303).headers["Location"] == "/start/lab/"
    assert [field["name"] for field in visitor.page("/start/lab/").select(".field [name]")] == [
        "parameter-TEAM",
        "parameter-NAME",
    ]
    assert asked_of_portal == []


def test_a_form_with_a_gap_comes_back_with_what_was_typed(
    asked_of_portal: list[requests.PreparedRequest], make_site: Callable[..., Flask], seen: Any
) -> None:
    visitor = seen(make_site(ASKS, **LOGIN))
    data = {"csrf_token": visitor.page("/workshop/lab/").select_one("input[name=csrf_token]")["value"], "asked": "1"}
    answer = visitor.post("/start/lab/", 422, data=data | {"parameter-TEAM": "Blue"})
    assert "This is needed to start the workshop." in answer.text
    assert "<option selected>Blue</option>" in answer.text
    stale = visitor.post("/start/lab/", 400, data={"asked": "1", "csrf_token": "x", "parameter-NAME": "Ann"})
    assert 'value="Ann"' in stale.text
    session_of(visitor.post("/start/lab/", data=data | {"parameter-TEAM": "Blue", "parameter-NAME": "Ann"}))
    assert [json.loads(request.body or "{}") for request in asked_of_portal] == [
        {"parameters": [{"name": "TEAM", "value": "Blue"}, {"name": "NAME", "value": "Ann"}]}
    ]
