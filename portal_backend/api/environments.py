"""One environment: how it stands, and asking for a session in it. Only the robot may."""

from collections.abc import Callable, Collection
from dataclasses import replace

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal_backend.api import access, payloads, reading
from portal_backend.api.catalog import environment as told_environment
from portal_backend.contract.wire import CATALOG_PAGE, EnvironmentState, Reason
from portal_backend.errors import ApiError
from portal_backend.running import context, credentials, settings
from portal_backend.services import accounts, allocation, catalog
from portal_backend.services.allocation import Allocated, Ask, Refused, UnknownEnvironment, UnknownUsers
from portal_backend.services.context import Context
from portal_backend.settings import Settings

_NEVER_SECONDS = 3600
blueprint = Blueprint("api_environments", __name__, url_prefix="/workshops/environment/<name>")


@blueprint.get("/status/", strict_slashes=False)
def status(name: str) -> ResponseReturnValue:
    """Return one environment, in whatever state it is."""
    access.robot()
    sessions = reading.flag("sessions")
    found = catalog.environments(context(), tuple(EnvironmentState), [name], sessions=sessions)
    exact = [each for each in found if each.environment.name == name]
    if not exact:
        raise _no_such_environment()
    return told_environment(exact[0], catalog.settings(context()).uid, sessions)


@blueprint.route("/request/", methods=["GET", "POST"], strict_slashes=False)
def request_session(name: str) -> ResponseReturnValue:
    """Return a session for a user, and the path a browser activates it by."""
    access.robot()
    ask = _ask(name)
    unknown_users = settings().unknown_users if reading.user() else UnknownUsers.ADOPT
    try:
        answer = allocation.request_session(context(), ask, unknown_users)
    except UnknownEnvironment:
        raise _stopped_or_unknown(name) from None
    match answer:
        case Allocated(session, environment, token):
            return payloads.allocated_session(session, environment, token, ask.index_url)
        case Refused(reason, retry_after):
            raise ApiError(503, "No session available", reason, retry_after)


def _ask(name: str) -> Ask:
    reserved = accounts.reserved_names(credentials())
    ask = ask_for(name, reading.given, reserved, lambda: default_index(context(), settings()))
    return replace(ask, user=ask.user or reading.newcomer(), parameters=reading.parameters())


def ask_for(name: str, given: reading.Given, reserved: Collection[str], otherwise: Callable[[], str]) -> Ask:
    """Return what a request for a session in the environment `name` asks for, but for what only a body can hold.

    `otherwise` gives the way back of who names none. Raises ApiError for what cannot be meant, and for one of the
    `reserved` user ids.
    """
    user = reading.user(given)
    if user in reserved:
        raise ApiError(400, "Session requests not permitted for user", "reserved-user")
    return Ask(
        name,
        user,
        asked_for=given("session"),
        index_url=reading.address("invalid-index-url", "index_url", "redirect_url", given=given) or otherwise(),
        timeout=reading.timeout(given),
        email=reading.email(given),
        first_name=reading.person("first_name", "firstname", given=given),
        last_name=reading.person("last_name", "lastname", given=given),
        analytics_url=reading.address("invalid-analytics-url", "analytics_url", given=given) or "",
    )


def default_index(context: Context, settings: Settings) -> str:
    """Return where the owner of a session goes whose client names no way back."""
    return catalog.settings(context).index or f"{settings.url}{CATALOG_PAGE}"


def _stopped_or_unknown(name: str) -> ApiError:
    """An environment that is over keeps its name for ever, so asking for it is no mistake of the client."""
    stopped = catalog.environments(context(), [EnvironmentState.STOPPED], [name])
    if any(each.environment.name == name for each in stopped):
        return ApiError(503, "No session available", Reason.STOPPING, _NEVER_SECONDS)
    return _no_such_environment()


def _no_such_environment() -> ApiError:
    return ApiError(403, "Environment does not exist", "no-such-environment")
