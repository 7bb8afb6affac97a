"""What time does to a session."""

from datetime import UTC, datetime, timedelta

import pytest

from portal_backend.contract.wire import SessionState
from portal_backend.domain.lifecycle import ending, watch_every
from portal_backend.domain.schedule import Terms
from portal_backend.domain.session import Ending, Session

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TERMS = Terms(duration=60 * MINUTE, orphaned=5 * MINUTE, overdue=2 * MINUTE)
STARTING, WAITING, RUNNING, STOPPING, STOPPED = SessionState


def session(state: SessionState, **facts: object) -> Session:
    return Session("s", "e", state, NOW - 10 * MINUTE, **facts)  # type: ignore[arg-type]


def ago(minutes: float) -> datetime:
    return NOW - minutes * MINUTE


USED = {"owner": "ann", "activated": ago(9), "expires": NOW + MINUTE}


@pytest.mark.parametrize(
    ("what", "terms", "why"),
    [
        pytest.param(session(WAITING), TERMS, None, id="a spare stays"),
        pytest.param(session(STARTING), TERMS, None, id="a spare may take its time to start"),
        pytest.param(session(WAITING, owner="ann", activate_by=NOW + MINUTE), TERMS, None, id="in its window"),
        pytest.param(session(WAITING, owner="ann", activate_by=NOW), TERMS, Ending.LAPSED, id="not activated in time"),
        pytest.param(session(RUNNING, **USED), TERMS, None, id="in use, by somebody nobody watches"),
        pytest.param(session(RUNNING, **USED | {"expires": NOW}), TERMS, Ending.EXPIRED, id="its time is up"),
        pytest.param(session(RUNNING, **USED | {"expires": None}), TERMS, None, id="without an end"),
        pytest.param(session(RUNNING, **USED, last_seen=ago(4)), TERMS, None, id="seen lately"),
        pytest.param(session(RUNNING, **USED, last_seen=ago(5)), TERMS, Ending.ORPHANED, id="not seen for too long"),
        pytest.param(session(RUNNING, **USED, last_seen=ago(99)), Terms(), None, id="nobody minds when it was seen"),
        pytest.param(session(STARTING, owner="ann", requested=ago(1)), TERMS, None, id="waited for a little"),
        pytest.param(session(STARTING, owner="ann", requested=ago(2)), TERMS, Ending.OVERDUE, id="waited for too long"),
        pytest.param(session(STARTING, owner="ann"), TERMS, Ending.OVERDUE, id="waited for since it was made"),
        pytest.param(session(STARTING, owner="ann", requested=ago(99)), Terms(), None, id="nobody minds how long"),
        pytest.param(session(STOPPING, **USED | {"expires": NOW}), TERMS, None, id="on its way out already"),
        pytest.param(session(STOPPED, **USED | {"expires": NOW}), TERMS, None, id="gone already"),
    ],
)
def test_why_a_session_is_over(what: Session, terms: Terms, why: Ending | None) -> None:
    assert ending(what, terms, NOW) is why


@pytest.mark.parametrize(
    ("orphaned", "every"),
    [(0, 0), (10, 5), (30, 10), (60, 15), (600, 150), (3600, 300)],
    ids=lambda seconds: f"{seconds} s",
)
def test_an_owner_is_noticed_several_times_before_it_counts_as_away(orphaned: int, every: int) -> None:
    terms = Terms(orphaned=timedelta(seconds=orphaned))
    assert watch_every(terms) == timedelta(seconds=every)
