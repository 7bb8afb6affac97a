"""The commands of the generator: each reads its options, calls one thing, and tells what came of it."""

import time
from collections.abc import Iterable
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track

from frontend.generator import building, link_check, link_commands, passing_on
from frontend.generator.building import Built, Order
from frontend.generator.folder import CannotBuild
from frontend.generator.press import Sheet
from frontend.generator.sources import read_source
from frontend.site.links import Links
from portal_backend.contract.own_words import FOLDER as TEXTS

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_LINKS_ARE_DEAD = 3


@click.command()
@click.option("--base-url", "url", required=True, help="where it will stand, such as https://www.example.com/labs/")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default="public", show_default=True)
@click.option("--portal", "portal_file", type=FILE, help="read this TrainingPortal file instead of asking the portal")
@click.option("--workshops", type=FOLDER, help="folder of Workshop files for --portal  [default: beside it]")
@click.option("--config", type=FOLDER, help="the owner's folder  [default: config/, else the example]")
@click.option("--badges", default="", metavar="URL", help="address of a running index, whose badges tell of seats")
@click.option(
    "--check-links",
    type=click.Choice(["inside", "all"]),
    is_flag=False,
    flag_value="inside",
    help="follow the links when done; `all` also those to other sites",
)
def build(
    url: str,
    out: Path,
    portal_file: Path | None,
    workshops: Path | None,
    config: Path | None,
    badges: str,
    check_links: str | None,
) -> None:
    """Write the site as files for any static host.

    Only what is public gets in: workshops of portals that let anybody in, which start by link. Files that are no
    longer part of the site are removed, but only those that a build made.

    Exit codes: 0 built; 1 not built, and nothing changed; 2 the command was not understood; 3 built, with dead links.
    """
    began, console = time.monotonic(), Console()
    try:
        where = building.base_url(url)
        tells = building.base_url(badges).rstrip("/") if badges else ""
        source = read_source(config, portal_file, workshops, anonymous=True)
        theme, texts = source.settings.config / "theme", source.settings.config / TEXTS
        order = Order(source.site, source.known, where, theme, texts, out, source.now, tells)
        built = building.build(order, lambda sheets, count: _shown(console, sheets, count))
    except CannotBuild as error:
        raise click.ClickException(str(error)) from None
    for line in _summary(built, out, time.monotonic() - began):
        click.echo(line)
    if check_links:
        _follow_links(out, where, check_links == "all")


def _shown(console: Console, sheets: Iterable[Sheet], count: int) -> Iterable[Sheet]:
    if not console.is_terminal:
        click.echo(f"Making {count} pages")
        return sheets
    return track(sheets, description="Making pages", total=count, console=console, transient=True)


def _summary(built: Built, out: Path, seconds: float) -> list[str]:
    changes = built.changes
    counted = f"{changes.written} files written, {changes.unchanged} unchanged, {changes.removed} removed"
    number = "1 workshop" if built.workshops == 1 else f"{built.workshops} workshops"
    advice = [f"  {line}" for line in built.advice]
    return [f"{out} has {number}: {counted}, in {seconds:.1f} s.", *advice]


def _follow_links(out: Path, url: str, elsewhere: bool) -> None:
    dead = link_check.dead_links(out, url, elsewhere)
    if not dead:
        click.echo("Every link leads somewhere.")
        return
    for line in link_check.told(dead):
        click.echo(line, err=True)
    raise SystemExit(_LINKS_ARE_DEAD)


@click.group(invoke_without_command=True)
@click.option("--portal", "portal_file", type=FILE, help="read this TrainingPortal file instead of asking the portal")
@click.option("--workshops", type=FOLDER, help="folder of Workshop files for --portal  [default: beside it]")
@click.option("--config", type=FOLDER, help="the owner's folder  [default: config/, else the example]")
@click.option("--only", multiple=True, metavar="WORKSHOP", help="tell only of this one; may be repeated")
@click.option("--json", "as_json", is_flag=True, help="print JSON with everything, QR codes included")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="write files, a folder for each workshop")
@click.pass_context
def links(
    context: click.Context,
    portal_file: Path | None,
    workshops: Path | None,
    config: Path | None,
    only: tuple[str, ...],
    as_json: bool,
    out: Path | None,
) -> None:
    """Tell the addresses of each workshop, and what to paste to pass it on.

    SITE_URL is the address of the site. Exit codes: 0 told; 1 the portal or a file stands in the way, or a workshop is
    not offered; 2 the command was not understood.
    """
    if context.invoked_subcommand:
        return
    source = read_source(config, portal_file, workshops)
    found = _chosen(passing_on.all_links(source, f"{source.settings.url}/"), only)
    try:
        if out:
            changes = passing_on.write(found, out)
            click.echo(f"{out} has {len(found)} workshops: {changes.written} files written, {changes.removed} removed.")
        elif as_json:
            click.echo(passing_on.as_json(found))
        else:
            passing_on.show(found, Console())
    except CannotBuild as error:
        raise click.ClickException(str(error)) from None


def _chosen(found: list[Links], only: tuple[str, ...]) -> list[Links]:
    unknown = sorted(set(only) - {each.workshop for each in found})
    if unknown:
        raise click.ClickException(
            f"{', '.join(unknown)} is not on the index; offered: {', '.join(each.workshop for each in found)}"
        )
    return [each for each in found if each.workshop in only or not only]


for _command in (link_commands.sign, link_commands.show, link_commands.end):
    links.add_command(_command)
