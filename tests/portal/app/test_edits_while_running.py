"""Edits of the owner's files while a portal runs: in whole, in pieces, broken, and mended."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from peer import RESOURCES, Peer, Starter, start_portal
from programs import own_environment, until

from portal_backend import startup
from portal_backend.contract.wire import CATALOG_ENVIRONMENTS
from portal_backend.editing import Edits
from portal_backend.reading import StartupError
from portal_backend.services import configuration
from portal_backend.watching import fingerprint

PORTAL = """\
apiVersion: training.educates.dev/v1beta1
kind: TrainingPortal
metadata: {name: lab}
spec:
  portal: {registration: {type: anonymous}, updates: {workshop: true}}
  workshops:
"""
ENTRY = "  - {name: basics, capacity: 3, reserved: 0, expires: 60m}\n"
WORKSHOP = "apiVersion: training.educates.dev/v1beta1\nkind: Workshop\nmetadata: {name: %s}\nspec: {title: %s}\n"


class Owner:
    """Somebody with an editor, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.file, self.workshops = folder / "portal.yaml", folder / "workshops"
        self.file.write_text(PORTAL + ENTRY)
        self.write("basics", "Basics")

    def write(self, name: str, title: str) -> Path:
        """Write a workshop in a folder of its own."""
        file = self.workshops / name / "workshop.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(WORKSHOP % (name, title))
        return file

    def look(self) -> object:
        """Return what the watch sees."""
        return fingerprint(self.file, self.workshops)

    @property
    def settings(self) -> dict[str, str]:
        """The variables that name the files."""
        return {"PORTAL_CONFIG_FILE": str(self.file), "PORTAL_WORKSHOPS_DIR": str(self.workshops)}


@pytest.fixture
def owner(tmp_path: Path) -> Owner:
    """A portal of one workshop."""
    return Owner(tmp_path)


def saved_by_renaming(owner: Owner) -> None:
    """Put a file of the same size and times in the place of the old one."""
    known, new = owner.file.stat(), owner.file.with_suffix(".new")
    new.write_text(owner.file.read_text().replace("capacity: 3", "capacity: 4"))
    os.utime(new, ns=(known.st_atime_ns, known.st_mtime_ns))
    new.replace(owner.file)


def pointed_elsewhere(owner: Owner) -> None:
    """Let the file be a link, as a mounted ConfigMap has it, and let the link lead elsewhere."""
    shutil.copy2(owner.file, owner.file.with_suffix(".a"))
    owner.file.unlink()
    owner.file.symlink_to(owner.file.with_suffix(".a"))


SEEN: dict[str, Callable[[Owner], object]] = {
    "the portal's file is written anew": lambda owner: owner.file.write_text(PORTAL),
    "the same number of characters": lambda owner: owner.file.write_text((PORTAL + ENTRY).replace("3", "4")),
    "a file is renamed into place": saved_by_renaming,
    "a link leads elsewhere": pointed_elsewhere,
    "a workshop is edited": lambda owner: owner.write("basics", "Other"),
    "a folder is added": lambda owner: owner.write("more", "More"),
    "a file is deleted": lambda owner: (owner.workshops / "basics" / "workshop.yaml").unlink(),
    "a folder is deleted": lambda owner: shutil.rmtree(owner.workshops / "basics"),
    "all workshops are gone": lambda owner: shutil.rmtree(owner.workshops),
    "the portal's file is gone": lambda owner: owner.file.unlink(),
    "pages get a folder": lambda owner: (owner.workshops / "basics" / "workshop" / "content").mkdir(parents=True),
}
UNSEEN: dict[str, Callable[[Owner], object]] = {
    "nothing": lambda owner: None,
    "a page is written": lambda owner: (owner.workshops / "basics" / "page.md").write_text("# Page"),
    "an editor keeps a copy": lambda owner: (owner.workshops / "basics" / ".workshop.yaml.swp").write_text("x"),
    "an editor keeps another copy": lambda owner: (owner.workshops / "basics" / "workshop.yaml~").write_text("x"),
    "a hidden folder": lambda owner: (owner.workshops / ".git").mkdir(),
    "a hidden file": lambda owner: (owner.workshops / ".draft.yaml").write_text("x"),
}


@pytest.mark.parametrize("edit", SEEN.values(), ids=SEEN)
def test_an_edit_is_noticed(owner: Owner, edit: Callable[[Owner], object]) -> None:
    before = owner.look()
    edit(owner)
    assert owner.look() != before


@pytest.mark.parametrize("edit", UNSEEN.values(), ids=UNSEEN)
def test_what_is_no_edit_is_not_noticed(owner: Owner, edit: Callable[[Owner], object]) -> None:
    before = owner.look()
    edit(owner)
    assert owner.look() == before


@pytest.fixture
def peer(owner: Owner, tmp_path: Path) -> Iterator[Peer]:
    """The owner's portal, with the robot logged in."""
    portal = start_portal(tmp_path, owner.file, **owner.settings)
    portal.log_in()
    yield portal
    portal.app.extensions["portal"].store.close()


def offered(peer: Peer) -> dict[str, str]:
    """Return the titles offered, by environment."""
    found = peer.get(CATALOG_ENVIRONMENTS).body["environments"]
    return {each["name"]: each["workshop"]["title"] for each in found}


def readiness(peer: Peer) -> tuple[int, str]:
    """Return what /readyz says of the configuration."""
    reply = peer.app.test_client().get("/readyz")
    return reply.status_code, reply.json["parts"]["configuration"]


class Restless(Edits):
    """Edits of files of which the next is written while the first is looked at."""

    def __init__(self, peer: Peer, meanwhile: list[Callable[[], object]]) -> None:
        super().__init__(peer.settings, peer.app.extensions["portal"], rest=0)
        self.meanwhile = meanwhile

    def _look(self) -> object:  # type: ignore[override]
        seen = super()._look()
        if self.meanwhile:
            self.meanwhile.pop(0)()
        return seen


@pytest.mark.parametrize("looks", [1, 2], ids=["before it is read", "while it is read"])
def test_an_edit_that_goes_on_is_left_to_the_next_round(owner: Owner, peer: Peer, looks: int) -> None:
    """In between, the file looks like one that offers nothing any more."""
    owner.file.write_text(PORTAL + "  []\n")
    whole = PORTAL + ENTRY.replace("3", "4")
    edits = Restless(peer, [*[lambda: None] * (looks - 1), lambda: owner.file.write_text(whole)])
    edits.take_up()
    assert offered(peer) == {"lab-w01": "Basics"}
    edits.take_up()
    assert offered(peer) == {"lab-w01": "Basics"}
    assert peer.get(CATALOG_ENVIRONMENTS).body["environments"][0]["capacity"] == 4


BROKEN = {
    "no YAML": "kind: [\n",
    "no portal": "",
    "a wrong value": PORTAL + ENTRY.replace("60m", "60 minutes"),
    "a template": PORTAL + ENTRY.replace("basics", "{{ name }}"),
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_a_broken_edit_changes_nothing_and_is_told(
    owner: Owner, peer: Peer, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    given = peer.allocate("basics")
    edits = Edits(peer.settings, peer.app.extensions["portal"], rest=0)
    edits.take_up()
    assert readiness(peer) == (200, "ok")
    owner.file.write_text(text)
    edits.take_up()
    edits.take_up()
    assert offered(peer) == {"lab-w01": "Basics"}
    assert peer.allocate("basics")["name"] == given["name"]
    (told,) = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert told.startswith("nothing was changed.")
    assert f"{owner.file}:" in told
    assert readiness(peer) == (200, "last edit not applied")
    owner.file.write_text(PORTAL + ENTRY)
    edits.take_up()
    assert readiness(peer) == (200, "ok")


UNREADABLE = {
    "no YAML": WORKSHOP % ("basics", "Basics") + "  tags: [a\n",
    "a wrong group": (WORKSHOP % ("basics", "Basics")).replace("educates.dev", "educate.dev"),
    "a template": WORKSHOP % ("basics", "'{{ title }}'"),
}


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE)
def test_a_broken_workshop_goes_on_as_it_was_and_is_told(
    owner: Owner, peer: Peer, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    given = peer.allocate("basics")
    edits = Edits(peer.settings, peer.app.extensions["portal"], rest=0)
    edits.take_up()
    file = owner.write("basics", "Basics")
    file.write_text(text)
    edits.take_up()
    assert offered(peer) == {"lab-w01": "Basics"}
    assert peer.allocate("basics")["name"] == given["name"]
    assert f"{file}:" in caplog.text
    assert "the Workshop `basics` cannot be read; it is offered as it was, if it was" in caplog.text
    assert readiness(peer) == (200, "last edit not applied")
    owner.write("basics", "Basics")
    edits.take_up()
    assert (offered(peer), readiness(peer)) == ({"lab-w01": "Basics"}, (200, "ok"))


def test_a_process_that_starts_while_the_files_are_broken_serves_what_was_applied_last(
    owner: Owner, start: Starter, caplog: pytest.LogCaptureFixture
) -> None:
    peer = start(owner.file, **owner.settings)
    peer.log_in()
    owner.file.write_text("kind: [\n")
    again = start(owner.file, **owner.settings)
    again.token = peer.token
    assert (offered(again), readiness(again)) == (offered(peer), (200, "last edit not applied"))
    assert f"{owner.file}:2:1" in caplog.text
    owner.file.write_text(PORTAL + ENTRY)
    start(owner.file, **owner.settings)
    assert readiness(again) == (200, "ok")


def test_a_first_start_with_broken_files_is_refused_even_with_a_store(owner: Owner, peer: Peer, tmp_path: Path) -> None:
    context = peer.app.extensions["portal"]
    with context.store.writing() as connection:
        connection.exec_driver_sql("DELETE FROM portal")
    owner.file.write_text("kind: [\n")
    with pytest.raises(StartupError, match=r"portal\.yaml:2:1"):
        startup.begin(peer.settings)


def test_a_workshop_is_replaced_when_it_changes_and_when_it_is_due(owner: Owner, peer: Peer) -> None:
    edits = Edits(peer.settings, peer.app.extensions["portal"], rest=0)
    owner.file.write_text(PORTAL + ENTRY.replace("60m", "60m, refresh: 1h"))
    edits.take_up()
    owner.write("basics", "Better")
    edits.take_up()
    assert offered(peer) == {"lab-w02": "Better"}
    peer.clock.forward(minutes=59)
    edits.take_up()
    assert offered(peer) == {"lab-w02": "Better"}
    peer.clock.forward(minutes=1)
    edits.take_up()
    assert offered(peer) == {"lab-w03": "Better"}


def test_a_changed_workshop_that_is_not_taken_up_is_told_once(
    owner: Owner, peer: Peer, caplog: pytest.LogCaptureFixture
) -> None:
    edits = Edits(peer.settings, peer.app.extensions["portal"], rest=0)
    owner.file.write_text((PORTAL + ENTRY).replace("workshop: true", "workshop: false"))
    edits.take_up()
    owner.write("basics", "Better")
    edits.take_up()
    edits.take_up()
    assert offered(peer) == {"lab-w01": "Basics"}
    assert caplog.text.count("lab-w01 keeps describing basics as it did when it was made") == 1


SERVED = {
    "title": ("portal: {title: New, ", "/workshops/catalog/", ">New<"),
    "visibility": ("portal: {catalog: {visibility: public}, ", CATALOG_ENVIRONMENTS, '"lab-w01"'),
    "index": (
        "portal: {index: 'https://new.example/', ",
        "/workshops/environment/none/create/",
        "https://new.example/",
    ),
    "frame": (
        "portal: {theme: {frame: {ancestors: ['https://lms.example']}}, ",
        "/workshops/environment/basics/",
        "frame-ancestors https://lms.example",
    ),
    "password": ("portal: {password: letmein, ", "/workshops/environment/basics/create/", "/workshops/access/"),
    "registration": (
        "portal: {registration: {type: one-step, enabled: false}, ",
        "/workshops/environment/basics/create/",
        "/accounts/login/",
    ),
}


@pytest.mark.parametrize(("edit", "path", "shown"), SERVED.values(), ids=SERVED)
def test_a_portals_field_has_its_effect_in_every_process(
    owner: Owner, peer: Peer, edit: str, path: str, shown: str
) -> None:
    """The process that answers is not the one that takes up the edit; it reads the store."""

    def answer() -> str:
        reply = peer.app.test_client().get(path, headers={"Accept": "text/html"})
        return f"{reply.headers}{reply.get_data(as_text=True)}"

    assert shown not in answer()
    text = (
        (PORTAL + ENTRY).replace("registration: {type: anonymous}, ", "") if "registration" in edit else PORTAL + ENTRY
    )
    owner.file.write_text(text.replace("portal: {", edit, 1))
    Edits(peer.settings, peer.app.extensions["portal"], rest=0).take_up()
    assert shown in answer()


def test_a_webhook_reaches_the_store(owner: Owner, peer: Peer) -> None:
    owner.file.write_text(PORTAL + ENTRY + "  analytics: {webhook: {url: 'https://hook.example/?token=x'}}\n")
    Edits(peer.settings, peer.app.extensions["portal"], rest=0).take_up()
    with peer.app.extensions["portal"].store.reading() as connection:
        (settings,) = connection.exec_driver_sql("SELECT settings FROM portal").one()
    assert json.loads(settings)["webhook"] == "https://hook.example/?token=x"


def test_a_real_sweeper_takes_up_edits(owner: Owner, tmp_path: Path) -> None:
    """Another process serves from the same store; it is asked until it shows the edit."""
    environ = own_environment(WORKSHOP_INDEX_INSTANCE=str(tmp_path / "instance"), **owner.settings)
    peer = start_portal(tmp_path, owner.file, **owner.settings)
    peer.clock.moment = datetime.now(UTC)
    peer.log_in()
    command = [sys.executable, "-m", "frontend.cli", "portal", "sweep", "--every", "0.1"]
    with (tmp_path / "sweeper.log").open("w") as log:
        sweeper = subprocess.Popen(command, env=environ, stderr=log)
    try:
        until(lambda: "sweeping" in (tmp_path / "sweeper.log").read_text(), within=60)
        owner.write("more", "More")
        owner.file.write_text(PORTAL + ENTRY + ENTRY.replace("basics", "more"))
        until(lambda: offered(peer) == {"lab-w01": "Basics", "lab-w02": "More"}, within=30)
        owner.file.write_text("kind: [\n")
        until(lambda: readiness(peer) == (200, "last edit not applied"), within=30)
        assert f"{owner.file}:2:1: error:" in (tmp_path / "sweeper.log").read_text()
        owner.file.write_text(PORTAL + ENTRY)
        until(lambda: offered(peer) == {"lab-w01": "Basics"}, within=30)
        owner.write("basics", "Better")
        until(lambda: offered(peer) == {"lab-w03": "Better"}, within=30)
    finally:
        sweeper.terminate()
        assert sweeper.wait(20) == 0
        peer.app.extensions["portal"].store.close()


def test_configuration_is_the_only_thing_that_takes_the_note_away(peer: Peer) -> None:
    context = peer.app.extensions["portal"]
    configuration.note_refusal(context)
    peer.allocate("basics")
    assert readiness(peer) == (200, "last edit not applied")
    assert str(RESOURCES) not in peer.app.test_client().get("/readyz").get_data(as_text=True)
