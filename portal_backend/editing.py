"""Takes up edits of the owner's files once they have come to rest; an edit with a fault changes nothing.

A file is often written in pieces, and a set of files one after the other. What is read in between may look whole and
would let environments go that come back a moment later. So nothing is applied that changed while it was looked at.
"""

import logging
import time

from portal_backend import credentials
from portal_backend.reading import StartupError, read_resources
from portal_backend.resources import report
from portal_backend.resources.model import PortalSpec, Resources
from portal_backend.services import configuration
from portal_backend.services.context import Context
from portal_backend.settings import Settings
from portal_backend.watching import Fingerprint, fingerprint

log = logging.getLogger(__name__)
_REST_SECONDS = 0.3


class Edits:
    """The files of one installation as this process last took them up."""

    def __init__(self, settings: Settings, context: Context, rest: float = _REST_SECONDS) -> None:
        """Take a context that is ready to serve; files must stay the same for `rest` seconds to count."""
        self._settings, self._context, self._rest = settings, context, rest
        self._seen: Fingerprint | None = None
        self._applied: Resources | None = None

    def take_up(self) -> None:
        """Apply what has changed since the last time, or replace the environments that are due for it."""
        now = self._look()
        if now != self._seen:
            self._take_up(now)
        elif self._applied is not None:
            configuration.refresh(self._context, self._applied)

    def _look(self) -> Fingerprint:
        return fingerprint(self._settings.config_file, self._settings.workshops_dir)

    def _read(self) -> tuple[Resources, PortalSpec]:
        """Return what the files ask for; raises StartupError when they cannot be used."""
        return read_resources(self._settings)

    def _take_up(self, now: Fingerprint) -> None:
        time.sleep(self._rest)
        if self._look() != now:
            return
        try:
            found, spec = self._read()
        except StartupError as fault:
            if self._look() == now:
                configuration.note_refusal(self._context)
                log.error("nothing was changed. %s", fault)
                self._seen = now
            return
        if self._look() != now:
            return
        credentials.settle(self._settings, spec.credentials)
        configuration.apply(self._context, found)
        self._tell(found)
        self._seen, self._applied = now, found

    def _tell(self, found: Resources) -> None:
        # Said here and not by every process that starts, so that an owner reads each line once.
        for line in (*report.lines(found.problems), *configuration.outdated(self._context, found)):
            log.warning("%s", line)
