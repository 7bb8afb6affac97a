"""What the commands of both packages share: how they tell what stands in the way, and how they are told to end."""

import signal
from collections.abc import Callable
from functools import wraps
from threading import Event
from types import FrameType
from typing import ParamSpec, TypeVar

import click

_P = ParamSpec("_P")
_T = TypeVar("_T")


def telling(*faults: type[Exception]) -> Callable[[Callable[_P, _T]], Callable[_P, _T]]:
    """Return what makes a command tell `faults` in their own sentences, with exit code 1 and no traceback."""

    def wrap(command: Callable[_P, _T]) -> Callable[_P, _T]:
        @wraps(command)
        def told(*args: _P.args, **kwargs: _P.kwargs) -> _T:
            try:
                return command(*args, **kwargs)
            except faults as error:
                raise click.ClickException(str(error)) from None

        return told

    return wrap


def end_asked_for() -> Event:
    """Return what is set once a signal asks this process to end, SIGTERM or SIGINT."""
    stop = Event()

    def leave(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)
    return stop
