"""What every view stands on: the parts the application holds, and the visitor's shop at this moment."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from flask import Response, current_app, redirect, request, url_for
from flask import render_template as render
from werkzeug.wrappers import Response as Answer

from frontend import identity
from frontend.broker import Broker
from frontend.identity import Kept
from frontend.link_signing import LinkSigner
from frontend.link_starts import LinkStarts
from frontend.look import Look
from frontend.newcomers import Newcomers
from frontend.providers import Providers
from frontend.site.catalog import Addresses
from frontend.site.index import Shop
from frontend.site.model import Site
from frontend.site.notifications import FORGOTTEN, due, known_code
from frontend.site.returning import told
from frontend.static_files import StaticFiles
from frontend.visitors import Visitor, Visitors
from portal_backend.contract.components import Notice
from portal_backend.contract.own_texts import OwnTexts
from portal_backend.contract.prefetch import is_prefetch
from portal_backend.contract.wire import NOTIFICATION_PARAMETER, Notification

__all__ = ["NAME", "Parts", "clean_address", "not_indexed", "notices", "parts", "render", "shop", "told_now", "visitor"]
NAME = "site"


@dataclass(frozen=True)
class Parts:
    """What the application is made of."""

    site: Callable[[], Site]
    texts: OwnTexts
    broker: Broker
    visitors: Visitors
    providers: Providers
    static: StaticFiles
    sheet: Callable[[], str]
    look: Look
    brand_look: Look
    url: str
    clock: Callable[[], datetime]
    signer: LinkSigner
    links: LinkStarts
    newcomers: Newcomers


def parts() -> Parts:
    """Return the parts of the application that serves this request."""
    found: Parts = current_app.extensions[NAME]
    return found


def visitor() -> Visitor:
    """Return who asks."""
    return parts().visitors.current()


def shop(patient: bool = False) -> Shop:
    """Return the site, the portals and this visitor's sessions as they are; a `patient` page waits for the latter."""
    at = parts()
    addresses = Addresses(
        workshop=lambda name: url_for("workshop.show", name=name),
        start=lambda name: url_for("start.ask", name=name),
        file=at.static.url,
        home=url_for("catalog.index"),
        origin=at.url,
    )
    users = visitor().users
    known = at.broker.known()
    return Shop(at.site(), known, at.broker.sessions(users, patient) if users else (), addresses, at.clock())


def notices(at: Shop) -> tuple[Notice, ...]:
    """Return what to tell now: what has just happened, once, then the announcements that are due and not closed."""
    kept = told_now()
    announced = due(at.site.announcements, at.now, _close_url, identity.closed())
    if kept is None:
        return (FORGOTTEN, *announced) if _reads() and identity.forgotten() else announced
    workshop = kept.workshop
    # Who found no seat by a link elsewhere asked for something this site never heard of.
    if kept.code is not Notification.SESSION_UNAVAILABLE:
        workshop = workshop or identity.last_workshop()
    return (told(at, kept.code, workshop, kept.setback), *announced)


def clean_address(workshop: str = "") -> Answer | None:
    """Return the way to this page without the notification in its address, which is told there; None without one."""
    if NOTIFICATION_PARAMETER not in request.args:
        return None
    code = known_code(request.args[NOTIFICATION_PARAMETER])
    if code is not None:
        identity.tell_once(code, workshop)
    kept = [pair for pair in request.args.items(multi=True) if pair[0] != NOTIFICATION_PARAMETER]
    page = url_for(str(request.endpoint), **(request.view_args or {}))
    return redirect(page + (f"?{urlencode(kept)}" if kept else ""), 303)


def told_now() -> Kept | None:
    """Return what is to be told once, and forget it; whoever fetches ahead or looks at the headers uses nothing up."""
    return identity.told() if _reads() else None


def _reads() -> bool:
    return not is_prefetch(request) and request.method != "HEAD"


def not_indexed(response: Response) -> Response:
    """Return the response marked as nothing for search engines."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _close_url(announcement: str) -> str:
    return url_for("announcements.close", name=announcement)
