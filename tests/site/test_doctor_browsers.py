"""The doctor in a browser's place: frames, cookies, ways back, the running site, webhooks."""

import pytest
from diagnosed import answer, told

from frontend.site.doctor.cookies import Fate, fate, framed_cookies, same_site, usual_cookie
from frontend.site.doctor.framing import framing, may_frame
from frontend.site.doctor.heard import Fault, Heard, Place
from frontend.site.doctor.own_site import alive, default_framing, portals, proxies, transport, version
from frontend.site.doctor.results import Subject, Verdict, count, failed, ok
from frontend.site.doctor.ways_back import Way, way, ways_back
from frontend.site.doctor.webhook import webhook
from portal_backend.contract.examining import Webhook

PAGE = "https://www.example.com"
OWN = "https://portal.example.com"
ANCESTORS = "default-src 'none'; frame-ancestors "


@pytest.mark.parametrize(
    ("source", "origin", "allowed"),
    [
        ("'none'", PAGE, False),
        ("", PAGE, False),
        ("'self'", OWN, True),
        ("'self'", PAGE, False),
        ("*", "http://anywhere", True),
        ("https:", PAGE, True),
        ("https:", "http://www.example.com", False),
        ("http:", PAGE, True),
        (PAGE, PAGE, True),
        ("https://WWW.example.com/", PAGE, True),
        ("http://www.example.com", PAGE, True),
        (PAGE, "http://www.example.com", False),
        ("www.example.com", PAGE, True),
        ("www.example.com", "http://www.example.com", False),
        ("*.example.com", PAGE, True),
        ("*.example.com", "https://example.com", False),
        ("https://*.example.com", "https://a.b.example.com", True),
        (PAGE, "https://www.example.com:8443", False),
        ("https://www.example.com:8443", "https://www.example.com:8443", True),
        ("www.example.com:*", "https://www.example.com:8443", True),
        ("https://other.example.com www.example.com", PAGE, True),
    ],
)
def test_who_may_frame_by_the_policy(source: str, origin: str, allowed: bool) -> None:
    assert may_frame(answer(content_security_policy=ANCESTORS + source), origin) == allowed


@pytest.mark.parametrize(
    ("headers", "origin", "allowed"),
    [
        ({}, PAGE, True),
        ({"content_security_policy": "default-src 'none';"}, PAGE, True),
        ({"x_frame_options": "deny"}, OWN, False),
        ({"x_frame_options": "SAMEORIGIN"}, OWN, True),
        ({"x_frame_options": "SAMEORIGIN"}, PAGE, False),
        ({"x_frame_options": "ALLOW-FROM x"}, PAGE, True),
        ({"x_frame_options": "DENY", "content_security_policy": ANCESTORS + PAGE}, PAGE, True),
        ({"content_security_policy": f"{ANCESTORS}{PAGE}, frame-ancestors 'self'"}, PAGE, False),
        ({"content_security_policy": f"{ANCESTORS}{PAGE}; frame-ancestors 'self'"}, PAGE, True),
    ],
)
def test_who_may_frame_by_several_headers(headers: dict[str, str], origin: str, allowed: bool) -> None:
    assert may_frame(answer(**headers), origin) == allowed


@pytest.mark.parametrize(
    ("heard", "origins", "line"),
    [
        (answer(content_security_policy=ANCESTORS + PAGE), [PAGE], f"ok it may be shown in a frame by {PAGE}"),
        (
            answer(content_security_policy=ANCESTORS + "'self'"),
            [PAGE, OWN],
            f"failed it may not be shown in a frame by {PAGE} → add {PAGE} to PORTAL_FRAME_ORIGINS",
        ),
        (
            answer(),
            [PAGE],
            (
                "warning it may be shown in a frame by anybody → name only the pages that embed in"
                " PORTAL_FRAME_ORIGINS,"
                " because a hidden frame makes people click unawares"
            ),
        ),
        (answer(), [], "skipped site.yaml names no page that embeds (embedding.origins)"),
        (Fault.SILENT, [PAGE], "skipped nothing to look at: no answer in time"),
    ],
)
def test_framing(heard: Heard, origins: list[str], line: str) -> None:
    assert told(framing(heard, origins, "it", "PORTAL_FRAME_ORIGINS")) == line


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (OWN, PAGE, True),
        (OWN, "http://www.example.com", False),
        (OWN, "https://www.example.org", False),
        ("https://a.co.uk", "https://b.co.uk", False),
        ("https://x.a.co.uk", "https://a.co.uk", True),
        ("https://one.github.io", "https://two.github.io", False),
        ("http://localhost:8000", "http://localhost:9000", True),
        ("http://localhost:8000", "http://127.0.0.1:8000", False),
        ("http://10.0.0.1", "http://11.0.0.1", False),
        ("http://[::1]:1", "http://[::2]:1", False),
    ],
)
def test_what_is_one_site_to_a_browser(one: str, other: str, same: bool) -> None:
    assert same_site(one, other) == same


LAX = "s=1; HttpOnly; Path=/; SameSite=Lax"
NONE = "s=1; Path=/; SameSite=None; Secure"
ELSEWHERE = "https://school.example.org"


@pytest.mark.parametrize(
    ("url", "cookies", "origin", "comes_to"),
    [
        (OWN, (LAX,), PAGE, Fate.KEPT),
        (OWN, (LAX, f"{NONE}; Partitioned"), ELSEWHERE, Fate.KEPT),
        (OWN, (NONE,), ELSEWHERE, Fate.UNPARTITIONED),
        (OWN, (LAX,), ELSEWHERE, Fate.LAX),
        (OWN, ("s=1; SameSite=None",), ELSEWHERE, Fate.LAX),
        (OWN, None, ELSEWHERE, Fate.KEPT),
        ("http://portal.example.com", (LAX,), ELSEWHERE, Fate.MIXED),
        ("http://portal.example.com", (LAX,), "http://school.example.org", Fate.NO_HTTPS),
        ("http://portal.example.com", (LAX,), "http://www.example.com", Fate.KEPT),
        ("http://127.0.0.1:8080", None, ELSEWHERE, Fate.OWN_MACHINE),
    ],
)
def test_what_becomes_of_a_cookie(url: str, cookies: tuple[str, ...] | None, origin: str, comes_to: Fate) -> None:
    assert fate(Place(url, "PORTAL_URL"), cookies, origin) is comes_to


HTTPS = "put https in front of it, and name its https address in PORTAL_URL"


@pytest.mark.parametrize(
    ("url", "cookies", "origins", "line"),
    [
        (OWN, (NONE,), [], "skipped no page elsewhere embeds it"),
        (OWN, (LAX,), [PAGE], f"ok kept in frames in pages of {PAGE}"),
        (OWN, None, [ELSEWHERE], f"ok can be kept in frames, by its address in pages of {ELSEWHERE}"),
        (
            OWN,
            (NONE,),
            [PAGE, ELSEWHERE],
            (
                "warning not Partitioned: browsers that block third-party cookies send none in pages of"
                f" {ELSEWHERE} → open sessions in a tab of their own there, or serve it from the same site as"
                f" {ELSEWHERE}"
            ),
        ),
        (
            OWN,
            (LAX,),
            [ELSEWHERE],
            (
                f"failed no cookie with SameSite=None; Secure, so none is sent in pages of {ELSEWHERE} → name them in"
                " PORTAL_FRAME_ORIGINS, and let proxies pass Set-Cookie on as it is"
            ),
        ),
        (
            "http://portal.example.com",
            (LAX,),
            [ELSEWHERE],
            f"failed over plain http it is not shown at all in pages of {ELSEWHERE} → {HTTPS}",
        ),
        (
            "http://portal.example.com",
            (LAX,),
            ["http://school.example.org"],
            f"failed over plain http no cookie is kept in pages of http://school.example.org → {HTTPS}",
        ),
        (
            "http://localhost:8080",
            (LAX,),
            [PAGE],
            (
                "warning plain http: cookies are kept in frames on this machine only, and not by every browser → before"
                f" others come, {HTTPS}"
            ),
        ),
    ],
)
def test_cookies_in_frames(url: str, cookies: tuple[str, ...] | None, origins: list[str], line: str) -> None:
    place = Place(url, "PORTAL_URL")
    assert told(framed_cookies(place, cookies, origins, "PORTAL_FRAME_ORIGINS", ["PORTAL_URL"])) == line


@pytest.mark.parametrize(
    ("url", "cookies", "line"),
    [
        ("http://localhost", (LAX,), "skipped over plain http no cookie can be Secure"),
        (OWN, (), "skipped no cookie was set to look at"),
        (OWN, (NONE,), "ok every cookie is Secure"),
        (
            OWN,
            (NONE, LAX),
            (
                "failed a cookie is not Secure: the site does not know that it is reached by https → start the"
                " site with"
                f" SITE_URL set to {OWN}"
            ),
        ),
    ],
)
def test_cookies_over_https(url: str, cookies: tuple[str, ...], line: str) -> None:
    assert told(usual_cookie(Place(url, "SITE_URL"), cookies)) == line


FOLLOWED = answer(303, location=f"{PAGE}/?notification=workshop-invalid")
IGNORED = answer(303, location="/workshops/catalog/?notification=workshop-invalid")
_NEXT = "/workshops/environment/x/%3Findex_url%3Dhttps%253A%252F%252Fwww.example.com%252F"
LOGIN = answer(302, location=f"/accounts/login/?next={_NEXT}")


@pytest.mark.parametrize(
    ("heard", "came"),
    [
        (FOLLOWED, Way.FOLLOWED),
        (IGNORED, Way.IGNORED),
        (LOGIN, Way.CARRIED),
        (answer(302, location=f"/accounts/login/?next={PAGE}/"), Way.CARRIED),
        (answer(302, location="/workshops/access/?redirect_url=/"), Way.UNTOLD),
        (answer(200), Way.UNTOLD),
        (Fault.SILENT, Way.UNTOLD),
    ],
)
def test_what_becomes_of_a_way_back(heard: Heard, came: Way) -> None:
    assert way(heard, PAGE) is came


REFUSED = (
    f"links that start at the portal do not lead back to {PAGE} → add {PAGE} to PORTAL_INDEX_ORIGINS of the portal"
)


@pytest.mark.parametrize(
    ("heard", "anonymous", "line"),
    [
        (FOLLOWED, True, f"ok people are sent back to {PAGE}"),
        (LOGIN, True, "ok the portal takes any address along through its own login"),
        (IGNORED, True, f"failed {REFUSED}, and restart it"),
        (IGNORED, False, f"warning {REFUSED}, and restart it"),
        (
            answer(),
            True,
            "skipped the portal does not tell without a login or a code; sessions of the site lead back to it",
        ),
    ],
)
def test_ways_back(heard: Heard, anonymous: bool, line: str) -> None:
    assert told(ways_back({PAGE: heard}, anonymous)) == line


SITE = Place(PAGE, "SITE_URL")


@pytest.mark.parametrize(
    ("heard", "parts"),
    [
        (answer(200, {"status": "alive"}), ("ok the site answers",)),
        (answer(200, {"status": "ok"}), ("failed the portal answers there", "PORTAL_URL is the portal's")),
        (answer(400), ("failed the site does not know itself by that host name (400)", "SITE_URL", "$host")),
        (answer(301, location="https://a.example.com/x"), ("failed redirected to https://a.example.com", "SITE_URL")),
        (answer(301, location="mailto:a@b"), ("failed redirected to elsewhere",)),
        (answer(502), ("failed what is in front of the site does not reach it (502)", "SITE_HOST and SITE_PORT")),
        (answer(200, "x"), ("failed something else answers there (200)", "SITE_URL")),
        (Fault.BROKEN, ("failed the connection broke off", "SITE_URL")),
    ],
)
def test_who_answers_in_the_sites_place(heard: Heard, parts: tuple[str, ...]) -> None:
    line = told(alive(SITE, heard))
    assert [part for part in parts if part not in line] == []


@pytest.mark.parametrize(
    ("heard", "line"),
    [
        (answer(200, {"version": "1.0"}), "ok 1.0"),
        (
            answer(200, {"version": "0.9"}),
            (
                "warning the site runs 0.9, and this command is 1.0 → restart the site after an update; pip install"
                " --upgrade workshop-index brings both to one version"
            ),
        ),
        (answer(200), "skipped the site does not tell its version"),
        (Fault.SILENT, "skipped the site does not tell its version"),
    ],
)
def test_the_sites_version(heard: Heard, line: str) -> None:
    assert told(version(heard, "1.0")) == line


def ready(**words: str) -> Heard:
    """Return what the site says of its portals."""
    return answer(200, {"parts": {"portals": words}})


@pytest.mark.parametrize(
    ("heard", "known", "part"),
    [
        (ready(a="ok"), ["a"], "ok it has every catalog"),
        (ready(a="unreachable"), [], "ok nothing to ask it for"),
        (ready(a="ok", b="unreachable"), ["a", "b"], "failed it gets no catalog of b → start the site with the <cred"),
        (ready(a="last known"), ["a"], "warning it has only an older catalog of a → look at the lines"),
        (ready(a="ok"), ["a", "b"], "failed it knows no portal b → start the site with the WORKSHOP_INDEX_CONFIG"),
        (answer(200, {"parts": 1}), ["a"], "skipped the site does not tell how it finds them"),
        (Fault.SILENT, ["a"], "skipped the site does not tell how it finds them"),
    ],
)
def test_the_portals_as_the_site_finds_them(heard: Heard, known: list[str], part: str) -> None:
    assert told(portals(heard, known)).startswith(part)


@pytest.mark.parametrize(
    ("heard", "part"),
    [
        (answer(308, location=f"{PAGE}/start/a/"), "ok the site knows by which address it is reached"),
        (
            answer(308, location="http://www.example.com/start/a/"),
            (
                "failed it takes itself to be at http://www.example.com → set SITE_PROXIES to the number of"
                " proxies, and let"
                " them tell the scheme: proxy_set_header X-Forwarded-Proto $scheme"
            ),
        ),
        (
            answer(308, location="http://127.0.0.1/start/a/"),
            (
                "failed it takes itself to be at http://127.0.0.1 → let the proxy pass the host on:"
                " proxy_set_header Host"
                " $host; and set SITE_PROXIES"
            ),
        ),
        (answer(), "skipped the site did not redirect as expected"),
        (answer(302, location="/sign-in/"), "skipped the site did not redirect as expected"),
        (Fault.SILENT, "skipped the site did not redirect as expected"),
    ],
)
def test_proxies(heard: Heard, part: str) -> None:
    assert told(proxies(SITE, heard)).startswith(part)


@pytest.mark.parametrize(
    ("place", "heard", "part"),
    [
        (SITE, answer(strict_transport_security="max-age=9"), "ok browsers come by https only"),
        (SITE, answer(), "failed no Strict-Transport-Security: the site does not know that it is reached by https"),
        (SITE, Fault.SILENT, "skipped nothing to look at"),
        (Place("http://localhost", "SITE_URL"), answer(), "skipped only for https"),
    ],
)
def test_transport_security(place: Place, heard: Heard, part: str) -> None:
    assert told(transport(place, heard)).startswith(part)


@pytest.mark.parametrize(
    ("heard", "by_anybody", "part"),
    [
        (answer(), False, "ok the index refuses"),
        (answer(), True, "failed the index may be shown in a frame by anybody → let the proxy pass Content-Security"),
        (Fault.SILENT, True, "skipped nothing to look at"),
    ],
)
def test_pages_that_nobody_embeds(heard: Heard, by_anybody: bool, part: str) -> None:
    assert told(default_framing(heard, by_anybody)).startswith(part)


HOOK = {"target": "https://hooks.example.com/secret-path", "origin": "https://hooks.example.com"}
WHERE = "set spec.analytics.webhook.url in portal.yaml to where the receiver listens"


@pytest.mark.parametrize(
    ("seen", "line"),
    [
        (None, "skipped its files are not here; look at spec.analytics.webhook.url of its TrainingPortal"),
        (Webhook(), "skipped the portal has none (spec.analytics.webhook.url)"),
        (
            Webhook(**HOOK, status=405),
            "ok https://hooks.example.com answers 405 to a GET; only an event would tell more",
        ),
        (
            Webhook(**HOOK, status=503),
            f"warning https://hooks.example.com answers 503 to a GET → look at the receiver's log, or {WHERE}",
        ),
        (
            Webhook(**HOOK, why="it did not answer in time"),
            f"failed https://hooks.example.com: it did not answer in time → start the receiver, or {WHERE}",
        ),
        (
            Webhook(**HOOK, why="it is not public", barred=True),
            (
                "failed https://hooks.example.com: it is not public → name its network in PORTAL_WEBHOOK_PRIVATE, or"
                f" {WHERE}"
            ),
        ),
    ],
)
def test_webhooks(seen: Webhook | None, line: str) -> None:
    assert told(webhook(seen)) == line


def test_a_secret_is_hidden_wherever_it_has_got_to() -> None:
    result = failed("login", "elsewhere/pass-word", "set A, not pass-word", "A")
    hidden = result.without(["pass-word", "", "A"])
    assert (hidden.seen, hidden.todo, hidden.settings) == ("elsewhere/•••", "set A, not •••", ("A",))


def test_results_are_counted_by_verdict() -> None:
    subjects = [Subject("site", "", PAGE, (ok("a", "x"), failed("b", "y", "z", "z"))), Subject("portal", "p", OWN, ())]
    assert [count(subjects, verdict) for verdict in Verdict] == [1, 0, 0, 1]
