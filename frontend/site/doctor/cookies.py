"""Whether a browser keeps and sends the cookies that a frame in another site's page needs.

In a page of another site only a cookie with `SameSite=None; Secure` is sent, and one without `Partitioned` is kept from
frames by browsers that block third-party cookies (RFC 6265bis, sections 5.2 and 5.7; CHIPS). A site is a scheme and a
registrable domain, by the Public Suffix List.
"""

from collections.abc import Sequence
from enum import IntEnum
from functools import cache
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList

from frontend.site.doctor.heard import Place
from frontend.site.doctor.results import Result, failed, ok, skipped, warning
from portal_backend.contract.urls import origin_of


class Fate(IntEnum):
    """What becomes of a frame's cookie, the worst first."""

    MIXED = 0
    NO_HTTPS = 1
    LAX = 2
    UNPARTITIONED = 3
    OWN_MACHINE = 4
    KEPT = 5


def framed_cookies(
    place: Place, cookies: Sequence[str] | None, origins: Sequence[str], lists: str, address: Sequence[str]
) -> Result:
    """Return whether frames in pages of each origin have the cookie a session takes.

    `cookies` are the `Set-Cookie` lines a frame was answered with, None when none could be looked at. `lists` is the
    setting that tells the program who embeds it, `address` are those of its own address.
    """
    check = "cookies"
    if not origins:
        return skipped(check, "no page elsewhere embeds it")
    fates = {origin: fate(place, cookies, origin) for origin in origins}
    worst = min(fates.values())
    those = ", ".join(origin for origin, each in fates.items() if each == worst)
    https = f"put https in front of it, and name its https address in {' and '.join(address)}"
    match worst:
        case Fate.MIXED:
            return failed(check, f"over plain http it is not shown at all in pages of {those}", https, *address)
        case Fate.NO_HTTPS:
            return failed(check, f"over plain http no cookie is kept in pages of {those}", https, *address)
        case Fate.LAX:
            todo = f"name them in {lists}, and let proxies pass Set-Cookie on as it is"
            told = f"no cookie with SameSite=None; Secure, so none is sent in pages of {those}"
            return failed(check, told, todo, lists)
        case Fate.UNPARTITIONED:
            told = f"not Partitioned: browsers that block third-party cookies send none in pages of {those}"
            todo = f"open sessions in a tab of their own there, or serve it from the same site as {those}"
            return warning(check, told, todo)
        case Fate.OWN_MACHINE:
            told = "plain http: cookies are kept in frames on this machine only, and not by every browser"
            return warning(check, told, f"before others come, {https}", *address)
    seen = "kept in frames" if cookies is not None else "can be kept in frames, by its address"
    return ok(check, f"{seen} in pages of {those}")


def fate(place: Place, cookies: Sequence[str] | None, origin: str) -> Fate:
    """Return what becomes of the cookie of `place` in a frame in a page of `origin`."""
    if same_site(place.url, origin):
        return Fate.KEPT
    if not place.https:
        if place.local:
            return Fate.OWN_MACHINE
        return Fate.MIXED if urlsplit(origin).scheme == "https" else Fate.NO_HTTPS
    if cookies is None:
        return Fate.KEPT
    sent = [names for names in map(_attributes, cookies) if {"samesite=none", "secure"} <= names]
    if not sent:
        return Fate.LAX
    return Fate.KEPT if any("partitioned" in names for names in sent) else Fate.UNPARTITIONED


def same_site(url: str, other: str) -> bool:
    """Whether two addresses are of one site to a browser: the scheme, and the registrable domain or the very host."""
    one, two = urlsplit(url), urlsplit(other)
    if one.scheme != two.scheme:
        return False
    if one.hostname == two.hostname:
        return True
    domain = _registrable(one.hostname or "")
    return domain is not None and domain == _registrable(two.hostname or "")


def _registrable(host: str) -> str | None:
    """Return the registrable domain of a host name; None for an address by number or a bare suffix."""
    if ":" in host or host.replace(".", "").isdigit():
        return None
    return _list().privatesuffix(host)


@cache
def _list() -> PublicSuffixList:
    return PublicSuffixList()


def _attributes(cookie: str) -> set[str]:
    return {part.strip().lower() for part in cookie.split(";")[1:]}


def usual_cookie(place: Place, cookies: Sequence[str] | None) -> Result:
    """Return whether the cookies that visitors get are tied to https where the place is."""
    check = "https cookies"
    if not place.https:
        return skipped(check, "over plain http no cookie can be Secure")
    if not cookies:
        return skipped(check, "no cookie was set to look at")
    if all("secure" in _attributes(each) for each in cookies):
        return ok(check, "every cookie is Secure")
    todo = f"start the site with {place.setting} set to {origin_of(place.url)}"
    return failed(
        check, "a cookie is not Secure: the site does not know that it is reached by https", todo, place.setting
    )
