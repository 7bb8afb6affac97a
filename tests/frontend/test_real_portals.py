"""The site over a real portal's recorded answers, alone and beside the bundled one."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from portal_double import Double, recorded, serving
from werkzeug.serving import BaseWSGIServer

from frontend import portal_client

USER = "eb6eeedc-02ae-4138-9f4a-2a08641a27d9"
LOGIN = {
    "REAL_ROBOT_USERNAME": "robot@educates",
    "REAL_ROBOT_PASSWORD": "p",
    "REAL_ROBOT_CLIENT_ID": "c",
    "REAL_ROBOT_CLIENT_SECRET": "s",
}


@pytest.fixture
def real() -> Iterator[Double]:
    """A real portal, as recorded."""
    with serving(recorded()) as double:
        yield double


@pytest.fixture
def over_both(
    real: Double, make_site: Callable[..., Flask], portal_server: tuple[BaseWSGIServer, Path]
) -> Callable[[str], Flask]:
    """A site over the recorded portal and the bundled one."""
    server, instance = portal_server

    def make(more: str = "") -> Flask:
        text = f"""
portals:
- {{name: real, url: "{real.url}", credentials: REAL}}
- {{name: bundled, url: "http://127.0.0.1:{server.port}"}}
{more}"""
        return make_site(text, WORKSHOP_INDEX_INSTANCE=str(instance), **LOGIN)

    return make


def test_both_portals_workshops_are_on_one_index(over_both: Callable[[], Flask], seen: Any) -> None:
    cards = [link.text for link in seen(over_both()).page("/").select(".card-title a")]
    assert {"Title of lab-basic", "Plenty of seats"} <= set(cards)
    assert len(cards) == len(set(cards))


def test_a_start_leads_to_the_portal_that_offers_the_workshop(
    over_both: Callable[[], Flask], real: Double, seen: Any
) -> None:
    visitor = seen(over_both())
    given = visitor.press("/", "/start/lab-basic/").headers["Location"]
    assert given.startswith(f"{real.url}/workshops/session/peer-portal-w01-s001/activate/?token=")
    elsewhere = visitor.press("/", "/start/plenty/").headers["Location"]
    assert "/workshops/session/school-" in elsewhere
    assert visitor.label("lab-basic") == "Resume"
    visitor.press("/", "/start/lab-basic/")
    assert real.users == [f"user={USER}"]


def test_lost_tokens_cost_one_login_and_nobody_notices(over_both: Callable[[], Flask], real: Double, seen: Any) -> None:
    visitor = seen(over_both())
    visitor.press("/", "/start/lab-basic/")
    before = real.logins
    real.lose_tokens()
    visitor.press("/", "/start/lab-basic/")
    assert real.logins == before + 1


def test_a_full_real_portal_is_told_with_when_to_come_back(
    over_both: Callable[[], Flask], real: Double, seen: Any
) -> None:
    visitor = seen(over_both())
    real.full = True
    assert visitor.press("/", "/start/lab-basic/").headers["Location"] == "/"
    assert "Every seat is taken at the moment. Try again in 2 minutes." in visitor.page("/").select_one(".banner").text


PEOPLE = """
sign_in:
  by: header
  header: {user: X-User, email: X-Email, first_name: X-First, last_name: X-Last}
"""


def test_a_real_portal_is_told_who_somebody_is_that_has_signed_in(
    over_both: Callable[..., Flask], real: Double, seen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LOGIN, "SITE_IDENTITY_PROXIES", "127.0.0.1")
    said = {"X-User": "ada", "X-Email": "ada@example.com", "X-First": "Ada", "X-Last": "Byron"}
    seen(over_both(PEOPLE)).post("/start/lab-basic/", headers={**said, "Sec-Fetch-Site": "same-origin"})
    (wish,) = real.wishes
    assert wish.pop("index_url").startswith("http://localhost/")
    assert wish == {"user": "ada", "email": "ada@example.com", "first_name": "Ada", "last_name": "Byron"}


@pytest.mark.parametrize("trouble", ["full", "silent"])
def test_the_bundled_portal_helps_out_where_a_real_one_has_no_seat(
    trouble: str, over_both: Callable[[], Flask], real: Double, seen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = deepcopy(dict(real.answers))
    for each in answers["cat-env-sessions-true"]["response"]["body"]["environments"]:
        if each["workshop"]["name"] == "lab-basic":
            each["workshop"]["name"] = "plenty"
    real.answers = answers
    visitor = seen(over_both())
    page = visitor.page("/")
    assert len(page.select('form[action="/start/plenty/"]')) == 1
    monkeypatch.setattr(portal_client, "READ_SECONDS", 0.5)
    setattr(real, trouble, True)
    given = visitor.press("/", "/start/plenty/").headers["Location"]
    assert real.wishes or real.most_waiting
    assert "/workshops/session/school-" in given
