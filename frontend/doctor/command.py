"""The command `workshop-index doctor`."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console

from frontend.doctor.examining import UnknownPortal, Wanted, examine
from frontend.doctor.reaching import CannotTrust
from frontend.doctor.texts import as_json, show
from frontend.settings import SettingsError
from frontend.site.doctor.results import Subject, Verdict, count
from portal_backend.contract.instance import InstanceError

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_CANNOT_LOOK = 2


@click.command(
    epilog="Exit codes: 0 nothing failed; 1 something failed, with --strict also a warning; 2 the command was not"
    " understood, or the settings or site.yaml cannot be used, so nothing was looked at."
)
@click.option("--portal", "portals", multiple=True, metavar="NAME", help="look only at this portal; may be repeated")
@click.option("--site-url", metavar="URL", help="where browsers find the site  [default: $SITE_URL]")
@click.option("--config", type=_FOLDER, help="the owner's folder  [default: config/, else the example]")
@click.option(
    "--timeout", type=click.FloatRange(0.1, 600), default=10.0, show_default=True, help="seconds to wait for an answer"
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--strict", is_flag=True, help="end with 1 for warnings, too")
def doctor(
    portals: tuple[str, ...], site_url: str | None, config: Path | None, timeout: float, form: str, strict: bool
) -> None:
    """Look whether everything between a visitor and a session is right.

    Goes to the site and to each portal of site.yaml, the bundled one or one of the Educates platform, and says line by
    line what is well. For what is not, it names the setting to change: name and port, certificate, the robot's login,
    its token, the catalog, clocks, who may show pages in frames, the cookies that takes, where people are sent back to,
    and whether the webhook of this folder's portal is there.

    Run it on the machine of the site, with the environment the site is started with. It starts no session and changes
    nothing: it asks GETs, gets one token at each portal and gives it back. No password and no token is shown.
    """
    chosen = {"SITE_URL": site_url, "WORKSHOP_INDEX_CONFIG": str(config) if config else None}
    environ = dict(os.environ) | {name: value for name, value in chosen.items() if value}
    console = Console(file=sys.stdout, highlight=False, markup=False, emoji=False)
    try:
        with Console(stderr=True).status("Looking at the site and its portals"):
            subjects = examine(Wanted(portals, timeout), environ)
    except (SettingsError, InstanceError, UnknownPortal, CannotTrust) as error:
        click.echo(f"Error: {error}", err=True)
        raise SystemExit(_CANNOT_LOOK) from None
    if form == "json":
        click.echo(json.dumps(as_json(subjects), indent=2, ensure_ascii=False))
    else:
        show(subjects, console)
    raise SystemExit(_code(subjects, strict))


def _code(subjects: Sequence[Subject], strict: bool) -> int:
    return int(bool(count(subjects, Verdict.FAILED) or (strict and count(subjects, Verdict.WARNING))))
