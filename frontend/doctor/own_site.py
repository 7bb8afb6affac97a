"""Looks at the running site from outside, as a browser and as an embedding page would."""

from collections.abc import Sequence

from frontend.doctor.asking import Asking
from frontend.doctor.portals import FRAMED, NOBODY, Round
from frontend.doctor.reaching import reach
from frontend.site.doctor import own_site
from frontend.site.doctor.connection import connection, encryption
from frontend.site.doctor.cookies import framed_cookies, usual_cookie
from frontend.site.doctor.framing import framed_by_anybody, framing
from frontend.site.doctor.heard import Answer, Fault, Heard, Place
from frontend.site.doctor.results import Result, skipped

_CHECKS = ("site", "version", "portals", "proxies", "hsts", "https cookies", "framing", "other pages", "cookies")
_EMBEDDERS = "embedding.origins"


def look(at: Round, given: bool, version: str, sound: Sequence[str]) -> list[Result]:
    """Return what there is to say of the running site.

    `given` says that its address was named and not guessed; `sound` are the portals whose catalogs can be read from
    here, `version` is that of this command.
    """
    place = Place(at.site_url, "SITE_URL")
    way = reach(place, at.seconds, at.certificates)
    if way.fault is Fault.REFUSED and not given:
        return [skipped("connection", f"the site does not run at {place.url}; start it, or name its --site-url")]
    results = [
        connection("connection", place, way, "start the site"),
        encryption("encryption", place, way, at.now),
    ]
    if way.fault is not None:
        return results + [skipped(check, f"not looked at: {way.fault}") for check in _CHECKS]
    asking = Asking(place.url, at.seconds)
    alive = own_site.alive(place, asking.get("/healthz"))
    if alive.settings:
        return [*results, alive, *(skipped(check, "it is not the site that answers") for check in _CHECKS[1:])]
    ready = asking.get("/readyz")
    told = [own_site.version(ready, version), own_site.portals(ready, sound)]
    return [*results, alive, *told, *_looked(place, asking, at.origins)]


def _looked(place: Place, asking: Asking, origins: Sequence[str]) -> list[Result]:
    """Return what a browser meets, at the top and in frames."""
    index, button = asking.get("/"), asking.get(f"/embed/{NOBODY}/", **FRAMED)
    cookies = _cookies(button) or _cookies(index)
    return [
        own_site.proxies(place, asking.get(f"/start/{NOBODY}")),
        own_site.transport(place, index),
        usual_cookie(place, cookies),
        framing(button, origins, "start buttons", _EMBEDDERS),
        own_site.default_framing(index, isinstance(index, Answer) and framed_by_anybody(index)),
        framed_cookies(place, cookies or None, origins, _EMBEDDERS, [place.setting]),
    ]


def _cookies(heard: Heard) -> tuple[str, ...]:
    return heard.cookies if isinstance(heard, Answer) else ()
