"""The anonymous link: who gets a session by it, who only looks, and what comes first."""

from urllib.parse import quote

import pytest
from passerby import INDEX, PERSON, SAME_ORIGIN, Browser, Portal, gone
from peer import Peer

LINK = "/workshops/environment/plenty/create/"
PAGE = "/workshops/environment/plenty/"
BOTS = {
    "crawler": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "chat preview": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "another chat": "TelegramBot (like TwitterBot)",
    "social preview": "facebookexternalhit/1.1",
    "messenger": "WhatsApp/2.23",
    "spider": "Baiduspider/2.0",
}
PEOPLE = {
    "desktop": PERSON,
    "a phone whose name has bot in it": "Mozilla/5.0 (Linux; Android 13; CUBOT X70) Chrome/140 Mobile",
    "no name at all": "",
    "a script that says nothing of robots": "curl/8.5.0",
}
LOOKS = {
    "HEAD": {"method": "HEAD"},
    "frame": {"Sec_Fetch_Dest": "iframe"},
    **{name: {"User_Agent": agent} for name, agent in BOTS.items()},
}
PREFETCHES = [
    {"Sec_Purpose": "prefetch"},
    {"Sec_Purpose": "prefetch;prerender"},
    {"Purpose": "prefetch"},
    {"X_Moz": "prefetch"},
    {"X_Purpose": "preview"},
]


def held(peer: Peer, workshop: str = "plenty") -> int:
    """Return how many sessions of a workshop have an owner."""
    reply = peer.get("/workshops/catalog/environments/", f"name={workshop}")
    return int(reply.body["environments"][0]["allocated"])


def test_a_plain_link_ends_on_a_session_page(browser: Browser) -> None:
    address, code = gone(browser.get(f"{LINK}?index_url={quote(INDEX, safe='')}"))
    browser.get(address)
    assert (code, browser.heading()) == (None, "First steps")
    assert address.startswith("/workshops/session/lab-w01-s")


@pytest.mark.parametrize("name", ["single", "only-one", "lab-w02"], ids=["workshop", "alias", "environment"])
@pytest.mark.parametrize("spelling", ["/workshops/environment/{}/create", "/workshops//environment/{}//create/"])
def test_every_name_and_spelling_of_the_link_works(browser: Browser, name: str, spelling: str) -> None:
    assert gone(browser.get(spelling.format(name)))[0].startswith("/workshops/session/lab-w02-s")


def test_the_same_browser_gets_the_same_session_again(browser: Browser, hub: Peer) -> None:
    first = gone(browser.get(LINK))
    assert [gone(browser.get(LINK)), gone(browser.get(PAGE)), gone(Browser(hub).get(LINK))][:2] == [first, first]
    assert held(hub) == 2


def test_a_session_that_was_activated_counts_as_ones_own(browser: Browser, hub: Peer) -> None:
    own = gone(browser.get(hub.allocate("plenty", index_url=INDEX)["url"]))
    assert gone(browser.get(LINK)) == own
    assert held(hub) == 1


def test_two_browsers_get_sessions_of_their_own(hub: Peer) -> None:
    assert gone(Browser(hub).get(LINK)) != gone(Browser(hub).get(LINK))


def test_one_visitor_keeps_one_user_over_workshops(browser: Browser, hub: Peer) -> None:
    for name in ("plenty", "single"):
        browser.get(f"/workshops/environment/{name}/create/")
    users = {
        session["user"]
        for environment in hub.get("/workshops/catalog/environments/", "sessions=true").body["environments"]
        for session in environment["sessions"]
    }
    assert len(users) == 1


def test_after_the_end_the_link_gives_a_new_session(browser: Browser) -> None:
    first = gone(browser.get(LINK))[0]
    browser.get(first)
    browser.press("Finish")
    second = gone(browser.get(LINK))[0]
    assert second != first
    assert browser.get(second).status_code == 200


@pytest.mark.parametrize("cookie", ["forged", "e30.aaaa.bbbb", ""], ids=["nonsense", "wrong signature", "empty"])
def test_a_forged_cookie_is_nobodys(browser: Browser, cookie: str) -> None:
    address = gone(browser.get(LINK))[0]
    browser.client.set_cookie("workshop-portal", cookie)
    assert gone(browser.get(address))[1] == "session-invalid"


def test_a_cookie_of_another_shape_is_nobodys(browser: Browser) -> None:
    address = gone(browser.get(LINK))[0]
    with browser.client.session_transaction() as cookie:
        cookie["sessions"], cookie["user"], cookie["notification"], cookie["admin"] = ["x"], 7, 1, {}
    assert gone(browser.get(address))[1] == "session-invalid"
    assert gone(browser.get(LINK))[1] is None


@pytest.mark.parametrize("agent", PEOPLE.values(), ids=PEOPLE)
def test_people_are_not_taken_for_robots(browser: Browser, hub: Peer, agent: str) -> None:
    gone(browser.get(LINK, User_Agent=agent))
    assert held(hub) == 1


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_who_only_looks_gets_no_session(browser: Browser, hub: Peer, look: dict[str, str]) -> None:
    assert browser.get(LINK, **look).status_code == 200
    assert held(hub) == 0


@pytest.mark.parametrize("ahead", PREFETCHES, ids=[str(ahead) for ahead in PREFETCHES])
@pytest.mark.parametrize("path", [LINK, PAGE])
def test_fetching_ahead_is_refused(browser: Browser, hub: Peer, path: str, ahead: dict[str, str]) -> None:
    assert browser.get(path, **ahead).status_code == 503
    assert held(hub) == 0


def test_the_page_that_asks_starts_with_one_button(browser: Browser, hub: Peer) -> None:
    browser.get(f"{PAGE}?index_url={quote(INDEX, safe='')}")
    assert (browser.heading(), browser.buttons(), held(hub)) == ("Start Title of plenty?", ["Start"], 0)
    browser.get(gone(browser.press("Start"))[0])
    assert (browser.heading(), held(hub)) == ("First steps", 1)
    assert gone(browser.press("Finish"))[0] == INDEX


def test_in_confirm_mode_the_link_asks_first(portal: Portal) -> None:
    browser = Browser(portal(PORTAL_CREATE_MODE="confirm"))
    browser.get(LINK)
    assert (browser.buttons(), held(browser.peer)) == (["Start"], 0)
    address = gone(browser.press("Start"))
    assert gone(browser.get(LINK)) == address


def test_a_stale_form_is_answered_with_a_way_on(browser: Browser, hub: Peer) -> None:
    browser.get(PAGE)
    browser.client.delete_cookie("workshop-portal")
    assert browser.press("Start").status_code == 400
    assert (browser.heading(), held(hub)) == ("That form is too old", 0)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_on_another_site_is_refused(browser: Browser, hub: Peer, site: str) -> None:
    browser.get(PAGE)
    assert browser.press("Start", Sec_Fetch_Site=site).status_code == 403
    assert held(hub) == 0


def test_a_form_without_its_token_is_refused(browser: Browser, hub: Peer) -> None:
    address = gone(browser.get(LINK))[0]
    for path in (LINK, f"{address}delete/", f"{address}extension/", "/accounts/login/", "/accounts/logout/"):
        assert browser.client.post(path, headers={**SAME_ORIGIN, "Accept": "text/html"}).status_code == 400
    assert held(hub) == 1


class TestWhoMayEnter:
    """Portals that are not open to everybody."""

    def test_a_portal_for_registered_people_asks_to_log_in(self, portal: Portal) -> None:
        browser = Browser(portal({"registration": {"type": "one-step", "enabled": False}}))
        response = browser.get(f"{LINK}?index_url=x")
        assert response.headers["Location"] == f"/accounts/login/?next={quote(LINK + '?index_url=x')}"
        assert held(browser.peer) == 0

    def test_its_administrator_gets_in(self, portal: Portal) -> None:
        browser = Browser(portal({"registration": {"type": "one-step", "enabled": False}}))
        admin = browser.peer.credentials.admin
        browser.get(browser.get(LINK).headers["Location"])
        wrong = browser.fill("Log in", username=admin.name, password="wrong")
        assert (wrong.status_code, held(browser.peer)) == (403, 0)
        landed = browser.fill("Log in", username=admin.name, password=admin.secret)
        assert landed.headers["Location"] == LINK
        browser.get(gone(browser.get(LINK))[0])
        assert browser.heading() == "First steps"

    def test_its_administrator_is_under_the_cap_of_those_with_an_account(self, portal: Portal) -> None:
        browser = Browser(portal({"registration": {"type": "one-step"}, "sessions": {"registered": 1, "anonymous": 2}}))
        admin = browser.peer.credentials.admin
        browser.get("/accounts/login/")
        browser.fill("Log in", username=admin.name, password=admin.secret)
        for name in ("plenty", "single"):
            browser.get(f"/workshops/environment/{name}/create/")
        assert held(browser.peer) == 1

    def test_the_robot_does_not_log_in_here(self, portal: Portal) -> None:
        browser = Browser(portal({"registration": {"type": "one-step"}}))
        robot = browser.peer.credentials.robot
        browser.get("/accounts/login/")
        assert browser.fill("Log in", username=robot.name, password=robot.secret).status_code == 403

    def test_logging_out_asks_and_then_forgets(self, portal: Portal) -> None:
        browser = Browser(portal({"registration": {"type": "one-step"}}))
        admin = browser.peer.credentials.admin
        browser.get("/accounts/login/?next=//evil.example/")
        assert (
            browser.fill("Log in", username=admin.name, password=admin.secret).headers["Location"] == "/evil.example/"
        )
        browser.get("/workshops/catalog/")
        assert "Title of plenty" in browser.words()
        browser.get("/accounts/logout/")
        browser.get("/workshops/catalog/")
        assert "Title of plenty" in browser.words()
        browser.get("/accounts/logout/")
        browser.press("Log out")
        browser.get("/workshops/catalog/")
        assert "Title of plenty" not in browser.words()

    def test_an_access_code_comes_first(self, portal: Portal) -> None:
        browser = Browser(portal({"password": "open sesame"}))
        form = browser.get(LINK).headers["Location"]
        assert form == f"/workshops/access/?next={quote(LINK)}"
        browser.get(form)
        assert browser.fill("Open", password="wrong").status_code == 403
        assert browser.get("/workshops/catalog/").headers["Location"].startswith("/workshops/access/")
        browser.get(form)
        assert browser.fill("Open", password="open sesame").headers["Location"] == LINK
        assert gone(browser.get(LINK))[1] is None
        assert held(browser.peer) == 1

    def test_the_catalog_of_a_closed_portal_shows_nothing(self, portal: Portal) -> None:
        browser = Browser(portal({"registration": {"type": "one-step"}}))
        browser.get("/workshops/catalog/")
        assert "Title of" not in str(browser.page)
        assert browser.page.select_one('a[href="/accounts/login/"]')

    def test_a_public_catalog_shows_but_does_not_start(self, portal: Portal) -> None:
        browser = Browser(portal({"registration": {"type": "one-step"}, "catalog": {"visibility": "public"}}))
        browser.get("/")
        assert "Title of plenty" in browser.words()
        assert browser.buttons() == []


def test_the_catalog_starts_and_resumes(browser: Browser, hub: Peer) -> None:
    browser.get("/")
    assert browser.buttons()[0] == "Start Title of plenty"
    browser.get(gone(browser.press("Start Title of plenty"))[0])
    browser.get("/workshops/catalog/")
    assert browser.buttons()[0] == "Resume Title of plenty"
    assert "What plenty is about." in browser.words()


def test_the_catalog_tells_what_is_free(browser: Browser, hub: Peer) -> None:
    Browser(hub).get("/workshops/environment/single/create/")
    browser.get("/")
    seats = [seat.get_text(strip=True) for seat in browser.page.select(".availability")]
    assert seats == ["Ready at once", "Full", "5 seats free", "5 seats free"]
    assert "Start Title of single" not in browser.buttons()


def test_crawlers_are_told_where_not_to_go(browser: Browser) -> None:
    text = browser.get("/robots.txt").get_data(as_text=True)
    assert "Disallow: /workshops/environment/" in text
    assert "Disallow: /workshops/session/" in text
