"""Everything between an environment and a portal that can serve: settings, store, resources, credentials.

Whatever stands in the way is one `StartupError` whose text is for the person who started the portal.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from portal_backend import credentials
from portal_backend.contract.instance import InstanceError, prepare
from portal_backend.providers.pages import PagesProvider
from portal_backend.reading import StartupError, read_resources
from portal_backend.services import catalog, configuration
from portal_backend.services.context import Context, system_clock
from portal_backend.services.errors import NotConfigured
from portal_backend.services.webhooks import Reporting
from portal_backend.settings import Settings
from portal_backend.store.engine import StoreBusy, open_store

log = logging.getLogger(__name__)


def begin(settings: Settings, clock: Callable[[], datetime] = system_clock) -> Context:
    """Return the context of a portal that can serve: store at its newest schema, configuration applied.

    Where one has been applied before, files that cannot be used now do not keep a process from serving that one: a
    worker that is replaced must not take the portal down with it.
    """
    try:
        resources, spec = read_resources(settings)
    except StartupError as broken:
        return _as_applied_last(settings, clock, broken)
    context = connect(settings, clock)
    try:
        credentials.settle(settings, spec.credentials)
        configuration.apply(context, resources)
    except (InstanceError, StoreBusy, SQLAlchemyError) as error:
        raise _told(error, settings) from error
    return context


def _as_applied_last(settings: Settings, clock: Callable[[], datetime], broken: StartupError) -> Context:
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        raise broken
    context = connect(settings, clock)
    try:
        catalog.settings(context)
        credentials.current(settings)
        configuration.note_refusal(context)
    except (NotConfigured, InstanceError, StoreBusy, SQLAlchemyError):
        context.store.close()
        raise broken from None
    log.error("The portal goes on with the configuration applied last. %s", broken)
    return context


def connect(settings: Settings, clock: Callable[[], datetime] = system_clock) -> Context:
    """Return a context over the store, upgraded to its newest schema; raises StartupError when it cannot be used."""
    try:
        prepare(settings.instance)
        store = open_store(settings.database_url)
        store.upgrade()
    except (InstanceError, StoreBusy, SQLAlchemyError, OSError, ValueError, ImportError) as error:
        raise _told(error, settings) from error
    reporting = Reporting(settings.url, frozenset(settings.webhooks.origins))
    return Context(store, PagesProvider(settings.start_delay, settings.url), clock, reporting=reporting)


def _told(error: Exception, settings: Settings) -> StartupError:
    if isinstance(error, InstanceError):
        return StartupError(str(error))
    why = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
    return StartupError(f"The store cannot be opened ({why}); check PORTAL_DATABASE_URL and {settings.instance}")
