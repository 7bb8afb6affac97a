"""The switches of this run, and what each makes of the owner's files and of the provider."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from portal_backend.contract.instance import replace as write
from portal_backend.contract.rehearsal import (
    REHEARSAL_FILE,
    TOKEN_VARIABLE,
    Rehearsal,
    Switch,
    as_text,
    read_rehearsal,
)
from portal_backend.domain.session import Session
from portal_backend.providers.base import Progress, Provider
from portal_backend.resources.model import Resources

_NOT_AT_ONCE = frozenset({Switch.SLOW, Switch.FAILING})
SHAPING = _NOT_AT_ONCE | {Switch.FULL}
"""The switches that make something else of the owner's files."""


class Switches:
    """What is on, the same for every process of the portal; nothing ever is without a token."""

    def __init__(self, instance: Path, token: str) -> None:
        self._file = instance / REHEARSAL_FILE
        self.token = token

    def now(self) -> Rehearsal:
        """Return what is on."""
        return read_rehearsal(self._file, self.token)

    def turn(self, on: frozenset[Switch]) -> Rehearsal:
        """Write down what is on from now; raises InstanceError where that cannot be written."""
        rehearsal = Rehearsal(on, str(time.time_ns()))
        write(self._file, as_text(rehearsal, self.token))
        return rehearsal


def switches_of(instance: Path, environ: Mapping[str, str]) -> Switches:
    """Return the switches of the run that started this process."""
    return Switches(instance, environ.get(TOKEN_VARIABLE, ""))


def rehearsed(resources: Resources, on: frozenset[Switch]) -> Resources:
    """Return what the owner's files would ask for to be as rehearsed.

    Without a seat everything is full, whatever is running; without spares every session has to be started.
    """
    if Switch.FULL in on:
        changed = tuple(replace(each, capacity=0, reserved=0) for each in resources.environments)
    elif on & _NOT_AT_ONCE:
        changed = tuple(replace(each, reserved=0) for each in resources.environments)
    else:
        return resources
    return replace(resources, environments=changed)


@dataclass(frozen=True)
class RehearsedProvider:
    """Makes sessions as `provider` does, unless their start is being rehearsed."""

    provider: Provider
    switches: Switches

    @property
    def instant(self) -> bool:
        """Whether sessions are ready as soon as they are stored."""
        return self.provider.instant and not self.switches.now().on & _NOT_AT_ONCE

    def url(self, session: Session) -> str:
        """Return where a browser works in `session`."""
        return self.provider.url(session)

    def start(self, session: Session) -> None:
        """Begin to make `session` real."""
        self.provider.start(session)

    def stop(self, session: Session) -> None:
        """Remove whatever `session` had."""
        self.provider.stop(session)

    def poll(self, session: Session, now: datetime) -> Progress:
        """Return how far the start has come; one that fails does so once somebody is there to see it."""
        on = self.switches.now().on if session.owner else frozenset()
        if Switch.FAILING in on and session.activated is not None:
            return Progress.FAILED
        return Progress.STARTING if on & _NOT_AT_ONCE else self.provider.poll(session, now)

    def idle(self, session: Session, now: datetime) -> timedelta | None:
        """Return how long nothing was seen of the owner of `session`."""
        return self.provider.idle(session, now)
