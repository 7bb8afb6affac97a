"""Finds the Workshop resources in a folder, the one that counts when several have one name, and their instructions."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from portal_backend.contract.documents import Document, Problem, Severity, read_documents
from portal_backend.contract.problems import Position, warning
from portal_backend.contract.templating import template_in_file
from portal_backend.resources.kinds import PORTAL, WORKSHOP, Resource, resources
from portal_backend.resources.workshop import name_of

_SUFFIXES = (".yaml", ".yml")
_MOST_FILES = 10_000
_OURS = (PORTAL, WORKSHOP, "List")


@dataclass(frozen=True)
class Found:
    """One Workshop resource and the file it stands in."""

    name: str
    resource: Resource
    file: Path


@dataclass
class Shelf:
    """All Workshop resources that were found, by name; and the files that may hold more but could not be read."""

    portal_file: Path
    found: dict[str, list[Found]] = field(default_factory=dict)
    skipped: list[Document] = field(default_factory=list)
    resolved: dict[Path, Path] = field(default_factory=dict)

    def put(self, resource: Resource, file: Path, problems: list[Problem]) -> None:
        """Add a Workshop resource of `file`; one without a usable name is left out with a warning."""
        name = name_of(resource, problems)
        if name:
            self.found.setdefault(name, []).append(Found(name, resource, file))

    def nearest(self, name: str, problems: list[Problem]) -> Found | None:
        """Return the resource of that name nearest to the portal file, and warn of every other one.

        Nearest is one in the portal file itself, then the longest common folder, the fewest path parts, the path.
        """
        candidates = sorted(self.found.get(name, ()), key=self._distance)
        for other in candidates[1:]:
            used = candidates[0].resource.document.where(candidates[0].resource.root)
            at = other.resource.document.where(other.resource.root)
            problems.append(warning(at, f"the workshop `{name}` is defined twice; the one in {used} is used"))
        return candidates[0] if candidates else None

    def _distance(self, found: Found) -> tuple[bool, int, int, str]:
        here, there = self._resolved(self.portal_file), self._resolved(found.file)
        common = 0
        for one, other in zip(here.parent.parts, there.parent.parts, strict=False):
            if one != other:
                break
            common += 1
        return here != there, -common, len(there.parts), str(there)

    def _resolved(self, file: Path) -> Path:
        if file not in self.resolved:
            self.resolved[file] = file.resolve()
        return self.resolved[file]


def read_folder(folder: Path, shelf: Shelf, problems: list[Problem]) -> None:
    """Put every Workshop resource under `folder` on the shelf; what cannot be read is skipped with a warning."""
    if not folder.exists():
        problems.append(warning(Position(str(folder)), "there is no such folder", "it is to hold the workshops"))
        return
    portal_file = shelf.portal_file.resolve()
    for count, file in enumerate(_files(folder, problems)):
        if count >= _MOST_FILES:
            text = f"there are more than {_MOST_FILES} YAML files here; the rest is not read"
            problems.append(warning(Position(str(folder)), text))
            return
        if file.resolve() != portal_file:
            _read_file(file, shelf, problems)


def _files(folder: Path, problems: list[Problem]) -> Iterator[Path]:
    if folder.is_file():
        yield folder
        return

    def unreadable(failure: OSError) -> None:
        problems.append(warning(Position(str(failure.filename)), f"this folder cannot be read: {failure.strerror}"))

    for place, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.lower().endswith(_SUFFIXES) and not name.startswith("."):
                yield Path(place, name)


def _read_file(file: Path, shelf: Shelf, problems: list[Problem]) -> None:
    documents = read_documents(file)
    faults = file_faults(documents)
    if faults:
        problems.extend(_skipped(fault) for fault in faults)
        shelf.skipped.append(documents[-1])
        return
    for document in documents:
        refused: list[Problem] = []
        for resource in resources(document, refused):
            if resource.kind == WORKSHOP:
                shelf.put(resource, file, problems)
        problems.extend(_skipped(fault) for fault in refused)
        if refused:
            shelf.skipped.append(document)


def file_faults(documents: list[Document]) -> list[Problem]:
    """Return why a file cannot be used at all; what is wrong in a document of a foreign kind does not matter."""
    template = template_in_file(documents)
    if template is not None:
        return [template]
    return [fault for document in documents if _matters(document) for fault in document.problems]


def _matters(document: Document) -> bool:
    if document.value is None:
        return True
    return isinstance(document.value, dict) and document.value.get("kind") in _OURS


def _skipped(fault: Problem) -> Problem:
    if fault.severity is not Severity.ERROR:
        return fault
    return replace(fault, severity=Severity.WARNING, message=f"{fault.message}; it is skipped")


def content_folder(name: str, file: Path) -> str:
    """Return the absolute path of a workshop's instructions, or an empty string when none are there.

    They are in `workshop/content` under a folder of the workshop's name beside the resource file, beside the file
    itself, or, for a file in a folder `resources`, beside that folder.
    """
    bases = [file.parent / name, file.parent]
    if file.resolve().parent.name == "resources":
        bases.append(file.parent.parent if file.parent.name == "resources" else file.resolve().parent.parent)
    for base in bases:
        content = base / "workshop" / "content"
        if content.is_dir():
            return str(content.resolve())
    return ""
