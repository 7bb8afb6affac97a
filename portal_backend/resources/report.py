"""Prints problems as lines an owner and an editor can follow: `file:line:column: error: what (hint)`."""

from collections.abc import Iterable, Iterator

from portal_backend.contract.problems import Problem, Severity


def lines(problems: Iterable[Problem], notes: bool = False) -> Iterator[str]:
    """Yield one line for each problem in the order given; `notes` includes what was read without having an effect."""
    for each in problems:
        if notes or each.severity is not Severity.INFO:
            yield str(each)


def summary(problems: Iterable[Problem]) -> str:
    """Return how many errors and warnings there are, in words."""
    severities = [each.severity for each in problems]
    counted = [_count(severities.count(severity), str(severity)) for severity in (Severity.ERROR, Severity.WARNING)]
    return ", ".join(counted)


def _count(number: int, word: str) -> str:
    return f"{number or 'no'} {word}{'' if number == 1 else 's'}"
