"""Sessions in a frame of another site: a cookie of its own there, a click before anything starts, and a way out."""

from urllib.parse import quote

import pytest
from passerby import INDEX, Browser, Portal, gone
from werkzeug.test import TestResponse

EMBEDDER = "https://frames.example.test"
LINK = "/workshops/environment/plenty/create/"
FRAME = {"Sec_Fetch_Dest": "iframe", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Site": "cross-site"}
PRESSED = {"Sec-Fetch-Dest": "iframe"}
USUAL, FRAMED = "workshop-portal", "__Host-workshop-portal-frame"


def cookies(answer: TestResponse) -> dict[str, set[str]]:
    """Return the attributes of the cookies an answer sets, by name."""
    split = [header.split("; ") for header in answer.headers.getlist("Set-Cookie")]
    return {pair.partition("=")[0]: set(attributes) for pair, *attributes in split}


class Framed(Browser):
    """A browser that shows the portal in a frame of another site: it keeps no cookie that is not for such frames."""

    def _send(self, method: str, address: str, form: object, headers: object) -> TestResponse:
        answer = super()._send(method, address, form, {**headers, **FRAME, "Sec_Fetch_Site": "same-origin"})
        self.client.delete_cookie(USUAL)
        return answer


@pytest.fixture
def embedded(portal: Portal) -> Framed:
    """A frame of a portal whose owner has named the page around it."""
    return Framed(portal(PORTAL_FRAME_ORIGINS=EMBEDDER))


@pytest.mark.parametrize("named", ["variable", "portal.yaml"])
def test_what_names_the_embedders_frames_the_pages_of_a_session_and_no_others(named: str, portal: Portal) -> None:
    spec = {"theme": {"frame": {"ancestors": [EMBEDDER]}}} if named == "portal.yaml" else None
    browser = Framed(portal(spec, **({"PORTAL_FRAME_ORIGINS": EMBEDDER} if spec is None else {})))
    policy = browser.get(LINK).headers["Content-Security-Policy"]
    assert policy.endswith(f"frame-ancestors {EMBEDDER}")
    for path in ("/accounts/login/", "/accounts/logout/", "/nowhere/"):
        assert browser.get(path).headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")


def test_who_may_frame_sessions_can_be_learnt_without_having_one(portal: Portal) -> None:
    for closed in (None, {"portal": {"registration": {"type": "one-step", "enabled": False}}}):
        browser = Browser(portal(closed, PORTAL_FRAME_ORIGINS=EMBEDDER))
        answer = browser.get("/workshops/session/doctor-looks/")
        assert answer.headers["Content-Security-Policy"].endswith(f"frame-ancestors {EMBEDDER}")
        assert gone(answer)[1] == "session-invalid"


def test_a_frame_gets_a_cookie_of_its_own_beside_the_usual_one(embedded: Framed) -> None:
    given = cookies(embedded.get(LINK))
    assert given[FRAMED] == {"Secure", "HttpOnly", "Path=/", "SameSite=None", "Partitioned"}
    assert given[USUAL] == {"HttpOnly", "Path=/", "SameSite=Lax"}


def test_in_a_frame_a_session_starts_by_a_click_and_is_ones_own(embedded: Framed) -> None:
    embedded.get(f"{LINK}?index_url={EMBEDDER}/page")
    assert embedded.buttons()[-1] == "Start"
    address, _ = gone(embedded.press("Start", **PRESSED))
    embedded.get(address)
    assert embedded.heading() == "First steps"
    assert gone(embedded.press("Finish", **PRESSED)) == (f"{EMBEDDER}/page", "session-deleted")


def test_an_activation_in_a_frame_makes_it_the_owner(embedded: Framed) -> None:
    address, _ = gone(embedded.get(embedded.peer.allocate("plenty", index_url=INDEX)["url"]))
    embedded.get(address)
    assert embedded.heading() == "First steps"
    status = embedded.client.get(f"{address}schedule/", headers={"Sec-Fetch-Dest": "empty"}).status_code
    assert status == 200


def test_where_the_usual_cookie_comes_along_it_is_the_one_in_use(embedded: Framed) -> None:
    own = Browser(embedded.peer)
    address, _ = gone(own.get(LINK))
    framed = own.get(address, **FRAME)
    assert own.heading() == "First steps"
    assert FRAMED not in cookies(framed)


def test_who_logs_out_loses_the_cookie_of_frames_too(embedded: Framed) -> None:
    embedded.get(LINK)
    browser = Browser(embedded.peer)
    browser.get("/accounts/logout/")
    gone_too = cookies(browser.press("Log out"))
    assert "Max-Age=0" in gone_too[USUAL]
    assert {"Max-Age=0", "Partitioned", "Secure", "SameSite=None"} <= gone_too[FRAMED]


def test_at_the_top_the_cookie_of_frames_is_nobody(embedded: Framed) -> None:
    address, _ = gone(embedded.get(embedded.peer.allocate("plenty", index_url=INDEX)["url"]))
    top = embedded.client.get(address, headers={"Sec-Fetch-Dest": "document", "Accept": "text/html"})
    assert gone(top)[1] == "session-invalid"


def test_a_form_in_a_frame_without_cookies_leads_to_a_tab_of_its_own(embedded: Framed) -> None:
    embedded.get(f"{LINK}?index_url={EMBEDDER}/page")
    embedded.client.delete_cookie(FRAMED)
    answer = embedded.press("Start", **PRESSED)
    assert (answer.status_code, embedded.heading()) == (400, "Open it in a tab of its own")
    link = embedded.page.select_one("main a")
    assert link["target"] == "_blank"
    assert link["href"] == f"{LINK.replace('plenty', 'lab-w01')}?index_url={quote(EMBEDDER, safe='')}%2Fpage"
    assert answer.headers["Content-Security-Policy"].endswith(f"frame-ancestors {EMBEDDER}")


def test_a_form_whose_cookie_another_frame_of_the_page_has_replaced_asks_once_more(embedded: Framed) -> None:
    embedded.get(f"{LINK}?index_url={EMBEDDER}/page")
    other = Framed(embedded.peer)
    other.get(LINK)
    embedded.client.set_cookie(FRAMED, other.client.get_cookie(FRAMED).value, secure=True)
    again = embedded.press("Start", **PRESSED)
    assert (again.status_code, again.headers["Location"]) == (
        303,
        f"{LINK.replace('plenty', 'lab-w01')}?index_url={quote(EMBEDDER, safe='')}%2Fpage",
    )
    embedded.get(again.headers["Location"])
    address, _ = gone(embedded.press("Start", **PRESSED))
    assert address.startswith("/workshops/session/")


def test_without_embedders_there_is_no_cookie_for_frames(portal: Portal) -> None:
    browser = Framed(portal())
    answer = browser.get(LINK)
    assert set(cookies(answer)) == {USUAL}
    assert answer.headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")


@pytest.mark.parametrize(
    ("url", "host", "kept"),
    [
        ("https://portal.example.test", "0.0.0.0", {FRAMED, f"__Host-{USUAL}"}),
        ("http://localhost:8080", "127.0.0.1", {FRAMED, USUAL}),
        ("http://portal.example.test", "0.0.0.0", {USUAL}),
    ],
    ids=["https", "this machine", "plain http"],
)
def test_frames_get_a_cookie_only_where_browsers_trust_the_way(
    url: str, host: str, kept: set[str], portal: Portal
) -> None:
    browser = Framed(portal(PORTAL_URL=url, PORTAL_HOST=host, PORTAL_FRAME_ORIGINS=EMBEDDER))
    assert set(cookies(browser.get(LINK))) == kept
