"""Puts the pages onto an application, with the theme they are drawn in."""

from flask import Flask

from portal_backend.pages import accounts, authorizing, catalog, entering, session, theme
from portal_backend.pages.guards import refuse_foreign_forms

_BLUEPRINTS = (catalog.blueprint, entering.blueprint, session.blueprint, accounts.blueprint, authorizing.blueprint)


def register(app: Flask) -> None:
    """Add every page to `app`; the application itself checks the tokens of their forms."""
    theme.use(app)
    for blueprint in _BLUEPRINTS:
        app.before_request_funcs.setdefault(blueprint.name, []).append(refuse_foreign_forms)
        app.register_blueprint(blueprint)
