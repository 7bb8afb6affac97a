"""What a portal's HTTP answer means: the JSON asked for, or the error that says whose fault it is."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

_UNKNOWN_ENVIRONMENT = "Environment does not exist"


class PortalError(Exception):
    """The portal did not give what was asked for; the text is for the log."""


class PortalUnreachable(PortalError):
    """It does not answer, or not in time, or with a fault of its own."""


class PortalResting(PortalError):
    """It was not asked, because it failed or is overrun; `retry_after` is in seconds."""

    def __init__(self, why: str, retry_after: int) -> None:
        super().__init__(why)
        self.retry_after = retry_after


class PortalMisconfigured(PortalError):
    """It answers, but the login, its address or its answer is wrong: trying again does not help."""


class UnknownEnvironment(PortalError):
    """It has no environment of that name."""


class UnknownSession(PortalError):
    """It has no live session of that name."""


class PortalRefused(PortalError):
    """It has no session to give now; `retry_after` is in seconds, 0 when it does not say."""

    def __init__(self, reason: str, retry_after: int) -> None:
        super().__init__(f"refused: {reason}")
        self.reason = reason
        self.retry_after = retry_after


@dataclass(frozen=True)
class Answer:
    """One answer; `path` is what was asked, without its query, because a query may hold a user id."""

    portal: str
    path: str
    status: int
    retry_after: str
    body: bytes

    @property
    def token_refused(self) -> bool:
        """Whether the token does not count; a real portal says 403 to an unknown environment as well."""
        return self.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN) and not self._about_environment

    def checked(self) -> "Answer":
        """Return a good answer; every other one becomes the error that says what it means."""
        where = f"{self.portal}: {self.path}"
        if self.status == HTTPStatus.OK:
            return self
        if self._about_environment:
            raise UnknownEnvironment(f"{where} does not exist")
        if self.status == HTTPStatus.NOT_FOUND:
            raise UnknownSession(f"{where} does not exist")
        if self.status == HTTPStatus.TOO_MANY_REQUESTS or self._is_refusal:
            raise PortalRefused(self._reason, self._retry_after)
        if self.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise PortalUnreachable(f"{where} answered {self.status}")
        raise PortalMisconfigured(f"{where} answered {self.status}")

    def json(self) -> dict[str, Any]:
        """Return the object the answer holds; raises PortalMisconfigured when it holds none."""
        found = self._object
        if found is None:
            raise PortalMisconfigured(f"{self.portal}: {self.path} answered something that is not a portal's JSON")
        return found

    @property
    def _object(self) -> dict[str, Any] | None:
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None

    @property
    def _about_environment(self) -> bool:
        return self.status == HTTPStatus.FORBIDDEN and _UNKNOWN_ENVIRONMENT.encode() in self.body[:500]

    @property
    def _is_refusal(self) -> bool:
        return self.status == HTTPStatus.SERVICE_UNAVAILABLE and bool((self._object or {}).get("error"))

    @property
    def _reason(self) -> str:
        busy = self.status == HTTPStatus.TOO_MANY_REQUESTS
        return str((self._object or {}).get("reason") or ("busy" if busy else "no-session"))

    @property
    def _retry_after(self) -> int:
        text = str((self._object or {}).get("retry_after") or self.retry_after)
        return min(int(text), 3600) if text.isascii() and text.isdigit() and len(text) < 8 else 0
