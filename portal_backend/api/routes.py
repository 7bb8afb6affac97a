"""The nouns of the REST API as one list of blueprints."""

from flask import Flask, request
from werkzeug.exceptions import MethodNotAllowed

from portal_backend.api import catalog, environments, openapi, openapi_page, sessions, users

BLUEPRINTS = (catalog.blueprint, environments.blueprint, sessions.blueprint, users.blueprint)


def refuse_head() -> None:
    """Answer HEAD as the field does; several of these GETs change something, and HEAD must not."""
    if request.method == "HEAD":
        raise MethodNotAllowed


for noun in BLUEPRINTS:
    noun.before_request(refuse_head)


def register(app: Flask) -> None:
    """Make `app` answer the REST API, and describe it."""
    for noun in (*BLUEPRINTS, openapi.blueprint, openapi_page.blueprint):
        app.register_blueprint(noun)
