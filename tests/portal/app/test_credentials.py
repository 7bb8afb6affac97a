"""Credentials and keys: where they come from, that they stay private, and that many may start at once."""

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from portal_backend.contract.instance import InstanceError, keep, prepare
from portal_backend.credentials import current, secret_key, settle
from portal_backend.resources.model import Account
from portal_backend.resources.model import Credentials as Configured
from portal_backend.settings import CREDENTIALS, Settings, load

NOTHING = Configured()


def settings_in(folder: Path, **environ: str) -> Settings:
    """Return settings over an instance folder that is not there yet."""
    return load({"WORKSHOP_INDEX_INSTANCE": str(folder / "deep" / "instance"), **environ})


def kept(settings: Settings) -> dict[str, str]:
    """Return what the credentials file holds."""
    found = json.loads((settings.instance / "portal-credentials.json").read_text())
    return dict(found)


def mode(path: Path) -> int:
    """Return the permissions of a path."""
    return stat.S_IMODE(path.stat().st_mode)


def test_the_first_run_makes_them_up_and_later_runs_keep_them(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    first = settle(settings, NOTHING)
    assert tuple(kept(settings)) == tuple(first.as_environment()) == CREDENTIALS
    assert (first.robot.name, first.admin.name) == ("robot@educates", "educates")
    made_up = {first.robot.secret, first.admin.secret, first.robot_client.name, first.robot_client.secret}
    assert len(made_up) == 4
    assert min(map(len, made_up)) >= 40
    assert settle(settings, NOTHING) == current(settings) == first
    key = secret_key(settings)
    assert len(key) >= 32
    assert secret_key(settings) == key


def test_nobody_else_reads_them(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    settle(settings, NOTHING)
    secret_key(settings)
    assert mode(settings.instance) == 0o700
    assert {path.name: mode(path) for path in settings.instance.iterdir()} == {
        "portal-credentials.json": 0o600,
        "portal-secret-key": 0o600,
    }
    (settings.instance / "portal-credentials.json").chmod(0o644)
    with pytest.raises(InstanceError, match="chmod 600"):
        settle(settings, NOTHING)


def test_the_environment_wins_over_the_resource_and_the_resource_over_what_was_made_up(tmp_path: Path) -> None:
    plain = settings_in(tmp_path)
    first = settle(plain, NOTHING)
    configured = Configured(robot=Account("robo", "from yaml"), robot_client=Account("client", "from yaml"))
    settings = settings_in(tmp_path, PORTAL_ROBOT_PASSWORD="from env", PORTAL_ADMIN_USERNAME="root")
    found = settle(settings, configured)
    assert found.robot == Account("robo", "from env")
    assert found.robot_client == Account("client", "from yaml")
    assert found.admin == Account("root", first.admin.secret)
    assert kept(settings)["PORTAL_ROBOT_PASSWORD"] == "from yaml"
    assert current(settings) == found
    assert mode(settings.instance / "portal-credentials.json") == 0o600
    assert settle(plain, NOTHING).robot == Account("robo", "from yaml")


def test_with_everything_in_the_environment_no_file_is_read(tmp_path: Path) -> None:
    values = {name: f"value of {name}" for name in CREDENTIALS}
    assert current(settings_in(tmp_path, **values)).as_environment() == values


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", "{nope", json.dumps(dict.fromkeys(CREDENTIALS, 1))])
def test_a_broken_file_says_what_to_do(tmp_path: Path, text: str) -> None:
    settings = settings_in(tmp_path)
    settle(settings, NOTHING)
    (settings.instance / "portal-credentials.json").write_text(text)
    with pytest.raises(InstanceError, match="delete it and new ones are made"):
        current(settings)


def test_many_that_start_at_once_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        for round_ in range(10):
            settings = settings_in(tmp_path / str(round_))
            found = list(pool.map(lambda _, s=settings: (settle(s, NOTHING), secret_key(s)), range(16)))
            assert len(set(found)) == 1
            assert len(list(settings.instance.iterdir())) == 2


def test_a_folder_that_cannot_be_used_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InstanceError, match=r"instance folder .* cannot be written .*WORKSHOP_INDEX_INSTANCE"):
        prepare(tmp_path / "file" / "instance")
    with pytest.raises(InstanceError, match="cannot be written"):
        keep(tmp_path / "nowhere" / "secret", lambda: "text")
    (tmp_path / "binary").write_bytes(b"\xff")
    (tmp_path / "binary").chmod(0o600)
    with pytest.raises(InstanceError, match="not text"):
        keep(tmp_path / "binary", lambda: "text")
