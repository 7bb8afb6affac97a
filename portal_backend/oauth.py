"""The portal as an OAuth2 server: who may have a token, how, and for how long (RFC 6749, 7009).

Authlib runs the protocol; here are the endpoints, the grants, and what the field answers where Authlib would differ.
Tokens are random, stored only as hashes by `services.accounts`, and come and go in pairs.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_plus

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.integrations.flask_oauth2.requests import FlaskOAuth2Payload, FlaskOAuth2Request
from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError, grants
from authlib.oauth2.rfc6749.errors import InvalidClientError, InvalidScopeError
from authlib.oauth2.rfc7009 import RevocationEndpoint
from flask import Blueprint, Flask, Response, current_app, request

from portal_backend import clients, limits
from portal_backend.authorization_code import AuthorizationCodeGrant, told
from portal_backend.clients import SCOPE, Client
from portal_backend.contract.wire import REVOKE_TOKEN, TOKEN
from portal_backend.running import context, credentials, settings
from portal_backend.services import accounts

_EXTENSION = "portal_oauth"
# RFC 9745: since RFC 9700 was published, in January 2025. Clients of the field know no other grant, so it stays.
_PASSWORD_GRANT_DEPRECATED = "@1735689600"
_WHY_DEPRECATED = '<https://www.rfc-editor.org/rfc/rfc9700#section-2.4>; rel="deprecation"; type="text/html"'

blueprint = Blueprint("oauth", __name__)


class InvalidClient(InvalidClientError):  # type: ignore[misc]
    """The client is unknown, or its secret is wrong or missing."""

    status_code = 401

    def get_headers(self) -> list[tuple[str, str]]:
        """Return the challenge of RFC 6749, and beside it the one the field sends."""
        headers = super(InvalidClientError, self).get_headers()
        challenges = ('Basic realm="portal"', f'Bearer error="{self.error}"')
        return [*headers, *(("WWW-Authenticate", challenge) for challenge in challenges)]


class PortalRequest(FlaskOAuth2Request):  # type: ignore[misc]
    """The current request; whether it came over TLS is the deployment's affair, so Authlib does not judge it."""

    def __init__(self) -> None:
        """Take the current request, its address told as if it were https."""
        super(FlaskOAuth2Request, self).__init__(request.method, f"https://{request.host}{request.path}")
        self.headers = request.headers
        self._request = request
        self.payload = FlaskOAuth2Payload(request)


class Server(AuthorizationServer):  # type: ignore[misc]
    """Authlib's server over this portal's clients and tokens."""

    def create_oauth2_request(self, _request: object) -> PortalRequest:
        """Return the current request as Authlib reads it."""
        return PortalRequest()

    def query_client(self, client_id: str) -> Client | None:
        """Return the client of that id, or None."""
        return clients.find(client_id)

    def authenticate_client(self, _request: object, _methods: object, endpoint: str = "token") -> Client:
        """Return the client that sent the request; raises InvalidClient unless its secret is right."""
        client_id, secrets_sent = _sent_client()
        client = self.query_client(client_id)
        if client is None or not client.knows(secrets_sent):
            raise InvalidClient
        return client

    def validate_requested_scope(self, scope: str | None) -> None:
        """Raise InvalidScopeError when anything but the one scope is asked for."""
        if set((scope or SCOPE).split()) - {SCOPE}:
            raise InvalidScopeError(description="")

    def generate_token(
        self, grant_type: str, client: Client, user: str | None = None, include_refresh_token: bool = True, **_: Any
    ) -> dict[str, object]:
        """Return a new pair as it is told to the client; it is stored already."""
        return told(accounts.issue(context(), user or client.username, client.name, SCOPE), include_refresh_token)

    def save_token(self, token: object, request: object) -> None:
        """Do nothing: issuing and renewing store what they make, in one transaction."""


def _sent_client() -> tuple[str, set[str]]:
    """Return the id and the readings of the secret: RFC 6749 form-encodes it in Basic, many clients do not."""
    if request.headers.get("Authorization", "").lower().startswith("basic"):
        basic = request.authorization
        if basic is None or not basic.username:
            raise InvalidClient
        return basic.username, {basic.password or "", unquote_plus(basic.password or "")}
    return request.form.get("client_id", ""), {request.form.get("client_secret", "")}


class PasswordGrant(grants.ResourceOwnerPasswordCredentialsGrant):  # type: ignore[misc]
    """A token for the name and password of the robot or the admin."""

    def authenticate_user(self, username: str, password: str) -> str:
        """Return the account's name; raises InvalidGrantError when the password is not its own."""
        if accounts.login(credentials(), username, password, settings().robot_password_fallbacks) is None:
            raise InvalidGrantError("Invalid credentials given.")
        return username


class RefreshGrant(grants.RefreshTokenGrant):  # type: ignore[misc]
    """A new pair for a refresh token, which kills the old pair; of two that come at once, one wins."""

    def validate_token_request(self) -> None:
        """Check who asks, and that something to renew was sent."""
        self.request.client = self._validate_request_client()
        if not self.request.form.get("refresh_token"):
            raise InvalidRequestError("Missing 'refresh_token' in request.")
        self.validate_requested_scope()

    def create_token_response(self) -> tuple[int, dict[str, object], list[tuple[str, str]]]:
        """Return the new pair; raises InvalidGrantError when the token was used, revoked, too old or never given."""
        pair = accounts.renew(context(), self.request.form["refresh_token"], self.request.client.name)
        if pair is None:
            raise InvalidGrantError
        return 200, told(pair), self.TOKEN_RESPONSE_HEADER


class Revocation(RevocationEndpoint):  # type: ignore[misc]
    """Kills a pair by either of its tokens; one that is unknown or another client's is none of the asker's business."""

    def create_endpoint_response(self, request: Any) -> tuple[int, str, list[tuple[str, str]]]:
        """Return the empty answer of RFC 7009."""
        client = self.authenticate_endpoint_client(request)
        if not request.form.get("token"):
            raise InvalidRequestError("Missing 'token' in request.")
        accounts.revoke(context(), request.form["token"], client.name)
        return 200, "", [("Content-Type", "application/json")]


def _guessed_wrong(response: Response) -> bool:
    """Whether a secret, a password, a code or a token was wrong; what is only malformed tells nobody anything."""
    return response.status_code == 401 or (response.status_code == 400 and b"invalid_grant" in response.data)


@blueprint.post(TOKEN, strict_slashes=False)
@limits.wrong_secrets(_guessed_wrong)
def token() -> Response:
    """Give out a token, or say in OAuth2's words why not."""
    response = _answer(lambda made: made.create_token_response(), needed="grant_type")
    if request.form.get("grant_type") == "password":
        response.headers["Deprecation"] = _PASSWORD_GRANT_DEPRECATED
        response.headers["Link"] = _WHY_DEPRECATED
    return response


@blueprint.post(REVOKE_TOKEN, strict_slashes=False)
@limits.wrong_secrets(_guessed_wrong)
def revoke() -> Response:
    """Take a token back."""
    return _answer(lambda made: made.create_endpoint_response("revocation"))


def _answer(ask: Callable[[Server], Response], needed: str = "") -> Response:
    problem = _malformed(needed)
    response = ask(server()) if problem is None else server().handle_error_response(None, problem)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Pragma"] = "no-cache"
    return response


def _malformed(needed: str) -> InvalidRequestError | None:
    """Return what is wrong with the request as a whole, before anybody looks at its values."""
    if request.query_string:
        return InvalidRequestError("URL query parameters are not allowed")
    if any(len(values) > 1 for _, values in request.form.lists()):
        return InvalidRequestError("A parameter is given more than once.")
    if needed and request.form and not request.form.get(needed):
        return InvalidRequestError(f"Request is missing {needed} parameter.")
    return None


def server() -> Server:
    """Return the current application's server."""
    found: Server = current_app.extensions[_EXTENSION]
    return found


def register(app: Flask) -> None:
    """Make `app` an OAuth2 server."""
    made = Server()
    made.init_app(app)
    for grant in (PasswordGrant, grants.ClientCredentialsGrant, RefreshGrant, AuthorizationCodeGrant):
        made.register_grant(grant)
    made.register_endpoint(Revocation)
    app.extensions[_EXTENSION] = made
    app.register_blueprint(blueprint)
