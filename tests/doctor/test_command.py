"""The command itself: what it reads, how it ends, and what it tells whom."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from examined import LOGIN, Examined
from rich.console import Console

from frontend.doctor.texts import show
from frontend.site.doctor.results import Subject, failed, ok, warning

Run = Callable[..., Result]


def test_the_counts_and_the_code_agree(run: Run, config: Callable[..., Path], academy: Examined) -> None:
    said = run("--format", "json", code=1, **LOGIN, WORKSHOP_INDEX_CONFIG=config(academy.url))
    report = json.loads(said.stdout)
    verdicts = [result["verdict"] for subject in report["subjects"] for result in subject["results"]]
    assert {word: report[word] for word in ("failed", "warning", "skipped", "ok")} == {
        word: verdicts.count(word) for word in ("failed", "warning", "skipped", "ok")
    }
    assert [subject["kind"] for subject in report["subjects"]] == ["site", "portal"]


def test_warnings_count_only_when_strict(run: Run, config: Callable[..., Path], academy: Examined) -> None:
    folder = config(academy.url)
    file = folder / "site.yaml"
    file.write_text(file.read_text("utf-8").partition("embedding:")[0], "utf-8")
    academy.skew = 60
    run(code=0, **LOGIN, WORKSHOP_INDEX_CONFIG=folder)
    run("--strict", code=1, **LOGIN, WORKSHOP_INDEX_CONFIG=folder)


def test_only_the_portals_named_are_looked_at(run: Run, tmp_path: Path, academy: Examined) -> None:
    portals = [{"name": name, "url": academy.url, "credentials": "ACADEMY"} for name in ("academy", "branch")]
    (tmp_path / "site.yaml").write_text(json.dumps({"portals": portals}))
    report = json.loads(run("--format", "json", "--portal", "branch", "--config", str(tmp_path), **LOGIN).stdout)
    assert [subject["name"] for subject in report["subjects"]] == ["Workshops", "branch"]
    said = run("--portal", "acadmy", "--config", str(tmp_path), code=2)
    assert "site.yaml has no portal 'acadmy'; did you mean academy?" in said.stderr
    assert "there are: academy, branch" in run("--portal", "zzz", "--config", str(tmp_path), code=2).stderr
    assert said.stdout == ""


@pytest.mark.parametrize(
    ("text", "environ", "words"),
    [
        ("portals: [{name: a}]", {}, "url is missing"),
        ("", {"SITE_URL": "labs.example.com"}, "SITE_URL is 'labs.example.com'"),
    ],
)
def test_what_cannot_be_read_is_told_and_nothing_is_asked(
    text: str, environ: dict[str, str], words: str, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "site.yaml").write_text(text)
    said = run("--config", str(tmp_path), code=2, **environ)
    assert words in said.stderr
    assert said.stdout == ""


def test_help_tells_what_it_does_and_what_it_never_does(run: Run) -> None:
    words = " ".join(run("--help", code=0).stdout.split())
    for told in ("It starts no session and changes nothing", "No password and no token is shown", "Exit codes: 0"):
        assert told in words


def test_a_terminal_shows_verdicts_in_colour_and_a_pipe_does_not() -> None:
    results = (ok("a", "fine"), failed("b", "bad", "set X", "X"), warning("c", "so so", "set Y", "Y"))
    for terminal in (True, False):
        console = Console(force_terminal=terminal, color_system="standard" if terminal else None, width=40)
        with console.capture() as capture:
            show([Subject("portal", "p", "http://p", results)], console)
        text = capture.get()
        assert ("\x1b[1;31m" in text) == terminal
    assert text.splitlines() == [
        "portal p  http://p",
        "  ok       a  fine",
        "  failed   b  bad",
        "              → set X",
        "  warning  c  so so",
        "              → set Y",
        "",
        "1 failed, 1 warning, 0 skipped, 1 ok.",
    ]
