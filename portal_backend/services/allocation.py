"""Hands out sessions: one request is one write transaction, in which everything is counted, decided and stored."""

import logging
import math
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from portal_backend.contract.wire import DEFAULT_ACTIVATION_SECONDS, Reason
from portal_backend.domain import moves, parameters
from portal_backend.domain.activation import Tokens
from portal_backend.domain.allocation import Create, Refuse, Resume, Take, UnknownUsers, decide
from portal_backend.domain.environment import Environment
from portal_backend.domain.events import EventName, session_changed, user_event
from portal_backend.domain.moves import Claim
from portal_backend.domain.session import Ending, Session
from portal_backend.services import outbox, provision
from portal_backend.services.context import Context, digest
from portal_backend.services.errors import UnknownEnvironment, UnknownSession
from portal_backend.store.queries import environments, seats, sessions, users
from portal_backend.store.queries.environments import Place
from portal_backend.store.queries.users import User

__all__ = ["Allocated", "Ask", "Refused", "UnknownEnvironment", "UnknownUsers", "anonymous_session", "request_session"]

log = logging.getLogger(__name__)
_DEFAULT_WINDOW = timedelta(seconds=DEFAULT_ACTIVATION_SECONDS)
_LONGEST_RETRY = 60


@dataclass(frozen=True)
class Ask:
    """One request for a session; `environment` is its name, or a workshop's name or alias.

    `asked_for` names the one session that will do; a zero `timeout` sets no activation window; a session that is
    `activated` needs no token, because the browser that asks is the one it is for; `registered` says that the user has
    an account of this portal, for whom another cap holds.
    """

    environment: str
    user: str | None = None
    asked_for: str | None = None
    index_url: str = ""
    timeout: timedelta = _DEFAULT_WINDOW
    parameters: Mapping[str, str] = field(default_factory=dict)
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    analytics_url: str = ""
    activated: bool = False
    registered: bool = False


@dataclass(frozen=True)
class Allocated:
    """A session in the hands of its owner, and the activation token that lets a browser in (empty when activated)."""

    session: Session
    environment: Environment
    token: str


@dataclass(frozen=True)
class Refused:
    """No session, why, and after how many seconds asking again makes sense."""

    reason: Reason
    retry_after: int


@dataclass(frozen=True)
class _Outcome:
    answer: Allocated | Refused
    created: tuple[Session, ...] = ()
    given_up: tuple[Session, ...] = ()


def request_session(
    context: Context, ask: Ask, unknown_users: UnknownUsers = UnknownUsers.REISSUE
) -> Allocated | Refused:
    """Return a session for `ask`, or why there is none; raises UnknownEnvironment."""
    outcome = context.store.write(lambda connection: _Request(context, connection, ask).carry_out(unknown_users))
    provision.start(context, outcome.created)
    provision.stop(context, outcome.given_up)
    if isinstance(outcome.answer, Refused):
        log.info("refused a session of %r: %s", ask.environment, outcome.answer.reason)
    return outcome.answer


def anonymous_session(
    context: Context, environment: str, user: str | None, index_url: str = "", registered: bool = False
) -> Allocated | Refused:
    """Return a session for the visitor whose browser asks, already activated; raises UnknownEnvironment.

    A `user` is an id this portal gave the browser, whether or not it had a session yet.
    """
    ask = Ask(environment, user, index_url=index_url, activated=True, registered=registered)
    return request_session(context, ask, UnknownUsers.ADOPT)


class _Request:
    """One request inside its transaction."""

    def __init__(self, context: Context, connection: Connection, ask: Ask) -> None:
        self.context, self.connection, self.ask, self.now = context, connection, ask, context.now()
        self.token = "" if ask.activated else context.token()
        self.newcomer = False

    def carry_out(self, unknown_users: UnknownUsers) -> _Outcome:
        """Count, decide and store."""
        place = environments.find_place(self.connection, self.ask.environment)
        if place is None:
            raise UnknownEnvironment(self.ask.environment)
        cap = place.portal.registered if self.ask.registered else place.portal.anonymous
        counted = seats.situation(self.connection, place, self.ask.user, self.ask.asked_for, cap, self.now)
        match decide(counted.situation):
            case Refuse(reason):
                return _Outcome(Refused(reason, self._retry_after(reason, place)))
            case Resume(name):
                return self._resume(name, place)
            case Take(name, top_up):
                owner = self._owner(counted.known, unknown_users)
                return self._take(place, owner, self._named(name), top_up if place.awake else 0)
            case Create(top_up, give_up):
                owner = self._owner(counted.known, unknown_users)
                given_up = (self._give_up(give_up),) if give_up else ()
                return self._create(place, owner, top_up, given_up)

    def _retry_after(self, reason: Reason, place: Place) -> int:
        here = place.environment.name if reason is Reason.WORKSHOP_FULL else ""
        user = self.ask.user or "" if reason is Reason.USER_LIMIT else ""
        ends = seats.next_end(self.connection, self.now, here, user)
        if ends is None or reason in (Reason.STOPPING, Reason.NO_SUCH_SESSION):
            return _LONGEST_RETRY
        return min(_LONGEST_RETRY, max(1, math.ceil((ends - self.now).total_seconds())))

    def _owner(self, known: bool, unknown_users: UnknownUsers) -> str:
        """Return the id the session is for, stored from now on."""
        ask = self.ask
        keep = ask.user if ask.user and (known or unknown_users == UnknownUsers.ADOPT) else None
        user = User(keep or str(uuid.uuid4()), ask.email, ask.first_name, ask.last_name)
        self.newcomer = not known
        if not known:
            users.add(self.connection, user, self.now)
        elif user.described:
            users.describe(self.connection, user)
        return user.id

    def _named(self, name: str) -> Session:
        found = sessions.find(self.connection, name)
        if found is None:
            raise UnknownSession(name)
        return found[0]

    def _resume(self, name: str, place: Place) -> _Outcome:
        found = sessions.find_with_tokens(self.connection, name)
        if found is None:
            raise UnknownSession(name)
        before, environment, tokens, _ = found
        session = moves.ask_again(before, self.ask.timeout, self.ask.index_url, self.now)
        if self.ask.activated:
            session = moves.activate(session, place.environment.terms, self.now)
        else:
            tokens = tokens.issue(digest(self.token), self._token_until(session))
        sessions.save(self.connection, session, tokens)
        self._tell(before, session, place)
        return _Outcome(Allocated(session, environment, self.token))

    def _token_until(self, session: Session) -> datetime | None:
        """A pending session's token works as long as its window; that of an activated one as long as a window would."""
        if session.pending:
            return session.activate_by
        return self.now + (self.ask.timeout or _DEFAULT_WINDOW)

    def _take(self, place: Place, owner: str, spare: Session, top_up: int) -> _Outcome:
        session = self._handed_over(spare, owner, place)
        sessions.save(self.connection, session, self._tokens(session))
        created = self._new_sessions(place, top_up)
        sessions.add(self.connection, [(new, Tokens()) for new in created])
        self._tell(spare, session, place)
        return _Outcome(Allocated(session, place.environment, self.token), created)

    def _create(self, place: Place, owner: str, top_up: int, given_up: tuple[Session, ...]) -> _Outcome:
        first, *spares = self._new_sessions(place, 1 + top_up)
        session = self._handed_over(first, owner, place)
        rows = [(session, self._tokens(session)), *((spare, Tokens()) for spare in spares)]
        sessions.add(self.connection, rows)
        self._tell(None, session, place)
        return _Outcome(Allocated(session, place.environment, self.token), (session, *spares), given_up)

    def _handed_over(self, session: Session, owner: str, place: Place) -> Session:
        ask, declared = self.ask, place.environment.workshop.parameters
        values = parameters.fill(declared, ask.parameters, self.context.choose) if declared else {}
        analytics_url = self.context.reporting.target(ask.analytics_url, place.portal.webhook)
        claim = Claim(owner, ask.timeout, ask.index_url, analytics_url, values)
        session = moves.hand_over(session, claim, self.now)
        return moves.activate(session, place.environment.terms, self.now) if ask.activated else session

    def _tell(self, before: Session | None, after: Session, place: Place) -> None:
        """Put the session's story so far, its newcomer's included, into the outbox."""
        story = session_changed(before, after, place.environment.workshop.name)
        if self.newcomer and after.owner:
            story.insert(0, user_event(EventName.USER_CREATE, after.owner, after.name))
        outbox.tell(self.context, self.connection, story, place.portal)

    def _tokens(self, session: Session) -> Tokens:
        return Tokens(digest(self.token), session.activate_by) if self.token else Tokens()

    def _new_sessions(self, place: Place, number: int) -> tuple[Session, ...]:
        return new_sessions(self.context, self.connection, place.environment, number, self.now)

    def _give_up(self, name: str) -> Session:
        spare = moves.end(self._named(name), Ending.GIVEN_UP, self.context.provider.instant, self.now)
        sessions.save(self.connection, spare)
        return spare


def new_sessions(
    context: Context, connection: Connection, environment: Environment, number: int, now: datetime
) -> tuple[Session, ...]:
    """Return `number` new sessions nobody owns, named but not stored yet."""
    if not number:
        return ()
    numbers = environments.take_numbers(connection, environment.name, number)
    ready, name = context.provider.instant, environment.name
    return tuple(moves.create(f"{name}-s{n:03d}", name, ready, now) for n in numbers)
