"""What a program carries with it: nothing it has no use for on a site as most are."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from frontend.cli import main


def loaded_by(program: str) -> set[str]:
    """Return the modules a process has once it has imported a program."""
    told = f"import sys, {program}; print(*sys.modules)"
    found = subprocess.run([sys.executable, "-P", "-c", told], capture_output=True, check=True, text=True, timeout=60)
    return set(found.stdout.split())


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    """Return the modules of the site."""
    return loaded_by("frontend.app")


@pytest.mark.parametrize(
    ("module", "needed_by"),
    [
        ("cryptography", "signing in at a provider"),
        ("joserfc", "signing in at a provider"),
        ("authlib.integrations", "signing in at a provider"),
        ("frontend.oidc", "signing in at a provider"),
        ("redis", "a site of several machines"),
        ("sqlalchemy", "the portal"),
        ("portal_backend.app", "the portal"),
        ("tinycss2", "checking the owner's style sheet"),
        ("honcho", "the programs' supervisor"),
        ("frontend.generator", "the index as files"),
        ("frontend.doctor", "the owner's questions"),
        ("frontend.live", "a live site"),
    ],
)
def test_a_worker_does_not_carry_what_only_others_need(loaded: set[str], module: str, needed_by: str) -> None:
    found = sorted(name for name in loaded if name == module or name.startswith(f"{module}."))
    assert found == [], f"only {needed_by} needs it"


def test_a_command_loads_no_other() -> None:
    assert not {"flask", "pydantic", "requests", "sqlalchemy"} & loaded_by("frontend.cli")


def test_the_check_that_serve_waits_for_loads_no_store() -> None:
    assert not {"flask", "requests", "sqlalchemy"} & loaded_by("portal_backend.check_command")


def test_every_command_that_is_listed_is_there() -> None:
    listed = CliRunner().invoke(main, ["--help"])
    assert listed.exit_code == 0
    for line in listed.output.partition("Commands:\n")[2].splitlines():
        assert CliRunner().invoke(main, [line.split()[0], "--help"]).exit_code == 0
    assert CliRunner().invoke(main, ["no-such-command"]).exit_code == 2
