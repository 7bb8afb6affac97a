"""The doctor at a real Educates portal, as one was recorded."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from examined import EMBEDDER, LOGIN, Examined, Lines, examined
from portal_double import recorded

ASKED = {
    "GET /readyz",
    "POST /oauth2/token/",
    "POST /oauth2/revoke-token/",
    "GET /workshops/catalog/environments/",
    "GET /workshops/session/doctor-looks/",
    "GET /workshops/environment/doctor-looks/",
    "GET /accounts/login/",
}


@pytest.fixture
def real() -> Iterator[Examined]:
    """A real portal, as recorded."""
    with examined(recorded()) as portal:
        yield portal


def test_every_line_at_a_real_portal(told: Lines, real: Examined) -> None:
    found = told(real.url)
    seen = {check: (each["verdict"], each["seen"]) for check, each in found.items()}
    assert seen["login"] == ("ok", "the robot account is let in")
    assert seen["token"] == ("ok", "it counts for 10 h, and was given back")
    assert seen["catalog"] == ("ok", "1 workshop")
    assert seen["address"] == ("warning", "the portal calls itself http://peer-portal-ui.training.test")
    assert seen["clock"][0] == "ok"
    assert seen["way back"] == ("ok", "the portal takes any address along through its own login")
    assert seen["framing"] == ("failed", f"sessions may not be shown in a frame by {EMBEDDER}")
    assert found["framing"]["settings"] == ["spec.portal.theme.frame.ancestors"]
    assert "its files are not here" in seen["webhook"][1]


def test_nothing_is_started_and_nothing_is_left(told: Lines, real: Examined) -> None:
    told(real.url)
    first = "GET /workshops/environment/peer-portal-w01/"
    assert set(real.asked) - {first} == ASKED
    assert real.beyond == []
    assert real.tokens == set()


def test_a_wrong_password_at_a_real_portal(told: Lines, real: Examined) -> None:
    found = told(real.url, ACADEMY_ROBOT_PASSWORD="not-the-password")
    assert found["login"]["verdict"] == "failed"
    assert found["login"]["settings"] == ["ACADEMY_ROBOT_USERNAME", "ACADEMY_ROBOT_PASSWORD"]


def test_a_wrong_client_at_a_real_portal(told: Lines, real: Examined) -> None:
    found = told(real.url, ACADEMY_ROBOT_CLIENT_ID="nobody-knows-it")
    assert found["login"]["settings"] == ["ACADEMY_ROBOT_CLIENT_ID", "ACADEMY_ROBOT_CLIENT_SECRET"]


def test_what_a_person_reads(run: Callable[..., Result], config: Callable[..., Path], real: Examined) -> None:
    said = run("--portal", "academy", **LOGIN, WORKSHOP_INDEX_CONFIG=config(real.url), code=1).stdout
    assert f"portal academy  {real.url}" in said
    assert "  failed   framing     sessions may not be shown in a frame" in said
    assert f"→ add {EMBEDDER} to spec.portal.theme.frame.ancestors" in said
    assert "\x1b" not in said
