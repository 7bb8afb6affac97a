"""Signed links over the real portal: they ask, start, resume and count; and what people read when they do not."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import responses
from bs4 import BeautifulSoup
from counted import a_link, stores
from flask import Flask
from werkzeug.serving import BaseWSGIServer

from frontend.app import create_app
from frontend.link_signing import LONGEST, LinkSigner
from frontend.link_starts import LinkStarts, holder_of
from frontend.link_uses import UsesInFile
from frontend.link_uses_redis import UsesInRedis
from frontend.settings import load
from frontend.site.signed_links import SignedLink

KEY, OTHER = "k" * 40, "o" * 40
ASKS = """
catalog:
  workshops:
    twenty:
      hidden: true
      parameters:
      - {name: TEAM, label: Your team}
      - {name: NAME, label: Your name, required: true}
"""
PORTAL = "http://portal.test:8080"
LOGIN = {f"PORTAL_ROBOT_{part}": "x" for part in ("USERNAME", "PASSWORD", "CLIENT_ID", "CLIENT_SECRET")}
MakeSite = Callable[..., Flask]


@pytest.fixture
def over(make_site: MakeSite, portal_server: tuple[BaseWSGIServer, Path]) -> MakeSite:
    """Make a site over the real portal, with uses of its own."""
    server, instance = portal_server

    def make(site_yaml: str = "brand: {name: The School}", **variables: str) -> Flask:
        login = json.loads((instance / "portal-credentials.json").read_text())
        usual = {**login, "SITE_SECRET_KEY": KEY, "PORTAL_URL": f"http://127.0.0.1:{server.port}"}
        return make_site(site_yaml, **{**usual, **variables})

    return make


@pytest.fixture
def event(over: MakeSite, seen: Callable[[Flask], Any]) -> "Event":
    """An event at a site over the real portal."""
    return Event(over(), seen)


class Event:
    """A site, what it has handed out, and visitors."""

    def __init__(self, app: Flask, seen: Callable[[Flask], Any]) -> None:
        """Begin with nobody."""
        self.app = app
        self.parts = app.extensions["site"]
        self._seen = seen

    def visitor(self) -> Any:
        """Return somebody new."""
        return self._seen(self.app)

    def path(self, link: SignedLink) -> str:
        """Return where a link leads."""
        return f"/go/{self.parts.signer.token(link)}/"

    def spent(self, link: SignedLink) -> int:
        """Return how many uses of a link are spent."""
        return int(self.parts.links.uses.look(link).spent)

    def starts(self, visitor: Any, link: SignedLink) -> str:
        """Press the button of a link, and return the path of the session."""
        return session_of(visitor.press(self.path(link), self.path(link)))

    def ends(self, visitor: Any) -> None:
        """End the one session a visitor has open."""
        action = visitor.page("/sessions/").select_one('form[action$="/end/"]')["action"]
        visitor.press("/sessions/", str(action))


def session_of(answer: Any) -> str:
    """Return the path of the session that an answer leads to."""
    assert answer.status_code == 303, answer.text
    path = urlsplit(answer.headers["Location"]).path
    assert path.endswith("/activate/"), answer.headers["Location"]
    return path


def told(answer: Any) -> tuple[str, str]:
    """Return heading and text of the page that says why a link starts nothing."""
    page = BeautifulSoup(answer.text, "html.parser")
    assert page.select_one('.sheet a.button[href="/"]')
    return page.h1.text, " ".join(tag.text for tag in page.select(".sheet-body > p:not(.actions)"))


def test_a_link_asks_first_and_then_starts(event: Event, tmp_path: Path) -> None:
    link, visitor = a_link(uses=2, pinned={"SEED": "7"}), event.visitor()
    for looks in ({"Sec-Purpose": "prefetch"}, {"User-Agent": "Slackbot-LinkExpanding 1.0"}, {}):
        assert visitor.client.head(event.path(link), headers=looks).status_code == 200
        answer = visitor.get(event.path(link), headers=looks)
    assert not (tmp_path / "instance" / "link-uses.sqlite3").exists()
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert answer.headers["Cache-Control"] == "no-store"
    page = visitor.page(event.path(link))
    assert [tag.text for tag in page.select(".facts dt, .facts dd")] == ["SEED", "7"]
    assert f"works until {link.ends:%B} {link.ends.day}, {link.ends:%H:%M} UTC" in page.text
    event.starts(visitor, link)
    assert event.spent(link) == 1
    assert "Disallow: /go/\n" in visitor.client.get("/robots.txt").text


def test_who_comes_back_resumes_and_spends_nothing(event: Event) -> None:
    link, visitor = a_link(uses=1), event.visitor()
    first = event.starts(visitor, link)
    assert visitor.page(event.path(link)).h1.text.startswith("Resume “")
    assert {event.starts(visitor, link) for _ in range(2)} == {first}
    assert event.spent(link) == 1
    title, text = told(event.visitor().get(event.path(link), 410))
    assert title == "This link is used up"
    assert "It starts 1 session, which has been taken. Ask whoever gave it to you" in text


def test_a_session_from_elsewhere_is_resumed_without_a_use(event: Event) -> None:
    link, visitor = a_link(uses=1), event.visitor()
    first = session_of(visitor.press("/start/twenty/", "/start/twenty/"))
    assert event.starts(visitor, link) == first
    assert event.spent(link) == 0


def test_a_further_session_is_a_further_use(event: Event) -> None:
    link, visitor = a_link(uses=2), event.visitor()
    first = event.starts(visitor, link)
    event.ends(visitor)
    assert event.starts(visitor, link) != first
    event.ends(visitor)
    assert event.spent(link) == 2
    assert told(visitor.get(event.path(link), 410))[0] == "This link is used up"


def clicks(event: Event, link: SignedLink, visitors: list[Any], apps: list[Flask] | None = None) -> list[Any]:
    """Return the answers to the buttons that all these visitors press at the same moment."""
    together, ready = Barrier(len(visitors)), []
    for at, visitor in enumerate(visitors):
        form = visitor.page(event.path(link)).select_one("form.form")
        assert form
        token = form.select_one("input[name=csrf_token]")["value"]
        cookie = visitor.client.get_cookie("workshop-index")
        app = apps[at % len(apps)] if apps else event.app
        ready.append((app.test_client(use_cookies=False), token, f"{cookie.key}={cookie.value}"))

    def press(at: int) -> Any:
        client, token, cookie = ready[at]
        together.wait(30)
        headers = {"Cookie": cookie, "Sec-Fetch-Site": "same-origin"}
        return client.post(event.path(link), data={"csrf_token": token}, headers=headers)

    with ThreadPoolExecutor(len(visitors)) as pool:
        return list(pool.map(press, range(len(visitors))))


@pytest.fixture(params=["file", "redis"])
def two_machines(request: pytest.FixtureRequest, event: Event, over: MakeSite, tmp_path: Path) -> Iterator[list[Flask]]:
    """The event's site in two processes that share what counts the uses, and nothing else."""
    apps = [event.app, over()]
    with stores(request.param, tmp_path, len(apps)) as found:
        for app, uses in zip(apps, found, strict=True):
            at = app.extensions["site"]
            app.extensions["site"] = replace(at, links=LinkStarts(uses, at.broker))
        event.parts = event.app.extensions["site"]
        yield apps


def test_the_last_uses_go_to_so_many_and_no_more(event: Event, two_machines: list[Flask]) -> None:
    link = a_link(uses=3)
    answers = clicks(event, link, [event.visitor() for _ in range(8)], two_machines)
    assert Counter(answer.status_code for answer in answers) == {303: 3, 410: 5}
    assert len({session_of(answer) for answer in answers if answer.status_code == 303}) == 3
    assert event.spent(link) == 3


def test_a_double_click_is_one_use_on_whichever_machines(event: Event, two_machines: list[Flask]) -> None:
    link, visitor = a_link(uses=1), event.visitor()
    answers = clicks(event, link, [visitor] * 4, two_machines)
    assert len({session_of(answer) for answer in answers}) == 1
    assert event.spent(link) == 1


def test_a_start_that_fails_gives_its_use_back_and_keeps_the_link(event: Event) -> None:
    link, first, second = a_link("one-seat", uses=2), event.visitor(), event.visitor()
    event.starts(first, link)
    form = {"csrf_token": second.page("/start/twenty/").select_one("input[name=csrf_token]")["value"]}
    answer = second.post(event.path(link), 303, data=form)
    assert answer.headers["Location"] == event.path(link)
    assert event.spent(link) == 1
    page = second.page(event.path(link))
    assert page.select_one(".banner-title").text == "No session is available right now"
    event.ends(first)
    event.starts(second, link)
    assert event.spent(link) == 2
    event.ends(second)


@pytest.mark.parametrize(
    ("changes", "status", "title", "what"),
    [
        (
            {"ends": datetime(2026, 3, 1, 18, tzinfo=UTC)},
            410,
            "This link is over",
            "It worked until March 1, 18:00 UTC",
        ),
        ({"workshop": "nowhere"}, 404, "That workshop is not there", "not offered here any more"),
        ({"portal": "elsewhere"}, 404, "That workshop is not there", "not offered here any more"),
    ],
)
def test_a_link_that_starts_nothing_says_why(
    changes: dict[str, Any], status: int, title: str, what: str, event: Event
) -> None:
    link, visitor = a_link(**changes), event.visitor()
    form = {"csrf_token": visitor.page("/start/twenty/").select_one("input[name=csrf_token]")["value"]}
    for answer in (visitor.get(event.path(link), status), visitor.post(event.path(link), status, data=form)):
        found, text = told(answer)
        assert found == title
        assert what in text
    assert event.spent(link) == 0


def test_a_link_that_was_tampered_with_is_none(event: Event) -> None:
    token = event.parts.signer.token(a_link())
    head, _, tail = token.rpartition(".")
    forged = LinkSigner([OTHER]).token(a_link())
    long = LinkSigner([KEY]).token(a_link(pinned={str(at): f"{at * 7919:x}" for at in range(80)}))
    assert len(long) > LONGEST
    for text in (token[:-3], f"A{token}", f"{head[:-1]}.{tail}", forged, long, "x", "…", "a" * 3000):
        title, said = told(event.visitor().get(f"/go/{text}/", 404))
        assert title == "That is no link of this site"
        assert "Copy the whole address" in said
    # What a browser's own cookie is signed with signs no link.
    serializer = event.app.session_interface.get_signing_serializer(event.app)
    assert event.visitor().get(f"/go/{serializer.dumps(a_link().claims())}/", 404)


def test_a_retracted_link_starts_nothing_and_its_sessions_run_on(event: Event) -> None:
    link, visitor = a_link(uses=5), event.visitor()
    path = event.starts(visitor, link)
    form = {"csrf_token": visitor.page(event.path(link)).select_one("input[name=csrf_token]")["value"]}
    event.parts.links.uses.end(link)
    for answer in (
        event.visitor().get(event.path(link), 410),
        visitor.get(event.path(link), 410),
        visitor.post(event.path(link), 410, data=form),
    ):
        title, text = told(answer)
        assert (title, "Whoever gave it out has ended it." in text) == ("This link is over", True)
    assert session_of(visitor.press("/", "/sessions/back/twenty/")) == path


def test_a_link_signed_by_an_earlier_key_counts_while_that_is_kept(
    over: MakeSite, seen: Callable[[Flask], Any]
) -> None:
    link = a_link()
    path = f"/go/{LinkSigner([OTHER]).token(link)}/"
    seen(over()).get(path, 404)
    rotated = over(SITE_SECRET_KEY_FALLBACKS=OTHER)
    seen(rotated).get(path)
    assert rotated.extensions["site"].signer.token(link) == LinkSigner([KEY]).token(link)


def test_a_hidden_workshop_starts_by_its_link_alone(over: MakeSite, seen: Callable[[Flask], Any]) -> None:
    event = Event(over("catalog: {workshops: {twenty: {hidden: true}}}"), seen)
    visitor, link = event.visitor(), a_link(uses=1)
    visitor.get("/workshop/twenty/", 404)
    visitor.post("/start/twenty/", data={}, headers={"Sec-Fetch-Site": "same-origin"})
    assert visitor.banners() == ["That workshop is not offered here"]
    first = event.starts(visitor, link)
    page = visitor.page("/")
    assert page.select('form[action="/sessions/back/twenty/"]')
    assert not page.select('main article form[action="/start/twenty/"]')
    visitor.get("/workshop/twenty/")
    assert session_of(visitor.press("/", "/sessions/back/twenty/")) == first
    assert visitor.client.get("/badge/twenty.svg").status_code == 404
    event.visitor().get("/workshop/twenty/", 404)
    event.ends(visitor)
    visitor.get("/workshop/twenty/", 404)
    assert visitor.post("/sessions/back/twenty/", 303, data=form_of(visitor)).headers["Location"] == "/"


def form_of(visitor: Any) -> dict[str, str]:
    """Return the token of a visitor's forms."""
    return {"csrf_token": visitor.page("/start/plenty/").select_one("input[name=csrf_token]")["value"]}


@pytest.fixture
def requested(wire: responses.RequestsMock) -> list[requests.PreparedRequest]:
    """What a portal that keeps no account of users is asked for; everybody gets a session of their own each time."""
    asked: list[requests.PreparedRequest] = []

    def allocate(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        asked.append(request)
        name = f"p-w01-s{len(asked)}"
        given = {"name": name, "user": "u1", "url": f"/workshops/session/{name}/activate/?token=t"}
        return 200, {}, json.dumps(given)

    described = {"name": "p-w01", "state": "RUNNING", "workshop": {"name": "twenty", "title": "T"}, "capacity": 9}
    own = {"name": "p-w01-s1", "workshop": "twenty", "environment": "p-w01"}
    wire.post(f"{PORTAL}/oauth2/token/", json={"access_token": "t", "token_type": "Bearer", "expires_in": 36000})
    wire.get(f"{PORTAL}/workshops/catalog/environments/", json={"portal": {}, "environments": [described]})
    wire.add_callback("GET", f"{PORTAL}/workshops/environment/p-w01/request/", allocate)
    wire.get(f"{PORTAL}/workshops/user/u1/sessions/", json={"sessions": [own, {**own, "name": "p-w01-s2"}]})
    wire.get(f"{PORTAL}/workshops/session/p-w01-s2/terminate/", json={"started": "", "expires": ""})
    return asked


def values(request: requests.PreparedRequest) -> dict[str, str]:
    """Return the parameters a portal is given."""
    return {each["name"]: each["value"] for each in json.loads(request.body or "{}").get("parameters", [])}


def test_a_browser_that_takes_no_cookie_is_told_so_and_takes_no_use(
    requested: list[requests.PreparedRequest], make_site: MakeSite, seen: Callable[[Flask], Any]
) -> None:
    event = Event(make_site(PORTAL_URL=PORTAL, **LOGIN), seen)
    path, client = event.path(a_link()), event.visitor().client.application.test_client(use_cookies=False)
    sent = {"data": {"csrf_token": "x"}, "headers": {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "same-origin"}}
    asked = client.post(path, **sent)
    assert (asked.status_code, asked.headers["Location"]) == (307, f"{path}?again=1")
    told = client.post(asked.headers["Location"], **sent)
    assert (told.status_code, "Allow cookies for this site" in told.text) == (400, True)
    assert requested == []


def test_what_is_pinned_cannot_be_changed_and_the_rest_is_asked(
    requested: list[requests.PreparedRequest], make_site: MakeSite, seen: Callable[[Flask], Any]
) -> None:
    event = Event(make_site(ASKS, PORTAL_URL=PORTAL, **LOGIN), seen)
    link, visitor = a_link(pinned={"TEAM": "Red", "SEED": ""}), event.visitor()
    path = event.path(link)
    page = visitor.page(path)
    assert [tag.text for tag in page.select(".facts dt")] == ["Your team", "SEED"]
    assert [tag["name"] for tag in page.select(".field input")] == ["parameter-NAME"]
    form = {"csrf_token": page.select_one("input[name=csrf_token]")["value"], "asked": "1"}
    gap = visitor.post(path, 422, data=form | {"parameter-TEAM": "Blue"})
    assert "This is needed to start the workshop." in gap.text
    assert visitor.post(path, 422, data={"csrf_token": form["csrf_token"]})
    stale = visitor.post(path, 400, data={"asked": "1", "csrf_token": "x", "parameter-NAME": "Ann"})
    assert 'value="Ann"' in stale.text
    assert requested == []
    session_of(visitor.post(path, data=form | {"parameter-NAME": "Ann", "parameter-TEAM": "Blue", "SEED": "8"}))
    assert values(requested[0]) == {"NAME": "Ann", "TEAM": "Red", "SEED": ""}


def test_nothing_starts_at_another_sites_wish_or_without_a_token(event: Event) -> None:
    link, visitor = a_link(), event.visitor()
    form = {"csrf_token": visitor.page(event.path(link)).select_one("input[name=csrf_token]")["value"]}
    for headers, data, status in (
        ({"Sec-Fetch-Site": "cross-site"}, form, 403),
        ({"Sec-Fetch-Site": "same-origin"}, {}, 400),
        ({}, {"csrf_token": "x"}, 400),
    ):
        assert visitor.post(event.path(link), status, data=data, headers=headers)
    assert event.spent(link) == 0


def test_a_portal_that_gives_one_too_many_has_it_ended(
    requested: list[requests.PreparedRequest], make_site: MakeSite, seen: Callable[[Flask], Any], wire: Any
) -> None:
    """A second click, come late to a process that knows nothing of the first, at a portal that tells nobody apart."""
    event = Event(make_site(PORTAL_URL=PORTAL, **LOGIN), seen)
    link, visitor = a_link(uses=1), event.visitor()
    form = {"csrf_token": visitor.page(event.path(link)).select_one("input[name=csrf_token]")["value"]}
    stale = visitor.client.get_cookie("workshop-index").value
    session_of(visitor.post(event.path(link), data=form))
    fresh = Event(make_site(PORTAL_URL=PORTAL, **LOGIN), seen)
    late = fresh.visitor()
    late.client.set_cookie("workshop-index", stale)
    assert told(late.post(fresh.path(link), 410, data=form))[0] == "This link is used up"
    assert len(requested) == 2
    assert [call for call in wire.calls if call.request.url.endswith("p-w01-s2/terminate/")]
    assert fresh.spent(link) == 1


def test_a_resumed_session_is_asked_for_by_name_and_one_given_instead_counts(
    requested: list[requests.PreparedRequest], make_site: MakeSite, seen: Callable[[Flask], Any]
) -> None:
    event = Event(make_site(PORTAL_URL=PORTAL, **LOGIN), seen)
    link, visitor = a_link(uses=3), event.visitor()
    event.starts(visitor, link)
    assert "s2/activate" in event.starts(visitor, link)
    assert "session=p-w01-s1" in str(requested[1].url)
    assert event.spent(link) == 2


@pytest.mark.parametrize("silent", ["portal", "store"])
def test_without_portal_or_store_nothing_starts_and_the_link_stays_good(
    silent: str, over: MakeSite, seen: Callable[[Flask], Any]
) -> None:
    variables = {"PORTAL_URL": "http://127.0.0.1:9"} if silent == "portal" else {}
    event = Event(over(**variables), seen)
    link, visitor = a_link(uses=1), event.visitor()
    if silent == "store":
        event.app.extensions["site"] = replace(
            event.parts, links=LinkStarts(UsesInRedis("redis://127.0.0.1:1/0"), event.parts.broker)
        )
    title, text = told(visitor.get(event.path(link), 503))
    assert title == "The workshop cannot start right now"
    assert "The link itself stays good" in text
    if silent == "store":
        assert told(visitor.post(event.path(link), 503, data=form_of(visitor)))[0] == title
        event.app.extensions["site"].links.uses.close()
        assert visitor.label("twenty") == "Start"
    else:
        assert event.spent(link) == 0


def test_a_use_is_spent_when_its_session_cannot_be_noted(event: Event, tmp_path: Path) -> None:
    """The store fails between claim and session: the session is ended, and what cannot be given back stays spent."""
    link, visitor = a_link(uses=1), event.visitor()

    class Failing(UsesInFile):
        def keep(self, *_: object) -> bool:
            self._path = Path("/proc/nowhere/uses.sqlite3")
            self.look(link)
            return super().keep(*_)  # type: ignore[arg-type]

    file = tmp_path / "failing.sqlite3"
    event.app.extensions["site"] = replace(event.parts, links=LinkStarts(Failing(file), event.parts.broker))
    visitor.post(event.path(link), 503, data=form_of(visitor))
    assert visitor.label("twenty") == "Start"
    assert UsesInFile(file).look(link).spent == 1


def test_who_must_sign_in_is_led_back_to_the_link(over: MakeSite, seen: Callable[[Flask], Any]) -> None:
    signs_in = over("sign_in: {by: header, required_for: start}", SITE_IDENTITY_PROXIES="127.0.0.1")
    event = Event(signs_in, seen)
    link = a_link(uses=2)
    for method in ("get", "post"):
        answer = getattr(event.visitor(), method)(event.path(link), 303)
        assert answer.headers["Location"] == f"/sign-in/?page={event.path(link)}"


def test_the_store_knows_visitors_by_a_hash_that_is_another_for_each_link() -> None:
    one, other = a_link(), a_link()
    assert holder_of(one, "key") == holder_of(one, "key")
    assert holder_of(one, "key") not in (holder_of(other, "key"), holder_of(one, "yek"))
    assert "key" not in holder_of(one, "key")


def test_a_link_of_one_installation_is_none_at_another(tmp_path: Path) -> None:
    made = []
    for name in ("one", "other"):
        instance = tmp_path / name
        config = tmp_path / "config"
        config.mkdir(exist_ok=True)
        app = create_app(load({"WORKSHOP_INDEX_INSTANCE": str(instance), "WORKSHOP_INDEX_CONFIG": str(config)}))
        made.append(app.extensions["site"].signer)
    link = a_link(ends=datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1))
    assert made[0].read(made[0].token(link)) == link
    assert made[1].read(made[0].token(link)) is None
