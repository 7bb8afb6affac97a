"""What a worker of the index carries with it: nothing it has no use for on a site as most are."""

import subprocess
import sys

import pytest

LOADED = "import sys, frontend.app; print(*sys.modules)"


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    """Return the modules a process has once it has imported the site."""
    found = subprocess.run([sys.executable, "-P", "-c", LOADED], capture_output=True, check=True, text=True, timeout=60)
    return set(found.stdout.split())


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
