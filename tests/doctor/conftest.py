"""The doctor in process over an owner's folder, and a portal of the platform to send it to."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from examined import EMBEDDER, LOGIN, Examined, Lines, examined, lines, plain

from frontend.cli import main


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run `workshop-index doctor` with nothing of the product or of proxies in the environment but what is given."""
    for name in list(os.environ):
        if name.startswith(("PORTAL_", "SITE_", "WORKSHOP_INDEX_", "ACADEMY_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def ran(*arguments: str, code: int | None = None, **environ: object) -> Result:
        given = {"WORKSHOP_INDEX_INSTANCE": str(tmp_path / "instance"), "SITE_PORT": "9"}
        given |= {name: str(value) for name, value in environ.items()}
        result = CliRunner().invoke(main, ["doctor", *arguments], env=given, catch_exceptions=False)
        assert "Traceback" not in result.output
        assert code is None or result.exit_code == code, result.output
        return result

    return ran


@pytest.fixture
def config(tmp_path: Path) -> Callable[..., Path]:
    """Write the `site.yaml` of a site with one portal called academy."""

    def write(url: str, more: str = "", **portal: str) -> Path:
        folder = tmp_path / "owner"
        folder.mkdir(exist_ok=True)
        entry = {"name": "academy", "url": url, "credentials": "ACADEMY", **portal}
        text = f"portals: [{json.dumps(entry)}]\nembedding: {{origins: ['{EMBEDDER}']}}\n{more}"
        (folder / "site.yaml").write_text(text, "utf-8")
        return folder

    return write


@pytest.fixture
def academy() -> Iterator[Examined]:
    """A portal whose answers are made up."""
    with examined(plain()) as portal:
        yield portal


@pytest.fixture
def told(run: Callable[..., Result], config: Callable[..., Path]) -> Lines:
    """Return what the doctor says of the portal at an address, line by line."""

    def asked(url: str, *arguments: str, more: str = "", **environ: object) -> dict[str, dict[str, Any]]:
        given = {**LOGIN, "WORKSHOP_INDEX_CONFIG": config(url, more), **environ}
        return lines(run("--format", "json", *arguments, **given).stdout, "academy")

    return asked
