"""Reads a portal file and a folder of workshops into Resources, with every problem found on the way."""

import re
from pathlib import Path

from portal_backend.contract.documents import Document, Problem, Severity, nearest, read_documents
from portal_backend.contract.problems import Position, error, errors, in_reading_order
from portal_backend.domain.environment import Workshop
from portal_backend.resources.discovery import Shelf, content_folder, file_faults, read_folder
from portal_backend.resources.environments import read_defaults, read_environments
from portal_backend.resources.kinds import PORTAL, WORKSHOP, Resource, resources
from portal_backend.resources.model import Resources
from portal_backend.resources.portal import read_portal
from portal_backend.resources.section import Section
from portal_backend.resources.workshop import read_workshop

__all__ = ["Problem", "Resources", "load"]

_MOST_HINTS = 20
_NAMES = re.compile(r"\bname:[ \t]*[\"']?([a-z0-9][-a-z0-9.]*)")


def load(portal_file: Path, workshops_dir: Path | None = None, host: str = "") -> Resources:
    """Return what a portal file asks for, with workshops from that file and from a folder read recursively.

    `host` is where browsers find the portal, when that is known; what does not fit it is told.
    Never raises for what is in the files. `portal` is None exactly when there is an error among the problems.
    """
    problems: list[Problem] = []
    shelf = Shelf(portal_file)
    portals = _read_portal_file(portal_file, shelf, problems)
    if workshops_dir is not None:
        read_folder(workshops_dir, shelf, problems)
    workshops = _read_workshops(shelf, problems)
    if len(portals) != 1:
        return Resources(None, (), _ordered(problems, portal_file))
    spec = read_portal(portals[0], problems, host)
    top = portals[0].section(Severity.ERROR, problems).section("spec")
    maximum = spec.portal.maximum if spec else 0
    defaults = read_defaults(top.section("portal"), maximum)
    environments = read_environments(top, defaults, _Lookup(workshops, shelf))
    found = _ordered(problems, portal_file)
    return Resources(None if errors(found) else spec, environments, found)


def _read_portal_file(file: Path, shelf: Shelf, problems: list[Problem]) -> list[Resource]:
    documents = read_documents(file)
    faults = file_faults(documents)
    problems.extend(faults)
    if faults:
        return []
    portals = []
    for document in documents:
        for resource in resources(document, problems):
            if resource.kind == PORTAL:
                portals.append(resource)
            elif resource.kind == WORKSHOP:
                shelf.put(resource, file, problems)
    _expect_one(portals, documents, file, problems)
    return portals


def _expect_one(portals: list[Resource], documents: list[Document], file: Path, problems: list[Problem]) -> None:
    if not portals and not errors(problems):
        kinds = [
            str(each.value["kind"])[:60] for each in documents if isinstance(each.value, dict) and "kind" in each.value
        ]
        found = f"found: {', '.join(kinds[:5])}" if kinds else "it begins with `apiVersion:` and `kind: TrainingPortal`"
        problems.append(
            error(Position(str(file)), "a `kind: TrainingPortal` resource is expected, there is none", found)
        )
    for other in portals[1:]:
        first = portals[0].document.where(portals[0].root).line
        at = other.document.where(other.root)
        text = f"a second TrainingPortal, the first is in line {first}; one is expected"
        problems.append(error(at, text, "put each into a file of its own"))


def _read_workshops(shelf: Shelf, problems: list[Problem]) -> dict[str, Workshop]:
    workshops = {}
    for name in sorted(shelf.found):
        found = shelf.nearest(name, problems)
        if found is not None:
            content = content_folder(name, found.file)
            workshops[name] = read_workshop(name, found.resource, content, problems)
    return workshops


class _Lookup:
    """Finds the workshop of an entry, or says why there is none; looks for what was meant only a few times.

    A workshop whose file is there and cannot be read is returned by its name alone, so that what is offered already
    can stay.
    """

    def __init__(self, workshops: dict[str, Workshop], shelf: Shelf) -> None:
        self._workshops = workshops
        self._hints_left = _MOST_HINTS
        self._unread = {name: each.file for each in shelf.skipped for name in _NAMES.findall(each.source.text)}

    def __call__(self, name: str, entry: Section) -> Workshop | None:
        workshop = self._workshops.get(name)
        if workshop is not None:
            return workshop
        if name in self._unread:
            text = f"the Workshop `{name[:100]}` cannot be read; it is offered as it was, if it was"
            entry.report("name", Severity.WARNING, text, f"{self._unread[name]} names it, but was skipped")
            return Workshop(name)
        text = f"no Workshop resource defines `{name[:100]}`, so it is not offered"
        entry.report("name", Severity.WARNING, text, self._hint(name))
        return None

    def _hint(self, name: str) -> str:
        if not self._hints_left:
            return ""
        self._hints_left -= 1
        close = nearest(name, self._workshops)
        return f"did you mean `{close}`?" if close else ""


def _ordered(problems: list[Problem], portal_file: Path) -> tuple[Problem, ...]:
    return tuple(sorted(in_reading_order(problems), key=lambda each: each.file != str(portal_file)))
