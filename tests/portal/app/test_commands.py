"""The `portal` commands, as typed, and the sweeper's rounds."""

import json
import logging
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from peer import REQUEST, RESOURCES, Peer, Starter
from programs import own_environment, until

from portal_backend.cli import portal
from portal_backend.contract.wire import CATALOG_ENVIRONMENTS
from portal_backend.settings import CREDENTIALS
from portal_backend.sweeping import Rounds

ENTRY = "    - {name: lab-single, capacity: 1, reserved: 0, expires: 60m}\n"


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Return the variables of an installation in `folder`."""
    given = {"PORTAL_CONFIG_FILE": str(RESOURCES), "PORTAL_WORKSHOPS_DIR": str(RESOURCES)}
    return own_environment(**{**given, "WORKSHOP_INDEX_INSTANCE": str(folder / "instance"), **more})


def run(folder: Path, *arguments: str, **more: str) -> Result:
    """Return what a command says."""
    return CliRunner().invoke(portal, list(arguments), env=environment(folder, **more))


def test_credentials_are_printed_for_people_and_for_programs(tmp_path: Path) -> None:
    told = json.loads(run(tmp_path, "credentials", "--json").stdout)
    assert tuple(told) == CREDENTIALS
    lines = run(tmp_path, "credentials").stdout.splitlines()
    assert dict(line.split("=", 1) for line in lines) == told
    assert json.loads((tmp_path / "instance" / "portal-credentials.json").read_text()) == told


def test_a_shell_takes_the_credentials_whatever_signs_they_hold(tmp_path: Path) -> None:
    secret = 'it\'s $HOME; `id` & "more"'
    printed = run(tmp_path, "credentials", PORTAL_ROBOT_PASSWORD=secret).stdout
    shell = ["sh", "-c", f'{printed}printf %s "$PORTAL_ROBOT_PASSWORD"']
    assert subprocess.run(shell, capture_output=True, text=True, check=True).stdout == secret


def test_the_store_is_made_and_made_again(tmp_path: Path) -> None:
    for _ in range(2):
        result = run(tmp_path, "migrate")
        assert (result.exit_code, result.output) == (0, "The store is at its newest schema.\n")
    assert (tmp_path / "instance" / "portal.sqlite3").stat().st_mode & 0o077 == 0


def test_a_good_configuration_is_said_to_be_one(tmp_path: Path) -> None:
    result = run(tmp_path, "check")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1].startswith("9 workshops offered, ")
    assert not (tmp_path / "instance").exists()


@pytest.mark.parametrize("command", ["check", "sweep"])
def test_a_broken_configuration_is_told_in_plain_words(tmp_path: Path, command: str) -> None:
    (tmp_path / "portal.yaml").write_text("kind: [\n")
    result = run(tmp_path, command, PORTAL_CONFIG_FILE=str(tmp_path / "portal.yaml"))
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert "Error: The portal's configuration cannot be used" in result.output
    assert "portal.yaml:2:" in result.output


@pytest.mark.parametrize("text", ["kind: [\n", None], ids=["broken", "absent"])
def test_credentials_are_printed_without_a_configuration_that_can_be_used(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "portal.yaml"
    if text is not None:
        file.write_text(text)
    given = {"PORTAL_CONFIG_FILE": str(file), "PORTAL_ROBOT_PASSWORD": "from the environment"}
    result = run(tmp_path, "credentials", "--json", **given)
    assert result.exit_code == 0
    assert "workshop-index portal check" in result.stderr
    told = json.loads(result.stdout)
    assert tuple(told) == CREDENTIALS
    assert told["PORTAL_ROBOT_PASSWORD"] == "from the environment"
    assert json.loads(run(tmp_path, "credentials", "--json", **given).stdout) == told
    mended = run(tmp_path, "credentials", "--json")
    assert (mended.stderr, json.loads(mended.stdout)["PORTAL_ADMIN_PASSWORD"]) == ("", told["PORTAL_ADMIN_PASSWORD"])


def test_fields_without_an_effect_are_listed(tmp_path: Path) -> None:
    file = tmp_path / "portal.yaml"
    file.write_text(RESOURCES.read_text().replace("  portal:\n", "  portal:\n    theme: {name: dark}\n", 1))
    result = run(tmp_path, "check", PORTAL_CONFIG_FILE=str(file))
    assert result.exit_code == 0
    assert "info: spec.portal.theme.name: read, not used here" in result.stdout


def test_an_environment_is_replaced_when_asked_for(tmp_path: Path) -> None:
    assert run(tmp_path, "sweep", "--once").exit_code == 0
    result = run(tmp_path, "refresh", "lab-single")
    assert result.exit_code == 0
    assert " offers lab-single in place of " in result.output
    assert run(tmp_path, "refresh", "lab-none", "lab-single").output.startswith(
        "Error: The portal does not offer lab-none;"
    )


@pytest.mark.parametrize("command", ["check", "credentials", "migrate", "sweep"])
def test_settings_that_do_not_hold_are_told_in_plain_words(tmp_path: Path, command: str) -> None:
    result = run(tmp_path, command, PORTAL_PORT="x", PORTAL_CREATE_MODE="y")
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert ["PORTAL_PORT" in result.output, "PORTAL_CREATE_MODE" in result.output] == [True, True]


def test_a_folder_that_cannot_be_written_is_told_in_plain_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for command in ("credentials", "migrate", "sweep"):
        result = run(tmp_path, command, WORKSHOP_INDEX_INSTANCE=str(tmp_path / "file" / "x"))
        assert result.exit_code == 1
        assert result.output.startswith("Error: The instance folder")


def test_one_round_is_enough_when_asked_for(tmp_path: Path) -> None:
    assert run(tmp_path, "sweep", "--once").exit_code == 0
    assert (tmp_path / "instance" / "portal.sqlite3").exists()


def test_under_gunicorn_a_broken_configuration_is_told_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "portal.yaml").write_text("kind: [\n")
    address = ("--bind", "127.0.0.1:0", "--workers", "1")
    told = subprocess.run(
        [sys.executable, "-m", "gunicorn", *address, "portal_backend.app:create_app()"],
        env=environment(tmp_path, PORTAL_CONFIG_FILE=str(tmp_path / "portal.yaml")),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert told.returncode != 0
    assert "portal.yaml:2:" in told.stderr
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_sweeper_leaves_when_told_to(tmp_path: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-m", "frontend.cli", "portal", "sweep", "--every", "60"]
    sweeper = subprocess.Popen(command, env=environment(tmp_path), stderr=subprocess.PIPE, text=True)
    try:
        assert sweeper.stderr is not None
        until(lambda: "sweeping" in sweeper.stderr.readline(), within=30)
        sweeper.send_signal(number)
        assert sweeper.wait(10) == 0
    finally:
        sweeper.kill()
        sweeper.communicate()


@pytest.fixture
def edited(start: Starter, tmp_path: Path) -> tuple[Peer, Path, Rounds]:
    """A portal, the file it is configured by, and the rounds of its sweeper after the first."""
    file = tmp_path / "portal.yaml"
    file.write_text(RESOURCES.read_text())
    peer = start(resources=file)
    peer.log_in()
    rounds = Rounds(peer.settings, peer.app.extensions["portal"])
    rounds.run()
    return peer, file, rounds


def names(peer: Peer) -> list[str]:
    """Return the workshops offered."""
    return [each["workshop"]["name"] for each in peer.get(CATALOG_ENVIRONMENTS).body["environments"]]


def test_an_edit_takes_effect_at_the_next_round(edited: tuple[Peer, Path, Rounds]) -> None:
    peer, file, rounds = edited
    file.write_text(file.read_text().replace(ENTRY, ""))
    assert "lab-single" in names(peer)
    rounds.run()
    assert "lab-single" not in names(peer)


def test_warnings_are_told_when_a_configuration_is_taken_up(
    edited: tuple[Peer, Path, Rounds], caplog: pytest.LogCaptureFixture
) -> None:
    _, file, rounds = edited
    file.write_text(file.read_text().replace("{name: lab-single,", "{name: lab-nowhere,"))
    rounds.run()
    rounds.run()
    assert caplog.text.count("no Workshop resource defines `lab-nowhere`") == 1


def test_an_edit_of_the_credentials_reaches_every_process(edited: tuple[Peer, Path, Rounds]) -> None:
    peer, file, rounds = edited
    given = "  portal:\n    credentials: {robot: {username: robo, password: new}}\n"
    file.write_text(file.read_text().replace("  portal:\n", given, 1))
    rounds.run()
    assert peer.log_in(username="robo", password="new")


def test_a_broken_edit_changes_nothing_and_is_told_once(
    edited: tuple[Peer, Path, Rounds], caplog: pytest.LogCaptureFixture
) -> None:
    peer, file, rounds = edited
    before = names(peer)
    file.write_text("kind: [\n")
    with caplog.at_level(logging.ERROR):
        rounds.run()
        rounds.run()
    assert names(peer) == before
    assert [record.getMessage().splitlines()[0] for record in caplog.records] == [
        "nothing was changed. The portal's configuration cannot be used, 1 error, no warnings:"
    ]
    file.write_text(RESOURCES.read_text().replace(ENTRY, ""))
    rounds.run()
    assert "lab-single" not in names(peer)


def test_a_round_ends_what_is_over(edited: tuple[Peer, Path, Rounds]) -> None:
    peer, _, rounds = edited
    peer.allocate("lab-single", user="ann")
    assert peer.get(REQUEST.format("lab-single"), "user=bob").status == 503
    peer.clock.forward(seconds=60)
    rounds.run()
    assert peer.get(REQUEST.format("lab-single"), "user=bob").status == 200


def test_a_fault_in_a_round_is_logged_and_the_next_one_tries_again(
    edited: tuple[Peer, Path, Rounds], caplog: pytest.LogCaptureFixture
) -> None:
    peer, file, rounds = edited
    file.unlink()
    with caplog.at_level(logging.ERROR):
        rounds.run()
    assert "nothing was changed" in caplog.text
    file.write_text(RESOURCES.read_text().replace(ENTRY, ""))
    rounds.run()
    assert "lab-single" not in names(peer)
