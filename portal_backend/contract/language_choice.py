"""Which of the languages offered a request gets its page in: the one asked for, chosen before, or preferred.

What a visitor chose on the site is kept in a cookie. Cookies know no ports, so a portal on the same host goes by it.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header, parse_cookie

LANGUAGE = "language"
VARIES_BY = ("Accept-Language", "Cookie")
Environ = dict[str, Any]


def chosen(environ: Environ, offered: tuple[str, ...], default: str, *, asking: bool = False) -> str:
    """Return one of the codes `offered`, for a WSGI request; with `asking`, its address may name one first."""
    if len(offered) == 1:
        return offered[0]
    sources: list[tuple[str, Callable[[str], str]]] = [("HTTP_COOKIE", _in_cookie)]
    if asking:
        sources.insert(0, ("QUERY_STRING", _in_query))
    for name, read in sources:
        text = environ.get(name, "")
        if f"{LANGUAGE}=" in text and (found := read(text)) in offered:
            return found
    return _preferred(environ.get("HTTP_ACCEPT_LANGUAGE", ""), offered, default)


def _in_query(query: str) -> str:
    pairs = (part.partition("=") for part in query.split("&"))
    return next((value for name, _, value in pairs if name == LANGUAGE), "")


def _in_cookie(header: str) -> str:
    return parse_cookie(header).get(LANGUAGE, "")


@lru_cache(maxsize=1024)
def _preferred(header: str, offered: tuple[str, ...], default: str) -> str:
    return str(parse_accept_header(header, LanguageAccept).best_match(offered, default) or default)
