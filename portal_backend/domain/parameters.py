"""The values a session's declared parameters get: as asked for, else the default, else made up from an expression.

An expression is text with groups such as `[a-z0-9]{8}`: a set of characters and how many of them (at most 255).
In a set, `a-z` is a range, `\\w` word characters, `\\d` digits, `\\a` letters, `\\A` signs.
"""

import re
import string
from collections.abc import Callable, Iterable, Mapping

from portal_backend.domain.environment import Parameter

_GROUP = re.compile(r"\[([^\]]+)\]\{(\d{1,3})\}")
_ITEM = re.compile(r"\\[wdaA]|(.)-(.)|.", re.DOTALL)
_MOST = 255
_CLASSES = {
    "\\w": string.ascii_letters + string.digits + "_",
    "\\d": string.digits,
    "\\a": string.ascii_letters,
    "\\A": "~!@#$%^&*()-_+={}[]\\|<,>.?/\"';:`",
}


def fill(declared: Iterable[Parameter], given: Mapping[str, str], choose: Callable[[str], str]) -> dict[str, str]:
    """Return a value for each declared parameter; `choose` picks one character of a text at random.

    What was given without being declared is ignored.
    """
    return {p.name: given[p.name] if p.name in given else _default(p, choose) for p in declared}


def _default(parameter: Parameter, choose: Callable[[str], str]) -> str:
    return made_up(parameter.pattern, choose) if parameter.generate == "expression" else parameter.value


def made_up(expression: str, choose: Callable[[str], str]) -> str:
    """Return `expression` with each of its groups replaced by characters `choose` picks."""

    def characters(group: re.Match[str]) -> str:
        alphabet = _alphabet(group[1])
        return "".join(choose(alphabet) for _ in range(min(int(group[2]), _MOST)))

    return _GROUP.sub(characters, expression)


def _alphabet(described: str) -> str:
    found = "".join(_CLASSES.get(item[0]) or _range(item[1], item[2]) or item[0] for item in _ITEM.finditer(described))
    return "".join(dict.fromkeys(found))


def _range(first: str | None, last: str | None) -> str:
    if first is None or last is None:
        return ""
    return "".join(chr(code) for code in range(ord(first), ord(last) + 1))
