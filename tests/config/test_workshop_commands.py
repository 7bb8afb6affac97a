"""The shipped workshops tell the truth: their commands are run, and what the pages say they print is what they print.

A page's ```execute fence is what a reader runs; a plain fence right after it is what the reader is told to expect. The
expectation may leave lines out, but every line it has must be printed, in its order.
"""

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

WORKSHOPS = Path(__file__).parents[2] / "config" / "workshops"
_FENCE = re.compile(r"^```(?P<kind>[a-z]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_VARIES = ("> User-Agent:", "< Server:", "< Date:")
_SERVER = re.compile(r"^python3 (-m http\.server .*)$", re.MULTILINE)
# History as in an interactive shell; a line that begins with a space stays out of it.
_AS_AT_A_PROMPT = "HISTCONTROL=ignorespace\nset -o history -o histexpand\n"
_ANSWERS = "for try in $(seq 100); do curl -s -o /dev/null http://127.0.0.1:8765/ && break; sleep 0.1; done"


@dataclass(frozen=True)
class Step:
    """One thing a reader is asked to run, and the lines it should print."""

    page: str
    command: str
    expected: tuple[str, ...]


def _steps(workshop: str, pages: tuple[str, ...]) -> Iterator[Step]:
    for page in pages:
        text = (WORKSHOPS / workshop / "workshop" / "content" / f"{page}.md").read_text("utf-8")
        fences = list(_FENCE.finditer(text))
        for at, fence in enumerate(fences):
            if fence["kind"] != "execute":
                continue
            after = fences[at + 1] if at + 1 < len(fences) else None
            told = after is not None and after["kind"] == "" and not text[fence.end() : after.start()].strip()
            yield Step(page, fence["text"], tuple(after["text"].splitlines()) if told and after else ())


def _transcript(steps: list[Step], folder: Path) -> list[list[str]]:
    """Run every step in one shell, as a reader would, and return the lines each printed."""
    script = _AS_AT_A_PROMPT + "".join(f"{step.command} echo; echo '=== {at}'\n" for at, step in enumerate(steps))
    environ = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8", "NO_PROXY": "*"}
    done = subprocess.run(
        ["bash", "--norc"],
        input=script,
        cwd=folder,
        env=environ,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=60,
    )
    parts = re.split(r"^=== \d+\n", done.stdout, flags=re.MULTILINE)
    assert len(parts) == len(steps) + 1, done.stdout
    return [[line.strip() for line in part.splitlines()] for part in parts[:-1]]


def _missing(expected: tuple[str, ...], printed: list[str]) -> list[str]:
    """Return the expected lines that were not printed in their order; those that differ by machine do not count."""
    rest = iter(printed)
    return [
        line
        for line in expected
        if line.strip() and not line.startswith(_VARIES) and not any(line.strip() in found for found in rest)
    ]


def _check(steps: list[Step], transcript: list[list[str]], at_least: int) -> None:
    assert sum(bool(step.expected) for step in steps) >= at_least, "the pages say hardly anything that can be checked"
    for step, printed in zip(steps, transcript, strict=True):
        missing = _missing(step.expected, printed)
        assert not missing, f"{step.page}: {step.command}said {missing}, printed {printed}"


def _need(*programs: str) -> None:
    absent = [program for program in programs if shutil.which(program) is None]
    if absent:
        pytest.skip(f"not on this machine: {', '.join(absent)}")


@pytest.fixture
def free_port() -> str:
    """A port nothing listens on, to stand in for the one the pages name."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return str(probe.getsockname()[1])


def test_the_git_history_is_as_its_workshop_says(tmp_path: Path) -> None:
    _need("bash", "git", "awk", "sed")
    pages = tuple(path.stem for path in sorted((WORKSHOPS / "git-history/workshop/content").glob("*.md")))
    steps = list(_steps("git-history", pages))
    _check(steps, _transcript(steps, tmp_path), at_least=15)
    assert not list(tmp_path.glob("tea-shop*")), "the last page cleans up"


def test_the_shell_drill_is_as_its_workshop_says(tmp_path: Path) -> None:
    _need("bash")
    steps = list(_steps("shell-history-drill", ("01-get-ready", "02-four-habits", "03-check")))
    _check(steps, _transcript(steps, tmp_path), at_least=2)


def test_the_http_exchange_is_as_its_workshop_says(tmp_path: Path, free_port: str) -> None:
    _need("bash", "curl", "python3")
    pages = ("serve-a-folder", "request-and-response", "status-codes", "caching", "summary")
    steps = [_in_one_terminal(step, free_port) for step in _steps("http-exchange", pages)]
    _check(steps, _transcript(steps, tmp_path), at_least=12)
    assert not (tmp_path / "http-practice").exists(), "the last page cleans up"


def _in_one_terminal(step: Step, port: str) -> Step:
    """Put the server in the background, on a free port, and stay where the reader's second terminal would be."""
    start = r"python3 -u \1 > ../server.log 2>&1 &\ntrap 'kill $!' EXIT"
    command = _SERVER.sub(rf"{start}\n{_ANSWERS}\ncd ..\nhead -1 server.log", step.command).replace("8765", port)
    return replace(step, command=command, expected=tuple(line.replace("8765", port) for line in step.expected))
