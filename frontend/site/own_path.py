"""A way back within this site: relative paths only, whatever an address asks for (CWE-601)."""

import re
from urllib.parse import urlsplit

HOME = "/"
_LONGEST = 500
_ODD = re.compile(r"[\\\x00-\x20\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_NOT_TO = ("/sign-in/", "/sign-out/", "/signed-out/")


def own_path(text: str) -> str:
    """Return path and query of a page of this site, or the index when `text` is anything else."""
    if not text.startswith("/") or text.startswith("//") or len(text) > _LONGEST or _ODD.search(text):
        return HOME
    parts = urlsplit(text)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return HOME if path.startswith(_NOT_TO) else path
