"""`workshop-index new`: a folder to begin with."""

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from frontend.generator import catalogs, starting
from frontend.generator.catalogs import NoCatalog
from frontend.generator.starting import Beginning, CannotStart
from frontend.site.model import Portal
from portal_backend.contract.urls import parse_http_url

_EXTRAS = ("docker", "kubernetes")


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), metavar="DIR")
@click.option("--name", default="Workshops", show_default=True, help="what the site is called")
@click.option(
    "--from", "origin", metavar="URL|FILE", help="make the site for this portal, or of this TrainingPortal file"
)
@click.option(
    "--workshops", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Workshop files for FILE"
)
@click.option("--with", "extras", default="", metavar="docker,kubernetes", help="also write files for these")
def new(folder: Path, name: str, origin: str | None, workshops: Path | None, extras: str) -> None:
    """Write the smallest site that works into DIR, and say each file.

    A portal at a URL is asked with PORTAL_ROBOT_USERNAME and so on, or for its public catalog. Nothing is overwritten.

    Exit codes: 0 written; 1 not written, because a file is there already or the portal cannot be read; 2 the command
    was not understood.
    """
    wanted = tuple(word.strip() for word in extras.split(",") if word.strip())
    unknown = sorted(set(wanted) - set(_EXTRAS))
    if unknown:
        raise click.BadParameter(f"{', '.join(unknown)} is not one of {', '.join(_EXTRAS)}", param_hint="--with")
    try:
        for path in starting.write(folder, _beginning(name, origin, workshops, wanted)):
            click.echo(f"  {path}")
    except (CannotStart, NoCatalog) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"\nNext: cd {folder} && workshop-index serve")


def _beginning(name: str, origin: str | None, workshops: Path | None, extras: tuple[str, ...]) -> Beginning:
    url, now = _address(origin), datetime.now(UTC)
    if url:
        portal = Portal(name="portal", url=url)
        (known,) = catalogs.from_portals((portal,), os.environ, Path("instance"), now)
        return Beginning(name, url, known, extras=extras)
    if origin is None:
        return Beginning(name, extras=extras)
    file = Path(origin)
    if not file.is_file():
        raise CannotStart(f"{origin} is neither an address of a portal nor a file.")
    known = catalogs.from_files(
        Portal(name="portal", url="http://localhost/"), catalogs.read_files(file, workshops), now
    )
    return Beginning(name, known=known, files=starting.from_files(file, workshops), extras=extras)


def _address(origin: str | None) -> str:
    return parse_http_url(origin or "") or ""
