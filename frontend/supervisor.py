"""Keeps several programs running as one: they start together, and when one ends or a signal comes, all end.

Each program leads its own process group, so that Ctrl-C at a terminal reaches only this one, which then ends the groups
in order and leaves nothing behind, the workers of gunicorn included.
"""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_TICK_SECONDS = 0.1
PATIENCE_SECONDS = 15.0


@dataclass(frozen=True)
class Ended:
    """A program ended by itself, with this exit code (negative: the signal that ended it)."""

    program: str
    code: int


@dataclass(frozen=True)
class Interrupted:
    """A signal asked for the end."""

    signal: int


class Supervisor:
    """Runs named command lines under one environment, from `start` to `stop`."""

    def __init__(self, programs: Mapping[str, Sequence[str]], environ: Mapping[str, str]) -> None:
        """Hold what is to run; nothing starts yet."""
        self._programs = programs
        self._environ = environ
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._asked = threading.Event()
        self._signal = 0

    def start(self) -> None:
        """Start every program, and take the signals that mean "end" from here on."""
        for number in _SIGNALS:
            signal.signal(number, self._take)
        for name, command in self._programs.items():
            self._running[name] = subprocess.Popen(
                command, env=dict(self._environ), stdin=subprocess.DEVNULL, start_new_session=True
            )

    def _take(self, number: int, _frame: FrameType | None) -> None:
        self._signal = number
        self._asked.set()

    def wait(self, until: Callable[[], bool] = lambda: False) -> Ended | Interrupted | None:
        """Return what ended the run, or None as soon as `until` is true."""
        while not self._asked.wait(_TICK_SECONDS):
            for name, process in self._running.items():
                if process.poll() is not None:
                    return Ended(name, process.returncode)
            if until():
                return None
        return Interrupted(self._signal)

    def stop(self, patience: float = PATIENCE_SECONDS) -> None:
        """End every program: ask first, and after `patience` seconds insist."""
        for process in self._running.values():
            process.terminate()
        due = time.monotonic() + patience
        for process in self._running.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, due - time.monotonic()))
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
