"""What `workshop-index links` tells: a table, JSON, or a folder of files for each workshop."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from frontend.generator.folder import Changes, Folder
from frontend.generator.sources import Source
from frontend.qr_codes import picture
from frontend.site.catalog import Addresses
from frontend.site.index import Shop
from frontend.site.links import Links, create_url, links_of

_FILES = {"html": "button.html", "markdown": "badge.md", "restructuredtext": "badge.rst", "iframe": "frame.html"}
_ADDRESSES = ("page", "start", "create", "embed", "badge")


def all_links(source: Source, url: str) -> list[Links]:
    """Return the links of every workshop on the index, in its order; `url` is the site's and ends with a slash."""
    shop = Shop(source.site, source.known, (), Addresses(str, str, str), source.now)
    cards = [each for section in shop.sections for each in section.cards]
    return [links_of(e.name, e.title, url, create_url(source.site, shop.choices[e.name], url)) for e in cards]


def as_json(links: Sequence[Links]) -> str:
    """Return the links as JSON, each with its QR code as SVG."""
    return json.dumps([asdict(each) | {"qr": picture(each.start)} for each in links], indent=2, ensure_ascii=False)


def show(links: Sequence[Links], console: Console) -> None:
    """Print the addresses of each workshop as a table, or as plain lines where nobody looks."""
    if not console.is_terminal:
        for each in links:
            for kind in _ADDRESSES:
                click.echo(f"{each.workshop}\t{kind}\t{getattr(each, kind) or '-'}")
        return
    for each in links:
        table = Table(title=each.title, title_justify="left", show_header=False, box=None)
        for kind in _ADDRESSES:
            table.add_row(kind, getattr(each, kind) or "-", style=None if getattr(each, kind) else "dim")
        console.print(table, soft_wrap=True)


def write(links: Sequence[Links], out: Path) -> Changes:
    """Write a folder for each workshop: what to paste, the QR code, and the addresses; raises CannotBuild."""
    with Folder(out) as folder:
        for each in links:
            for kind, file in _FILES.items():
                folder.put(f"{each.workshop}/{file}", f"{getattr(each, kind)}\n".encode())
            folder.put(f"{each.workshop}/qr.svg", picture(each.start).encode())
            addresses = {kind: getattr(each, kind) for kind in _ADDRESSES}
            folder.put(f"{each.workshop}/links.json", f"{json.dumps(addresses, indent=2)}\n".encode())
        return folder.publish()
