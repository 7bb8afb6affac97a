"""Asks portals for sessions on a visitor's behalf: the answer is a place to go, or a notification to come back with.

Portals are tried best first: the one where the visitor already has this workshop open, then one with a seat, in the
owner's order; the next one when a portal is full or does not answer. A visitor's sessions are only ever those the
portal lists for the user id in their signed cookie, so a session's name alone opens nothing.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from frontend.known_catalogs import KnownCatalogs
from frontend.known_sessions import KnownSessions
from frontend.portal_client import (
    Allocated,
    Asking,
    PortalClient,
    PortalError,
    PortalMisconfigured,
    PortalRefused,
    PortalResting,
    UnknownEnvironment,
    UnknownSession,
)
from frontend.site.answers import BadAnswer, sessions_of
from frontend.site.catalog import Candidate, candidates, is_hidden
from frontend.site.model import Portal, Site
from frontend.site.notifications import why_absent
from frontend.site.offers import Known, OwnSession
from frontend.site.troubles import Setback, Trouble, foremost
from portal_backend.contract.wire import Notification

Users = Mapping[str, str]
# How long a start, and the page of one's own sessions, wait to learn what the visitor has open.
_OWN_SECONDS = 1.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Wish:
    """What a visitor asks for: a workshop, and what goes with it to the portal; no `index_url` means the index.

    `newcomer` is the same for every request of one visitor whom no portal knows yet. A `portal` is the only one asked,
    a `session` of the visitor's the only one taken, and one that is `granted` starts also where the catalog hides it.
    """

    workshop: str
    index_url: str = ""
    person: Mapping[str, str] | None = None
    parameters: Mapping[str, str] | None = None
    newcomer: str = ""
    portal: str = ""
    session: str = ""
    granted: bool = False


@dataclass(frozen=True)
class GoTo:
    """Where the browser activates its session, and the user id to remember for the portal."""

    url: str
    portal: str
    user: str
    session: str


@dataclass(frozen=True)
class SendBack:
    """No session: what to tell, about which workshop, and what stood in the way when that is known."""

    notification: Notification
    workshop: str
    setback: Setback | None = None


class Broker:
    """Between pages and portals; `site` returns the site as it is now, `connect` makes a client for a portal."""

    def __init__(
        self,
        site: Callable[[], Site],
        connect: Callable[[Portal], PortalClient],
        catalogs: KnownCatalogs,
        own: KnownSessions,
        index_url: str,
    ) -> None:
        self._site = site
        self._connect = connect
        self._catalogs = catalogs
        self._own = own
        self._index_url = index_url
        self._clients: dict[Portal, PortalClient] = {}

    def known(self) -> tuple[Known, ...]:
        """Return what is known of every portal, in the owner's order."""
        return self._catalogs.known(self._portals())

    def refresh(self) -> None:
        """Ask every portal what it offers, whatever is known."""
        for client in self._portals():
            self._catalogs.refresh(client)

    def start(self, wish: Wish, users: Users) -> GoTo | SendBack:
        """Return where the workshop starts for the visitor, or what to send them back with."""
        known = [item for item in self.known() if wish.portal in ("", item.portal)]
        also = self._shown_to(wish, users)
        choices = candidates(self._site().catalog, known, also).get(wish.workshop, [])
        setbacks = []
        for choice in self._own_first(choices, users):
            found = self._ask(choice, wish, users.get(choice.offer.portal))
            if isinstance(found, GoTo):
                return found
            setbacks += [found] if found else []
        worst = foremost(setbacks)
        _log.info("no session in %r: %s", wish.workshop[:80], worst or "not offered")
        if worst is not None:
            return SendBack(Notification.SESSION_UNAVAILABLE, wish.workshop, worst)
        outcome = Notification.WORKSHOP_INVALID if choices else why_absent(known)
        silent = Setback(Trouble.SILENT) if outcome is Notification.SESSION_UNAVAILABLE else None
        return SendBack(outcome, wish.workshop, silent)

    def sessions(self, users: Users, patient: bool = False) -> tuple[OwnSession, ...]:
        """Return the visitor's live sessions; of a portal that does not answer in time the last known ones.

        A `patient` caller gives the portal a second; others little more than a moment, and none while it is late.
        """
        asked = [client for client in self._portals() if client.name in users]
        known = self._catalogs.known(asked)
        return tuple(
            session
            for client, its in zip(asked, known, strict=True)
            for session in self._listed(client, users[client.name], its.stale, patient)
        )

    def extend(self, portal: str, session: str, users: Users) -> Setback | None:
        """Give the visitor's session more time when its portal allows it; return what kept the portal from saying."""
        try:
            client = self._owning(portal, session, users)
            if client is not None:
                client.extend(session)
        except UnknownSession:
            return None
        except PortalError as error:
            _log.warning("session not extended: %s", error)
            return _setback_of(error)
        return None

    def end(self, portal: str, session: str, users: Users) -> Notification | Setback:
        """End the visitor's session and return what to tell them; somebody else's stays as it is."""
        try:
            client = self._owning(portal, session, users)
            if client is None:
                return Notification.SESSION_INVALID
            client.terminate(session)
        except UnknownSession:
            return Notification.SESSION_INVALID
        except PortalError as error:
            _log.warning("session not ended: %s", error)
            return _setback_of(error)
        return Notification.SESSION_DELETED

    def _shown_to(self, wish: Wish, users: Users) -> Collection[str]:
        """Return the workshop when the catalog hides it and the visitor may have it all the same."""
        if not is_hidden(self._site().catalog, wish.workshop):
            return ()
        open_now = wish.granted or any(item.workshop == wish.workshop for item in self.sessions(users, patient=True))
        return (wish.workshop,) if open_now else ()

    def _portals(self) -> list[PortalClient]:
        return [self._client(portal) for portal in self._site().portals]

    def _client(self, portal: Portal) -> PortalClient:
        return self._clients.setdefault(portal, self._clients.get(portal) or self._connect(portal))

    def _named(self, portal: str) -> PortalClient | None:
        return next((client for client in self._portals() if client.name == portal), None)

    def _listed(self, client: PortalClient, user: str, stale: bool, patient: bool) -> tuple[OwnSession, ...]:
        if patient:
            return self._own.of(client, user, max(client.hurry, _OWN_SECONDS))
        return self._own.last(client, user) if stale else self._own.of(client, user, client.hurry)

    def _owning(self, portal: str, session: str, users: Users) -> PortalClient | None:
        """Return the portal when it says that the session is the visitor's; raises PortalError when it says nothing."""
        client = self._named(portal)
        if client is None or portal not in users:
            return None
        try:
            own = sessions_of(portal, client.user_sessions(users[portal]))
        except BadAnswer as error:
            raise PortalMisconfigured(f"{portal}: {error}") from error
        self._own.drop(client, users[portal])
        return client if any(item.name == session for item in own) else None

    def _own_first(self, choices: list[Candidate], users: Users) -> Iterable[Candidate]:
        """Return the choices, those in which the visitor has a live session first."""
        asked = {choice.offer.portal for choice in choices} & set(users)
        if len(choices) < 2 or not asked:
            return choices
        clients = [client for client in self._portals() if client.name in asked]
        listed = [self._own.of(client, users[client.name], max(client.hurry, _OWN_SECONDS)) for client in clients]
        open_now = {(item.portal, item.environment) for sessions in listed for item in sessions}
        return sorted(choices, key=lambda choice: (choice.offer.portal, choice.offer.environment) not in open_now)

    def _ask(self, choice: Candidate, wish: Wish, user: str | None) -> GoTo | Setback | None:
        """Return where the session starts, what stood in the way, or None when it is not offered there after all."""
        client = self._named(choice.offer.portal)
        if client is None:
            return None
        asking = Asking(
            wish.index_url or self._index_url,
            user,
            wish.person,
            wish.parameters,
            wish.newcomer,
            session=wish.session,
            person_in_body=client.name in {each.name for each in self._site().portals if each.people == "body"},
        )
        try:
            given = self._request(client, choice, asking)
        except UnknownEnvironment:
            return None
        except PortalError as error:
            return self._setback(client, error)
        self._own.drop(client, given.user)
        return GoTo(given.url, client.name, given.user, given.session)

    def _setback(self, client: PortalClient, error: PortalError) -> Setback:
        match error:
            case PortalRefused():
                _log.info("portal %s has no session: %s", client.name, error.reason)
                self._catalogs.refresh(client)
            case PortalMisconfigured():
                _log.error("session not requested: %s", error)
            case PortalResting():
                _log.info("session not requested: %s", error)
            case _:
                _log.warning("session not requested: %s", error)
        return _setback_of(error)

    def _request(self, client: PortalClient, choice: Candidate, asking: Asking) -> Allocated:
        """Return a session; an environment replaced since the catalog was read is looked up once more."""
        try:
            return client.request_session(choice.offer.environment, asking)
        except UnknownEnvironment:
            workshop = choice.offer.workshop
            renewed = candidates(self._site().catalog, [self._catalogs.refresh(client)], (workshop,)).get(workshop, [])
            if not renewed or renewed[0].offer.environment == choice.offer.environment:
                raise
            return client.request_session(renewed[0].offer.environment, asking)


def _setback_of(error: PortalError) -> Setback:
    match error:
        case PortalRefused():
            return Setback(Trouble.BUSY if error.reason == "busy" else Trouble.FULL, error.retry_after)
        case PortalMisconfigured():
            return Setback(Trouble.BROKEN)
        case PortalResting():
            return Setback(Trouble.SILENT, error.retry_after)
    return Setback(Trouble.SILENT)
