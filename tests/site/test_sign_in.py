"""What an owner says about signing in, the ways back, and the words of its pages."""

import pytest

from frontend.site import loading
from frontend.site.own_path import own_path
from frontend.site.person import Person
from frontend.site.sign_in import Headers, Oidc, SignIn, with_page
from frontend.site.signing_in import Account, Why, account_of, sign_in_page, signed_out_page
from portal_backend.contract.components import Hyperlink

OIDC = Oidc(issuer="https://login.example.com", client_id="c", name="the Example account")
BY_OIDC = SignIn(by="oidc", oidc=OIDC)
NAMELESS = SignIn(by="oidc", oidc=Oidc(issuer="https://login.example.com", client_id="c"))
GUARDED = SignIn(by="oidc", required_for="catalog", oidc=OIDC)
BY_HEADER = SignIn(by="header")
LINKED = SignIn(by="header", header=Headers(sign_in_url="/oauth2/start?rd={page}", sign_out_url="/oauth2/sign_out"))


def address(what: str, page: str = "/") -> str:
    """Return a made-up address."""
    return f"/{what}{page}"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{by: password}", "sign_in.by: expected cookie, header or oidc, found 'password'"),
        ("{by: oidc}", "sign_in: by: oidc needs oidc with issuer and client_id beside it"),
        ("{required_for: catalog}", "required_for: catalog needs by: header or by: oidc"),
        ("{by: oidc, oidc: {client_id: c}}", "issuer is missing"),
        ('{by: oidc, oidc: {issuer: "http://login.example.com", client_id: c}}', "which starts with https://"),
        ('{by: oidc, oidc: {issuer: "https://login.example.com?a=1", client_id: c}}', "has no ? or #"),
        ('{by: header, header: {user: "X User"}}', "expected the name of a header, such as X-Forwarded-User"),
        ("{by: header, header: {user: X_User}}", "expected the name of a header"),
        ('{by: header, header: {sign_out_url: "javascript:1"}}', "expected https://"),
        ("{oidc: {issuer: 'https://a.example', client_id: c, hours: 0}}", "expected a number from 1"),
    ],
)
def test_what_cannot_be_meant_is_told(text: str, says: str) -> None:
    loaded = loading.load(f"sign_in: {text}")
    assert loaded.site is None
    assert says in "\n".join(map(str, loaded.problems))


@pytest.mark.parametrize("issuer", ["https://login.example.com/realms/a", "http://127.0.0.1:8081", "http://[::1]:1"])
def test_a_provider_is_reached_over_https_or_on_this_machine(issuer: str) -> None:
    assert Oidc(issuer=issuer, client_id="c").issuer.startswith(issuer)


@pytest.mark.parametrize(
    ("sign_in", "guards", "shares"),
    [
        (SignIn(), False, True),
        (BY_OIDC, False, True),
        (GUARDED, True, False),
        (BY_HEADER, False, False),
        (SignIn(by="header", required_for="catalog"), True, False),
    ],
)
def test_who_may_see_what(sign_in: SignIn, guards: bool, shares: bool) -> None:
    assert (sign_in.guards_catalog, sign_in.shares_pages) == (guards, shares)
    assert (sign_in.provider is None) == (sign_in.by != "oidc")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/", "/"),
        ("/workshop/lab/", "/workshop/lab/"),
        ("/?q=git&tag=a", "/?q=git&tag=a"),
        ("/a#b", "/a"),
        ("/a?b#c", "/a?b"),
        ("/%09/evil.example", "/%09/evil.example"),
        ("", "/"),
        ("lab", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("\\/evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("/a\r\nSet-Cookie: a=b", "/"),
        ("/a b", "/"),
        ("/\u2028", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/" + "a" * 500, "/"),
        ("/sign-in/?page=/", "/"),
        ("/sign-out/", "/"),
        ("/signed-out/", "/"),
    ],
)
def test_a_way_back_stays_on_this_site(text: str, path: str) -> None:
    assert own_path(text) == path


def test_the_proxys_address_names_the_page_to_come_back_to() -> None:
    assert with_page("/oauth2/start?rd={page}", "/?q=a&b") == "/oauth2/start?rd=%2F%3Fq%3Da%26b"
    assert with_page("/login", "/") == "/login"


ADA = Person("u", "Ada")


@pytest.mark.parametrize(
    ("sign_in", "person", "expected"),
    [
        (BY_OIDC, None, Account("", "/begin/here/", "/sessions/", None, True)),
        (BY_OIDC, ADA, Account("Ada", None, "/sessions/", "/end/", True)),
        (BY_HEADER, None, Account("", None, "/sessions/", None, False)),
        (BY_HEADER, ADA, Account("Ada", None, "/sessions/", None, False)),
        (LINKED, None, Account("", "/oauth2/start?rd=%2Fhere%2F", "/sessions/", None, False)),
        (LINKED, ADA, Account("Ada", None, "/sessions/", "/oauth2/sign_out", False)),
    ],
)
def test_the_head_of_a_page_says_who_is_signed_in(sign_in: SignIn, person: Person | None, expected: Account) -> None:
    assert account_of(sign_in, person, "/here/", address) == expected


@pytest.mark.parametrize(
    ("sign_in", "page", "text", "action"),
    [
        (BY_OIDC, "/start/lab/", "To start a workshop, sign in with the Example account first.", "/begin/start/lab/"),
        (NAMELESS, "/start/lab/", "To start a workshop, sign in first.", "/begin/start/lab/"),
        (NAMELESS, "/sessions/", "Sign in to see your sessions.", "/begin/sessions/"),
        (GUARDED, "/", "The workshops here are for people who sign in with the Example account.", "/begin/"),
        (LINKED, "/?q=a", "Sign in to start workshops, and to find", "/oauth2/start?rd=%2F%3Fq%3Da"),
        (BY_HEADER, "/", "You are not signed in here.", None),
    ],
)
def test_the_page_that_asks_says_what_for(sign_in: SignIn, page: str, text: str, action: str | None) -> None:
    shown = sign_in_page(sign_in, page, None, address)
    assert shown.text.startswith(text)
    assert shown.action == (Hyperlink("Sign in", action) if action else None)
    assert (shown.home is None) == sign_in.guards_catalog
    assert shown.notices == ()


@pytest.mark.parametrize("why", Why)
def test_what_went_wrong_is_told_by_the_providers_name(why: Why) -> None:
    (told,) = sign_in_page(BY_OIDC, "/", why, address).notices
    (nameless,) = sign_in_page(NAMELESS, "/", why, address).notices
    words = told.title + told.text
    assert "{}" not in words
    assert (why is Why.STALE) != ("The Example account" in words)
    assert (why is Why.STALE) != ("The sign-in service" in nameless.title + nameless.text)
    assert sign_in_page(BY_OIDC, "/", why, address).action == Hyperlink("Try again", "/begin/")


def test_who_has_signed_out_is_told_so() -> None:
    page = signed_out_page(BY_OIDC, address)
    assert (page.title, page.action) == ("You are signed out", Hyperlink("Sign in again", "/begin/"))
    assert signed_out_page(BY_HEADER, address).action is None
