"""What the portal offers right now: its environments with their seats, counted over live sessions.

What was counted is good until somebody commits something or the next session ends; so long it is not counted again.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from portal_backend.contract.wire import EnvironmentState
from portal_backend.domain.environment import Environment, Portal
from portal_backend.domain.labels import matches
from portal_backend.domain.session import Session
from portal_backend.services.context import Context
from portal_backend.services.errors import NotConfigured
from portal_backend.store.queries import environments as stored
from portal_backend.store.queries import seats
from portal_backend.store.queries import sessions as live
from portal_backend.store.queries.sessions import Counts

__all__ = ["Listed", "NotConfigured", "Standing", "answer", "environments", "portal", "settings"]

_MOST_ANSWERS = 16
RUNNING = frozenset({EnvironmentState.RUNNING})


@dataclass(frozen=True)
class Standing:
    """The portal and how many of its sessions have an owner."""

    portal: Portal
    allocated: int


@dataclass(frozen=True)
class Listed:
    """An environment with its seats: `active` are taken or spare, `allocated` have an owner, `available` are ready.

    `sessions` is empty unless asked for.
    """

    environment: Environment
    active: int
    allocated: int
    available: int
    sessions: tuple[Session, ...] = ()


@dataclass(frozen=True)
class _Situation:
    """Everything counted at one moment; it holds `until` the next session ends, unless something is committed."""

    portal: Portal | None
    environments: tuple[Environment, ...]
    counts: Mapping[str, Counts]
    since: datetime
    until: datetime | None
    held: tuple[Session, ...] = ()
    answers: dict[Hashable, bytes] = field(default_factory=dict)

    def holds(self, now: datetime) -> bool:
        """Whether counting at `now` would give the same."""
        return self.since <= now and (self.until is None or now < self.until)


def _situation(context: Context, sessions: bool = False) -> _Situation:
    now = context.now()
    return context.store.recall(
        (_situation, sessions), lambda: _count(context, now, sessions), lambda known: known.holds(now)
    )


def _count(context: Context, now: datetime, sessions: bool) -> _Situation:
    with context.store.reading() as connection:
        return _Situation(
            stored.find_portal(connection),
            tuple(stored.everything(connection)),
            live.counts(connection, now),
            now,
            seats.next_end(connection, now),
            tuple(live.listed(connection, now)) if sessions else (),
        )


def answer(context: Context, key: Hashable, tell: Callable[[], bytes]) -> bytes:
    """Return what `tell` makes of the catalog, made once for each `key` while no number in it changes."""
    known = _situation(context).answers
    found = known.get(key) or tell()
    if len(known) < _MOST_ANSWERS:
        known[key] = found
    return found


def made(context: Context, key: Hashable) -> bytes | None:
    """Return what `answer` would, or None when it would have to be made."""
    return _situation(context).answers.get(key)


def settings(context: Context) -> Portal:
    """Return the portal without counting anything; raises NotConfigured."""
    return _configured(context.store.recall(settings, lambda: _portal(context)))


def _portal(context: Context) -> Portal | None:
    with context.store.peeking() as connection:
        return stored.find_portal(connection)


def _configured(found: Portal | None) -> Portal:
    if found is None:
        raise NotConfigured("no TrainingPortal has been applied to the store")
    return found


def portal(context: Context) -> Standing:
    """Return the portal and how many sessions are allocated; raises NotConfigured."""
    situation = _situation(context)
    return Standing(_configured(situation.portal), sum(here.allocated for here in situation.counts.values()))


def environments(
    context: Context,
    states: Collection[EnvironmentState] = RUNNING,
    names: Collection[str] = (),
    labels: Mapping[str, str] | None = None,
    sessions: bool = False,
) -> list[Listed]:
    """Return the environments in these states, in the order of the catalog.

    `names` keeps those whose name, workshop or alias is among them; `labels` those that carry all of them; `sessions`
    adds the live sessions of each.
    """
    situation = _situation(context, sessions)
    counts, held = situation.counts, _by_environment(situation.held)
    wanted = (
        e for e in situation.environments if e.state in states and _called(e, names) and matches(e.labels, labels or {})
    )
    return [_listed(e, counts.get(e.name, Counts()), held.get(e.name, ())) for e in wanted]


def _listed(environment: Environment, counts: Counts, held: Iterable[Session]) -> Listed:
    available = min(counts.ready, environment.reserved)
    return Listed(environment, counts.active, counts.allocated, available, tuple(held))


def _called(environment: Environment, names: Collection[str]) -> bool:
    if not names:
        return True
    return any(name and name in names for name in (environment.name, environment.workshop.name, environment.alias))


def _by_environment(sessions: Iterable[Session]) -> dict[str, list[Session]]:
    grouped: dict[str, list[Session]] = {}
    for session in sessions:
        grouped.setdefault(session.environment, []).append(session)
    return grouped
