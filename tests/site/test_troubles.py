"""What stood in the way of a session: in words, in a cookie's form, and which of several is told."""

import pytest

from frontend.site.model import Notifications
from frontend.site.notifications import notice
from frontend.site.troubles import Setback, Trouble, foremost, read
from portal_backend.contract.wire import Notification


@pytest.mark.parametrize(
    ("setback", "when"),
    [
        (Setback(Trouble.BUSY, 1), "Try again now."),
        (Setback(Trouble.BUSY), "Try again in 10 seconds."),
        (Setback(Trouble.SILENT, 59), "Try again in 59 seconds."),
        (Setback(Trouble.SILENT, 60), "Try again in a minute."),
        (Setback(Trouble.FULL, 61), "Try again in 2 minutes."),
        (Setback(Trouble.FULL, 10**6), "Try again in 60 minutes."),
        (Setback(Trouble.BROKEN), "Try again in 15 minutes."),
    ],
)
def test_when_to_try_again_is_said_in_round_words(setback: Setback, when: str) -> None:
    assert setback.when == when


@pytest.mark.parametrize("trouble", Trouble)
def test_every_trouble_has_words_and_survives_a_cookie(trouble: Trouble) -> None:
    assert Setback(trouble).what.endswith(".")
    assert read(str(Setback(trouble, 12))) == Setback(trouble, 12)


@pytest.mark.parametrize("text", ["", "full", "full x", "full -1", "nope 3", "full 99999999", "full ²"])
def test_another_text_is_no_setback(text: str) -> None:
    assert read(text) is None


def test_of_several_the_one_that_can_best_be_waited_for_is_told() -> None:
    found = [Setback(Trouble.SILENT, 3), Setback(Trouble.FULL, 60), Setback(Trouble.FULL, 30), Setback(Trouble.BROKEN)]
    assert foremost(found) == Setback(Trouble.FULL, 30)
    assert foremost([]) is None


@pytest.mark.parametrize(
    ("owner", "text"),
    [
        ({}, "Every seat is taken at the moment. Try again in 30 seconds."),
        ({"session-unavailable": {"text": "Sorry."}}, "Sorry. Try again in 30 seconds."),
    ],
    ids=["built in", "the owner's"],
)
def test_a_banner_says_what_is_wrong_and_when_to_try_again(owner: dict[str, dict[str, str]], text: str) -> None:
    wordings = Notifications.model_validate(owner)
    told = notice(Notification.SESSION_UNAVAILABLE, wordings, setback=Setback(Trouble.FULL, 30))
    assert told.text == text
