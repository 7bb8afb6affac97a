"""What a command of the generator works from: the owner's site, complete, and what its portals offer."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import click

from frontend.generator import catalogs
from frontend.generator.catalogs import Files, NoCatalog
from frontend.settings import Settings, SettingsError, load
from frontend.site.model import Site
from frontend.site.offers import Known
from frontend.site_source import DEFAULT_PORTAL, SiteSource
from portal_backend.contract.instance import InstanceError

_EPOCH = "SOURCE_DATE_EPOCH"


@dataclass(frozen=True)
class Source:
    """The settings, the site with the portals it uses, and what those offer at `now`.

    `declared` names the parameters of each Workshop whose file is at hand.
    """

    settings: Settings
    site: Site
    known: tuple[Known, ...]
    now: datetime
    declared: Mapping[str, frozenset[str]] = field(default_factory=dict)


def read_source(
    config: Path | None, portal_file: Path | None, workshops: Path | None, *, anonymous: bool = False
) -> Source:
    """Return what to work from; ends the command with a sentence when something is in the way.

    The catalog comes from the portals over HTTP, or from `portal_file`. With `anonymous`, only portals that let anybody
    in are asked.
    """
    environ = dict(os.environ) | ({"WORKSHOP_INDEX_CONFIG": str(config)} if config else {})
    try:
        settings = load(environ)
        site = SiteSource(settings.config / "site.yaml", settings.portal_url).current()
        now = _now(environ)
        files = catalogs.read_files(portal_file, workshops) if portal_file else None
        own = files or _bundled(site, settings)
        site = _knowing(site, own)
        known = _known(site, settings, files, now, anonymous)
        return Source(settings, site, known, now, own.parameters if own else {})
    except (SettingsError, InstanceError, NoCatalog) as error:
        raise click.ClickException(str(error)) from None


def _known(site: Site, settings: Settings, files: Files | None, now: datetime, anonymous: bool) -> tuple[Known, ...]:
    asked = [portal for portal in site.portals if portal.anonymous or not anonymous]
    if files is not None:
        return (catalogs.from_files(asked[0], files, now),) if asked else ()
    return catalogs.from_portals(asked, settings.environ, settings.instance, now)


def _bundled(site: Site, settings: Settings) -> Files | None:
    """Return what the files of the bundled portal say, where that is the one the site uses."""
    own = settings.config / "portal.yaml"
    if not _uses_bundled(site) or not own.is_file():
        return None
    return catalogs.read_files(own, settings.config / "workshops")


def _knowing(site: Site, files: Files | None) -> Site:
    """Return the site, knowing whether the one portal it does not describe lets anybody in.

    That portal is the bundled one, so its own file says it.
    """
    if not _uses_bundled(site):
        return site
    opened = site.portals[0].model_copy(update={"anonymous": files is not None and files.anonymous})
    return site.model_copy(update={"portals": (opened,)})


def _uses_bundled(site: Site) -> bool:
    return [portal.name for portal in site.portals] == [DEFAULT_PORTAL]


def _now(environ: Mapping[str, str]) -> datetime:
    """Return the moment the work counts as done at: SOURCE_DATE_EPOCH, for the same bytes again, or the clock's."""
    given = environ.get(_EPOCH, "").strip()
    if not given:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        return datetime.fromtimestamp(int(given), UTC)
    except (ValueError, OverflowError, OSError):
        raise SettingsError(f"{_EPOCH} is {given!r}; set it to a number of seconds since 1970") from None
