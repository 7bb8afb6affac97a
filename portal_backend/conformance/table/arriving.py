"""What a visitor is answered who comes without the robot: create links, login, access code, the portal's own pages."""

from portal_backend.conformance.case import ANYTHING, Ask, Fields, Given, Need, Section, Who
from portal_backend.conformance.checks import (
    PAGE,
    SEE_OTHER,
    answers,
    back_to,
    goes_to,
    sent,
    sent_off,
)
from portal_backend.contract.wire import CATALOG_PAGE, FINISHED_PAGE, Notification

_case = Section("visitor")
_PAGE = "/workshops/session/{session}/"
_ENVIRONMENT = "/workshops/environment/{environment}/"
_INDEX = {"index_url": "{portal}/workshops/catalog/?labs=1"}
_CATALOG_INDEX = "{portal}/workshops/catalog/?labs=1"
_LOGIN = "/accounts/login/"


def _get(path: str, query: Fields | str = "", who: Who = Who.BROWSER, follow: bool = False) -> Ask:
    return Ask("GET", path, query, who, follow=follow)


_CREATE = (
    _case("create", "A create link ends on a session's page", _get(_PAGE), answers(200, PAGE), given=Given.VISITOR,
          needs=[Need.ANONYMOUS]),
    _case("create-again", "The same browser gets the same session again",
          _get(_ENVIRONMENT + "create/", _INDEX, follow=True), answers(200, goes_to(_PAGE)), given=Given.VISITOR,
          needs=[Need.ANONYMOUS]),
    _case("enter-again", "Also by the environment's own address", _get(_ENVIRONMENT, _INDEX),
          sent(goes_to(_PAGE)), given=Given.VISITOR, needs=[Need.ANONYMOUS]),
    _case("enter-again-no-index", "And without an index_url", _get(_ENVIRONMENT), sent(goes_to(_PAGE)),
          given=Given.VISITOR, needs=[Need.ANONYMOUS]),
    _case("enter-asks", "Without create/ a visitor is asked first, and looking starts nothing",
          _get(_ENVIRONMENT, _INDEX, Who.STRANGER), answers(200, PAGE), sent(goes_to("/accounts/login/")),
          given=Given.ROOM, needs=[Need.ANONYMOUS]),
    _case("enter-by-workshop", "A workshop's name leads to its environment",
          _get("/workshops/environment/{workshop}/", _INDEX), sent(goes_to(_PAGE)),
          sent_off(Notification.WORKSHOP_INVALID), given=Given.VISITOR, needs=[Need.ANONYMOUS]),
    _case("create-unknown", "An unknown workshop sends its visitor back",
          _get("/workshops/environment/nope/create/", _INDEX, follow=True),
          sent(back_to(_CATALOG_INDEX, Notification.WORKSHOP_INVALID)), answers(SEE_OTHER), given=Given.VISITOR,
          needs=[Need.ANONYMOUS]),
    _case("create-unknown-stranger", "Whoever it is",
          _get("/workshops/environment/nope/create/", _INDEX, Who.STRANGER, follow=True),
          sent(back_to(_CATALOG_INDEX, Notification.WORKSHOP_INVALID)), answers(SEE_OTHER), given=Given.NOTHING),
    _case("enter-unknown", "Also without create/", _get("/workshops/environment/nope/", _INDEX),
          sent_off(Notification.WORKSHOP_INVALID), given=Given.VISITOR, needs=[Need.ANONYMOUS]),
    _case("create-full", "A full one sends its visitor back",
          _get(_ENVIRONMENT + "create/", _INDEX, Who.STRANGER, follow=True),
          sent(back_to(_CATALOG_INDEX, Notification.SESSION_UNAVAILABLE)), answers(SEE_OTHER), given=Given.FULL,
          needs=[Need.ANONYMOUS]),
    _case("create-post-forged", "A form of another site starts nothing",
          Ask("POST", _ENVIRONMENT + "create/", _INDEX, Who.STRANGER), answers((400, 403)), given=Given.ROOM),
    _case("create-head", "HEAD starts nothing",
          Ask("HEAD", _ENVIRONMENT + "create/", _INDEX, Who.STRANGER), answers((200, 405, 501)), ANYTHING,
          given=Given.ROOM, needs=[Need.ANONYMOUS]),
    _case("create-closed", "Without registration a create link leads to the login",
          _get(_ENVIRONMENT + "create/", _INDEX, Who.STRANGER), sent(goes_to("/accounts/login/")),
          needs=[Need.CLOSED]),
    _case("enter-closed", "So does the environment's own address",
          _get(_ENVIRONMENT, _INDEX, Who.STRANGER), sent(goes_to("/accounts/login/")), given=Given.NOTHING,
          needs=[Need.CLOSED]),
    _case("activate-closed", "The robot's sessions open without registration", _get(_PAGE), answers(200, PAGE),
          given=Given.RUNNING, needs=[Need.CLOSED]),
    _case("enter-code", "With an event access code, a visitor is asked for it first",
          _get(_ENVIRONMENT, _INDEX, Who.STRANGER), sent(goes_to("/workshops/access/")), given=Given.NOTHING,
          needs=[Need.CODE]),
    _case("create-code", "Also by a create link",
          _get(_ENVIRONMENT + "create/", _INDEX, Who.STRANGER), sent(goes_to("/workshops/access/")),
          needs=[Need.CODE]),
    _case("catalog-code", "And on the portal's own catalog", _get(CATALOG_PAGE, who=Who.STRANGER),
          sent(goes_to("/workshops/access/")), needs=[Need.CODE]),
    _case("request-code", "The robot's sessions open without the code", _get(_PAGE), answers(200, PAGE),
          given=Given.RUNNING, needs=[Need.CODE]),
)  # fmt: skip

_OWN = (
    _case("home", "The portal's own address shows something, or leads to it", _get("/", who=Who.STRANGER),
          answers((200, *SEE_OTHER))),
    _case("catalog-page", "A visitor with a session sees the portal's catalog", _get(CATALOG_PAGE), answers(200, PAGE),
          given=Given.VISITOR, needs=[Need.ANONYMOUS]),
    _case("finished-page", "There is a page to end on without an index", _get(FINISHED_PAGE, who=Who.STRANGER),
          answers(200, PAGE), ANYTHING),
    _case("nowhere", "An address that leads nowhere says so", _get("/nope/", who=Who.STRANGER), answers(404)),
    _case("login-page", "There is a login form", _get(_LOGIN, who=Who.STRANGER), answers(200, PAGE)),
    _case("login-forged", "A login without the form's own token is refused",
          Ask("POST", _LOGIN, who=Who.STRANGER, form={"username": "educates", "password": "x"}), answers((400, 403))),
    _case("session-unknown", "A session that never was leads to the portal's index, told why",
          _get("/workshops/session/nope/"), sent_off(Notification.SESSION_INVALID), given=Given.RUNNING,
          needs=[Need.INDEX]),
)  # fmt: skip

CASES = _CREATE + _OWN
