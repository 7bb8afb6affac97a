"""What administrators do, one line each in the log `portal_backend.audit`: who, from where, to what.

The log reaches standard error also where nobody has set up logging. What people typed is quoted, never raw, and no
secret is ever among it.
"""

import logging

from flask import request

log = logging.getLogger("portal_backend.audit")


def note(deed: str, by: str, to: str = "") -> None:
    """Write down that `by` did `deed`, to something when there is something."""
    where = f" to={to!r}" if to else ""
    log.info("%s by=%r from=%s%s", deed, by, request.remote_addr, where)


def listen() -> None:
    """Let the portal's log be read where the program that runs it has set up none."""
    portal = logging.getLogger("portal_backend")
    if portal.hasHandlers():
        return
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    portal.addHandler(handler)
    portal.setLevel(logging.INFO)
