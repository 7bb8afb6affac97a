"""The `workshop-index conformance` command."""

import json
import os
import signal
import threading
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click

from portal_backend.conformance.case import Case
from portal_backend.conformance.client import Client, Login
from portal_backend.conformance.reports import FORMATS
from portal_backend.conformance.running import Findings, run
from portal_backend.conformance.stage import CannotRun, Wanted
from portal_backend.conformance.table.whole import CASES
from portal_backend.contract.urls import parse_http_url

_INSTANCE = "WORKSHOP_INDEX_INSTANCE"
_FILE = "portal-credentials.json"
_NAMES = {
    "username": "PORTAL_ROBOT_USERNAME",
    "password": "PORTAL_ROBOT_PASSWORD",
    "client_id": "PORTAL_ROBOT_CLIENT_ID",
    "client_secret": "PORTAL_ROBOT_CLIENT_SECRET",
    "admin": "PORTAL_ADMIN_USERNAME",
    "admin_password": "PORTAL_ADMIN_PASSWORD",
}
_OPTIONAL = frozenset({"admin", "admin_password"})
_PATH = click.Path(path_type=Path)


@click.command()
@click.option("--portal", required=True, help="address of the portal, such as http://127.0.0.1:8080")
@click.option("--format", "form", type=click.Choice(sorted(FORMATS)), default="text", show_default=True)
@click.option("--output", type=_PATH, help="write the report there instead of printing it")
@click.option(
    "--environment", "environments", multiple=True, help="use only this environment or workshop; may be repeated"
)
@click.option(
    "--allow-sessions/--read-only", "sessions", default=True, show_default=True, help="whether to ask for sessions"
)
@click.option("--section", "sections", multiple=True, help="try only the cases of this section; may be repeated")
@click.option(
    "--instance",
    type=_PATH,
    help=f"instance folder, or its {_FILE}, of the bundled portal, for its credentials  [default: ${_INSTANCE}]",
)
@click.option("--timeout", type=click.FloatRange(0.1, 600), default=30.0, show_default=True, help="seconds to wait")
@click.option(
    "--ca-file", type=click.Path(exists=True, dir_okay=False), help="certificates to trust instead of the usual"
)
def conformance(
    portal: str,
    form: str,
    output: Path | None,
    environments: tuple[str, ...],
    sessions: bool,
    sections: tuple[str, ...],
    instance: Path | None,
    timeout: float,
    ca_file: str | None,
) -> None:
    """Hold a portal to the REST contract, case by case, and clean up afterwards.

    The robot's credentials come from the environment: PORTAL_ROBOT_USERNAME, PORTAL_ROBOT_PASSWORD,
    PORTAL_ROBOT_CLIENT_ID and PORTAL_ROBOT_CLIENT_SECRET; with PORTAL_ADMIN_USERNAME and PORTAL_ADMIN_PASSWORD what the
    administrator may do is tried too. For the bundled portal, --instance finds all of them.

    Ends with 0 when every case of the field holds, 1 when one does not, 2 when it could not run or was stopped.
    """
    url = parse_http_url(portal)
    if url is None:
        _refuse(f"{portal!r} is not an http or https address.")
    client = Client(url, _login(os.environ, instance), timeout, ca_file or True)
    stop = _on_signals()
    try:
        findings = run(client, Wanted(environments, sessions), _chosen(sections), stop.is_set)
    except CannotRun as problem:
        _refuse(str(problem))
    _write(FORMATS[form](findings), output)
    raise SystemExit(_code(findings))


def _code(findings: Findings) -> int:
    return 2 if findings.stopped else int(findings.failed)


def _refuse(message: str) -> NoReturn:
    click.echo(f"Error: {message}", err=True)
    raise SystemExit(2)


def _on_signals() -> threading.Event:
    """Return what is set by the first Ctrl-C or TERM: the case under way is finished, so that no session gets lost."""
    stop = threading.Event()

    def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        click.echo("Stopping after this case, then cleaning up.", err=True)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask_to_stop)
    return stop


def _chosen(sections: tuple[str, ...]) -> list[Case]:
    known = sorted({case.section for case in CASES})
    unknown = [name for name in sections if name not in known]
    if unknown:
        _refuse(f"There is no section {unknown[0]!r}. There are: {', '.join(known)}.")
    return [case for case in CASES if not sections or case.section in sections]


def _login(environ: Mapping[str, str], instance: Path | None) -> Login:
    given = {key: environ[name] for key, name in _NAMES.items() if environ.get(name)}
    folder = instance or (Path(environ[_INSTANCE]) if environ.get(_INSTANCE) else None)
    if folder is not None:
        kept = _kept(folder / _FILE if folder.is_dir() else folder)
        given = {key: kept[name] for key, name in _NAMES.items() if kept.get(name)} | given
    missing = [name for key, name in _NAMES.items() if key not in given and key not in _OPTIONAL]
    if missing:
        _refuse(
            f"Without {', '.join(missing)} nobody can log in. Set them, or name the --instance of a bundled portal."
        )
    return Login(**given)


def _kept(path: Path) -> dict[str, str]:
    try:
        values = json.loads(path.read_text("utf-8"))
    except OSError as fault:
        _refuse(f"{path} cannot be read: {fault.strerror}.")
    except ValueError:
        _refuse(f"{path} does not hold a portal's credentials.")
    return {name: text for name, text in values.items() if isinstance(text, str)} if isinstance(values, dict) else {}


def _write(report: str, output: Path | None) -> None:
    if output is None:
        click.echo(report)
        return
    try:
        output.write_text(report, "utf-8")
    except OSError as fault:
        _refuse(f"{output} cannot be written: {fault.strerror}.")
