"""What the application that answers the current request was made with."""

from flask import current_app

from portal_backend import credentials as kept
from portal_backend.services.context import Context
from portal_backend.settings import Settings


def context() -> Context:
    """Return the portal's store, provider and clock."""
    found: Context = current_app.extensions["portal"]
    return found


def settings() -> Settings:
    """Return what the environment said at start-up."""
    found: Settings = current_app.extensions["portal_settings"]
    return found


def credentials() -> kept.Credentials:
    """Return the accounts in force now."""
    return kept.current(settings())
