"""A session's own endpoints, for the robot and whoever else has a token."""

from typing import Any

from portal_backend.conformance.case import ANYTHING, Ask, Case, Facts, Given, Need, Section, Who
from portal_backend.conformance.checks import (
    FORBIDDEN,
    SEE_OTHER,
    UNAUTHORIZED,
    answers,
    equals,
    fits,
    goes_to,
    leads,
    oauth_error,
    of_shape,
    refused,
    told,
    value,
)
from portal_backend.contract.wire import AUTHORIZE, DEFAULT_ACTIVATION_SECONDS, TOKEN

_case = Section("session", Given.RUNNING)
_NOBODY_S = "nope"
_EVENT = {"event": {"name": "Workshop/View", "data": {"current_page": "a"}}}
_NOT_IN_USE = "Session is not currently in use"
_NO_DATA = "No event data provided"
_GONE = answers(404, of_shape("Error"))
_GONE_ANYHOW = answers(404)
_FAULT = answers(500)


def _path(action: str, session: str = "{session}") -> str:
    return f"/workshops/session/{session}/{action}/"


def _get(action: str, who: Who = Who.ROBOT, session: str = "{session}") -> Ask:
    return Ask("GET", _path(action, session), who=who)


def _post(action: str, json: Any = None, raw: bytes | None = None, kind: str = "application/json", **more: Any) -> Ask:
    headers = {"Content-Type": kind} if raw is not None else {}
    return Ask("POST", _path(action, **more), json=json, body=raw, headers=headers)


def _within(low: int, high: int) -> Any:
    return value("countdown", f"from {low} to {high}", lambda at, _: isinstance(at, int) and low <= at <= high)


def _later(at: Any, facts: Facts) -> bool:
    return isinstance(at, str) and at > facts["expires"]


def _strangers(action: str) -> tuple[Case, ...]:
    """Return what every endpoint of a session answers to those who may not ask."""
    return (
        _case(f"{action}-no-token", f"{action} needs a token", _get(action, Who.NOBODY), UNAUTHORIZED, FORBIDDEN),
        _case(f"{action}-unknown-token", f"{action} is refused to an unknown token", _get(action, Who.UNKNOWN),
              UNAUTHORIZED, FORBIDDEN),
        _case(f"{action}-unknown-no-token", f"{action} tells a stranger nothing of unknown sessions",
              _get(action, Who.NOBODY, _NOBODY_S), UNAUTHORIZED, FORBIDDEN, Given.NOTHING),
        _case(f"{action}-unknown", f"{action} of an unknown session is not found", _get(action, session=_NOBODY_S),
              _GONE, _GONE_ANYHOW, Given.NOTHING),
    )  # fmt: skip


_CLOCK = (
    _case("schedule", "The robot reads a session's clock", _get("schedule"), fits("Schedule")),
    _case("schedule-short-path", "The path works as the documentation prints it",
          Ask("GET", "/session/{session}/schedule/"), fits("Schedule"), ANYTHING),
    _case("schedule-admin", "So does the administrator", _get("schedule", Who.ADMIN), fits("Schedule"),
          needs=[Need.ADMIN]),
    _case("schedule-pending", "A session not activated yet has its window", _get("schedule"),
          fits("Schedule", _within(DEFAULT_ACTIVATION_SECONDS - 5, DEFAULT_ACTIVATION_SECONDS),
               equals("extendable", False)), given=Given.PENDING),
    _case("schedule-window", "The window is what the request asked for", _get("schedule"),
          fits("Schedule", _within(595, 600), equals("extendable", False)), given=Given.PENDING,
          asking={"timeout": "600"}),
    _case("schedule-no-window", "Without a window it does not lapse", _get("schedule"),
          fits("Schedule", value("", "no countdown of a window", lambda at, _: at.get("countdown", 3600) > 60)),
          given=Given.PENDING, asking={"timeout": "0"}),
    _case("schedule-endless", "A session that never expires has no end and no countdown", _get("schedule"),
          fits("Schedule", equals("expires", None), equals("expiring", False),
               value("", "without countdown", lambda at, _: "countdown" not in at)), given=Given.ENDLESS),
    _case("schedule-spare", "A spare has not started", _get("schedule"),
          fits("Schedule", equals("started", None), equals("expires", None), equals("expiring", False)),
          given=Given.SPARE),
    _case("schedule-terminated", "An ended session is not found", _get("schedule"), _GONE, _GONE_ANYHOW,
          given=Given.TERMINATED),
    _case("schedule-lapsed", "Nor is one that lapsed, from that second on", _get("schedule"), _GONE, ANYTHING,
          given=Given.LAPSED),
    _case("schedule-expired", "Nor is one whose time is up, from that second on", _get("schedule"), _GONE, ANYTHING,
          given=Given.EXPIRED),
)  # fmt: skip

_EXTENSION = (
    _case("extend-early", "Before its window an extension is not given, and that is no error", _get("extend"),
          fits("ExtendedSchedule", value("extended", "as its window says",
               lambda at, _: isinstance(at, bool)))),
    _case("extend-admin", "The administrator may ask as well", _get("extend", Who.ADMIN), fits("ExtendedSchedule"),
          needs=[Need.ADMIN]),
    _case("extend-post", "A POST does the same", _post("extend"), fits("ExtendedSchedule"), answers(403)),
    _case("extend-pending", "A session not activated yet is not extended", _get("extend"),
          fits("ExtendedSchedule", equals("extended", False), equals("extendable", False)), given=Given.PENDING),
    _case("extend-browser", "A cookie is no token", _get("extend", Who.BROWSER), FORBIDDEN),
    _case("extend-given", "Within its window it is given", _get("extend"),
          fits("ExtendedSchedule", equals("extended", True), value("expires", "later than before", _later)),
          given=Given.EXTENDABLE),
    _case("extend-deadline", "At the deadline it is not", _get("extend"),
          fits("ExtendedSchedule", equals("extended", False), equals("expires", "{expires}"),
               equals("extendable", False)), given=Given.EXTENDED),
    _case("extend-spare", "A spare is not extended", _get("extend"), refused(400, _NOT_IN_USE), told(400, _NOT_IN_USE),
          given=Given.SPARE),
)  # fmt: skip

_END = (
    _case("terminate", "The robot ends a session", _get("terminate"), fits("EndedSession"), given=Given.OPEN),
    _case("terminate-post", "By POST as well", _post("terminate"), fits("EndedSession"), ANYTHING, given=Given.OPEN),
    _case("terminate-pending", "Also one not activated yet", _get("terminate"), fits("EndedSession"),
          given=Given.PENDING),
    _case("terminate-again", "A second time it is not found, at any speed", _get("terminate"), _GONE, _GONE_ANYHOW,
          given=Given.TERMINATED),
    _case("terminate-spare", "A spare is not ended by name", _get("terminate"), refused(400, _NOT_IN_USE), ANYTHING,
          given=Given.SPARE),
)  # fmt: skip

_WHOSE = (
    _case("config", "The robot learns where a session is worked in", _get("config"),
          fits("SessionConfig", value("url", "an address", lambda at, _: at.startswith("http")))),
    _case("config-post", "A POST does not fit", _post("config"), answers(405), answers(403)),
    _case("authorize", "The robot learns whose session it is", _get("authorize"),
          fits("Authorization", equals("owner", "{user}"), equals("user", "{username}"), equals("staff", False))),
    _case("authorize-spare", "A spare is nobody's", _get("authorize"), refused(400, _NOT_IN_USE),
          told(400, _NOT_IN_USE), given=Given.SPARE),
)  # fmt: skip

_EVENTS = (
    _case("event", "An event is taken note of", _post("event", _EVENT), fits("Empty")),
    _case("event-unknown", "Not of an unknown session", _post("event", _EVENT, session=_NOBODY_S), _GONE, _GONE_ANYHOW,
          Given.NOTHING),
    _case("event-no-token", "Nor without a token", Ask("POST", _path("event"), who=Who.NOBODY, json=_EVENT),
          UNAUTHORIZED, FORBIDDEN),
    _case("event-wrong-type", "An event is JSON and says so", _post("event", raw=b'{"event": {"name": "x"}}',
          kind="text/plain"), refused(400, _NO_DATA), told(400, _NO_DATA)),
    _case("event-not-json", "What is not JSON is refused", _post("event", raw=b"{nope"), answers(400,
          of_shape("Error")),
          _FAULT),
    _case("event-list", "A list is no event", _post("event", raw=b"[]"), refused(400, _NO_DATA), _FAULT),
    _case("event-no-name", "An event has a name", _post("event", {"event": {"data": {}}}), refused(400, _NO_DATA),
          told(400, _NO_DATA)),
    _case("event-null", "Nothing is no event", _post("event", {"event": None}), refused(400, _NO_DATA), _FAULT),
    _case("event-spare", "A spare has no events", _post("event", _EVENT), refused(400, "Session was never allocated"),
          told(400, "Session was never allocated"), given=Given.SPARE),
)  # fmt: skip

_OAUTH = {
    "response_type": "code",
    "client_id": "{session}",
    "redirect_uri": "{home}/oauth_callback",
    "state": "xyz",
}
_WITH_CODE = answers(SEE_OTHER, leads("{home}/oauth_callback", "code", "state"))
_CLIENT = (
    _case("code-owner", "The session's own client learns who the owner's browser is, by a code",
          Ask("GET", AUTHORIZE, _OAUTH, who=Who.BROWSER), _WITH_CODE),
    _case("code-neighbour", "Also another user's browser, whose token then opens nothing",
          Ask("GET", AUTHORIZE, _OAUTH, who=Who.BROWSER), _WITH_CODE, given=Given.NEIGHBOUR),
    _case("code-stranger", "A browser that is nobody's is asked to log in",
          Ask("GET", AUTHORIZE, _OAUTH, who=Who.STRANGER), answers(SEE_OTHER, goes_to("/accounts/login/"))),
    _case("code-foreign-callback", "A code never goes to an address that is not the session's",
          Ask("GET", AUTHORIZE, _OAUTH | {"redirect_uri": "https://elsewhere.example/"}, who=Who.BROWSER),
          answers(400)),
    _case("code-wrong-secret", "A session's own client needs its own secret",
          Ask("POST", TOKEN, who=Who.NOBODY, form={
              "grant_type": "authorization_code", "code": "no-such-code", "redirect_uri": "{home}/oauth_callback",
              "client_id": "{session}", "client_secret": "wrong"}), oauth_error(401, "invalid_client")),
)  # fmt: skip

CASES = (
    _CLOCK
    + _strangers("schedule")
    + _EXTENSION
    + _strangers("extend")
    + _strangers("terminate")
    + _END
    + _WHOSE
    + _strangers("config")
    + _strangers("authorize")
    + _EVENTS
    + _CLIENT
)
