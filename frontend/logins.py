"""Where the login of each portal comes from: the environment, or the file a bundled portal leaves in the instance."""

import json
from collections.abc import Mapping
from pathlib import Path

from frontend.portal_client import Login, PortalMisconfigured
from frontend.site.model import Portal
from portal_backend.contract.instance import CREDENTIALS_FILE, InstanceError, read_private
from portal_backend.contract.variables import given

_PARTS = ("USERNAME", "PASSWORD", "CLIENT_ID", "CLIENT_SECRET")


def login_for(portal: Portal, environ: Mapping[str, str], instance: Path) -> Login:
    """Return the login of `portal` as it is now; raises PortalMisconfigured naming what is missing."""
    names = [f"{portal.credentials}_ROBOT_{part}" for part in _PARTS]
    try:
        values = [given(environ, name) for name in names]
        if None in values and portal.credentials == "PORTAL":
            kept = _kept(instance / CREDENTIALS_FILE)
            values = [value or kept.get(name) for name, value in zip(names, values, strict=True)]
    except InstanceError as error:
        raise PortalMisconfigured(f"{portal.name}: {error}") from error
    missing = [name for name, value in zip(names, values, strict=True) if not value]
    if missing:
        raise PortalMisconfigured(f"{portal.name}: no login; set {', '.join(missing)}")
    return Login(*(value or "" for value in values))


def _kept(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    try:
        found = json.loads(read_private(path))
    except ValueError as error:
        raise InstanceError(
            f"{path} does not hold the portal's credentials; delete it and restart the portal"
        ) from error
    if not isinstance(found, dict):
        return {}
    return {name: value for name, value in found.items() if isinstance(value, str)}
