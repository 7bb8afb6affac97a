"""A style sheet in a single file: the frame of every page, then the theme and the owner's colours and additions."""

import hashlib
from collections.abc import Callable

from flask import Response

from frontend.public_pages import best_coding, encode
from frontend.rendering import A_WHILE, FOREVER, stylesheet

PATH = "/look.css"


class Look:
    """The sheet as it is now, in each coding that somebody took; `frame` and `additions` are the texts it joins."""

    def __init__(self, frame: str, additions: Callable[[], str]) -> None:
        self._frame = frame
        self._additions = additions
        self._made: tuple[str, str, dict[str, bytes]] | None = None

    @property
    def url(self) -> str:
        """Return the address, which changes with the text."""
        return f"{PATH}?v={self._current()[1]}"

    def response(self, accepts: str, version: str = "") -> Response:
        """Return the sheet in the smallest coding accepted; whoever asked for its version may keep it for ever."""
        text, digest, encoded = self._current()
        coding = best_coding(accepts)
        if coding not in encoded:
            encoded[coding] = encode((self._frame + text).encode(), coding)
        response = stylesheet(encoded[coding], FOREVER if version == digest else A_WHILE)
        response.headers["Vary"] = "Accept-Encoding"
        if coding:
            response.headers["Content-Encoding"] = coding
        return response

    def _current(self) -> tuple[str, str, dict[str, bytes]]:
        text = self._additions()
        made = self._made
        if made is None or (made[0] is not text and made[0] != text):
            digest = hashlib.sha256((self._frame + text).encode()).hexdigest()[:12]
            made = self._made = (text, digest, {})
        return made
