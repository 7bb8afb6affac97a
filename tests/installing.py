"""Builds the wheel, and gives an environment what the wheel declares and nothing else, linked instead of downloaded."""

import os
import re
import subprocess
import sys
import zipfile
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]


def downloads() -> bool:
    """Whether pip may download what the wheel needs: WORKSHOP_INDEX_FULL_INSTALL=1."""
    return os.environ.get("WORKSHOP_INDEX_FULL_INSTALL") == "1"


def built(folder: Path) -> Path:
    """Build the wheel of this tree into a folder and return it."""
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (wheel,) = folder.glob("*.whl")
    return wheel


def declared(wheel: Path) -> list[Distribution]:
    """Return the installed distributions the wheel needs, and what those need, to the last."""
    found: dict[str, Distribution] = {}
    waiting = requirements_of(wheel)
    while waiting:
        requirement = waiting.pop()
        extras = ["", *requirement.extras]
        wanted = distribution(requirement.name)
        known = requirement.name in found and not requirement.extras
        found[requirement.name] = wanted
        if not known:
            parsed = [Requirement(text) for text in wanted.requires or []]
            waiting += [each for each in parsed if any(applies(each, extra) for extra in extras)]
    return list(found.values())


def requirements_of(wheel: Path) -> list[Requirement]:
    """Return what the wheel's own metadata asks for without any extra."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [each for each in archive.namelist() if each.endswith(".dist-info/METADATA")]
        text = archive.read(name).decode()
    parsed = [Requirement(each) for each in re.findall(r"^Requires-Dist: (.+)$", text, re.MULTILINE)]
    return [each for each in parsed if applies(each, "")]


def applies(requirement: Requirement, extra: str) -> bool:
    """Whether a requirement holds here for that extra."""
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def link(wheel: Path, environment: Path) -> None:
    """Link the packages the wheel needs, with their metadata, into an environment."""
    (packages,) = environment.glob("lib/python*/site-packages")
    for each in declared(wheel):
        for top in {file.parts[0] for file in each.files or [] if file.parts[0] not in ("..", "__pycache__")}:
            if not (packages / top).exists():
                (packages / top).symlink_to(str(each.locate_file(top)))
