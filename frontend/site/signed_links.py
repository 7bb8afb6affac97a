"""Signed links: what an event's link starts, until when, how often, and with which values; and the pages it leads to.

A link names a workshop and may name its portal. The values it pins go to the workshop as they are; whatever else the
workshop asks, the visitor answers. Such a link also starts a workshop that the catalog hides. How it is signed, and
where its uses are counted, is not known here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from frontend.site.index import Shop
from frontend.site.model import Parameter, Site
from frontend.site.notifications import why_absent
from frontend.site.pages import AskPage
from frontend.site.parameters import Answers, fields
from frontend.site.workshop import ask_page, asked_of
from portal_backend.contract.components import ErrorPage, Fact, Notice
from portal_backend.contract.wire import Notification
from portal_backend.contract.words import Moment, Said, counted, say

_FORM = 1
_ASK_FOR_ANOTHER = say("Ask whoever gave it to you for another one. A session you have open is on the index.")
_STAYS_GOOD = say("The link itself stays good: try again in a minute.")


class Refusal(Enum):
    """Why a link starts nothing, with the HTTP status that says so."""

    FORGED = "forged"
    EXPIRED = "expired"
    ENDED = "ended"
    USED_UP = "used-up"
    NOT_OFFERED = "not-offered"
    SILENT = "silent"
    UNCOUNTED = "uncounted"

    @property
    def status(self) -> int:
        """Return 404 for what never was or is not there, 410 for what is over, 503 for what passes."""
        return _STATUS[self]


_STATUS = {
    Refusal.FORGED: 404,
    Refusal.EXPIRED: 410,
    Refusal.ENDED: 410,
    Refusal.USED_UP: 410,
    Refusal.NOT_OFFERED: 404,
    Refusal.SILENT: 503,
    Refusal.UNCOUNTED: 503,
}


@dataclass(frozen=True)
class SignedLink:
    """What a link grants: sessions of one workshop until `ends`, at most `uses` of them (None: any number).

    `id` is what its uses are counted under; an empty `portal` is whichever offers the workshop. `pinned` are the values
    of parameters that nobody can change.
    """

    id: str
    workshop: str
    ends: datetime
    portal: str = ""
    uses: int | None = None
    pinned: Mapping[str, str] = field(default_factory=dict)

    def claims(self) -> list[Any]:
        """Return the link as JSON holds it."""
        uses = self.uses or 0
        return [_FORM, self.id, self.workshop, self.portal, int(self.ends.timestamp()), uses, dict(self.pinned)]


@dataclass(frozen=True)
class Standing:
    """What has come of a link so far: its uses spent, whether its owner ended it, and one visitor's last session."""

    spent: int = 0
    ended: bool = False
    last: str = ""


_UNSEEN = Standing()


def from_claims(claims: object) -> SignedLink | None:
    """Return the link that `claims` describe, or None when they are of another form."""
    if not isinstance(claims, list) or [type(part) for part in claims] != [int, str, str, str, int, int, dict]:
        return None
    form, name, workshop, portal, ends, uses, pinned = claims
    if form != _FORM:
        return None
    return SignedLink(name, workshop, datetime.fromtimestamp(ends, UTC), portal, uses or None, pinned)


def refusal(
    link: SignedLink | None, now: datetime, standing: Standing = _UNSEEN, resumes: bool = False
) -> Refusal | None:
    """Return why the link starts nothing at `now`, or None; who `resumes` a session needs no further use."""
    if link is None:
        return Refusal.FORGED
    if now >= link.ends:
        return Refusal.EXPIRED
    if standing.ended:
        return Refusal.ENDED
    if link.uses is not None and standing.spent >= link.uses and not resumes:
        return Refusal.USED_UP
    return None


def shop_of(shop: Shop, link: SignedLink) -> Shop:
    """Return the shop as the link opens it: its workshop even when hidden, at its portal alone when it names one."""
    also = frozenset({*shop.also, link.workshop})
    if not link.portal:
        return replace(shop, also=also)
    known = tuple(item for item in shop.known if item.portal == link.portal)
    return replace(shop, also=also, known=known, own=tuple(item for item in shop.own if item.portal == link.portal))


def absence(shop: Shop, link: SignedLink) -> Refusal | None:
    """Return why the shop that the link opens has not got its workshop; None when it has."""
    if shop.card(link.workshop) is not None:
        return None
    return Refusal.NOT_OFFERED if why_absent(shop.known) is Notification.WORKSHOP_INVALID else Refusal.SILENT


def still_asked(site: Site, link: SignedLink) -> tuple[Parameter, ...]:
    """Return what the visitor is asked: what the workshop asks, but for what the link pins."""
    return tuple(each for each in asked_of(site, link.workshop) if each.name not in link.pinned)


def link_page(
    shop: Shop, link: SignedLink, url: str, notices: tuple[Notice, ...], answers: Answers | None = None
) -> AskPage | None:
    """Return the question before the start, sent to `url`; None when the workshop is not offered."""
    page = ask_page(shop, link.workshop, notices)
    if page is None:
        return None
    asks = page.card.startable and not shop.resumes(link.workshop)
    return replace(
        page,
        start_url=url,
        fields=fields(still_asked(shop.site, link), answers) if asks else (),
        fixed=_fixed(shop.site, link),
        until=say("This link works until {day}, {time}.", **_parts(link.ends)),
    )


def refused_page(why: Refusal, link: SignedLink | None, home_url: str) -> ErrorPage:
    """Return the page that says why a link starts nothing, and what to do."""
    title, what, todo = _words(why, link)
    return ErrorPage(title, why.status, what, todo, home_url)


def _fixed(site: Site, link: SignedLink) -> tuple[Fact, ...]:
    labels = {each.name: each.label for each in asked_of(site, link.workshop)}
    return tuple(Fact(labels.get(name) or name, value) for name, value in link.pinned.items())


def _words(why: Refusal, link: SignedLink | None) -> tuple[str, str, str]:
    match why:
        case Refusal.EXPIRED if link is not None:
            what = say("It worked until {day}, {time}.", **_parts(link.ends))
            return say("This link is over"), what, _ASK_FOR_ANOTHER
        case Refusal.USED_UP if link is not None:
            return say("This link is used up"), _all_taken(link.uses or 0), _ASK_FOR_ANOTHER
        case Refusal.ENDED:
            return say("This link is over"), say("Whoever gave it out has ended it."), _ASK_FOR_ANOTHER
        case Refusal.NOT_OFFERED:
            what = say("The workshop it starts is not offered here any more.")
            todo = say("Ask whoever gave it to you, or choose another workshop.")
            return say("That workshop is not there"), what, todo
        case Refusal.SILENT:
            what = say("The portal that hands out the sessions does not answer.")
            return say("The workshop cannot start right now"), what, _STAYS_GOOD
        case Refusal.UNCOUNTED:
            what = say("This site cannot count who has used the link.")
            return say("The workshop cannot start right now"), what, _STAYS_GOOD
    what = say("It may have been cut off on its way to you.")
    return say("That is no link of this site"), what, say("Copy the whole address, or ask whoever gave it to you.")


def _all_taken(uses: int) -> Said:
    return counted("It starts {n} session, which has been taken.", "It starts {n} sessions, and all are taken.", uses)


def _parts(moment: datetime) -> dict[str, Said]:
    return {"day": Moment(moment, "day"), "time": Moment(moment, "time")}
