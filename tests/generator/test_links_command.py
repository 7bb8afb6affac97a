"""`workshop-index links`: as lines, as JSON, and as files."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

ROOT = Path(__file__).resolve().parents[2]
FROM = ("--config", ROOT / "config", "--portal", ROOT / "config" / "portal.yaml")
SITE = "https://labs.example.com"
Run = Callable[..., Result]


def test_a_line_for_each_address_in_the_order_of_the_index(run: Run) -> None:
    said = run("links", *FROM, SITE_URL=SITE, PORTAL_URL="https://portal.example").output
    rows = [line.split("\t") for line in said.splitlines()]
    assert [row[0] for row in rows[::5]] == ["shell-history-drill", "git-history", "http-exchange"]
    git = {kind: address for name, kind, address in rows if name == "git-history"}
    assert git["start"] == f"{SITE}/start/git-history/"
    assert git["create"].startswith(
        "https://portal.example/workshops/environment/git-history/create/?index_url=https%3A"
    )


def test_json_has_everything(run: Run) -> None:
    (found,) = json.loads(run("links", *FROM, "--only", "git-history", "--json").output)
    assert found["qr"].startswith("<svg")
    assert {"page", "start", "create", "embed", "badge", "html", "markdown", "restructuredtext", "iframe"} <= set(found)


def test_files_for_each_workshop(run: Run, tmp_path: Path) -> None:
    run("links", *FROM, "--out", "links")
    made = {path.name for path in (tmp_path / "links" / "git-history").iterdir()}
    assert made == {"button.html", "badge.md", "badge.rst", "frame.html", "qr.svg", "links.json"}
    assert "0 files written" in run("links", *FROM, "--out", "links").output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((*FROM, "--only", "git-histroy"), "git-histroy is not on the index; offered: shell-history-drill"),
        (("--config", ROOT / "config"), "cannot be reached"),
    ],
)
def test_what_stands_in_the_way_is_said(run: Run, words: tuple[object, ...], said: str) -> None:
    assert said in run("links", *words, code=1, PORTAL_URL="http://127.0.0.1:9").output
