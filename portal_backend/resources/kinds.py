"""Finds the resources in documents: the two kinds that are read, of the three API groups, also inside a List.

Anything else in a file is left alone, whatever it is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from portal_backend.contract.documents import Document, Problem, Severity, nearest
from portal_backend.contract.problems import error, shown, warning
from portal_backend.resources.section import Section
from portal_backend.resources.templates import template_in_resource

PORTAL = "TrainingPortal"
WORKSHOP = "Workshop"
_VERSIONS: dict[str, dict[str, frozenset[str]]] = {
    "training.educates.dev": {PORTAL: frozenset({"v1beta1"}), WORKSHOP: frozenset({"v1beta1"})},
    "learningcenter.tanzu.vmware.com": {PORTAL: frozenset({"v1beta1"}), WORKSHOP: frozenset({"v1beta1"})},
    "training.eduk8s.io": {PORTAL: frozenset({"v1alpha1"}), WORKSHOP: frozenset({"v1alpha1", "v1alpha2"})},
}
_MOST_NESTED_LISTS = 3
_MOST_RESOURCES = 2000


@dataclass(frozen=True)
class Resource:
    """One TrainingPortal or Workshop in a file, before its fields are read."""

    kind: str
    root: tuple[str | int, ...]
    document: Document
    value: Mapping[str, Any]

    def section(self, severity: Severity, problems: list[Problem]) -> Section:
        """Return the resource as a section whose problems have that severity."""
        return Section(self.document, self.root, self.value, problems, severity)


def resources(document: Document, problems: list[Problem]) -> Iterator[Resource]:
    """Yield the resources of a readable document that are read here, and collect why others of the kinds are not."""
    for count, resource in enumerate(_resources(document, (), document.value, problems, _MOST_NESTED_LISTS)):
        if count == _MOST_RESOURCES:
            text = f"there are more than {_MOST_RESOURCES} resources in one document; the rest is not read"
            problems.append(warning(document.where(resource.root), text))
            return
        yield resource


def _resources(
    document: Document, root: tuple[str | int, ...], value: Any, problems: list[Problem], depth: int
) -> Iterator[Resource]:
    if not isinstance(value, Mapping):
        return
    kind = value.get("kind")
    if kind == "List" and isinstance(value.get("items"), list) and depth:
        for place, item in enumerate(value["items"]):
            yield from _resources(document, (*root, "items", place), item, problems, depth - 1)
    elif kind in (PORTAL, WORKSHOP) and _known_group(document, root, value, problems):
        template = template_in_resource(document, root)
        if template is None:
            yield Resource(kind, root, document, value)
        else:
            problems.append(template)


def _known_group(
    document: Document, root: tuple[str | int, ...], value: Mapping[str, Any], problems: list[Problem]
) -> bool:
    kind, api = value["kind"], value.get("apiVersion")
    at = document.where((*root, "apiVersion"))
    group, _, version = api.partition("/") if isinstance(api, str) else ("", "", "")
    if group not in _VERSIONS:
        expected = " or ".join(f"`{name}/{max(kinds[kind])}`" for name, kinds in _VERSIONS.items())
        close = nearest(group, _VERSIONS)
        hint = f"did you mean `{close}`?" if close else ""
        problems.append(error(at, f"apiVersion of this {kind} is expected to be {expected}, but is {shown(api)}", hint))
        return False
    known = _VERSIONS[group][kind]
    if version not in known:
        expected = " or ".join(f"`{each}`" for each in sorted(known))
        problems.append(warning(at, f"version {shown(version)} of {group} is not known, it is read as {expected}"))
    return True
