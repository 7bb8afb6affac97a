"""Applies what an owner has written into the store, from which every process reads it.

Applying the same again changes nothing, so every process may do it at its start and several may do it at once. What
differs is worked out while others go on; the one write transaction only looks whether that still holds, and stores it.
Changed numbers hold at once; the environment of a workshop that is gone hands out nothing more and ends with its last
session; no name is used twice.
"""

import logging
import uuid
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from portal_backend.domain import moves
from portal_backend.domain.allocation import Seats
from portal_backend.domain.environment import Environment, Portal
from portal_backend.domain.events import EventName, environment_event
from portal_backend.domain.session import Ending
from portal_backend.resources.model import PortalSpec, Resources
from portal_backend.services import access_code, outbox, provision, reconciling, reserves
from portal_backend.services.context import Context
from portal_backend.services.errors import NotConfigured
from portal_backend.services.reconciling import Add, Change, Step, Stop
from portal_backend.store.queries import environments as stored
from portal_backend.store.queries import sessions
from portal_backend.store.queries.sessions import Counts

__all__ = ["NotConfigured", "apply", "note_refusal", "outdated", "refresh", "refused"]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Plan:
    """What differs from the store while `known` was its portal; `noted` when a refusal is to be noted or forgotten."""

    known: Portal | None
    wanted: Portal
    steps: tuple[Step, ...]
    refused: bool
    noted: bool

    @property
    def differs(self) -> bool:
        """Whether the portal itself or one of its environments is to change."""
        return bool(self.steps) or self.portal_differs

    @property
    def portal_differs(self) -> bool:
        """Whether the portal itself is to change."""
        return self.known is None or replace(self.known, uid="", generation=0) != replace(
            self.wanted, uid="", generation=0
        )


@dataclass
class _Done:
    words: list[str] = field(default_factory=list)
    new: list[Environment] = field(default_factory=list)
    reserves: dict[str, int] = field(default_factory=dict)
    given_up: list[str] = field(default_factory=list)


def apply(context: Context, resources: Resources, anew: Collection[str] = ()) -> list[str]:
    """Make the store what `resources` asks for and return what changed; raises NotConfigured without a portal.

    It is one transaction: a fault leaves everything as it was. Spares are made after it, in batches. The environments
    of the workshops named in `anew` are replaced by new ones.
    """
    wanted = resources.portal
    if wanted is None:
        raise NotConfigured("there is no TrainingPortal among the resources; nothing was changed")
    with context.store.reading() as connection:
        plan = _plan(context, connection, wanted, resources, anew)
    if not plan.differs and not plan.noted:
        return []
    with context.store.writing() as connection:
        if stored.find_portal(connection) != plan.known:
            plan = _plan(context, connection, wanted, resources, anew)
        done = _Application(context, connection, plan).carry_out()
    reserves.fill(context, done.reserves)
    _stop(context, done.given_up)
    for words in done.words:
        log.info("configuration: %s", words)
    return done.words


def refresh(context: Context, resources: Resources) -> list[str]:
    """Replace the environments whose time of refresh has come, by what `resources` asks for; return what changed."""
    with context.store.reading() as connection:
        due = stored.any_to_refresh(connection, context.now())
    return apply(context, resources) if due else []


def outdated(context: Context, resources: Resources) -> list[str]:
    """Return a line for each environment that keeps describing a workshop whose resource has changed since."""
    if resources.portal is None:
        return []
    with context.store.reading() as connection:
        kept = stored.current(connection)
    found = reconciling.outdated(kept, resources.portal.portal, resources.environments)
    return [
        f"{each.name} keeps describing {each.workshop.name} as it did when it was made; set updates.workshop, or run:"
        f" workshop-index portal refresh {each.workshop.name}"
        for each in found
    ]


def note_refusal(context: Context) -> None:
    """Note that the files as they are now cannot be used; the next configuration applied takes the note away."""
    with context.store.writing() as connection:
        stored.note_refused(connection, context.now())


def refused(context: Context) -> bool:
    """Whether the last edit of the files was refused, so that an earlier one is in force."""
    with context.store.reading() as connection:
        return stored.last_refused(connection) is not None


def _plan(
    context: Context, connection: Connection, wanted: PortalSpec, resources: Resources, anew: Collection[str]
) -> _Plan:
    # Read first: where each statement sees the latest commits, a plan is never older than the portal it names.
    known = stored.find_portal(connection)
    kept, now = stored.current(connection), context.now()
    steps = reconciling.steps(kept, wanted.portal, resources.environments, now, anew)
    refused = not all(each.readable for each in resources.environments)
    noted = refused is not (stored.last_refused(connection) is not None)
    return _Plan(known, access_code.sealed(wanted.portal), tuple(steps), refused, noted)


class _Application:
    """One plan on its way into the store, inside its transaction."""

    def __init__(self, context: Context, connection: Connection, plan: _Plan) -> None:
        self.connection, self.plan = connection, plan
        self.now, self.instant, self.done = context.now(), context.provider.instant, _Done()
        self.context = context

    def carry_out(self) -> _Done:
        """Store every step and return what was done."""
        if self.plan.differs:
            self._save_portal()
            for step in self.plan.steps:
                self.done.words.extend(_words(step))
            self._change([step for step in self.plan.steps if isinstance(step, Change)])
            self._take_away([step.old for step in self.plan.steps if isinstance(step, Stop)])
            self._give_up_surplus()
            self._tell(stored.close_emptied(self.connection, self.now))
        stored.note_refused(self.connection, self.now if self.plan.refused else None)
        return self.done

    def _tell(self, closed: list[Environment]) -> None:
        """Put what becomes of the environments into the outbox."""
        happened = [environment_event(EventName.ENVIRONMENT_CREATE, each) for each in self.done.new]
        for step in self.plan.steps:
            if isinstance(step, Change):
                happened.append(environment_event(EventName.ENVIRONMENT_UPDATE, step.new))
            elif isinstance(step, Stop):
                happened.append(environment_event(EventName.ENVIRONMENT_TERMINATE, step.old))
        happened += [environment_event(EventName.ENVIRONMENT_DELETE, each) for each in closed]
        outbox.tell(self.context, self.connection, happened)

    def _save_portal(self) -> None:
        """Store the portal with its next generation, and the environments that are new, with the next names."""
        known, wanted, made = self.plan.known, self.plan.wanted, stored.environments_made(self.connection)
        if self.plan.portal_differs:
            self.done.words.append(f"portal {wanted.name} is {'changed' if known else 'new'}")
        uid, generation = (known.uid, known.generation) if known else (str(uuid.uuid4()), 0)
        new = []
        for step in self.plan.steps:
            if isinstance(step, Add):
                made += 1
                environment = reconciling.made_from(step.spec, f"{wanted.name}-w{made:02d}", step.position)
                new.append((environment, step.spec.refresh))
                self.done.reserves[environment.name] = environment.initial
                self.done.words.append(_words_of_new(environment, step))
        stored.save_portal(self.connection, replace(wanted, uid=uid, generation=generation + 1), made)
        stored.add_all(self.connection, new, self.now)
        self.done.new.extend(environment for environment, _ in new)

    def _change(self, changes: list[Change]) -> None:
        stored.save_all(self.connection, [(each.new, each.refresh) for each in changes])
        self.done.reserves |= {each.new.name: each.new.reserved for each in changes if each.resized}

    def _take_away(self, old: list[Environment]) -> None:
        stored.let_end(self.connection, [each.name for each in old])

    def _give_up_surplus(self) -> None:
        """End the spares of environments on their way out, and those above a reserve, a capacity or the maximum."""
        spares = sessions.spare_names(self.connection)
        counts = sessions.counts(self.connection, self.now)
        leaving = {step.old.name for step in self.plan.steps if isinstance(step, Stop)}
        resized = {step.new.name: step.new for step in self.plan.steps if isinstance(step, Change) and step.resized}
        surplus = {name: _surplus(each, counts.get(name, Counts())) for name, each in resized.items()}
        given_up = []
        for environment, name in spares:
            if environment in leaving or surplus.get(environment, 0) > 0:
                surplus[environment] = surplus.get(environment, 0) - 1
                given_up.append(name)
        if self.plan.wanted.maximum:
            over = sum(each.active for each in counts.values()) - len(given_up) - self.plan.wanted.maximum
            gone = set(given_up)
            given_up += [name for _, name in spares if name not in gone][: max(0, over)]
        self._give_up(given_up)

    def _give_up(self, names: list[str]) -> None:
        template = moves.create("", "", self.instant, self.now)
        sessions.give_up(self.connection, names, moves.end(template, Ending.GIVEN_UP, self.instant, self.now))
        self.done.given_up.extend(names)


def _surplus(environment: Environment, here: Counts) -> int:
    return Seats(environment.capacity, environment.reserved, 0, here.active, here.reserved, 0).surplus_spares


def _words(step: Step) -> list[str]:
    match step:
        case Change(new, _, what):
            return [f"environment {new.name} is changed: {', '.join(what)}"]
        case Stop(old, replaced=False):
            return [f"environment {old.name} is on its way out"]
    return []


def _words_of_new(environment: Environment, step: Add) -> str:
    offers = f"environment {environment.name} offers {environment.workshop.name}"
    return f"{offers} in place of {step.instead_of}: {step.why}" if step.instead_of else offers


def _stop(context: Context, names: list[str]) -> None:
    """Tell a provider that has something to stop of the spares that were given up."""
    if names and not context.provider.instant:
        with context.store.reading() as connection:
            found = [pair[0] for name in names if (pair := sessions.find(connection, name))]
        provision.stop(context, found)
