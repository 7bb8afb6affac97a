"""The table of measurements, printed line by line as it comes to be."""

from collections.abc import Iterable
from dataclasses import dataclass

import click


@dataclass(frozen=True)
class Row:
    """One line of the table: what was done, what came of it, what was wanted, and whether that was reached."""

    what: str
    measured: str
    target: str
    met: bool


def show(about: str, rows: Iterable[Row]) -> None:
    """Print what is measured, each line as it comes, and how many targets were met."""
    click.echo(f"{about}\n")
    met = []
    for row in rows:
        met.append(row.met)
        click.echo(f"  {'met   ' if row.met else 'NOT MET'} {row.what:52} {row.target:22} {row.measured}")
    click.echo(f"\n  {sum(met)} of {len(met)} met")
