"""`workshop-index portal check`, which `serve` waits for: it loads what reads the owner's files, and no store."""

import os

import click

from portal_backend.contract.commands import telling
from portal_backend.contract.problems import Severity
from portal_backend.reading import StartupError, read_resources, read_settings
from portal_backend.resources import report


@click.command()
@telling(StartupError)
def check() -> None:
    """Read the settings and the portal's configuration, and tell every problem without starting anything."""
    found, _ = read_resources(read_settings(os.environ))
    for line in report.lines(found.problems, notes=True):
        click.echo(line)
    warned = any(problem.severity is Severity.WARNING for problem in found.problems)
    offered = sum(each.readable for each in found.environments)
    outcome = f"{report.summary(found.problems)}" if warned else "no problems"
    click.echo(f"{offered} workshop{'' if offered == 1 else 's'} offered, {outcome}.")
