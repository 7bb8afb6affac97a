"""The command `workshop-index check`."""

import json
import os
import sys
from pathlib import Path

import click
from rich.console import Console

from frontend.checking.machines import as_json, as_sarif
from frontend.checking.running import Report
from frontend.checking.running import check as run
from frontend.checking.texts import annotations, show
from portal_backend.contract.checking import Task
from portal_backend.contract.packaged import packaged
from portal_backend.contract.problems import Severity

_FORMATS = ("text", "json", "github", "sarif")


@click.command(epilog="Exit codes: 0 nothing stands in the way; 1 there are errors; 2 the command was not understood.")
@click.option(
    "--config",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    envvar="WORKSHOP_INDEX_CONFIG",
    help="the owner's folder  [default: config/, else the example]",
)
@click.option("--format", "form", type=click.Choice(_FORMATS), default="text", show_default=True, help="who reads it")
@click.option("--strict", is_flag=True, help="end with 1 for warnings, too; notes never count")
def check(config: Path | None, form: str, strict: bool) -> None:
    """Read everything an owner writes, and tell every problem in one run.

    An error keeps a file from being used. A warning says what happens instead. A note tells what is read without
    having an effect. Nothing is started and nothing is changed.
    """
    folder = config or (Path("config") if Path("config").is_dir() else packaged("config"))
    report = run(Task(folder.absolute(), os.environ))
    _print(report, form)
    wrong = report.errors + (report.count(Severity.WARNING) if strict else 0)
    raise SystemExit(1 if wrong else 0)


def _print(report: Report, form: str) -> None:
    match form:
        case "json":
            click.echo(json.dumps(as_json(report), indent=2, ensure_ascii=False))
        case "sarif":
            click.echo(json.dumps(as_sarif(report), indent=2, ensure_ascii=False))
        case "github":
            for line in annotations(report):
                click.echo(line)
        case _:
            show(report, Console(file=sys.stdout, highlight=False, markup=False, emoji=False))
