"""Every command that README.md and docs/ show is run, in a folder like a checkout with a running index and portal.

What cannot be run is in `shown.ELSEWHERE`, each with the reason and what is looked at instead. docs/tutorial.md has a
test of its own, which goes through it from top to bottom.
"""

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from programs import House, free_ports
from shown import BIN, PAGES, ROOT, commands, elsewhere

pytestmark = pytest.mark.whole
PARAMETER = "\n  request:\n    parameters:\n    - name: TEAM\n"
# A portal with an access code, for the command that makes links past it.
CLOSED = {"PORTAL_CONFIG_FILE": "closed.yaml", "WORKSHOP_INDEX_INSTANCE": "closed", "PORTAL_DATABASE_URL": ""}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The example's index and portal over a folder with `.venv`, `config` and `instance` as in a checkout."""
    folder = tmp_path_factory.mktemp("checkout")
    shutil.copytree(ROOT / "config", folder / "config")
    workshop = folder / "config" / "workshops" / "git-history" / "resources" / "workshop.yaml"
    workshop.write_text(workshop.read_text("utf-8").rstrip() + PARAMETER, encoding="utf-8")
    offered = (folder / "config" / "portal.yaml").read_text("utf-8")
    (folder / "closed.yaml").write_text(
        offered.replace("  portal:\n", "  portal:\n    password: come-in\n"), encoding="utf-8"
    )
    (folder / "site.env").write_text("SITE_PROXIES=0\n", encoding="utf-8")
    (folder / ".venv").symlink_to(BIN.parent)
    house = House(folder, free_ports(2), WORKSHOP_INDEX_CONFIG=folder / "config", WEB_CONCURRENCY=1)
    try:
        yield house.start("portal", "web")
    finally:
        house.stop()


class Reader:
    """Types the commands of a page, with what an installation has in place of what the page leaves open."""

    def __init__(self, house: House) -> None:
        """Sit down at the folder of a running site."""
        self._house = house
        known = house.credentials()
        self._own = {name.removeprefix("PORTAL_"): value for name, value in known.items()}
        self._environ = {**house.plan.environ, **known, "PATH": f"{BIN}:/usr/bin:/bin", "NO_PROXY": "*"}
        self._link = "no link has been made yet"

    def type(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run one command, and keep what later ones need of what it said."""
        closed = CLOSED if "access-link" in command else {}
        filled = f"workshop-index portal sweep --once && {command}" if closed else self.filled(command)
        done = subprocess.run(
            ["bash", "--norc", "-euo", "pipefail", "-c", filled],
            cwd=self._house.folder,
            env={**self._environ, **closed},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if link := re.search(r"https?://\S+/go/\S+/", done.stdout):
            self._link = link[0]
        if "/oauth2/token/" in command and done.returncode == 0:
            self._environ["TOKEN"] = json.loads(done.stdout)["access_token"]
        return done

    def filled(self, command: str) -> str:
        """Return the command with the addresses, names and secrets of this site."""
        site, portal = self._house.site, self._house.portal
        for shown, here in {
            "https://labs.example.com/go/<token>/": self._link,
            "<PORTAL_URL>": portal,
            "https://portal.example.com": portal,
            "http://127.0.0.1:8080": portal,
            "http://127.0.0.1:8000": site,
            "--bind 127.0.0.1:8000": "--check-config",
            "--environment WORKSHOP": "--environment git-history",
        }.items():
            command = command.replace(shown, here)
        return re.sub(
            r"[A-Z]+_(ROBOT_[A-Z_]+)=(?:…|robot@educates)",
            lambda found: found[0].partition("=")[0] + "=" + self._own[found[1]],
            command,
        )


@pytest.fixture(scope="module")
def reader(checkout: House) -> Reader:
    """One reader for all pages."""
    return Reader(checkout)


# Commands that tell what they found by how they end; all others end with 0.
ENDS = {"doctor": {0, 1}, "conformance": {0, 1}}


@pytest.mark.parametrize("page", [page for page in PAGES if commands(page)], ids=lambda page: page.name)
def test_each_command_of_a_page_does_what_it_is_there_for(page: Path, reader: Reader) -> None:
    for command in commands(page):
        if check := elsewhere(command):
            check(command)
            continue
        if absent := _absent(command):
            pytest.skip(f"not on this machine: {absent}")
        done = reader.type(command)
        verb = next((verb for verb in ENDS if f"workshop-index {verb}" in command), "")
        assert done.returncode in ENDS.get(verb, {0}), f"{command}\n{done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr, command


def _absent(command: str) -> str | None:
    program = shlex.split(command)[0]
    return program if program in ("curl", "sqlite3") and shutil.which(program) is None else None
