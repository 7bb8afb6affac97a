"""The commands that README.md and docs/ show, and those that are not run by their test, with why."""

import ast
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
from markdown_it import MarkdownIt
from packaging.requirements import Requirement

from frontend.cli import main

ROOT = Path(__file__).parents[1]
DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = [ROOT / "README.md", *(page for page in DOCS if page.stem != "tutorial")]
STARTER = ROOT / "frontend" / "generator" / "starter"
BIN = Path(sys.executable).parent
_PROGRAMS = r"make\b|python3? |\.venv/|\.ci/|(?:workshop-index|curl|sqlite3|export|env|sudo|docker|kubectl) "
LOOKS_LIKE_ONE = re.compile(rf"(?:[A-Z_]+=\S+ +)*(?:{_PROGRAMS})")


def commands(page: Path) -> list[str]:
    """Return the commands of a page's `sh` fences, each with the lines that go on."""
    found: list[str] = []
    for token in MarkdownIt().parse(page.read_text("utf-8")):
        if token.type == "fence" and token.info == "sh":
            found += _whole(token.content)
    return found


def _whole(text: str) -> Iterator[str]:
    command = ""
    for line in text.splitlines():
        command += line
        if command.endswith("\\") or not _quotes_closed(command):
            command += "\n"
            continue
        yield command
        command = ""
    assert not command, f"an open quote: {command}"


def _quotes_closed(command: str) -> bool:
    try:
        shlex.split(command)
    except ValueError:
        return False
    return True


def _is_target(command: str) -> None:
    words = [word for word in shlex.split(command, comments=True) if "=" not in word]
    assert words[0] == "make"
    targets = words[1:] or ["help"]
    subprocess.run(["make", "--dry-run", *targets], cwd=ROOT, check=True, capture_output=True, timeout=60)


def _is_program(command: str) -> None:
    program = ROOT / shlex.split(command, comments=True)[0]
    assert program.is_file()
    assert program.stat().st_mode & 0o100


def _has_options(command: str) -> None:
    words = shlex.split(command)
    found = command_of(words[words.index("workshop-index") + 1 :] if "workshop-index" in words else words[1:])
    assert found is not None, command


def _extra_exists(command: str) -> None:
    requirement = Requirement(shlex.split(command)[-1])
    named = re.search(
        r"\[project\.optional-dependencies\]\n((?:\w+ = .+\n)+)", (ROOT / "pyproject.toml").read_text("utf-8")
    )
    assert named
    assert requirement.name == "workshop-index"
    assert requirement.extras <= set(re.findall(r"^(\w+) =", named[1], re.MULTILINE))


def _procfile_is_valid(command: str) -> None:
    told = subprocess.run([BIN / "honcho", "check"], cwd=ROOT, check=True, capture_output=True, text=True, timeout=60)
    assert "web" in told.stdout + told.stderr


def _is_python(command: str) -> None:
    ast.parse(shlex.split(command)[-1])


def _is_tutorial(command: str) -> None:
    assert command in (ROOT / "docs" / "tutorial.md").read_text("utf-8")


def _unit_is_written(command: str) -> None:
    unit = shlex.split(command)[-1]
    assert f"/etc/systemd/system/{unit}.service" in (ROOT / "docs" / "production.md").read_text("utf-8")


def _is_of_the_starter(command: str) -> None:
    words = shlex.split(command)
    manifests = (STARTER / "kubernetes" / "site.yaml").read_text("utf-8")
    assert (STARTER / "Dockerfile").is_file()
    assert words[-1] in ("academy", "academy/kubernetes/") or f"image: {words[-1]}\n" in manifests
    assert "--tag" not in words or f"image: {words[words.index('--tag') + 1]}\n" in manifests


def _reads_the_accounts(command: str) -> None:
    path = re.search(r"jsonpath='\{\.(.+)\}'$", command)
    assert path
    assert path[1] in (ROOT / "docs" / "operating.md").read_text("utf-8")


# Commands that are not run here: their beginning, why, and what is looked at instead.
ELSEWHERE: tuple[tuple[str, str, Callable[[str], None]], ...] = (
    ("make", "installs, or runs everything; a dry run tells whether the target is there", _is_target),
    ("PORTAL_WEBHOOK_PRIVATE=127.0.0.1 make", "as above", _is_target),
    (".ci/run", "runs every test", _is_program),
    ("python3 -m venv", "the tutorial's test runs it", _is_tutorial),
    (".venv/bin/pip install .", "tests/test_packaging.py installs what this tree makes", lambda _: None),
    (".venv/bin/pip install 'workshop-index", "downloads; the extra must be one of the project's", _extra_exists),
    (".venv/bin/honcho start", "stays; honcho's own check reads the Procfile it would start", _procfile_is_valid),
    (".venv/bin/workshop-index serve", "stays; run by tests/test_packaging.py", _has_options),
    ("workshop-index serve", "stays; run by tests/test_serve.py", _has_options),
    ("python3 -c", "stays", _is_python),
    ("sudo systemctl", "takes systemd; the page must write the unit it starts", _unit_is_written),
    ("docker build", "takes a container engine; what it builds must be what `new` writes", _is_of_the_starter),
    ("docker push", "takes a registry; as above", _is_of_the_starter),
    ("kubectl apply", "takes a cluster; as above", _is_of_the_starter),
    ("kubectl get", "takes a cluster; the paths must be those operating.md explains", _reads_the_accounts),
)


def command_of(words: list[str]) -> click.Command | None:
    """Return the command that the words name, if there is one with all their options."""
    command: click.Command = main
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(click.Context(command), words[0])
        if found is None:
            return None
        command, words = found, words[1:]
    known = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
    known |= {"--help", "-h"}
    given = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}
    return command if given <= known else None


def elsewhere(command: str) -> Callable[[str], None] | None:
    return next((check for start, _, check in ELSEWHERE if re.match(rf"{re.escape(start)}(?!\w)", command)), None)
