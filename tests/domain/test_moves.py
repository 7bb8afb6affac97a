"""Every change of a session: what becomes of it, and that no change skips the table of moves."""

from datetime import UTC, datetime, timedelta

import pytest

from portal_backend.contract.wire import SessionState
from portal_backend.domain import moves
from portal_backend.domain.moves import Claim
from portal_backend.domain.schedule import Terms
from portal_backend.domain.session import Ending, IllegalMove, Session

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LATER = NOW + MINUTE
TERMS = Terms(duration=10 * MINUTE, overtime=5 * MINUTE, deadline=60 * MINUTE)
CLAIM = Claim("ann", MINUTE, "https://index.example/", "https://hook.example/", {"colour": "red"})

READY = moves.create("lab-w01-s001", "lab-w01", ready=True, now=NOW)
STARTING = moves.create("lab-w01-s001", "lab-w01", ready=False, now=NOW)


def held(session: Session = READY) -> Session:
    return moves.hand_over(session, CLAIM, NOW)


def test_a_new_session_waits_or_starts() -> None:
    assert (READY.state, STARTING.state) == (SessionState.WAITING, SessionState.STARTING)


def test_a_session_handed_over_is_pending_with_all_that_was_asked() -> None:
    session = held()
    assert session.pending
    assert (session.owner, session.requested, session.activate_by) == ("ann", NOW, LATER)
    assert (session.index_url, session.analytics_url) == ("https://index.example/", "https://hook.example/")
    assert session.parameters == {"colour": "red"}


def test_activation_starts_the_clock_of_a_ready_session() -> None:
    session = moves.activate(held(), TERMS, LATER)
    assert (session.state, session.started, session.expires) == (SessionState.RUNNING, LATER, LATER + 10 * MINUTE)
    assert (session.activated, session.activate_by, session.last_seen) == (LATER, None, None)


def test_activation_of_a_starting_session_leaves_its_clock_alone() -> None:
    session = moves.activate(held(STARTING), TERMS, LATER)
    assert (session.state, session.activated, session.started) == (SessionState.STARTING, LATER, None)
    assert session.ends is None


def test_activating_again_starts_no_clock_anew() -> None:
    first = moves.activate(held(), TERMS, NOW)
    again = moves.activate(first, TERMS, LATER)
    assert again == first


def test_the_clock_starts_when_an_awaited_session_is_ready() -> None:
    session = moves.become_ready(moves.activate(held(STARTING), TERMS, NOW), TERMS, LATER)
    assert (session.state, session.started, session.expires) == (SessionState.RUNNING, LATER, LATER + 10 * MINUTE)


@pytest.mark.parametrize("session", [STARTING, held(STARTING)], ids=["a spare", "one not activated yet"])
def test_a_session_nobody_waits_for_waits_itself(session: Session) -> None:
    ready = moves.become_ready(session, TERMS, LATER)
    assert (ready.state, ready.started) == (SessionState.WAITING, None)


@pytest.mark.parametrize(
    ("session", "index_url", "kept"),
    [
        pytest.param(held(), "", "https://index.example/", id="no new way back keeps the old"),
        pytest.param(held(), "https://other.example/", "https://other.example/", id="a new way back counts"),
    ],
)
def test_asking_again_renews_the_window_of_a_pending_session(session: Session, index_url: str, kept: str) -> None:
    again = moves.ask_again(session, MINUTE, index_url, NOW + MINUTE / 2)
    assert (again.activate_by, again.index_url) == (NOW + 1.5 * MINUTE, kept)


def test_asking_again_for_a_running_session_changes_its_way_back_only() -> None:
    running = moves.activate(held(), TERMS, NOW)
    again = moves.ask_again(running, MINUTE, "https://other.example/", LATER)
    assert (again.expires, again.activate_by, again.index_url) == (running.expires, None, "https://other.example/")


def test_an_extension_moves_the_end() -> None:
    running = moves.activate(held(), TERMS, NOW)
    longer = moves.extend(running, TERMS, NOW + 6 * MINUTE)
    assert longer is not None
    assert longer.expires == NOW + 15 * MINUTE
    assert moves.extend(running, TERMS, NOW) is None


def test_an_end_leaves_the_provider_its_work_unless_there_is_none() -> None:
    stopping = moves.end(held(), Ending.FINISHED, instant=False, now=LATER)
    assert (stopping.state, stopping.ended, stopping.ending) == (SessionState.STOPPING, LATER, Ending.FINISHED)
    assert moves.stopped(stopping).state is SessionState.STOPPED
    assert moves.end(held(), Ending.LAPSED, instant=True, now=LATER).state is SessionState.STOPPED


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda gone: moves.end(gone, Ending.FINISHED, True, LATER), id="end"),
        pytest.param(lambda gone: moves.become_ready(gone, TERMS, LATER), id="become ready"),
        pytest.param(moves.stopped, id="stop"),
    ],
)
def test_what_is_gone_does_not_come_back(change) -> None:
    with pytest.raises(IllegalMove):
        change(moves.end(held(), Ending.FINISHED, instant=True, now=NOW))


def test_a_session_with_no_duration_never_expires() -> None:
    assert moves.activate(held(), Terms(), NOW).expires is None
