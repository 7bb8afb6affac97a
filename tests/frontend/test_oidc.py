"""Signing in at a real OpenID Connect provider, over the real portal."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlencode, urlsplit

import pytest
from flask import Flask
from provider import CLIENT_ID, SECRET, Person, Provider, running
from werkzeug.serving import BaseWSGIServer

from frontend import signed_in as kept
from portal_backend.services.allocation import UnknownUsers

SITE = "http://localhost"
BACK = f"{SITE}/sign-in/back/"
ACCOUNT = ".account-name a"
Sign = Callable[..., Any]


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    """A provider for the site of these tests."""
    with running(tmp_path_factory.mktemp("provider") / "log") as found:
        yield found


@pytest.fixture
def make(
    provider: Provider, make_site: Callable[..., Flask], portal_server: tuple[BaseWSGIServer, Path]
) -> Callable[..., Flask]:
    """A site whose people sign in at the provider, with more of its configuration where wanted."""
    server, instance = portal_server

    def made(more: str = "", oidc: str = "", embedding: str = "", **variables: str) -> Flask:
        text = f"""
brand: {{name: The School}}
embedding: {{origins: [{embedding}]}}
sign_in:
  by: oidc
  {more}
  oidc: {{issuer: "{provider.url}", client_id: {CLIENT_ID}, name: the Example account{oidc}}}
"""
        return make_site(
            text,
            **{
                "PORTAL_URL": f"http://127.0.0.1:{server.port}",
                "WORKSHOP_INDEX_INSTANCE": str(instance),
                "SITE_OIDC_CLIENT_SECRET": SECRET,
                **variables,
            },
        )

    return made


@pytest.fixture
def adopting(portal_server: tuple[BaseWSGIServer, Path]) -> Iterator[None]:
    """A portal that takes the ids it is told."""
    portal = portal_server[0].app.extensions
    before = portal["portal_settings"]
    portal["portal_settings"] = replace(before, unknown_users=UnknownUsers.ADOPT)
    yield
    portal["portal_settings"] = before


def path_of(url: str) -> str:
    """Return path and query of an address of this site."""
    assert url.startswith(SITE)
    return url.removeprefix(SITE)


def signed_in(visitor: Any, name: str = "ada", page: str = "/", status: int = 303, person: Person | None = None) -> Any:
    """Sign somebody in from a link, and return the answer to their coming back."""
    away = visitor.get(f"/sign-in/go/?{urlencode({'page': page})}", 303).headers["Location"]
    return visitor.get(path_of((person or Person(name)).sign_in(away, BACK)), status)


def test_a_sign_in_leads_back_to_where_one_was(make: Callable[..., Flask], seen: Any) -> None:
    visitor = seen(make())
    link = visitor.page("/workshop/plenty/?from=here").select_one(".account a")
    assert link.text == "Sign in"
    away = visitor.get(link["href"], 303).headers["Location"]
    assert visitor.get(path_of(Person("ada").sign_in(away, BACK)), 303).headers["Location"] == (
        "/workshop/plenty/?from=here"
    )
    page = visitor.page("/workshop/plenty/")
    assert page.select_one(ACCOUNT).text == "Ada Byron"
    assert visitor.page("/").select_one(ACCOUNT).text == "Ada Byron"


def test_the_question_to_the_provider_is_safe(make: Callable[..., Flask], provider: Provider, seen: Any) -> None:
    visitor = seen(make())
    asked = []
    for _ in range(2):
        away = urlsplit(visitor.get("/sign-in/go/", 303).headers["Location"])
        assert f"{away.scheme}://{away.netloc}" == provider.url
        asked.append(dict(parse_qsl(away.query)))
    fixed = {"response_type": "code", "client_id": CLIENT_ID, "redirect_uri": BACK, "code_challenge_method": "S256"}
    assert all(each.items() >= fixed.items() and each["scope"] == "openid email profile" for each in asked)
    for name in ("state", "nonce", "code_challenge"):
        assert asked[0][name] != asked[1][name]
        assert len(asked[0][name]) >= 32


def test_the_same_person_has_the_same_session_on_another_computer(
    make: Callable[..., Flask], seen: Any, adopting: None
) -> None:
    app = make()
    here, there = seen(app), seen(app)
    for visitor in (here, there):
        signed_in(visitor)
    first = visitor_starts(here)
    assert there.label("plenty") == "Resume"
    assert visitor_starts(there) == first
    assert "forget" not in there.get("/sessions/").text


def test_at_a_portal_that_gives_ids_of_its_own_the_browser_remembers_them(
    make: Callable[..., Flask], seen: Any
) -> None:
    visitor = seen(make())
    signed_in(visitor)
    first = visitor_starts(visitor)
    assert visitor.label("plenty") == "Resume"
    visitor.press("/", "/sign-out/")
    signed_in(visitor, "grace")
    assert visitor.label("plenty") == "Start"
    visitor.press("/", "/sign-out/")
    signed_in(visitor)
    assert visitor.label("plenty") == "Resume"
    assert visitor_starts(visitor) == first


def visitor_starts(visitor: Any) -> str:
    """Start a workshop, and return the session it leads to."""
    return urlsplit(visitor.press("/", "/start/plenty/").headers["Location"]).path


def test_the_portal_is_told_who_it_is(
    make: Callable[..., Flask], seen: Any, adopting: None, portal_server: tuple[BaseWSGIServer, Path]
) -> None:
    visitor = seen(make())
    signed_in(visitor, "hedy")
    visitor_starts(visitor)
    with closing(sqlite3.connect(portal_server[1] / "portal.sqlite3", timeout=20)) as store:
        found = store.execute("SELECT id, email, first_name, last_name FROM users").fetchall()
    assert ("hedy", "hedy@example.com", "Hedy", "Byron") in found


def test_who_has_not_signed_in_is_asked_to_before_a_start(make: Callable[..., Flask], seen: Any) -> None:
    visitor = seen(make())
    answer = visitor.post("/start/plenty/", headers={"Sec-Fetch-Site": "same-origin"})
    page = visitor.page(answer.headers["Location"])
    assert "To start a workshop, sign in with the Example account first." in page.text
    link = page.select_one(".actions a")["href"]
    away = visitor.get(link, 303).headers["Location"]
    back = visitor.get(path_of(Person("ada").sign_in(away, BACK)), 303).headers["Location"]
    assert back == "/start/plenty/"
    assert "/workshops/session/" in visitor.press(back, "/start/plenty/").headers["Location"]


@pytest.mark.parametrize(
    "path", ["/sessions/", "/start/plenty/", "/sessions/?a=1"], ids=["sessions", "a deep link", "with a query"]
)
def test_what_belongs_to_somebody_asks_who_it_is(path: str, make: Callable[..., Flask], seen: Any) -> None:
    visitor = seen(make())
    assert unquote(visitor.get(path, 303).headers["Location"]) == f"/sign-in/?page={path}"


@pytest.mark.parametrize("required", ["start", "catalog"])
def test_a_frame_leads_strangers_to_a_tab(required: str, make: Callable[..., Flask]) -> None:
    app = make(f"required_for: {required}", embedding="https://www.example.com")
    framed, tab = app.test_client(), app.test_client()
    embed = "/embed/plenty/"
    page = framed.get(embed, headers={"Sec-Fetch-Dest": "iframe"}, follow_redirects=True).text
    assert "To start this workshop, sign in first." in page
    assert ("Plenty of seats" in page, 'target="_blank"' in page) == (False, True)
    where = f"/sign-in/?page={embed}"
    posted = tab.post(embed, data={"csrf_token": "x"})
    assert unquote(posted.headers["Location"]) == where
    if required == "catalog":
        assert unquote(tab.get(embed).headers["Location"]) == where


OPEN = ("/healthz", "/readyz", "/robots.txt", "/brand.css", "/look.css", "/sign-in/", "/signed-out/")


def test_nothing_of_a_guarded_catalog_is_shown_to_strangers(make: Callable[..., Flask], seen: Any) -> None:
    app = make("required_for: catalog")
    visitor, member = seen(app), seen(app)
    signed_in(member)
    assert "Plenty of seats" in member.get("/").text
    for _ in range(2):
        for path in ("/", "/?q=plenty", "/workshop/plenty/", "/start/plenty/", "/sessions/"):
            answer = visitor.get(path, 303)
            assert answer.headers["Location"].startswith("/sign-in/?page=")
            assert answer.headers["Cache-Control"] == "no-store"
        for path in OPEN:
            assert "Plenty" not in visitor.get(path, 200).text
        assert "Plenty" not in visitor.post("/start/plenty/", data={"csrf_token": "stale"}).text
        assert "Plenty" not in visitor.get("/nowhere/", 404).text


def test_the_index_everybody_shares_says_nothing_of_who_is_signed_in(make: Callable[..., Flask], seen: Any) -> None:
    app = make()
    member = seen(app)
    signed_in(member)
    for _ in range(2):
        mine, theirs = member.get("/"), app.test_client(use_cookies=False).get("/")
        assert "Ada" in mine.text
        assert mine.headers["Cache-Control"] == "no-store"
        assert "Ada" not in theirs.text
        assert theirs.headers["Cache-Control"].startswith("public")
        assert "Set-Cookie" not in theirs.headers


def test_a_sign_in_leaves_nothing_of_who_was_here_before(make: Callable[..., Flask], seen: Any, adopting: None) -> None:
    visitor = seen(make())
    signed_in(visitor)
    visitor_starts(visitor)
    token = visitor.page("/").select_one('.account input[name="csrf_token"]')["value"]
    visitor.get("/?notification=session-deleted", 303)
    signed_in(visitor, "grace")
    assert visitor.label("plenty") == "Start"
    assert "ada" not in visitor.get("/").text.lower()
    assert visitor.banners() == []
    assert "Plenty" not in visitor.get("/sessions/").text
    visitor.post("/sign-out/", 400, data={"csrf_token": token})


def test_what_was_done_before_a_sign_in_is_not_the_persons(
    make: Callable[..., Flask], seen: Any, tmp_path: Path
) -> None:
    app = make()
    guarded = (tmp_path / "config" / "site.yaml").read_text()
    (tmp_path / "config" / "site.yaml").write_text("brand: {name: The School}")
    visitor = seen(app)
    visitor_starts(visitor)
    assert visitor.label("plenty") == "Resume"
    (tmp_path / "config" / "site.yaml").write_text(guarded)
    assert visitor.label("plenty") == "Start"
    signed_in(visitor, "edith")
    assert visitor.label("plenty") == "Start"


def test_a_sign_out_is_one_at_the_provider_too(make: Callable[..., Flask], provider: Provider, seen: Any) -> None:
    app, person = make(), Person("ada")
    visitor = seen(app)
    signed_in(visitor, person=person)
    app.extensions["site"].providers._made = None  # as in another process, which has not spoken to the provider yet
    policy = visitor.get("/").headers["Content-Security-Policy"]
    assert provider.url in policy.partition("form-action ")[2].split(";")[0].split()
    answer = visitor.press("/", "/sign-out/")
    away = answer.headers["Location"]
    assert away.startswith(f"{provider.url}/session/end?")
    assert parse_qs(urlsplit(away).query)["post_logout_redirect_uri"] == [f"{SITE}/signed-out/"]
    assert not visitor.page("/").select(ACCOUNT)
    confirmed = person.http.get(away, timeout=20)
    assert "Do you want to sign-out" in confirmed.text
    assert "You are signed out" in visitor.page("/signed-out/").text


def test_a_sign_in_lasts_as_long_as_the_owner_says(
    make: Callable[..., Flask], seen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = seen(make(oidc=", hours: 1"))
    signed_in(visitor)
    real = kept.person
    monkeypatch.setattr(kept, "person", lambda now: real(now.replace(year=now.year + 1)))
    assert not visitor.page("/").select(ACCOUNT)


@pytest.mark.parametrize(
    "change",
    [{"state": "made-up"}, {"state": ""}, {"state": None}],
    ids=["another state", "an empty state", "no state"],
)
def test_an_answer_to_a_question_of_somebody_else_signs_nobody_in(
    change: dict[str, str | None], make: Callable[..., Flask], seen: Any
) -> None:
    app = make()
    attacker, victim = seen(app), seen(app)
    away = attacker.get("/sign-in/go/", 303).headers["Location"]
    back = Person("mallory").sign_in(away, BACK)
    assert "was not begun here" in victim.get(path_of(back), 400).text
    victim.get("/sign-in/go/", 303)
    assert "was not begun here" in victim.get(path_of(back), 400).text
    query = {**dict(parse_qsl(urlsplit(back).query)), **change}
    sent = urlencode({name: value for name, value in query.items() if value is not None})
    attacker.get(f"/sign-in/back/?{sent}", 400)
    assert not attacker.page("/").select(ACCOUNT)
    assert not victim.page("/").select(ACCOUNT)


def test_an_answer_counts_once(make: Callable[..., Flask], seen: Any) -> None:
    visitor = seen(make())
    away = visitor.get("/sign-in/go/", 303).headers["Location"]
    back = path_of(Person("ada").sign_in(away, BACK))
    visitor.get(back, 303)
    visitor.get(back, 400)


@pytest.mark.parametrize(
    ("change", "status", "says"),
    [
        ({"code": "made-up"}, 400, "did not sign you in"),
        ({"error": "access_denied"}, 400, "did not sign you in"),
        ({"iss": "https://elsewhere.example.com"}, 502, "could not sign you in"),
    ],
    ids=["a code that is none", "the person said no", "from another provider"],
)
def test_what_went_wrong_is_told_with_a_way_on(
    change: dict[str, str], status: int, says: str, make: Callable[..., Flask], seen: Any
) -> None:
    visitor = seen(make())
    away = visitor.get("/sign-in/go/?page=/workshop/plenty/", 303).headers["Location"]
    back = urlsplit(Person("ada").sign_in(away, BACK))
    page = visitor.page(f"{back.path}?{urlencode({**dict(parse_qsl(back.query)), **change})}", status)
    assert says in page.select_one(".banner").text
    assert page.select_one("main .actions a")["href"] == "/sign-in/go/?page=/workshop/plenty/"
    assert not visitor.page("/").select(ACCOUNT)


def test_a_wrong_secret_is_the_owners_to_mend(make: Callable[..., Flask], seen: Any, caplog: Any) -> None:
    visitor = seen(make(SITE_OIDC_CLIENT_SECRET="another one"))
    signed_in(visitor, status=502)
    assert "invalid_client" in caplog.text
    assert "another one" not in caplog.text


def test_an_address_nobody_has_verified_is_nobodys(make: Callable[..., Flask], seen: Any) -> None:
    visitor = seen(make(oidc=", user: email"))
    answer = signed_in(visitor, "mallory", status=403)
    assert "does not say enough about you" in answer.text
    signed_in(visitor)


@pytest.mark.parametrize("page", ["//evil.example", "https://evil.example/", "/\\evil.example", "/sign-out/", "x" * 99])
def test_a_sign_in_leads_nowhere_else(page: str, make: Callable[..., Flask], seen: Any) -> None:
    assert signed_in(seen(make()), page=page).headers["Location"] == "/"


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Purpose": "prefetch"}, {"X-Purpose": "preview"}],
    ids=["another site", "a browser that looks ahead", "one that makes a preview"],
)
def test_a_sign_in_begins_by_a_click_here(headers: dict[str, str], make: Callable[..., Flask], seen: Any) -> None:
    answer = seen(make()).get("/sign-in/go/?page=/sessions/", 303, headers=headers)
    assert answer.headers["Location"] == "/sign-in/?page=/sessions/"
    assert "Set-Cookie" not in answer.headers


def test_many_begun_sign_ins_leave_a_small_cookie(make: Callable[..., Flask], seen: Any) -> None:
    visitor = seen(make())
    for number in range(12):
        answer = visitor.get(f"/sign-in/go/?page=/workshop/{number}{'x' * 400}/", 303)
    assert len(answer.headers["Set-Cookie"]) < 4000
    signed_in(visitor)


def test_a_provider_that_is_away_leaves_a_page_and_the_catalog(
    make: Callable[..., Flask], seen: Any, tmp_path: Path
) -> None:
    with running(tmp_path / "log") as other:
        app = make()
        text = (tmp_path / "config" / "site.yaml").read_text()
        (tmp_path / "config" / "site.yaml").write_text(text.replace(text.split('"')[1], other.url))
        visitor = seen(app)
        signed_in(visitor)
        other.stop()
        assert visitor.page("/").select_one(ACCOUNT).text == "Ada Byron"
        app.extensions["site"].providers._made = None
        stranger = seen(app)
        page = stranger.page("/sign-in/go/?page=/sessions/", 503)
        assert page.select_one(".banner-error .banner-title").text == "The Example account does not answer"
        assert page.select_one("main .actions a")["href"] == "/sign-in/go/?page=/sessions/"
        assert "Plenty of seats" in stranger.get("/").text
