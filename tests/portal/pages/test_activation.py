"""The activation link: one browser, one session, and the token left behind."""

from urllib.parse import quote

import pytest
from passerby import INDEX, Browser, gone
from peer import Peer


@pytest.fixture
def url(hub: Peer) -> str:
    """An activation link."""
    return str(hub.allocate("plenty", index_url=INDEX)["url"])


def path_of(url: str) -> str:
    """Return the link without its query."""
    return url.partition("?")[0]


def test_it_lands_on_the_session_page_without_the_token(browser: Browser, url: str) -> None:
    response = browser.get(url)
    address, code = gone(response)
    assert (address, code) == (path_of(url).removesuffix("activate/"), None)
    assert response.headers["Referrer-Policy"] == "no-referrer"
    browser.get(address)
    assert browser.heading() == "First steps"
    assert "token=" not in str(browser.page)


def test_the_clock_starts_with_it(browser: Browser, hub: Peer, url: str) -> None:
    hub.clock.forward(seconds=30)
    browser.get(gone(browser.get(url))[0])
    assert browser.page.select_one(".clock-words").get_text() == "1 hour left"


@pytest.mark.parametrize(
    "query", ["", "?token=", "?token=wrong", f"?token=wrong&index_url={quote(INDEX)}", "?token=%C3%A9"]
)
def test_a_missing_or_wrong_token_is_a_plain_400(browser: Browser, hub: Peer, url: str, query: str) -> None:
    assert browser.get(path_of(url) + query).status_code == 400
    assert browser.heading() == "This link does not work"
    assert gone(browser.get(path_of(url).removesuffix("activate/")))[1] == "session-invalid"


def test_a_double_click_is_no_fault(browser: Browser, url: str) -> None:
    assert gone(browser.get(url)) == gone(browser.get(url))


def test_going_back_to_it_later_leads_into_the_session(browser: Browser, hub: Peer, url: str) -> None:
    address = gone(browser.get(url))
    hub.clock.forward(minutes=30)
    assert gone(browser.get(url)) == address


def test_another_browser_cannot_use_it_again_later(browser: Browser, hub: Peer, url: str) -> None:
    gone(browser.get(url))
    hub.clock.forward(minutes=30)
    assert Browser(hub).get(url).status_code == 400


def test_after_the_end_it_leads_to_the_index(browser: Browser, url: str) -> None:
    browser.get(gone(browser.get(url))[0])
    browser.press("Finish")
    assert gone(browser.get(url)) == (INDEX, "session-invalid")


def test_it_takes_nothing_from_the_browser_it_is_opened_in(browser: Browser, hub: Peer, url: str) -> None:
    own = gone(browser.get("/workshops/environment/single/create/"))[0]
    given = gone(browser.get(url))[0]
    assert [browser.get(each).status_code for each in (own, given)] == [200, 200]


def test_a_browser_remembers_its_latest_sessions_only(browser: Browser, hub: Peer) -> None:
    with browser.client.session_transaction() as cookie:
        cookie["sessions"] = {f"lab-w03-s{at:03d}": "u" for at in range(40)}
    gone(browser.get("/workshops/environment/plenty/create/"))
    with browser.client.session_transaction() as cookie:
        assert len(cookie["sessions"]) == 20
        assert list(cookie["sessions"])[-1].startswith("lab-w01-")


@pytest.mark.parametrize("look", [{"method": "HEAD"}, {"Sec_Purpose": "prefetch"}], ids=["HEAD", "prefetch"])
def test_looking_at_it_changes_nothing(browser: Browser, hub: Peer, url: str, look: dict[str, str]) -> None:
    assert browser.get(url, **look).status_code in (200, 503)
    assert gone(browser.get(path_of(url).removesuffix("activate/")))[1] == "session-invalid"
    assert gone(Browser(hub).get(url))[1] is None
