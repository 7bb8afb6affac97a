"""A visitor's live sessions as rows, with the time left in words."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta

from frontend.site.offers import Known, OwnSession
from frontend.site.pages import SessionRow
from portal_backend.contract.components import Clock
from portal_backend.contract.spans import end_words, time_left
from portal_backend.contract.wire import format_time
from portal_backend.contract.words import say

EXPIRING = timedelta(minutes=5)
NO_SESSION = say("You have no session open.")
NOT_LISTED = say("The portal does not answer, so your sessions cannot be shown. They run on; look again in a minute.")


def none_words(known: Iterable[Known], users: Collection[str]) -> str:
    """Return what to say where no session is listed; `users` names the portals that know the visitor."""
    silent = any(item.stale or item.listing is None for item in known if item.portal in users)
    return NOT_LISTED if silent else NO_SESSION


def clock(expires: datetime | None, now: datetime, limited: bool = False) -> Clock:
    """Return the time left until `expires` in words, and whether it is short; one that is `limited` may not run yet."""
    if expires is None:
        words = say("Not running yet") if limited else say("No time limit")
        return Clock(words, None, expiring=False, ends_words="")
    left = expires - now
    return Clock(time_left(left), format_time(expires), left < EXPIRING, end_words(expires, now))


def rows(
    sessions: Iterable[OwnSession],
    titles: Mapping[str, str],
    address: Callable[[str, OwnSession], str],
    now: datetime,
    limited: Collection[tuple[str, str]] = (),
) -> tuple[SessionRow, ...]:
    """Return one row a session; `address` gives where `workshop`, `start`, `extend`, `end` and `back` lead for it.

    `limited` are the environments, each with its portal before it, whose sessions end by themselves.
    """
    return tuple(
        SessionRow(
            title=titles.get(item.workshop, item.workshop),
            url=address("workshop", item),
            clock=clock(item.expires, now, (item.portal, item.environment) in limited),
            start_url=address("start", item),
            extend_url=address("extend", item) if item.extendable else None,
            end_url=address("end", item),
            back_url=address("back", item),
        )
        for item in sessions
    )
