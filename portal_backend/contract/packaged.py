"""Finds the folders that ship with the product, in a checkout and in an installed wheel alike."""

from pathlib import Path

_PACKAGES = Path(__file__).resolve().parents[2]


def packaged(folder: str) -> Path:
    """Return the path of `templates`, `static` or the example `config` that ship with the product."""
    installed = _PACKAGES / "workshop_index_data" / folder
    return installed if installed.is_dir() else _PACKAGES / folder
