"""Asks questions in threads of their own: once for all who want the answer, and nobody waits longer than they chose."""

import logging
import threading
import time
from collections.abc import Callable

_log = logging.getLogger(__name__)


class UnderWay:
    """A question somebody asked; `first` is for whoever asked it."""

    def __init__(self) -> None:
        self._done = threading.Event()
        self._begun = time.monotonic()

    def wait(self, seconds: float) -> bool:
        """Return whether the answer is there, at the latest `seconds` after the question was asked."""
        return self._done.wait(max(0.0, self._begun + seconds - time.monotonic()))

    def finish(self) -> None:
        """Let everybody go who waits."""
        self._done.set()


class Background:
    """Questions under way by their key; one a key at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: dict[str, UnderWay] = {}

    def ask(self, key: str, question: Callable[[], None]) -> tuple[UnderWay, bool]:
        """Return the question under way for `key`, and whether it was begun by this call."""
        with self._lock:
            found = self._under_way.get(key)
            if found is not None:
                return found, False
            begun = self._under_way[key] = UnderWay()
        try:
            # A daemon, so that a portal that never answers does not keep a program from ending.
            threading.Thread(target=self._run, args=(key, begun, question), name=f"ask-{key}", daemon=True).start()
        except RuntimeError:
            _log.warning("no thread can be started; %s is asked later", key)
            self._end(key, begun)
        return begun, True

    def _run(self, key: str, begun: UnderWay, question: Callable[[], None]) -> None:
        try:
            question()
        except Exception:
            _log.exception("asking %s failed", key)
        finally:
            self._end(key, begun)

    def _end(self, key: str, begun: UnderWay) -> None:
        with self._lock:
            self._under_way.pop(key, None)
        begun.finish()
