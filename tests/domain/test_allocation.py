"""The decision about one request: each row is one situation and what must follow from it."""

import pytest

from portal_backend.contract.wire import EnvironmentState, Reason
from portal_backend.domain.allocation import Create, Decision, Refuse, Resume, Seats, Situation, Take, decide


def at(
    capacity: int = 5,
    reserved: int = 0,
    maximum: int = 0,
    here: int = 0,
    spares: int = 0,
    everywhere: int | None = None,
    state: EnvironmentState = EnvironmentState.RUNNING,
    **facts: object,
) -> Situation:
    seats = Seats(capacity, reserved, maximum, here, spares, here if everywhere is None else everywhere)
    return Situation(state, seats, **facts)  # type: ignore[arg-type]


STOPPING = EnvironmentState.STOPPING
ROWS = [
    ("the first request creates", at(), Create(0)),
    ("and fills the reserve", at(reserved=2), Create(2)),
    ("a spare is taken and replaced", at(reserved=1, here=1, spares=1, spare="s1"), Take("s1", 1)),
    ("a spare in a full room is not replaced", at(2, 1, here=2, spares=1, spare="s1"), Take("s1", 0)),
    ("a spare is taken at the portal's maximum", at(5, 1, 2, here=2, spares=1, spare="s1"), Take("s1", 0)),
    ("a spare beyond a lowered reserve is just taken", at(reserved=0, here=2, spares=2, spare="s1"), Take("s1", 0)),
    ("the last seat is given", at(2, here=1), Create(0)),
    ("the last seat is not given to a spare", at(2, 3, here=1), Create(0)),
    ("a full environment refuses", at(2, here=2), Refuse(Reason.WORKSHOP_FULL)),
    ("the spare of a full environment is given", at(1, 1, here=1, spares=1, spare="s1"), Take("s1", 0)),
    ("a capacity of nothing refuses", at(0), Refuse(Reason.WORKSHOP_FULL)),
    ("the last seat of the portal is given", at(maximum=3, everywhere=2), Create(0)),
    ("and leaves none for spares", at(reserved=2, maximum=3, everywhere=2), Create(0)),
    ("a full portal refuses", at(maximum=3, everywhere=3), Refuse(Reason.PORTAL_FULL)),
    ("a full portal gives up a spare elsewhere", at(maximum=3, everywhere=3, spare_elsewhere="x"), Create(0, "x")),
    (
        "a full environment does not",
        at(1, maximum=3, here=1, everywhere=3, spare_elsewhere="x"),
        Refuse(Reason.WORKSHOP_FULL),
    ),
    ("the own session is given back", at(own="mine", user_allocated=1), Resume("mine")),
    ("also when all is full", at(1, maximum=1, here=1, own="mine", user_allocated=1, user_cap=1), Resume("mine")),
    ("also in an environment on its way out", at(state=STOPPING, own="mine"), Resume("mine")),
    ("an environment on its way out gives nothing new", at(state=STOPPING, spare="s1"), Refuse(Reason.STOPPING)),
    ("nor one that is not ready", at(state=EnvironmentState.STARTING), Refuse(Reason.STOPPING)),
    ("a user below the cap gets another", at(user_cap=2, user_allocated=1), Create(0)),
    ("a user at the cap does not", at(user_cap=2, user_allocated=2, spare="s1"), Refuse(Reason.USER_LIMIT)),
    ("the one asked for is given when it is the own", at(own="mine", asked_for="mine"), Resume("mine")),
    ("another's is not given", at(own="mine", asked_for="theirs", spare="s1"), Refuse(Reason.NO_SUCH_SESSION)),
    ("and nothing is made in its place", at(asked_for="gone", spare="s1"), Refuse(Reason.NO_SUCH_SESSION)),
]


@pytest.mark.parametrize(("situation", "decision"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_the_decision_follows_from_the_situation(situation: Situation, decision: Decision) -> None:
    assert decide(situation) == decision


@pytest.mark.parametrize(
    ("seats", "missing", "surplus"),
    [
        pytest.param(Seats(5, 2, 0, 0, 0, 0), 2, 0, id="an empty reserve"),
        pytest.param(Seats(5, 2, 0, 2, 1, 2), 1, 0, id="half a reserve"),
        pytest.param(Seats(5, 2, 0, 2, 2, 2), 0, 0, id="a full reserve"),
        pytest.param(Seats(5, 1, 0, 3, 3, 3), 0, 2, id="a lowered reserve"),
        pytest.param(Seats(2, 2, 0, 4, 2, 4), 0, 2, id="a lowered capacity"),
        pytest.param(Seats(3, 2, 0, 3, 2, 3), 0, 0, id="a reserve that just fits"),
        pytest.param(Seats(3, 2, 0, 3, 1, 3), 0, 0, id="no room for more"),
        pytest.param(Seats(9, 2, 4, 0, 0, 3), 1, 0, id="as far as the portal's maximum"),
        pytest.param(Seats(9, 2, 4, 0, 0, 6), 0, 0, id="a maximum that was lowered"),
    ],
)
def test_what_the_reserve_lacks_or_has_too_much(seats: Seats, missing: int, surplus: int) -> None:
    assert (seats.missing_spares, seats.surplus_spares) == (missing, surplus)
