"""How gunicorn ends when a worker cannot start: the worker has said why, and nothing is added."""

import subprocess
import sys

import pytest

STARTED = (
    "from gunicorn.errors import HaltServer; from portal_backend.contract import serving; serving.on_starting(None)"
)


@pytest.mark.parametrize(
    ("end", "traceback"),
    [("HaltServer('App failed to load.', 4)", False), ("ValueError('a fault')", True)],
    ids=["a worker could not start", "a fault of its own"],
)
def test_only_a_fault_shows_a_traceback(end: str, traceback: bool) -> None:
    said = subprocess.run(
        [sys.executable, "-c", f"{STARTED}; raise {end}"], capture_output=True, text=True, timeout=60, check=False
    )
    assert said.returncode == 1
    assert ("Traceback" in said.stderr) is traceback
