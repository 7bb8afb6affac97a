"""Logging in as the administrator, out again, and giving the access code that opens a portal.

There are no accounts of visitors: a portal of `one-step` registration is opened by its index and by the administrator.
"""

from urllib.parse import quote
from uuid import uuid4

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from portal_backend import audit, identity, tickets
from portal_backend.contract.wire import CATALOG_PAGE, FINISHED_PAGE
from portal_backend.contract.words import say
from portal_backend.domain.environment import ANONYMOUS, Portal
from portal_backend.limits import wrong_codes, wrong_logins
from portal_backend.networks import administrator_may_come
from portal_backend.pages.guards import only_looks
from portal_backend.pages.models import CodePage, ConfirmPage, FinishedPage, LoginPage
from portal_backend.pages.returning import default_index, own_path, private
from portal_backend.pages.showing import show
from portal_backend.running import context, credentials, settings
from portal_backend.services import access_code, accounts, catalog

blueprint = Blueprint("account_pages", __name__)
LOGIN = "/accounts/login/"
LOGOUT = "/accounts/logout/"
ACCESS = "/workshops/access/"
REGISTER = "/accounts/register/"
_LONGEST_NOTED = 150


def is_admin() -> bool:
    """Whether the administrator's browser is asking."""
    name = identity.administrator()
    return name is not None and name == credentials().admin.name


def ask_to_log_in() -> Response:
    """Send the visitor to the login form, and on from there to where they were going."""
    return redirect(f"{LOGIN}?next={quote(_here())}", 303)


def ask_for_code(portal: Portal) -> Response | None:
    """Send a visitor who has not given the portal's access code to its form; None when there is nothing to give."""
    return None if identity.knows_code(portal.password) else redirect(f"{ACCESS}?next={quote(_here())}", 303)


@blueprint.get(LOGIN, strict_slashes=False)
def login_form() -> ResponseReturnValue:
    """Show the login form."""
    return show("login", LoginPage(say("Log in"), None, own_path(request.args.get("next"))))


@blueprint.post(LOGIN, strict_slashes=False)
@wrong_logins
def login() -> ResponseReturnValue:
    """Log the administrator in, or say that the name or the password is wrong."""
    given = request.form
    username, target = given.get("username", ""), own_path(given.get("next"))
    wrong = _no_login(username, given.get("password", ""))
    if wrong:
        audit.note("login refused", by=username[:_LONGEST_NOTED])
        return show("login", LoginPage(say("Log in"), wrong, target), 403)
    identity.log_in(username)
    audit.note("login", by=username)
    return redirect(target, 303)


def _no_login(username: str, password: str) -> str:
    """Return why this is no login of the administrator, or nothing when it is one."""
    if not administrator_may_come():
        return say("The administrator does not log in from this network. Use one that is allowed.")
    if accounts.login(credentials(), username, password) is not accounts.Role.ADMIN:
        return say("The user name or the password is wrong. Type them again.")
    return ""


@blueprint.get(LOGOUT, strict_slashes=False)
def logout_form() -> ResponseReturnValue:
    """Ask before logging out: a picture on another page could otherwise do it."""
    words = say("This browser forgets who you are here, and with that any session you opened in it.")
    return show("confirm", ConfirmPage(say("Log out?"), words, LOGOUT, say("Log out"), CATALOG_PAGE))


@blueprint.post(LOGOUT, strict_slashes=False)
def logout() -> ResponseReturnValue:
    """Forget everything this browser was."""
    if is_admin():
        audit.note("logout", by=identity.administrator() or "")
    identity.log_out()
    return redirect(CATALOG_PAGE, 303)


@blueprint.get(ACCESS, strict_slashes=False)
def code_form() -> ResponseReturnValue:
    """Show the form for the access code, when there is one to give."""
    target = own_path(request.args.get("next") or request.args.get("redirect_url"))
    if identity.knows_code(catalog.settings(context()).password):
        return redirect(target, 303)
    return show("code", CodePage(say("Access code"), None, target))


@blueprint.post(ACCESS, strict_slashes=False)
@wrong_codes
def code() -> ResponseReturnValue:
    """Let the visitor on when the code is right."""
    portal, target = catalog.settings(context()), own_path(request.form.get("next"))
    if not access_code.opens(portal, request.form.get("password", "")):
        return show(
            "code", CodePage(say("Access code"), say("That is not the access code. Type it again."), target), 403
        )
    identity.remember_code(portal.password)
    return redirect(target, 303)


@blueprint.get(tickets.LINK, strict_slashes=False)
@wrong_codes
def ticket() -> ResponseReturnValue:
    """Let the visitor on who comes by a link that is still good; any other is asked for the code."""
    portal, target = catalog.settings(context()), own_path(request.args.get("next"))
    if not identity.knows_code(portal.password):
        if not tickets.opens(settings(), portal, request.args.get("ticket", ""), context().now()):
            asking = CodePage(say("Access code"), say("The link is not good any more. Type the code."), target)
            return private(show("code", asking, 403))
        identity.remember_code(portal.password)
    return private(redirect(target, 303))


@blueprint.get("/accounts/create/", strict_slashes=False)
def create() -> ResponseReturnValue:
    """Make the browser a visitor of its own, and show it the workshops; nothing is stored before its first session."""
    if catalog.settings(context()).registration != ANONYMOUS and not is_admin():
        return redirect(LOGIN, 303)
    if not identity.visitor() and not only_looks():
        identity.remember_visitor(str(uuid4()))
    return redirect(CATALOG_PAGE, 303)


@blueprint.get(REGISTER, strict_slashes=False)
def register() -> ResponseReturnValue:
    """Send the visitor to where it says that nobody needs to register."""
    return redirect(f"{REGISTER}closed/", 303)


@blueprint.get(f"{REGISTER}closed/", strict_slashes=False)
def closed() -> ResponseReturnValue:
    """Say how one gets in without registering."""
    index = default_index(catalog.settings(context()))
    words = say("Nobody registers here: workshops are opened from their index.")
    return show("finished", FinishedPage(say("No registration"), words, None if index == FINISHED_PAGE else index))


def _here() -> str:
    return request.full_path.rstrip("?")
