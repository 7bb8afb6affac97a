"""What is wrong with a portal, provoked over real sockets: each line says it and names the setting."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from click.testing import Result
from examined import EMBEDDER, LOGIN, Examined, Lines

from frontend.site.doctor.results import Verdict

ALL = ("login", "token", "catalog", "address", "clock", "framing", "cookies", "way back")


def failing(found: dict[str, dict[str, Any]]) -> dict[str, list[str]]:
    """Return the settings of what failed, by check."""
    return {check: each["settings"] for check, each in found.items() if each["verdict"] == Verdict.FAILED}


@pytest.mark.parametrize(
    ("variable", "settings"),
    [
        ("ACADEMY_ROBOT_PASSWORD", ["ACADEMY_ROBOT_USERNAME", "ACADEMY_ROBOT_PASSWORD"]),
        ("ACADEMY_ROBOT_CLIENT_SECRET", ["ACADEMY_ROBOT_CLIENT_ID", "ACADEMY_ROBOT_CLIENT_SECRET"]),
    ],
)
def test_a_wrong_login(variable: str, settings: list[str], told: Lines, academy: Examined) -> None:
    found = told(academy.url, **{variable: "wrong-one-entirely"})
    assert found["login"]["settings"] == settings
    assert {found[check]["verdict"] for check in ("token", "catalog")} == {"skipped"}
    assert found["clock"]["verdict"] == "ok"


def test_a_missing_login_is_not_tried(told: Lines, academy: Examined) -> None:
    found = told(academy.url, ACADEMY_ROBOT_PASSWORD="")
    assert found["login"]["settings"] == ["ACADEMY_ROBOT_PASSWORD"]
    assert "POST /oauth2/token/" not in academy.asked


def test_a_secret_file_that_others_may_read(told: Lines, academy: Examined, tmp_path: Path) -> None:
    (tmp_path / "pw").write_text("right-password")
    (tmp_path / "pw").chmod(0o644)
    found = told(academy.url, ACADEMY_ROBOT_PASSWORD="", ACADEMY_ROBOT_PASSWORD_FILE=tmp_path / "pw")
    assert f"chmod 600 {tmp_path / 'pw'}" in found["login"]["todo"]


@pytest.mark.parametrize(("skew", "verdict"), [(0, "ok"), (-90, "warning"), (3600, "failed")])
def test_a_clock_that_is_wrong(skew: float, verdict: str, told: Lines, academy: Examined) -> None:
    academy.skew = skew
    clock = told(academy.url)["clock"]
    assert clock["verdict"] == verdict
    assert skew == 0 or "timedatectl" in clock["todo"]


def test_nobody_listens(told: Lines) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    found = told(f"http://127.0.0.1:{port}")
    assert failing(found) == {"connection": ["portals[academy].url"]}
    assert "nobody listens" in found["connection"]["seen"]
    assert {found[check]["verdict"] for check in ALL} == {"skipped"}


def test_a_name_that_nobody_has(told: Lines) -> None:
    found = told("https://nobody.invalid")
    assert failing(found) == {"connection": ["portals[academy].url"]}
    assert "its name cannot be resolved" in found["connection"]["seen"]


@contextmanager
def mute() -> Iterator[str]:
    """Give the address of a server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_silent_portal_takes_no_longer_than_its_time(scheme: str, told: Lines) -> None:
    with mute() as address:
        began = monotonic()
        found = told(f"{scheme}://{address}", "--timeout", "0.5")
        took = monotonic() - began
    assert list(failing(found)) == (["login"] if scheme == "http" else ["encryption"])
    assert took < 15


def test_a_portal_that_falls_silent_after_the_login_gets_its_token_back(told: Lines, academy: Examined) -> None:
    academy.silent = "/workshops/catalog/"
    found = told(academy.url, "--timeout", "0.5")
    assert found["login"]["verdict"] == "ok"
    assert found["catalog"]["seen"] == "no answer in time"
    assert academy.tokens == set()


def test_an_answer_that_drips_is_not_waited_for(told: Lines, academy: Examined) -> None:
    academy.drip = "/oauth2/token/"
    began = monotonic()
    found = told(academy.url, "--timeout", "0.5")
    assert found["login"]["seen"] == "no answer in time"
    assert monotonic() - began < 15


def test_a_token_that_a_proxy_drops(told: Lines, academy: Examined) -> None:
    academy.statuses["cat-env-sessions-true"] = 401
    found = told(academy.url)
    assert failing(found) == {
        "token": ["proxy_set_header Authorization"],
        "framing": ["spec.portal.theme.frame.ancestors"],
    }
    assert academy.tokens == set()


@pytest.mark.parametrize(
    ("body", "setting"),
    [
        ({"portal": {}, "environments": []}, "spec.workshops"),
        ({"hello": "world"}, "portals[academy].url"),
        ("<!doctype html><title>Hello</title>", "portals[academy].url"),
    ],
)
def test_no_catalog(body: object, setting: str, told: Lines, academy: Examined) -> None:
    academy.bodies["cat-env-sessions-true"] = body
    assert failing(told(academy.url))["catalog"] == [setting]


def test_something_else_than_a_portal(told: Lines, academy: Examined) -> None:
    academy.statuses["token-password-basic"] = 404
    assert failing(told(academy.url))["login"] == ["portals[academy].url"]


def test_frames_and_cookies_that_do_not_fit(told: Lines, academy: Examined) -> None:
    found = told(academy.url)
    assert EMBEDDER in found["framing"]["seen"]
    assert failing(found) == {"framing": ["spec.portal.theme.frame.ancestors"]}
    assert found["cookies"]["verdict"] == "warning"


def test_names_that_no_portal_offers(
    run: Callable[..., Result], config: Callable[..., Path], academy: Examined
) -> None:
    more = "catalog: {sections: [{id: a, title: A, workshops: [lab, laab]}]}"
    said = run(**LOGIN, WORKSHOP_INDEX_CONFIG=config(academy.url, more)).stdout
    assert "no portal offers laab (did you mean lab?)" in said


def test_an_inner_address_is_looked_at_by_itself(
    run: Callable[..., Result], config: Callable[..., Path], academy: Examined
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    folder = config(academy.url, api_url=f"http://127.0.0.1:{port}")
    said = run("--portal", "academy", code=1, **LOGIN, WORKSHOP_INDEX_CONFIG=folder).stdout
    assert "inner connection" in said
    assert "correct host and port in portals[academy].api_url" in said
    assert "GET /workshops/session/doctor-looks/" in academy.asked
    assert not [each for each in academy.asked if each.startswith("POST")]


def test_whatever_a_portal_says_no_secret_is_shown(
    run: Callable[..., Result], config: Callable[..., Path], academy: Examined
) -> None:
    secrets = [LOGIN["ACADEMY_ROBOT_PASSWORD"], LOGIN["ACADEMY_ROBOT_CLIENT_SECRET"]]
    portal = {"url": f"http://{secrets[0]}.example.com/"}
    academy.bodies["cat-env-sessions-true"] = {"portal": portal, "environments": []}
    folder = config(academy.url)
    for form in ("text", "json"):
        said = run("--format", form, **LOGIN, WORKSHOP_INDEX_CONFIG=folder)
        assert "http://•••.example.com" in said.stdout
        assert [secret for secret in (*secrets, "a-token-nobody") if secret in said.output] == []


def test_a_terminal_is_sent_nothing_that_moves_it(
    run: Callable[..., Result], config: Callable[..., Path], academy: Examined
) -> None:
    academy.bodies["cat-env-sessions-true"] = {"portal": {"url": "http://a\x1b[2J.example.com"}, "environments": []}
    assert "\x1b" not in run(**LOGIN, WORKSHOP_INDEX_CONFIG=config(academy.url)).output
