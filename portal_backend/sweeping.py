"""The sweeper's rounds: take up a changed configuration, then sweep; a fault is logged and left to the next round.

The store decides what is due, so rounds may run in several processes at once and nothing depends on one of them.
"""

import logging
from collections.abc import Callable
from threading import Event

from portal_backend import posting
from portal_backend.contract.commands import end_asked_for
from portal_backend.contract.instance import InstanceError
from portal_backend.editing import Edits
from portal_backend.services import sweeper
from portal_backend.services.context import Context
from portal_backend.services.delivery import Delivery
from portal_backend.settings import Settings
from portal_backend.store.engine import StoreBusy

log = logging.getLogger(__name__)


class Rounds:
    """What one sweeper process does again and again."""

    def __init__(self, settings: Settings, context: Context, edits: Edits | None = None) -> None:
        """Take a context that is ready to serve, and what takes up `edits` of the owner's files."""
        self._settings = settings
        self._context = context
        self._edits = edits or Edits(settings, context)

    def run_until(self, stop: Event, pause: float) -> None:
        """Do a round every `pause` seconds until `stop` is set."""
        log.info("sweeping every %g seconds", pause)
        while not stop.is_set():
            self.run()
            stop.wait(pause)

    def run(self) -> None:
        """Do one round; what goes wrong in one part is logged, left to the next round, and keeps no other part."""
        _guarded(self._edits.take_up)
        _guarded(self._sweep)

    def _sweep(self) -> None:
        sweeper.sweep(self._context, self._settings.keep)


def log_plainly() -> None:
    """Have what a sweeper does written to its error output, a line each."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)


def until_told_to_stop(rounds: Rounds, post: Delivery, pause: float) -> None:
    """Do rounds, and post events beside them, until a signal asks for the end."""
    stop = end_asked_for()
    with posting.in_the_background(post, stop):
        rounds.run_until(stop, pause)


def _guarded(part: Callable[[], None]) -> None:
    try:
        part()
    except StoreBusy as fault:
        log.warning("the store did not answer: %s", fault)
    except InstanceError as fault:
        log.error("%s", fault)
    except Exception:
        log.exception("a round of the sweeper failed; the next one tries again")
