"""Whether the portal is alive, and whether it can serve."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal_backend.running import context
from portal_backend.services import catalog, configuration
from portal_backend.services.errors import NotConfigured
from portal_backend.store.engine import StoreBusy

blueprint = Blueprint("health", __name__)
_NOT_APPLIED = "last edit not applied"
_SERVING = {"ok", _NOT_APPLIED}


@blueprint.get("/healthz")
def alive() -> ResponseReturnValue:
    """Say that this process answers."""
    return {"status": "ok"}


@blueprint.get("/readyz")
def ready() -> ResponseReturnValue:
    """Say whether sessions can be given out, part by part; with a refused edit they can, as configured before."""
    parts = {"store": "ok", "configuration": "ok"}
    try:
        catalog.settings(context())
        if configuration.refused(context()):
            parts["configuration"] = _NOT_APPLIED
    except StoreBusy:
        parts = {"store": "unavailable", "configuration": "unknown"}
    except NotConfigured:
        parts["configuration"] = "missing"
    healthy = set(parts.values()) <= _SERVING
    return {"status": "ok" if healthy else "unavailable", "parts": parts}, 200 if healthy else 503
