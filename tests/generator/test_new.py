"""`workshop-index new`: a folder that works at once, made from nothing, from files, or for a portal that runs."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
import yaml
from click.testing import Result
from programs import House, answers, free_ports, own_environment, until

from frontend.schema import schema_text
from frontend.site.loading import load

ROOT = Path(__file__).resolve().parents[2]
Run = Callable[..., Result]
ALWAYS = {"config/site.yaml", "config/site.schema.json", "config/theme/README.md", "Procfile", "README.md"}
ALWAYS |= {".gitignore", "requirements.txt"}
OWN = {f"config/workshops/first-steps/{name}" for name in ("resources/workshop.yaml", "workshop/content/01-welcome.md")}
OWN |= {"config/portal.yaml", "config/workshops/first-steps/workshop/content/02-summary.md"}


def files(folder: Path) -> set[str]:
    """Return every file below a folder."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_each_file_is_said_and_holds(run: Run, tmp_path: Path) -> None:
    said = run("new", "labs", "--name", 'The "Lab": #1').output
    made = files(tmp_path / "labs")
    assert made == ALWAYS | OWN
    assert all(f"  labs/{name}\n" in said for name in made)
    loaded = load(tmp_path / "labs" / "config" / "site.yaml")
    assert loaded.problems == ()
    assert loaded.site
    assert loaded.site.brand.name == 'The "Lab": #1'
    assert (tmp_path / "labs" / "config" / "site.schema.json").read_text() == schema_text()
    run("check", "--strict", WORKSHOP_INDEX_CONFIG=tmp_path / "labs" / "config")


def test_nothing_is_ever_overwritten(run: Run, tmp_path: Path) -> None:
    (tmp_path / "labs" / "config").mkdir(parents=True)
    (tmp_path / "labs" / "config" / "site.yaml").write_text("mine")
    said = run("new", "labs", code=1).output
    assert "labs/config/site.yaml" in said
    assert files(tmp_path / "labs") == {"config/site.yaml"}
    assert (tmp_path / "labs" / "config" / "site.yaml").read_text() == "mine"


def test_a_folder_with_other_files_is_filled(run: Run, tmp_path: Path) -> None:
    (tmp_path / "labs").mkdir()
    (tmp_path / "labs" / "LICENSE").write_text("mine")
    run("new", "labs")
    assert files(tmp_path / "labs") == ALWAYS | OWN | {"LICENSE"}


def test_files_for_containers_on_request(run: Run, tmp_path: Path) -> None:
    run("new", "labs", "--with", "docker,kubernetes")
    assert files(tmp_path / "labs") - ALWAYS - OWN == {"Dockerfile", ".dockerignore", "kubernetes/site.yaml"}
    kinds = [each["kind"] for each in yaml.safe_load_all((tmp_path / "labs" / "kubernetes" / "site.yaml").read_text())]
    assert kinds == ["PersistentVolumeClaim", "Deployment", "Service"]
    assert "is not one of" in run("new", "other", "--with", "podman", code=2).output


def test_a_site_of_portal_files_has_their_workshops(run: Run, tmp_path: Path) -> None:
    run("new", "labs", "--from", ROOT / "config" / "portal.yaml")
    made = files(tmp_path / "labs")
    example = {f"config/{name}" for name in files(ROOT / "config") if name.startswith(("workshops/", "portal"))}
    assert made == ALWAYS | example
    config = tmp_path / "labs" / "config"
    run("check", WORKSHOP_INDEX_CONFIG=config)
    said = run("links", "--portal", config / "portal.yaml", "--config", config, "--json").output
    assert [each["workshop"] for each in json.loads(said)] == ["git-history", "shell-history-drill", "http-exchange"]


@pytest.mark.parametrize("origin", ["http://127.0.0.1:9", "no-such-file.yaml"])
def test_what_cannot_be_read_makes_no_site(run: Run, tmp_path: Path, origin: str) -> None:
    said = run("new", "labs", "--from", origin, code=1).output
    assert "Traceback" not in said
    assert not (tmp_path / "labs").exists()


@pytest.mark.whole
def test_a_site_for_a_running_portal_lists_what_it_offers(run: Run, house: House, tmp_path: Path) -> None:
    run("new", "labs", "--from", house.portal, **house.credentials())
    assert files(tmp_path / "labs") == ALWAYS
    loaded = load(tmp_path / "labs" / "config" / "site.yaml")
    assert loaded.site
    assert [portal.url for portal in loaded.site.portals] == [f"{house.portal}/"]
    assert "plenty" in loaded.site.catalog.sections[0].workshops


@pytest.mark.whole
def test_serve_works_in_it_at_once(run: Run, tmp_path: Path) -> None:
    run("new", "labs")
    site, portal = free_ports(2)
    command = [sys.executable, "-P", "-m", "frontend.cli", "serve", "--port", str(site), "--portal-port", str(portal)]
    log = (tmp_path / "log").open("wb")
    process = subprocess.Popen(command, cwd=tmp_path / "labs", env=own_environment(), stdout=log, stderr=log)
    try:
        until(lambda: process.poll() is not None or answers(site), within=90)
        index = requests.get(f"http://127.0.0.1:{site}/", timeout=20)
        assert "First steps" in index.text, (tmp_path / "log").read_text()
    finally:
        process.terminate()
        process.wait(30)
        log.close()
