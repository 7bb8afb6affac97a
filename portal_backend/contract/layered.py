"""Reads texts out of folders laid over each other, of which a later one's file counts in place of an earlier one's."""

import logging
from collections.abc import Sequence
from pathlib import Path

_log = logging.getLogger(__name__)


def text_of(folders: Sequence[Path], name: str) -> str:
    """Return the text of a file; one that cannot be read as UTF-8 is told in the log, and the one below it counts."""
    for path in (folder / name for folder in reversed(folders)):
        if path.is_file():
            try:
                return path.read_text(encoding="utf-8-sig")
            except (OSError, UnicodeError) as error:
                _log.error("%s is left out, because it cannot be read as UTF-8 text: %s", path, error)
    return ""
