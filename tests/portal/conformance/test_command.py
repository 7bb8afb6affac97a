"""The command: what it prints, how it ends, and that it leaves nothing behind."""

import json
import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

import pytest
import requests
from programs import House, own_environment, until

from frontend import serve
from portal_backend.conformance.table.whole import CASES

pytestmark = pytest.mark.whole
SECTIONS = {case.section for case in CASES}


def command(house: House | None, *options: str) -> list[str]:
    """Return the command line that tests a portal."""
    address = house.portal if house else "http://127.0.0.1:9"
    return serve.python("frontend.cli", "conformance", "--portal", address, *options)


def told(
    house: House | None, *options: str, environ: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Return how the command ended, and what it said."""
    given = own_environment(**(environ if environ is not None else accounts(house) if house else {}))
    return subprocess.run(command(house, *options), env=given, capture_output=True, text=True, timeout=120)


def accounts(house: House) -> dict[str, str]:
    """Return a bundled portal's accounts, by the names of their variables."""
    return dict(json.loads((house.folder / "instance" / "portal-credentials.json").read_text("utf-8")))


def live(house: House) -> list[str]:
    """Return the sessions the portal lists."""
    known = accounts(house)
    client = (known["PORTAL_ROBOT_CLIENT_ID"], known["PORTAL_ROBOT_CLIENT_SECRET"])
    form = {"grant_type": "client_credentials"}
    token = requests.post(f"{house.portal}/oauth2/token/", data=form, auth=client, timeout=20).json()["access_token"]
    asked = {"Authorization": f"Bearer {token}"}
    url = f"{house.portal}/workshops/catalog/environments/?sessions=true"
    found = requests.get(url, headers=asked, timeout=20).json()
    return [one["name"] for each in found["environments"] for one in each["sessions"]]


def test_a_whole_run_holds_and_leaves_nothing(bundled: House, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    ended = told(bundled, "--format", "json", "--output", str(report))
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    found = json.loads(report.read_text("utf-8"))
    assert found["holds"] and not found["left_behind"]
    assert found["counts"]["differs"] == found["counts"]["differs (allowed)"] == found["counts"]["not supported"] == 0
    assert [case["id"] for case in found["cases"]] == [case.id for case in CASES]
    assert live(bundled) == []
    secrets = [text for name, text in accounts(bundled).items() if name.endswith(("PASSWORD", "SECRET"))]
    assert not any(secret in report.read_text("utf-8") for secret in secrets)


def test_it_tells_a_person(bundled: House) -> None:
    ended = told(bundled, "--section", "oauth2", "--read-only")
    lines = ended.stdout.splitlines()
    assert ended.returncode == 0, ended.stderr
    assert lines[0].startswith(bundled.portal)
    assert any(line.split() == ["oauth2"] for line in lines)
    assert any(line.strip().startswith("holds") and "password-basic" in line for line in lines)
    assert lines[-2 if not lines[-1] else -1].startswith(f"{len([c for c in CASES if c.section == 'oauth2'])} cases")


def test_it_tells_a_build_server(bundled: House) -> None:
    ended = told(bundled, "--section", "catalog", "--section", "oauth2", "--format", "junit")
    suites = ElementTree.fromstring(ended.stdout.encode())
    assert {suite.get("name") for suite in suites} == {"oauth2", "catalog"}
    for suite in suites:
        assert suite.get("tests") == str(len(suite)) and suite.get("failures") == "0"
        assert suite.get("skipped") == str(len(suite.findall("testcase/skipped")))


def test_read_only_asks_for_no_session(bundled: House) -> None:
    before = json.loads(told(bundled, "--section", "catalog", "--read-only", "--format", "json").stdout)
    untried = {case["id"]: case["found"] for case in before["cases"] if case["verdict"] == "not tried"}
    assert "--read-only" in untried["catalog/session-listed"]
    assert live(bundled) == []


def test_it_uses_only_the_environment_it_is_given(bundled: House) -> None:
    found = json.loads(told(bundled, "--environment", "lasting", "--section", "session", "--format", "json").stdout)
    verdicts = {case["id"]: case["verdict"] for case in found["cases"]}
    assert verdicts["session/schedule-endless"] == "holds"
    assert verdicts["session/extend-given"] == verdicts["session/schedule-spare"] == "not tried"


def test_the_instance_folder_has_the_credentials(bundled: House) -> None:
    ended = told(bundled, "--instance", str(bundled.folder / "instance"), "--section", "oauth2", environ={})
    assert ended.returncode == 0, ended.stderr


ROBOT = {
    "PORTAL_ROBOT_USERNAME": "robot@educates",
    "PORTAL_ROBOT_PASSWORD": "not-the-password",
    "PORTAL_ROBOT_CLIENT_ID": "client",
    "PORTAL_ROBOT_CLIENT_SECRET": "not-the-secret",
}


@pytest.mark.parametrize(
    ("options", "environ", "words"),
    [
        pytest.param((), {}, "PORTAL_ROBOT_USERNAME", id="no credentials"),
        pytest.param((), ROBOT, "does not answer", id="nobody listens"),
        pytest.param(("--section", "nope"), ROBOT, "no section 'nope'", id="unknown section"),
        pytest.param(("--instance", "/nowhere"), {}, "cannot be read", id="no instance"),
    ],
)
def test_what_keeps_it_from_running_is_said_in_a_sentence(
    options: tuple[str, ...], environ: dict[str, str], words: str
) -> None:
    ended = told(None, *options, environ=environ)
    assert ended.returncode == 2
    assert words in ended.stderr and "Traceback" not in ended.stderr and not ended.stdout


def test_wrong_credentials_are_told(bundled: House) -> None:
    ended = told(bundled, environ=ROBOT)
    assert ended.returncode == 2 and "cannot log in" in ended.stderr
    assert "not-the" not in ended.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "term"])
def test_stopped_half_way_it_still_cleans_up(bundled: House, number: signal.Signals) -> None:
    environ = own_environment(**accounts(bundled))
    running = subprocess.Popen(
        command(bundled, "--section", "request"), env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    until(lambda: live(bundled), within=90, every=0.01)
    os.kill(running.pid, number)
    said, complained = running.communicate(timeout=60)
    assert running.returncode == 2
    assert "Stopped before the end." in said and "cleaning up" in complained
    assert live(bundled) == []
