"""What the owner asks for, before anything is opened or started: the settings and the portal's files."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from gunicorn.errors import AppImportError

from portal_backend import settings as environment
from portal_backend.contract.problems import errors
from portal_backend.resources import loading, report
from portal_backend.resources.model import PortalSpec, Resources
from portal_backend.settings import Settings, SettingsError


class StartupError(AppImportError):  # type: ignore[misc]
    """The portal cannot start; gunicorn prints the text of this kind without a traceback and gives up."""


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Return the settings; raises StartupError with every problem."""
    try:
        return environment.load(environ)
    except SettingsError as error:
        raise StartupError(f"The portal cannot start with these settings:\n{error}") from error


def read_resources(settings: Settings) -> tuple[Resources, PortalSpec]:
    """Return what the owner's files ask for; raises StartupError with the full list when they cannot be used."""
    found = loading.load(settings.config_file, settings.workshops_dir, urlsplit(settings.url).hostname or "")
    if found.portal is None:
        listed = "\n".join(report.lines(errors(found.problems)))
        raise StartupError(f"The portal's configuration cannot be used, {report.summary(found.problems)}:\n{listed}")
    return found, found.portal
