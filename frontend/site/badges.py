"""A workshop's badge: its title and whether there is a seat, as a small picture for pages elsewhere.

A picture cannot measure letters, so widths are estimated by kind of letter, and the words are told to fill what was
estimated for them.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from portal_backend.contract.components import Card
from portal_backend.contract.words import Said, say

State = Literal["free", "full", "closed", "unknown"]
_NARROW, _WIDE = frozenset("ijltfrI1.,:;'|!()[] "), frozenset("mwMWOQGD@%&—")
_SMALL, _MIDDLE, _LARGE, _FULL = 4.0, 6.6, 9.2, 11.5
_PADDING = 10
_GLYPH = 14
_LONGEST = 48
_WORDS: dict[State, Said] = {
    "free": say("free"),
    "full": say("full"),
    "closed": say("closed"),
    "unknown": say("unknown"),
}
_NAMELESS = say("Workshop")
_NOT_OFFERED = say("not offered")


@dataclass(frozen=True)
class Badge:
    """What the picture shows, its state alone without `left`; widths are in its own units, `words` are read out."""

    state: State
    left: str
    right: str
    words: str
    left_width: int
    right_width: int

    @property
    def width(self) -> int:
        """How wide it is altogether."""
        return self.left_width + self.right_width

    @property
    def left_text(self) -> int:
        """How wide its title is drawn."""
        return self.left_width - 2 * _PADDING

    @property
    def right_text(self) -> int:
        """How wide its state is drawn."""
        return self.right_width - 2 * _PADDING - _GLYPH


def badge(card: Card | None, stale: bool, tell: Callable[[Said], str] = str, short: bool = False) -> Badge:
    """Return the badge of a card; without one, of a workshop that is not offered. Of `stale` news it says nothing.

    `tell` says words in the language of the picture: their width is part of what is drawn. A `short` one is without the
    title, for where that stands beside it.
    """
    made = _badge(card, stale, tell)
    return replace(made, left="", left_width=0) if short else made


def _badge(card: Card | None, stale: bool, tell: Callable[[Said], str]) -> Badge:
    title = card.title if card else tell(_NAMELESS)
    if stale:
        return _made("unknown", title, tell(_WORDS["unknown"]))
    if card is None:
        return _made("closed", title, tell(_NOT_OFFERED))
    state: State = "free" if card.availability.state in ("ready", "free") else _closed(card)
    return _made(state, title, tell(_WORDS[state]))


def _closed(card: Card) -> State:
    return "full" if card.availability.state == "full" else "closed"


def _made(state: State, title: str, right: str) -> Badge:
    left = " ".join(title.split())
    left = left if len(left) <= _LONGEST else f"{left[: _LONGEST - 1].rstrip()}…"
    return Badge(
        state=state,
        left=left,
        right=right,
        words=f"{left}: {right}",
        left_width=_width(left) + 2 * _PADDING,
        right_width=_width(right) + 2 * _PADDING + _GLYPH,
    )


def _width(text: str) -> int:
    return round(sum(map(_letter, text)))


def _letter(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WF":
        return _FULL
    if letter in _NARROW:
        return _SMALL
    return _LARGE if letter in _WIDE else _MIDDLE
