"""Each of the five notifications by its real cause, and nothing but the five."""

from collections.abc import Callable
from urllib.parse import quote

import pytest
from passerby import INDEX, Browser, Portal, gone
from peer import Peer
from werkzeug.test import TestResponse

from portal_backend.services import sweeper

HUB = "https://hub.example.test/"


def create(name: str) -> str:
    """Return the anonymous link to a workshop, with an index of its own."""
    return f"/workshops/environment/{name}/create/?index_url={quote(INDEX, safe='')}"


def begin(browser: Browser, name: str = "plenty") -> str:
    """Start a session by the anonymous link and return its address."""
    address, code = gone(browser.get(create(name)))
    assert code is None
    return address


def by_finishing(browser: Browser) -> TestResponse:
    browser.get(begin(browser))
    return browser.press("Finish")


def by_a_program_that_ended_it(browser: Browser) -> TestResponse:
    address = begin(browser)
    browser.peer.get(f"{address}terminate/")
    return browser.get(address)


def by_looking_again_after_finishing(browser: Browser) -> TestResponse:
    address = begin(browser)
    browser.get(address)
    browser.press("Finish")
    browser.peer.clock.forward(hours=3)
    return browser.get(address)


def by_a_name_nobody_has(browser: Browser) -> TestResponse:
    return browser.get(create("nobody-wrote-it"))


def by_a_name_nobody_has_on_the_page_that_asks(browser: Browser) -> TestResponse:
    return browser.get(create("nobody-wrote-it").replace("create/", ""))


def by_a_full_workshop(browser: Browser) -> TestResponse:
    begin(Browser(browser.peer), "single")
    return browser.get(create("single"))


def by_a_full_workshop_after_asking(browser: Browser) -> TestResponse:
    browser.get(create("single").replace("create/", ""))
    begin(Browser(browser.peer), "single")
    return browser.press("Start")


def by_time_that_ran_out(browser: Browser) -> TestResponse:
    address = begin(browser)
    browser.peer.clock.forward(minutes=60)
    return browser.get(address)


def by_time_that_ran_out_and_was_swept(browser: Browser) -> TestResponse:
    address = begin(browser)
    browser.peer.clock.forward(minutes=61)
    sweeper.sweep(browser.peer.app.extensions["portal"])
    return browser.get(address)


def by_asking_for_more_time_too_late(browser: Browser) -> TestResponse:
    address = begin(browser)
    browser.peer.clock.forward(minutes=50)
    browser.get(address)
    browser.peer.clock.forward(minutes=11)
    return browser.press("More time")


def by_activating_too_late(browser: Browser) -> TestResponse:
    url = browser.peer.allocate("plenty", index_url=INDEX)["url"]
    browser.peer.clock.forward(seconds=61)
    return browser.get(url)


CAUSES = {
    by_finishing: "session-deleted",
    by_a_program_that_ended_it: "session-deleted",
    by_looking_again_after_finishing: "session-deleted",
    by_a_name_nobody_has: "workshop-invalid",
    by_a_name_nobody_has_on_the_page_that_asks: "workshop-invalid",
    by_a_full_workshop: "session-unavailable",
    by_a_full_workshop_after_asking: "session-unavailable",
    by_time_that_ran_out: "session-invalid",
    by_time_that_ran_out_and_was_swept: "session-invalid",
    by_asking_for_more_time_too_late: "session-invalid",
    by_activating_too_late: "session-invalid",
}


@pytest.mark.parametrize(("cause", "code"), CAUSES.items(), ids=[cause.__name__ for cause in CAUSES])
def test_a_visitor_comes_back_with_the_reason(
    portal: Portal, cause: Callable[[Browser], TestResponse], code: str
) -> None:
    browser = Browser(portal({"index": HUB}, PORTAL_INDEX_ORIGINS="https://hub.example.test"))
    assert gone(cause(browser)) == (INDEX, code)


def test_a_slow_start_comes_back_with_startup_timeout(portal: Portal) -> None:
    browser = Browser(portal({"index": HUB}, PORTAL_START_DELAY="3600"))
    address = begin(browser, "hurried")
    assert browser.get(address).status_code == 200
    browser.peer.clock.forward(seconds=20)
    assert gone(browser.get(address)) == (INDEX, "startup-timeout")
    assert gone(browser.get(address)) == (INDEX, "startup-timeout")


def test_a_visitors_own_limit_says_session_unavailable(portal: Portal) -> None:
    browser = Browser(portal({"index": HUB, "sessions": {"anonymous": 1}}))
    begin(browser, "single")
    assert gone(browser.get(create("plenty"))) == (INDEX, "session-unavailable")


def test_a_session_that_never_was_leads_to_the_portals_index(browser: Browser) -> None:
    for action in ("", "delete/", "files/images/dot.png", f"activate/?token=x&index_url={quote(INDEX, safe='')}"):
        address, code = gone(browser.get(f"/workshops/session/lab-w01-s999/{action}"))
        assert (address.startswith(HUB), code) == (True, "session-invalid")


def test_somebody_elses_session_leads_to_the_portals_index(browser: Browser, hub: Peer) -> None:
    address = begin(Browser(hub))
    assert gone(browser.get(address)) == (HUB, "session-invalid")
    assert gone(browser.get(f"{address}delete/")) == (HUB, "session-invalid")
    assert hub.get(f"{address}schedule/").status == 200


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("startup-timeout", "startup-timeout"),
        ("workshop-invalid", "workshop-invalid"),
        ("", "session-deleted"),
        ("SESSION-INVALID", "session-deleted"),
        ("<script>", "session-deleted"),
    ],
)
def test_the_old_finish_link_may_name_one_of_the_five(browser: Browser, asked: str, code: str) -> None:
    browser.get(f"{begin(browser)}delete/?notification={asked}")
    assert gone(browser.press("Finish")) == (INDEX, code)


@pytest.mark.parametrize("path", ["/workshops/catalog/", "/", "/workshops/finished/"])
def test_without_an_index_the_portal_shows_the_reason_itself_once(portal: Portal, path: str) -> None:
    browser = Browser(portal())
    assert gone(browser.get(f"{path}?notification=session-deleted&x=y"))[1] is None
    shown = path if path != "/" else "/workshops/catalog/"
    browser.get(shown)
    assert browser.banners() == ["Your session has ended."]
    browser.get(shown)
    assert browser.banners() == []


@pytest.mark.parametrize(
    "value", ["", "tell-tale", "session-deletedtell-tale", "%3Cscript%3Etell-tale", "SESSION-DELETED"]
)
def test_an_unknown_reason_shows_nothing(browser: Browser, value: str) -> None:
    response = browser.get(f"/workshops/catalog/?notification={value}")
    browser.get(gone(response)[0])
    assert browser.banners() == []
    assert "tell-tale" not in str(browser.page) + str(response.headers)


def test_a_visitor_without_any_index_comes_back_to_the_catalog(portal: Portal) -> None:
    browser = Browser(portal())
    browser.get(gone(browser.get("/workshops/environment/plenty/create/"))[0])
    assert gone(browser.press("Finish")) == ("/workshops/catalog/", "session-deleted")


def test_a_closed_portal_without_an_index_says_goodbye(portal: Portal) -> None:
    browser = Browser(portal({"registration": {"type": "one-step"}}))
    url = browser.peer.allocate("plenty", index_url="")["url"]
    address = gone(browser.get(url))[0]
    browser.peer.clock.forward(hours=2)
    landed, code = gone(browser.get(address))
    browser.get(landed)
    assert (code, "/workshops/" in landed) == ("session-invalid", True)
