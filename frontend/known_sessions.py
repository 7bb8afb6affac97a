"""A visitor's own sessions at one portal, for pages: asked for in a hurry, and as they were last when that fails."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime

from frontend.portal_client import PortalClient, PortalError, PortalResting
from frontend.site.answers import BadAnswer, sessions_of
from frontend.site.offers import OwnSession

_MOST = 5000
_log = logging.getLogger(__name__)
Sessions = tuple[OwnSession, ...]


class KnownSessions:
    """The sessions listed last, of a bounded number of visitors."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._last: OrderedDict[tuple[str, str], Sessions] = OrderedDict()

    def of(self, client: PortalClient, user: str, within: float) -> Sessions:
        """Return the live sessions of one user id; the last known ones when the portal takes longer than `within`."""
        try:
            found = sessions_of(client.name, client.user_sessions(user, within))
        except (PortalError, BadAnswer) as error:
            _log.log(logging.DEBUG if isinstance(error, PortalResting) else logging.WARNING, "not listed: %s", error)
            return self.last(client, user)
        with self._lock:
            self._last[client.key, user] = found
            self._last.move_to_end((client.key, user))
            if len(self._last) > _MOST:
                self._last.popitem(last=False)
        return found

    def last(self, client: PortalClient, user: str) -> Sessions:
        """Return what was listed last, without what must be over by now."""
        now = self._clock()
        kept = self._last.get((client.key, user), ())
        return tuple(item for item in kept if item.expires is None or item.expires > now)

    def drop(self, client: PortalClient, user: str) -> None:
        """Forget what was listed, because it has changed."""
        with self._lock:
            self._last.pop((client.key, user), None)
