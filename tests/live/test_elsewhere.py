"""`serve` for a site whose portals are elsewhere: the index alone, in front of a real portal of somebody else's."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from programs import House, free_ports, own_environment, until
from visits import Visitor

from frontend import serve

CONFIG = Path(__file__).resolve().parents[1] / "whole" / "config"


def begun(folder: Path, portal: str, login: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run `workshop-index new site --from` that portal."""
    command = serve.python("frontend.cli", "new", "site", "--from", portal)
    environ = own_environment(**login)
    return subprocess.run(
        command,
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        check=True,
        timeout=90,
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A portal of somebody else's, running without an index."""
    started = House(tmp_path_factory.mktemp("theirs"), WORKSHOP_INDEX_CONFIG=CONFIG)
    try:
        yield started.start("portal")
    finally:
        started.stop()


@pytest.mark.whole
def test_a_site_begun_from_a_portal_runs_in_front_of_it(theirs: House, tmp_path: Path) -> None:
    login = dict(theirs.credentials())
    said = begun(tmp_path, theirs.portal, login)
    assert said.stdout.endswith("Next: cd site && workshop-index serve\n")
    (port,) = free_ports(1)
    output = tmp_path / "output.txt"
    with output.open("wb") as log:
        process = subprocess.Popen(
            serve.python("frontend.cli", "serve", "--port", str(port)),
            cwd=tmp_path / "site",
            env=own_environment(**login, PORTAL_PORT=theirs.plan.portal.port),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        until(lambda: "Ctrl-C" in output.read_text() or process.poll() is not None, within=90)
        told = output.read_text()
        assert f"  Open http://127.0.0.1:{port}/" in told and f"  portal    {theirs.portal}/\n" in told
        front = House(tmp_path, (port, theirs.plan.portal.port))
        visitor = Visitor(front)
        assert re.match(f"{re.escape(theirs.portal)}/workshops/session/school-w", visitor.start("plenty").url)
        panel = visitor.index().select_one("details.live")
        assert panel is not None and "live-well" in panel["class"], panel.text
        assert "Rehearse" not in panel.text, "somebody else's portal is not rehearsed with"
        assert requests.post(f"{front.site}/live/rehearse", timeout=20).status_code == 404
    finally:
        process.terminate()
        assert process.wait(30) == 0
    assert not (tmp_path / "site" / "instance" / "portal.sqlite3").exists()


ELSEWHERE = "portals: [{name: theirs, url: 'https://portal.example.com'}]"
HERE = "portals: [{name: ours, url: 'http://127.0.0.1:8080'}]"
NAMED = "portals: [{name: ours, url: 'http://localhost:8080'}]"
BOTH = "portals: [{name: theirs, url: 'https://portal.example.com'}, {name: ours, url: 'http://127.0.0.1:8080/'}]"
INSIDE = "portals: [{name: ours, url: 'https://labs.example.com', api_url: 'http://127.0.0.1:8080'}]"
ALONE, ALL = ["web"], ["web", "portal", "sweeper"]


@pytest.mark.parametrize(
    ("site", "portal_file", "chosen", "programs"),
    [
        ("", True, {}, ALL),
        ("", False, {}, ALL),
        ("portals: [", True, {}, ALL),
        (ELSEWHERE, True, {}, ALONE),
        (ELSEWHERE, False, {}, ALONE),
        (ELSEWHERE, False, {"PORTAL_CONFIG_FILE": "their.yaml"}, ALL),
        (HERE, True, {}, ALL),
        (HERE, False, {}, ALONE),
        (NAMED, True, {}, ALL),
        (BOTH, True, {}, ALL),
        (INSIDE, True, {}, ALL),
        (HERE, True, {"PORTAL_PORT": "8081"}, ALONE),
    ],
)
def test_the_bundled_portal_runs_when_the_site_has_a_use_for_it(
    site: str, portal_file: bool, chosen: dict[str, str], programs: list[str], tmp_path: Path
) -> None:
    (tmp_path / "site.yaml").write_text(site, encoding="utf-8")
    if portal_file:
        (tmp_path / "portal.yaml").touch()
    plan = serve.plan(chosen, {"WORKSHOP_INDEX_CONFIG": str(tmp_path)})
    assert list(plan.programs) == programs
    live = serve.plan(chosen, {"WORKSHOP_INDEX_CONFIG": str(tmp_path)}, live=True)
    assert list(live.programs) == [*programs, "watcher"]


def test_a_portal_elsewhere_keeps_no_site_from_being_live(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(ELSEWHERE, encoding="utf-8")
    chosen = {"WORKSHOP_INDEX_CONFIG": str(tmp_path), "PORTAL_HOST": "0.0.0.0", "PORTAL_URL": "https://p.example.com"}
    plan = serve.plan({}, chosen, live=None)
    assert plan.live and "portal    https://portal.example.com/" in serve.welcome(plan)
    assert [address.name for address in plan.addresses] == ["index"]
