"""Reads the workshops a TrainingPortal offers, with every default filled in.

The order in which a number or length is looked for: the entry, `portal.workshop.defaults`, the deprecated place right
under `portal`, and then, for the capacity, `portal.sessions.maximum`. With none of these the capacity is 0 and no
session is given out, as on the platform; that is a warning. `reserved` defaults to 1 and never exceeds the capacity;
`initial` defaults to `reserved` and is raised to it unless it is 0.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from portal_backend.contract.documents import Severity
from portal_backend.domain.environment import Workshop
from portal_backend.domain.labels import merged
from portal_backend.domain.schedule import Terms
from portal_backend.resources.model import EnvironmentSpec
from portal_backend.resources.section import Section
from portal_backend.resources.texts import accept_alias

_NUMBERS = ("capacity", "reserved", "initial")
_LENGTHS = ("expires", "overtime", "deadline", "orphaned", "overdue", "refresh")
DEPRECATED = (*_NUMBERS, *_LENGTHS)
MOST_OFFERED = 2000
_ZERO = timedelta(0)
_T = TypeVar("_T")


@dataclass(frozen=True)
class Defaults:
    """What a portal sets for all its workshops; None where it sets nothing."""

    numbers: dict[str, int | None]
    lengths: dict[str, timedelta | None]
    labels: dict[str, str]
    env: dict[str, str]
    maximum: int


def read_defaults(portal: Section, maximum: int) -> Defaults:
    """Return the defaults of a portal's section, and warn about those in a deprecated place."""
    workshop = portal.section("workshop")
    workshop.keys(("defaults",))
    defaults = workshop.section("defaults")
    defaults.keys(("labels", "env", *DEPRECATED), ("registry",))
    for key in DEPRECATED:
        if portal.has(key):
            place = f"{defaults.name(key)} is the place for it now"
            portal.report(key, Severity.WARNING, f"{portal.name(key)} is a deprecated place", place)
    numbers = {key: _first(defaults.number(key), portal.number(key)) for key in _NUMBERS}
    lengths = {key: _first(defaults.duration(key), portal.duration(key)) for key in _LENGTHS}
    return Defaults(numbers, lengths, defaults.pairs("labels"), defaults.pairs("env"), maximum)


def read_environments(
    spec: Section, defaults: Defaults, find: Callable[[str, Section], Workshop | None]
) -> tuple[EnvironmentSpec, ...]:
    """Return the environments of `spec.workshops` in their order; `find` gives a workshop, or says why there is none.

    Entries without a workshop are left out, and so is an entry that repeats a workshop under the same alias.
    """
    named = spec.value.get("workshops")
    if isinstance(named, list) and len(named) > MOST_OFFERED:
        text = f"spec.workshops is longer than {MOST_OFFERED}, the most that is read"
        spec.report("workshops", Severity.ERROR, text, "offer the rest in another portal")
        return ()
    entries = spec.items("workshops")
    if not entries:
        spec.report(None, Severity.WARNING, "spec.workshops names no workshop, so none is offered")
    found: dict[tuple[str, str], EnvironmentSpec] = {}
    taken: set[str] = set()
    aliases: set[str] = set()
    for entry in entries:
        environment = _environment(entry, defaults, find)
        if environment is None:
            continue
        key = (environment.workshop.name, environment.alias)
        if key in found:
            entry.report("name", Severity.WARNING, f"`{key[0]}` is offered twice; the first counts", "give it an alias")
            continue
        if environment.alias and environment.alias in taken:
            entry.report("alias", Severity.WARNING, f"the alias `{environment.alias}` is taken; the first counts")
        elif environment.workshop.name in aliases:
            text = f"`{environment.workshop.name}` is the alias of another workshop too, so a link may start that one"
            entry.report("name", Severity.WARNING, text, "choose another alias there")
        taken |= {environment.workshop.name, environment.alias}
        aliases.add(environment.alias)
        found[key] = environment
    return tuple(found.values())


def _environment(
    entry: Section, defaults: Defaults, find: Callable[[str, Section], Workshop | None]
) -> EnvironmentSpec | None:
    entry.keys(("name", "alias", "labels", "env", *DEPRECATED), ("registry",))
    capacity, reserved, initial = _numbers(entry, defaults)
    lengths = {key: _first(entry.duration(key), defaults.lengths[key]) or _ZERO for key in _LENGTHS}
    alias = entry.checked("alias", "letters, digits, `-`, `.` and `_`", accept_alias) or ""
    labels, env = entry.pairs("labels"), entry.pairs("env")
    if lengths["deadline"] and lengths["deadline"] < lengths["expires"]:
        entry.report("deadline", Severity.WARNING, "the deadline is before the session expires", "nothing is extended")
    name = entry.required("name")
    workshop = find(name, entry) if name else None
    if workshop is None:
        return None
    return EnvironmentSpec(
        workshop=workshop,
        alias=alias,
        capacity=capacity,
        reserved=reserved,
        initial=initial,
        terms=Terms(
            duration=lengths["expires"],
            overtime=lengths["overtime"],
            deadline=lengths["deadline"],
            orphaned=lengths["orphaned"],
            overdue=lengths["overdue"],
        ),
        refresh=lengths["refresh"],
        env=merged(defaults.env, env),
        labels=merged(defaults.labels, workshop.labels, labels),
    )


def _numbers(entry: Section, defaults: Defaults) -> tuple[int, int, int]:
    given = {key: entry.number(key) for key in _NUMBERS}
    capacity = _first(given["capacity"], defaults.numbers["capacity"])
    if capacity is None and not defaults.maximum:
        hint = "set its capacity, or portal.sessions.maximum"
        entry.report(None, Severity.WARNING, "this workshop has no capacity, so no session is given out", hint)
    capacity = defaults.maximum if capacity is None else capacity
    if defaults.maximum and capacity > defaults.maximum:
        text = f"a capacity of {capacity} is above portal.sessions.maximum ({defaults.maximum}), which counts"
        entry.report("capacity", Severity.WARNING, text)
    reserved = _first(given["reserved"], defaults.numbers["reserved"])
    if reserved is not None and reserved > capacity:
        entry.report("reserved", Severity.WARNING, f"reserved ({reserved}) is above the capacity ({capacity})")
    reserved = min(1 if reserved is None else reserved, capacity)
    initial = _first(given["initial"], defaults.numbers["initial"])
    if initial is None:
        return capacity, reserved, reserved
    if 0 < initial < reserved:
        text = f"initial ({initial}) is below reserved ({reserved}) and is raised to it"
        entry.report("initial", Severity.WARNING, text)
    return capacity, reserved, min(max(initial, reserved), capacity) if initial else 0


def _first(*values: _T | None) -> _T | None:
    return next((value for value in values if value is not None), None)
