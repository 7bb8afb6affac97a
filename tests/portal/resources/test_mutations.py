"""Resources that were cut off, garbled or written by somebody hostile give a report, never an exception."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from promptness import done_within

from portal_backend.contract.problems import Severity
from portal_backend.resources.loading import load

from .conftest import PORTAL as PORTAL_HEAD
from .conftest import workshop
from .test_portal import FULL as PORTAL
from .test_workshop import FULL as WORKSHOP

BOTH = f"{PORTAL}---\n{workshop('w', WORKSHOP)}"
CALM = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
PIECES = [
    "\t",
    "\n",
    ":",
    "- ",
    "{",
    "]",
    "'",
    '"',
    "|",
    "&a ",
    "*a",
    "<<: ",
    "\x00",
    "\r",
    "${X}",
    "{{ x }}",
    "#@ ",
    "~",
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "resources.yaml"


def judge(file: Path) -> None:
    resources = load(file, file.parent)
    errors = [each for each in resources.problems if each.severity is Severity.ERROR]
    assert (resources.portal is None) == bool(errors)
    for each in resources.problems:
        assert each.line >= 1 and each.column >= 1 and len(str(each)) < 1000
        assert "\n" not in str(each)


def test_the_whole_file_is_without_errors(file: Path) -> None:
    file.write_text(BOTH)
    judge(file)
    assert load(file).portal is not None


ITEM = "- {kind: Workshop, apiVersion: training.educates.dev/v1beta1, metadata: {name: %s}}\n"
ALIASES = "".join(f"  k{n}: &k{n} [*k{n - 1}]\n" for n in range(1, 400))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("---\nkind: List\nitems:\n" + ITEM % "w" * 10_000, id="one workshop ten thousand times"),
        pytest.param("---\nkind: List\nitems:\n" + "".join(ITEM % f"w{n}" for n in range(9_000)), id="many workshops"),
        pytest.param("  workshops:\n" + "".join(f"  - {{name: v{n}}}\n" for n in range(30_000)), id="many entries"),
        pytest.param("  workshops:\n" + "".join(f"  - {{name: v{n}}}\n" for n in range(2_000)), id="the most entries"),
        pytest.param("".join(f"  k{n}: 1\n" for n in range(40_000)), id="many unknown keys"),
        pytest.param("  k0: &k0 []\n" + ALIASES, id="aliases of aliases"),
        pytest.param("  portal: {title: '" + "{{" * 200_000 + "'}\n", id="braces that never close"),
        pytest.param("  portal: {title: '" + "${a:" * 100_000 + "'}\n", id="variables that never close"),
        pytest.param("  workshops: [{name: '" + "a" * 900_000 + "'}]\n", id="a long name"),
    ],
)
def test_a_hostile_file_is_judged_in_time(file: Path, text: str) -> None:
    file.write_text(f"{PORTAL_HEAD}{text}")
    assert done_within(2, lambda: judge(file))


@CALM
@given(st.integers(0, len(BOTH)))
def test_a_file_that_was_cut_off_is_judged(file: Path, length: int) -> None:
    file.write_text(BOTH[:length])
    judge(file)


@CALM
@given(st.integers(0, len(BOTH)), st.integers(0, 40), st.sampled_from(PIECES) | st.text(max_size=4).map(str))
def test_a_file_with_something_else_in_it_is_judged(file: Path, place: int, gone: int, piece: str) -> None:
    text = BOTH[:place] + piece + BOTH[place + gone :]
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    judge(file)


VALUES = st.sampled_from(
    [
        "[]",
        "{}",
        "''",
        "~",
        "0",
        "-1",
        "1e9",
        "true",
        "2026-01-01",
        "[[]]",
        "[{}]",
        "{a: [1]}",
        "'" + "x" * 300 + "'",
        "9" * 400,
    ]
)
PLACES = [index for index in range(len(BOTH)) if BOTH.startswith(": ", index)]


@CALM
@given(st.sampled_from(PLACES), VALUES)
def test_any_value_may_be_of_any_kind(file: Path, place: int, value: str) -> None:
    end = min(index for index in (BOTH.find(stop, place + 2) for stop in (",", "}", "\n")) if index > 0)
    file.write_text(BOTH[: place + 2] + value + BOTH[end:])
    judge(file)
