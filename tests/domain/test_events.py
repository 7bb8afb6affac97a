"""What a change means to those who listen: a table of the session before and after."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from portal_backend.domain import moves
from portal_backend.domain.environment import Environment, Portal, Workshop
from portal_backend.domain.events import (
    EventName,
    body,
    environment_event,
    session_changed,
    session_event,
    user_event,
)
from portal_backend.domain.moves import Claim
from portal_backend.domain.schedule import Terms
from portal_backend.domain.session import Ending, Session

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TERMS = Terms(duration=5 * MINUTE, overtime=5 * MINUTE, deadline=60 * MINUTE)

SPARE = moves.create("lab-w01-s001", "lab-w01", True, NOW)
COMING_UP = moves.create("lab-w01-s002", "lab-w01", False, NOW)
PENDING = moves.hand_over(SPARE, Claim("ann", MINUTE, analytics_url="https://hooks.example.test/"), NOW)
SLOW_PENDING = moves.hand_over(COMING_UP, Claim("ann", MINUTE), NOW)
RUNNING = moves.activate(PENDING, TERMS, NOW)
EXTENDED = moves.extend(RUNNING, TERMS, NOW + MINUTE)


def ended(session: Session, why: Ending, instant: bool = True) -> Session:
    return moves.end(session, why, instant, NOW)


@pytest.mark.parametrize(
    ("before", "after", "names"),
    [
        pytest.param(None, SPARE, [], id="a spare is made"),
        pytest.param(SPARE, ended(SPARE, Ending.GIVEN_UP), [], id="a spare is given up"),
        pytest.param(None, PENDING, ["Session/Pending"], id="made for somebody"),
        pytest.param(SPARE, PENDING, ["Session/Pending"], id="a spare is handed over"),
        pytest.param(SPARE, RUNNING, ["Session/Created", "Session/Started"], id="to the browser that asks"),
        pytest.param(PENDING, PENDING, [], id="asked for again"),
        pytest.param(PENDING, replace(PENDING, activate_by=NOW + 2 * MINUTE), [], id="window anew"),
        pytest.param(PENDING, RUNNING, ["Session/Started"], id="activated"),
        pytest.param(SLOW_PENDING, moves.activate(SLOW_PENDING, TERMS, NOW), [], id="activated, not ready yet"),
        pytest.param(
            moves.activate(SLOW_PENDING, TERMS, NOW),
            moves.become_ready(moves.activate(SLOW_PENDING, TERMS, NOW), TERMS, NOW),
            ["Session/Started"],
            id="ready at last",
        ),
        pytest.param(RUNNING, replace(RUNNING, last_seen=NOW + MINUTE), [], id="seen"),
        pytest.param(RUNNING, EXTENDED, ["Session/Extended"], id="extended"),
        *(
            pytest.param(RUNNING, ended(RUNNING, why), [*first, "Session/Stopping", "Session/Deleted"], id=f"{why}")
            for why, first in (
                (Ending.FINISHED, ["Session/Terminate"]),
                (Ending.LAPSED, ["Session/Expired"]),
                (Ending.EXPIRED, ["Session/Expired"]),
                (Ending.ORPHANED, ["Session/Orphaned"]),
                (Ending.OVERDUE, []),
                (Ending.FAILED, []),
            )
        ),
        pytest.param(
            RUNNING,
            ended(RUNNING, Ending.EXPIRED, instant=False),
            ["Session/Expired", "Session/Stopping"],
            id="there is something to stop",
        ),
        pytest.param(
            ended(RUNNING, Ending.EXPIRED, instant=False),
            ended(RUNNING, Ending.EXPIRED),
            ["Session/Deleted"],
            id="stopped",
        ),
    ],
)
def test_a_change_of_a_session_means(before: Session | None, after: Session, names: list[str]) -> None:
    assert [event.name for event in session_changed(before, after, "basics")] == names


def test_an_end_says_why() -> None:
    told = session_changed(RUNNING, ended(RUNNING, Ending.OVERDUE), "basics")
    assert [event.data for event in told] == [{"ending": "overdue"}] * 2


def test_a_sessions_events_share_a_queue_and_its_target() -> None:
    (event,) = session_changed(None, PENDING, "basics")
    assert (event.subject, event.target) == ("lab-w01-s001", "https://hooks.example.test/")


def test_an_environments_event_names_it_and_its_workshop() -> None:
    event = environment_event(EventName.ENVIRONMENT_CREATE, Environment("lab-w01", Workshop("basics")))
    assert (event.name, event.environment, event.workshop) == ("Environment/Create", "lab-w01", "basics")
    assert (event.session, event.user, event.subject) == (None, None, "lab-w01")


def test_a_users_event_joins_the_queue_of_the_session_it_belongs_to() -> None:
    assert user_event(EventName.USER_CREATE, "ann", "lab-w01-s001").subject == "lab-w01-s001"
    assert user_event(EventName.USER_DELETE, "ann").subject == "ann"


def test_the_body_is_what_the_field_knows() -> None:
    portal = Portal("lab", uid="uid-1", generation=3)
    event = session_event("Workshop/View", RUNNING, "basics", {"page": "one"})
    assert body(event, portal, "https://portal.example.test", NOW) == {
        "portal": {"name": "lab", "uid": "uid-1", "generation": 3, "url": "https://portal.example.test"},
        "event": {
            "name": "Workshop/View",
            "timestamp": "2026-03-01T09:00:00.000Z",
            "user": "ann",
            "session": "lab-w01-s001",
            "environment": "lab-w01",
            "workshop": "basics",
            "data": {"page": "one"},
        },
    }
    about_a_user = body(user_event(EventName.USER_DELETE, "ann"), portal, "", NOW)["event"]
    assert (about_a_user["user"], about_a_user["session"], about_a_user["data"]) == ("ann", None, {})
