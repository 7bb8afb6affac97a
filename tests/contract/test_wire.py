"""The words of the wire: paths and times."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from portal_backend.contract import wire


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (wire.environment_path("p-w01"), "/workshops/environment/p-w01/"),
        (wire.environment_path("p-w01", "request"), "/workshops/environment/p-w01/request/"),
        (wire.session_path("p-w01-s001", "activate"), "/workshops/session/p-w01-s001/activate/"),
        (wire.session_path("a/../b?c#d"), "/workshops/session/a%2F..%2Fb%3Fc%23d/"),
        (wire.user_sessions_path("ada@example.com"), "/workshops/user/ada%40example.com/sessions/"),
        (wire.user_sessions_path("Ünal x"), "/workshops/user/%C3%9Cnal%20x/sessions/"),
    ],
)
def test_a_path_ends_in_a_slash_and_escapes_names(path: str, expected: str) -> None:
    assert path == expected


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        pytest.param(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "2026-01-02T03:04:05.000Z", id="whole seconds"),
        pytest.param(datetime(2026, 1, 2, 3, 4, 5, 678999, tzinfo=UTC), "2026-01-02T03:04:05.678Z", id="milliseconds"),
        pytest.param(
            datetime(2026, 1, 2, 1, tzinfo=timezone(timedelta(hours=2))), "2026-01-01T23:00:00.000Z", id="another zone"
        ),
    ],
)
def test_a_time_is_written_as_utc_with_milliseconds(moment: datetime, text: str) -> None:
    assert wire.format_time(moment) == text
    assert abs(wire.parse_time(text) - moment) < timedelta(milliseconds=1)


def test_a_time_with_an_offset_is_read_as_utc() -> None:
    assert wire.parse_time("2026-01-02T05:00:00+02:00") == datetime(2026, 1, 2, 3, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-01-02T03:04:05", "2026-01-02", "yesterday", ""])
def test_a_time_without_a_zone_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        wire.parse_time(text)


def test_the_codes_are_the_fields() -> None:
    assert [str(code) for code in wire.Notification] == [
        "session-deleted",
        "workshop-invalid",
        "session-unavailable",
        "session-invalid",
        "startup-timeout",
    ]
    assert [str(state) for state in wire.SessionState] == ["STARTING", "WAITING", "RUNNING", "STOPPING", "STOPPED"]
