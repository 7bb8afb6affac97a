"""A session's states: where each may go, and the words derived from state, owner and time."""

from datetime import UTC, datetime, timedelta

import pytest

from portal_backend.contract.wire import SessionState
from portal_backend.domain.session import IllegalMove, Session, check_move

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
SOON, BEFORE = NOW + timedelta(minutes=1), NOW - timedelta(minutes=1)
STARTING, WAITING, RUNNING, STOPPING, STOPPED = SessionState

LEGAL = {
    (STARTING, WAITING),
    (STARTING, RUNNING),
    (STARTING, STOPPING),
    (WAITING, RUNNING),
    (WAITING, STOPPING),
    (RUNNING, STOPPING),
    (STOPPING, STOPPED),
}
ALL = [(a, b) for a in SessionState for b in SessionState]


@pytest.mark.parametrize(("current", "to"), sorted(LEGAL), ids=lambda s: str(s))
def test_a_legal_move_is_allowed(current: SessionState, to: SessionState) -> None:
    assert check_move(current, to) is to


@pytest.mark.parametrize(("current", "to"), [pair for pair in ALL if pair not in LEGAL], ids=lambda s: str(s))
def test_any_other_move_is_refused(current: SessionState, to: SessionState) -> None:
    with pytest.raises(IllegalMove, match=f"from {current} to {to}"):
        check_move(current, to)


def session(state: SessionState, **facts: object) -> Session:
    return Session("lab-w01-s001", "lab-w01", state, BEFORE, **facts)  # type: ignore[arg-type]


PENDING = {"owner": "ann", "activate_by": SOON}
ACTIVATED = {"owner": "ann", "activated": BEFORE, "expires": SOON}


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        pytest.param(session(STARTING), {"reserved", "active", "live"}, id="a spare coming up"),
        pytest.param(session(WAITING), {"reserved", "available", "active", "live"}, id="a spare that is ready"),
        pytest.param(
            session(STARTING, **PENDING), {"pending", "allocated", "active", "live"}, id="asked for, starting"
        ),
        pytest.param(session(WAITING, **PENDING), {"pending", "allocated", "active", "live"}, id="asked for, ready"),
        pytest.param(session(RUNNING, **ACTIVATED), {"allocated", "active", "live"}, id="in use"),
        pytest.param(session(STARTING, owner="ann", activated=BEFORE), {"allocated", "active", "live"}, id="awaited"),
        pytest.param(session(WAITING, owner="ann", activate_by=NOW), {"pending", "active"}, id="lapsed this second"),
        pytest.param(
            session(RUNNING, owner="ann", activated=BEFORE, expires=NOW), {"active"}, id="expired this second"
        ),
        pytest.param(session(STOPPING, **ACTIVATED), {"active"}, id="on its way out"),
        pytest.param(session(STOPPED, **ACTIVATED), set(), id="gone"),
    ],
)
def test_the_words_follow_from_state_owner_and_time(facts: Session, words: set[str]) -> None:
    derived = {word for word in ("pending", "reserved", "available", "active") if getattr(facts, word)}
    derived |= {word for word in ("live", "allocated") if getattr(facts, word)(NOW)}
    assert derived == words


@pytest.mark.parametrize(
    ("facts", "ends"),
    [
        pytest.param(session(WAITING), None, id="a spare never ends by itself"),
        pytest.param(session(WAITING, **PENDING), SOON, id="a pending one at the end of its window"),
        pytest.param(session(WAITING, owner="ann"), None, id="a pending one without a window never"),
        pytest.param(session(RUNNING, **ACTIVATED), SOON, id="a running one when it expires"),
        pytest.param(session(RUNNING, owner="ann", activated=BEFORE), None, id="a running one without expiry never"),
    ],
)
def test_what_ends_it(facts: Session, ends: datetime | None) -> None:
    assert facts.ends == ends
