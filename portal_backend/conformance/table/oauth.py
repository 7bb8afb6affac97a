"""Logging in, renewing and revoking (RFC 6749, 6750, 7009)."""

from portal_backend.conformance.case import ANYTHING, Ask, Fields, Given, Section, Who
from portal_backend.conformance.checks import (
    EMPTY,
    FORBIDDEN,
    REDIRECTS,
    UNAUTHORIZED,
    answers,
    equals,
    fits,
    header,
    lacks,
    oauth_error,
    value,
)
from portal_backend.contract.wire import CATALOG_ENVIRONMENTS, REVOKE_TOKEN, TOKEN, TOKEN_LIFETIME_SECONDS

_case = Section("oauth2")
_CLIENT = {"client_id": "{client_id}", "client_secret": "{client_secret}"}
_PASSWORD = {"grant_type": "password", "username": "{username}", "password": "{password}"}
_RENEWAL = {"grant_type": "refresh_token", "refresh_token": "{refresh}"}
_PAIR = fits(
    "Token",
    value("refresh_token", "sent", lambda at, _: bool(at)),
    equals("expires_in", TOKEN_LIFETIME_SECONDS),
    equals("scope", "user:info"),
    header("Cache-Control", "no-store"),
)
_BAD_CLIENT = oauth_error(401, "invalid_client")


def _form(fields: Fields, who: Who = Who.NOBODY, path: str = TOKEN, **more: Fields) -> Ask:
    return Ask("POST", path, who=who, form=fields, **more)  # type: ignore[arg-type]


def _without(*names: str) -> dict[str, str]:
    return {name: text for name, text in _PASSWORD.items() if name not in names}


_LOGIN = (
    _case("password-basic", "The robot logs in, its client by Basic", _form(_PASSWORD, Who.CLIENT), _PAIR),
    _case("password-form", "The robot logs in, its client in the form", _form(_PASSWORD | _CLIENT), _PAIR),
    _case("no-secret", "A client without its secret is refused",
          _form(_PASSWORD | {"client_id": "{client_id}"}), _BAD_CLIENT, _PAIR),
    _case("wrong-secret", "A client with a wrong secret is refused",
          _form(_PASSWORD | _CLIENT | {"client_secret": "wrong"}), _BAD_CLIENT),
    _case("wrong-password", "A wrong password is refused",
          _form(_PASSWORD | {"password": "wrong"}, Who.CLIENT), oauth_error(400, "invalid_grant")),
    _case("unknown-username", "An unknown user is refused",
          _form(_PASSWORD | {"username": "nobody-of-that-name"}, Who.CLIENT), oauth_error(400, "invalid_grant")),
    _case("no-password", "A login without a password is malformed",
          _form(_without("password"), Who.CLIENT), oauth_error(400, "invalid_request")),
    _case("no-username", "A login without a user is malformed",
          _form(_without("username"), Who.CLIENT), oauth_error(400, "invalid_request")),
    _case("unknown-client", "An unknown client is refused",
          _form(_PASSWORD, headers={"Authorization": "Basic bm9wZTpub3Bl"}), _BAD_CLIENT),
    _case("malformed-basic", "A Basic header that cannot be read is refused",
          _form(_PASSWORD, headers={"Authorization": "Basic !"}), _BAD_CLIENT),
    _case("no-client", "A login without a client is refused", _form(_PASSWORD), _BAD_CLIENT),
    _case("client-challenge", "A refused client is told how to log in",
          _form(_PASSWORD), answers(401, header("WWW-Authenticate", "invalid_client"))),
    _case("unknown-grant", "An unknown grant is refused",
          _form(_PASSWORD | {"grant_type": "magic"}, Who.CLIENT), oauth_error(400, "unsupported_grant_type")),
    _case("unknown-scope", "An unknown scope is refused",
          _form(_PASSWORD | {"scope": "admin"}, Who.CLIENT), oauth_error(400, "invalid_scope")),
    _case("client-credentials", "The robot's client alone gets a token of its own",
          _form({"grant_type": "client_credentials"}, Who.CLIENT), fits("Token", lacks("refresh_token")),
          oauth_error(400, "unauthorized_client")),
    _case("json-body", "A JSON body is no form",
          Ask("POST", TOKEN, who=Who.CLIENT, json={"grant_type": "password", "username": "x", "password": "x"}),
          oauth_error(400, "unsupported_grant_type", "invalid_request")),
    _case("query", "Parameters in the address are refused",
          Ask("POST", TOKEN, {"grant_type": "password", "username": "x", "password": "x"}, Who.CLIENT),
          oauth_error(400, "invalid_request")),
    _case("get", "A login is a POST", Ask("GET", TOKEN, who=Who.NOBODY), answers(405, header("Allow", "POST"))),
    _case("no-slash", "A login works without the final slash, in place",
          _form(_PASSWORD, Who.CLIENT, TOKEN.rstrip("/")), _PAIR, answers(REDIRECTS)),
    _case("doubled-slashes", "A login works with doubled slashes, in place",
          _form(_PASSWORD, Who.CLIENT, TOKEN.replace("/", "//")), _PAIR, ANYTHING),
)  # fmt: skip

_RENEW = (
    _case("refresh-form", "A pair is renewed, the client in the form",
          _form(_RENEWAL | _CLIENT), _PAIR, given=Given.TOKENS),
    _case("refresh-basic", "A pair is renewed, the client by Basic",
          _form(_RENEWAL, Who.CLIENT), _PAIR, given=Given.TOKENS),
    _case("refresh-again", "A refresh token works once",
          _form(_RENEWAL, Who.CLIENT), oauth_error(400, "invalid_grant"), given=Given.RENEWED),
    _case("refresh-kills-access", "Renewing a pair ends its old access token",
          Ask("GET", CATALOG_ENVIRONMENTS, "sessions=true&state=STOPPED", who=Who.BEARER), UNAUTHORIZED, FORBIDDEN,
          given=Given.RENEWED),
    _case("refresh-unknown", "An unknown refresh token is refused",
          _form({"grant_type": "refresh_token", "refresh_token": "bogus"}, Who.CLIENT),
          oauth_error(400, "invalid_grant")),
    _case("refresh-wrong-client", "A refresh token is no use without its client",
          _form(_RENEWAL | _CLIENT | {"client_secret": "wrong"}), _BAD_CLIENT, given=Given.TOKENS),
)  # fmt: skip

_REVOKE = (
    _case("revoke-wrong-secret", "A client with a wrong secret may not revoke",
          _form({"token": "{access}"} | _CLIENT | {"client_secret": "wrong"}, path=REVOKE_TOKEN), _BAD_CLIENT,
          given=Given.TOKENS),
    _case("revoke-no-secret", "A client without its secret may not revoke",
          _form({"token": "{access}", "client_id": "{client_id}"}, path=REVOKE_TOKEN), _BAD_CLIENT,
          answers(200), given=Given.TOKENS),
    _case("revoke", "An access token is revoked, the answer empty",
          _form({"token": "{access}"} | _CLIENT, path=REVOKE_TOKEN), answers(200, EMPTY), given=Given.TOKENS),
    _case("revoke-unknown", "Revoking an unknown token is no error",
          _form({"token": "nobody-s-token"}, Who.CLIENT, REVOKE_TOKEN), answers(200, EMPTY)),
    _case("revoke-nothing", "Revoking nothing is malformed",
          _form({}, Who.CLIENT, REVOKE_TOKEN), oauth_error(400, "invalid_request")),
    _case("revoked-access", "A revoked access token is refused",
          Ask("GET", CATALOG_ENVIRONMENTS, who=Who.BEARER), UNAUTHORIZED, FORBIDDEN, Given.ACCESS_REVOKED),
    _case("revoked-refresh", "Revoking the refresh token ends the access token too",
          Ask("GET", CATALOG_ENVIRONMENTS, who=Who.BEARER), UNAUTHORIZED, FORBIDDEN, Given.REFRESH_REVOKED),
    _case("revoked-pair", "Revoking the access token ends the refresh token too",
          _form(_RENEWAL, Who.CLIENT), oauth_error(400, "invalid_grant"), ANYTHING, Given.ACCESS_REVOKED),
)  # fmt: skip

CASES = _LOGIN + _RENEW + _REVOKE
