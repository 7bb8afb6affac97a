"""What the doctor may hear when it asks somewhere: an answer, or the fault that came instead of one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urljoin, urlsplit

from portal_backend.contract.urls import DEFAULT_PORTS, LOOPBACK


class Fault(StrEnum):
    """What came instead of an answer; those from `EXPIRED` on are about the certificate, or TLS itself."""

    UNRESOLVED = "its name cannot be resolved"
    REFUSED = "nobody listens there"
    UNROUTED = "no way leads there"
    SILENT = "no answer in time"
    BROKEN = "the connection broke off"
    EXPIRED = "its certificate has expired"
    TOO_EARLY = "its certificate does not count yet"
    OTHER_HOST = "its certificate is for another name"
    SELF_SIGNED = "its certificate vouches for itself"
    UNKNOWN_ISSUER = "its certificate is from an authority that is not known here"
    NO_TLS = "it does not speak TLS"
    TLS = "no encryption could be agreed on"

    @property
    def of_encryption(self) -> bool:
        """Whether a connection was made, and TLS failed."""
        return self in _OF_ENCRYPTION


_OF_ENCRYPTION = frozenset(list(Fault)[list(Fault).index(Fault.EXPIRED) :])


@dataclass(frozen=True)
class Place:
    """An address that is looked at, and the setting it comes from."""

    url: str
    setting: str

    @property
    def host(self) -> str:
        """Return its host, without brackets."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """Return its port, the usual one when it names none."""
        parts = urlsplit(self.url)
        return parts.port or DEFAULT_PORTS[parts.scheme]

    @property
    def https(self) -> bool:
        """Whether it is reached over https."""
        return urlsplit(self.url).scheme == "https"

    @property
    def local(self) -> bool:
        """Whether it is on the machine of whoever asks."""
        return self.host in LOOPBACK


@dataclass(frozen=True)
class Reached:
    """What came of connecting: over which address, in how many seconds, until when the certificate counts.

    `proxy` is the host of the proxy that requests go through; nothing else is known then.
    """

    address: str = ""
    seconds: float = 0.0
    until: datetime | None = None
    proxy: str = ""
    fault: Fault | None = None


@dataclass(frozen=True)
class Answer:
    """One HTTP answer: header names in small letters, each `Set-Cookie` by itself, its JSON or None, and its time."""

    status: int
    asked: datetime
    heard: datetime
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()
    json: Any = None
    url: str = ""

    @property
    def object(self) -> Mapping[str, Any]:
        """Return its JSON when that is an object, otherwise an empty one."""
        return self.json if isinstance(self.json, dict) else {}

    @property
    def location(self) -> str:
        """Return where it redirects to, as a whole address; empty when it does not."""
        given = self.headers.get("location", "")
        try:
            return urljoin(self.url, given) if 300 <= self.status < 400 and given else ""
        except ValueError:
            return ""


Heard = Answer | Fault
