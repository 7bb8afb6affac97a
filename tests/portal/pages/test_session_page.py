"""The page people work on: steps, pictures, the clock, more time, waiting, and leaving."""

import pytest
from passerby import SAME_ORIGIN, Browser, Portal, gone
from peer import Peer


def begin(browser: Browser, name: str = "plenty") -> str:
    """Start a session, open it, and return its address."""
    address = gone(browser.get(f"/workshops/environment/{name}/create/"))[0]
    browser.get(address)
    return address


def links(browser: Browser, of: str) -> list[str]:
    """Return what the links of a part of the page say."""
    return [link.get_text(" ", strip=True) for link in browser.page.select(f"{of} a")]


STEPS = {
    "": ("First steps", [], ["Next Second thoughts"]),
    "?page=01-first": ("First steps", [], ["Next Second thoughts"]),
    "?page=02-second": ("Second thoughts", ["Previous First steps"], ["Next The end"]),
    "?page=99-end": ("The end", ["Previous Second thoughts"], []),
    "?page=nowhere": ("First steps", [], ["Next Second thoughts"]),
    "?page=../../etc/passwd": ("First steps", [], ["Next Second thoughts"]),
    "?page=": ("First steps", [], ["Next Second thoughts"]),
}


@pytest.mark.parametrize(("query", "shown"), STEPS.items(), ids=STEPS)
def test_steps_lead_to_each_other(browser: Browser, query: str, shown: tuple[str, list[str], list[str]]) -> None:
    browser.get(begin(browser) + query)
    heading, before, after = shown
    assert (browser.heading(), links(browser, ".turn")) == (heading, before + after)
    assert links(browser, ".session-side") == ["First steps", "Second thoughts", "The end"]
    assert [a.get_text(strip=True) for a in browser.page.select(".session-side [aria-current=page]")] == [heading]


def test_a_visitor_walks_from_the_first_step_to_the_last(browser: Browser) -> None:
    begin(browser)
    seen = [browser.heading()]
    while following := browser.page.select_one("a[rel=next]"):
        browser.get(str(following["href"]))
        seen.append(browser.heading())
    assert seen == ["First steps", "Second thoughts", "The end"]
    assert browser.buttons().count("Finish") == 2


def test_instructions_know_their_session_and_hold_no_script(browser: Browser) -> None:
    address = begin(browser)
    assert f"You are in {address.split('/')[-2]}." in browser.words()
    browser.get(f"{address}?page=99-end")
    assert browser.page.select_one(".prose").get_text(" ", strip=True) == "The end Done."


def test_a_workshop_without_instructions_has_one_useful_page(browser: Browser) -> None:
    begin(browser, "bare")
    assert browser.heading() == "Title of bare"
    assert "What bare is about." in browser.words()
    assert browser.page.select_one('.prose a[href="https://lab.example.test/bare"]')
    assert browser.page.select_one(".clock-words").get_text() == "No time limit"
    assert "More time" not in browser.buttons()


FILES = {
    "images/dot.png": (200, "image/png", "inline"),
    "images/dot.svg": (200, "image/svg+xml", "inline"),
    "exercise.txt": (200, "text/plain", "attachment"),
    "01-first.md": (404, "text/html", None),
    "images": (404, "text/html", None),
    "nowhere.png": (404, "text/html", None),
    "../modules.yaml": (404, "text/html", None),
    "..%2f..%2fresources%2fworkshop.yaml": (404, "text/html", None),
    "%2fetc%2fpasswd": (404, "text/html", None),
    ".hidden": (404, "text/html", None),
}


@pytest.mark.parametrize(("file", "expected"), FILES.items(), ids=FILES)
def test_files_of_the_instructions_are_sent_and_no_others(
    browser: Browser, file: str, expected: tuple[int, str, str | None]
) -> None:
    response = browser.get(f"{begin(browser)}files/{file}")
    kind = (response.headers.get("Content-Disposition") or "").split(";")[0] or None
    assert (response.status_code, response.mimetype, kind) == expected
    if response.status_code == 200:
        assert response.headers["Content-Security-Policy"].endswith("sandbox")
        assert "no-cache" in response.headers["Cache-Control"]
    response.close()


def test_pictures_are_shown_to_the_owner_only(browser: Browser, hub: Peer) -> None:
    begin(browser)
    picture = str(browser.page.select_one(".prose img")["src"])
    with browser.get(picture) as shown:
        assert shown.status_code == 200
    assert gone(Browser(hub).get(picture))[1] == "session-invalid"


def test_more_time_is_offered_when_it_may_be_had(browser: Browser, hub: Peer) -> None:
    address = begin(browser)
    assert "More time" not in browser.buttons()
    hub.clock.forward(minutes=50)
    browser.get(f"{address}?page=02-second")
    assert browser.page.select_one(".clock-expiring .clock-words").get_text() == "10 minutes left"
    landed = gone(browser.press("More time"))[0]
    assert landed == f"{address}?page=02-second"
    browser.get(landed)
    assert browser.page.select_one(".clock-words").get_text() == "25 minutes left"
    assert "More time" not in browser.buttons()


def test_more_time_asked_for_twice_is_given_once(browser: Browser, hub: Peer) -> None:
    address = begin(browser)
    hub.clock.forward(minutes=50)
    browser.get(address)
    browser.press("More time")
    browser.press("More time")
    assert hub.get(f"{address}schedule/").body["countdown"] == 25 * 60


def test_the_page_may_be_framed_by_the_portals_embedders_only(portal: Portal) -> None:
    browser = Browser(portal({"theme": {"frame": {"ancestors": ["https://frames.example.test"]}}}))
    policy = browser.get(begin(browser)).headers["Content-Security-Policy"]
    assert "frame-ancestors https://frames.example.test" in policy
    assert "frame-ancestors 'none'" in browser.get("/accounts/login/").headers["Content-Security-Policy"]


def test_its_forms_may_end_at_the_sessions_own_index(browser: Browser, hub: Peer) -> None:
    url = hub.allocate("plenty", index_url="https://elsewhere.example.test/labs")["url"]
    response = browser.get(gone(browser.get(url))[0])
    assert "form-action 'self' https://elsewhere.example.test" in response.headers["Content-Security-Policy"]


LEAVING = {
    "from elsewhere": ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, False),
    "typed": ({"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"}, False),
    "same site, other origin": ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate"}, False),
    "a browser that says nothing": ({}, False),
    "a picture on an own page": ({"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "no-cors"}, False),
    "fetched ahead": ({**SAME_ORIGIN, "Sec-Purpose": "prefetch"}, False),
    "from an own page": (SAME_ORIGIN, True),
}


@pytest.mark.parametrize(("headers", "ends"), LEAVING.values(), ids=LEAVING)
def test_the_old_finish_link_asks_unless_an_own_page_led_to_it(
    browser: Browser, hub: Peer, headers: dict[str, str], ends: bool
) -> None:
    address = begin(browser)
    response = browser.get(f"{address}delete/", **headers)
    assert hub.get(f"{address}schedule/").status == (404 if ends else 200)
    if ends:
        assert gone(response)[1] == "session-deleted"
    else:
        assert browser.heading() == "Finish this session?"
        assert gone(browser.press("Finish"))[1] == "session-deleted"


def test_looking_at_the_finish_link_ends_nothing(browser: Browser, hub: Peer) -> None:
    address = begin(browser)
    browser.get(f"{address}delete/", method="HEAD", **SAME_ORIGIN)
    assert hub.get(f"{address}schedule/").status == 200


def test_finishing_twice_says_the_same(browser: Browser, hub: Peer) -> None:
    begin(browser)
    assert gone(browser.press("Finish")) == gone(browser.press("Finish"))


class TestWaiting:
    """A session that takes its time to start."""

    @pytest.fixture
    def slow(self, portal: Portal) -> Browser:
        """A browser on a portal whose sessions take ten seconds."""
        return Browser(portal({"index": "https://hub.example.test/"}, PORTAL_START_DELAY="10"))

    def test_the_page_says_so_and_looks_again(self, slow: Browser) -> None:
        begin(slow, "hurried")
        slow.peer.clock.forward(seconds=4)
        slow.get(slow.address)
        assert slow.heading() == "“Title of hurried” is starting"
        assert "for 4 seconds so far" in slow.words()
        assert "longer than 20 seconds" in slow.words()
        assert slow.page.select_one("meta[http-equiv=refresh]")["content"] == "2"

    def test_it_turns_into_the_session(self, slow: Browser) -> None:
        address = begin(slow)
        slow.peer.clock.forward(seconds=10)
        slow.get(address)
        assert slow.heading() == "First steps"
        assert slow.page.select_one(".clock-words").get_text() == "1 hour left"

    def test_the_next_one_is_told_how_long_it_usually_takes(self, slow: Browser) -> None:
        address = begin(slow, "hurried")
        assert "usually" not in slow.words()
        slow.peer.clock.forward(seconds=12)
        slow.get(address)
        other = Browser(slow.peer)
        begin(other, "hurried")
        assert "It usually takes about 12 seconds." in other.words()

    def test_it_turns_into_startup_timeout_in_time(self, portal: Portal) -> None:
        never = Browser(portal({"index": "https://hub.example.test/"}, PORTAL_START_DELAY="600"))
        address = begin(never, "hurried")
        never.peer.clock.forward(seconds=19)
        assert never.get(address).status_code == 200
        never.peer.clock.forward(seconds=2)
        assert gone(never.get(address)) == ("https://hub.example.test/", "startup-timeout")

    def test_it_can_be_cancelled(self, slow: Browser) -> None:
        address = begin(slow)
        assert gone(slow.press("Cancel")) == ("https://hub.example.test/", "session-deleted")
        assert gone(slow.get(address))[1] == "session-deleted"

    def test_the_link_leads_to_the_session_that_is_starting(self, slow: Browser) -> None:
        address = begin(slow)
        assert gone(slow.get("/workshops/environment/plenty/create/"))[0] == address


@pytest.mark.parametrize(
    ("path", "status", "heading"),
    [
        ("/nowhere/at/all", 404, "There is nothing here"),
        ("/workshops/session/", 404, "There is nothing here"),
        ("/accounts/login/", 200, "Log in"),
        ("/workshops/finished/", 200, "That was it"),
    ],
)
def test_other_pages(browser: Browser, path: str, status: int, heading: str) -> None:
    assert (browser.get(path).status_code, browser.heading()) == (status, heading)


def test_the_theme_comes_along(browser: Browser) -> None:
    browser.get("/")
    sheet = browser.page.select_one("link[rel=stylesheet]")["href"]
    script = browser.page.select_one("script[type=module]")["src"]
    for path in (str(sheet), str(script)):
        with browser.get(path) as response:
            assert (response.status_code, "immutable" in response.headers["Cache-Control"]) == (200, True)
