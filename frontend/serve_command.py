"""`workshop-index serve`: the index, its portal and the sweeper, until Ctrl-C."""

from pathlib import Path

import click

from frontend import serve as serving
from frontend.preflight import CannotServe
from frontend.supervisor import Supervisor

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_PORT = click.IntRange(1, 65535)


@click.command()
@click.option("--portal", "portal_file", type=_FILE, help="TrainingPortal file  [default: <config>/portal.yaml]")
@click.option("--workshops", type=_FOLDER, help="folder of Workshop files, read to its last subfolder")
@click.option("--config", type=_FOLDER, help="the owner's folder  [default: config/, else the example]")
@click.option("--host", help="where the index listens  [default: 127.0.0.1]")
@click.option("--port", type=_PORT, help="the index's port  [default: 8000]")
@click.option("--portal-host", help="where the portal listens  [default: 127.0.0.1]")
@click.option("--portal-port", type=_PORT, help="the portal's port  [default: 8080]")
@click.option(
    "--live/--no-live",
    default=None,
    help="load pages anew after each change, with a panel of what is wrong and of what can be rehearsed"
    "  [default: live where only this machine reaches it]",
)
def serve(
    portal_file: Path | None,
    workshops: Path | None,
    config: Path | None,
    host: str | None,
    port: int | None,
    portal_host: str | None,
    portal_port: int | None,
    live: bool | None,
) -> None:
    """Run the index, its portal and the sweeper until Ctrl-C; only the index where site.yaml names portals elsewhere.

    Without --workshops, --portal takes the workshops beside FILE. Options win over the environment variables of the
    same meaning: SITE_HOST, SITE_PORT, PORTAL_HOST, PORTAL_PORT, WORKSHOP_INDEX_CONFIG.
    """
    try:
        plan = serving.plan(
            {
                "PORTAL_CONFIG_FILE": portal_file,
                "PORTAL_WORKSHOPS_DIR": workshops or (portal_file and portal_file.parent),
                "WORKSHOP_INDEX_CONFIG": config,
                "SITE_HOST": host,
                "SITE_PORT": port,
                "PORTAL_HOST": portal_host,
                "PORTAL_PORT": portal_port,
            },
            live=live,
        )
        serving.check(plan)
        raise SystemExit(serving.run(plan, Supervisor(plan.programs, plan.environ)))
    except CannotServe as problem:
        raise click.ClickException(str(problem)) from None
