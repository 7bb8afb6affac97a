"""The grant by which a session learns whose browser is in front of it (RFC 6749, section 4.1; PKCE, RFC 7636).

Authlib checks the request at either end; here is what is kept between the two, and that it is used up in one step.
"""

import re

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError, UnauthorizedClientError, grants

from portal_backend.clients import SCOPE
from portal_backend.running import context
from portal_backend.services import codes
from portal_backend.services.accounts import Pair
from portal_backend.services.codes import Consent, Exchange

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


class AuthorizationCodeGrant(grants.AuthorizationCodeGrant):  # type: ignore[misc]
    """Gives a code to a signed-in browser, and takes it back for tokens, once."""

    def validate_authorization_request(self) -> str:
        """Return where the browser goes; raises an OAuth2Error."""
        redirect_uri: str = super().validate_authorization_request()
        sent = self.request.payload.data
        challenge, method = sent.get("code_challenge", ""), sent.get("code_challenge_method", "")
        if (challenge or method) and (method != "S256" or not _CHALLENGE.fullmatch(challenge)):
            raise InvalidRequestError("Only the code_challenge_method 'S256' is supported.", redirect_uri=redirect_uri)
        return redirect_uri

    def generate_authorization_code(self) -> str:
        """Return a new code; it is stored already."""
        sent = self.request.payload
        consent = Consent(
            sent.client_id, self.request.user, sent.redirect_uri, SCOPE, sent.data.get("code_challenge", "")
        )
        return codes.give(context(), consent)

    def save_authorization_code(self, code: str, request: object) -> None:
        """Do nothing: making a code stores it."""

    def validate_token_request(self) -> None:
        """Check who asks, and that a code was sent."""
        self.request.client = self.authenticate_token_endpoint_client()
        if not self.request.client.check_grant_type(self.GRANT_TYPE):
            raise UnauthorizedClientError
        for name in ("code", "redirect_uri"):
            if not self.request.form.get(name):
                raise InvalidRequestError(f"Missing '{name}' in request.")

    def create_token_response(self) -> tuple[int, dict[str, object], list[tuple[str, str]]]:
        """Return tokens for the code; raises InvalidGrantError when it is not good, or not good any more."""
        form = self.request.form
        offer = Exchange(form["code"], self.request.client.name, form["redirect_uri"], form.get("code_verifier", ""))
        pair = codes.exchange(context(), offer)
        if pair is None:
            raise InvalidGrantError
        return 200, told(pair), self.TOKEN_RESPONSE_HEADER


def told(pair: Pair, refreshable: bool = True) -> dict[str, object]:
    """Return a pair of tokens as a client is told of it."""
    body: dict[str, object] = {
        "access_token": pair.access,
        "expires_in": pair.expires_in,
        "token_type": "Bearer",
        "scope": pair.scope,
    }
    return body | {"refresh_token": pair.refresh} if refreshable else body
