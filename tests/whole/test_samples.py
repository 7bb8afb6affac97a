"""Portals other people have written run as they are: they load, list their workshops, and hand out sessions."""

import re
from pathlib import Path

import pytest
import requests
import yaml
from flask.testing import FlaskClient
from programs import House, own_environment
from visits import Visitor

from portal_backend import credentials
from portal_backend.app import create_app
from portal_backend.settings import load

SET_ASIDE = {"_history", "_snippets", "_fragments"}
PORTALS = 12
TEMPLATES = {"waas-mvp"}  # its file is a ytt template, which is refused by name instead of half read


def portals_in(samples: Path) -> list[Path]:
    """Return the files that hold a TrainingPortal, without earlier versions and pieces of documentation."""
    files = [path for path in sorted(samples.rglob("*.y*ml")) if not SET_ASIDE & set(path.parts)]
    return [path for path in files if re.search(r"^kind: TrainingPortal$", path.read_text("utf-8"), re.MULTILINE)]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one case of each of the portals, by its place among them."""
    if "place" in metafunc.fixturenames:
        metafunc.parametrize("place", range(PORTALS))


def wanted(file: Path) -> set[str]:
    """Return the names of the workshops a portal names, without those nobody could offer."""
    found = [each for each in yaml.safe_load_all(file.read_text("utf-8")) if each["kind"] == "TrainingPortal"]
    return {workshop["name"] for portal in found for workshop in portal["spec"]["workshops"]} - TEMPLATES


def repository_of(file: Path, samples: Path) -> Path:
    """Return the folder of the repository a sample file is from."""
    return samples / file.relative_to(samples).parts[0]


def robot(client: FlaskClient, environ: dict[str, str]) -> dict[str, str]:
    """Return the headers of a robot that has logged in."""
    known = credentials.current(load(environ))
    form = {"grant_type": "password", "username": known.robot.name, "password": known.robot.secret}
    answer = client.post("/oauth2/token/", data=form, auth=(known.robot_client.name, known.robot_client.secret))
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json['access_token']}"}


def test_all_twelve_are_there(samples: Path) -> None:
    assert len(portals_in(samples)) == PORTALS


def test_a_workshop_that_is_a_template_is_not_offered(samples: Path, tmp_path: Path) -> None:
    file = portals_in(samples)[0]
    environ = own_environment(
        WORKSHOP_INDEX_INSTANCE=tmp_path,
        PORTAL_CONFIG_FILE=file,
        PORTAL_WORKSHOPS_DIR=repository_of(file, samples),
    )
    answer = create_app(load(environ)).test_client().get("/workshops/environment/waas-mvp/create/")
    assert answer.location.endswith("notification=workshop-invalid")


def test_a_portal_loads_lists_and_allocates(place: int, samples: Path, tmp_path: Path) -> None:
    file = portals_in(samples)[place]
    environ = own_environment(
        WORKSHOP_INDEX_INSTANCE=tmp_path,
        PORTAL_CONFIG_FILE=file,
        PORTAL_WORKSHOPS_DIR=repository_of(file, samples),
    )
    client = create_app(load(environ)).test_client()
    headers = robot(client, environ)
    listed = client.get("/workshops/catalog/environments/", headers=headers).json["environments"]
    assert {each["workshop"]["name"] for each in listed} == wanted(file)
    for environment in listed:
        asked = client.post(f"/workshops/environment/{environment['name']}/request/", headers=headers)
        assert asked.status_code == 200, asked.text
        page = client.get(asked.json["url"], follow_redirects=True)
        assert page.status_code == 200
        assert page.request.path.startswith(f"/workshops/session/{asked.json['name']}/")


@pytest.mark.whole
def test_serve_takes_a_portal_and_the_folder_of_all_samples(samples: Path, tmp_path: Path) -> None:
    file = portals_in(samples)[-1]
    house = House(tmp_path, PORTAL_CONFIG_FILE=file, PORTAL_WORKSHOPS_DIR=samples)
    try:
        house.start("portal", "web")
        listed = requests.get(f"{house.site}/", timeout=20).text
        assert all(f"/start/{name}/" in listed for name in wanted(file))
        visitor = Visitor(house)
        for name in sorted(wanted(file)):
            answer = visitor.start(name)
            assert answer.status_code == 200
            assert answer.url.startswith(f"{house.portal}/workshops/session/")
    finally:
        house.stop()
