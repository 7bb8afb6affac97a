"""The portal's pages wear the index's colours, which they load from the index's own origin."""

import pytest
from passerby import Browser, Portal

SHEET = "https://index.example/labs/brand.css"


@pytest.mark.parametrize("path", ["/workshops/catalog/", "/workshops/finished/", "/nowhere/"])
def test_pages_load_the_brand_and_their_policy_lets_them(portal: Portal, path: str) -> None:
    browser = Browser(portal(SITE_URL="https://index.example/labs"))
    response = browser.get(path)
    assert browser.page.select_one(f'link[rel=stylesheet][href="{SHEET}"]')
    assert "style-src 'self' https://index.example;" in response.headers["Content-Security-Policy"]


def test_a_session_wears_it_too(portal: Portal) -> None:
    browser = Browser(portal(SITE_URL="https://index.example/labs"))
    browser.get(browser.get("/workshops/environment/plenty/create/").location)
    assert browser.page.select_one(f'link[rel=stylesheet][href="{SHEET}"]')


def test_without_an_index_there_is_nothing_to_load(portal: Portal) -> None:
    browser = Browser(portal(SITE_URL="", PORTAL_HOST="0.0.0.0", PORTAL_URL="https://portal.example"))
    response = browser.get("/workshops/catalog/", Host="portal.example")
    assert len(browser.page.select("link[rel=stylesheet]")) == 1
    assert "style-src 'self';" in response.headers["Content-Security-Policy"]
