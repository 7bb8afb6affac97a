"""One session, for the robot, its owner's token or staff: its clock, more time, its end, and who it belongs to."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal_backend.api import access, payloads, reading
from portal_backend.domain.schedule import schedule as clock_of
from portal_backend.running import context
from portal_backend.services import outbox, sessions
from portal_backend.services.errors import UnknownSession

blueprint = Blueprint("api_sessions", __name__, url_prefix="/workshops/session/<name>")


@blueprint.get("/schedule/", strict_slashes=False)
def schedule(name: str) -> ResponseReturnValue:
    """Return when the session started, when it ends, and whether it may be extended."""
    held, who = access.session(name)
    if who.username == held.session.owner:
        sessions.seen(context(), name, watched=True)
    return payloads.told_schedule(clock_of(held.session, held.environment.terms, context().now()))


@blueprint.route("/extend/", methods=["GET", "POST"], strict_slashes=False)
def extend(name: str) -> ResponseReturnValue:
    """Give the session more time when its terms allow it, and return its clock."""
    access.owned_session(name, acts=True)
    try:
        answer = sessions.extend(context(), name)
    except UnknownSession:
        raise access.no_such_session() from None
    return payloads.told_schedule(answer.schedule, answer.extended)


@blueprint.route("/terminate/", methods=["GET", "POST"], strict_slashes=False)
def terminate(name: str) -> ResponseReturnValue:
    """End the session and return when it was."""
    access.owned_session(name, acts=True)
    try:
        ended = sessions.end(context(), name)
    except UnknownSession:
        raise access.no_such_session() from None
    return payloads.ended_session(ended)


@blueprint.get("/config/", strict_slashes=False)
def config(name: str) -> ResponseReturnValue:
    """Return where the session is worked in; sessions of instruction pages have no password of their own."""
    held, _ = access.session(name)
    return {"url": context().provider.url(held.session), "password": ""}


@blueprint.get("/authorize/", strict_slashes=False)
def authorize(name: str) -> ResponseReturnValue:
    """Return whose session it is and who asks."""
    held, who = access.owned_session(name)
    return {"owner": held.session.owner, "user": who.username, "staff": who.staff}


@blueprint.post("/event/", strict_slashes=False)
def event(name: str) -> ResponseReturnValue:
    """Take note that the session's owner did something."""
    held, _ = access.owned_session(name, otherwise="Session was never allocated", acts=True)
    told, data = reading.event()
    sessions.seen(context(), name)
    outbox.report(context(), held.session, held.environment, told, data)
    return {}
