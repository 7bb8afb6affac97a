"""What goes with a request for a session: in its address, its JSON body and its headers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal_backend.contract import wire


@dataclass(frozen=True)
class Asking:
    """What a session is asked with: the way back, who asks (None: somebody new), and what else is known of them.

    `person_in_body` keeps e-mail and names out of the address, where logs would have them; not every portal reads it.
    `newcomer` tells one new visitor from another, so that a portal that reads it gives one asking twice one session.
    With a `session` only that one of the user's is wanted, never a new one.
    """

    index_url: str
    user: str | None = None
    person: Mapping[str, str] | None = None
    parameters: Mapping[str, str] | None = None
    newcomer: str = ""
    person_in_body: bool = False
    session: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers of the request."""
        return {wire.NEWCOMER_HEADER: self.newcomer} if self.newcomer and not self.user else {}

    @property
    def query(self) -> dict[str, str]:
        """Return the query of the request."""
        asks = {wire.INDEX_URL_PARAMETER: self.index_url, "user": self.user or "", "session": self.session}
        named = {name: value for name, value in asks.items() if value}
        return named if self.person_in_body else named | self._described

    @property
    def body(self) -> dict[str, Any] | None:
        """Return the JSON of the request, or None for none."""
        given = [{"name": name, "value": value} for name, value in (self.parameters or {}).items()]
        described = self._described if self.person_in_body else {}
        return {**described, **({"parameters": given} if given else {})} or None

    @property
    def _described(self) -> dict[str, str]:
        return {name: value for name, value in (self.person or {}).items() if value}
