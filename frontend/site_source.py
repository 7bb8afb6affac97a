"""The site as its file says now: read again when the file changes, the last good one kept while it is broken or gone.

Gone it is for a moment whenever an editor puts a new file in its place; what it hides must not show meanwhile.
What was good is also written down, so that processes agree on it and one that is replaced can start with it.
"""

import logging
import threading
from pathlib import Path

from frontend.settings import SettingsError
from frontend.site.loading import Loaded, load
from frontend.site.model import Portal, Site
from portal_backend.contract.instance import InstanceError, replace
from portal_backend.contract.stamps import stamp_of

_log = logging.getLogger(__name__)

DEFAULT_PORTAL = "default"


class SiteSource:
    """`site.yaml` in the owner's folder; raises SettingsError with every problem when it is broken from the start.

    `kept` is the file that holds what it said when it was good, for every process; None when nothing is to be kept.
    """

    def __init__(self, path: Path, portal_url: str, kept: Path | None = None) -> None:
        self._path = path
        self._kept = kept
        self._default = Portal(name=DEFAULT_PORTAL, url=portal_url, people="body")
        self._lock = threading.Lock()
        self._seen = stamp_of(self._path)
        loaded = load(path) if path.exists() else Loaded(Site())
        site = loaded.site or self._last()
        if site is None:
            raise SettingsError("\n".join(str(problem) for problem in loaded.problems))
        self._site = self._complete(site)
        if loaded.site is None:
            self._take(loaded)
        else:
            self._keep()

    def current(self) -> Site:
        """Return the site; a changed file counts from the next call on."""
        stamp = stamp_of(self._path)
        if stamp != self._seen:
            with self._lock:
                if stamp != self._seen:
                    self._seen = stamp
                    self._take(load(self._path))
        return self._site

    def _take(self, loaded: Loaded) -> None:
        for problem in loaded.problems:
            _log.warning("%s", problem)
        if loaded.site is None:
            _log.error("%s has problems; the site stays as it was", self._path)
            self._site = self._complete(self._last() or self._site)
            return
        self._site = self._complete(loaded.site)
        self._keep()
        _log.info("%s was read again", self._path)

    def _keep(self) -> None:
        """Write down what the file says, unless it has changed since it was read."""
        if self._kept is None or not self._path.exists():
            return
        try:
            text = self._path.read_text(encoding="utf-8-sig")
            if stamp_of(self._path) == self._seen and text != self._last_text():
                replace(self._kept, text)
        except (OSError, UnicodeDecodeError, InstanceError) as error:
            _log.warning("what %s says cannot be kept: %s", self._path, error)

    def _last(self) -> Site | None:
        text = self._last_text()
        return load(text).site if text is not None else None

    def _last_text(self) -> str | None:
        try:
            return self._kept.read_text(encoding="utf-8") if self._kept else None
        except (OSError, UnicodeDecodeError):
            return None

    def _complete(self, site: Site) -> Site:
        return site if site.portals else site.model_copy(update={"portals": (self._default,)})
