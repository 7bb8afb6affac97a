"""What every use case needs: the store, the provider, the time and chance."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from portal_backend.providers.base import Provider
from portal_backend.services.webhooks import Reporting
from portal_backend.store.engine import Store


def system_clock() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def new_token() -> str:
    """Return a token nobody can guess."""
    return secrets.token_urlsafe(32)


@dataclass(frozen=True)
class Context:
    """The parts the use cases work with; `choose` picks one character of a text at random.

    `reporting` says how events are told.
    """

    store: Store
    provider: Provider
    clock: Callable[[], datetime] = system_clock
    token: Callable[[], str] = new_token
    choose: Callable[[str], str] = secrets.choice
    reporting: Reporting = field(default_factory=Reporting)

    def now(self) -> datetime:
        """Return the time in whole milliseconds, as the store keeps it."""
        moment = self.clock()
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def digest(token: str) -> str:
    """Return the hash under which a token is stored."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
