"""What people who come back are told, and what they can do next."""

from frontend.site.catalog import RESUME
from frontend.site.index import Shop
from frontend.site.notifications import notice
from frontend.site.troubles import Setback
from portal_backend.contract.components import Card, Hyperlink, Notice
from portal_backend.contract.wire import Notification
from portal_backend.contract.words import say

_MOST_OTHERS = 3
_FREE_NOW = say("Free now:")
_FREE = ("ready", "free")


def told(shop: Shop, code: Notification, workshop: str, setback: Setback | None = None) -> Notice:
    """Return the banner for `code`: `workshop`, where it came from, is offered again, or what has a seat instead."""
    came_from = None if code is Notification.WORKSHOP_INVALID else shop.card(workshop)
    others = _free(shop, workshop) if code is Notification.SESSION_UNAVAILABLE else ()
    again = _again(came_from) if came_from else None
    return notice(code, shop.site.notifications, again, setback, _FREE_NOW if others else "", others)


def _again(card: Card) -> Hyperlink:
    if not card.startable:
        return Hyperlink(say("Look at “{title}”", title=card.title), card.url)
    if card.start_label == RESUME:
        return Hyperlink(say("Go back to “{title}”", title=card.title), card.start_url)
    return Hyperlink(say("Start “{title}” again", title=card.title), card.start_url)


def _free(shop: Shop, but: str) -> tuple[Hyperlink, ...]:
    """Return the first workshops on the index that have a seat now, as far as their portals answer."""
    silent = shop.silent
    cards = [
        card
        for section in shop.sections
        for card in section.cards
        if shop.choices[card.name][0].offer.portal not in silent
    ]
    free = [each for each in cards if each.startable and each.availability.state in _FREE and each.name != but]
    return tuple(Hyperlink(card.title, card.start_url) for card in free[:_MOST_OTHERS])
