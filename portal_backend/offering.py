"""What a portal's files offer, told as the REST API would tell it, for programs that must not know this package."""

from pathlib import Path
from typing import Any

from portal_backend.api import payloads
from portal_backend.domain.environment import ANONYMOUS, Environment
from portal_backend.resources.discovery import Shelf, read_folder
from portal_backend.resources.loading import load
from portal_backend.resources.model import EnvironmentSpec, PortalSpec


def offering(portal_file: Path, workshops: Path | None = None) -> dict[str, Any]:
    """Return the catalog (None when the files cannot be used), `anonymous`, `parameters`, and every problem.

    `parameters` are the names that each Workshop declares, which no catalog of the REST API tells.
    Workshops come from the portal file and from the folder `workshops`, without one from the file's own folder.
    """
    folder = workshops or portal_file.absolute().parent
    found = load(portal_file, folder)
    offered = [each for each in found.environments if each.readable]
    return {
        "catalog": _catalog(found.portal, offered) if found.portal else None,
        "anonymous": found.portal is not None and found.portal.portal.registration == ANONYMOUS,
        "parameters": {each.workshop.name: _parameters(each) for each in offered},
        "problems": found.problems,
    }


def _parameters(offer: EnvironmentSpec) -> frozenset[str]:
    return frozenset(parameter.name for parameter in offer.workshop.parameters)


def workshop_files(portal_file: Path, workshops: Path | None = None) -> list[tuple[str, Path, Path | None]]:
    """Return name, file and folder of instructions of each offered workshop that is not in the portal file itself."""
    folder = workshops or portal_file.absolute().parent
    shelf = Shelf(portal_file)
    read_folder(folder, shelf, [])
    offered = [each.workshop for each in load(portal_file, folder).environments if each.readable]
    found = [(each, shelf.nearest(each.name, [])) for each in offered]
    return [(each.name, at.file, Path(each.content) if each.content else None) for each, at in found if at is not None]


def _catalog(spec: PortalSpec, offered: list[EnvironmentSpec]) -> dict[str, Any]:
    environments = [_environment(spec, each, number) for number, each in enumerate(offered, 1)]
    return {
        "portal": payloads.portal(spec.portal, "", 0),
        "environments": [payloads.environment(each, "", 0, 0) for each in environments],
    }


def _environment(spec: PortalSpec, offer: EnvironmentSpec, number: int) -> Environment:
    """Return the environment as a portal would make it first; only a portal knows what it is called."""
    return Environment(
        name=f"{spec.portal.name}-w{number:02d}",
        workshop=offer.workshop,
        alias=offer.alias,
        capacity=offer.capacity,
        reserved=offer.reserved,
        initial=offer.initial,
        terms=offer.terms,
        labels=offer.labels,
    )
