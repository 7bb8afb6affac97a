"""The OAuth2 clients there are: the robot's, and one for each live session.

A session's client is for whatever runs the session, so that it can tell whose browser is in front of it. Its id is the
session's name; its secret follows from the cookie key, is stored nowhere, and is given to the provider
(`credentials.session_client`); browsers are sent back to one address only, `<where the session is>/oauth_callback`.
"""

import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256

from authlib.oauth2.rfc6749 import ClientMixin

from portal_backend.credentials import session_secrets
from portal_backend.running import context, credentials, settings
from portal_backend.services import sessions

SCOPE = "user:info"
CALLBACK = "/oauth_callback"
_ROBOT_GRANTS = frozenset({"password", "refresh_token", "client_credentials"})
_SESSION_GRANTS = frozenset({"authorization_code", "refresh_token"})
_SESSION_NAME = re.compile(r"[a-z0-9.-]{1,100}-s\d{1,12}")


def same(given: str, wanted: str) -> bool:
    """Whether two secrets are equal, in a time that tells nothing about either."""
    return hmac.compare_digest(_hashed(given), _hashed(wanted))


def _hashed(text: str) -> bytes:
    return sha256(text.encode(errors="surrogatepass")).digest()


@dataclass(frozen=True)
class Client(ClientMixin):  # type: ignore[misc]
    """A confidential OAuth2 client; `username` is whom it acts for when it comes alone."""

    name: str
    secrets: tuple[str, ...] = field(repr=False)
    grants: frozenset[str]
    username: str = ""
    redirect_uri: str = ""

    def get_client_id(self) -> str:
        """Return the client's id."""
        return self.name

    def get_allowed_scope(self, scope: str | None) -> str:
        """Return the one scope there is, whatever part of it was asked for."""
        return SCOPE

    def get_default_redirect_uri(self) -> str | None:
        """Return nothing: a client says where it wants the browser back."""
        return None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Whether a browser may be sent there: the one address of this client, to the letter."""
        return bool(self.redirect_uri) and redirect_uri == self.redirect_uri

    def check_response_type(self, response_type: str) -> bool:
        """Whether the client may ask a browser for this."""
        return response_type == "code" and "authorization_code" in self.grants

    def check_grant_type(self, grant_type: str) -> bool:
        """Whether the client may use this grant."""
        return grant_type in self.grants

    def knows(self, sent: Iterable[str]) -> bool:
        """Whether one of the readings of a secret is the client's."""
        return any([same(secret, wanted) for secret in sent for wanted in self.secrets])


def find(client_id: str) -> Client | None:
    """Return the client of that id, or None; that of a session is gone when the session is over."""
    known = credentials()
    if same(client_id, known.robot_client.name):
        secrets = (known.robot_client.secret, *settings().robot_client_secret_fallbacks)
        return Client(known.robot_client.name, secrets, _ROBOT_GRANTS, username=known.robot.name)
    held = sessions.find(context(), client_id) if _SESSION_NAME.fullmatch(client_id) else None
    if held is None or not held.session.live(context().now()):
        return None
    back = f"{context().provider.url(held.session)}{CALLBACK}"
    return Client(client_id, session_secrets(settings(), client_id), _SESSION_GRANTS, redirect_uri=back)
