"""Which provider the owner has people sign in at, and what can be wrong with its word.

What speaks to a provider is imported once an owner names one: it brings a tenth of a worker's memory with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from frontend.site.sign_in import Oidc

if TYPE_CHECKING:
    from frontend.oidc import Provider

Claims = Mapping[str, Any]


class ProviderError(Exception):
    """The provider did not say who somebody is; the text is for the log."""


class ProviderSilent(ProviderError):
    """It does not answer, or not in time, or is left alone for a moment because it did not."""


class Declined(ProviderError):
    """It signed nobody in, because the person or the provider did not want to."""


class Untrusted(ProviderError):
    """It answers, but not as a provider does whose word this site may take."""


class Providers:
    """The provider the owner names now; another one counts as soon as the owner names it."""

    def __init__(self, named: Callable[[], Oidc | None], site_url: str, secret: Callable[[], str | None]) -> None:
        self._named = named
        self._site_url = site_url
        self._secret = secret
        self._made: Provider | None = None

    def current(self) -> Provider | None:
        """Return the provider, None where nobody signs in at one."""
        named = self._named()
        if named is None:
            return None
        made = self._made
        if made is None or made.config != named:
            from frontend.oidc import Provider

            made = self._made = Provider(named, self._site_url, self._secret)
        return made
