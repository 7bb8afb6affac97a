"""Embedding: which origins may, where sessions may lead back to, and what stands in the frame."""

import pytest
from offered import ADDRESSES, NOON, known, offer

from frontend.site.embed import EmbedLinks, break_out_page, close_tab_page, embed_page, new_tab_page, sign_in_tab_page
from frontend.site.embedding import Embedding, return_address
from frontend.site.index import Shop
from frontend.site.loading import load
from frontend.site.model import Site
from frontend.site.offers import Known, OwnSession

LINKS = EmbedLinks("/start", "/again", "/tab", None)
ORIGINS = {
    "https://www.example.com": "https://www.example.com",
    "https://www.example.com/": "https://www.example.com",
    "HTTPS://WWW.example.com": "https://www.example.com",
    "https://www.example.com:443": "https://www.example.com",
    "http://intranet:80": "http://intranet",
    "http://127.0.0.1:9000": "http://127.0.0.1:9000",
}


@pytest.mark.parametrize(("written", "origin"), ORIGINS.items())
def test_an_origin_is_taken_in_its_one_spelling(written: str, origin: str) -> None:
    site = load(f'embedding: {{origins: ["{written}"]}}').site
    assert site and site.embedding.origins == (origin,)


@pytest.mark.parametrize(
    "written", ["www.example.com", "https://www.example.com/page", "*", "https://*.example.com", "https://a@b", "null"]
)
def test_what_is_no_origin_is_told(written: str) -> None:
    (problem,) = load(f'embedding: {{origins: ["{written}"]}}').problems
    assert "embedding.origins: expected an origin such as https://www.example.com, without a path" in str(problem)


OWN = "https://labs.example.com"
ALLOWED = Embedding(origins=("https://www.example.com",))
RETURNS = {
    "https://www.example.com/page?a=1#b": True,
    "https://labs.example.com/close-tab/": True,
    "https://www.example.com.evil.example/": False,
    "http://www.example.com/": False,
    "https://www.example.com@evil.example/": False,
    "//www.example.com/": False,
    "/page": False,
    "javascript:alert(1)": False,
    "": False,
}


@pytest.mark.parametrize(("given", "followed"), RETURNS.items())
def test_a_session_leads_back_to_those_who_may_embed_only(given: str, followed: bool) -> None:
    assert return_address(ALLOWED, OWN, given) == (given if followed else None)
    assert return_address(Embedding(), OWN, "https://www.example.com/") is None


def shop(*portals: Known, own: tuple[OwnSession, ...] = ()) -> Shop:
    """Return a shop over what is known of the portals."""
    return Shop(Site(), portals or (known(offer()),), own, ADDRESSES, NOON)


def test_the_page_is_one_button() -> None:
    page = embed_page(shop(), "lab", LINKS)
    assert (page.label, page.start_url, page.words, page.link_url, page.fields) == ("Start", "/start", "", None, ())


def test_an_open_session_is_resumed() -> None:
    mine = OwnSession("main", "s1", "lab", "lab-w01", None, False)
    assert embed_page(shop(own=(mine,)), "lab", LINKS).label == "Resume"


def test_without_a_seat_it_says_so_and_lets_one_look_again() -> None:
    page = embed_page(shop(known(offer(capacity=2, allocated=2, available=0))), "lab", LINKS)
    assert (page.start_url, page.words, page.link_label, page.link_url) == (None, "Full", "Look again", "/again")


@pytest.mark.parametrize(
    ("portal", "code", "said"),
    [
        (known(offer()), "workshop-invalid", "This page asks for a workshop that is gone"),
        (Known("main", None, True), "session-unavailable", "The portal that runs this workshop does not answer."),
    ],
    ids=["not offered", "portal never reached"],
)
def test_without_a_workshop_it_says_why(portal: Known, code: str, said: str) -> None:
    page = embed_page(shop(portal), "nope", LINKS)
    assert [notice.id for notice in page.notices] == [code]
    assert page.notices[0].text.startswith(said)
    assert (page.start_url, page.link_url) == (None, "/again")


def test_where_no_cookies_are_kept_a_tab_is_opened() -> None:
    listed = shop()
    page = new_tab_page(listed.card("lab"), LINKS)
    assert (page.start_url, page.link_url, page.new_tab) == (None, "/tab", True)
    assert page.title == page.workshop_title != ""
    assert new_tab_page(None, LINKS).title == "Open in a new tab"
    assert (sign_in_tab_page(LINKS).link_url, sign_in_tab_page(LINKS).new_tab) == ("/tab", True)
    assert sign_in_tab_page(LINKS).words == "To start this workshop, sign in first."


def test_the_ways_out_say_where_they_lead() -> None:
    out = break_out_page("https://www.example.com:8443/page", at_top=True)
    assert (out.url, out.at_top) == ("https://www.example.com:8443/page", True)
    assert "www.example.com:8443" in out.words
    assert close_tab_page((), True, "/").at_once
