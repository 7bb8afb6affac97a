"""Where the uses of signed links are counted, so that no number of clicks on any number of machines makes one too many.

A use is a session that was started by the link. It is claimed before the portal is asked and kept under the session's
name after; a start that fails gives it back. Claims of one visitor are one: whoever clicks twice waits for the same
session. Every step is one transaction of the store: SQLite in the instance folder, or the Redis all processes share.
"""

import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Protocol

from frontend.settings import Settings, SettingsError
from frontend.site.signed_links import SignedLink, Standing
from portal_backend.contract.instance import InstanceError, prepare
from portal_backend.contract.variables import no_redis

FILE = "link-uses.sqlite3"
# How long after its end a link is still remembered, in case the clocks of two machines differ.
KEPT_AFTER = timedelta(days=1)
_PATIENCE_SECONDS = 10
_LOOK_AGAIN_SECONDS = 0.002
_TABLES = (
    "CREATE TABLE IF NOT EXISTS links (link TEXT PRIMARY KEY, ends INTEGER NOT NULL, ended INTEGER NOT NULL)",
    """CREATE TABLE IF NOT EXISTS claims (
      link TEXT NOT NULL, holder TEXT NOT NULL, clicks INTEGER NOT NULL, PRIMARY KEY (link, holder)
    )""",
    """CREATE TABLE IF NOT EXISTS sessions (
      number INTEGER PRIMARY KEY, link TEXT NOT NULL, session TEXT NOT NULL, holder TEXT NOT NULL,
      UNIQUE (link, session)
    )""",
    "CREATE INDEX IF NOT EXISTS sessions_of_holder ON sessions (link, holder)",
)


class UncountedError(Exception):
    """The store of the uses does not answer; nothing may start by a link meanwhile."""


class Claim(Enum):
    """What somebody who wants a use of a link gets."""

    TAKEN = "taken"
    HOLDS = "holds"
    USED_UP = "used-up"
    ENDED = "ended"


class LinkUses(Protocol):
    """A store of uses; every method raises UncountedError when it does not answer."""

    def look(self, link: SignedLink, holder: str = "") -> Standing:
        """Return how many uses are spent, whether the link was ended, and the last session of `holder`."""

    def take(self, link: SignedLink, holder: str, over: str) -> Claim:
        """Claim a use, or join the claim that `holder` has; who holds a session but the one `over` needs none."""

    def keep(self, link: SignedLink, holder: str, session: str) -> bool:
        """Put a started session in place of the claim; False when there was none, and no use is left for it."""

    def give_back(self, link: SignedLink, holder: str) -> None:
        """Take back one click of a claim; with the last one the use is free again."""

    def end(self, link: SignedLink) -> None:
        """Let the link start nothing any more."""


def uses_of(settings: Settings) -> LinkUses:
    """Return the store that the settings name; raises SettingsError when it cannot be used by this installation."""
    if not settings.cache_url:
        return UsesInFile(settings.instance / FILE)
    try:
        from frontend.link_uses_redis import UsesInRedis
    except ImportError as error:
        raise SettingsError("SITE_CACHE_URL needs the extra: pip install 'workshop-index[redis]'") from error
    try:
        return UsesInRedis(settings.cache_url)
    except ValueError:  # its text may tell a part of a password
        raise SettingsError(no_redis("SITE_CACHE_URL")) from None


class UsesInFile:
    """Counts in a file of SQLite, which is made by the first start."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._made = False

    def look(self, link: SignedLink, holder: str = "") -> Standing:
        """Return what has come of the link; looking makes no file."""
        if not self._made and not self._path.exists():
            return Standing()
        with self._transaction() as db:
            return Standing(_spent(db, link), _is_ended(db, link), _last(db, link, holder))

    def take(self, link: SignedLink, holder: str, over: str) -> Claim:
        """Claim a use for `holder`."""
        with self._transaction() as db:
            if _is_ended(db, link):
                return Claim.ENDED
            if not _is_claimed(db, link, holder):
                if _last(db, link, holder) not in ("", over):
                    return Claim.HOLDS
                if not _is_free(db, link):
                    return Claim.USED_UP
            _remember(db, link)
            db.execute(
                "INSERT INTO claims VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET clicks = clicks + 1", (link.id, holder)
            )
            return Claim.TAKEN

    def keep(self, link: SignedLink, holder: str, session: str) -> bool:
        """Keep a started session."""
        with self._transaction() as db:
            if db.execute("SELECT 1 FROM sessions WHERE link = ? AND session = ?", (link.id, session)).fetchone():
                _give_back(db, link, holder)
                return True
            if not _is_claimed(db, link, holder) and (_is_ended(db, link) or not _is_free(db, link)):
                return False
            _remember(db, link)
            db.execute("DELETE FROM claims WHERE link = ? AND holder = ?", (link.id, holder))
            db.execute("INSERT INTO sessions VALUES (NULL, ?, ?, ?)", (link.id, session, holder))
            return True

    def give_back(self, link: SignedLink, holder: str) -> None:
        """Take back one click."""
        with self._transaction() as db:
            _give_back(db, link, holder)

    def end(self, link: SignedLink) -> None:
        """Let the link start nothing any more."""
        with self._transaction() as db:
            _remember(db, link)
            db.execute("UPDATE links SET ended = 1 WHERE link = ?", (link.id,))

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Give the store to one at a time; what is done in it counts whole or not at all."""
        try:
            self._make()
            with closing(_connected(self._path)) as db:
                _patiently(db, "BEGIN IMMEDIATE")
                try:
                    yield db
                except BaseException:
                    db.execute("ROLLBACK")
                    raise
                _patiently(db, "COMMIT")
        except (sqlite3.Error, InstanceError, OSError) as error:
            raise UncountedError(f"{self._path}: {error}") from error

    def _make(self) -> None:
        if self._made and self._path.exists():
            return
        prepare(self._path.parent)
        _make_private(self._path)
        with closing(_connected(self._path)) as db:
            _patiently(db, "BEGIN IMMEDIATE")
            for table in _TABLES:
                db.execute(table)
            _patiently(db, "COMMIT")
        self._made = True


def _make_private(path: Path) -> None:
    """Make an empty file that is its owner's, when there is none.

    It is closed before it has its name: to close a database drops every lock that this process holds on it.
    """
    handle, made = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    try:
        with suppress(FileExistsError):
            os.link(made, path)
    finally:
        os.unlink(made)


def _connected(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=0, isolation_level=None)


def _patiently(db: sqlite3.Connection, step: str) -> None:
    """Run a step that may have to wait for others; SQLite itself looks again ever more rarely."""
    due = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            db.execute(step)
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > due:
                raise
        time.sleep(_LOOK_AGAIN_SECONDS)


def _spent(db: sqlite3.Connection, link: SignedLink) -> int:
    count = "SELECT (SELECT count(*) FROM claims WHERE link = ?1) + (SELECT count(*) FROM sessions WHERE link = ?1)"
    return int(db.execute(count, (link.id,)).fetchone()[0])


def _is_free(db: sqlite3.Connection, link: SignedLink) -> bool:
    return link.uses is None or _spent(db, link) < link.uses


def _is_ended(db: sqlite3.Connection, link: SignedLink) -> bool:
    return db.execute("SELECT 1 FROM links WHERE link = ? AND ended", (link.id,)).fetchone() is not None


def _is_claimed(db: sqlite3.Connection, link: SignedLink, holder: str) -> bool:
    return db.execute("SELECT 1 FROM claims WHERE link = ? AND holder = ?", (link.id, holder)).fetchone() is not None


def _last(db: sqlite3.Connection, link: SignedLink, holder: str) -> str:
    query = "SELECT session FROM sessions WHERE link = ? AND holder = ? ORDER BY number DESC LIMIT 1"
    found = db.execute(query, (link.id, holder)).fetchone()
    return str(found[0]) if found else ""


def _give_back(db: sqlite3.Connection, link: SignedLink, holder: str) -> None:
    db.execute("UPDATE claims SET clicks = clicks - 1 WHERE link = ? AND holder = ?", (link.id, holder))
    db.execute("DELETE FROM claims WHERE link = ? AND holder = ? AND clicks < 1", (link.id, holder))


def _remember(db: sqlite3.Connection, link: SignedLink) -> None:
    """Note a link that is new to the store, and forget those that are long over."""
    ends = int((link.ends + KEPT_AFTER).timestamp())
    if db.execute("INSERT OR IGNORE INTO links VALUES (?, ?, 0)", (link.id, ends)).rowcount < 1:
        return
    over = "SELECT link FROM links WHERE ends < CAST(strftime('%s', 'now') AS INTEGER)"
    for table in ("claims", "sessions", "links"):
        db.execute(f"DELETE FROM {table} WHERE link IN ({over})")
