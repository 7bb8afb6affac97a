"""The doctor at the site and the bundled portal, as they are served."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from examined import EMBEDDER, lines
from listening import listening
from programs import House

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.whole


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The example over a copy of its folder, with one page that embeds."""
    folder = tmp_path_factory.mktemp("house")
    config = Path(shutil.copytree(ROOT / "config", folder / "config"))
    with (config / "site.yaml").open("a", encoding="utf-8") as file:
        file.write(f"\nembedding: {{origins: ['{EMBEDDER}']}}\n")
    started = House(folder, WORKSHOP_INDEX_CONFIG=config, WEB_CONCURRENCY=1)
    try:
        yield started.start("portal", "web")
    finally:
        started.stop()


Look = Callable[..., dict[str, dict[str, dict[str, Any]]]]


@pytest.fixture
def look(house: House, run: Callable[..., Result]) -> Look:
    """Return what the doctor says with the environment of the house, by subject and check."""

    def looked(*options: str, code: int = 0, **environ: object) -> dict[str, dict[str, dict[str, Any]]]:
        said = run("--format", "json", *options, code=code, **{**house.plan.environ, **environ}).stdout
        names = ("Workbench", "default")
        return dict(zip(("site", "portal"), (lines(said, name) for name in names), strict=True))

    return looked


def verdicts(found: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Return the verdict of each check."""
    return {check: each["verdict"] for check, each in found.items()}


def test_all_is_well_on_one_machine(look: Look) -> None:
    found = look()
    assert verdicts(found["site"]) == {
        "connection": "ok",
        "encryption": "ok",
        "site": "ok",
        "version": "ok",
        "portals": "ok",
        "proxies": "ok",
        "hsts": "skipped",
        "https cookies": "skipped",
        "framing": "ok",
        "other pages": "ok",
        "cookies": "warning",
        "workshops": "ok",
    }
    assert verdicts(found["portal"]) == {
        "connection": "ok",
        "encryption": "ok",
        "login": "ok",
        "token": "ok",
        "catalog": "ok",
        "address": "ok",
        "clock": "ok",
        "framing": "ok",
        "cookies": "warning",
        "way back": "ok",
        "webhook": "skipped",
    }


def stored(house: House) -> dict[str, list[tuple[Any, ...]]]:
    """Return everything in the portal's store, table by table."""
    with sqlite3.connect(house.folder / "instance" / "portal.sqlite3") as store:
        tables = [name for (name,) in store.execute("select name from sqlite_master where type = 'table'")]
        found = {name: store.execute(f"select * from {name} order by 1").fetchall() for name in tables}
    store.close()
    return found


def test_the_portal_is_as_it_was(look: Look, house: House) -> None:
    before = stored(house)
    assert before["environments"]
    look()
    assert stored(house) == before


def test_a_wrong_password(look: Look) -> None:
    found = look(code=1, PORTAL_ROBOT_PASSWORD="not-the-password")["portal"]
    assert found["login"]["settings"] == ["PORTAL_ROBOT_USERNAME", "PORTAL_ROBOT_PASSWORD"]


def test_a_site_that_the_portal_does_not_know(look: Look, house: House) -> None:
    found = look("--site-url", f"http://labs.example.com:{house.plan.site.port}", "--timeout", "1", code=1)
    assert found["portal"]["way back"]["verdict"] == "failed"
    assert found["portal"]["way back"]["settings"] == ["PORTAL_INDEX_ORIGINS"]
    assert found["site"]["connection"]["settings"] == ["SITE_URL"]


def test_the_portals_address_in_place_of_the_sites(look: Look, house: House) -> None:
    found = look("--site-url", house.portal, code=1)["site"]
    assert found["site"]["seen"] == "the portal answers there"
    assert found["site"]["settings"] == ["SITE_URL"]


def test_a_page_that_the_programs_were_not_started_for(look: Look, house: House) -> None:
    file = house.folder / "config" / "site.yaml"
    before = file.read_text("utf-8")
    try:
        file.write_text(before.replace(EMBEDDER, "https://school.example.org"), "utf-8")
        found = look(code=1)["portal"]
    finally:
        file.write_text(before, "utf-8")
    assert found["framing"]["settings"] == ["PORTAL_FRAME_ORIGINS"]


def test_a_host_name_the_portal_does_not_know_itself_by(look: Look, house: House) -> None:
    found = look(code=1, PORTAL_URL=house.portal.replace("127.0.0.1", "127.1"))["portal"]
    assert "PORTAL_HOSTS" in found["login"]["settings"]


@pytest.fixture
def hooked(house: House) -> Iterator[Callable[[str], None]]:
    """Sets the webhook in the portal's file, until the end of the test."""
    file = house.folder / "config" / "portal.yaml"
    before = file.read_text("utf-8")
    yield (
        lambda url: (
            file.write_text(
                before.replace("spec:\n", f"spec:\n  analytics: {{webhook: {{url: '{url}'}}}}\n", 1), "utf-8"
            )
            and None
        )
    )
    file.write_text(before, "utf-8")


def test_a_webhook_on_this_machine(look: Look, hooked: Callable[[str], None]) -> None:
    with listening() as receiver:
        hooked(receiver.url("/hook?key=secret-of-the-path"))
        barred = look(code=1)["portal"]["webhook"]
        assert barred["settings"] == ["PORTAL_WEBHOOK_PRIVATE", "spec.analytics.webhook.url"]
        assert receiver.got == []
        answered = look(PORTAL_WEBHOOK_PRIVATE="127.0.0.1")["portal"]["webhook"]
        assert answered["seen"].startswith(f"{receiver.url('')} answers 404 to a GET")
        assert len(receiver.got) == 1
        hooked("http://nobody.invalid/")
        assert "cannot be resolved" in look(code=1)["portal"]["webhook"]["seen"]
    hooked(receiver.url())
    gone = look(code=1, PORTAL_WEBHOOK_PRIVATE="127.0.0.1")["portal"]["webhook"]
    assert gone["settings"] == ["spec.analytics.webhook.url"]
