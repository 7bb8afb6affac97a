"""The badge of a workshop: which word it says, and that its words have room."""

from dataclasses import replace

import pytest
from offered import ADDRESSES, NOON, known, offer

from frontend.site.badges import badge
from frontend.site.index import Shop
from frontend.site.model import Site
from frontend.site.offers import Offer
from portal_backend.contract.components import Card
from portal_backend.contract.wire import EnvironmentState


def card(made: Offer) -> Card:
    """Return the card of an offer."""
    found = Shop(Site(), (known(made),), (), ADDRESSES, NOON).card(made.workshop)
    assert found
    return found


@pytest.mark.parametrize(
    ("made", "stale", "state", "words"),
    [
        (offer(available=1), False, "free", "The lab: free"),
        (offer(), False, "free", "The lab: free"),
        (offer(allocated=10), False, "full", "The lab: full"),
        (offer(state=EnvironmentState.STOPPING), False, "closed", "The lab: closed"),
        (offer(), True, "unknown", "The lab: unknown"),
        (None, False, "closed", "Workshop: not offered"),
        (None, True, "unknown", "Workshop: unknown"),
    ],
)
def test_the_word(made: Offer | None, stale: bool, state: str, words: str) -> None:
    drawn = badge(card(made) if made else None, stale)
    assert (drawn.state, drawn.words) == (state, words)
    assert drawn.width == drawn.left_width + drawn.right_width


def test_a_short_badge_is_its_state_alone() -> None:
    drawn, whole = badge(card(offer()), False, short=True), badge(card(offer()), False)
    assert (drawn.left, drawn.right, drawn.words) == ("", "free", "The lab: free")
    assert drawn.width == drawn.right_width == whole.right_width


def test_a_longer_title_takes_more_room_up_to_a_bound() -> None:
    lab = card(offer())
    widths = [badge(replace(lab, title=title), False).left_text for title in ("il", "ab", "MM", "世界", "x" * 40)]
    assert widths == sorted(set(widths))
    long = badge(replace(lab, title="word " * 100), False)
    assert len(long.left) <= 48
    assert long.left.endswith("…")
    assert long.right_text > 0
