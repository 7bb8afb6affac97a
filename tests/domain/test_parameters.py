"""The values of a session's parameters, and the expressions that make them up."""

import re
from itertools import cycle

import pytest

from portal_backend.domain.environment import Parameter
from portal_backend.domain.parameters import fill, made_up


def first(alphabet: str) -> str:
    return alphabet[0]


def last(alphabet: str) -> str:
    return alphabet[-1]


COLOUR = Parameter("colour", "red")
SECRET = Parameter("secret", "unused", generate="expression", pattern="pw-[a-z]{3}")


@pytest.mark.parametrize(
    ("given", "values"),
    [
        pytest.param({}, {"colour": "red", "secret": "pw-aaa"}, id="defaults, some made up"),
        pytest.param({"colour": "blue"}, {"colour": "blue", "secret": "pw-aaa"}, id="one given"),
        pytest.param({"colour": ""}, {"colour": "", "secret": "pw-aaa"}, id="an empty one is given too"),
        pytest.param({"secret": "mine"}, {"colour": "red", "secret": "mine"}, id="a given one is not made up"),
        pytest.param({"size": "big"}, {"colour": "red", "secret": "pw-aaa"}, id="an undeclared one is ignored"),
    ],
)
def test_what_each_declared_parameter_gets(given: dict[str, str], values: dict[str, str]) -> None:
    assert fill([COLOUR, SECRET], given, first) == values


@pytest.mark.parametrize(
    ("expression", "lowest", "highest"),
    [
        ("plain text", "plain text", "plain text"),
        ("[a-z0-9]{4}", "aaaa", "9999"),
        ("user-[0-9]{2}@[A-C]{1}", "user-00@A", "user-99@C"),
        ("[\\w]{2}", "aa", "__"),
        ("[\\d]{1}[\\a]{1}[\\A]{1}", "0a~", "9Z`"),
        ("[abc]{2}", "aa", "cc"),
        ("[a-]{1}", "a", "-"),
        ("[z-a]{1}", "z", "a"),
        ("[a]{0}", "", ""),
        ("[a-z]", "[a-z]", "[a-z]"),
        ("[a]{999}", "a" * 255, "a" * 255),
    ],
)
def test_an_expression_is_made_up_from_its_sets(expression: str, lowest: str, highest: str) -> None:
    assert made_up(expression, first) == lowest
    assert made_up(expression, last) == highest


def test_each_character_is_chosen_on_its_own() -> None:
    picks = cycle("xyz")
    assert re.fullmatch("xyzx", made_up("[a-z]{4}", lambda _: next(picks)))
