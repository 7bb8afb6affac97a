"""Runs the whole product on one machine: the index, its portal and the sweeper; of a site whose portals are elsewhere,
the index.

What can go wrong before anything starts is looked for first, each with one sentence to the person who typed the
command: a folder that cannot be written, a port that is taken, a configuration that does not hold.
"""

import http.client
import os
import secrets
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import click

from frontend.preflight import Address, CannotServe, check_alone, check_instance, check_portal, check_ports, check_site
from frontend.settings import VARIABLES, Settings, SettingsError, load
from frontend.site.loading import load as load_site
from frontend.site.model import Site
from frontend.supervisor import Ended, Interrupted, Supervisor
from portal_backend.contract.instance import InstanceError
from portal_backend.contract.rehearsal import TOKEN_VARIABLE
from portal_backend.contract.urls import LOOPBACK, parse_http_url
from portal_backend.contract.variables import Reader

READY_WITHIN_SECONDS = 60.0
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "*": "127.0.0.1", "::": "::1"}
_GUNICORN = ("gunicorn", "--config", "python:portal_backend.contract.serving", "--log-level", "warning")
_PRODUCTION = ("frontend.app:create_app()", "portal_backend.app:create_app()")
_SWEEPER = ("frontend.cli", "portal", "sweep")
_LIVE_SWEEPER = ("portal_backend.rehearsal.sweeping",)
_LIVE = ("frontend.live.app:create_live_app()", "portal_backend.live:create_live_app()")


@dataclass(frozen=True)
class Plan:
    """Everything `serve` decided: folders, addresses, and the environment the programs get.

    `elsewhere` are the addresses of the site's portals when the bundled one is none of them; then it is not run.
    """

    instance: Path
    config: Path
    site: Address
    portal: Address
    environ: Mapping[str, str]
    live: bool = False
    elsewhere: tuple[str, ...] = ()

    @property
    def programs(self) -> dict[str, list[str]]:
        """Return the command line of each program by its name in the Procfile; those of a live site have one more."""
        web, portal = _LIVE if self.live else _PRODUCTION
        # Each worker keeps the last good state it has seen itself: several would show one owner different ones.
        gunicorn = (*_GUNICORN, "--workers", "1") if self.live else _GUNICORN
        programs = {"web": python(*gunicorn, "--bind", self.site.bind, web)}
        if not self.elsewhere:
            programs["portal"] = python(*gunicorn, "--bind", self.portal.bind, portal)
            programs["sweeper"] = python(*(_LIVE_SWEEPER if self.live else _SWEEPER))
        return {**programs, "watcher": python("frontend.live.watching")} if self.live else programs

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Return where the programs listen."""
        return (self.site,) if self.elsewhere else (self.site, self.portal)


def python(module: str, *arguments: str) -> list[str]:
    """Return the command line that runs `module` with this very Python, whatever lies in the working directory."""
    return [sys.executable, "-P", "-m", module, *arguments]


def plan(chosen: Mapping[str, object], environ: Mapping[str, str] | None = None, live: bool | None = False) -> Plan:
    """Return what to run from the environment and the options `chosen` over it (None or empty: not chosen).

    A `live` site shows its owner what is wrong and loads anew after each change, on this machine alone; None makes it
    live where nobody else could reach it.
    """
    merged = dict(os.environ if environ is None else environ)
    merged |= {name: str(value) for name, value in chosen.items() if value is not None}
    try:
        settings = load(merged)
    except (SettingsError, InstanceError) as error:
        raise CannotServe(str(error)) from error
    reader = Reader(merged, VARIABLES)
    portal_host, portal_port = reader.host("PORTAL_HOST"), reader.number("PORTAL_PORT", 65535)
    site = _site_of(settings)
    merged |= {"WORKSHOP_INDEX_INSTANCE": str(settings.instance), "WORKSHOP_INDEX_CONFIG": str(settings.config)}
    embedders = site.embedding.origins if site else ()
    merged["PORTAL_FRAME_ORIGINS"] = " ".join((merged.get("PORTAL_FRAME_ORIGINS", ""), *embedders)).strip()
    made = Plan(
        instance=settings.instance,
        config=settings.config,
        site=Address("index", "SITE", settings.host, settings.port, settings.url),
        portal=Address("portal", "PORTAL", portal_host, portal_port, settings.portal_url),
        environ=merged,
        elsewhere=_elsewhere(site, settings, merged.get("PORTAL_CONFIG_FILE", "").strip()),
    )
    return _live(made) if live or (live is None and _alone(made)) else made


def _live(made: Plan) -> Plan:
    """Return the plan of a live site; with a portal beside it, its owner can rehearse."""
    token = {} if made.elsewhere else {TOKEN_VARIABLE: secrets.token_urlsafe(32)}
    return replace(made, live=True, environ={**made.environ, **token})


def _alone(made: Plan) -> bool:
    """Whether nobody but this machine reaches the programs, directly or through a proxy."""
    proxies = {made.environ.get(name, "").strip() for name in ("SITE_PROXIES", "PORTAL_PROXIES")}
    return proxies <= {"", "0"} and all({a.host, urlsplit(a.url).hostname} <= LOOPBACK for a in made.addresses)


def _site_of(settings: Settings) -> Site | None:
    file = settings.config / "site.yaml"
    return load_site(file).site if file.exists() else None


def _elsewhere(site: Site | None, settings: Settings, portal_file: str) -> tuple[str, ...]:
    """Return the addresses of the site's portals, unless the bundled one is among them or its file was named.

    Where there is no such file, even a portal at its usual address is another one.
    """
    named = [portal for portal in site.portals if not portal_file] if site else []
    own = _place(settings.portal_url)
    bundled = any(own in (_place(each.url), _place(each.api_url or "")) for each in named)
    if bundled and (settings.config / "portal.yaml").exists():
        return ()
    return tuple(each.url for each in named)


def _place(url: str) -> str | None:
    """Return where an address leads, the same for all names of this machine; None for no address."""
    clean = parse_http_url(url)
    parts = urlsplit(clean or "")
    return f"{parts.scheme}://localhost:{parts.port}{parts.path}" if parts.hostname in LOOPBACK else clean


def check(to_run: Plan) -> None:
    """Raise CannotServe for the first thing that would keep the programs from running."""
    if to_run.live:
        check_alone(to_run.addresses)
    check_instance(to_run.instance)
    check_ports(to_run.addresses)
    check_site(to_run.config / "site.yaml", to_run.portal.url)
    if not to_run.elsewhere:
        check_portal(python("frontend.cli", "portal", "check"), to_run.environ)


def run(to_run: Plan, supervisor: Supervisor) -> int:
    """Run the programs until a signal or the end of one of them; returns the exit code."""
    try:
        supervisor.start()
        due = time.monotonic() + READY_WITHIN_SECONDS
        outcome = supervisor.wait(lambda: _ready(to_run) or time.monotonic() >= due)
        if outcome is None:
            if not _ready(to_run):
                raise CannotServe(f"The programs were not ready after {READY_WITHIN_SECONDS:.0f} seconds: see above.")
            click.echo(welcome(to_run))
            outcome = supervisor.wait()
    finally:
        supervisor.stop()
    return _exit_code(outcome)


def _exit_code(outcome: Ended | Interrupted | None) -> int:
    match outcome:
        case Ended(program, code):
            raise CannotServe(
                f"The program {program!r} ended with exit code {code}, and the others with it: see above."
            )
        case _:
            return 0


def welcome(to_run: Plan) -> str:
    """Return what the person who started it reads once all programs can serve."""
    kept = "secrets" if to_run.elsewhere else "sessions and secrets"
    return "\n".join(
        (
            "",
            f"  Open {to_run.site.url.rstrip('/')}/",
            "",
            *(f"  portal    {url.rstrip('/')}/" for url in to_run.elsewhere or (to_run.portal.url,)),
            f"  config    {to_run.config}",
            f"  instance  {to_run.instance} ({kept}; keep it)",
            *(
                ("  live      pages load anew after each change; --no-live shows what visitors see",)
                if to_run.live
                else ()
            ),
            "",
            "  Ctrl-C ends everything.",
            "",
        )
    )


def _ready(to_run: Plan) -> bool:
    return all(_answers(address) for address in reversed(to_run.addresses))


def _answers(address: Address) -> bool:
    """Whether /readyz answers 200 at the program's own socket, asked under its public name."""
    connection = http.client.HTTPConnection(_EVERYWHERE.get(address.host, address.host), address.port, timeout=2)
    try:
        connection.request("GET", "/readyz", headers={"Host": urlsplit(address.url).netloc})
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
