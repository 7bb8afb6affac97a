"""Where a build, a list of links or a new site learns what portals offer: from the portal itself, or from its files.

A portal is asked with its robot account when there is a login for it; without one, its public catalog is read. Files
are read by the portal's own package, which tells of them in the form of the REST API; the front end finds it by entry
point and imports nothing of it.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import requests
import urllib3

from frontend.logins import login_for
from frontend.portal_client import PortalClient, PortalError, PortalMisconfigured
from frontend.site.answers import BadAnswer, listing_of
from frontend.site.model import Portal
from frontend.site.offers import Known
from portal_backend.contract.documents import Problem
from portal_backend.contract.problems import errors
from portal_backend.contract.wire import CATALOG_ENVIRONMENTS

READERS = "workshop_index.catalogs"
_SECONDS = (3.05, 10)
_MOST_BYTES = 32 * 1024 * 1024


class NoCatalog(Exception):
    """It cannot be learned what a portal offers; the text says why, and what to do."""


@dataclass(frozen=True)
class Files:
    """What a portal's files say: the catalog they make, whether it lets anybody in, and each Workshop's parameters."""

    answer: Mapping[str, Any]
    anonymous: bool
    problems: tuple[Problem, ...]
    parameters: Mapping[str, frozenset[str]]


def read_files(portal_file: Path, workshops: Path | None = None) -> Files:
    """Return what the TrainingPortal file and its workshops say; raises NoCatalog when they cannot be used."""
    found = _reader("resources")(portal_file, workshops)
    problems = tuple(found["problems"])
    if found["catalog"] is None:
        told = "\n".join(str(problem) for problem in errors(problems))
        raise NoCatalog(f"{portal_file} cannot be used:\n{told}")
    return Files(found["catalog"], found["anonymous"], problems, found["parameters"])


def workshop_files(portal_file: Path, workshops: Path | None = None) -> list[tuple[str, Path, Path | None]]:
    """Return name, file and folder of instructions of each workshop that is not in the portal file itself."""
    found: list[tuple[str, Path, Path | None]] = _reader("resource-files")(portal_file, workshops)
    return found


def _reader(name: str) -> Callable[[Path, Path | None], Any]:
    for entry in entry_points(group=READERS, name=name):
        reader: Callable[[Path, Path | None], Any] = entry.load()
        return reader
    raise NoCatalog("Portal files cannot be read by this installation: install workshop-index whole.")


def from_files(portal: Portal, files: Files, now: datetime) -> Known:
    """Return what `portal` offers according to its files."""
    if portal.create_by == "environment":
        raise NoCatalog(
            f"The links of portal {portal.name} name environments, and files do not tell their names: "
            "leave --portal out, so that the portal is asked."
        )
    return Known(portal.name, listing_of(portal.name, files.answer, now), stale=False)


def from_portals(
    portals: Iterable[Portal], environ: Mapping[str, str], instance: Path, now: datetime
) -> tuple[Known, ...]:
    """Return what the portals say they offer; raises NoCatalog for the first one that does not say it."""
    return tuple(_asked(portal, environ, instance, now) for portal in portals)


def _asked(portal: Portal, environ: Mapping[str, str], instance: Path, now: datetime) -> Known:
    try:
        return Known(portal.name, listing_of(portal.name, _answer(portal, environ, instance), now), stale=False)
    except BadAnswer as error:
        raise NoCatalog(f"{portal.url} does not answer as a training portal does: {error}.") from error


def _answer(portal: Portal, environ: Mapping[str, str], instance: Path) -> Mapping[str, Any]:
    address = portal.api_url or portal.url
    try:
        login = login_for(portal, environ, instance)
    except PortalMisconfigured as missing:
        return public_catalog(address, str(missing).partition(": ")[2])
    try:
        return PortalClient(portal.name, portal.url, address, lambda: login).environments()
    except PortalMisconfigured as error:
        raise NoCatalog(f"The portal at {portal.url} refuses what it is asked: {error}.") from error
    except PortalError as error:
        raise NoCatalog(_silent(portal.url, error)) from error


def public_catalog(address: str, without: str) -> Mapping[str, Any]:
    """Return the catalog a portal shows to everybody; `without` says which login there is not."""
    url = address.rstrip("/") + CATALOG_ENVIRONMENTS
    try:
        with requests.get(url, timeout=_SECONDS, allow_redirects=False, stream=True) as answer:
            status, body = answer.status_code, answer.raw.read(_MOST_BYTES, decode_content=True)
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        raise NoCatalog(_silent(address, error)) from error
    if status in (401, 403) or 300 <= status < 400:
        raise NoCatalog(
            f"The portal at {address} shows its catalog only to those who log in, and there is {without}; "
            "or make it public: catalog.visibility: public in its portal.yaml."
        )
    try:
        found = json.loads(body) if status == requests.codes.ok else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise NoCatalog(f"{address} does not answer as a training portal does ({status}).")
    return found


def _silent(address: str, error: Exception) -> str:
    return (
        f"The portal at {address} cannot be reached ({type(error).__name__}). Nothing was written. "
        "Start it, correct its address in site.yaml or PORTAL_URL, or name its file: --portal config/portal.yaml"
    )
