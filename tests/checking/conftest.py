"""An owner's folder to make mistakes in, and the command over it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from frontend.cli import main

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A copy of the example."""
    return Path(shutil.copytree(ROOT / "config", tmp_path / "config"))


@pytest.fixture
def run(config: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run `workshop-index check` in the folder above the owner's, with no variable of the product set."""
    for name in ("SITE_URL", "PORTAL_URL", "WORKSHOP_INDEX_CONFIG", "PORTAL_INDEX_ORIGINS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(config.parent)

    def ran(*arguments: str, **environ: str) -> Result:
        result = CliRunner().invoke(main, ["check", *arguments], env=environ, catch_exceptions=False)
        assert "Traceback" not in result.output
        return result

    return ran


@pytest.fixture
def told(run: Callable[..., Result]) -> Callable[..., list[str]]:
    """Return `file:line:column severity message (hint)` for every problem."""

    def listed(**environ: str) -> list[str]:
        problems: list[dict[str, Any]] = json.loads(run("--format", "json", **environ).output)["problems"]
        return [
            f"{each['file']}:{each['line']}:{each['column']} {each['severity']} {each['message']}"
            + (f" ({each['hint']})" if each["hint"] else "")
            for each in problems
        ]

    return listed
