"""What the commands of both packages share: how they are found, tell what stands in the way, and are told to end."""

import signal
from collections.abc import Callable, Mapping
from functools import wraps
from pkgutil import resolve_name
from threading import Event
from types import FrameType
from typing import Any, ParamSpec, TypeVar

import click

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Commands(click.Group):
    """A group that loads a command only when it is asked for; `places` tells where each is, as `module:name`."""

    def __init__(self, *args: Any, places: Mapping[str, str], **kwargs: Any) -> None:
        """Take what a group of click takes, and the places."""
        super().__init__(*args, **kwargs)
        self._places = places

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted(self._places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of that name, or None."""
        if cmd_name not in self._places:
            return None
        command: click.Command = resolve_name(self._places[cmd_name])
        return command


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
