"""The doctor on the way to a portal and at its API: what each thing seen comes to, and the setting it names."""

from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from diagnosed import NOW, answer, told
from offered import known, offer

from frontend.site.doctor.clock import clock
from frontend.site.doctor.connection import connection, encryption
from frontend.site.doctor.heard import Answer, Fault, Heard, Place, Reached
from frontend.site.doctor.login import LoginNames, login, no_login, token
from frontend.site.doctor.offers import address, catalog, listing, workshops
from frontend.site.model import Catalog, Section, WorkshopOverride
from frontend.site.offers import Listing
from portal_backend.contract.wire import EnvironmentState

URL = "https://portal.example.com/"
PLACE = Place(URL, "portals[academy].url")
NAMES = LoginNames("ACADEMY")
WHERE = "portal.example.com port 443"


@pytest.mark.parametrize(
    ("reached", "line"),
    [
        (Reached("10.0.0.7", 0.012), f"ok {WHERE} answers at 10.0.0.7, in 12 ms"),
        (Reached("10.0.0.7", 0.001, fault=Fault.EXPIRED), f"ok {WHERE} answers at 10.0.0.7, in 1 ms"),
        (Reached(proxy="proxy.lan"), f"skipped requests go through the proxy proxy.lan, which has to find {WHERE}"),
        (
            Reached(fault=Fault.UNRESOLVED),
            (
                f"failed {WHERE}: its name cannot be resolved → correct the host in portals[academy].url, or give"
                " portal.example.com an entry in the DNS"
            ),
        ),
        (
            Reached(fault=Fault.REFUSED),
            f"failed {WHERE}: nobody listens there → start it, or correct host and port in portals[academy].url",
        ),
        (
            Reached(fault=Fault.SILENT),
            f"failed {WHERE}: no answer in time → let this machine through to {WHERE}, or correct portals[academy].url",
        ),
    ],
)
def test_a_connection(reached: Reached, line: str) -> None:
    assert told(connection("connection", PLACE, reached, "start it")) == line


DAYS = timedelta(days=1)
PLAIN = Place("http://portal.example.com:8080/", "PORTAL_URL")


@pytest.mark.parametrize(
    ("place", "reached", "expected", "line"),
    [
        (PLACE, Reached(until=NOW + 90 * DAYS), True, "ok the certificate is good for 90 days"),
        (PLACE, Reached(), True, "ok the certificate is good"),
        (
            PLACE,
            Reached(until=NOW + 3.5 * DAYS),
            True,
            "warning the certificate ends in 3 days → renew the certificate of portal.example.com",
        ),
        (
            PLACE,
            Reached(fault=Fault.EXPIRED),
            True,
            (
                "failed its certificate has expired → renew the certificate of portal.example.com; if it is"
                " good, set this"
                " machine's clock"
            ),
        ),
        (
            PLACE,
            Reached(fault=Fault.OTHER_HOST),
            True,
            (
                "failed its certificate is for another name → set portals[academy].url to the name in the"
                " certificate, or"
                " renew the certificate of portal.example.com"
            ),
        ),
        (
            PLACE,
            Reached(fault=Fault.SELF_SIGNED),
            True,
            (
                "failed its certificate vouches for itself → set REQUESTS_CA_BUNDLE to a file with the"
                " certificate of its"
                " authority"
            ),
        ),
        (
            PLACE,
            Reached(fault=Fault.NO_TLS),
            True,
            "failed it does not speak TLS → give the port TLS, or correct scheme and port in portals[academy].url",
        ),
        (PLACE, Reached(fault=Fault.REFUSED), True, "skipped it could not be connected to"),
        (PLACE, Reached(proxy="p"), True, "skipped the certificate is looked at with each request through the proxy"),
        (Place("http://[::1]:8080/", "X"), Reached(), True, "ok plain http, which does not leave this machine"),
        (
            PLAIN,
            Reached(),
            True,
            (
                "failed plain http, and visitors come to it from https → put https in front of it, and set"
                " PORTAL_URL to"
                " https://portal.example.com"
            ),
        ),
        (
            PLAIN,
            Reached(),
            False,
            (
                "warning plain http: passwords, tokens and cookies can be read on the way → put https in front"
                " of it, and"
                " set PORTAL_URL to https://portal.example.com"
            ),
        ),
    ],
)
def test_encryption(place: Place, reached: Reached, expected: bool, line: str) -> None:
    assert told(encryption("encryption", place, reached, NOW, expected)) == line


ACCOUNT, CLIENT = "ACADEMY_ROBOT_USERNAME and ACADEMY_ROBOT_PASSWORD", "ACADEMY_ROBOT_CLIENT_ID"


@pytest.mark.parametrize(
    ("heard", "parts"),
    [
        (answer(200, {"access_token": "t"}), ("ok the robot account is let in",)),
        (answer(400, {"error": "invalid_grant"}), ("failed the portal does not take user name or password", ACCOUNT)),
        (answer(401, {"error": "invalid_client"}), ("failed the portal does not take the OAuth2 client", CLIENT)),
        (answer(400, {"error": "unauthorized_client"}), ("the OAuth2 client", CLIENT)),
        (answer(429), ("failed too many logins have failed", "PORTAL_LIMIT_TOKEN")),
        (
            answer(301, location="https://other.example.com/oauth2/token/"),
            ("failed redirected to https://other.example.com, which loses the login", "set portals[academy].url"),
        ),
        (answer(302, location="mailto:a@b"), ("redirected to elsewhere",)),
        (answer(400), ("failed it does not know itself by that host name (400)", "PORTAL_HOSTS")),
        (answer(503), ("failed the portal, or what is in front of it, fails (503)", "portals[academy].url")),
        (answer(404), ("failed no training portal answers there (404)", "correct portals[academy].url")),
        (answer(200, [1]), ("failed no training portal answers there (200)",)),
        (answer(302, location="http://[bad"), ("failed no training portal answers there (302)",)),
        (Fault.SILENT, ("failed no answer in time", "portals[academy].url")),
    ],
)
def test_a_login(heard: Heard, parts: tuple[str, ...]) -> None:
    line = told(login(PLACE, heard, NAMES))
    assert [part for part in parts if part not in line] == []


def test_what_is_missing_for_a_login() -> None:
    one = no_login("no login; set ACADEMY_ROBOT_PASSWORD", NAMES)
    assert told(one) == "failed there is no login to try → no login; set ACADEMY_ROBOT_PASSWORD"
    assert one.settings == ("ACADEMY_ROBOT_PASSWORD",)
    other = no_login("a file that others may read; run: chmod 600 it", NAMES)
    assert told(other).endswith("chmod 600 it, or set " + ", ".join((*NAMES.account, *NAMES.client)))


def given(expires: Any = 36000) -> Answer:
    """Return the answer to a good login."""
    return answer(200, {"access_token": "t", "expires_in": expires})


ENDLESSLY = "so the site logs in again and again → let tokens of the portal count for 300 seconds at least (expires_in)"


@pytest.mark.parametrize(
    ("first", "used", "returned", "line"),
    [
        (given(), answer(), answer(), "ok it counts for 10 h, and was given back"),
        (given(3600), answer(), answer(), "ok it counts for 60 min, and was given back"),
        (given(120), answer(), answer(), f"warning it counts for 120 s, {ENDLESSLY}"),
        (given(None), answer(), answer(), f"warning it does not say for how long it counts, {ENDLESSLY}"),
        (given(True), answer(), answer(), f"warning it does not say for how long it counts, {ENDLESSLY}"),
        (
            given(),
            answer(403),
            answer(),
            (
                "failed the token that was just given does not count → let the proxy in front of the portal"
                " pass the header"
                " on: proxy_set_header Authorization $http_authorization"
            ),
        ),
        (given(), Fault.SILENT, answer(), "skipped nothing could be asked with it: no answer in time"),
        (
            given(),
            answer(),
            Fault.BROKEN,
            "warning it counts for 10 h, and could not be given back → nothing: it ends by itself in 10 h",
        ),
        (
            given(),
            answer(),
            answer(401),
            "warning it counts for 10 h, and could not be given back → nothing: it ends by itself in 10 h",
        ),
    ],
)
def test_a_token(first: Answer, used: Heard, returned: Heard, line: str) -> None:
    assert told(token(first, used, returned)) == line


def dated(seconds: float, **more: str) -> Answer:
    """Return an answer from a machine whose clock is that far ahead."""
    return answer(date=format_datetime(NOW + timedelta(seconds=seconds), usegmt=True), **more)


NTP = "set the clocks of both machines by the network: timedatectl set-ntp true"


@pytest.mark.parametrize(
    ("answers", "line"),
    [
        ([dated(0)], "ok the portal's clock agrees"),
        ([dated(30)], "ok the portal's clock is 30 s ahead"),
        ([dated(-40)], f"warning the portal's clock is 40 s behind, so the times told to visitors are wrong → {NTP}"),
        ([dated(300)], f"warning the portal's clock is 300 s ahead, so the times told to visitors are wrong → {NTP}"),
        (
            [dated(-302)],
            f"failed the portal's clock is 302 s behind, so times and tokens end at the wrong moment → {NTP}",
        ),
        (
            [Fault.SILENT, answer(), answer(date="soon"), dated(900, age="9"), dated(0)],
            "ok the portal's clock agrees",
        ),
        ([answer(date="Sun, 01 Mar 2026 12:00:00 -0000")], "ok the portal's clock agrees"),
        ([answer()], "skipped no answer told the portal's time"),
    ],
)
def test_a_clock(answers: list[Heard], line: str) -> None:
    assert told(clock(answers)) == line


def environment(name: str = "lab", state: str = "RUNNING") -> dict[str, Any]:
    """Return an environment as a portal lists it."""
    return {"name": f"p-{name}", "state": state, "workshop": {"name": name}}


def listed(*environments: object, **portal: object) -> Answer:
    """Return a catalog."""
    return answer(200, {"portal": portal, "environments": list(environments)})


@pytest.mark.parametrize(
    ("heard", "parts"),
    [
        (listed(environment(), environment("other")), ("ok 2 workshops",)),
        (listed(environment(), environment()), ("ok 1 workshop",)),
        (listed(), ("failed it can be read, and is empty", "list workshops under spec.workshops")),
        (listed(environment(state="STOPPING")), ("failed 1 workshop, none of which is running", "spec.workshops")),
        (answer(200, {}), ("failed the catalog has no list of environments", "portals[academy].url")),
        (answer(500), ("failed the catalog is answered 500",)),
        (Fault.SILENT, ("failed no answer in time",)),
        (answer(401), ("skipped the token does not count",)),
    ],
)
def test_a_catalog(heard: Heard, parts: tuple[str, ...]) -> None:
    line = told(catalog(PLACE, heard, listing("academy", heard)))
    assert [part for part in parts if part not in line] == []


@pytest.mark.parametrize(
    ("heard", "bundled", "line"),
    [
        (listed(url="https://portal.example.com"), True, "ok the portal calls itself https://portal.example.com, too"),
        (listed(), True, "skipped the portal does not tell its own"),
        (answer(200, [1]), True, "skipped the portal does not tell its own"),
        (Fault.SILENT, True, "skipped the portal does not tell its own"),
        (
            listed(url="http://127.0.0.1:8080"),
            True,
            (
                "warning the portal calls itself http://127.0.0.1:8080 → give both the one address that browsers use:"
                " portals[academy].url and PORTAL_URL"
            ),
        ),
        (
            listed(url="http://academy.lan"),
            False,
            (
                "warning the portal calls itself http://academy.lan → give both the one address that browsers use:"
                " portals[academy].url and spec.portal.ingress.hostname"
            ),
        ),
    ],
)
def test_the_address_a_portal_goes_by(heard: Heard, bundled: bool, line: str) -> None:
    assert told(address(PLACE, heard, bundled)) == line


def test_a_portal_that_has_no_other_setting_than_its_own_names_it_once() -> None:
    found = address(Place(URL, "PORTAL_URL"), listed(url="http://a.example.com"), bundled=True)
    assert found.settings == ("PORTAL_URL",)


OFFERS = known(offer("git-history"), offer("shell", state=EnvironmentState.STOPPING)).listing
CORRECT = "correct catalog.sections and catalog.workshops in site.yaml, or spec.workshops of a portal"


@pytest.mark.parametrize(
    ("named", "corrected", "catalogs", "line"),
    [
        (["git-history"], ["shell"], [OFFERS], "ok all 2 that site.yaml names are offered"),
        ([], [], [OFFERS], "skipped site.yaml names none"),
        (["git-history"], [], [OFFERS, "no answer in time"], "skipped not every catalog could be read"),
        (
            ["git-histroy"],
            ["zzz"],
            [OFFERS],
            f"warning no portal offers git-histroy (did you mean git-history?), zzz → {CORRECT}",
        ),
        (list("abcdefg"), [], [OFFERS], f"warning no portal offers a, b, c, d, e and 2 more → {CORRECT}"),
    ],
)
def test_what_the_owner_names(named: list[str], corrected: list[str], catalogs: list[Listing | str], line: str) -> None:
    sections = (Section(id="a", title="A", workshops=tuple(named)),)
    owners = Catalog(sections=sections, workshops={name: WorkshopOverride() for name in corrected})
    assert told(workshops(owners, catalogs)) == line
