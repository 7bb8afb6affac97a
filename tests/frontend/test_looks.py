"""Theme, brand, static files, headers, errors, hosts, and a site.yaml that changes while the site runs."""

import os
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import brotli
import pytest
from flask import Flask

from frontend.public_pages import CACHE_CONTROL

ROOT = Path(__file__).resolve().parents[2]
PORTAL = "http://127.0.0.1:9"


def touch(path: Path, text: str) -> None:
    """Write a file so that it counts as changed, however coarse the clock of the disk."""
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(before + 10**9, before + 10**9))


@pytest.mark.parametrize(
    ("after", "name"),
    [("brand: {name: Second}", "Second"), ("brand: {nmae: Second}", "First"), (None, "First")],
    ids=["another", "a broken one", "none for now"],
)
def test_a_changed_file_counts_and_one_that_is_broken_or_gone_does_not(
    after: str | None,
    name: str,
    make_site: Callable[..., Flask],
    tmp_path: Path,
    seen: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    visitor = seen(make_site("brand: {name: First}", PORTAL_URL=PORTAL))
    assert visitor.page("/").select_one(".brand-name").text == "First"
    path = tmp_path / "config" / "site.yaml"
    if after is None:
        path.unlink()
    else:
        touch(path, after)
    assert visitor.page("/").select_one(".brand-name").text == name
    assert ("the site stays as it was" in caplog.text) is (name == "First")


def test_without_a_file_there_is_a_site(make_site: Callable[..., Flask], seen: Any) -> None:
    page = seen(make_site(None, PORTAL_URL=PORTAL)).page("/")
    assert (page.h1.text, page.select(".banner")) == ("Workshops", [])
    assert len(page.select('link[rel="stylesheet"]')) == 1


def test_pages_need_one_sheet_with_the_owners_colour_in_it(alone: Any) -> None:
    (link,) = alone.page("/").select('link[rel="stylesheet"]')
    whole = alone.get(link["href"])
    packed = alone.get(link["href"], headers={"Accept-Encoding": "br"})
    assert "--accent: #0b5a49;" in whole.text
    assert ".card" in whole.text
    assert brotli.decompress(packed.data) == whole.data
    assert "Accept-Encoding" in whole.headers["Vary"]
    assert "immutable" in whole.headers["Cache-Control"]


def test_the_look_without_the_frame_is_a_sheet_of_its_own_for_the_portal(alone: Any) -> None:
    sheet = alone.get("/brand.css")
    assert "--accent: #0b5a49;" in sheet.text
    assert "№" in sheet.text  # of the theme
    assert ".skip-link" not in sheet.text
    assert sheet.mimetype == "text/css"
    assert sheet.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    packed = alone.get("/brand.css", headers={"Accept-Encoding": "br"})
    assert brotli.decompress(packed.data) == sheet.data


@pytest.mark.parametrize("path", ["/brand.css", "/look.css"])
def test_a_sheet_is_kept_for_ever_only_under_the_address_of_its_version(path: str, alone: Any) -> None:
    version = alone.page("/").select_one('link[rel="stylesheet"]')["href"].partition("=")[2]
    ages = {alone.get(f"{path}{query}").headers["Cache-Control"] for query in ("", "?v=0", "?v=")}
    assert ages == {"public, max-age=60"}
    assert ("immutable" in alone.get(f"{path}?v={version}").headers["Cache-Control"]) is (path == "/look.css")


@pytest.mark.parametrize(
    ("theme", "drawn"), [("workbench", "№"), ("timetable", "--slab"), ("parlour", "--lift")], ids=lambda text: text
)
def test_one_theme_is_sent_and_an_edit_changes_it_at_once(
    theme: str, drawn: str, make_site: Callable[..., Flask], tmp_path: Path, seen: Any
) -> None:
    visitor = seen(make_site("brand: {theme: parlour}", PORTAL_URL=PORTAL))
    visitor.page("/")
    touch(tmp_path / "config" / "site.yaml", f"brand: {{theme: {theme}}}")
    (link,) = visitor.page("/").select('link[rel="stylesheet"]')
    sheet = visitor.get(link["href"]).text
    assert [each for each in ("№", "--slab", "--lift") if each in sheet] == [drawn]


@pytest.mark.parametrize(
    ("written", "scheme", "asks"),
    [("{}", "light dark", True), ("{scheme: dark}", "dark", False), ("{scheme: light}", "light", False)],
)
def test_an_owner_may_fix_one_colour_scheme(
    written: str, scheme: str, asks: bool, make_site: Callable[..., Flask], seen: Any
) -> None:
    visitor = seen(make_site(f"brand: {written}", PORTAL_URL=PORTAL))
    page = visitor.page("/")
    assert page.select_one("meta[name=color-scheme]")["content"] == scheme
    own = visitor.get("/brand.css").text
    assert (f"color-scheme: {scheme};" in own) is not asks
    assert ("--paper" in own) is not asks  # the frame's own choice of scheme is taken back
    assert asks or "prefers-color-scheme" not in own


def test_the_owners_fonts_come_from_the_site_and_serve_the_portals_pages(
    make_site: Callable[..., Flask], tmp_path: Path, seen: Any
) -> None:
    fonts = tmp_path / "config" / "theme" / "static" / "fonts"
    fonts.mkdir(parents=True)
    (fonts / "acme.woff2").write_bytes(b"wOF2")
    own = "{text: Acme, files: [{family: Acme, file: fonts/acme.woff2}]}"
    visitor = seen(make_site(f"brand: {{fonts: {own}}}", PORTAL_URL=PORTAL))
    sheet = visitor.get("/brand.css").text
    assert '--font-text: "Acme", system-ui' in sheet
    address = sheet.partition('url("')[2].partition('"')[0]
    with visitor.client.get(address) as font:
        assert (font.status_code, font.data) == (200, b"wOF2")
        assert font.headers["Access-Control-Allow-Origin"] == "*"
        assert "immutable" in font.headers["Cache-Control"]


def test_style_sheets_and_behaviours_are_replaced_file_by_file(
    make_site: Callable[..., Flask], tmp_path: Path, seen: Any
) -> None:
    static = tmp_path / "config" / "theme" / "static"
    for name in ("css/components/pager.css", "css/themes/parlour.css", "css/components/imprint.css"):
        (static / name).parent.mkdir(parents=True, exist_ok=True)
        (static / name).write_text(f".mine-{Path(name).stem} {{ color: inherit; }}")
    sheet = seen(make_site("brand: {theme: parlour}", PORTAL_URL=PORTAL)).get("/look.css").text
    assert all(f".mine-{name} {{" in sheet for name in ("pager", "parlour", "imprint"))
    assert ".pager {" not in sheet
    assert "--lift" not in sheet


BLOCKS = ("title", "head", "skip", "header", "brand", "navigation", "languages", "account", "banners", "main", "footer")


@pytest.mark.parametrize("block", BLOCKS)
def test_each_block_of_the_frame_can_be_added_to(
    block: str, make_site: Callable[..., Flask], tmp_path: Path, seen: Any
) -> None:
    template = "site/catalog.html" if block == "main" else "base.html"  # each page fills that one itself
    own = tmp_path / "config" / "theme" / template
    own.parent.mkdir(parents=True)
    added = f"{{% block {block} %}}Acme {{{{ super() }}}}{{% endblock %}}"
    own.write_text(f'{{% extends "builtin/{template}" %}}{added}')
    page = seen(make_site("brand: {name: Bench}", PORTAL_URL=PORTAL)).get("/").text
    assert "Acme" in page
    assert "Bench" in page


def test_the_blocks_of_the_frame_are_the_documented_ones() -> None:
    frame = (ROOT / "templates" / "base.html").read_text(encoding="utf-8")
    told = (ROOT / "docs" / "theming.md").read_text(encoding="utf-8").partition("| Block of `base.html` |")[2]
    assert sorted(re.findall(r"{% block (\w+) %}", frame)) == sorted(BLOCKS)
    assert set(re.findall(r"^\| `(\w+)` \|", told, re.MULTILINE)) == set(BLOCKS)


UNREADABLE = "h1 { color: red } /* für */".encode("latin-1")


def test_rules_of_the_owner_that_cannot_be_read_stay_as_they_were(
    make_site: Callable[..., Flask], tmp_path: Path, seen: Any, caplog: pytest.LogCaptureFixture
) -> None:
    rules = tmp_path / "config" / "theme" / "static" / "css" / "brand.css"
    rules.parent.mkdir(parents=True)
    rules.write_text("h1 { color: green }", encoding="utf-8-sig")
    visitor = seen(make_site(PORTAL_URL=PORTAL))
    assert "\nh1 { color: green }" in visitor.get("/look.css").text
    rules.write_bytes(UNREADABLE)
    assert visitor.page("/").h1
    assert "h1 { color: green }" in visitor.get("/look.css").text
    assert f"{rules} cannot be read" in caplog.text
    assert "--accent" in seen(make_site(PORTAL_URL=PORTAL)).get("/look.css").text  # of a process that starts with it


def test_the_owners_theme_comes_first(make_site: Callable[..., Flask], tmp_path: Path, seen: Any) -> None:
    theme = tmp_path / "config" / "theme"
    (theme / "site").mkdir(parents=True)
    (theme / "static" / "css").mkdir(parents=True)
    (theme / "site" / "catalog.html").write_text(
        '{% extends "builtin/site/catalog.html" %}{% block footer %}<p id="mine">Mine</p>{% endblock %}'
    )
    (theme / "static" / "css" / "brand.css").write_text("h1 { color: red }")
    (theme / "static" / "logo.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    visitor = seen(make_site("brand: {logo: logo.svg}", PORTAL_URL=PORTAL))
    page = visitor.page("/")
    assert page.select_one("#mine").text == "Mine"
    assert "color: red" in visitor.get(page.select_one('link[href^="/look.css"]')["href"]).text
    with visitor.client.get(page.select_one(".brand-logo")["src"]) as logo:
        assert logo.status_code == 200
        assert "sandbox" in logo.headers["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["css/components/card.css", "css/themes/parlour.css", "js/countdown.js"])
def test_a_file_in_place_of_a_built_in_one_that_is_no_text_leaves_that_one(
    name: str, make_site: Callable[..., Flask], tmp_path: Path, seen: Any, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "config" / "theme" / "static" / name
    file.parent.mkdir(parents=True)
    file.write_bytes(b"\xff\xfe.card { color: red }")
    page = seen(make_site(PORTAL_URL=PORTAL)).page("/")
    assert page.select_one("h1")
    assert f"{file} is left out" in caplog.text


def test_static_files_are_kept_for_ever_under_a_version(alone: Any) -> None:
    page = alone.page("/")
    for address in (page.select_one("script")["src"], page.select_one('link[rel="stylesheet"]')["href"]):
        with alone.client.get(address) as answer:
            assert answer.status_code == 200
            assert "immutable" in answer.headers["Cache-Control"]
            assert "Access-Control-Allow-Origin" not in answer.headers
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert alone.client.get("/static/0/js/main.js").status_code == 404


@pytest.mark.parametrize("path", ["/static/../frontend/app.py", "/static/%2e%2e/pyproject.toml", "/static//etc/passwd"])
def test_nothing_but_static_files_is_served(path: str, alone: Any) -> None:
    assert alone.client.get(path).status_code == 404


HEADERS = {
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/sessions/", 200), ("/start/x/", 303), ("/nope", 404)])
def test_every_page_has_its_headers(path: str, status: int, alone: Any) -> None:
    answer = alone.get(path, status)
    everybodys = {"Cache-Control": CACHE_CONTROL, "Cross-Origin-Opener-Policy": None} if path == "/" else {}
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS | everybodys
    assert "geolocation=()" in answer.headers["Permissions-Policy"]
    assert f"form-action 'self' {PORTAL}" in answer.headers["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in answer.headers


def test_under_https_browsers_are_told_to_stay_there(make_site: Callable[..., Flask]) -> None:
    client = make_site(SITE_URL="https://labs.example.com", PORTAL_URL=PORTAL).test_client()
    answer = client.get("/", base_url="https://labs.example.com")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


@pytest.mark.parametrize(
    ("host", "status"),
    [("localhost", 200), ("localhost:8000", 200), ("127.0.0.1", 200), ("evil.example", 400), ("localhost.evil", 400)],
)
def test_the_site_answers_under_its_own_names_only(host: str, status: int, alone: Any) -> None:
    answer = alone.get("/", status, headers={"Host": host})
    assert "evil" not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status", "title"),
    [
        ("GET", "/nope", 404, "No such page"),
        ("GET", "/<script>", 404, "No such page"),
        ("GET", "/forget/", 405, "Not like that"),
        ("DELETE", "/", 405, "Not like that"),
        ("POST", "/start/x/", 303, ""),
    ],
)
def test_what_is_wrong_ends_on_a_page(method: str, path: str, status: int, title: str, alone: Any) -> None:
    answer = alone.client.open(path, method=method)
    assert answer.status_code == status
    assert f"<h1>{title}</h1>" in answer.text or not title
    assert "<script>" not in answer.text
    assert ("Allow" in answer.headers) is (status == 405)


@pytest.mark.parametrize(
    ("template", "path", "told"),
    [("site/catalog.html", "/", "<h1>Something went wrong</h1>"), ("base.html", "/", "Something went wrong. ")],
    ids=["a page", "every page"],
)
def test_a_theme_that_fails_leaves_words(
    template: str,
    path: str,
    told: str,
    make_site: Callable[..., Flask],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken = tmp_path / "config" / "theme" / template
    broken.parent.mkdir(parents=True)
    broken.write_text("{{ nothing.at.all }}")
    app = make_site(PORTAL_URL=PORTAL)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = app.test_client().get(path)
    assert (answer.status_code, told in answer.text) == (500, True)
    assert "'nothing' is undefined" in caplog.text


def test_a_request_that_is_too_large_is_refused(alone: Any) -> None:
    assert alone.client.post("/forget/", data={"x": "y" * 70_000}).status_code == 413


def test_crawlers_are_kept_from_what_starts_something(alone: Any) -> None:
    assert "Disallow: /start/" in alone.get("/robots.txt").text


def test_behind_a_proxy_the_forwarded_host_counts(make_site: Callable[..., Flask]) -> None:
    client = make_site(SITE_URL="https://labs.example.com", SITE_PROXIES="1", PORTAL_URL=PORTAL).test_client()
    inside = {"Host": "10.0.0.7:8000", "X-Forwarded-Host": "labs.example.com", "X-Forwarded-Proto": "https"}
    assert client.get("/", headers=inside).status_code == 200
    assert client.get("/", headers=inside | {"X-Forwarded-Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize("coding", ["br", "gzip"])
@pytest.mark.parametrize("place", ["script", 'link[rel="stylesheet"]'])
def test_static_files_come_compressed_and_may_be_kept_for_ever(place: str, coding: str, alone: Any) -> None:
    found = alone.page("/").select_one(place)
    address = found.get("src") or found["href"]
    with alone.client.get(address) as plain, alone.client.get(address, headers={"Accept-Encoding": coding}) as packed:
        assert packed.headers["Content-Encoding"] == coding
        assert len(packed.data) < len(plain.data)
        assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
        assert "immutable" in packed.headers["Cache-Control"]


def test_static_files_are_gathered_once_for_every_process(make_site: Callable[..., Flask], tmp_path: Path) -> None:
    make_site()
    (folder,) = (tmp_path / "instance" / "static").iterdir()
    made = folder.stat().st_mtime_ns
    make_site()
    assert [path.name for path in (tmp_path / "instance" / "static").iterdir()] == [folder.name]
    assert folder.stat().st_mtime_ns == made


def test_static_files_of_old_versions_go(make_site: Callable[..., Flask], tmp_path: Path) -> None:
    for number in range(5):
        path = tmp_path / "config" / "theme" / "static" / "note.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(str(number), encoding="utf-8")
        make_site()
    assert len(list((tmp_path / "instance" / "static").iterdir())) == 3


def test_static_files_that_others_are_gathering_leave_those_of_this_version(
    make_site: Callable[..., Flask], tmp_path: Path, seen: Any
) -> None:
    for number in range(3):
        newer = tmp_path / "instance" / "static" / f"making-{number}"
        newer.mkdir(parents=True)
        os.utime(newer, (2**32, 2**32))
    visitor = seen(make_site(PORTAL_URL=PORTAL))
    with visitor.client.get(visitor.page("/").select_one("script")["src"]) as script:
        assert script.status_code == 200


def test_processes_that_start_at_once_gather_static_files_once(
    make_site: Callable[..., Flask], tmp_path: Path, seen: Any
) -> None:
    with ThreadPoolExecutor(6) as starting:
        sites = list(starting.map(lambda _: make_site(PORTAL_URL=PORTAL), range(6)))
    (folder,) = (tmp_path / "instance" / "static").iterdir()
    assert not folder.name.startswith("making-")
    for visitor in map(seen, sites):
        with visitor.client.get(visitor.page("/").select_one("script")["src"]) as script:
            assert script.status_code == 200
