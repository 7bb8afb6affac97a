"""Activation: which token lets in, for how long, and how long a seat can be held by asking again."""

from datetime import UTC, datetime, timedelta

import pytest

from portal_backend.contract.wire import SessionState
from portal_backend.domain.activation import Tokens, first_window, renewed_window
from portal_backend.domain.session import Session

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
IN_A_MINUTE = NOW + MINUTE
ONE = Tokens().issue("one", IN_A_MINUTE)
TWO = ONE.issue("two", IN_A_MINUTE)


@pytest.mark.parametrize(
    ("tokens", "digest", "after", "let_in"),
    [
        pytest.param(ONE, "one", 0, True, id="the token lets in"),
        pytest.param(ONE, "other", 0, False, id="another does not"),
        pytest.param(ONE, "", 0, False, id="none does not"),
        pytest.param(Tokens(), "", 0, False, id="nor where no token was given out"),
        pytest.param(ONE, "one", 59, True, id="up to the end of its window"),
        pytest.param(ONE, "one", 60, False, id="not at its end"),
        pytest.param(Tokens().issue("one", None), "one", 10**6, True, id="without a window at any time"),
        pytest.param(TWO, "two", 0, True, id="the newest lets in"),
        pytest.param(TWO, "one", 0, True, id="and the one before it"),
        pytest.param(TWO.issue("three", None), "one", 0, False, id="not the one before that"),
        pytest.param(ONE.use("one", NOW), "one", 9, True, id="once more for a double click"),
        pytest.param(ONE.use("one", NOW), "one", 10, False, id="not later"),
        pytest.param(ONE.use("one", NOW + 55 * SECOND), "one", 60, False, id="the grace adds nothing to the window"),
        pytest.param(
            Tokens().issue("one", None).use("one", NOW), "one", 10, False, id="one without a window is used up"
        ),
        pytest.param(TWO.use("one", NOW), "one", 10, False, id="the one before is used up"),
        pytest.param(TWO.use("one", NOW), "two", 10, True, id="while the newest is not"),
        pytest.param(ONE.use("one", NOW).issue("two", None), "one", 10, False, id="asking again revives no used one"),
    ],
)
def test_which_token_lets_in(tokens: Tokens, digest: str, after: int, let_in: bool) -> None:
    assert tokens.accept(digest, NOW + after * SECOND) is let_in


def test_a_timeout_of_zero_sets_no_window() -> None:
    assert first_window(timedelta(0), NOW) is None
    assert first_window(MINUTE, NOW) == IN_A_MINUTE


def pending(asked_before: float, activate_by: datetime | None) -> Session:
    asked = NOW - asked_before * MINUTE
    return Session("s", "e", SessionState.WAITING, asked, owner="ann", requested=asked, activate_by=activate_by)


@pytest.mark.parametrize(
    ("session", "timeout", "until"),
    [
        pytest.param(pending(0.5, NOW + 30 * SECOND), MINUTE, IN_A_MINUTE, id="asked again soon: the window anew"),
        pytest.param(
            pending(9.5, NOW + 10 * SECOND), MINUTE, NOW + 30 * SECOND, id="held for long: what is left of it"
        ),
        pytest.param(pending(15, NOW + SECOND), 20 * MINUTE, NOW + 5 * MINUTE, id="a long timeout bounds itself"),
        pytest.param(pending(5, None), MINUTE, None, id="without a window it stays without"),
        pytest.param(pending(1, IN_A_MINUTE), timedelta(0), IN_A_MINUTE, id="no timeout takes no bound away"),
    ],
)
def test_a_seat_is_held_by_asking_again_within_a_bound(
    session: Session, timeout: timedelta, until: datetime | None
) -> None:
    assert renewed_window(session, timeout, NOW) == until


def test_a_session_without_a_request_time_is_held_from_when_it_was_made() -> None:
    session = Session("s", "e", SessionState.WAITING, NOW - 9 * MINUTE, owner="ann", activate_by=NOW + SECOND)
    assert renewed_window(session, 2 * MINUTE, NOW) == IN_A_MINUTE
