"""Whether the running site is the one meant, knows its own address, and gets on with its portals."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from frontend.site.doctor.heard import Fault, Heard, Place
from frontend.site.doctor.results import Result, failed, ok, skipped, warning
from portal_backend.contract.urls import origin_of

PROXIES, FORWARDED = "SITE_PROXIES", "proxy_set_header X-Forwarded-Proto $scheme"
HOST = "proxy_set_header Host $host"
_REACHED = ("ok", "last known")


def alive(place: Place, heard: Heard) -> Result:
    """Return whether it is the site that answers there."""
    check = "site"
    if isinstance(heard, Fault):
        return failed(check, str(heard), f"look at what serves {place.setting} ({place.url})", place.setting)
    status = heard.object.get("status")
    if heard.status == 200 and status == "alive":
        return ok(check, "the site answers")
    if heard.status == 200 and status == "ok":
        todo = f"set {place.setting} to the site's address; PORTAL_URL is the portal's"
        return failed(check, "the portal answers there", todo, place.setting)
    if heard.status == 400:
        todo = f"start the site with {place.setting} set to {place.url}, and let a proxy pass its host on: {HOST}"
        return failed(check, "the site does not know itself by that host name (400)", todo, place.setting, HOST)
    if heard.location:
        todo = f"set {place.setting} to the address that answers without a redirect"
        told = f"redirected to {origin_of(heard.location) or 'elsewhere'}"
        return failed(check, told, todo, place.setting)
    if heard.status >= 500:
        todo = "start the site, and let the proxy lead to SITE_HOST and SITE_PORT"
        told = f"what is in front of the site does not reach it ({heard.status})"
        return failed(check, told, todo, "SITE_HOST", "SITE_PORT")
    told = f"something else answers there ({heard.status})"
    return failed(check, told, f"set {place.setting} to the site's address", place.setting)


def version(ready: Heard, own: str) -> Result:
    """Return whether the running site is of this command's version."""
    told = None if isinstance(ready, Fault) else ready.object.get("version")
    if not isinstance(told, str):
        return skipped("version", "the site does not tell its version")
    if told == own:
        return ok("version", own)
    todo = "restart the site after an update; pip install --upgrade workshop-index brings both to one version"
    return warning("version", f"the site runs {told}, and this command is {own}", todo, "pip install")


def portals(ready: Heard, known: Sequence[str]) -> Result:
    """Return whether the running site has the catalogs of the portals that were found well from here."""
    parts = {} if isinstance(ready, Fault) else ready.object.get("parts")
    told = parts.get("portals") if isinstance(parts, dict) else None
    if not isinstance(told, dict):
        return skipped("portals", "the site does not tell how it finds them")
    unknown = [name for name in known if name not in told]
    if unknown:
        todo = "start the site with the WORKSHOP_INDEX_CONFIG this command reads"
        return failed("portals", f"it knows no portal {', '.join(unknown)}", todo, "WORKSHOP_INDEX_CONFIG")
    lost = [name for name in known if told[name] not in _REACHED]
    stale = [name for name in known if told[name] == "last known"]
    if lost:
        todo = "start the site with the <credentials>_ROBOT_… variables and the WORKSHOP_INDEX_INSTANCE of this command"
        return failed("portals", f"it gets no catalog of {', '.join(lost)}", todo, "WORKSHOP_INDEX_INSTANCE")
    if stale:
        told_so = f"it has only an older catalog of {', '.join(stale)}"
        return warning("portals", told_so, "look at the lines of that portal, then at the site's log")
    return ok("portals", "it has every catalog" if known else "nothing to ask it for")


def proxies(place: Place, heard: Heard) -> Result:
    """Return whether the site knows by which scheme and host it is reached, from where it redirects to."""
    check = "proxies"
    # A redirect to a path alone, such as to a sign-in, tells nothing of what the site takes itself for.
    there = "" if isinstance(heard, Fault) or heard.headers.get("location", "").startswith("/") else heard.location
    if not there:
        return skipped(check, "the site did not redirect as expected")
    if origin_of(there) == origin_of(place.url):
        return ok(check, "the site knows by which address it is reached")
    told = f"it takes itself to be at {origin_of(there)}"
    if urlsplit(there).hostname != place.host:
        todo = f"let the proxy pass the host on: {HOST}; and set {PROXIES} to the number of proxies"
        return failed(check, told, todo, HOST, PROXIES)
    todo = f"set {PROXIES} to the number of proxies, and let them tell the scheme: {FORWARDED}"
    return failed(check, told, todo, PROXIES, FORWARDED)


def transport(place: Place, heard: Heard) -> Result:
    """Return whether browsers are told to come by https only (RFC 6797)."""
    check = "hsts"
    if not place.https:
        return skipped(check, "only for https")
    if isinstance(heard, Fault):
        return skipped(check, f"nothing to look at: {heard}")
    if "strict-transport-security" in heard.headers:
        return ok(check, "browsers come by https only")
    todo = f"start the site with {place.setting} set to {place.url}"
    told = "no Strict-Transport-Security: the site does not know that it is reached by https"
    return failed(check, told, todo, place.setting)


def default_framing(heard: Heard, framed_by_anybody: bool) -> Result:
    """Return whether the pages that nobody embeds refuse to be framed."""
    check = "other pages"
    if isinstance(heard, Fault):
        return skipped(check, f"nothing to look at: {heard}")
    if framed_by_anybody:
        todo = "let the proxy pass Content-Security-Policy on as it is"
        return failed(check, "the index may be shown in a frame by anybody", todo, "Content-Security-Policy")
    return ok(check, "the index refuses to be shown in a frame")
