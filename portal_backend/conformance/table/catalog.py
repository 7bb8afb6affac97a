"""What the portal offers, by environment and by workshop, and how one environment stands."""

from typing import Any

from portal_backend.conformance.case import ANYTHING, Ask, Check, Facts, Fields, Given, Need, Section, Who
from portal_backend.conformance.checks import (
    FORBIDDEN,
    REDIRECTS,
    UNAUTHORIZED,
    answers,
    equals,
    fits,
    header,
    no_header,
    refused,
    told,
    value,
)
from portal_backend.contract.wire import CATALOG_ENVIRONMENTS, CATALOG_WORKSHOPS

_case = Section("catalog")
_STATUS = "/workshops/environment/{environment}/status/"
_BY_NAME = {"name": "{workshop}"}
_LABELLED = {"labels[{label}]": "{value}"}
_CATALOG = fits("EnvironmentCatalog")
_WORKSHOPS = fits("WorkshopCatalog")


def _each(says: str, fit: Any, some: bool = True) -> Check:
    """Want every listed environment to fit, and at least one to be listed."""

    def look(at: Any, facts: Facts) -> bool:
        return isinstance(at, list) and (bool(at) or not some) and all(fit(each, facts) for each in at)

    return value("environments", says, look)


_NAMED = _each("each of that workshop", lambda each, facts: each["workshop"]["name"] == facts["workshop"])
_RUNNING = _each("each RUNNING", lambda each, _: each["state"] == "RUNNING")
_NO_SESSIONS = _each("without sessions", lambda each, _: "sessions" not in each)
_SESSIONS = _each("with sessions", lambda each, _: isinstance(each.get("sessions"), list))
_LABELS_FIT = _each(
    "each with the label", lambda each, facts: each["workshop"]["labels"].get(facts["label"]) == facts["value"]
)
_NONE = equals("environments", [])


def _get(query: Fields | str = "", who: Who = Who.ROBOT, path: str = CATALOG_ENVIRONMENTS, **headers: str) -> Ask:
    return Ask("GET", path, query, who, headers={name.replace("_", "-"): text for name, text in headers.items()})


_WHO = (
    _case("environments", "The robot gets the portal and its environments", _get(), fits("EnvironmentCatalog",
          _RUNNING)),
    _case("workshops", "The robot gets the portal and its workshops", _get(path=CATALOG_WORKSHOPS), _WORKSHOPS),
    _case("workshop-id", "A workshop has a stable id", _get(),
          fits("EnvironmentCatalog", _each("each with an id", lambda each, _: bool(each["workshop"].get("id")))),
          _CATALOG),
    _case("available", "No more is available than is kept in reserve", _get(),
          fits("EnvironmentCatalog", _each("available ≤ reserved", lambda e, _: e["available"] <= e["reserved"]))),
    _case("unknown-token", "An unknown token is refused", _get(who=Who.UNKNOWN), UNAUTHORIZED, FORBIDDEN,
          needs=[Need.PRIVATE]),
    _case("basic", "A client's own name and secret are no token", _get(who=Who.CLIENT), UNAUTHORIZED, FORBIDDEN,
          needs=[Need.PRIVATE]),
    _case("no-token", "A private catalog needs a token", _get(who=Who.NOBODY), UNAUTHORIZED, FORBIDDEN,
          needs=[Need.PRIVATE]),
    _case("workshops-no-token", "The workshops need a token as well", _get(who=Who.NOBODY, path=CATALOG_WORKSHOPS),
          UNAUTHORIZED, FORBIDDEN, needs=[Need.PRIVATE]),
    _case("workshops-unknown-token", "The workshops are refused to an unknown token",
          _get(who=Who.UNKNOWN, path=CATALOG_WORKSHOPS), UNAUTHORIZED, FORBIDDEN, needs=[Need.PRIVATE]),
    _case("token-in-address", "A client that can only open an address sends its token in it",
          _get({"access_token": "{access}", "name": "{workshop}"}, Who.NOBODY), fits("EnvironmentCatalog", _NAMED),
          given=Given.TOKENS),
    _case("public", "A public catalog needs no token", _get(who=Who.NOBODY),
          fits("EnvironmentCatalog", _NO_SESSIONS), needs=[Need.PUBLIC]),
    _case("public-sessions", "Without a token there are no sessions and no other states",
          _get("sessions=true&state=STOPPING", Who.NOBODY), fits("EnvironmentCatalog", _NO_SESSIONS, _RUNNING),
          needs=[Need.PUBLIC]),
    _case("public-unknown-token", "Also a public catalog refuses an unknown token", _get(who=Who.UNKNOWN),
          UNAUTHORIZED, _CATALOG, needs=[Need.PUBLIC]),
    _case("admin-sessions", "Only the robot gets sessions, anybody else none and no error",
          _get("sessions=true", Who.ADMIN), fits("EnvironmentCatalog", _NO_SESSIONS), needs=[Need.ADMIN]),
)  # fmt: skip

_HOW = (
    _case("no-slash", "The catalog answers without the final slash, in place",
          _get(path=CATALOG_ENVIRONMENTS.rstrip("/")), _CATALOG, answers(REDIRECTS)),
    _case("doubled-slashes", "The catalog answers with doubled slashes, in place",
          _get(path=CATALOG_ENVIRONMENTS.replace("/", "//")), _CATALOG, ANYTHING),
    _case("post", "A POST is told the method does not fit", Ask("POST", CATALOG_ENVIRONMENTS),
          answers(405, header("Allow", "GET")), answers(403)),
    _case("post-no-token", "So is a POST without a token", Ask("POST", CATALOG_ENVIRONMENTS, who=Who.NOBODY),
          answers(405), answers(403)),
    _case("head", "HEAD is not for the API", Ask("HEAD", CATALOG_ENVIRONMENTS), answers(405)),
    _case("options", "OPTIONS tells the methods", Ask("OPTIONS", CATALOG_ENVIRONMENTS),
          answers(200, header("Allow", "GET")), answers(405)),
    _case("cors", "Pages of other sites are not invited", _get(_BY_NAME, Origin="https://elsewhere.example"),
          answers(200, no_header("Access-Control-Allow-Origin")), _CATALOG),
    _case("cors-preflight", "Nor by a preflight",
          Ask("OPTIONS", CATALOG_ENVIRONMENTS, who=Who.NOBODY,
              headers={"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "GET"}),
          answers(200, no_header("Access-Control-Allow-Origin")), answers(200)),
)  # fmt: skip

_FILTERS = (
    _case("sessions-true", "sessions=true lists the sessions", _get(_BY_NAME | {"sessions": "true"}),
          fits("EnvironmentCatalog", _SESSIONS)),
    _case("sessions-1", "So does sessions=1", _get(_BY_NAME | {"sessions": "1"}), fits("EnvironmentCatalog",
          _SESSIONS)),
    _case("sessions-yes", "Any other word does not", _get(_BY_NAME | {"sessions": "yes"}),
          fits("EnvironmentCatalog", _NO_SESSIONS)),
    _case("sessions-false", "Nor does sessions=false", _get(_BY_NAME | {"sessions": "false"}),
          fits("EnvironmentCatalog", _NO_SESSIONS)),
    _case("session-listed", "A listed session tells its user and its clock",
          _get(_BY_NAME | {"sessions": "true"}),
          fits("EnvironmentCatalog", _each("with the session", lambda each, facts: facts["session"] in {
              one["name"] for one in each["sessions"] if one["user"] == facts["user"]})), given=Given.RUNNING),
    _case("state-upper", "Environments are asked for by state", _get("state=RUNNING"),
          fits("EnvironmentCatalog", _RUNNING)),
    _case("state-lower", "A state is written in any case", _get("state=running"), fits("EnvironmentCatalog", _RUNNING)),
    _case("state-unknown", "An unknown state counts as RUNNING", _get("state=bogus"), fits("EnvironmentCatalog",
          _RUNNING)),
    _case("state-repeated", "A state may repeat", _get("state=RUNNING&state=STOPPED"), _CATALOG),
    _case("state-starting", "Environments that start are listed when asked for", _get("state=STARTING"),
          fits("EnvironmentCatalog", _each("each STARTING", lambda each, _: each["state"] == "STARTING", some=False)),
          answers(500)),
    _case("name", "A workshop is asked for by its name", _get(_BY_NAME), fits("EnvironmentCatalog", _NAMED)),
    _case("name-unknown", "An unknown name lists nothing", _get("name=no-such-workshop"),
          fits("EnvironmentCatalog", _NONE)),
    _case("name-empty", "An empty name is no filter", _get("name="), fits("EnvironmentCatalog", _RUNNING), _CATALOG),
    _case("workshops-name", "Workshops are asked for by name too", _get(_BY_NAME, path=CATALOG_WORKSHOPS),
          fits("WorkshopCatalog", value("workshops", "each of that name", lambda at, facts:
               bool(at) and all(each["name"] == facts["workshop"] for each in at)))),
    _case("label", "Workshops are asked for by label", _get(_LABELLED), fits("EnvironmentCatalog", _LABELS_FIT),
          given=Given.LABEL),
    _case("label-none", "A label value nobody has lists nothing", _get({"labels[{label}]": "no-such-value"}),
          fits("EnvironmentCatalog", _NONE), given=Given.LABEL),
    _case("label-repeated", "Of a repeated label the last counts",
          _get("labels[{label}]=no-such-value&labels[{label}]={value}"), fits("EnvironmentCatalog", _LABELS_FIT),
          given=Given.LABEL),
    _case("label-and", "Several labels must all fit", _get(_LABELLED | {"labels[no-such-label]": "x"}),
          fits("EnvironmentCatalog", _NONE), given=Given.LABEL),
    _case("label-plus", "A plus in a label value is a space", _get(_LABELLED), fits("EnvironmentCatalog", _LABELS_FIT),
          fits("EnvironmentCatalog", _NONE), Given.LABEL_WITH_SPACE),
    _case("label-sign", "A label value may hold an equals sign", _get(_LABELLED),
          fits("EnvironmentCatalog", _LABELS_FIT), answers(500), given=Given.LABEL_WITH_SIGN),
    _case("portal-label", "A label of the portal is none of its workshops'", _get(_LABELLED),
          fits("EnvironmentCatalog", _NONE), given=Given.PORTAL_LABEL),
    _case("stopping-hidden", "An environment that stops is not in the default listing", _get(_BY_NAME),
          fits("EnvironmentCatalog", _each("each RUNNING", lambda e, _: e["state"] == "RUNNING", some=False)),
          given=Given.STOPPING),
    _case("stopped", "One that stopped is listed when asked for", _get(_BY_NAME | {"state": "STOPPED"}),
          fits("EnvironmentCatalog", _NAMED), given=Given.STOPPED),
)  # fmt: skip

_ONE = (
    _case("status", "The robot gets one environment", _get(path=_STATUS),
          fits("Environment", equals("name", "{environment}"))),
    _case("status-sessions", "With its sessions when asked for", _get("sessions=true", path=_STATUS),
          fits("Environment", value("sessions", "a list", lambda at, _: isinstance(at, list)))),
    _case("status-unknown", "An unknown environment is refused in the field's words",
          _get(path="/workshops/environment/nope/status/"), refused(403, "Environment does not exist"),
          told(403, "Environment does not exist")),
    _case("status-unknown-token", "An environment is refused to an unknown token",
          _get(path=_STATUS, who=Who.UNKNOWN), UNAUTHORIZED, FORBIDDEN),
    _case("status-admin", "Only the robot may ask", _get(path=_STATUS, who=Who.ADMIN), answers(403),
          needs=[Need.ADMIN]),
    _case("status-post", "A POST does not fit", Ask("POST", _STATUS), answers(405)),
    _case("status-stopped", "A stopped environment still tells how it stands", _get(path=_STATUS),
          fits("Environment", equals("state", "STOPPED")), given=Given.STOPPED),
)  # fmt: skip

CASES = _WHO + _HOW + _FILTERS + _ONE
