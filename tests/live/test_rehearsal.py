"""Rehearsing in the panel of a live site: each switch leads to what visitors meet, and is gone with the run."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from bs4 import BeautifulSoup, Tag
from playwright.sync_api import Page, expect
from programs import House, own_environment, until
from validating import faults
from visits import Visitor, create_url

from frontend import serve
from portal_backend.contract.rehearsal import DOOR, REHEARSAL_FILE, TOKEN_VARIABLE, form_key

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "tests" / "whole" / "config"
PROGRAMS = ("portal", "web", "sweeper")
pytestmark = pytest.mark.whole


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The programs of a live `serve`."""
    started = House(tmp_path_factory.mktemp("rehearsing"), live=True, WORKSHOP_INDEX_CONFIG=CONFIG)
    try:
        yield started.start(*PROGRAMS)
    finally:
        started.stop()


@pytest.fixture
def live(running: House) -> Iterator[House]:
    """The programs with nothing switched on, before and after."""
    yield running
    if on(Owner(running)):
        Owner(running).press("Back to normal")


class Owner(Visitor):
    """Somebody who looks at the site and presses buttons of its panel."""

    def panel(self, path: str = "/") -> Tag:
        """Return the panel of a page."""
        found = page_of(self.http.get(self.house.site + path, timeout=20)).select_one("details.live")
        assert found is not None
        return found

    def press(self, label: str, path: str = "/") -> requests.Response:
        """Press a button of the panel on a page, and return the page this leads to."""
        panel = self.panel(path)
        form = panel.select_one("form[method=post]")
        assert form is not None
        button = next(each for each in form.find_all("button") if each.text.startswith(label))
        fields = {str(field["name"]): str(field["value"]) for field in form.select("input[name]")}
        fields[str(button["name"])] = str(button["value"])
        return self.http.post(f"{self.house.site}{form['action']}", data=fields, timeout=30)


def page_of(answer: requests.Response) -> BeautifulSoup:
    """Return a page that was sent."""
    return BeautifulSoup(answer.text, "html.parser")


def banner(answer: requests.Response) -> str:
    """Return the code of the banner a visitor came back to."""
    title = page_of(answer).select_one(".banner-title")
    return title.text.removeprefix("words of ") if title else ""


def on(owner: Owner) -> list[str]:
    """Return the switches the panel shows to be on."""
    pressed = owner.panel().select("button[aria-pressed=true]")
    return [button.text.removesuffix(" on") for button in pressed]


def waited(owner: Owner, session: str) -> int:
    """Return for how many seconds a session has been starting, as its page says."""
    found = re.search(r"for (\d+) seconds? so far", owner.http.get(session, timeout=20).text)
    assert found, "the session goes on starting"
    return int(found[1])


def test_be_full_takes_every_seat_but_those_people_sit_in(live: House) -> None:
    seated, owner = Owner(live), Owner(live)
    session = seated.start("plenty").url
    page = page_of(owner.press("Be full"))
    assert on(owner) == ["Be full"]
    states = {cell.text.strip() for cell in page.select(".availability")}
    assert states == {"Full"} and "Rehearsing: be full" in page.text
    refused = owner.http.post(f"{live.site}/start/twenty/", headers={"Origin": live.site}, timeout=20)
    assert banner(refused) == "session-unavailable"
    assert banner(owner.http.get(create_url(live, "twenty"), timeout=20)) == "session-unavailable"
    assert seated.label("plenty") == "Resume" and seated.start("plenty").url == session
    owner.press("Be full")
    assert on(owner) == [] and "/workshops/session/" in owner.start("twenty").url


def test_start_slowly_waits_until_it_is_switched_off(live: House) -> None:
    owner = Owner(live)
    owner.press("Start slowly")
    waiting = owner.start("plenty")
    assert "is starting" in waiting.text and "Rehearsing: start slowly" in waiting.text
    until(lambda: waited(owner, waiting.url) >= 5, within=30)  # longer than the sweeper rests
    owner.press("Start slowly")
    assert "is starting" not in owner.http.get(waiting.url, timeout=20).text


def test_start_slowly_ends_in_startup_timeout(live: House) -> None:
    owner = Owner(live)
    owner.press("Start slowly")
    waiting = owner.start("hurried")
    until(lambda: owner.http.get(waiting.url, timeout=20, allow_redirects=False).status_code == 303, within=30)
    assert banner(owner.http.get(waiting.url, timeout=20)) == "startup-timeout"


def test_fail_to_start_sends_back_from_the_index_and_from_a_link(live: House) -> None:
    owner = Owner(live)
    owner.press("Start slowly")
    owner.press("Fail to start")
    assert on(owner) == ["Fail to start"], "one start cannot do both"
    assert banner(owner.start("plenty")) == "startup-timeout"
    assert banner(Owner(live).http.get(create_url(live, "plenty"), timeout=20)) == "startup-timeout"


def test_expire_now_ends_the_sessions_people_are_in(live: House) -> None:
    owner = Owner(live)
    session = owner.start("twenty").url
    assert owner.label("twenty") == "Resume"
    owner.press("Expire now")
    assert on(owner) == [] and owner.label("twenty") == "Start"
    assert banner(owner.http.get(session, timeout=20)) == "session-invalid"


def test_portal_down_leaves_the_last_known_catalog_and_says_what_is_wrong(live: House) -> None:
    owner = Owner(live)
    owner.index()
    owner.press("Portal down")
    assert requests.get(f"{live.portal}/workshops/catalog/", timeout=20).status_code == 502
    page = until(lambda: (found := owner.index()) and "does not answer. This list is from" in found.text and found)
    assert isinstance(page, BeautifulSoup) and page.select_one('form[action*="/start/plenty/"]')
    refused = owner.start("plenty")
    assert banner(refused) == "No session is available right now"
    assert "The portal that runs this workshop does not answer." in refused.text
    owner.press("Back to normal")
    assert "does not answer" not in owner.index().text
    assert "/workshops/session/" in owner.start("plenty").url


@pytest.mark.browser
def test_the_panel_stays_open_from_page_to_page_and_fits_a_phone(live: House, page: Page, tmp_path: Path) -> None:
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(live.site)
    page.locator(".live summary").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Be full").click()
    button = page.get_by_role("button", name="Be full")
    expect(button).to_be_visible()
    expect(button).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert told == [], "the strict policy holds"
    shown = {"live": Owner(live).http.get(live.site, timeout=20).text}
    assert faults(shown, tmp_path) == []


def test_one_comes_back_to_the_page_one_pressed_on_and_never_elsewhere(live: House) -> None:
    owner = Owner(live)
    answer = owner.press("Expire now", "/workshops/plenty/?lang=de")
    assert answer.url == f"{live.site}/workshops/plenty/?lang=de" and answer.history[0].status_code == 303
    key = form_key(live.plan.environ[TOKEN_VARIABLE])
    form = {"do": "expire", "key": key, "back": "//elsewhere.example/"}
    answer = requests.post(f"{live.site}/live/rehearse", data=form, allow_redirects=False, timeout=20)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")


@pytest.mark.parametrize(
    ("form", "headers", "status"),
    [
        ({"do": "down on"}, {}, 403),
        ({"do": "down on", "key": "0" * 64}, {}, 403),
        ({"do": "down on", "key": "KEY"}, {"Sec-Fetch-Site": "cross-site"}, 403),
        ({"do": "down on", "key": "KEY"}, {"Sec-Fetch-Site": "same-site"}, 403),
        ({"do": "down on", "key": "KEY"}, {"X-Forwarded-For": "192.0.2.1"}, 404),
        ({"do": "down on", "key": "KEY"}, {"Host": "elsewhere.example"}, 400),
        ({"do": "sideways on", "key": "KEY"}, {}, 400),
        ({"do": "down", "key": "KEY"}, {}, 400),
    ],
    ids=["no key", "wrong key", "other site", "other port", "proxy", "other host", "unknown", "no direction"],
)
def test_only_the_panel_presses(form: dict[str, str], headers: dict[str, str], status: int, live: House) -> None:
    key = form_key(live.plan.environ[TOKEN_VARIABLE])
    sent = {name: key if value == "KEY" else value for name, value in form.items()}
    answer = requests.post(f"{live.site}/live/rehearse", data=sent, headers=headers, timeout=20)
    assert answer.status_code == status
    assert on(Owner(live)) == []


def test_a_strangers_name_for_this_machine_sees_no_panel(live: House) -> None:
    for address in (live.site, live.portal):
        answer = requests.get(f"{address}/", headers={"Host": "elsewhere.example"}, timeout=20)
        assert answer.status_code == 400 and "live-panel" not in answer.text


def test_the_door_opens_to_the_token_of_the_run_alone(live: House) -> None:
    door = f"{live.portal}{DOOR}"
    token = live.plan.environ[TOKEN_VARIABLE]
    for given in ({}, {"Authorization": "Bearer "}, {"Authorization": f"Bearer {form_key(token)}"}):
        assert requests.post(door, {"do": "down on"}, headers=given, timeout=20).status_code == 403
    mine = {"Authorization": f"Bearer {token}"}
    assert requests.get(door, headers=mine, timeout=20).status_code == 405
    assert requests.post(door, {"do": "down on"}, headers=mine, timeout=20).json() == {"on": ["down"]}
    text = Owner(live).index().prettify() + (live.plan.instance / REHEARSAL_FILE).read_text(encoding="utf-8")
    assert token not in text


def test_what_is_on_is_gone_with_the_run(live: House) -> None:
    Owner(live).press("Be full")
    live.stop(*PROGRAMS)
    ports = (live.plan.site.port, live.plan.portal.port)
    live.plan = House(live.folder, ports, live=True, WORKSHOP_INDEX_CONFIG=CONFIG).plan
    live.start(*PROGRAMS)
    assert on(Owner(live)) == [] and "/workshops/session/" in Owner(live).start("twenty").url


def test_a_portal_worker_that_starts_meanwhile_rehearses_too(live: House) -> None:
    owner = Owner(live)
    owner.press("Be full")
    live.stop("portal")
    refused = owner.press("Be full")
    assert refused.status_code == 502 and "The portal does not answer, so nothing was switched" in refused.text
    live.start("portal")
    assert banner(Owner(live).http.get(create_url(live, "twenty"), timeout=20)) == "session-unavailable"


def test_edits_and_presses_do_not_undo_each_other(tmp_path: Path) -> None:
    config = Path(shutil.copytree(CONFIG, tmp_path / "config"))
    file, good = config / "portal.yaml", (config / "portal.yaml").read_text(encoding="utf-8")
    house = House(tmp_path, live=True, WORKSHOP_INDEX_CONFIG=config)
    try:
        owner = Owner(house.start(*PROGRAMS))
        owner.press("Be full")
        file.write_text(good.replace("The school", "The new school"), encoding="utf-8")
        catalog = f"{house.portal}/workshops/catalog/"
        until(lambda: "The new school" in owner.http.get(catalog, timeout=20).text, within=30)
        assert banner(owner.http.get(create_url(house, "twenty"), timeout=20)) == "session-unavailable"
        file.write_text(good.replace("capacity: 100", "capacity: many"), encoding="utf-8")
        refused = owner.press("Start slowly")
        assert refused.status_code == 409 and "Nothing was switched" in refused.text
        assert "portal.yaml:14" in refused.text and on(owner) == ["Be full"]
        owner.press("Back to normal")
        file.write_text(good, encoding="utf-8")
        until(lambda: "/workshops/session/" in owner.http.get(create_url(house, "twenty"), timeout=20).url, within=30)
    finally:
        house.stop()


def test_production_has_none_of_it(house: House) -> None:
    assert requests.post(house.site + "/live/rehearse", timeout=20).status_code == 404
    assert requests.post(house.portal + DOOR, timeout=20).status_code == 404
    assert TOKEN_VARIABLE not in house.plan.environ
    code = (
        "import sys, frontend.app, portal_backend.app, portal_backend.cli; "
        "print([name for name in sys.modules if 'rehears' in name or name.endswith(('.live', '.live.app'))])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("chosen", "asked", "live"),
    [
        ({}, None, True),
        ({"SITE_HOST": "::1", "PORTAL_HOST": "localhost"}, None, True),
        ({}, False, False),
        ({"SITE_HOST": "0.0.0.0"}, None, False),
        ({"PORTAL_HOST": "0.0.0.0"}, None, False),
        ({"SITE_URL": "https://labs.example.com"}, None, False),
        ({"PORTAL_URL": "https://portal.example.com"}, None, False),
        ({"SITE_PROXIES": "1"}, None, False),
        ({"PORTAL_PROXIES": "1"}, None, False),
        ({"PORTAL_PROXIES": "0"}, None, True),
        ({"SITE_HOST": "0.0.0.0"}, True, True),
    ],
)
def test_serve_is_live_where_only_this_machine_reaches_it(
    chosen: dict[str, str], asked: bool | None, live: bool
) -> None:
    plan = serve.plan({}, own_environment(**chosen), live=asked)
    assert plan.live is live and (TOKEN_VARIABLE in plan.environ) is live
