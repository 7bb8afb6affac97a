"""Names the steps from the environments that are stored to those an owner wants; stores nothing, reads no clock.

An environment is known again by its workshop and alias, or else by its workshop alone, so that a new alias is a change
and no new offer. One that carries another portal's name is never known again, nor is one on its way out. It is replaced
by a new one when that was asked for by name, when its time of refresh has come, and, with `updates.workshop`, when its
Workshop says something else than it did. Otherwise it keeps describing its workshop as it did when it was made, also
while the workshop's file cannot be read.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta

from portal_backend.contract.wire import EnvironmentState
from portal_backend.domain.environment import Environment, Portal, Workshop
from portal_backend.resources.model import EnvironmentSpec
from portal_backend.store.queries.environments import Kept


@dataclass(frozen=True)
class Add:
    """Make a new environment; `instead_of` names the one it replaces, and `why`."""

    spec: EnvironmentSpec
    position: int
    instead_of: str = ""
    why: str = ""


@dataclass(frozen=True)
class Change:
    """Make a stored environment what it is to be from now on; `what` names the fields that differ."""

    new: Environment
    refresh: timedelta
    what: tuple[str, ...]

    @property
    def resized(self) -> bool:
        """Whether another number of spares is wanted, or fits."""
        return not {"capacity", "reserved"}.isdisjoint(self.what)


@dataclass(frozen=True)
class Stop:
    """Hand out nothing more of an environment and let it end with its last session."""

    old: Environment
    replaced: bool = False


Step = Add | Change | Stop


def steps(
    kept: Iterable[Kept],
    portal: Portal,
    specs: Sequence[EnvironmentSpec],
    now: datetime,
    anew: Collection[str] = (),
) -> list[Step]:
    """Return what is to be done, in the order of `specs`; nothing when all is as wanted.

    The environments of the workshops named in `anew` are replaced whatever they are.
    """
    offered = [each for each in kept if each.environment.state is not EnvironmentState.STOPPING]
    known = _known_again(offered, portal, specs)
    found: list[Step] = []
    for position, (spec, old) in enumerate(zip(specs, known, strict=True)):
        if old is None:
            found += [Add(spec, position)] if spec.readable else []
        elif why := _why_anew(old, spec, portal, now, anew):
            found += [Stop(old.environment, replaced=True), Add(spec, position, old.environment.name, why)]
        elif change := _change(old, spec, position):
            found.append(change)
    wanted = {each.environment.name for each in known if each}
    return [*found, *(Stop(each.environment) for each in offered if each.environment.name not in wanted)]


def made_from(spec: EnvironmentSpec, name: str, position: int) -> Environment:
    """Return a new environment of that name."""
    return _decided(Environment(name, spec.workshop), spec, position)


def outdated(kept: Iterable[Kept], portal: Portal, specs: Sequence[EnvironmentSpec]) -> list[Environment]:
    """Return the environments that go on describing a workshop as it was, although its resource has changed."""
    offered = [each for each in kept if each.environment.state is not EnvironmentState.STOPPING]
    pairs = zip(_known_again(offered, portal, specs), specs, strict=True)
    both = [(old.environment, spec.workshop) for old, spec in pairs if old and spec.readable]
    return [environment for environment, workshop in both if _differs(environment.workshop, workshop)]


def _known_again(offered: Iterable[Kept], portal: Portal, specs: Sequence[EnvironmentSpec]) -> list[Kept | None]:
    """Return for each of `specs` the environment that offers it already, or None."""
    own = [each for each in offered if each.environment.name.rpartition("-w")[0] == portal.name]
    exact = {(each.environment.workshop.name, each.environment.alias): each for each in reversed(own)}
    known = [exact.pop((spec.workshop.name, spec.alias), None) for spec in specs]
    taken = {each.environment.name for each in known if each}
    others: dict[str, list[Kept]] = {}
    for each in reversed(own):
        if each.environment.name not in taken:
            others.setdefault(each.environment.workshop.name, []).append(each)
    return [
        old or (left.pop() if (left := others.get(spec.workshop.name)) else None)
        for spec, old in zip(specs, known, strict=True)
    ]


def _why_anew(old: Kept, spec: EnvironmentSpec, portal: Portal, now: datetime, anew: Collection[str]) -> str:
    if not spec.readable:
        return ""
    if spec.workshop.name in anew:
        return "as asked"
    if portal.update_workshops and _differs(old.environment.workshop, spec.workshop):
        return "its workshop has changed"
    return "it is due to be refreshed" if spec.refresh and old.created + spec.refresh <= now else ""


def _differs(old: Workshop, new: Workshop) -> bool:
    """Whether a workshop describes itself differently; its pages are read when asked for, wherever they are."""
    return replace(old, content="") != replace(new, content="")


def _change(old: Kept, spec: EnvironmentSpec, position: int) -> Change | None:
    new = _decided(old.environment, spec, position)
    what = [each.name for each in fields(Environment) if getattr(old.environment, each.name) != getattr(new, each.name)]
    if old.refresh != spec.refresh:
        what.append("refresh")
    return Change(new, spec.refresh, tuple(what)) if what else None


def _decided(old: Environment, spec: EnvironmentSpec, position: int) -> Environment:
    """Return `old` with everything `spec` decides while an environment lives."""
    return replace(
        old,
        workshop=replace(old.workshop, content=spec.workshop.content) if spec.readable else old.workshop,
        position=position,
        alias=spec.alias,
        capacity=spec.capacity,
        reserved=spec.reserved,
        initial=spec.initial,
        terms=spec.terms,
        env=spec.env,
        labels=spec.labels if spec.readable else old.labels,
    )
