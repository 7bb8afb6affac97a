"""The ways into a session: the anonymous create link, the page that asks first, and the activation link."""

from urllib.parse import urlencode
from uuid import uuid4

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from portal_backend import cookies, identity
from portal_backend.contract.components import ErrorPage
from portal_backend.contract.wire import (
    CATALOG_PAGE,
    INDEX_URL_PARAMETER,
    EnvironmentState,
    Notification,
    environment_path,
    session_path,
)
from portal_backend.contract.words import say
from portal_backend.domain.environment import ANONYMOUS, Environment, Portal
from portal_backend.limits import new_sessions
from portal_backend.origin import opened_by_browser
from portal_backend.pages.accounts import ask_for_code, ask_to_log_in, is_admin
from portal_backend.pages.guards import only_looks, refuse_prefetch
from portal_backend.pages.models import ConfirmPage
from portal_backend.pages.returning import accepted, back, default_index, private
from portal_backend.pages.showing import show, show_session
from portal_backend.running import context, settings
from portal_backend.services import allocation, catalog, sessions
from portal_backend.settings import CreateMode

blueprint = Blueprint("entry_pages", __name__)
_ENVIRONMENT = "/workshops/environment/<name>/"
_STEP = "arriving"
_ALL = frozenset(EnvironmentState) - {EnvironmentState.STOPPED}


@blueprint.get(_ENVIRONMENT, strict_slashes=False)
def environment(name: str) -> ResponseReturnValue:
    """Ask whether to start the workshop; looking starts nothing."""
    return private(_enter(name, asking=True))


@blueprint.route(f"{_ENVIRONMENT}create/", methods=["GET", "POST"], strict_slashes=False)
def create(name: str) -> ResponseReturnValue:
    """Give the visitor a session, the one they have already if there is one."""
    confirming = settings().create_mode is CreateMode.CONFIRM and request.method != "POST"
    return private(_enter(name, asking=confirming or only_looks()))


@blueprint.get("/workshops/session/<name>/activate/", strict_slashes=False)
def activate(name: str) -> ResponseReturnValue:
    """Make the browser that brings the token the owner of this one session, and leave the token behind."""
    refuse_prefetch()
    token = request.args.get("token")
    if not token:
        return private(_no_use(say("The link has no token.")))
    if request.method == "HEAD":
        return private(Response(status=200))
    if _owns_live(name):
        return private(redirect(session_path(name), 303))
    match sessions.activate(context(), name, token):
        case sessions.Activated(session, portal):
            cookies.for_portal(portal)
            identity.remember_session(session.name, session.owner or "")
            return private(redirect(session_path(session.name), 303))
        case sessions.Lapsed(index_url):
            return private(back(index_url or _index(catalog.settings(context())), Notification.SESSION_INVALID))
        case sessions.WrongToken():
            return private(_no_use(say("The link does not open this session, or not any more.")))


def _enter(name: str, asking: bool) -> Response:
    refuse_prefetch()
    portal = catalog.settings(context())
    found = [listed.environment for listed in catalog.environments(context(), _ALL, [name])]
    if not found:
        return ask_for_code(portal) or back(_index(portal), Notification.WORKSHOP_INVALID)
    own = next((mine for each in found if (mine := own_session(each))), None)
    if own is not None:
        return redirect(session_path(own), 303)
    wanted = next((each for each in found if each.state is EnvironmentState.RUNNING), found[0])
    return _closed(portal) or (_question(wanted, portal) if asking else _allocate(wanted, portal))


def _closed(portal: Portal) -> Response | None:
    """Return where to go first when this visitor may not have a session yet."""
    if is_admin():
        return None
    return ask_to_log_in() if portal.registration != ANONYMOUS else ask_for_code(portal)


def _allocate(environment: Environment, portal: Portal) -> Response:
    """Return the way into a new session: the one place that gives a browser one, so who may is asked here again."""
    return _closed(portal) or _greeted(environment) or _allocated(environment, portal)


def _greeted(environment: Environment) -> Response | None:
    """Return where a browser goes before it gets its first session: here again with an id of its own, twice.

    Tabs that are opened at once come without a cookie, each is given an id, and the last id holds in all of them. By
    the second turn all have heard of it, so they get one session. Nothing is stored until then.
    """
    step = request.args.get(_STEP)
    if step == "1":
        return redirect(_create_url(environment, "2"), 303)
    if identity.visitor():
        return None
    if step:
        return _no_cookies()
    if request.method == "POST" or not opened_by_browser():
        return None
    identity.remember_visitor(str(uuid4()))
    return redirect(_create_url(environment, "1"), 303)


@new_sessions
def _allocated(environment: Environment, portal: Portal) -> Response:
    index = _index(portal)
    kept = "" if index == default_index(portal) else index
    try:
        answer = allocation.anonymous_session(context(), environment.name, identity.visitor(), kept, is_admin())
    except allocation.UnknownEnvironment:
        return back(index, Notification.WORKSHOP_INVALID)
    if isinstance(answer, allocation.Refused):
        return back(index, Notification.SESSION_UNAVAILABLE)
    user = answer.session.owner or ""
    identity.remember_visitor(user)
    identity.remember_session(answer.session.name, user)
    return redirect(session_path(answer.session.name), 303)


def _question(environment: Environment, portal: Portal) -> Response:
    index = _index(portal)
    title = environment.workshop.title
    page = ConfirmPage(
        title=say("Start {title}?", title=title),
        words=say("You get a session of your own, and its time starts to run."),
        action_url=_create_url(environment),
        action_label=say("Start"),
        back_url=index,
    )
    return show_session("confirm", page, portal, (index,))


def own_session(environment: Environment) -> str | None:
    """Return the live session this browser owns in `environment`, or None."""
    return next(
        (name for name in identity.owned() if name.startswith(f"{environment.name}-s") and _owns_live(name)), None
    )


def _owns_live(name: str) -> bool:
    user = identity.browser_user(name)
    held = sessions.find(context(), name) if user else None
    return held is not None and held.session.owner == user and held.session.live(context().now())


def _index(portal: Portal) -> str:
    return accepted(request.args.get(INDEX_URL_PARAMETER), portal, settings()) or default_index(portal)


def _create_url(environment: Environment, step: str = "") -> str:
    given = accepted(request.args.get(INDEX_URL_PARAMETER), catalog.settings(context()), settings())
    query = urlencode({name: value for name, value in ((INDEX_URL_PARAMETER, given), (_STEP, step)) if value})
    return environment_path(environment.name, "create") + (f"?{query}" if query else "")


def _no_cookies() -> Response:
    page = ErrorPage(
        title=say("A session needs cookies"),
        status=400,
        what=say("This browser keeps none for this site, so it could not come back to a session."),
        todo=say("Allow cookies for this site, then open the link again."),
        home_url=CATALOG_PAGE,
    )
    return show("error", page, 400)


def _no_use(what: str) -> Response:
    page = ErrorPage(
        title=say("This link does not work"),
        status=400,
        what=what,
        todo=say("Go back to where you started the workshop and start it again."),
        home_url=CATALOG_PAGE,
    )
    return show("error", page, 400)
