"""What both programs know of the theme's scripts: `js/main.js` may carry all the others, so that browsers ask once.

The sources stay apart, one module a behaviour, each of them whole by itself; `main.js` imports what it does not carry.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from portal_backend.contract.layered import text_of

SCRIPT = "js/main.js"
_EXPORT = re.compile(r"^export default function\b", re.MULTILINE)
_IMPORT = re.compile(r"^import\b", re.MULTILINE)
_COMMENT = re.compile(r"^\s*//.*\n", re.MULTILINE)


def bundle(folders: Sequence[Path]) -> str:
    """Return `js/main.js` with the other modules of the static `folders` in it; a later folder's file counts."""
    names = sorted({path.name for folder in folders for path in (folder / "js").glob("*.js")})
    texts = {name: text_of(folders, f"js/{name}") for name in names}
    main = texts.pop(Path(SCRIPT).name)
    carried = [_carried(name.removesuffix(".js"), text) for name, text in sorted(texts.items()) if _is_whole(text)]
    return _COMMENT.sub("", "\n".join(["const carried = {};", *carried, main]))


def _is_whole(text: str) -> bool:
    """Whether a module exports one function and needs no other module; an owner's may be of another kind."""
    return len(_EXPORT.findall(text)) == 1 and "export" not in _EXPORT.sub("", text) and not _IMPORT.search(text)


def _carried(name: str, text: str) -> str:
    return f'carried["{name}"] = (() => {{\n{_EXPORT.sub("return function", text)}}})();'
