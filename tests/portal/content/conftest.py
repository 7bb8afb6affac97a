"""A workshop folder in a temporary place."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest


@pytest.fixture
def workshop(tmp_path: Path) -> Callable[[Mapping[str, str]], Path]:
    """Return a function that writes files below a workshop's folder and returns that folder."""

    def write(files: Mapping[str, str]) -> Path:
        (tmp_path / "lab" / "workshop" / "content").mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            path = tmp_path / "lab" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path / "lab"

    return write
