"""Decides one request for a session from what is true at that moment.

The order of the checks is a promise: the user's own live session, the user's cap, a spare that is ready, room to
create, room made by giving up the oldest spare elsewhere, refusal. The answer is one of four frozen values; the service
carries it out inside the same transaction in which it counted.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from portal_backend.contract.wire import EnvironmentState, Reason


class UnknownUsers(StrEnum):
    """What a user id that was not given by this portal gets: a new id, or to be taken over as it is."""

    REISSUE = "reissue"
    ADOPT = "adopt"


@dataclass(frozen=True)
class Seats:
    """The limits that hold in one environment and what is live there and everywhere; a `maximum` of 0 is no limit.

    `reserved` spares are wanted; `reserved_here` are up or coming up.
    """

    capacity: int
    reserved: int
    maximum: int
    active_here: int
    reserved_here: int
    active_everywhere: int

    @property
    def missing_spares(self) -> int:
        """How many spares to start so that the reserve is full again, within capacity and maximum."""
        room = self.capacity - self.active_here
        if self.maximum:
            room = min(room, self.maximum - self.active_everywhere)
        return max(0, min(self.reserved - self.reserved_here, room))

    @property
    def surplus_spares(self) -> int:
        """How many spares are more than the reserve, or than the capacity leaves room for."""
        room = self.capacity - (self.active_here - self.reserved_here)
        return max(0, self.reserved_here - max(0, min(self.reserved, room)))

    def after(self, taken: int = 0, created: int = 0) -> "Seats":
        """Return the seats once `taken` spares have an owner and `created` owned sessions are added."""
        return replace(
            self,
            reserved_here=self.reserved_here - taken,
            active_here=self.active_here + created,
            active_everywhere=self.active_everywhere + created,
        )


@dataclass(frozen=True)
class Situation:
    """What is true at the moment of asking; a `user_cap` of 0 is no limit.

    `own` is the user's live session here; `asked_for` the session the request names; `user_allocated` how many the user
    holds everywhere; `spare` the spare to hand over here, one that is ready before one that is coming up;
    `spare_elsewhere` the oldest spare of another environment.
    """

    state: EnvironmentState
    seats: Seats
    user_cap: int = 0
    user_allocated: int = 0
    own: str | None = None
    asked_for: str | None = None
    spare: str | None = None
    spare_elsewhere: str | None = None


@dataclass(frozen=True)
class Resume:
    """The user already has a live session here."""

    session: str


@dataclass(frozen=True)
class Take:
    """Hand over the spare `session` and start `top_up` new spares in its place."""

    session: str
    top_up: int


@dataclass(frozen=True)
class Create:
    """Create a session, after giving up the spare `give_up` elsewhere when that is what makes room."""

    top_up: int
    give_up: str | None = None


@dataclass(frozen=True)
class Refuse:
    """No session now, and why."""

    reason: Reason


Decision = Resume | Take | Create | Refuse


def decide(at: Situation) -> Decision:
    """Return what to do with one request, given the situation `at` the moment of asking."""
    if at.asked_for is not None:
        return Resume(at.own) if at.own is not None and at.own == at.asked_for else Refuse(Reason.NO_SUCH_SESSION)
    if at.own is not None:
        return Resume(at.own)
    if at.state is not EnvironmentState.RUNNING:
        return Refuse(Reason.STOPPING)
    if at.user_cap and at.user_allocated >= at.user_cap:
        return Refuse(Reason.USER_LIMIT)
    if at.spare is not None:
        return Take(at.spare, at.seats.after(taken=1).missing_spares)
    return _make_room(at)


def _make_room(at: Situation) -> Decision:
    seats = at.seats
    if seats.active_here >= seats.capacity:
        return Refuse(Reason.WORKSHOP_FULL)
    if not seats.maximum or seats.active_everywhere < seats.maximum:
        return Create(seats.after(created=1).missing_spares)
    if at.spare_elsewhere is not None:
        return Create(top_up=0, give_up=at.spare_elsewhere)
    return Refuse(Reason.PORTAL_FULL)
