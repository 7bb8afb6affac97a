"""Carries out what the owner pressed, with the means the portal has anyway: its configuration and the time."""

from dataclasses import replace

from portal_backend.contract.rehearsal import EXPIRE, Rehearsal, Switch, after
from portal_backend.contract.wire import SessionState
from portal_backend.editing import Edits
from portal_backend.reading import StartupError, read_resources
from portal_backend.rehearsal.switches import SHAPING, RehearsedProvider, Switches, rehearsed
from portal_backend.resources.model import PortalSpec, Resources
from portal_backend.services import configuration
from portal_backend.services.context import Context
from portal_backend.settings import Settings
from portal_backend.store.queries import sessions
from portal_backend.watching import Fingerprint


def with_switches(context: Context, switches: Switches) -> Context:
    """Return the context of a portal whose sessions start as is rehearsed."""
    return replace(context, provider=RehearsedProvider(context.provider, switches))


class Acts:
    """What the owner can press, carried out at once."""

    def __init__(self, settings: Settings, context: Context, switches: Switches) -> None:
        """Take a context that is `with_switches`."""
        self._settings, self._context, self._switches = settings, context, switches

    def do(self, act: str) -> Rehearsal:
        """Carry out an act and return what is on then.

        Raises ValueError for an act there is none of, and StartupError while the owner's files have errors that keep
        something from being switched on; what is switched off then counts as soon as they have none.
        """
        before = self._switches.now().on
        on = after(before, act)
        if act == EXPIRE:
            self._expire()
        if (on ^ before) & SHAPING:
            self._apply(on)
        return self._switches.turn(on)

    def settle(self) -> None:
        """Make the store what is rehearsed, for a process that starts meanwhile."""
        if self._switches.now().on & SHAPING:
            self._apply(self._switches.now().on)

    def _apply(self, on: frozenset[Switch]) -> None:
        try:
            found, _ = read_resources(self._settings)
        except StartupError:
            if on & SHAPING:
                raise
            return
        configuration.apply(self._context, rehearsed(found, on))

    def _expire(self) -> None:
        """Move the end of every session somebody works in to now; time does the rest, as it always does."""
        now = self._context.now()
        with self._context.store.writing() as connection:
            running = [each for each in sessions.listed(connection, now) if each.state is SessionState.RUNNING]
            sessions.save_all(connection, [replace(each, expires=now) for each in running])


class RehearsedEdits(Edits):
    """Takes up edits and presses alike, so that neither undoes the other."""

    def __init__(self, settings: Settings, context: Context, switches: Switches) -> None:
        super().__init__(settings, context)
        self._switches = switches

    def _look(self) -> Fingerprint:
        return super()._look() | {(self._switches.now().version, 0, 0, 0, 0)}

    def _read(self) -> tuple[Resources, PortalSpec]:
        found, spec = super()._read()
        return rehearsed(found, self._switches.now().on), spec
