"""What the commands of signed links do: make a link for a workshop that is offered, find one again, and tell of it."""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import click
from rich.console import Console
from rich.table import Table

from frontend.generator.sources import Source
from frontend.link_signing import LONGEST, PATH, LinkSigner
from frontend.qr_codes import picture
from frontend.site.catalog import candidates
from frontend.site.granting import NotGranted, pinned_of
from frontend.site.signed_links import SignedLink, Standing
from frontend.site.workshop import asked_of


@dataclass(frozen=True)
class Grant:
    """What an owner asks a link for; an empty `portal` is any that offers the workshop, `uses` of None any number."""

    workshop: str
    ends: datetime
    portal: str = ""
    uses: int | None = None
    pinned: tuple[str, ...] = ()


def granted(source: Source, grant: Grant) -> SignedLink:
    """Return the link that is asked for, under an id of its own; raises NotGranted, saying what stands in the way."""
    named = [portal.name for portal in source.site.portals]
    if grant.portal and grant.portal not in named:
        raise NotGranted(f"site.yaml has no portal {grant.portal}; it has {', '.join(named)}")
    known = [item for item in source.known if grant.portal in ("", item.portal)]
    offered = candidates(source.site.catalog, known, (grant.workshop,))
    if grant.workshop not in offered:
        where = f"by portal {grant.portal}" if grant.portal else "by any portal of this site"
        raise NotGranted(f"{grant.workshop} is not offered {where}; offered: {', '.join(offered) or 'nothing'}")
    pinned = pinned_of(grant.pinned, asked_of(source.site, grant.workshop), source.declared.get(grant.workshop))
    return SignedLink(secrets.token_urlsafe(9), grant.workshop, grant.ends, grant.portal, grant.uses, pinned)


def address(link: SignedLink, signer: LinkSigner, url: str) -> str:
    """Return the address of a link on the site at `url`; raises NotGranted when it is too long to be handed out."""
    token = signer.token(link)
    if len(PATH) + len(token) + 1 > LONGEST:
        raise NotGranted("the link is too long to be handed out; pin fewer or shorter values")
    return f"{url}{PATH}{token}/"


def token_in(text: str) -> str:
    """Return the token in an address, a path, or as it stands alone."""
    path = urlsplit(text.strip()).path
    return path[path.find(PATH) + len(PATH) :].strip("/") if PATH in path else text.strip().strip("/")


def as_json(link: SignedLink, where: str = "", standing: Standing | None = None) -> str:
    """Return the link as JSON: with the `where` it has and its QR code, or with what has come of it."""
    told = {
        "id": link.id,
        "workshop": link.workshop,
        "portal": link.portal or None,
        "expires": link.ends.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "uses": link.uses,
        "parameters": dict(link.pinned),
    }
    if where:
        told |= {"url": where, "qr": picture(where)}
    if standing:
        told |= {"spent": standing.spent, "ended": standing.ended}
    return json.dumps(told, indent=2, ensure_ascii=False)


def show(link: SignedLink, console: Console, where: str = "", standing: Standing | None = None) -> None:
    """Print the link as a table, or as plain lines where nobody looks."""
    rows = list(_rows(link, where, standing).items())
    if not console.is_terminal:
        for name, value in rows:
            click.echo(f"{name}\t{value}")
        return
    table = Table(show_header=False, box=None)
    for name, value in rows:
        table.add_row(name, value)
    console.print(table, soft_wrap=True)


def _rows(link: SignedLink, where: str, standing: Standing | None) -> dict[str, str]:
    found = {"link": where} if where else {}
    found |= {
        "workshop": link.workshop,
        "portal": link.portal or "any that offers it",
        "works until": f"{link.ends:%Y-%m-%d %H:%M} UTC",
        "uses": str(link.uses or "any number"),
    }
    found |= {f"parameter {name}": value for name, value in link.pinned.items()}
    if standing:
        found |= {"spent": str(standing.spent), "ended": "yes" if standing.ended else "no"}
    return found
