"""The portal's own catalog, for visitors who come without an index, and the page they come back to without one."""

from flask import Blueprint, Response, redirect, request
from flask.typing import ResponseReturnValue

from portal_backend import identity
from portal_backend.content.rendering import plain_text
from portal_backend.contract.components import Card, Fact, Section
from portal_backend.contract.difficulties import difficulty_words
from portal_backend.contract.spans import span_words, stated_words
from portal_backend.contract.wire import (
    CATALOG_PAGE,
    FINISHED_PAGE,
    NOTIFICATION_PARAMETER,
    environment_path,
)
from portal_backend.contract.words import say
from portal_backend.domain.environment import ANONYMOUS, Environment, Portal, Workshop
from portal_backend.pages.accounts import LOGIN, ask_for_code, is_admin
from portal_backend.pages.entering import own_session
from portal_backend.pages.models import CatalogPage, FinishedPage
from portal_backend.pages.pictures import safe_picture
from portal_backend.pages.returning import default_index, notice_for, open_to_all
from portal_backend.pages.showing import show, show_session
from portal_backend.pages.wording import availability_of
from portal_backend.running import context
from portal_backend.services import catalog
from portal_backend.services.catalog import Listed

blueprint = Blueprint("catalog_pages", __name__)
_LONGEST_DESCRIPTION = 300
_ROBOTS = "User-agent: *\nDisallow: /workshops/session/\nDisallow: /workshops/environment/\nDisallow: /accounts/\n"


@blueprint.get("/")
@blueprint.get(CATALOG_PAGE, strict_slashes=False)
def index() -> ResponseReturnValue:
    """Show the workshops to whoever may see them."""
    if NOTIFICATION_PARAMETER in request.args:
        return _keep_notice(CATALOG_PAGE)
    standing = catalog.portal(context())
    portal = standing.portal
    if not (open_to_all(portal) or is_admin()):
        return show("catalog", _closed_page(portal))
    asked = None if is_admin() else ask_for_code(portal)
    if asked is not None:
        return asked
    full = bool(portal.maximum) and standing.allocated >= portal.maximum
    cards = tuple(_card(listed, portal, full) for listed in catalog.environments(context()))
    return show_session("catalog", _page(portal, cards), portal, (default_index(portal),))


@blueprint.get(FINISHED_PAGE, strict_slashes=False)
def finished() -> ResponseReturnValue:
    """Say goodbye to a visitor who has no index to go back to."""
    if NOTIFICATION_PARAMETER in request.args:
        return _keep_notice(FINISHED_PAGE)
    portal = catalog.settings(context())
    home = default_index(portal)
    words = say("Thank you for working through it. You can close this page.")
    page = FinishedPage(
        say("That was it"), words, None if home == FINISHED_PAGE else home, notice_for(identity.take_notification())
    )
    return show("finished", page)


@blueprint.get("/robots.txt")
def robots() -> ResponseReturnValue:
    """Keep crawlers out of what starts or holds sessions."""
    return Response(_ROBOTS, mimetype="text/plain")


def _keep_notice(path: str) -> ResponseReturnValue:
    """Take the reason out of the address, to be shown once."""
    code = request.args[NOTIFICATION_PARAMETER]
    if notice_for(code):
        identity.keep_notification(code)
    return redirect(path, 303)


def _page(portal: Portal, cards: tuple[Card, ...]) -> CatalogPage:
    return CatalogPage(
        title=portal.title,
        notices=notice_for(identity.take_notification()),
        sections=(Section("workshops", say("Workshops"), "", cards),) if cards else (),
        empty=None if cards else say("There are no workshops here yet."),
    )


def _closed_page(portal: Portal) -> CatalogPage:
    notices = notice_for(identity.take_notification())
    empty = say("The workshops of this portal are opened from its index, or by its administrator.")
    return CatalogPage(portal.title, notices, (), empty, login_url=LOGIN)


def _card(listed: Listed, portal: Portal, portal_full: bool) -> Card:
    environment, workshop = listed.environment, listed.environment.workshop
    own = own_session(environment)
    seat = availability_of(listed, portal_full)
    called = environment.alias or workshop.name
    return Card(
        name=workshop.name,
        title=workshop.title,
        description=plain_text(workshop.description, _LONGEST_DESCRIPTION),
        url=environment_path(called),
        image_url=safe_picture(workshop.logo),
        facts=_facts(workshop, environment),
        tags=workshop.tags,
        availability=seat,
        start_url=environment_path(called, "create"),
        start_label=say("Resume") if own else say("Start"),
        startable=bool(own) or (seat.state != "full" and (portal.registration == ANONYMOUS or is_admin())),
        portal=portal.name,
    )


def _facts(workshop: Workshop, environment: Environment) -> tuple[Fact, ...]:
    lasts = environment.terms.duration
    known = (
        (say("Takes about"), stated_words(workshop.duration)),
        (say("Difficulty"), difficulty_words(workshop.difficulty)),
        (say("Session lasts"), span_words(lasts) if lasts else ""),
    )
    return tuple(Fact(label, value) for label, value in known if value)
