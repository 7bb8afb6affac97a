"""What the portal offers, to whom, and narrowed down how."""

from datetime import timedelta
from pathlib import Path

import pytest
from peer import INDEX, RESOURCES, Peer, Starter

from portal_backend.contract.wire import CATALOG_ENVIRONMENTS, CATALOG_WORKSHOPS, format_time

BOTH = pytest.mark.parametrize("path", [CATALOG_ENVIRONMENTS, CATALOG_WORKSHOPS])
NUMBERS = {"duration", "capacity", "reserved", "allocated", "available"}
WORKSHOP = [
    *("name", "id", "resource", "title", "description", "vendor", "authors"),
    *("difficulty", "duration", "tags", "labels", "logo", "url"),
]
RUNNING = ["basic", "extend", "overtime", "single", "noexp", "short", "params", "overdue", "initial0"]


def offered(peer: Peer, query: str = "", path: str = CATALOG_ENVIRONMENTS) -> list[str]:
    """Return the short names of the workshops listed."""
    body = peer.get(path, query).body
    listed = [each["workshop"]["name"] for each in body["environments"]] if "environments" in body else []
    return [name.removeprefix("lab-") for name in listed or [each["name"] for each in body.get("workshops", [])]]


@BOTH
def test_the_portal_tells_who_it_is(peer: Peer, path: str) -> None:
    peer.allocate()
    portal = peer.get(path).body["portal"]
    assert list(portal) == ["name", "labels", "uid", "generation", "url", "sessions"]
    assert (portal["name"], portal["labels"]) == ("peer-portal", {"environment": "staging"})
    assert (portal["generation"], portal["url"]) == (1, "http://127.0.0.1:8080")
    assert portal["sessions"] == {"maximum": 0, "registered": 0, "anonymous": 0, "allocated": 1}


def test_an_environment_has_the_fields_clients_read(peer: Peer) -> None:
    found = peer.get(CATALOG_ENVIRONMENTS).body["environments"][0]
    assert list(found) == ["name", "state", "workshop", "duration", "capacity", "reserved", "allocated", "available"]
    workshop = found.pop("workshop")
    assert found == {
        "name": "peer-portal-w01",
        "state": "RUNNING",
        "duration": 3600,
        "capacity": 10,
        "reserved": 1,
        "allocated": 0,
        "available": 1,
    }
    assert list(workshop) == WORKSHOP
    assert (workshop["name"], workshop["resource"], workshop["title"]) == (
        "lab-basic",
        "lab-basic",
        "Title of lab-basic",
    )
    assert (workshop["authors"], workshop["tags"], workshop["duration"]) == (["Ann Author", "Bob"], ["t1", "t2"], "15m")
    assert workshop["labels"]["difficulty"] == "easy"


def test_a_workshop_that_tells_little_still_has_every_field(peer: Peer) -> None:
    workshop = peer.get(CATALOG_ENVIRONMENTS, "name=lab-short").body["environments"][0]["workshop"]
    del workshop["id"]
    empty = dict.fromkeys(("vendor", "difficulty", "duration", "logo", "url"), "")
    named = {"name": "lab-short", "resource": "lab-short"}
    told = {"title": "Title of lab-short", "description": "Description of lab-short"}
    assert workshop == {**named, **told, **empty, "authors": [], "tags": [], "labels": {}}


def test_workshops_tell_of_the_environment_that_offers_them(peer: Peer) -> None:
    found = peer.get(CATALOG_WORKSHOPS).body["workshops"]
    assert [each["environment"]["name"] for each in found] == [f"peer-portal-w{n:02d}" for n in range(1, 10)]
    assert set(found[0]) == {*WORKSHOP, "environment"}
    assert set(found[0]["environment"]) == {"name", "state", *NUMBERS}


def test_a_workshop_keeps_its_id_over_a_restart_and_shares_it_with_nobody(start: Starter) -> None:
    def ids() -> list[str]:
        peer = start()
        peer.log_in()
        return [each["id"] for each in peer.get(CATALOG_WORKSHOPS).body["workshops"]]

    first = ids()
    assert first == ids()
    assert len(set(first)) == len(first)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("", RUNNING, id="everything, in the order of the portal"),
        pytest.param("name=lab-single", ["single"], id="a name"),
        pytest.param("name=lab-single&name=lab-basic", ["basic", "single"], id="two names"),
        pytest.param("name=params", ["params"], id="an alias"),
        pytest.param("name=nope", [], id="an unknown name"),
        pytest.param("name=", RUNNING, id="an empty name is none"),
        pytest.param("name=lab-single&name=", ["single"], id="a name and an empty one"),
        pytest.param("labels[topic]=basics", ["basic"], id="a label"),
        pytest.param("labels%5Btopic%5D=basics", ["basic"], id="a label, encoded"),
        pytest.param("labels[topic]=zzz&labels[topic]=basics", ["basic"], id="of a repeated label the last counts"),
        pytest.param("labels[topic]=a+b", ["params"], id="a plus is a space"),
        pytest.param("labels[topic]=none", [], id="a value nobody has"),
        pytest.param("labels[difficulty]=hard&labels[topic]=a%20b", ["params"], id="two labels are both needed"),
        pytest.param("labels[difficulty]=hard&labels[topic]=basics", [], id="two labels of two workshops"),
        pytest.param("labels[example.com/team-a]=x=y", ["basic"], id="a full key, and a value with an equals sign"),
        pytest.param("labels[topic]=&labels[difficulty]=hard", ["params"], id="an empty value of a label is none"),
        pytest.param("labels[]=x&labels=y&labels[topic=z", RUNNING, id="what is not a label filter is ignored"),
        pytest.param("labels[environment]=staging", [], id="a label of the portal is none of a workshop"),
        pytest.param("state=RUNNING", RUNNING, id="state"),
        pytest.param("state=running", RUNNING, id="state in lower case"),
        pytest.param("state=bogus", RUNNING, id="an unknown state is not asked"),
        pytest.param("state=STOPPED", [], id="a state nothing is in"),
        pytest.param("state=STOPPED&state=Running", RUNNING, id="two states"),
        pytest.param("%FF%FE=%00".replace("%00", "%C3"), RUNNING, id="bytes that are no text"),
    ],
)  # fmt: skip
@BOTH
def test_filters(peer: Peer, path: str, query: str, found: list[str]) -> None:
    assert offered(peer, query, path) == found


def test_a_removed_workshop_is_shown_to_the_robot_who_asks_for_stopping_ones(start: Starter, tmp_path: Path) -> None:
    peer = start()
    peer.log_in()
    peer.allocate("lab-single")
    fewer = tmp_path / "fewer.yaml"
    fewer.write_text(
        RESOURCES.read_text().replace("    - {name: lab-single, capacity: 1, reserved: 0, expires: 60m}\n", "")
    )
    peer = start(resources=fewer)
    peer.log_in()
    assert "single" not in offered(peer)
    assert offered(peer, "state=stopping") == ["single"]
    peer.log_in_as_admin()
    assert "single" not in offered(peer, "state=stopping")


@pytest.mark.parametrize(
    ("query", "told"),
    [("sessions=true", True), ("sessions=1", True), ("sessions=True", True), ("sessions=yes", False), ("", False)],
)
def test_the_robot_is_told_of_sessions_when_it_asks(peer: Peer, query: str, told: bool) -> None:
    peer.allocate("lab-basic")
    found = peer.get(CATALOG_ENVIRONMENTS, query).body["environments"][0]
    assert ("sessions" in found) is told


def test_a_listed_session_tells_whose_it_is_and_until_when(peer: Peer) -> None:
    name = peer.allocate("lab-basic", user="ann")["name"]
    peer.allocate("lab-noexp", user="bob", timeout="0")
    found = {
        each["workshop"]["name"]: each for each in peer.get(CATALOG_ENVIRONMENTS, "sessions=true").body["environments"]
    }
    now = peer.clock()
    assert found["lab-basic"]["sessions"] == [
        {
            "name": name,
            "state": "WAITING",
            "namespace": name,
            "user": "ann",
            "started": format_time(now),
            "expires": format_time(now + timedelta(seconds=60)),
            "countdown": 60,
            "extendable": False,
        }
    ]
    assert set(found["lab-noexp"]["sessions"][0]) == {"name", "state", "namespace", "user", "started"}
    assert found["lab-single"]["sessions"] == []


def test_staff_is_not_told_of_sessions(peer: Peer) -> None:
    peer.log_in_as_admin()
    assert "sessions" not in peer.get(CATALOG_ENVIRONMENTS, "sessions=true").body["environments"][0]


def test_a_lapsed_session_is_not_counted_whether_or_not_anything_swept_it(peer: Peer) -> None:
    peer.allocate("lab-single")
    assert peer.get(CATALOG_ENVIRONMENTS, "name=lab-single").body["environments"][0]["allocated"] == 1
    peer.clock.forward(seconds=60)
    found = peer.get(CATALOG_ENVIRONMENTS, "name=lab-single&sessions=true").body
    assert (found["environments"][0]["allocated"], found["environments"][0]["sessions"]) == (0, [])
    assert found["portal"]["sessions"]["allocated"] == 0


@BOTH
@pytest.mark.parametrize(
    ("visibility", "token", "status"),
    [
        pytest.param("private", None, 401, id="private, no token"),
        pytest.param("private", "unknown", 401, id="private, unknown token"),
        pytest.param("public", None, 200, id="public, no token"),
        pytest.param("public", "unknown", 401, id="public, a token that is no good"),
        pytest.param("public\n    password: opensesame", None, 401, id="public, behind an access code"),
    ],
)
def test_who_may_look(
    start: Starter, tmp_path: Path, path: str, visibility: str, token: str | None, status: int
) -> None:
    text = RESOURCES.read_text().replace("      visibility: private", f"      visibility: {visibility}")
    (tmp_path / "portal.yaml").write_text(text)
    reply = start(resources=tmp_path / "portal.yaml").get(path, "sessions=true&state=STOPPED", token=token)
    assert reply.status == status
    if status == 200 and "environments" in reply.body:
        assert len(reply.body["environments"]) == len(RUNNING)
        assert "sessions" not in reply.body["environments"][0]


def test_an_index_is_not_needed_to_look(peer: Peer) -> None:
    assert peer.get(CATALOG_ENVIRONMENTS, f"index_url={INDEX}").status == 200
