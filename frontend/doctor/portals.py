"""Looks at one portal, first as the site does and then as a browser: nothing is started, changed or left behind.

Two names that no portal has are asked for: of a session, whose answer says who may frame sessions, and of an
environment, whose answer says where people are sent back to. A page of an environment is looked at without `create/`,
which at either kind of portal starts nothing.
"""

import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote, urlsplit

from frontend.doctor.asking import Asking
from frontend.doctor.reaching import reach
from frontend.logins import login_for
from frontend.portal_client import Login, PortalMisconfigured
from frontend.site.doctor import clock, connection, cookies, framing, login, offers, ways_back, webhook
from frontend.site.doctor.heard import Answer, Fault, Heard, Place, Reached
from frontend.site.doctor.login import LoginNames
from frontend.site.doctor.results import Result, Subject, skipped
from frontend.site.model import Portal
from frontend.site.offers import Listing
from portal_backend.contract.examining import Examination
from portal_backend.contract.urls import origin_of
from portal_backend.contract.wire import CATALOG_ENVIRONMENTS, environment_path, session_path

NOBODY = "doctor-looks"
_ASKS_FIRST = ("/accounts/login/", "/workshops/access/")
_INSIDE = ("login", "token", "catalog", "address", "clock")
_BROWSER = ("framing", "cookies", "way back")
FRAMED = {"Sec_Fetch_Dest": "iframe", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Site": "cross-site"}


@dataclass(frozen=True)
class Round:
    """What everything is looked at with; `origins` embed the site at `site_url`, `here` is this folder's portal."""

    environ: Mapping[str, str]
    instance: Path
    seconds: float
    certificates: ssl.SSLContext
    now: datetime
    site_url: str
    origins: Sequence[str]
    here: Examination | None


@dataclass(frozen=True)
class Looked:
    """What was found of one portal, its catalog or why there is none, and the secrets that must not be told."""

    subject: Subject
    listing: Listing | str
    secrets: tuple[str, ...]


def look(portal: Portal, default: bool, at: Round) -> Looked:
    """Return everything there is to say of a portal; `default` says that `site.yaml` does not name it."""
    return _Look(portal, default, at).all()


class _Look:
    """One portal's turn."""

    def __init__(self, portal: Portal, default: bool, at: Round) -> None:
        self._portal, self._at = portal, at
        self._place = Place(portal.url, "PORTAL_URL" if default else f"portals[{portal.name}].url")
        inner = portal.api_url or portal.url
        self._inner = Place(inner, f"portals[{portal.name}].api_url") if portal.api_url else self._place
        self._names = LoginNames(portal.credentials)
        self._api, self._front = Asking(inner, at.seconds), Asking(portal.url, at.seconds)
        self._answers: list[Heard] = []
        self._listing: Listing | str = "it could not be asked"
        self._secrets: list[str] = []
        self._bundled = False

    def all(self) -> Looked:
        """Return what there is to say, in the order in which a visitor depends on it."""
        way = reach(self._place, self._at.seconds, self._at.certificates)
        results = self._way("", self._place, way, urlsplit(self._at.site_url).scheme == "https")
        inner_way = way
        if self._inner is not self._place:
            inner_way = reach(self._inner, self._at.seconds, self._at.certificates)
            results += self._way("inner ", self._inner, inner_way, False)
        results += self._inside() if inner_way.fault is None else _untried(_INSIDE, inner_way.fault)
        results += self._browser() if way.fault is None else _untried(_BROWSER, way.fault)
        results.append(webhook.webhook(self._here.webhook if self._here else None))
        found = tuple(result.without(self._secrets) for result in results)
        subject = Subject("portal", self._portal.name, self._portal.url, found)
        return Looked(subject, self._listing, tuple(self._secrets))

    def _way(self, prefix: str, place: Place, way: Reached, expected: bool) -> list[Result]:
        start = "start the portal"
        return [
            connection.connection(f"{prefix}connection", place, way, start),
            connection.encryption(f"{prefix}encryption", place, way, self._at.now, expected),
        ]

    def _inside(self) -> list[Result]:
        """Return what the site meets: login, token, catalog, clock."""
        ready = self._api.get("/readyz")
        parts = ready.object.get("parts") if isinstance(ready, Answer) else None
        self._bundled = isinstance(parts, dict) and "store" in parts
        try:
            account = login_for(self._portal, self._at.environ, self._at.instance)
        except PortalMisconfigured as missing:
            told = login.no_login(str(missing).partition(": ")[2], self._names)
            return [told, *_untried(_INSIDE[1:4], "nobody could log in"), clock.clock([ready])]
        self._secrets += [account.password, account.client_secret]
        given = self._api.log_in(account)
        results = [login.login(self._inner, given, self._names)]
        token = given.object.get("access_token") if isinstance(given, Answer) else None
        if isinstance(given, Answer) and isinstance(token, str):
            self._secrets += [token, str(given.object.get("refresh_token", ""))]
            results += self._logged_in(given, token, account)
        else:
            results += _untried(_INSIDE[1:4], "nobody could log in")
        return [*results, clock.clock([given, *self._answers, ready])]

    def _logged_in(self, given: Answer, token: str, account: Login) -> list[Result]:
        heard = self._api.get(CATALOG_ENVIRONMENTS, token)
        back = self._api.give_back(token, account)
        self._answers.append(heard)
        self._listing = offers.listing(self._portal.name, heard)
        return [
            login.token(given, heard, back),
            offers.catalog(self._inner, heard, self._listing),
            offers.address(self._place, heard, self._bundled),
        ]

    def _browser(self) -> list[Result]:
        """Return what a visitor's browser meets, at the top and in frames."""
        origins, get = self._at.origins, self._front.get
        lists = "PORTAL_FRAME_ORIGINS" if self._bundled else "spec.portal.theme.frame.ancestors"
        address = [self._place.setting] if self._bundled else [self._place.setting, "clusterIngress.tlsCertificateRef"]
        page = get(session_path(NOBODY))
        wanted = dict.fromkeys(filter(None, (origin_of(self._at.site_url), *origins)))
        asked = {
            origin: get(f"{environment_path(NOBODY)}?index_url={quote(origin + '/', safe='')}") for origin in wanted
        }
        return [
            framing.framing(page, origins, "sessions", lists),
            cookies.framed_cookies(self._place, self._cookies() if origins else None, origins, lists, address),
            ways_back.ways_back(asked, self._portal.anonymous or (self._here is not None and self._here.anonymous)),
        ]

    def _cookies(self) -> tuple[str, ...] | None:
        """Return the cookies a frame gets from the page before a session, or from the one that asks who it is."""
        names = [each.environment for each in self._listing.offers] if isinstance(self._listing, Listing) else []
        heard = self._front.get(environment_path(names[0] if names else NOBODY), **FRAMED)
        if isinstance(heard, Answer) and not heard.cookies and urlsplit(heard.location).path in _ASKS_FIRST:
            heard = self._front.get(urlsplit(heard.location).path, **FRAMED)
        return heard.cookies or None if isinstance(heard, Answer) else None

    @property
    def _here(self) -> Examination | None:
        """Return what its own files say, when it is the portal of this folder."""
        here, own = self._at.here, {origin_of(self._place.url), origin_of(self._inner.url)}
        return here if here is not None and origin_of(here.url) in own else None


def _untried(checks: Sequence[str], why: Fault | str) -> list[Result]:
    return [skipped(check, f"not looked at: {why}") for check in checks]
