"""Offers and listings for tests of what the site shows, with everything that matters changeable."""

from dataclasses import replace
from datetime import UTC, datetime

from frontend.site.catalog import Addresses
from frontend.site.offers import Known, Listing, Offer
from portal_backend.contract.wire import EnvironmentState

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ADDRESSES = Addresses(
    workshop=lambda name: f"/workshop/{name}/", start=lambda name: f"/start/{name}/", file=lambda path: f"/files/{path}"
)
_OFFER = Offer(
    portal="main",
    environment="main-w01",
    state=EnvironmentState.RUNNING,
    workshop="lab",
    title="The lab",
    description="Learn **things**.",
    authors=("Ann", "Bob"),
    difficulty="beginner",
    duration="15m",
    tags=("git",),
    logo="",
    expires=None,
    capacity=10,
    allocated=0,
    available=0,
)


def offer(workshop: str = "lab", **changes: object) -> Offer:
    """Return an offer of `workshop`, with some of it changed."""
    return replace(_OFFER, **{"workshop": workshop, **changes})  # type: ignore[arg-type]


SUBJECTS = ("Containers", "Git", "Kubernetes", "SQL", "Python", "Networking", "Observability", "Café & naïveté")
LEVELS = ("beginner", "intermediate", "advanced")


def crowd(number: int) -> tuple[Offer, ...]:
    """Return as many different offers."""
    return tuple(_one_of_many(at) for at in range(number))


def _one_of_many(at: int) -> Offer:
    subject = SUBJECTS[at % len(SUBJECTS)]
    return offer(
        f"lab-{at:04d}",
        environment=f"main-w{at:04d}",
        title=f"{subject}, part {at // len(SUBJECTS) + 1}",
        description=f"Step {at} of the way: what {subject} is **good** for, tried out on a machine of your own.",
        difficulty=LEVELS[at % 3],
        duration=f"{15 + at % 5 * 15}m",
        tags=(subject.split()[0].lower(), "hands-on") if at % 4 else ("short",),
        labels=(f"course.example/track={'a' if at % 2 else 'b'}",),
        capacity=10,
        allocated=at % 11,
    )


def listing(*offers: Offer, portal: str = "main", room: int | None = None, fetched: datetime = NOON) -> Listing:
    """Return a listing of `offers`."""
    return Listing(portal, offers, room, fetched)


def known(*offers: Offer, portal: str = "main", room: int | None = None, stale: bool = False) -> Known:
    """Return what is known of a portal with `offers`."""
    return Known(portal, listing(*offers, portal=portal, room=room), stale)
