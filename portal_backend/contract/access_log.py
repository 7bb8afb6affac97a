"""gunicorn's access log for an operator who turns it on: addresses without what came after the question mark.

Queries carry activation tokens, e-mail addresses and names of people; so do referrers and some headers. Of a signed
link of the site its beginning is enough, because whoever reads it may use it.
"""

import re
from datetime import timedelta
from typing import Any

from gunicorn.glogging import Logger

_LEFT_OUT = "-"
_LINK = re.compile(r"^(/go/)[^/]+/?")
_TELLING = (
    "referer",
    "cookie",
    "authorization",
    "location",
    "set-cookie",
    "raw_uri",
    "request_uri",
    "path_info",
    "query_string",
)


class WithoutQueries(Logger):  # type: ignore[misc]
    """Writes each request with its path only."""

    def atoms(self, resp: Any, req: Any, environ: dict[str, Any], request_time: timedelta) -> dict[str, Any]:
        """Return what a line of the log may be made of."""
        found: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        path = str(environ.get("RAW_URI") or environ.get("PATH_INFO") or "").partition("?")[0]
        path = _LINK.sub(r"\1…/", path)
        kept = {name: text for name, text in found.items() if not any(part in name.lower() for part in _TELLING)}
        return kept | {
            "r": f"{environ.get('REQUEST_METHOD', '')} {path} {environ.get('SERVER_PROTOCOL', '')}",
            "U": path,
            "q": _LEFT_OUT,
            "f": str(found.get("f", "")).partition("?")[0] or _LEFT_OUT,
        }
