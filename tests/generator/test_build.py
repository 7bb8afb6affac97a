"""`workshop-index build`: what it makes of the example and of many, the same again, and nothing that is not public."""

import hashlib
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from click.testing import Result
from programs import House

from frontend.generator.folder import MANIFEST

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "config"
PORTAL_FILE = EXAMPLE / "portal.yaml"
URL = "https://www.example.com/labs/"
EPOCH = 1_800_000_000
Run = Callable[..., Result]


def files(out: Path) -> dict[str, str]:
    """Return a digest of every file, by its path."""
    found = sorted(path for path in out.rglob("*") if path.is_file())
    return {path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def example(run: Run, out: object = "public", **more: object) -> Result:
    """Build the example."""
    return run("build", "--base-url", URL, "--config", EXAMPLE, "--portal", PORTAL_FILE, "--out", out, **more)


def soup(path: Path) -> BeautifulSoup:
    """Return a built page."""
    return BeautifulSoup(path.read_text("utf-8"), "html.parser")


def test_the_example_becomes_a_whole_site(run: Run, tmp_path: Path) -> None:
    said = example(run).output
    assert "public has 3 workshops" in said
    assert "PORTAL_INDEX_ORIGINS=https://www.example.com" in said
    made = set(files(tmp_path / "public"))
    codes = ("session-deleted", "workshop-invalid", "session-unavailable", "session-invalid", "startup-timeout")
    assert {f"back/{code}/index.html" for code in codes} <= made
    assert {f"workshop/{name}/index.html" for name in ("git-history", "http-exchange", "shell-history-drill")} <= made
    assert {f"embed/{name}/index.html" for name in ("git-history", "http-exchange")} <= made
    assert {"index.html", "back/index.html", "404.html", "feed.xml", "sitemap.xml", "robots.txt", ".nojekyll"} <= made


def test_a_start_leads_to_the_portal_and_back(run: Run, tmp_path: Path) -> None:
    example(run, PORTAL_URL="https://portal.example")
    for page in ("index.html", "workshop/git-history/index.html"):
        link = soup(tmp_path / "public" / page).select_one('a.button[href*="git-history/create/"]')
        assert link
        assert link["href"] == (
            "https://portal.example/workshops/environment/git-history/create/"
            "?index_url=https%3A%2F%2Fwww.example.com%2Flabs%2F"
        )
    assert not soup(tmp_path / "public" / "index.html").select("form[method=post], .availability")


def test_what_is_given_for_others_to_show(run: Run, tmp_path: Path) -> None:
    example(run)
    page = soup(tmp_path / "public" / "workshop" / "git-history" / "index.html")
    told = {str(tag.get("property") or tag.get("name")): tag["content"] for tag in page.select("meta[content]")}
    assert told["og:title"] == "Find your way around a Git history"
    assert told["og:url"] == f"{URL}workshop/git-history/"
    assert told["twitter:card"] == "summary"
    assert "default-src 'none'" in page.select_one('meta[http-equiv="Content-Security-Policy"]')["content"]
    assert page.select_one("link[rel=canonical]")["href"] == f"{URL}workshop/git-history/"
    assert soup(tmp_path / "public" / "back" / "index.html").select_one('meta[name=robots][content="noindex"]')
    sitemap = ElementTree.parse(tmp_path / "public" / "sitemap.xml").getroot()
    assert f"{URL}workshop/git-history/" in [str(place.text) for place in sitemap.iter() if place.text]
    feed = ElementTree.parse(tmp_path / "public" / "feed.xml").getroot()
    assert len(feed.findall("{http://www.w3.org/2005/Atom}entry")) == 3
    assert f"Sitemap: {URL}sitemap.xml" in (tmp_path / "public" / "robots.txt").read_text()


def test_two_builds_are_the_same_byte_for_byte(run: Run, tmp_path: Path) -> None:
    example(run, "one", SOURCE_DATE_EPOCH=EPOCH)
    example(run, "two", SOURCE_DATE_EPOCH=EPOCH)
    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_nothing_is_written_where_nothing_changed(run: Run, tmp_path: Path) -> None:
    example(run)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "public").rglob("*") if path.name != MANIFEST}
    assert "0 files written" in example(run).output
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_only_what_changed_is_written_and_what_is_gone_is_removed(run: Run, tmp_path: Path) -> None:
    config = shutil.copytree(EXAMPLE, tmp_path / "config")
    build = ("build", "--base-url", URL, "--portal", config / "portal.yaml")
    run(*build, SOURCE_DATE_EPOCH=EPOCH)
    dates = (tmp_path / "public" / "feed.xml").read_text()
    site = config / "site.yaml"
    site.write_text(site.read_text().replace("  # workshops:\n", "  workshops: {git-history: {title: Anew}}\n"))
    said = run(*build, SOURCE_DATE_EPOCH=EPOCH + 60).output
    assert re.search(r"\b4 files written", said), said  # the index, the workshop, its frame, the feed
    assert dates.count("2027-01-15T08:00:00Z") == 4
    assert (tmp_path / "public" / "feed.xml").read_text().count("2027-01-15T08:01:00Z") == 2
    site.write_text(site.read_text().replace("title: Anew", "hidden: true"))
    assert "3 removed" in run(*build).output
    assert not (tmp_path / "public" / "workshop" / "git-history").exists()


@pytest.mark.parametrize(
    ("words", "environ", "said"),
    [
        (("--base-url", "labs"), {}, "is no address of a site"),
        (("--base-url", f"{URL}?a=b"), {}, "is no address of a site"),
        (("--base-url", URL), {"PORTAL_URL": "http://127.0.0.1:9"}, "cannot be reached"),
        (("--base-url", URL, "--portal", ROOT / "pyproject.toml"), {}, "cannot be used"),
        (("--base-url", URL), {"SOURCE_DATE_EPOCH": "soon"}, "SOURCE_DATE_EPOCH is 'soon'"),
        (("--base-url", URL), {"SITE_PORT": "x"}, "SITE_PORT"),
    ],
    ids=["no address", "a query", "a silent portal", "no portal file", "no date", "a setting"],
)
def test_what_stands_in_the_way_is_said_and_nothing_is_written(
    run: Run, tmp_path: Path, words: tuple[object, ...], environ: dict[str, str], said: str
) -> None:
    output = run("build", "--config", EXAMPLE, *words, code=1, **environ).output
    assert said in output
    assert "Traceback" not in output
    assert not (tmp_path / "public").exists()


def test_a_portal_that_lets_nobody_in_makes_no_site(run: Run, tmp_path: Path) -> None:
    config = shutil.copytree(EXAMPLE, tmp_path / "config")
    file = config / "portal.yaml"
    file.write_text(file.read_text().replace("type: anonymous", "type: one-step"))
    assert "No portal lets anybody in" in run("build", "--base-url", URL, "--portal", file, code=1).output
    assert not (tmp_path / "public").exists()


def test_a_catalog_for_people_who_sign_in_is_not_published(run: Run, tmp_path: Path) -> None:
    config = shutil.copytree(EXAMPLE, tmp_path / "config")
    with (config / "site.yaml").open("a", encoding="utf-8") as file:
        file.write("\nsign_in: {by: header, required_for: catalog}\n")
    said = run("build", "--base-url", URL, "--portal", config / "portal.yaml", code=1).output
    assert "shows the catalog to nobody who has not signed in" in said
    assert not (tmp_path / "public").exists()


@pytest.mark.parametrize("written", [b"{{ nothing_like_that }}", "für".encode("latin-1")], ids=["unknown", "no text"])
def test_a_template_that_cannot_be_filled_in_is_named_and_nothing_changes(
    written: bytes, run: Run, tmp_path: Path
) -> None:
    config = shutil.copytree(EXAMPLE, tmp_path / "config")
    run("build", "--base-url", URL, "--portal", config / "portal.yaml")
    before = files(tmp_path / "public")
    (config / "theme" / "site").mkdir()
    (config / "theme" / "site" / "back.html").write_bytes(written)
    said = run("build", "--base-url", URL, "--portal", config / "portal.yaml", code=1).output
    assert "site/back.html cannot be filled in" in said
    assert files(tmp_path / "public") == before


def test_rules_that_cannot_be_read_are_named_and_nothing_is_written(run: Run, tmp_path: Path) -> None:
    config = shutil.copytree(EXAMPLE, tmp_path / "config")
    (config / "theme" / "static" / "css").mkdir(parents=True)
    (config / "theme" / "static" / "css" / "brand.css").write_text("/* für */", "latin-1")
    said = run("build", "--base-url", URL, "--portal", config / "portal.yaml", code=1).output
    assert "brand.css cannot be read" in said
    assert "UTF-8" in said
    assert not (tmp_path / "public").exists()


def test_the_owners_theme_counts(run: Run, tmp_path: Path) -> None:
    config = shutil.copytree(EXAMPLE, tmp_path / "config")
    (config / "theme" / "static" / "css").mkdir(parents=True)
    (config / "theme" / "static" / "css" / "brand.css").write_text("body { color: rebeccapurple; }")
    (config / "theme" / "base.html").write_text(
        '{% extends "builtin/base.html" %}{% block header %}<p>Ours</p>{% endblock %}'
    )
    run("build", "--base-url", URL, "--portal", config / "portal.yaml", "--check-links", code=0)
    page = soup(tmp_path / "public" / "index.html")
    assert "Ours" in page.get_text()
    (sheet,) = (tmp_path / "public").glob("look.*.css")
    assert "rebeccapurple" in sheet.read_text()
    assert page.select_one("link[rel=stylesheet]")["href"] == f"/labs/{sheet.name}"


def test_links_that_lead_nowhere_are_told(run: Run, tmp_path: Path) -> None:
    config = shutil.copytree(EXAMPLE, tmp_path / "config")
    site = config / "site.yaml"
    site.write_text(site.read_text().replace("mailto:workshops@example.com", "/help/"))
    said = run("build", "--base-url", URL, "--portal", config / "portal.yaml", "--check-links", code=3).output
    assert "index.html: /labs/help/: no such file" in said
    assert (tmp_path / "public" / "index.html").exists()


def many(folder: Path, count: int) -> Path:
    """Write a portal of so many workshops and return its file."""
    (folder / "workshops").mkdir(parents=True)
    head = "apiVersion: training.educates.dev/v1beta1\n"
    names = [f"lab-{at:04d}" for at in range(count)]
    offered = "".join(f"  - {{name: {name}, expires: 30m}}\n" for name in names)
    portal = "kind: TrainingPortal\nmetadata: {name: big}\nspec:\n  portal: {registration: {type: anonymous}}\n"
    (folder / "portal.yaml").write_text(f"{head}{portal}  workshops:\n{offered}")
    each = [
        f"{head}kind: Workshop\nmetadata: {{name: {name}}}\n"
        f"spec:\n  title: Lab {name}\n  description: What *{name}* teaches, with a list.\n  tags: [t{at % 7}]\n"
        for at, name in enumerate(names)
    ]
    (folder / "workshops" / "all.yaml").write_text("---\n".join(each))
    return folder / "portal.yaml"


def test_a_thousand_workshops_take_seconds_of_work(run: Run, tmp_path: Path) -> None:
    began = time.process_time()
    said = run("build", "--base-url", URL, "--portal", many(tmp_path / "config", 1000)).output
    took = time.process_time() - began
    assert "public has 1000 workshops" in said
    assert took < 30, f"{took:.1f} s of processor time"  # a few on a quiet machine
    began = time.process_time()
    assert "0 files written" in run("build", "--base-url", URL, "--portal", tmp_path / "config" / "portal.yaml").output
    assert time.process_time() - began < took
    cards = (tmp_path / "public" / "index.html").read_text().count('<article class="card')
    assert cards == 1000


SECRET_PORTAL = """
apiVersion: training.educates.dev/v1beta1
kind: TrainingPortal
metadata: {name: closed-shop}
spec:
  portal:
    registration: {type: anonymous}
    credentials:
      admin: {username: admin-canary, password: admin-password-canary}
      robot: {username: robot-canary, password: robot-password-canary}
    clients:
      robot: {id: client-canary, secret: client-secret-canary}
  analytics: {webhook: {url: "https://hooks-canary.example/in"}}
  workshops:
  - {name: open, env: [{name: TOKEN, value: env-canary}]}
  - {name: draft-canary, capacity: 7}
---
apiVersion: training.educates.dev/v1beta1
kind: Workshop
metadata: {name: open}
spec:
  title: Open to all
  description: Anybody may.
  request: {parameters: [{name: KEY, value: parameter-canary}]}
---
apiVersion: training.educates.dev/v1beta1
kind: Workshop
metadata: {name: draft-canary}
spec: {title: Draft canary title, description: Draft canary words}
"""
SECRET_SITE = """
portals:
- {{name: main, url: "https://portal.example/", api_url: "{inner}", credentials: CANARY_LOGIN, anonymous: true}}
- {{name: staff-canary, url: "https://staff-canary.example/"}}
catalog:
  workshops:
    draft-canary: {{hidden: true, description: Owner canary words}}
    open: {{parameters: [{{name: KEY, value: owner-canary, help: help-canary}}]}}
  sections: [{{id: empty-canary, title: Section canary, workshops: [draft-canary]}}]
announcements:
- {{id: later, text: Announcement canary, from: 2999-01-01}}
"""


@pytest.mark.whole
@pytest.mark.parametrize("way", ["from files", "over HTTP"])
def test_nothing_that_is_not_public_gets_out(run: Run, tmp_path: Path, way: str) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (config / "portal.yaml").write_text(SECRET_PORTAL)
    house = House(tmp_path, WORKSHOP_INDEX_CONFIG=config)
    (config / "site.yaml").write_text(SECRET_SITE.format(inner=house.portal))
    words: list[object] = ["build", "--base-url", URL]
    environ = {"CANARY_LOGIN_ROBOT_USERNAME": "robot-canary", "CANARY_LOGIN_ROBOT_PASSWORD": "robot-password-canary"}
    environ |= {"CANARY_LOGIN_ROBOT_CLIENT_ID": "client-canary", "SITE_SECRET_KEY": "key-canary" * 5}
    environ |= {"CANARY_LOGIN_ROBOT_CLIENT_SECRET": "client-secret-canary"}
    try:
        if way == "over HTTP":
            house.start("portal")
        else:
            words += ["--portal", config / "portal.yaml"]
        said = run(*words, **environ).output
    finally:
        house.stop()
    assert "public has 1 workshop:" in said
    for path in (path for path in (tmp_path / "public").rglob("*") if path.is_file()):
        text = path.read_bytes().decode("utf-8", "replace")
        assert "canary" not in f"{path.relative_to(tmp_path)} {text}".lower(), path
        assert house.portal not in text, path
        assert str(tmp_path) not in text, path
    assert "Open to all" in (tmp_path / "public" / "index.html").read_text()


def test_the_owners_words_are_in_the_built_pages(run: Run, tmp_path: Path) -> None:
    config = shutil.copytree(EXAMPLE, tmp_path / "config")

    def skip_link() -> str:
        run("build", "--base-url", URL, "--config", config, "--portal", config / "portal.yaml")
        found = soup(tmp_path / "public" / "index.html").select_one(".skip-link")
        return found.text if found else ""

    assert skip_link() == "Skip to content"
    (config / "texts").mkdir()
    (config / "texts" / "en.yaml").write_text("Skip to content: Straight to <it>", encoding="utf-8")
    assert skip_link() == "Straight to <it>"
