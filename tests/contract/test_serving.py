"""How gunicorn is set up, what its workers share, and how it ends when a worker has said why it cannot start."""

import os
import subprocess
import sys
from pathlib import Path

import pydantic_core
import pytest
from programs import House

STARTED = """
from types import SimpleNamespace
from gunicorn.errors import HaltServer
from portal_backend.contract import serving
serving.on_starting(SimpleNamespace(cfg=SimpleNamespace(reload=True)))
raise """


@pytest.mark.parametrize(
    ("end", "traceback"),
    [("HaltServer('App failed to load.', 4)", False), ("ValueError('a fault')", True)],
    ids=["a worker could not start", "a fault of its own"],
)
def test_only_a_fault_shows_a_traceback(end: str, traceback: bool) -> None:
    said = subprocess.run(
        [sys.executable, "-c", STARTED + end], capture_output=True, text=True, timeout=60, check=False
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


@pytest.mark.whole
@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="tells by the maps of Linux")
@pytest.mark.parametrize("program", ["portal", "web"])
def test_workers_share_what_was_loaded_before_them(program: str, house: House) -> None:
    loaded = Path(f"/proc/{house.leader(program)}/maps").read_text()
    assert house.workers(program)
    assert Path(str(pydantic_core._pydantic_core.__file__)).name in loaded
