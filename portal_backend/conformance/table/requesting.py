"""Asking for a session as the robot, and the sessions a user has."""

from collections.abc import Mapping
from typing import Any

from portal_backend.conformance.case import ANYTHING, Ask, Expect, Fields, Given, Need, Section, Who
from portal_backend.conformance.checks import (
    FORBIDDEN,
    REDIRECTS,
    UNAUTHORIZED,
    answers,
    equals,
    fits,
    header,
    of_shape,
    refused,
    told,
    value,
)

_case = Section("request", Given.ROOM)
_PATH = "/workshops/environment/{environment}/request/"
_USER = "/workshops/user/{user}/sessions/"
_INDEX = {"index_url": "{index}", "user": "{user}"}
_GIVEN = fits("AllocatedSession", equals("environment", "{environment}"))
_SAME = fits("AllocatedSession", equals("name", "{session}"), equals("user", "{user}"))
_FAULT = answers(500)
_NO_SESSION = "No session available"
_MALFORMED = "Malformed JSON request payload"
_JSON = {"Content-Type": "application/json"}


def _get(query: Fields | str, who: Who = Who.ROBOT, path: str = _PATH) -> Ask:
    return Ask("GET", path, query, who)


def _with_user(user: str) -> Ask:
    return _get({"index_url": "{index}", "user": user})


def _post(
    body: Any = None, raw: bytes | None = None, headers: Fields = _JSON, query: Mapping[str, str] = _INDEX
) -> Ask:
    return Ask("POST", _PATH, query, json=body, body=raw, headers=headers if raw is not None else {})


def _full(reason: str) -> Expect:
    return refused(
        503,
        _NO_SESSION,
        equals("reason", reason),
        value("retry_after", "whole seconds", lambda at, _: isinstance(at, int) and at > 0),
        header("Retry-After", ""),
    )


_WHO = (
    _case("get", "The robot gets a session for a new user", _get({"index_url": "{index}"}), _GIVEN),
    _case("post", "A POST without a body works as well", _post(), _GIVEN),
    _case("unknown-token", "An unknown token is refused", _get(_INDEX, Who.UNKNOWN), UNAUTHORIZED, FORBIDDEN),
    _case("no-token", "No token is refused", _get(_INDEX, Who.NOBODY), UNAUTHORIZED, FORBIDDEN),
    _case("admin-token", "Only the robot may ask", _get(_INDEX, Who.ADMIN),
          refused(403, "Session requests not permitted"), told(403, "Session requests not permitted"),
          needs=[Need.ADMIN]),
    _case("put", "PUT does not fit", Ask("PUT", _PATH, _INDEX), answers(405)),
    _case("no-slash", "A POST without the final slash is answered in place",
          Ask("POST", _PATH.rstrip("/"), _INDEX), _GIVEN, answers(REDIRECTS)),
    _case("unknown-environment", "An unknown environment is refused in the field's words",
          _get(_INDEX, path="/workshops/environment/nope/request/"), refused(403, "Environment does not exist"),
          told(403, "Environment does not exist")),
    _case("workshop-name", "A workshop's name stands for its environment",
          _get(_INDEX, path="/workshops/environment/{workshop}/request/"),
          fits("AllocatedSession", equals("workshop", "{workshop}")), answers(403)),
    _case("no-index", "Without an index_url the portal's own index counts", _get({"user": "{user}"}), _GIVEN,
          told(400, "Need redirect URL for workshop index")),
    _case("blank-index", "A blank index_url is none", _get("index_url=%20%20&user={user}"), _GIVEN,
          told(400, "Need redirect URL for workshop index")),
    _case("old-index-name", "The older name of index_url counts too", _get({"redirect_url": "{index}",
          "user": "{user}"}),
          fits("AllocatedSession", value("url", "with the index", lambda at, _: "index.example.com" in at)), ANYTHING),
    _case("empty-values", "An empty value means not given",
          _get(_INDEX | {"email": "", "first_name": "", "analytics_url": "", "session": ""}), _GIVEN),
)  # fmt: skip

_USERS = (
    _case("same-user", "Asking again gives the same session", _get(_INDEX), _SAME, given=Given.RUNNING),
    _case("pending-again", "So it does before the activation", _get(_INDEX | {"timeout": "100"}), _SAME,
          given=Given.PENDING, asking={"timeout": "20"}),
    _case("named-session", "A user's session can be asked for by name", _get(_INDEX | {"session": "{session}"}), _SAME,
          given=Given.RUNNING),
    _case("named-other", "Another session by that name is never given",
          _get(_INDEX | {"session": "no-such-session"}), refused(503, _NO_SESSION), told(503, _NO_SESSION)),
    _case("robot-as-user", "The robot has no sessions", _with_user("{username}"),
          refused(400, "Session requests not permitted for user"), told(400,
          "Session requests not permitted for user")),
    _case("admin-as-user", "Nor has the administrator", _with_user("{admin}"),
          refused(400, "Session requests not permitted for user"), told(400, "Session requests not permitted for user"),
          needs=[Need.ADMIN]),
    _case("email-as-user", "A user id may be an e-mail address", _with_user("{user}@example.com"), _GIVEN),
    _case("any-text-as-user", "A user id may hold spaces and any letters", _with_user("Jürgen M {user}"), _GIVEN),
    _case("long-user", "A user id is 150 characters at most", _with_user("x" * 151), answers(400, of_shape("Error")),
          ANYTHING),
    _case("email", "An e-mail address is checked", _get(_INDEX | {"email": "nobody"}),
          answers(400, of_shape("Error")), ANYTHING),
    _case("analytics", "A session may have a webhook of its own",
          _get(_INDEX | {"analytics_url": "https://hooks.example.com/a?client=1"}), _GIVEN, ANYTHING),
)  # fmt: skip

_BODIES = (
    _case("parameters", "Parameters come in a JSON body, undeclared ones too",
          _post({"parameters": [{"name": "WORKSHOP_USERNAME", "value": "x"}, {"name": "UNDECLARED", "value": "x"}]}),
          _GIVEN),
    _case("parameters-as-text", "Valid JSON counts under another Content-Type",
          _post(raw=b'{"parameters": []}', headers={"Content-Type": "text/plain"}), _GIVEN),
    _case("parameter-no-value", "A parameter without a value is not given",
          _post({"parameters": [{"name": "WORKSHOP_USERNAME"}]}), _GIVEN),
    _case("body-list", "A list is no body", _post(raw=b"[]"), refused(400, _MALFORMED), told(400, _MALFORMED)),
    _case("body-null", "Nor is null", _post(raw=b"null"), refused(400, _MALFORMED), told(400, _MALFORMED)),
    _case("body-object", "Parameters are a list", _post({"parameters": {}}), refused(400, _MALFORMED),
          told(400, _MALFORMED)),
    _case("body-text-item", "A parameter is an object", _post({"parameters": ["x"]}), refused(400, _MALFORMED), _FAULT),
    _case("body-no-name", "A parameter has a name", _post({"parameters": [{"value": "x"}]}), refused(400, _MALFORMED),
          told(400, _MALFORMED)),
    _case("body-number", "A parameter's value is text", _post({"parameters": [{"name": "A", "value": 1}]}),
          refused(400, _MALFORMED), told(400, _MALFORMED)),
    _case("body-not-utf8", "A body that is no text is refused", _post(raw=b"\xff\xfe{}"), answers(400,
          of_shape("Error")),
          _FAULT),
    _case("body-not-json", "A form is no body", _post(raw=b"a=b"), refused(400, "Invalid JSON request payload"),
          told(400, "Invalid JSON request payload")),
)  # fmt: skip

_TIMEOUTS = (
    _case("timeout-empty", "An empty timeout is none", _get(_INDEX | {"timeout": ""}), _GIVEN, _FAULT),
    _case("timeout-fraction", "A timeout is whole seconds", _get(_INDEX | {"timeout": "1.5"}),
          answers(400, of_shape("Error")), _FAULT),
    _case("timeout-huge", "A timeout has a bound", _get(_INDEX | {"timeout": "9" * 20}),
          answers(400, of_shape("Error")), _FAULT),
    _case("timeout-negative", "A timeout is not negative", _get(_INDEX | {"timeout": "-1"}),
          answers(400, of_shape("Error")), ANYTHING),
    _case("timeout-zero", "A timeout of 0 means no window", _get(_INDEX | {"timeout": "0"}), _GIVEN),
)  # fmt: skip

_FULL = (
    _case("full", "A full environment has no session to give", _with_user("{newcomer}"), told(503, _NO_SESSION),
          given=Given.FULL),
    _case("full-reason", "It says why, and when to ask again", _with_user("{newcomer}"), _full("workshop-full"),
          told(503, _NO_SESSION), given=Given.FULL),
    _case("full-same-user", "Who has a session there gets it again", _get(_INDEX), _SAME, given=Given.FULL),
    _case("user-limit", "A user's own limit holds", _get(_INDEX), told(503, _NO_SESSION), given=Given.USER_LIMIT),
    _case("user-limit-reason", "It says so", _get(_INDEX), _full("user-limit"), told(503, _NO_SESSION),
          given=Given.USER_LIMIT),
    _case("portal-full", "A full portal has no session to give", _with_user("{newcomer}"), told(503, _NO_SESSION),
          given=Given.PORTAL_FULL),
    _case("portal-full-reason", "It says so", _with_user("{newcomer}"), _full("portal-full"), told(503, _NO_SESSION),
          given=Given.PORTAL_FULL),
    _case("stopped", "A stopped environment has none", _with_user("{user}"), told(503, _NO_SESSION),
          given=Given.STOPPED),
    _case("stopping", "Nor has one that is stopping", _with_user("{user}"), told(503, _NO_SESSION),
          given=Given.STOPPING),
)  # fmt: skip


def _own(says: str = "the session", **more: str) -> Expect:
    return fits(
        "UserSessions",
        equals("user", "{user}"),
        value("sessions", f"{says}", lambda at, facts: [each["name"] for each in at] == [facts["session"]]),
    )


_NONE_LEFT = fits("UserSessions", equals("sessions", []))
_SESSIONS = (
    _case("user-sessions", "The robot gets the sessions of a user", _get("", path=_USER), _own(), given=Given.RUNNING),
    _case("user-email", "A user id in a path is percent-encoded", _get("",
          path="/workshops/user/{user}%40x.org/sessions/"),
          fits("UserSessions", equals("user", "{user}@x.org"), equals("sessions", []))),
    _case("user-short-path", "The path works as the documentation prints it", _get("", path="/user/{user}/sessions/"),
          _own(), ANYTHING, given=Given.RUNNING),
    _case("user-unknown", "An unknown user has none", _get("", path="/workshops/user/no-such-user/sessions/"),
          _NONE_LEFT),
    _case("user-no-token", "No token is refused", _get("", Who.NOBODY, _USER), UNAUTHORIZED, FORBIDDEN),
    _case("user-admin", "Only the robot may ask", _get("", Who.ADMIN, _USER), answers(403), needs=[Need.ADMIN]),
    _case("user-terminated", "A session that ended is not listed", _get("", path=_USER), _NONE_LEFT,
          given=Given.TERMINATED),
    _case("user-lapsed", "Nor is one that was never activated", _get("", path=_USER), _NONE_LEFT, ANYTHING,
          given=Given.LAPSED),
    _case("user-expired", "Nor is one whose time is up", _get("", path=_USER), _NONE_LEFT, ANYTHING,
          given=Given.EXPIRED),
    _case("user-refused", "A refused user has none", _get("", path="/workshops/user/{newcomer}/sessions/"), _NONE_LEFT,
          given=Given.FULL),
    _case("after-terminated", "A user whose session ended gets a new one", _get(_INDEX),
          fits("AllocatedSession", value("name", "another", lambda at, facts: at != facts["session"])),
          given=Given.TERMINATED),
    _case("after-expired-named", "An expired session is not given by name", _get(_INDEX | {"session": "{session}"}),
          told(503, _NO_SESSION), given=Given.EXPIRED),
)  # fmt: skip

CASES = _WHO + _USERS + _BODIES + _TIMEOUTS + _FULL + _SESSIONS
