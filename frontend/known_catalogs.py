"""What is known of each portal's catalog: shown as it was last known, while a newer one is fetched behind the page.

A page never waits for a portal longer than a moment. Who finds a catalog out of date has it fetched by a thread of its
own and waits that moment, which is enough for a portal in good health; everybody else gets the last one at once. After
a failure the portal is left alone for a few seconds. A catalog older than a few seconds is marked as such.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from frontend.background import Background
from frontend.kept_catalogs import Kept, KeptCatalogs
from frontend.portal_client import PortalClient, PortalError, PortalResting
from frontend.portal_gate import PATIENCE_SECONDS
from frontend.site.answers import BadAnswer, listing_of
from frontend.site.catalog import availability
from frontend.site.offers import Known, Listing

FRESH = timedelta(seconds=2)
# While something is full people wait for a seat, so that one that comes free shows at once.
FRESH_WHEN_FULL = timedelta(milliseconds=200)
# A list this old is shown with its age when no newer one came in time.
RECENT = timedelta(seconds=10)
PAUSE = timedelta(seconds=5)
FIRST_PATIENCE_SECONDS = 2.0
_TURN = timedelta(milliseconds=100)
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Seen:
    """The last this process saw of a portal, and when to look again."""

    listing: Listing | None
    digest: str
    look_again: datetime
    fresh_until: datetime
    failing: bool = False


class KnownCatalogs:
    """The catalogs of all portals, shared by every thread and, through what is kept, by every process."""

    def __init__(self, kept: KeptCatalogs, clock: Callable[[], datetime], patience: float = PATIENCE_SECONDS) -> None:
        self._kept = kept
        self._patience = patience
        self._clock = clock
        self._background = Background()
        self._seen: dict[str, _Seen] = {}

    def known(self, clients: Sequence[PortalClient]) -> tuple[Known, ...]:
        """Return what is known of each portal, after one moment's wait for all that are due to be asked."""
        now = self._clock()
        due = [self._due(client, now) for client in clients]
        for wait in due:
            wait()
        return tuple(self._as_known(client, self._seen.get(client.key), now) for client in clients)

    def _due(self, client: PortalClient, now: datetime) -> Callable[[], object]:
        """Have the portal asked when that is due, and return how to wait for what it says."""
        if client.key not in self._seen:
            self._adopt(client)
        seen = self._seen.get(client.key)
        if seen is not None and _is_to_come(seen.look_again, now):
            return bool
        under_way, first = self._background.ask(client.key, partial(self._look, client))
        listing = seen.listing if seen else None
        if first or listing is None or now - listing.fetched > RECENT:
            return partial(under_way.wait, self._patience if seen else max(self._patience, FIRST_PATIENCE_SECONDS))
        return bool

    def refresh(self, client: PortalClient) -> Known:
        """Ask the portal anew and return what is known then; waits longer, for somebody who just met a change."""
        for _ in range(2):
            under_way, first = self._background.ask(client.key, partial(self._look, client, anew=True))
            if not under_way.wait(FIRST_PATIENCE_SECONDS) or first:
                break
        return self._as_known(client, self._seen.get(client.key), self._clock())

    def _as_known(self, client: PortalClient, seen: _Seen | None, now: datetime) -> Known:
        if seen is None or seen.listing is None:
            return Known(client.name, None, stale=True)
        aged = now >= seen.fresh_until
        return Known(client.name, seen.listing, stale=aged and (seen.failing or now - seen.listing.fetched > RECENT))

    def _look(self, client: PortalClient, anew: bool = False) -> None:
        """Take what another process has just fetched, or else ask the portal, when no other process does so now.

        Somebody who has met a change (`anew`) needs what the portal says after that, whoever else is asking.
        """
        self._adopt(client)
        if anew:
            self._ask(client)
            return
        if self._settled(client):
            return
        with self._kept.claim(client.key) as claimed:
            if not claimed:
                self._later(client, _TURN)
            elif not self._adopt(client) or not self._settled(client):
                self._ask(client)

    def _settled(self, client: PortalClient) -> bool:
        seen = self._seen.get(client.key)
        return seen is not None and _is_to_come(seen.fresh_until, self._clock())

    def _adopt(self, client: PortalClient) -> bool:
        """Take over what was kept since; return whether there was anything."""
        seen = self._seen.get(client.key)
        kept = self._kept.newest(client.key, seen.listing.fetched if seen and seen.listing else None)
        if kept is None:
            return False
        try:
            answer = json.loads(kept.text)
            fetched = _by_own_clock(kept.fetched, self._clock())
            self._take(client, answer if isinstance(answer, dict) else {}, _digest(kept), fetched)
        except (ValueError, RecursionError) as error:
            _log.warning("what was kept of portal %s is of no use: %s", client.name, error)
            return False
        return True

    def _ask(self, client: PortalClient) -> None:
        try:
            answer = client.environments()
            now = self._clock()
            kept = Kept(now.replace(microsecond=now.microsecond // 1000 * 1000), json.dumps(answer))
            before = self._seen.get(client.key)
            self._take(client, answer, _digest(kept), kept.fetched)
        except (PortalError, BadAnswer) as error:
            _log.warning("catalog of portal %s not refreshed: %s", client.name, error)
            resting = timedelta(seconds=error.retry_after) if isinstance(error, PortalResting) else PAUSE
            self._later(client, min(resting, PAUSE), failing=True)
            return
        self._kept.keep(client.key, kept, changed=before is None or before.digest != _digest(kept))

    def _take(self, client: PortalClient, answer: Mapping[str, Any], digest: str, fetched: datetime) -> None:
        seen = self._seen.get(client.key)
        if seen is not None and seen.listing is not None and seen.digest == digest:
            listing = replace(seen.listing, fetched=fetched)
        else:
            listing = listing_of(client.name, answer, fetched)
        full = any(availability(offer, listing.room).state == "full" for offer in listing.offers)
        ends = fetched + (FRESH_WHEN_FULL if full else FRESH)
        self._seen[client.key] = _Seen(listing, digest, look_again=ends, fresh_until=ends)

    def _later(self, client: PortalClient, wait: timedelta, failing: bool = False) -> None:
        now = self._clock()
        seen = self._seen.get(client.key) or _Seen(None, "", now, now)
        self._seen[client.key] = replace(seen, look_again=now + wait, failing=failing or seen.failing)


def _is_to_come(moment: datetime, now: datetime) -> bool:
    """Whether a moment is still to come; one further ahead than anything is put off is of a clock since set back."""
    return now < moment <= now + PAUSE


def _by_own_clock(fetched: datetime, now: datetime) -> datetime:
    """Return when something was fetched; what is from far ahead was kept by a clock that was wrong, and may be old."""
    return min(fetched, now) if fetched - now < RECENT else now - RECENT


def _digest(kept: Kept) -> str:
    return hashlib.sha256(kept.text.encode()).hexdigest()
