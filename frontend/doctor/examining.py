"""Looks at everything there is between a visitor and a session, the portals side by side."""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import entry_points, version

from frontend.doctor import own_site, portals
from frontend.doctor.portals import Round
from frontend.doctor.reaching import trusted
from frontend.settings import Settings, load
from frontend.site.doctor.offers import workshops
from frontend.site.doctor.results import Subject
from frontend.site.model import Portal, Site
from frontend.site.offers import Listing
from frontend.site_source import DEFAULT_PORTAL, SiteSource
from portal_backend.contract.checking import Task
from portal_backend.contract.examining import GROUP, Examination
from portal_backend.contract.problems import nearest

_SIDE_BY_SIDE = 16


class UnknownPortal(Exception):
    """The owner names no portal of that name; the text says which there are."""


@dataclass(frozen=True)
class Wanted:
    """Which portals to look at (all when there is no name), and the seconds for each question."""

    names: tuple[str, ...]
    seconds: float


def examine(wanted: Wanted, environ: Mapping[str, str] = os.environ) -> list[Subject]:
    """Return what was found of the site and of each portal.

    Raises SettingsError and InstanceError for an environment or a `site.yaml` that cannot be used, UnknownPortal, and
    CannotTrust.
    """
    settings = load(environ)
    site = SiteSource(settings.config / "site.yaml", settings.portal_url).current()
    chosen, at = _chosen(site.portals, wanted.names), _round(settings, site, wanted.seconds)
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as side_by_side:
        looked = list(side_by_side.map(lambda portal: portals.look(portal, _is_default(portal, settings), at), chosen))
    given = bool(environ.get("SITE_URL", "").strip())
    sound = [each.subject.name for each in looked if isinstance(each.listing, Listing)]
    results = own_site.look(at, given, version("workshop-index"), sound)
    if not wanted.names:
        results.append(workshops(site.catalog, [each.listing for each in looked]))
    secrets = [secret for each in looked for secret in each.secrets]
    found = tuple(result.without(secrets) for result in results)
    return [Subject("site", site.brand.name, settings.url, found), *(each.subject for each in looked)]


def _chosen(portals_there: Sequence[Portal], names: Sequence[str]) -> list[Portal]:
    known = [portal.name for portal in portals_there]
    for name in names:
        if name not in known:
            close = nearest(name, known)
            hint = f"did you mean {close}?" if close else f"there are: {', '.join(known)}"
            raise UnknownPortal(f"site.yaml has no portal {name!r}; {hint}")
    return [portal for portal in portals_there if portal.name in names or not names]


def _is_default(portal: Portal, settings: Settings) -> bool:
    """Whether it is the portal of a site that names none."""
    return portal.name == DEFAULT_PORTAL and portal.url.rstrip("/") == settings.portal_url.rstrip("/")


def _round(settings: Settings, site: Site, seconds: float) -> Round:
    return Round(
        environ=settings.environ,
        instance=settings.instance,
        seconds=seconds,
        certificates=trusted(settings.environ),
        now=datetime.now(UTC),
        site_url=settings.url,
        origins=site.embedding.origins,
        here=_here(settings, seconds),
    )


def _here(settings: Settings, seconds: float) -> Examination | None:
    """Return what the portal's own package says of the portal in the owner's folder; None when there is none."""
    for entry in entry_points(group=GROUP):
        found: Examination | None = entry.load()(Task(settings.config, settings.environ), seconds)
        if found is not None:
            return found
    return None
