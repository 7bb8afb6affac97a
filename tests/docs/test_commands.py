"""What README.md and docs/ show as a command is one; tests/whole/test_shown_commands.py runs them."""

import re
import shlex
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from shown import DOCS, ELSEWHERE, LOOKS_LIKE_ONE, PAGES, ROOT, command_of, commands, elsewhere


def test_each_exception_is_needed() -> None:
    shown = [command for page in PAGES for command in commands(page)]
    for start, why, check in ELSEWHERE:
        assert why
        assert any(elsewhere(command) is check and command.startswith(start) for command in shown), start


@pytest.mark.parametrize("page", [ROOT / "README.md", *DOCS], ids=lambda page: page.name)
def test_each_command_is_marked_as_one(page: Path) -> None:
    fences = [token for token in MarkdownIt().parse(page.read_text("utf-8")) if token.type == "fence"]
    assert [each.content for each in fences if each.info != "sh" and LOOKS_LIKE_ONE.match(each.content)] == []


@pytest.mark.parametrize("page", [ROOT / "README.md", *DOCS], ids=lambda page: page.name)
def test_each_command_named_in_a_sentence_exists(page: Path) -> None:
    for token in MarkdownIt().parse(page.read_text("utf-8")):
        for part in token.children or ():
            if part.type == "code_inline" and re.match(r"(?:\.venv/bin/)?workshop-index [a-z]", part.content):
                assert command_of(shlex.split(part.content)[1:]) is not None, part.content


@pytest.mark.parametrize(
    ("words", "there"),
    [
        ("links sign git-history --for 8h", True),
        ("portal credentials --json", True),
        ("portal credentials --xml", False),
        ("portals", False),
        ("check --formt json", False),
    ],
)
def test_what_is_no_command_is_found(words: str, there: bool) -> None:
    assert (command_of(words.split()) is not None) == there


def test_what_a_unit_starts_exists() -> None:
    fences = MarkdownIt().parse((ROOT / "docs" / "production.md").read_text("utf-8"))
    units = [token.content for token in fences if token.type == "fence" and "[Service]" in token.content]
    started = [line.partition("=")[2] for unit in units for line in unit.splitlines() if line.startswith("ExecStart=")]
    assert started
    for command in started:
        assert command_of(shlex.split(command)[1:]) is not None, command
