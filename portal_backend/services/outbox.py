"""Puts events into the outbox, within the transaction of the change they tell of: both are stored, or neither is.

Without a target nothing is written. Who posts the letters, and when, is the business of `delivery`.
"""

import hashlib
import json
import logging
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection

from portal_backend.contract.urls import origin_of
from portal_backend.domain.environment import Environment, Portal
from portal_backend.domain.events import Event, body, session_changed, session_event
from portal_backend.domain.session import Session
from portal_backend.services.context import Context
from portal_backend.store.busy import StoreBusy
from portal_backend.store.queries import environments, outbox
from portal_backend.store.queries.outbox import Draft

__all__ = ["Change", "mention", "report", "tell", "tell_changes"]

log = logging.getLogger(__name__)
Change = tuple[Session | None, Session, Environment]
"""A session before and after, and its environment."""


def tell(context: Context, connection: Connection, events: Iterable[Event], portal: Portal | None = None) -> int:
    """Write `events` for everybody who is to be told of them, and return how many letters that made.

    A caller that has read the portal in this transaction passes it.
    """
    happened = list(events)
    portal = portal or (environments.find_portal(connection) if happened else None)
    if portal is None:
        return 0
    now = context.now()
    drafts: list[Draft] = []
    for event in happened:
        targets = dict.fromkeys(url for url in (portal.webhook, event.target) if url)
        if targets:
            text = json.dumps(body(event, portal, context.reporting.url, now))
            known_as = str(uuid.uuid4())
            drafts += [_draft(known_as, target, event.subject, text) for target in targets]
    outbox.add(connection, drafts, now)
    return len(drafts)


def tell_changes(
    context: Context, connection: Connection, changes: Iterable[Change], portal: Portal | None = None
) -> int:
    """Write what the changes of sessions mean."""
    told = (session_changed(before, after, environment.workshop.name) for before, after, environment in changes)
    return tell(context, connection, [event for events in told for event in events], portal)


def report(context: Context, session: Session, environment: Environment, name: str, data: Mapping[str, Any]) -> bool:
    """Pass on an event that a client tells of a session, under the name the client gave it; whether anybody listens."""
    event = session_event(name, session, environment.workshop.name, data)
    with context.store.reading() as connection:
        portal = environments.find_portal(connection)
    if portal is None or not (portal.webhook or event.target):
        return False
    with context.store.writing() as connection:
        return tell(context, connection, [event]) > 0


def mention(context: Context, session: Session, environment: Environment, name: str, data: Mapping[str, Any]) -> bool:
    """Pass on an event as `report` does, unless the store is busy: nobody misses a page for the sake of who listens."""
    try:
        return report(context, session, environment, name, data)
    except StoreBusy as fault:
        log.warning("%s of session %s is not told: %s", name, session.name, fault)
        return False


def _draft(known_as: str, target: str, subject: str, text: str) -> Draft:
    queue = hashlib.sha256(f"{target}\n{subject}".encode()).hexdigest()
    return Draft(known_as, target, origin_of(target) or "", queue, text)
