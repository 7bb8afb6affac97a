"""Writes resource files into a folder and loads them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from portal_backend.resources.loading import load
from portal_backend.resources.model import Resources

Load = Callable[..., Resources]

PORTAL = """\
apiVersion: training.educates.dev/v1beta1
kind: TrainingPortal
metadata:
  name: academy
spec:
"""


def workshop(
    name: str, spec: str = "{title: A title, description: D}", api: str = "training.educates.dev/v1beta1"
) -> str:
    """The text of a Workshop resource."""
    return f"apiVersion: {api}\nkind: Workshop\nmetadata:\n  name: {name}\nspec: {spec}\n"


@pytest.fixture
def load_files(tmp_path: Path) -> Load:
    """Load `portal.yaml` from its text, and workshops from the texts of files under `workshops/`."""

    def written(portal: str, **files: str) -> Resources:
        (tmp_path / "portal.yaml").write_text(portal, newline="")
        folder = tmp_path / "workshops"
        folder.mkdir()
        for name, text in files.items():
            file = folder / f"{name.replace('__', '/')}.yaml"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, newline="")
        return load(tmp_path / "portal.yaml", folder)

    return written


def told(resources: Resources, severity: str = "", file: str = "portal.yaml") -> list[str]:
    """The problems of one file as `line:column message`, those of one severity if it is given."""
    return [
        f"{each.line}:{each.column} {each.message}" + (f" ({each.hint})" if each.hint else "")
        for each in resources.problems
        if each.file.endswith(file) and each.severity == (severity or each.severity)
    ]
