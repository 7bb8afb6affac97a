"""A session's clock: thresholds, steps, extensions and deadlines."""

from datetime import UTC, datetime, timedelta

import pytest

from portal_backend.contract.wire import SessionState
from portal_backend.domain.schedule import Schedule, Terms, extended, schedule
from portal_backend.domain.session import Session

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def minutes(number: float) -> timedelta:
    return number * MINUTE


@pytest.mark.parametrize(
    ("duration", "threshold"),
    [
        pytest.param(0, 5, id="no duration: five minutes"),
        pytest.param(2, 5, id="a short one: five minutes"),
        pytest.param(20, 5, id="just five minutes"),
        pytest.param(60, 15, id="an hour: a quarter of it"),
        pytest.param(240, 60, id="four hours: an hour"),
        pytest.param(1000, 60, id="longer: an hour at most"),
    ],
)
def test_the_threshold_is_a_quarter_within_bounds(duration: int, threshold: int) -> None:
    assert Terms(minutes(duration)).threshold == minutes(threshold)


@pytest.mark.parametrize(
    ("overtime", "step"),
    [
        pytest.param(0, 15, id="unset: the threshold"),
        pytest.param(2, 5, id="short: five minutes"),
        pytest.param(30, 30, id="as set"),
    ],
)
def test_the_step_is_the_overtime_or_the_threshold(overtime: int, step: int) -> None:
    assert Terms(minutes(60), overtime=minutes(overtime)).step == minutes(step)


def running(expires: datetime | None, state: SessionState = SessionState.RUNNING) -> Session:
    return Session("s", "e", state, START, owner="ann", activated=START, started=START, expires=expires)


HOUR = Terms(minutes(60), overtime=minutes(15), deadline=minutes(120))


@pytest.mark.parametrize(
    ("expires", "terms", "at", "longer"),
    [
        pytest.param(60, HOUR, 44, None, id="too early"),
        pytest.param(60, HOUR, 45, None, id="exactly one step left is still too early"),
        pytest.param(60, HOUR, 45.5, 75, id="in its window"),
        pytest.param(60, HOUR, 59.9, 75, id="in the last seconds"),
        pytest.param(60, HOUR, 60, None, id="when it is over"),
        pytest.param(110, HOUR, 100, 120, id="not past the deadline"),
        pytest.param(120, HOUR, 119, None, id="at the deadline"),
        pytest.param(60, Terms(minutes(60)), 59, None, id="without a deadline the duration is one"),
        pytest.param(60, Terms(minutes(60), deadline=minutes(90)), 59, 75, id="without overtime by the threshold"),
    ],
)
def test_when_and_by_how_much_it_is_extended(expires: float, terms: Terms, at: float, longer: float | None) -> None:
    found = extended(running(START + minutes(expires)), terms, START + minutes(at))
    assert found == (None if longer is None else START + minutes(longer))


@pytest.mark.parametrize(
    "session",
    [
        pytest.param(running(None), id="that never expires"),
        pytest.param(running(START + MINUTE, SessionState.STOPPING), id="on its way out"),
        pytest.param(Session("s", "e", SessionState.WAITING, START, owner="ann", expires=START + MINUTE), id="waiting"),
        pytest.param(Session("s", "e", SessionState.RUNNING, START, expires=START + MINUTE), id="without a start"),
    ],
)
def test_a_session_that_is_never_extended(session: Session) -> None:
    assert extended(session, HOUR, START) is None


PENDING = Session("s", "e", SessionState.WAITING, START, owner="ann", requested=START, activate_by=START + MINUTE)


@pytest.mark.parametrize(
    ("session", "at", "told"),
    [
        pytest.param(
            running(None), 10, Schedule(SessionState.RUNNING, START, None, False, None, None), id="never ending"
        ),
        pytest.param(
            running(START + minutes(60)),
            10,
            Schedule(SessionState.RUNNING, START, START + minutes(60), False, 3000, False),
            id="in the middle",
        ),
        pytest.param(
            running(START + minutes(60)),
            50,
            Schedule(SessionState.RUNNING, START, START + minutes(60), True, 600, True),
            id="expiring",
        ),
        pytest.param(
            running(START + minutes(60)),
            60.01,
            Schedule(SessionState.RUNNING, START, START + minutes(60), True, 0, False),
            id="over",
        ),
        pytest.param(
            PENDING, 0.5, Schedule(SessionState.WAITING, START, START + MINUTE, True, 30, False), id="pending"
        ),
    ],
)
def test_what_is_told_of_the_clock(session: Session, at: float, told: Schedule) -> None:
    assert schedule(session, HOUR, START + minutes(at)) == told
