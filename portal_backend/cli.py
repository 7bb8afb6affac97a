"""The `portal` group of the `workshop-index` command."""

import click

from portal_backend.contract.commands import Commands

PLACES = {
    "access-link": "portal_backend.commands:access_link",
    "check": "portal_backend.check_command:check",
    "credentials": "portal_backend.commands:credentials",
    "migrate": "portal_backend.commands:migrate",
    "prove": "portal_backend.commands:prove",
    "refresh": "portal_backend.commands:refresh",
    "session-client": "portal_backend.commands:session_client",
    "sweep": "portal_backend.commands:sweep",
    "webhooks": "portal_backend.commands:webhooks",
}


@click.group(cls=Commands, places=PLACES)
def portal() -> None:
    """The bundled training portal: its configuration, its store, its sweeper."""
