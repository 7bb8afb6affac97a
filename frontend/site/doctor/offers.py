"""Whether a portal's catalog can be read and offers something, and whether what the owner names is offered."""

from collections.abc import Iterable, Sequence

from frontend.site.answers import BadAnswer, listing_of
from frontend.site.doctor.heard import Answer, Fault, Heard, Place
from frontend.site.doctor.results import Result, failed, ok, skipped, warning
from frontend.site.model import Catalog
from frontend.site.offers import Listing
from portal_backend.contract.problems import nearest
from portal_backend.contract.urls import origin_of
from portal_backend.contract.wire import EnvironmentState

OFFERED = "spec.workshops"
_MOST_NAMED = 5


def listing(portal: str, heard: Heard) -> Listing | str:
    """Return the catalog in an answer, or what is wrong with it."""
    if isinstance(heard, Fault):
        return str(heard)
    if heard.status != 200:
        return f"the catalog is answered {heard.status}"
    try:
        return listing_of(portal, heard.object, heard.heard)
    except BadAnswer as error:
        return str(error)


def catalog(place: Place, heard: Heard, found: Listing | str) -> Result:
    """Return whether there is something to start."""
    if isinstance(found, str):
        if isinstance(heard, Answer) and heard.status in (401, 403):
            return skipped("catalog", "the token does not count")
        todo = f"look at the portal's log; no other program than a training portal is to serve {place.setting}"
        return failed("catalog", found, todo, place.setting)
    running = [each for each in found.offers if each.state is EnvironmentState.RUNNING]
    if not found.offers:
        todo = f"list workshops under {OFFERED} of its TrainingPortal (portal.yaml)"
        return failed("catalog", "it can be read, and is empty", todo, OFFERED)
    number = _counted(len({each.workshop for each in found.offers}))
    if not running:
        todo = f"look at the portal's log, and at {OFFERED} of its TrainingPortal"
        return failed("catalog", f"{number}, none of which is running", todo, OFFERED)
    return ok("catalog", number)


def _counted(number: int) -> str:
    return f"{number} workshop" if number == 1 else f"{number} workshops"


def address(place: Place, heard: Heard, bundled: bool) -> Result:
    """Return whether the portal calls itself what browsers call it."""
    portal = heard.object.get("portal") if isinstance(heard, Answer) else None
    own = portal.get("url") if isinstance(portal, dict) else None
    told = origin_of(own) if isinstance(own, str) else None
    if told is None:
        return skipped("address", "the portal does not tell its own")
    if told == origin_of(place.url):
        return ok("address", f"the portal calls itself {told}, too")
    own_setting = "PORTAL_URL" if bundled else "spec.portal.ingress.hostname"
    settings = tuple(dict.fromkeys((place.setting, own_setting)))
    todo = f"give both the one address that browsers use: {' and '.join(settings)}"
    return warning("address", f"the portal calls itself {told}", todo, *settings)


def workshops(named: Catalog, known: Sequence[Listing | str]) -> Result:
    """Return whether every workshop that `site.yaml` names is offered by one of the portals."""
    wanted = dict.fromkeys((*(each for section in named.sections for each in section.workshops), *named.workshops))
    if not wanted:
        return skipped("workshops", "site.yaml names none")
    listings = [each for each in known if isinstance(each, Listing)]
    if len(listings) < len(known):
        return skipped("workshops", "not every catalog could be read")
    offered = list(dict.fromkeys(each.workshop for listing in listings for each in listing.offers))
    missing = [each for each in wanted if each not in offered]
    if not missing:
        return ok("workshops", f"all {len(wanted)} that site.yaml names are offered")
    todo = f"correct catalog.sections and catalog.workshops in site.yaml, or {OFFERED} of a portal"
    settings = ("catalog.sections", "catalog.workshops", OFFERED)
    return warning("workshops", f"no portal offers {_close(missing, offered)}", todo, *settings)


def _close(missing: Sequence[str], offered: Iterable[str]) -> str:
    """Return the names that are missing, each with the one that may be meant."""
    names = [
        f"{name} (did you mean {close}?)" if (close := nearest(name, offered)) else name
        for name in missing[:_MOST_NAMED]
    ]
    more = len(missing) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")
