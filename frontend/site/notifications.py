"""Banners: what a returning visitor is told for each code, and which announcements are due.

A code outside the five shows nothing, and nothing of what came with the address is ever repeated on a page.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime

from frontend.site.model import Announcement, Notifications, Wording
from frontend.site.offers import Known
from frontend.site.troubles import Setback, Trouble
from portal_backend.contract.components import Hyperlink, Level, Notice
from portal_backend.contract.wire import Notification
from portal_backend.contract.words import say

_BUILT_IN: dict[Notification, tuple[Level, str, str]] = {
    Notification.SESSION_DELETED: (
        "success",
        say("Your session has ended"),
        say("Everything in it has been cleared away. Start it again, or choose another workshop."),
    ),
    Notification.WORKSHOP_INVALID: (
        "error",
        say("That workshop is not offered here"),
        say("The link may be old or mistyped. Choose one of the workshops on this page."),
    ),
    Notification.SESSION_UNAVAILABLE: (
        "warning",
        say("No session is available right now"),
        say("Try again in a few minutes, or choose another workshop."),
    ),
    Notification.SESSION_INVALID: (
        "warning",
        say("That session is no longer there"),
        say("It has expired, or it was started in another browser. Start the workshop again."),
    ),
    Notification.STARTUP_TIMEOUT: (
        "error",
        say("The session took too long to start"),
        say("It has been cancelled and nothing was lost. Start the workshop again."),
    ),
}
# What is said in their place on a page that shows a single workshop and leads to no other.
_ALONE = {
    Notification.SESSION_DELETED: say("Everything in it has been cleared away. Start it again whenever you like."),
    Notification.WORKSHOP_INVALID: say("This page asks for a workshop that is gone, or mistyped. Tell who wrote it."),
    Notification.SESSION_UNAVAILABLE: say("Try again in a few minutes."),
}
FORGOTTEN = Notice(
    "forgotten",
    "success",
    say("This browser has forgotten you"),
    say("A session you left open ends by itself when its time is up. You can start a workshop whenever you like."),
)
_BY_VALUE = {code.value: code for code in Notification}


def known_code(text: str) -> Notification | None:
    """Return the notification `text` names exactly, or None."""
    return _BY_VALUE.get(text)


def notice(
    code: Notification,
    wordings: Notifications,
    again: Hyperlink | None = None,
    setback: Setback | None = None,
    others_label: str = "",
    others: tuple[Hyperlink, ...] = (),
) -> Notice:
    """Return the banner for `code` in the owner's words where they gave some; `again` is the next step, when known.

    What went wrong is said in place of the built-in words, and when to try again after the owner's as well. Their words
    for no seat are not said of a portal that is overrun, silent or broken.
    """
    level, title, text = _BUILT_IN[code]
    fits = setback is None or setback.trouble is Trouble.FULL
    owner = getattr(wordings, code.value.replace("-", "_")) if fits else Wording()
    text = owner.text or text
    if setback:
        text = say("{what} {when}", what=owner.text or setback.what, when=setback.when)
    return Notice(code.value, level, owner.title or title, text, again, others_label=others_label, others=others)


def lone_notice(code: Notification, wordings: Notifications, setback: Setback | None = None) -> Notice:
    """Return the banner for `code` on a page that shows one workshop alone, where no other can be chosen."""
    shown = notice(code, wordings, setback=setback)
    return replace(shown, text=_ALONE.get(code, shown.text)) if shown.text == _BUILT_IN[code][2] else shown


def why_absent(known: Iterable[Known]) -> Notification:
    """Return what to tell about a workshop that is not listed: a portal never reached may well offer it."""
    reached = all(item.listing is not None for item in known)
    return Notification.WORKSHOP_INVALID if reached else Notification.SESSION_UNAVAILABLE


def due(
    announcements: Iterable[Announcement],
    now: datetime,
    close: Callable[[str], str] | None = None,
    closed: Collection[str] = (),
) -> tuple[Notice, ...]:
    """Return the banners of the announcements shown at `now`, in the owner's order, without those `closed` before.

    `close` gives the address that closes one for good, by its id.
    """
    shown = [item for item in announcements if _is_due(item, now) and not (item.dismissible and item.id in closed)]
    return tuple(_announced(item, close) for item in shown)


def _is_due(item: Announcement, now: datetime) -> bool:
    return (item.starts is None or item.starts <= now) and (item.until is None or now < item.until)


def _announced(item: Announcement, close: Callable[[str], str] | None) -> Notice:
    link = Hyperlink(item.link.label, item.link.url) if item.link else None
    title, text = (item.title, item.text) if item.title else (item.text, "")
    close_url = close(item.id) if close and item.dismissible else ""
    return Notice(f"announcement-{item.id}", item.level, title, text, link, item.dismissible, close_url)
