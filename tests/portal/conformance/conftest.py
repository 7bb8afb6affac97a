"""Bundled portals in the set-ups the table asks about, each started when the first case needs it."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from programs import House, until

from frontend import serve
from portal_backend.conformance.client import Client, Login
from portal_backend.conformance.stage import Stage, Wanted

PORTALS = Path(__file__).parent / "portals"
SET_UPS = ("open", "public", "closed", "event", "changing")
GENEROUS = {"PORTAL_LIMIT_TOKEN": "off", "WEB_CONCURRENCY": "2"}
OpenStage = Callable[[str], Stage]


def login_of(house: House) -> Login:
    """Return the accounts of a bundled portal."""
    known = json.loads((house.folder / "instance" / "portal-credentials.json").read_text("utf-8"))
    robot = (known[f"PORTAL_ROBOT_{name}"] for name in ("USERNAME", "PASSWORD", "CLIENT_ID", "CLIENT_SECRET"))
    return Login(*robot, known["PORTAL_ADMIN_USERNAME"], known["PORTAL_ADMIN_PASSWORD"])


def started(folder: Path, name: str) -> House:
    """Return a bundled portal over a copy of one of the configurations, serving under gunicorn."""
    own = folder / "portal.yaml"
    own.write_text((PORTALS / f"{name}.yaml").read_text("utf-8"), "utf-8")
    house = House(folder, PORTAL_CONFIG_FILE=own, PORTAL_WORKSHOPS_DIR=own, **GENEROUS)
    try:
        return house.start("portal")
    except AssertionError:
        house.stop()
        raise


def take_back_workshops(house: House) -> None:
    """Stop two environments; a session, and its user, hold one of them up."""
    robot = house.robot()
    path = "/workshops/environment/goes-slowly/request/?timeout=0"
    assert robot.get(house.portal + path, timeout=20).status_code == 200
    file = house.folder / "portal.yaml"
    kept = [line for line in file.read_text("utf-8").splitlines() if not line.startswith("  - {name: goes-")]
    file.write_text("\n".join(kept), "utf-8")
    subprocess.run(
        serve.python("frontend.cli", "portal", "sweep", "--once"),
        env=dict(house.plan.environ), capture_output=True, check=True, timeout=60,
    )  # fmt: skip

    def changed() -> bool:
        query = {"state": ["STOPPING", "STOPPED"]}
        found = robot.get(f"{house.portal}/workshops/catalog/environments/", params=query, timeout=20).json()
        return sorted(each["state"] for each in found["environments"]) == ["STOPPED", "STOPPING"]

    until(changed)
    robot.close()


@pytest.fixture(scope="session")
def stage_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenStage]:
    """Open the stage of one of the bundled portals; the second time it is the same."""
    houses: dict[str, House] = {}
    stages: dict[str, Stage] = {}

    def open_stage(name: str) -> Stage:
        if name not in stages:
            houses[name] = started(tmp_path_factory.mktemp(name), name)
            if name == "changing":
                take_back_workshops(houses[name])
            stages[name] = Stage(Client(houses[name].portal, login_of(houses[name])), Wanted())
            stages[name].look_around()
        return stages[name]

    yield open_stage
    left = {name: stage.clean_up() for name, stage in stages.items()}
    for house in houses.values():
        house.stop()
    assert not any(left.values()), left


@pytest.fixture(scope="session")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A bundled portal to point the command at."""
    house = started(tmp_path_factory.mktemp("bundled"), "open")
    yield house
    house.stop()
