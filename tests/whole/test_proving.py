"""`workshop-index portal prove` against the running portal, and what it says of one that breaks its limits."""

import subprocess

import pytest
from programs import House

from frontend.serve import python
from portal_backend.proving import Answer, Findings, Seats, lines

pytestmark = pytest.mark.whole


def prove(house: House, *options: str) -> subprocess.CompletedProcess[str]:
    """Return what the command printed and ended with."""
    command = python("frontend.cli", "portal", "prove", *options)
    return subprocess.run(command, env=dict(house.plan.environ), capture_output=True, text=True, timeout=120)


def test_the_race_is_run_told_and_cleaned_up(house: House) -> None:
    for _ in range(2):
        ran = prove(house, "--portal", house.portal, "--environment", "twenty", "--clients", "16", "--requests", "50")
        assert (ran.returncode, ran.stderr) == (0, "")
        told = " ".join(ran.stdout.split())
        assert "capacity 20 allocated before 0 requests 50 in" in told
        assert "sessions given 20 refused, workshop-full 30 failed 0 allocated at the end 20 of 20" in told
        assert ran.stdout.endswith("The limits held.\n")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--environment", "nowhere"], "offers no nowhere"),
        (["--portal", "http://127.0.0.1:1"], "cannot be reached"),
    ],
    ids=["no such workshop", "no portal"],
)
def test_what_keeps_it_from_running_is_told_in_a_sentence(house: House, options: list[str], words: str) -> None:
    ran = prove(house, "--portal", house.portal, *options)
    assert ran.returncode == 1
    assert words in ran.stderr
    assert "Traceback" not in ran.stderr


def findings(*answers: Answer, allocated: int = 0, left: tuple[str, ...] = ()) -> Findings:
    """Return a race for two seats."""
    return Findings(Seats("lab-w01", 2, 0), Seats("lab-w01", 2, allocated), answers, 1.0, left)


def given(*names: str) -> list[Answer]:
    """Return answers that each gave a session."""
    return [Answer(1.0, session=name) for name in names]


FULL = Answer(1.0, refusal="workshop-full")


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (findings(*given("a", "b"), FULL, allocated=2), ""),
        (findings(*given("a", "b", "c"), allocated=3), "Oversold: 3 sessions at once in lab-w01, which has 2 seats."),
        (findings(*given("a", "a"), allocated=2), "Given to two users: a."),
        (findings(*given("a", "b"), allocated=1), "Lost: 2 sessions were given out, the portal counts 1."),
        (findings(*given("a"), FULL, allocated=1), "Refused as full, though 1 seats of lab-w01 are free."),
        (findings(Answer(1.0, fault="answered 500")), "1 of 1 requests failed: answered 500."),
        (findings(*given("a"), allocated=1, left=("a",)), "Not ended again: a."),
    ],
    ids=["held", "oversold", "given twice", "lost", "refused with room", "a fault", "left over"],
)
def test_what_should_not_have_happened_is_said(found: Findings, words: str) -> None:
    assert found.problems == ([words] if words else [])
    assert lines(found)[-1] == (words or "The limits held.")
