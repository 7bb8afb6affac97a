"""What portals offer, as this site knows it: environments, live sessions, and how old that knowledge is."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from portal_backend.contract.wire import EnvironmentState


@dataclass(frozen=True)
class Offer:
    """One environment a portal listed. A `capacity` of None is no limit; `expires` of None means it never ends."""

    portal: str
    environment: str
    state: EnvironmentState
    workshop: str
    title: str
    description: str
    authors: tuple[str, ...]
    difficulty: str
    duration: str
    tags: tuple[str, ...]
    logo: str
    expires: timedelta | None
    capacity: int | None
    allocated: int
    available: int
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Listing:
    """A portal's catalog; `room` is what its own maximum still allows, None without one.

    Fetched again later it is still the same catalog.
    """

    portal: str
    offers: tuple[Offer, ...]
    room: int | None
    fetched: datetime = field(compare=False)


@dataclass(frozen=True)
class Known:
    """What is known of one portal now: its last listing, and whether that is out of date because it does not answer."""

    portal: str
    listing: Listing | None
    stale: bool


@dataclass(frozen=True)
class OwnSession:
    """A visitor's live session; `expires` is None when nothing ends it."""

    portal: str
    name: str
    workshop: str
    environment: str
    expires: datetime | None
    extendable: bool
