"""What a provider may answer: only a token that is the provider's, for this site, in time, for this sign-in, counts."""

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests
import responses
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from frontend import portal_gate
from frontend.oidc import SKEW_SECONDS, Provider
from frontend.providers import Declined, Providers, ProviderSilent, Untrusted
from frontend.signed_in import Begun
from frontend.site.sign_in import Oidc
from portal_backend.contract.variables import given

ISSUER = "https://login.example.com/realms/a"
SITE = "https://labs.example.com"
DOCUMENT = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/auth?kept=1",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/keys",
}
KEY = RSAKey.generate_key(2048, {"kid": "today"})
OTHER = RSAKey.generate_key(2048, {"kid": "today"})
NEXT = RSAKey.generate_key(2048, {"kid": "tomorrow"})
BEGUN = Begun("the-state", "the-nonce", "v" * 43, "/", 0)
NOW = 1_772_366_400
CLAIMS = {"iss": ISSUER, "sub": "ada", "aud": "workshops", "exp": NOW + 300, "iat": NOW, "nonce": "the-nonce"}


def signed(key: Any = KEY, alg: str = "RS256", **changes: Any) -> str:
    """Return an ID token, with some of its claims changed; None leaves a claim out."""
    claims = {name: value for name, value in {**CLAIMS, **changes}.items() if value is not None}
    return jwt.encode({"alg": alg, "kid": key.kid}, claims, key, algorithms=[alg])


def unsigned() -> str:
    """Return an ID token that nobody signed."""
    body = signed().split(".")[1]
    return f"eyJhbGciOiJub25lIn0.{body}."


@pytest.fixture
def provider() -> Provider:
    """This site's view of the provider."""
    return Provider(Oidc(issuer=ISSUER, client_id="workshops"), SITE, lambda: "the secret")


@pytest.fixture
def says(wire: responses.RequestsMock) -> Callable[..., None]:
    """Make the provider answer with this ID token."""

    def say(token: object, document: dict[str, Any] | None = None, *keys: RSAKey) -> None:
        wire.get(f"{ISSUER}/.well-known/openid-configuration", json=DOCUMENT | (document or {}))
        wire.post(f"{ISSUER}/token", json={"access_token": "at", "token_type": "Bearer", "id_token": token})
        wire.get(f"{ISSUER}/keys", json={"keys": [key.as_dict(private=False) for key in keys or (KEY,)]})

    return say


GOOD: dict[str, dict[str, Any]] = {
    "as it should be": {},
    "for several, of whom this site is one": {"aud": ["workshops", "others"], "azp": "workshops"},
    "of a clock a little ahead": {"iat": NOW + SKEW_SECONDS - 30},
    "of a clock a little behind": {"exp": NOW - SKEW_SECONDS + 30},
}


@pytest.mark.parametrize("changes", GOOD.values(), ids=GOOD)
def test_a_token_for_this_sign_in_counts(
    changes: dict[str, Any], says: Callable[..., None], provider: Provider
) -> None:
    says(signed(**changes))
    assert provider.claims({"code": "c"}, BEGUN, NOW)["sub"] == "ada"


BAD: dict[str, Callable[[], object]] = {
    "signed by somebody else": lambda: signed(OTHER),
    "signed by nobody": unsigned,
    "signed with the secret": lambda: signed(OctKey.import_key("the secret, as long as a key", {"kid": "x"}), "HS256"),
    "changed": lambda: signed()[:-6] + "AAAAAA",
    "no token": lambda: "rubbish",
    "not there": lambda: None,
    "of another provider": lambda: signed(iss="https://elsewhere.example.com"),
    "for another site": lambda: signed(aud="others"),
    "for several others": lambda: signed(aud=["others", "more"]),
    "for several, given to another": lambda: signed(aud=["workshops", "others"], azp="others"),
    "out of date": lambda: signed(exp=NOW - SKEW_SECONDS - 30),
    "from the future": lambda: signed(iat=NOW + SKEW_SECONDS + 300),
    "not valid yet": lambda: signed(nbf=NOW + SKEW_SECONDS + 300),
    "for another sign-in": lambda: signed(nonce="another"),
    "for no sign-in": lambda: signed(nonce=None),
    "without an end": lambda: signed(exp=None),
    "without a subject": lambda: signed(sub=None),
    "without an issuer": lambda: signed(iss=None),
    "of another access token": lambda: signed(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
}


@pytest.mark.parametrize("token", BAD.values(), ids=BAD)
def test_any_other_token_does_not(token: Callable[[], object], says: Callable[..., None], provider: Provider) -> None:
    says(token())
    with pytest.raises(Untrusted):
        provider.claims({"code": "c"}, BEGUN, NOW)


@pytest.mark.parametrize(
    ("published", "signing"),
    [((KEY, NEXT), NEXT), ((OTHER,), OTHER)],
    ids=["beside the old one", "in place of the old one, under its name"],
)
def test_a_new_key_of_the_provider_is_learned(
    published: tuple[RSAKey, ...], signing: RSAKey, says: Callable[..., None], provider: Provider, wire: Any
) -> None:
    says(signed())
    provider.claims({"code": "c"}, BEGUN, NOW)
    wire.replace("GET", f"{ISSUER}/keys", json={"keys": [each.as_dict(private=False) for each in published]})
    wire.replace("POST", f"{ISSUER}/token", json={"access_token": "at", "token_type": "B", "id_token": signed(signing)})
    assert provider.claims({"code": "c"}, BEGUN, NOW)["sub"] == "ada"
    assert sum(call.request.url == f"{ISSUER}/keys" for call in wire.calls) == 2


def test_a_key_the_provider_has_taken_back_stops_counting(
    says: Callable[..., None], provider: Provider, wire: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(signed())
    provider.claims({"code": "c"}, BEGUN, NOW)
    wire.replace("GET", f"{ISSUER}/keys", json={"keys": [NEXT.as_dict(private=False)]})
    monkeypatch.setattr("frontend.oidc._KEEP_SECONDS", 0)
    with pytest.raises(Untrusted):
        provider.claims({"code": "c"}, BEGUN, NOW)


@pytest.mark.parametrize(
    ("secret", "offered", "basic", "posted"),
    [
        ("s", None, True, None),
        ("s", ["client_secret_post", "client_secret_basic"], True, None),
        ("s", ["client_secret_post"], False, ["s"]),
        (None, None, False, None),
    ],
    ids=["by default", "both", "in the form", "a public client"],
)
def test_the_code_is_exchanged_with_the_verifier_and_the_secret(
    secret: str | None,
    offered: list[str] | None,
    basic: bool,
    posted: list[str] | None,
    says: Callable[..., None],
    wire: Any,
) -> None:
    says(signed(), {"token_endpoint_auth_methods_supported": offered} if offered else {})
    provider = Provider(Oidc(issuer=ISSUER, client_id="workshops"), SITE, lambda: secret)
    provider.claims({"code": "the-code", "iss": ISSUER}, BEGUN, NOW)
    (sent,) = [call.request for call in wire.calls if call.request.url == f"{ISSUER}/token"]
    form = parse_qs(sent.body if isinstance(sent.body, str) else sent.body.decode())
    assert (form["code"], form["code_verifier"]) == (["the-code"], ["v" * 43])
    assert form["redirect_uri"] == [f"{SITE}/sign-in/back/"]
    assert ("Authorization" in sent.headers) == basic
    assert form.get("client_secret") == posted
    assert basic or form["client_id"] == ["workshops"]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"json": {"sub": "ada", "email": "a@b.example"}}, "a@b.example"),
        ({"status": 500}, None),
        ({"body": "no JSON"}, None),
        ({"json": ["ada"]}, None),
        ({"status": 302, "headers": {"Location": "https://elsewhere.example.com/"}, "json": {"sub": "ada"}}, None),
    ],
)
def test_what_the_token_does_not_say_is_asked_for(
    told: dict[str, Any], expected: str | None, says: Callable[..., None], provider: Provider, wire: Any
) -> None:
    says(signed(), {"userinfo_endpoint": f"{ISSUER}/me"})
    wire.get(f"{ISSUER}/me", **told)
    claims = provider.claims({"code": "c"}, BEGUN, NOW)
    assert (claims["sub"], claims.get("email")) == ("ada", expected)
    assert wire.calls[-1].request.headers["Authorization"] == "Bearer at"


def test_what_the_token_says_all_of_is_not_asked_again(
    says: Callable[..., None], provider: Provider, wire: Any
) -> None:
    says(signed(email="a@b", name="A", given_name="A", family_name="B"), {"userinfo_endpoint": f"{ISSUER}/me"})
    assert provider.claims({"code": "c"}, BEGUN, NOW)["email"] == "a@b"


def test_nobody_is_mixed_up_with_somebody_else(says: Callable[..., None], provider: Provider, wire: Any) -> None:
    says(signed(), {"userinfo_endpoint": f"{ISSUER}/me"})
    wire.get(f"{ISSUER}/me", json={"sub": "grace", "email": "g@b.example"})
    with pytest.raises(Untrusted, match="somebody else"):
        provider.claims({"code": "c"}, BEGUN, NOW)


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ({"json": DOCUMENT | {"issuer": "https://elsewhere.example.com"}}, Untrusted),
        ({"json": {"issuer": ISSUER}}, Untrusted),
        ({"json": DOCUMENT | {"jwks_uri": "file:///etc/passwd"}}, Untrusted),
        ({"json": DOCUMENT | {"token_endpoint": 5}}, Untrusted),
        ({"json": []}, Untrusted),
        ({"body": "<html>"}, Untrusted),
        ({"status": 404}, Untrusted),
        ({"status": 302, "headers": {"Location": "https://elsewhere.example.com"}}, Untrusted),
        ({"status": 503}, ProviderSilent),
        ({"body": requests.ConnectionError()}, ProviderSilent),
        ({"body": requests.ReadTimeout()}, ProviderSilent),
    ],
)
def test_a_provider_that_cannot_be_learned_of_signs_nobody_in(
    document: dict[str, Any], kind: type[Exception], wire: Any, provider: Provider
) -> None:
    wire.get(f"{ISSUER}/.well-known/openid-configuration", **document)
    with pytest.raises(kind):
        provider.begin("/", NOW)
    assert provider.sign_out_url(SITE) is None


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"json": {"error": "invalid_grant"}, "status": 400}, Declined),
        ({"json": {"error": "invalid_client"}, "status": 401}, Untrusted),
        ({"body": "<html>"}, Untrusted),
        ({"status": 500}, ProviderSilent),
        ({"body": requests.ConnectionError()}, ProviderSilent),
    ],
)
def test_a_code_that_gives_nothing_signs_nobody_in(
    answer: dict[str, Any], kind: type[Exception], says: Callable[..., None], wire: Any, provider: Provider
) -> None:
    says(signed())
    wire.replace("POST", f"{ISSUER}/token", **answer)
    with pytest.raises(kind):
        provider.claims({"code": "c"}, BEGUN, NOW)


def test_what_was_learned_outlives_a_provider_that_is_away(
    says: Callable[..., None], wire: Any, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(signed(), {"end_session_endpoint": f"{ISSUER}/end?a=1"})
    provider.begin("/", NOW)
    monkeypatch.setattr("frontend.oidc._KEEP_SECONDS", 0)
    wire.replace("GET", f"{ISSUER}/.well-known/openid-configuration", body=requests.ConnectionError())
    url, begun = provider.begin("/workshop/lab/", NOW)
    assert url.startswith(f"{ISSUER}/auth?kept=1&")
    assert (begun.page, begun.at) == ("/workshop/lab/", NOW)
    out = provider.sign_out_url(f"{SITE}/signed-out/")
    assert out and out.startswith(f"{ISSUER}/end?a=1&client_id=workshops&post_logout_redirect_uri=https")


def test_a_secret_that_cannot_be_read_signs_nobody_in(wire: Any) -> None:
    wire.get(f"{ISSUER}/.well-known/openid-configuration", json=DOCUMENT)
    environ = {"SITE_OIDC_CLIENT_SECRET_FILE": "/nowhere/secret"}
    secret = partial(given, environ, "SITE_OIDC_CLIENT_SECRET")
    with pytest.raises(Untrusted, match="SITE_OIDC_CLIENT_SECRET_FILE names /nowhere/secret"):
        Provider(Oidc(issuer=ISSUER, client_id="workshops"), SITE, secret).begin("/", NOW)


def test_a_provider_that_fails_in_a_row_is_left_alone(wire: Any, provider: Provider) -> None:
    wire.get(f"{ISSUER}/.well-known/openid-configuration", body=requests.ReadTimeout())
    for _ in range(portal_gate.FAILURES + 4):
        with pytest.raises(ProviderSilent):
            provider.begin("/", NOW)
    assert len(wire.calls) == portal_gate.FAILURES


def test_another_provider_counts_as_soon_as_it_is_named() -> None:
    named: list[Oidc | None] = [None]
    providers = Providers(lambda: named[0], SITE, lambda: None)
    assert providers.current() is None
    named[0] = Oidc(issuer=ISSUER, client_id="a")
    first = providers.current()
    assert first is providers.current()
    named[0] = Oidc(issuer=ISSUER, client_id="b")
    second = providers.current()
    assert second and second is not first and second.config.client_id == "b"
