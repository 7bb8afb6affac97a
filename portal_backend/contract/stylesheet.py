"""What both programs know of the style sheets: the frame of every page, the themes over it, how many covers they draw.

The sources stay apart (`tokens.css`, `base.css`, one file a component, one a theme); a visitor's browser asks once.
The frame is complete by itself and says nothing in particular; a theme, loaded after it, gives the pages a character.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from zlib import adler32

from portal_backend.contract.layered import text_of

STYLESHEET = "css/site.css"
TOKENS = "css/tokens.css"
DEFAULT_THEME = "workbench"
COVERS = 6
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_INDENT = re.compile(r"\s*\n\s*")


def bundle(folders: Sequence[Path], theme: str = "") -> str:
    """Return the sheets of the static `folders` as one: tokens, base, components by name, then the theme named.

    A later folder's file counts in place of an earlier one's.
    """
    names = [TOKENS, "css/base.css", *_named(folders, "css/components")]
    return joined(folders, names + ([_theme(theme)] if theme else []))


def themes(folders: Sequence[Path]) -> dict[str, str]:
    """Return the sheet of every theme there is, by name."""
    return {Path(name).stem: joined(folders, [name]) for name in _named(folders, "css/themes")}


def joined(folders: Sequence[Path], names: Sequence[str]) -> str:
    """Return the text of these files, one after the other, without comments and indents."""
    texts = (text_of(folders, name) for name in names)
    return _INDENT.sub("\n", _COMMENT.sub("", "\n".join(texts))).strip() + "\n"


def cover(name: str) -> int:
    """Return the number, from 1, of the cover that stands in for a picture of the workshop `name`; always the same."""
    return adler32(name.encode()) % COVERS + 1


def _named(folders: Sequence[Path], inside: str) -> list[str]:
    return sorted({f"{inside}/{path.name}" for folder in folders for path in (folder / inside).glob("*.css")})


def _theme(name: str) -> str:
    return f"css/themes/{name}.css"
