"""The commands of the `portal` group that need the portal itself."""

import json
import os
from datetime import timedelta
from shlex import quote
from urllib.parse import urlencode

import click

from portal_backend import credentials as kept
from portal_backend import posting, proving, startup, tickets
from portal_backend.clients import CALLBACK
from portal_backend.contract.commands import telling
from portal_backend.contract.instance import InstanceError
from portal_backend.contract.wire import CATALOG_PAGE
from portal_backend.proving import CannotProve, Prover
from portal_backend.reading import StartupError, read_resources, read_settings
from portal_backend.resources.model import Credentials
from portal_backend.services import catalog, configuration, sessions
from portal_backend.services.errors import NotConfigured
from portal_backend.settings import Settings
from portal_backend.store.engine import StoreBusy
from portal_backend.sweeping import Rounds, log_plainly, until_told_to_stop

plainly = telling(StartupError, InstanceError, StoreBusy, CannotProve)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="print one JSON object")
@plainly
def credentials(as_json: bool) -> None:
    """Print the names and passwords a front end and the administrator log in with."""
    settings = read_settings(os.environ)
    values = kept.settle(settings, _configured(settings)).as_environment()
    if as_json:
        click.echo(json.dumps(values, indent=2))
        return
    for name, value in values.items():
        click.echo(f"{name}={quote(value)}")


@click.command("access-link")
@click.option("--hours", type=click.FloatRange(0.01, 8784), default=12.0, show_default=True, help="how long it works")
@click.option("--next", "target", default=CATALOG_PAGE, show_default=True, help="path of the portal it leads to")
@plainly
def access_link(hours: float, target: str) -> None:
    """Print a link that opens the portal without typing its access code, for some hours."""
    settings = read_settings(os.environ)
    context = startup.connect(settings)
    try:
        found = catalog.settings(context)
    except NotConfigured:
        raise click.ClickException("The portal has not been started yet. Start it once, then ask again.") from None
    finally:
        context.store.close()
    if not found.password:
        raise click.ClickException("The portal has no access code (spec.portal.password), so it needs no link.")
    ticket = tickets.issue(settings, found, context.now() + timedelta(hours=hours))
    click.echo(f"{settings.url}{tickets.LINK}?{urlencode({'ticket': ticket, 'next': target})}")


@click.command("session-client")
@click.argument("name")
@plainly
def session_client(name: str) -> None:
    """Print the OAuth2 client of the session NAME, for a program that runs in it."""
    settings = read_settings(os.environ)
    context = startup.connect(settings)
    held = sessions.find(context, name)
    context.store.close()
    if held is None:
        raise click.ClickException(
            f"There is no session called {name}; the catalog's `sessions=true` lists those there are."
        )
    client, back = kept.session_client(settings, name), f"{context.provider.url(held.session)}{CALLBACK}"
    told = {"client_id": client.name, "client_secret": client.secret, "redirect_uri": back}
    click.echo(json.dumps(told, indent=2))


@click.command()
@click.option("--secret", is_flag=True, help="print the secret that signs what is sent, and nothing else")
@plainly
def webhooks(secret: bool) -> None:
    """Tell where events are posted to and what waits to be."""
    settings = read_settings(os.environ)
    if secret:
        click.echo(kept.webhook_secrets(settings)[0])
        return
    context = startup.connect(settings)
    for line in posting.lines(context):
        click.echo(line)
    context.store.close()


def _configured(settings: Settings) -> Credentials:
    try:
        return read_resources(settings)[1].credentials
    except StartupError:
        told = "The portal's configuration cannot be used, so these are the ones in force without it; to see why, run:"
        click.echo(f"{told} workshop-index portal check", err=True)
        return Credentials()


@click.command()
@click.argument("workshops", nargs=-1, required=True, metavar="WORKSHOP...")
@plainly
def refresh(workshops: tuple[str, ...]) -> None:
    """Replace the environments of workshops by new ones that describe them as their files do now.

    The old ones hand out nothing more and end with their last session.
    """
    settings = read_settings(os.environ)
    found, _ = read_resources(settings)
    unknown = sorted(set(workshops) - {each.workshop.name for each in found.environments})
    if unknown:
        raise click.ClickException(f"The portal does not offer {', '.join(unknown)}; spec.workshops names what it does")
    context = startup.begin(settings)
    try:
        for words in configuration.apply(context, found, anew=workshops):
            click.echo(words)
    finally:
        context.store.close()


@click.command()
@click.option("--portal", "url", required=True, help="address of the portal, such as http://127.0.0.1:8080")
@click.option("--environment", default="", help="environment or workshop to race for  [default: the first]")
@click.option("--clients", type=click.IntRange(1, 256), default=32, show_default=True, help="clients at once")
@click.option("--requests", "count", type=click.IntRange(1, 10_000), default=100, show_default=True, help="in all")
@plainly
def prove(url: str, environment: str, clients: int, count: int) -> None:
    """Race for the sessions of a running portal, and tell whether its limits held; ends what it was given.

    The robot's credentials come from the environment or from the instance folder. Ends with 1 when a limit did not hold
    or a request failed. Sessions are really given out: people who come meanwhile may find the workshop full.
    """
    known = kept.current(read_settings(os.environ))
    found = Prover(url, known.robot, known.robot_client).race(environment, clients, count)
    for line in proving.lines(found):
        click.echo(line)
    raise SystemExit(1 if found.problems else 0)


@click.command()
@plainly
def migrate() -> None:
    """Bring the store to its newest schema."""
    settings = read_settings(os.environ)
    startup.connect(settings).store.close()
    click.echo("The store is at its newest schema.")


@click.command()
@click.option("--once", is_flag=True, help="do one round and end")
@click.option(
    "--every", type=click.FloatRange(0.1, 3600), default=2.0, show_default=True, help="seconds between rounds"
)
@plainly
def sweep(once: bool, every: float) -> None:
    """End what is over, keep the reserves full and take up changed configuration, until told to stop."""
    log_plainly()
    settings = read_settings(os.environ)
    context = startup.begin(settings)
    rounds, post = Rounds(settings, context), posting.delivery(settings, context)
    if once:
        rounds.run()
        post.run()
        return
    until_told_to_stop(rounds, post, every)
