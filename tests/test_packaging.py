"""Builds the wheel, installs it into an empty environment, and uses the command from an empty folder.

The empty environment gets what the wheel declares and nothing else, linked from this environment instead of downloaded,
so that a dependency nobody declared is missed here and not on an owner's machine. With WORKSHOP_INDEX_FULL_INSTALL=1
pip downloads everything instead.
"""

import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from installing import built, downloads, link
from programs import free_ports, own_environment, until

ROOT = Path(__file__).resolve().parents[1]
pytestmark = pytest.mark.whole


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this tree."""
    return built(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs folder of an environment that holds the wheel and what it declares."""
    folder = tmp_path_factory.mktemp("environment") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=120)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(folder / "bin" / "python")]
    install = [*pip, "install", "--quiet", *([] if downloads() else ["--no-deps", "--no-index"]), str(wheel)]
    subprocess.run(install, check=True, timeout=600)
    if not downloads():
        link(wheel, folder)
    return folder / "bin"


def test_the_wheel_carries_the_theme_and_the_example(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    tops = {name.partition("/")[0] for name in names if ".dist-info" not in name}
    assert tops == {"frontend", "portal_backend", "workshop_index_data"}
    for folder in ("templates", "static", "config"):
        shipped = {str(path.relative_to(ROOT)) for path in (ROOT / folder).rglob("*") if path.is_file()}
        assert shipped
        assert {f"workshop_index_data/{name}" for name in shipped} <= names


def test_the_wheel_carries_the_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [each for each in archive.namelist() if each.endswith("LICENSE")]
        assert b"Apache License" in archive.read(name)


def test_the_command_says_its_version(installed: Path, tmp_path: Path) -> None:
    said = subprocess.run(
        [installed / "workshop-index", "--version"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert re.fullmatch(r"workshop-index \d+\.\d+\.\d+\S*\n", said.stdout)


@pytest.fixture
def served(installed: Path, tmp_path: Path) -> Iterator[str]:
    """The address of an index served by the installed copy from an empty folder."""
    site, portal = free_ports(2)
    command = [installed / "workshop-index", "serve", "--port", str(site), "--portal-port", str(portal)]
    process = subprocess.Popen(command, cwd=tmp_path, env=own_environment(), stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        said = until(lambda: said_address(process), within=90)
        assert said == f"http://127.0.0.1:{site}/"
        yield str(said)
    finally:
        process.terminate()
        process.communicate(timeout=30)


def said_address(process: subprocess.Popen[str]) -> str | None:
    """Return the address the command tells to open, from its next line."""
    assert process.stdout
    line = process.stdout.readline()
    assert line or process.poll() is None, "it ended before it served"
    found = re.search(r"Open (\S+)", line)
    return found[1] if found else None


def test_an_installed_copy_serves_the_example_from_any_folder(served: str, tmp_path: Path) -> None:
    index = requests.get(served, timeout=20)
    assert index.status_code == 200
    assert "http-exchange" in index.text
    stylesheet = re.search(r'<link[^>]+href="([^"]+\.css[^"]*)"', index.text)
    assert stylesheet
    assert requests.get(served.rstrip("/") + stylesheet[1], timeout=20).headers["Content-Type"].startswith("text/css")
    assert {path.name for path in tmp_path.iterdir()} == {"instance"}


@pytest.mark.usefixtures("served")
def test_the_portal_group_finds_the_same_example(installed: Path, tmp_path: Path) -> None:
    command = [installed / "workshop-index", "portal", "credentials", "--json"]
    said = subprocess.run(command, cwd=tmp_path, env=own_environment(), capture_output=True, check=True, timeout=60)
    kept = json.loads((tmp_path / "instance" / "portal-credentials.json").read_text("utf-8"))
    assert json.loads(said.stdout) == kept
