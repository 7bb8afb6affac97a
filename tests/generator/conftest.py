"""The command in process, with an environment of its own and the folder it works in."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from frontend.cli import main

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `workshop-index` in an empty folder; the options are environment variables, `code` the expected exit code."""
    for name in [name for name in os.environ if name.startswith(("PORTAL_", "SITE_", "WORKSHOP_INDEX_"))]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    monkeypatch.chdir(tmp_path)

    def go(*words: object, code: int = 0, **environ: object) -> Result:
        result = CliRunner().invoke(main, [str(word) for word in words], env={k: str(v) for k, v in environ.items()})
        assert result.exit_code == code, result.output
        return result

    return go
