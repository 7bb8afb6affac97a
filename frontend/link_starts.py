"""Starts a workshop by a signed link: a use is claimed first, kept with the session, and given back when there is none.

Who has a session of the workshop open is led back to it and spends nothing. A session that a portal gave without a use
for it, because what the visitor held had just ended, is ended at once: the count holds before everything else.
"""

import hashlib
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from frontend.broker import Broker, GoTo, SendBack, Wish
from frontend.link_uses import Claim, LinkUses, UncountedError
from frontend.site.offers import OwnSession
from frontend.site.signed_links import Refusal, SignedLink
from frontend.site.troubles import Trouble

_log = logging.getLogger(__name__)
Begin = Callable[[Wish], GoTo | SendBack]
_REFUSED = {Claim.USED_UP: Refusal.USED_UP, Claim.ENDED: Refusal.ENDED}


@dataclass(frozen=True)
class Guest:
    """Who starts by a link: a `key` that is theirs alone, whether portals know them, and what they have open of it."""

    key: str
    known: bool
    own: Sequence[OwnSession]


def holder_of(link: SignedLink, key: str) -> str:
    """Return what stands for a visitor in the store: of no use for anything else, and another one for each link."""
    return hashlib.sha256(f"{link.id} {key}".encode()).hexdigest()[:32]


class LinkStarts:
    """Starts by links, their uses counted in `uses`; `broker` ends a session that is one too many."""

    def __init__(self, uses: LinkUses, broker: Broker) -> None:
        self.uses = uses
        self._broker = broker

    def start(self, link: SignedLink, wish: Wish, guest: Guest, begin: Begin) -> GoTo | SendBack | Refusal:
        """Return where the session is, what to send the visitor back with, or why the link does not start it.

        Raises UncountedError when uses cannot be counted; then nothing was started.
        """
        holder = holder_of(link, guest.key)
        standing = self.uses.look(link, holder)
        if standing.ended:
            return Refusal.ENDED
        for session in guest.own[:1]:
            found = begin(replace(wish, portal=session.portal, session=session.name))
            if _is_settled(found, session):
                return found
            if isinstance(found, GoTo):  # a portal that does not read which session was asked for
                return found if self._kept(link, holder, found) else Refusal.USED_UP
        claim = self.uses.take(link, holder, standing.last if guest.known else "")
        if claim in _REFUSED:
            return _REFUSED[claim]
        return self._claimed(link, holder, begin, wish, claimed=claim is Claim.TAKEN)

    def _claimed(
        self, link: SignedLink, holder: str, begin: Begin, wish: Wish, claimed: bool
    ) -> GoTo | SendBack | Refusal:
        kept = False
        try:
            found = begin(wish)
            if isinstance(found, GoTo):
                kept = self._kept(link, holder, found)
                return found if kept else Refusal.USED_UP
            return found
        finally:
            if claimed and not kept:
                with suppress(UncountedError):
                    self.uses.give_back(link, holder)

    def _kept(self, link: SignedLink, holder: str, found: GoTo) -> bool:
        """Whether the session counts; one that does not is ended."""
        kept = False
        try:
            kept = self.uses.keep(link, holder, f"{found.portal}/{found.session}")
        finally:
            if not kept:
                _log.warning("a session of link %s is ended, because no use was left for it", link.id)
                self._broker.end(found.portal, found.session, {found.portal: found.user})
        return kept


def _is_settled(found: GoTo | SendBack, asked: OwnSession) -> bool:
    """Whether that is the session asked for, or no other can be had now."""
    if isinstance(found, GoTo):
        return found.session == asked.name
    return found.setback is not None and found.setback.trouble is not Trouble.FULL
