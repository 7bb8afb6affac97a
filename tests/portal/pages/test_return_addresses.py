"""Where a browser may be sent back to: its own index when that is allowed, otherwise always the default one."""

from pathlib import Path
from urllib.parse import quote

import pytest
from passerby import Browser, Portal, gone

from portal_backend.contract.wire import CATALOG_PAGE, FINISHED_PAGE
from portal_backend.domain.environment import ANONYMOUS, ONE_STEP, PRIVATE, PUBLIC
from portal_backend.domain.environment import Portal as Offer
from portal_backend.pages.returning import accepted, default_index, own_path
from portal_backend.settings import Settings, load

INDEX = "https://hub.example.test/labs"
OFFER = Offer("lab", index=INDEX, frame_ancestors=("https://frames.example.test", "https://*.wild.example.test"))

ALLOWED = {
    "the site": ("https://site.example.test/", "https://site.example.test/"),
    "the site, another path": ("https://site.example.test/a?b=c#d", "https://site.example.test/a?b=c#d"),
    "the portal itself": ("https://portal.example.test/workshops/catalog/", None),
    "the origin of portal.index": ("https://hub.example.test/elsewhere", None),
    "a frame ancestor": ("https://frames.example.test/page", None),
    "a further origin": ("https://more.example.test:8443/", None),
    "capitals and the default port": ("HTTPS://SITE.example.test:443/a", "https://site.example.test/a"),
    "blanks around": ("  https://site.example.test/a  ", "https://site.example.test/a"),
}

HOSTILE = {
    "another origin": "https://evil.example/",
    "another scheme of an allowed host": "http://site.example.test/",
    "another port of an allowed host": "https://site.example.test:8443/",
    "user name": "https://site.example.test@evil.example/",
    "user name before an allowed host": "https://evil@site.example.test/",
    "password": "https://site.example.test:pw@evil.example/",
    "backslash": "https://site.example.test\\@evil.example/",
    "backslashes for slashes": "https:\\\\evil.example/",
    "no scheme": "//evil.example/",
    "no scheme, three slashes": "///evil.example/",
    "a path": "/workshops/catalog/",
    "javascript": "javascript:alert(1)",
    "javascript with a host": "javascript://site.example.test/%0aalert(1)",
    "data": "data:text/html,<script>alert(1)</script>",
    "look-alike suffix": "https://site.example.test.evil.example/",
    "look-alike prefix": "https://evilsite.example.test/",
    "look-alike letters": "https://s\u0456te.example.test/",
    "fullwidth dot": "https://site\uff0eexample.test.evil.example/",
    "wildcard ancestors are no origin": "https://a.wild.example.test/",
    "a line break": "https://site.example.test/\r\nSet-Cookie: a=b",
    "a tab in the scheme": "java\tscript:alert(1)",
    "a null": "https://site.example.test\0.evil.example/",
    "loopback": "http://127.0.0.1:8000/",
    "unusable port": "https://site.example.test:99999999/",
    "a broken address": "https://[::1",
    "nothing but blanks": "   ",
    "too long": "https://site.example.test/" + "a" * 3000,
}


def settings(folder: Path, **environ: str) -> Settings:
    """Return a public portal's settings."""
    return load(
        {
            "WORKSHOP_INDEX_INSTANCE": str(folder),
            "PORTAL_HOST": "0.0.0.0",
            "PORTAL_URL": "https://portal.example.test",
            "SITE_URL": "https://site.example.test",
            "PORTAL_INDEX_ORIGINS": "https://more.example.test:8443",
            **environ,
        }
    )


@pytest.mark.parametrize(("given", "clean"), ALLOWED.values(), ids=ALLOWED)
def test_an_allowed_address_is_followed(given: str, clean: str | None, tmp_path: Path) -> None:
    assert accepted(given, OFFER, settings(tmp_path)) == (clean or given)


@pytest.mark.parametrize("given", HOSTILE.values(), ids=HOSTILE)
def test_any_other_address_is_not(given: str, tmp_path: Path) -> None:
    assert accepted(given, OFFER, settings(tmp_path)) is None


@pytest.mark.parametrize(
    ("host", "followed"), [("127.0.0.1", True), ("localhost", True), ("0.0.0.0", False), ("192.0.2.7", False)]
)
@pytest.mark.parametrize("given", ["http://localhost:9000/", "http://127.0.0.1:9000/x", "http://[::1]:9000/"])
def test_this_machine_is_followed_while_only_it_is_served(
    host: str, followed: bool, given: str, tmp_path: Path
) -> None:
    found = accepted(given, OFFER, settings(tmp_path, PORTAL_HOST=host))
    assert found == (given if followed else None)


@pytest.mark.parametrize("given", [None, ""])
def test_no_address_is_no_address(given: str | None, tmp_path: Path) -> None:
    assert accepted(given, OFFER, settings(tmp_path)) is None


@pytest.mark.parametrize(
    ("offer", "index"),
    [
        (OFFER, INDEX),
        (Offer("lab", index="javascript:alert(1)", registration=ANONYMOUS), CATALOG_PAGE),
        (Offer("lab", registration=ANONYMOUS, visibility=PRIVATE), CATALOG_PAGE),
        (Offer("lab", registration=ONE_STEP, visibility=PUBLIC), CATALOG_PAGE),
        (Offer("lab", registration=ONE_STEP, visibility=PRIVATE), FINISHED_PAGE),
    ],
    ids=["its index", "an index nobody should follow", "anonymous", "public", "closed"],
)
def test_the_default_index(offer: Offer, index: str) -> None:
    assert default_index(offer) == index


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ("/workshops/catalog/?a=b", "/workshops/catalog/?a=b"),
        ("/a#b", "/a"),
        ("//evil.example/", "/evil.example/"),
        ("///evil.example/", "/evil.example/"),
        ("/\\evil.example/", CATALOG_PAGE),
        ("/a\r\nX: y", CATALOG_PAGE),
        ("https://evil.example/", CATALOG_PAGE),
        ("javascript:alert(1)", CATALOG_PAGE),
        ("", CATALOG_PAGE),
        (None, CATALOG_PAGE),
    ],
)
def test_a_form_leads_to_a_path_of_this_portal_only(given: str | None, path: str) -> None:
    assert own_path(given) == path


@pytest.mark.parametrize(
    "given", [HOSTILE[each] for each in ("another origin", "user name", "javascript", "a line break", "a null")]
)
def test_a_hostile_address_is_ignored_on_every_way_back(portal: Portal, given: str) -> None:
    peer = portal({"index": INDEX})
    query = f"?index_url={quote(given, safe='')}"
    wrong_name = Browser(peer).get(f"/workshops/environment/nowhere/create/{query}")
    unknown = Browser(peer).get(f"/workshops/session/lab-w01-s999/activate/{query}&token=x")
    browser = Browser(peer)
    browser.get(gone(browser.get(f"/workshops/environment/plenty/create/{query}"))[0])
    finished = browser.press("Finish")
    assert [gone(each)[0] for each in (wrong_name, unknown, finished)] == [INDEX] * 3
