"""Reads one TrainingPortal resource: the portal itself and its accounts. Its workshops are read in `environments`."""

from portal_backend.contract.documents import Problem, Severity
from portal_backend.contract.problems import shown
from portal_backend.contract.urls import parse_http_url
from portal_backend.domain.environment import ANONYMOUS, ONE_STEP, PRIVATE, PUBLIC, Portal
from portal_backend.resources.environments import DEPRECATED
from portal_backend.resources.kinds import Resource
from portal_backend.resources.model import Account, Credentials, PortalSpec
from portal_backend.resources.section import Section
from portal_backend.resources.texts import (
    LONGEST_PORTAL_NAME,
    accept_domain,
    accept_framing_origin,
    accept_picture,
    accept_portal_name,
)

_PORTAL = (
    "title",
    "logo",
    "labels",
    "password",
    "index",
    "sessions",
    "workshop",
    "theme",
    "cookies",
    "registration",
    "catalog",
    "credentials",
    "clients",
    "updates",
)
_TRACKERS = ("google", "clarity", "amplitude")
_SELF = "'self'"


def read_portal(resource: Resource, problems: list[Problem], host: str = "") -> PortalSpec | None:
    """Return what a TrainingPortal resource asks for, or None when it has no usable name.

    `host` is where browsers find the portal, when that is known.
    """
    top = resource.section(Severity.ERROR, problems)
    top.keys(("apiVersion", "kind", "metadata", "spec", "status"))
    metadata, spec = top.section("metadata"), top.section("spec")
    expected = f"at most {LONGEST_PORTAL_NAME} lower case letters, digits, `-` and `.`"
    name = metadata.checked("name", expected, accept_portal_name) if metadata.required("name") else None
    spec.keys(("portal", "workshops", "analytics"))
    section = spec.section("portal")
    section.keys((*_PORTAL, *DEPRECATED), ("ingress",))
    portal = _portal(name or "", section, spec.section("analytics"), host)
    return PortalSpec(portal, _credentials(section)) if name else None


def _portal(name: str, section: Section, analytics: Section, host: str) -> Portal:
    sessions, registration = section.section("sessions"), section.section("registration")
    theme, cookies = section.section("theme"), section.section("cookies")
    catalog, updates = section.section("catalog"), section.section("updates")
    for part, used, unused in (
        (sessions, ("maximum", "registered", "anonymous"), ()),
        (registration, ("type", "enabled"), ()),
        (theme, ("frame",), ("name",)),
        (cookies, ("domain",), ()),
        (catalog, ("visibility",), ()),
        (updates, ("workshop",), ()),
        (analytics, ("webhook",), _TRACKERS),
    ):
        part.keys(used, unused)
    registered, anonymous = sessions.number("registered") or 0, sessions.number("anonymous")
    kind, enabled = _registration(registration)
    webhook = analytics.section("webhook", secret=True)
    webhook.keys(("url",))
    return Portal(
        name=name,
        title=section.line("title") or name,
        logo=section.checked("logo", "an http(s) or `data:image/…` URL", accept_picture) or "",
        index=section.checked("index", "an http(s) URL", parse_http_url) or "",
        password=section.text("password"),
        registration=kind,
        registration_enabled=enabled,
        visibility=catalog.choice("visibility", (PRIVATE, PUBLIC)) or PRIVATE,
        labels=section.pairs("labels"),
        maximum=sessions.number("maximum") or 0,
        registered=registered,
        anonymous=registered if anonymous is None else anonymous,
        frame_ancestors=_frame_ancestors(theme.section("frame")),
        cookie_domain=_cookie_domain(cookies, host),
        update_workshops=updates.flag("workshop") or False,
        webhook=webhook.checked("url", "an http(s) URL", parse_http_url) or "",
    )


def _registration(section: Section) -> tuple[str, bool]:
    """Return the kind of registration and whether it is open; that nobody can use an open one is told."""
    kind, enabled = section.choice("type", (ONE_STEP, ANONYMOUS)), section.flag("enabled") is not False
    if kind == ONE_STEP and enabled:
        text = "people do not register themselves here, they come through the index"
        section.report("type", Severity.INFO, f"{section.name('type')}: {text}")
    return kind or ONE_STEP, enabled


def _cookie_domain(cookies: Section, host: str) -> str:
    domain = (cookies.checked("domain", "a domain name", accept_domain) or "").removeprefix(".").lower()
    if not domain or not host or host == domain or host.endswith(f".{domain}"):
        return domain
    text = f"{cookies.name('domain')} is {domain}, which the portal's own host {host} is not part of"
    cookies.report("domain", Severity.WARNING, text, "cookies are for that host alone")
    return ""


def _frame_ancestors(frame: Section) -> tuple[str, ...]:
    frame.keys(("ancestors",))
    found: list[str] = []
    for text in frame.texts("ancestors"):
        origin = accept_framing_origin(text)
        if origin is not None:
            found.append(origin)
        elif text != _SELF:
            expected = "such as `https://www.example.com`"
            frame.report("ancestors", Severity.ERROR, f"an origin is expected to be {expected}, but is {shown(text)}")
    return tuple(dict.fromkeys(found))


def _credentials(section: Section) -> Credentials:
    credentials, clients = section.section("credentials", secret=True), section.section("clients", secret=True)
    credentials.keys(("admin", "robot"))
    clients.keys(("robot",))
    return Credentials(
        admin=_account(credentials.section("admin"), "username", "password"),
        robot=_account(credentials.section("robot"), "username", "password"),
        robot_client=_account(clients.section("robot"), "id", "secret"),
    )


def _account(section: Section, name: str, secret: str) -> Account:
    section.keys((name, secret))
    return Account(section.text(name), section.text(secret))
