"""The commands of signed links: make one, tell what has come of it, end it early."""

import os
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console

from frontend.generator import granting
from frontend.generator.granting import Grant
from frontend.generator.sources import read_source
from frontend.link_signing import LinkSigner, site_keys
from frontend.link_uses import LinkUses, UncountedError, uses_of
from frontend.qr_codes import picture
from frontend.settings import Settings, SettingsError, load
from frontend.site.granting import NotGranted, end_of
from frontend.site.signed_links import SignedLink
from portal_backend.contract.commands import telling
from portal_backend.contract.instance import InstanceError

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_plainly = telling(NotGranted, SettingsError, InstanceError, UncountedError, OSError)


@click.command()
@click.argument("workshop")
@click.option("--expires", default="", metavar="TIME", help="until when it works, such as 2026-12-01T18:00Z")
@click.option("--for", "lasting", default="", metavar="LENGTH", help="or for how long from now, such as 45m, 8h or 2d")
@click.option("--uses", type=click.IntRange(1, 1_000_000), help="how many sessions it may start  [default: any number]")
@click.option("--set", "pinned", multiple=True, metavar="NAME=VALUE", help="fix a parameter; may be repeated")
@click.option("--at", "portal_name", default="", metavar="NAME", help="the portal of site.yaml  [default: any]")
@click.option("--json", "as_json", is_flag=True, help="print JSON, QR code included")
@click.option("--qr", type=click.Path(dir_okay=False, path_type=Path), help="write the QR code to this file, as SVG")
@click.option("--portal", "portal_file", type=_FILE, help="read this TrainingPortal file instead of asking the portal")
@click.option("--workshops", type=_FOLDER, help="folder of Workshop files for --portal  [default: beside it]")
@click.option("--config", type=_FOLDER, help="the owner's folder  [default: config/, else the example]")
@_plainly
def sign(
    workshop: str,
    expires: str,
    lasting: str,
    uses: int | None,
    pinned: tuple[str, ...],
    portal_name: str,
    as_json: bool,
    qr: Path | None,
    portal_file: Path | None,
    workshops: Path | None,
    config: Path | None,
) -> None:
    """Make a link that starts WORKSHOP for a while, for so many sessions, with values nobody can change.

    A workshop that the catalog hides may be named, too. SITE_URL is the address of the site, and its instance folder or
    SITE_SECRET_KEY has the key that signs. Exit codes: 0 made; 1 the portal or a file stands in the way, or no such
    link can be made; 2 the command was not understood.
    """
    ends = end_of(expires, lasting, datetime.now(UTC))
    source = read_source(config, portal_file, workshops)
    link = granting.granted(source, Grant(workshop, ends, portal_name, uses, pinned))
    where = granting.address(link, LinkSigner(site_keys(source.settings)), source.settings.url)
    if qr:
        qr.write_text(picture(where), encoding="utf-8")
    if as_json:
        click.echo(granting.as_json(link, where))
    else:
        granting.show(link, Console(), where)


@click.command()
@click.argument("link")
@click.option("--json", "as_json", is_flag=True, help="print JSON")
@_plainly
def show(link: str, as_json: bool) -> None:
    """Tell what the signed LINK grants, and how many of its uses are spent.

    Exit codes: 0 told; 1 it is no link of this site, or its uses cannot be counted; 2 the command was not understood.
    """
    found, uses = _found(link)
    standing = uses.look(found)
    if as_json:
        click.echo(granting.as_json(found, standing=standing))
    else:
        granting.show(found, Console(), standing=standing)


@click.command()
@click.argument("link")
@_plainly
def end(link: str) -> None:
    """End the signed LINK early: it starts nothing any more. Sessions it has started run on.

    Exit codes: 0 ended; 1 it is no link of this site, or its uses cannot be counted; 2 the command was not understood.
    """
    found, uses = _found(link)
    uses.end(found)
    spent = uses.look(found).spent
    sessions = "1 session" if spent == 1 else f"{spent} sessions"
    click.echo(f"The link to {found.workshop} is ended; it has started {sessions}.")


def _found(text: str) -> tuple[SignedLink, LinkUses]:
    settings: Settings = load(os.environ)
    found = LinkSigner(site_keys(settings)).read(granting.token_in(text))
    if found is None:
        raise NotGranted(
            "That is no link of this site. Name the whole address, and use the instance folder or the "
            "SITE_SECRET_KEY of the site it was made for."
        )
    return found, uses_of(settings)
