"""Five codes have words; everything else shows nothing; announcements are due for their time."""

from datetime import UTC, datetime, timedelta

import pytest

from frontend.site.model import Announcement, Link, Notifications, Wording
from frontend.site.notifications import due, known_code, lone_notice, notice
from frontend.site.troubles import Setback, Trouble
from portal_backend.contract.components import Hyperlink, Notice
from portal_backend.contract.wire import Notification

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize("code", list(Notification))
def test_each_code_has_built_in_words(code: Notification) -> None:
    banner = notice(code, Notifications())
    assert (banner.id, banner.link, banner.dismissible) == (code.value, None, False)
    assert banner.title
    assert banner.text
    assert banner.level in ("success", "warning", "error")


@pytest.mark.parametrize("code", list(Notification))
@pytest.mark.parametrize(
    "wording", [Wording(title="T", text="X"), Wording(title="T"), Wording(text="X")], ids=["both", "title", "text"]
)
def test_an_owners_words_replace_the_built_in_ones(code: Notification, wording: Wording) -> None:
    built_in = notice(code, Notifications())
    banner = notice(code, Notifications.model_validate({code.value: wording}))
    assert banner.title == (wording.title or built_in.title)
    assert banner.text == (wording.text or built_in.text)
    assert banner.level == built_in.level


@pytest.mark.parametrize(
    ("trouble", "title", "text"),
    [
        (Trouble.FULL, "Sold out", "Come on Monday."),
        (Trouble.BUSY, "No session is available right now", "Too many people are asking at once."),
        (Trouble.SILENT, "No session is available right now", "The portal that runs this workshop does not answer."),
    ],
)
def test_an_owners_words_for_full_are_not_said_of_anything_else(trouble: Trouble, title: str, text: str) -> None:
    words = Notifications.model_validate({"session-unavailable": Wording(title="Sold out", text="Come on Monday.")})
    banner = notice(Notification.SESSION_UNAVAILABLE, words, setback=Setback(trouble, 30))
    assert (banner.title, banner.text) == (title, f"{text} Try again in 30 seconds.")


@pytest.mark.parametrize("code", list(Notification))
def test_a_page_with_one_workshop_sends_nobody_to_another(code: Notification) -> None:
    shown = lone_notice(code, Notifications())
    assert shown.title == notice(code, Notifications()).title
    assert shown.text
    assert not any(words in shown.text for words in ("another workshop", "workshops on this page"))


def test_a_page_with_one_workshop_has_the_owners_words_and_says_what_went_wrong() -> None:
    owner = Notifications.model_validate({"session-deleted": {"text": "Bye."}})
    assert lone_notice(Notification.SESSION_DELETED, owner).text == "Bye."
    full = lone_notice(Notification.SESSION_UNAVAILABLE, owner, Setback(Trouble.FULL, 60))
    assert full.text == "Every seat is taken at the moment. Try again in a minute."


def test_a_next_step_is_part_of_the_banner() -> None:
    step = Hyperlink("Again", "/workshop/a/")
    assert notice(Notification.SESSION_DELETED, Notifications(), step).link == step


@pytest.mark.parametrize("code", list(Notification))
def test_a_known_code_is_known(code: Notification) -> None:
    assert known_code(code.value) is code


@pytest.mark.parametrize(
    "text", ["", "session_deleted", "SESSION-DELETED", "session-deleted ", "session-deleted<b>", "name", "__class__"]
)
def test_an_unknown_code_is_nothing(text: str) -> None:
    assert known_code(text) is None


@pytest.mark.parametrize(
    ("starts", "until", "shown"),
    [
        (None, None, True),
        (NOON, None, True),
        (NOON + HOUR, None, False),
        (None, NOON, False),
        (None, NOON + HOUR, True),
        (NOON - HOUR, NOON + HOUR, True),
        (NOON - 2 * HOUR, NOON - HOUR, False),
    ],
    ids=["always", "from now", "later", "until now", "until later", "during", "before"],
)
def test_an_announcement_is_shown_in_its_time(starts: datetime | None, until: datetime | None, shown: bool) -> None:
    item = Announcement.model_validate({"id": "a", "text": "x", "from": starts, "until": until})
    assert bool(due([item], NOON)) is shown


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("T", Notice("announcement-a", "warning", "T", "X", Hyperlink("L", "/x"), False)),
        ("", Notice("announcement-a", "warning", "X", "", Hyperlink("L", "/x"), False)),
    ],
    ids=["with a title", "the text alone"],
)
def test_an_announcement_becomes_a_banner(title: str, expected: Notice) -> None:
    link = Link(label="L", url="/x")
    item = Announcement(id="a", level="warning", title=title, text="X", link=link, dismissible=False)
    assert due([item], NOON) == (expected,)
