"""How gunicorn is set up, and how it ends when a worker cannot start: the worker has said why, nothing is added."""

import os
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


# What is no number at all in WEB_CONCURRENCY, gunicorn itself refuses before.
@pytest.mark.parametrize(
    ("variable", "given"),
    [("WEB_CONCURRENCY", "0"), ("WEB_CONCURRENCY", "10000"), ("WEB_THREADS", "0"), ("WEB_THREADS", "many")],
)
def test_a_number_that_cannot_be_is_told_with_its_variable(variable: str, given: str) -> None:
    command = [sys.executable, "-m", "gunicorn", "--config", "python:portal_backend.contract.serving", "none:none"]
    environ = {**os.environ, variable: given}
    said = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert said.returncode == 1
    assert said.stderr.strip() == f"Error: {variable} is {given!r}; set it to a whole number from 1 to 1000"
