"""Speaks OpenID Connect to the provider an owner names: authorization code with PKCE, and tokens that are verified.

The provider's addresses come from its discovery document, kept for an hour and used longer when it does not answer;
its keys are kept as long, and fetched anew for a token they do not fit. An answer counts only with the state this
browser was sent away with; its ID token must be signed by the provider with a public-key algorithm, and be for this
site, in time, and for this very sign-in. What the ID token does not say is asked at the userinfo endpoint, which must
speak of the same subject. Every call passes a gate, like those to portals.
"""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast
from urllib.parse import urlencode

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet, KeySetSerialization
from joserfc.jws import JWSRegistry

from frontend.portal_gate import Gate, GateClosed
from frontend.providers import Claims, Declined, ProviderSilent, Untrusted
from frontend.signed_in import Begun
from frontend.site.sign_in import Oidc
from portal_backend.contract.instance import InstanceError
from portal_backend.contract.urls import parse_http_url

_DISCOVERY = "/.well-known/openid-configuration"
_TIMEOUT = (3.05, 8.0)
_KEEP_SECONDS = 3600
# How far two clocks may be apart.
SKEW_SECONDS = 60
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
_WANTED = ("email", "name", "given_name", "family_name")
_log = logging.getLogger(__name__)


class Provider:
    """One provider; `secret` is called at each sign-in, so that a changed one counts without a restart."""

    def __init__(self, config: Oidc, site_url: str, secret: Callable[[], str | None]) -> None:
        self.config = config
        self._site_url = site_url
        self._secret = secret
        self._gate = Gate(ProviderSilent)
        self._lock = threading.Lock()
        self._document: tuple[float, dict[str, Any]] | None = None
        self._keys: dict[str, Any] | None = None

    @property
    def source(self) -> str:
        """What tells this provider's people from another's."""
        return self.config.issuer.rstrip("/")

    def begin(self, page: str, now: int) -> tuple[str, Begun]:
        """Return where the browser signs in, and what its answer must fit; raises ProviderError."""
        begun = Begun(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48), page, now)
        with self._asking() as document, self._session(document) as session:
            url, _ = session.create_authorization_url(
                _endpoint(document, "authorization_endpoint"),
                state=begun.state,
                nonce=begun.nonce,
                code_verifier=begun.verifier,
            )
        return str(url), begun

    def claims(self, answer: Mapping[str, str], begun: Begun, now: int) -> Claims:
        """Return what the provider says of the person who came back with `answer`; raises ProviderError."""
        if "error" in answer:
            raise Declined(f"{self.source}: {answer['error'][:80]!r}")
        with self._asking() as document, self._session(document) as session:
            if answer.get("iss", document["issuer"]) != document["issuer"]:
                raise Untrusted(f"{self.source}: the answer comes from another provider")
            token = self._token(session, document, answer.get("code", ""), begun.verifier)
            verified = self._verified(session, document, token, begun.nonce, now)
            return {**self._userinfo(session, document, token, verified), **verified}

    def sign_out_url(self, back: str) -> str | None:
        """Return where the browser signs out at the provider too, None where that is not known to be offered."""
        endpoint = self._document[1].get("end_session_endpoint") if self._document else None
        url = parse_http_url(endpoint) if isinstance(endpoint, str) else None
        query = urlencode({"client_id": self.config.client_id, "post_logout_redirect_uri": back})
        return f"{url}{'&' if '?' in url else '?'}{query}" if url else None

    @contextmanager
    def _asking(self) -> Iterator[dict[str, Any]]:
        """Give the discovery document to a call through the gate; what goes wrong becomes a ProviderError."""
        try:
            with self._gate.passing():
                try:
                    yield self._discovered()
                except requests.HTTPError as error:
                    status = error.response.status_code
                    silent = status >= 500
                    raise (ProviderSilent if silent else Untrusted)(f"{self.source} answered {status}") from error
                except (requests.ConnectionError, requests.Timeout) as error:
                    raise ProviderSilent(f"{self.source}: {type(error).__name__}") from error
                except OAuthError as error:
                    declined = error.error == "invalid_grant"
                    raise (Declined if declined else Untrusted)(f"{self.source}: {error.error}") from error
                except (JoseError, requests.RequestException, ValueError, TypeError) as error:
                    raise Untrusted(f"{self.source}: {type(error).__name__} {error}") from error
        except GateClosed as closed:
            raise ProviderSilent(f"{self.source}: {closed}") from closed

    def _session(self, document: Claims) -> OAuth2Session:
        try:
            secret = self._secret()
        except InstanceError as error:
            raise Untrusted(f"{self.source}: {error}") from error
        basic = "client_secret_basic"
        offered = document.get("token_endpoint_auth_methods_supported") or [basic]
        method = basic if basic in offered else "client_secret_post"
        return OAuth2Session(
            self.config.client_id,
            secret,
            token_endpoint_auth_method=method if secret else "none",
            scope=" ".join(dict.fromkeys(("openid", *self.config.scopes))),
            redirect_uri=f"{self._site_url}/sign-in/back/",
            code_challenge_method="S256",
            default_timeout=_TIMEOUT,
        )

    def _discovered(self) -> dict[str, Any]:
        """Return the discovery document; an old one is better than none."""
        with self._lock:
            kept = self._document
            if kept is not None and time.monotonic() - kept[0] < _KEEP_SECONDS:
                return kept[1]
            try:
                found = _json(requests.get(self.source + _DISCOVERY, timeout=_TIMEOUT, allow_redirects=False))
                self._check(found)
                self._keys = None
            except (requests.RequestException, ValueError) as error:
                if kept is None:
                    raise
                _log.warning("the discovery document of %s is not renewed: %s", self.source, type(error).__name__)
                found = kept[1]
            self._document = (time.monotonic(), found)
            return found

    def _check(self, document: Claims) -> None:
        issuer = document.get("issuer")
        if not isinstance(issuer, str) or issuer.rstrip("/") != self.source:
            raise Untrusted(f"{self.source}: the discovery document is of another issuer")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            _endpoint(document, name)

    def _token(self, session: OAuth2Session, document: Claims, code: str, verifier: str) -> Claims:
        token: Claims = session.fetch_token(
            _endpoint(document, "token_endpoint"),
            grant_type="authorization_code",
            code=code,
            code_verifier=verifier,
            allow_redirects=False,
        )
        if not isinstance(token.get("id_token"), str):
            raise Untrusted(f"{self.source}: no ID token came")
        return token

    def _verified(self, session: OAuth2Session, document: Claims, token: Claims, nonce: str, now: int) -> Claims:
        """Return the claims of an ID token that is the provider's, for this site, in time, for this sign-in."""
        try:
            decoded = self._decoded(token["id_token"], self._keys or self._fetch_keys(session, document))
        except (InvalidKeyIdError, BadSignatureError):  # of a key that is new, under a name of its own or none
            decoded = self._decoded(token["id_token"], self._fetch_keys(session, document))
        options = {
            "iss": {"essential": True, "value": document["issuer"]},
            "aud": {"essential": True, "value": self.config.client_id},
            "nonce": {"essential": True, "value": nonce},
            "sub": {"essential": True},
        }
        params = {"client_id": self.config.client_id, "nonce": nonce, "access_token": token.get("access_token")}
        claims = CodeIDToken(decoded.claims, decoded.header, options, params)
        claims.validate(now, SKEW_SECONDS)
        return dict(claims)

    @staticmethod
    def _decoded(text: str, keys: dict[str, Any]) -> jwt.Token:
        registry = JWSRegistry(algorithms=list(_ALGORITHMS), strict_check_header=False)
        return jwt.decode(text, KeySet.import_key_set(cast(KeySetSerialization, keys)), registry=registry)

    def _fetch_keys(self, session: OAuth2Session, document: Claims) -> dict[str, Any]:
        url = _endpoint(document, "jwks_uri")
        self._keys = _json(session.get(url, withhold_token=True, allow_redirects=False))
        return self._keys

    def _userinfo(self, session: OAuth2Session, document: Claims, token: Claims, verified: Claims) -> Claims:
        """Return what the userinfo endpoint adds; a provider without one, or one that fails, adds nothing."""
        if "userinfo_endpoint" not in document or {*_WANTED, self.config.user} <= set(verified):
            return {}
        try:
            session.token = token
            found = _json(session.get(_endpoint(document, "userinfo_endpoint"), allow_redirects=False))
        except (requests.RequestException, ValueError) as error:
            _log.warning("the userinfo endpoint of %s is of no use: %s", self.source, type(error).__name__)
            return {}
        if found.get("sub") != verified["sub"]:
            raise Untrusted(f"{self.source}: the userinfo endpoint speaks of somebody else")
        return found


def _json(answer: requests.Response) -> dict[str, Any]:
    answer.raise_for_status()
    found = answer.json()
    if answer.is_redirect or not isinstance(found, dict):
        raise ValueError("the answer is no JSON object")
    return found


def _endpoint(document: Claims, name: str) -> str:
    url = document.get(name)
    clean = parse_http_url(url) if isinstance(url, str) else None
    if clean is None:
        raise ValueError(f"the discovery document has no usable {name}")
    return clean
