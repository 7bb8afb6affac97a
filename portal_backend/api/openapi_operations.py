"""What each route of the REST API takes and answers, by the name of its view; the source of `/openapi.json`."""

from portal_backend.api.openapi_parts import (
    ADDRESS,
    BEARER,
    BEARER_OR_NONE,
    CHALLENGE,
    CLIENT,
    EMAIL,
    ENVIRONMENT,
    FILTERS,
    MALFORMED,
    NO_SESSION,
    NOBODY,
    NOT_IN_USE,
    NOT_ROBOT,
    NOT_YOURS,
    PAUSE,
    SESSION,
    SESSIONS,
    TEXT,
    UNAUTHORIZED,
    USER,
    Json,
    Operation,
    form,
    gives,
    header,
    header_of,
    json_body,
    oauth_refuses,
    page,
    query,
    refuses,
)
from portal_backend.api.reading import LONGEST_TIMEOUT
from portal_backend.contract.wire import NEWCOMER_HEADER, TOKEN_LIFETIME_SECONDS, USER_ID_MAX_LENGTH

_STARTED, _EXPIRES = "2026-11-22T09:30:00.000Z", "2026-11-22T10:30:00.000Z"
_CLOCK: Json = {
    "status": "RUNNING",
    "started": _STARTED,
    "expires": _EXPIRES,
    "expiring": False,
    "countdown": 3600,
    "extendable": False,
}
_GIVEN: Json = {
    "name": "workshops-w01-s001",
    "session": "workshops-w01-s001",
    "user": "ann@example.com",
    "url": "/workshops/session/workshops-w01-s001/activate/?token=TOKEN&index_url=https%3A%2F%2Fwww.example.com%2F",
    "namespace": "workshops-w01-s001",
    "workshop": "git-history",
    "environment": "workshops-w01",
}
_SECRET: Json = {"type": "string"}
_CLIENT: Json = {"client_id": _SECRET, "client_secret": _SECRET}


_MORE_FIELDS: Json = {"additionalProperties": {"type": "string"}}  # they are ignored, but none may come twice


def _grant(name: str, *needed: str, **optional: Json) -> Json:
    fields = {key: {"type": "string", "minLength": 1} for key in needed}
    properties = {"grant_type": {"const": name}, **fields, "scope": {"const": "user:info"}, **_CLIENT, **optional}
    return {
        "title": name,
        "type": "object",
        "required": ["grant_type", *needed],
        "properties": properties,
        **_MORE_FIELDS,
    }


_GRANTS: Json = {
    "oneOf": [
        _grant("password", "username", "password"),
        _grant("refresh_token", "refresh_token"),
        _grant("client_credentials"),
        _grant("authorization_code", "code", "redirect_uri", code_verifier=_SECRET),
    ]
}
_OAUTH: dict[int, Json] = {
    400: oauth_refuses("A field is missing or wrong.", "invalid_grant"),
    401: oauth_refuses("The client is unknown, or its secret is wrong or missing.", "invalid_client", **CHALLENGE),
}
_OWNED: dict[int, Json] = {400: NOT_IN_USE, 401: UNAUTHORIZED, 403: NOT_YOURS, 404: NO_SESSION}
_READ: dict[int, Json] = {400: MALFORMED, 401: UNAUTHORIZED, 403: NOT_YOURS, 404: NO_SESSION}
_NO_ENVIRONMENT = refuses(
    "There is no such environment, or somebody else than the robot asks.",
    "Environment does not exist",
    "no-such-environment",
)
_FULL = refuses(
    "There is no session to give: `workshop-full`, `portal-full`, `user-limit`, `stopping` or `no-such-session`.",
    "No session available",
    "workshop-full",
    **PAUSE,
)
_REQUESTED = (
    query("index_url", "Where the user returns to; the portal's own index when not given.",
          {"type": "string", "pattern": ADDRESS, "maxLength": 2000}, "https://www.example.com/labs"),
    query("redirect_url", "The older name of `index_url`.", {"type": "string", "pattern": ADDRESS, "maxLength": 2000},
          deprecated=True),
    query("user", "The user id; a new one is made when not given. What an unknown one gets is a setting.",
          {"type": "string", "maxLength": USER_ID_MAX_LENGTH, "pattern": TEXT}, "ann@example.com"),
    query("session", "Only this session of the user, never a new one."),
    query("timeout", "Seconds until a session not activated lapses; 0: never.",
          {"type": "integer", "minimum": 0, "maximum": LONGEST_TIMEOUT, "default": 60}, 60),
    query("email", "The user's e-mail address.", {"type": "string", "maxLength": 254, "pattern": EMAIL},
          "ann@example.com"),
    query("first_name", "The user's first name.", {"type": "string", "maxLength": 150, "pattern": TEXT}),
    query("last_name", "The user's last name.", {"type": "string", "maxLength": 150, "pattern": TEXT}),
    query("firstname", "The older name of `first_name`.", {"type": "string", "maxLength": 150, "pattern": TEXT},
          deprecated=True),
    query("lastname", "The older name of `last_name`.", {"type": "string", "maxLength": 150, "pattern": TEXT},
          deprecated=True),
    query("analytics_url", "Where the session's events are posted.",
          {"type": "string", "pattern": ADDRESS, "maxLength": 2000}),
    header(NEWCOMER_HEADER, "Without a `user`, requests with the same key are one newcomer's.",
           "0b7a7b1e-5a53-4b7e-9a1c-6f6f0c9a2d11"),
)  # fmt: skip

OPERATIONS: dict[str, Operation] = {
    "oauth.token": Operation(
        "OAuth2",
        {
            200: gives(
                "Token",
                "A token. A client's own (`client_credentials`) comes without a refresh token.",
                {
                    "access_token": "ACCESS",
                    "expires_in": TOKEN_LIFETIME_SECONDS,
                    "token_type": "Bearer",
                    "scope": "user:info",
                    "refresh_token": "REFRESH",
                },
            ),
            **_OAUTH,
        },
        CLIENT,
        body=form(_GRANTS, {"grant_type": "password", "username": "robot@educates", "password": "PASSWORD"}),
        more="The client proves itself by HTTP Basic or by `client_id` and `client_secret` in the form.",
    ),
    "oauth.revoke": Operation(
        "OAuth2",
        {200: {"description": "It is no token any more, and its pair neither; also when it never was."}, **_OAUTH},
        CLIENT,
        body=form(
            {
                "type": "object",
                "required": ["token"],
                "properties": {"token": {"type": "string", "minLength": 1}, "token_type_hint": _SECRET, **_CLIENT},
                **_MORE_FIELDS,
            },
            {"token": "ACCESS"},
        ),
    ),
    "authorization_pages.authorize": Operation(
        "OAuth2",
        {
            303: {"description": "On to the session with a code or an error, or to the login.",
                  "headers": {"Location": header_of("Where to.", required=True)}},
            400: page("The request is not from a session that is running."),
            403: page("Somebody else may not."),
            503: page("A browser fetches ahead, or the store does not answer."),
        },
        NOBODY,
        (
            query("response_type", "`code`.", {"type": "string"}, "code"),
            query("client_id", "The session's name.", example="workshops-w01-s001"),
            query("redirect_uri", "The session's own address, with `/oauth_callback`."),
            query("state", "Comes back as it is."),
            query("scope", "`user:info`, or nothing."),
            query("code_challenge", "For PKCE."),
            query("code_challenge_method", "`S256`."),
        ),
        more="The browser half of the authorization code grant: tells a session its visitor.",
    ),
    "api_catalog.environments": Operation(
        "Catalog",
        {200: gives("EnvironmentCatalog", "The portal and its environments."), 400: MALFORMED, 401: UNAUTHORIZED},
        BEARER_OR_NONE,
        (SESSIONS, *FILTERS),
        more="Without a token only when the catalog is public, and then without sessions.",
    ),
    "api_catalog.workshops": Operation(
        "Catalog",
        {200: gives("WorkshopCatalog", "The portal and its workshops."), 400: MALFORMED, 401: UNAUTHORIZED},
        BEARER_OR_NONE,
        FILTERS,
        more="Without a token only when the catalog is public.",
    ),
    "api_environments.status": Operation(
        "Environments",
        {200: gives("Environment", "The environment."), 400: MALFORMED, 401: UNAUTHORIZED, 403: _NO_ENVIRONMENT},
        BEARER,
        (ENVIRONMENT, SESSIONS),
    ),
    "api_environments.request_session": Operation(
        "Environments",
        {
            200: gives("AllocatedSession", "The session; `url` is the path a browser activates it by.", _GIVEN),
            400: refuses("A value is not what it should be.", "Invalid email address", "invalid-email"),
            401: UNAUTHORIZED,
            403: _NO_ENVIRONMENT,
            503: _FULL,
        },
        BEARER,
        (ENVIRONMENT, *_REQUESTED),
        json_body("Parameters", {"parameters": [{"name": "LANGUAGE", "value": "de"}]}, required=False),
        "The environment's name, the workshop's name or the alias will do. Who has a live session there gets that one.",
    ),
    "api_users.user_sessions": Operation(
        "Users",
        {200: gives("UserSessions", "The sessions; none for an unknown user."), 400: MALFORMED, 401: UNAUTHORIZED,
         403: NOT_ROBOT},
        BEARER,
        (USER,),
    ),
    "api_sessions.schedule": Operation(
        "Sessions", {200: gives("Schedule", "The clock.", _CLOCK), **_READ}, BEARER, (SESSION,)
    ),
    "api_sessions.extend": Operation(
        "Sessions",
        {200: gives("ExtendedSchedule", "The clock, and whether it moved.", _CLOCK | {"extended": False}), **_OWNED},
        BEARER,
        (SESSION,),
        more="Outside the time in which it may be extended nothing changes, and that is no error.",
    ),
    "api_sessions.terminate": Operation(
        "Sessions",
        {200: gives("EndedSession", "When it was.", {"started": _STARTED, "expires": _EXPIRES}), **_OWNED},
        BEARER,
        (SESSION,),
        more="A second time it is not found.",
    ),
    "api_sessions.config": Operation(
        "Sessions",
        {
            200: gives(
                "SessionConfig",
                "The address, and the password where there is one.",
                {"url": "https://portal.example.com/workshops/session/workshops-w01-s001/", "password": ""},
            ),
            **_READ,
        },
        BEARER,
        (SESSION,),
    ),
    "api_sessions.authorize": Operation(
        "Sessions",
        {
            200: gives(
                "Authorization",
                "The owner, and the user of the token.",
                {"owner": "ann@example.com", "user": "robot@educates", "staff": False},
            ),
            **_OWNED,
        },
        BEARER,
        (SESSION,),
    ),
    "api_sessions.event": Operation(
        "Sessions",
        {200: gives("Empty", "It was taken note of.", {}), **_OWNED},
        BEARER,
        (SESSION,),
        json_body("Event", {"event": {"name": "Workshop/View", "data": {"current_page": "first"}}}, required=True),
    ),
    "health.alive": Operation("Health", {200: gives("Health", "It does.", {"status": "ok"})}, NOBODY),
    "health.ready": Operation(
        "Health",
        {
            200: gives("Readiness", "They can.", {"status": "ok", "parts": {"store": "ok", "configuration": "ok"}}),
            503: gives("Readiness", "They cannot, and which part is why."),
        },
        NOBODY,
    ),
    "api_openapi.document": Operation(
        "Health",
        {200: {"description": "This document.", "content": {"application/json": {"schema": {"type": "object"}}}}},
        NOBODY,
    ),
}  # fmt: skip
