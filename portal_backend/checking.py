"""The portal's part of `workshop-index check`: portal.yaml, the workshops, and the pages of those that are offered."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from portal_backend import settings as environment
from portal_backend.content.checking import check_pages
from portal_backend.contract.checking import Finding, Findings, Offers, Task
from portal_backend.contract.problems import Position, Problem, error
from portal_backend.contract.urls import AllowedOrigins, origin_of
from portal_backend.domain.environment import Portal
from portal_backend.resources import loading
from portal_backend.resources.model import EnvironmentSpec, Resources
from portal_backend.settings import Settings, SettingsError

_YAML = re.compile(r"\.ya?ml$", re.IGNORECASE)
_MOST_COUNTED = 10_000


def check(task: Task) -> Findings:
    """Return everything wrong in the portal's files below the owner's folder; never raises for what is in them."""
    try:
        settings = environment.load({**task.environ, "WORKSHOP_INDEX_CONFIG": str(task.config)})
    except SettingsError as fault:
        told = [error(Position("environment"), line) for line in str(fault).splitlines()]
        return Findings(tuple(_found("settings", told)))
    resources = loading.load(settings.config_file, settings.workshops_dir, urlsplit(settings.url).hostname or "")
    returns = _returns(settings, resources.portal.portal if resources.portal else None)
    pages = check_pages(_folders(resources), settings.url, returns)
    portal_file = str(settings.config_file)
    found = [Finding("portal" if each.file == portal_file else "workshop", each) for each in resources.problems]
    found += _found("content", pages.problems)
    files = _count(settings) + pages.files
    return Findings(tuple(found), files, _offers(settings, resources, returns))


def _found(rule: str, problems: Iterable[Problem]) -> Iterator[Finding]:
    return (Finding(rule, each) for each in problems)


def _folders(resources: Resources) -> list[Path]:
    return [Path(text) for text in dict.fromkeys(each.workshop.content for each in resources.environments) if text]


def _returns(settings: Settings, portal: Portal | None) -> AllowedOrigins:
    """Return the addresses a browser may be sent back to, as the portal's pages decide it."""
    own = (portal.index, *portal.frame_ancestors) if portal else ()
    known = (settings.site_url, settings.url, *settings.index_origins, *own)
    return AllowedOrigins({origin for one in known if (origin := origin_of(one))}, loopback=settings.loopback)


def _offers(settings: Settings, resources: Resources, returns: AllowedOrigins) -> Offers | None:
    """Return what is offered; None when the portal's file cannot be used, because then nothing can be said of it."""
    if resources.portal is None:
        return None
    names: dict[str, frozenset[str]] = {}
    for each in resources.environments:
        names.setdefault(each.workshop.name, _parameters(each))
    return Offers(settings.url, names, returns)


def _parameters(environment: EnvironmentSpec) -> frozenset[str]:
    return frozenset(parameter.name for parameter in environment.workshop.parameters)


def _count(settings: Settings) -> int:
    folder = settings.workshops_dir
    below = (path for path in folder.rglob("*") if _YAML.search(path.name)) if folder.is_dir() else iter(())
    return int(settings.config_file.is_file()) + sum(1 for _, _ in zip(below, range(_MOST_COUNTED), strict=False))
