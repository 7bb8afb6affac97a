"""Makes the page people work on: the instructions of one step, the way between steps, the clock."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from portal_backend.content.outline import Outline, outline
from portal_backend.content.rendering import page_html, text_html
from portal_backend.contract.urls import parse_http_url
from portal_backend.contract.wire import session_path
from portal_backend.contract.words import say
from portal_backend.domain.environment import Environment
from portal_backend.domain.lifecycle import watch_every
from portal_backend.domain.schedule import schedule
from portal_backend.domain.session import Session
from portal_backend.pages.models import Link, SessionPage
from portal_backend.pages.wording import clock_of
from portal_backend.services.sessions import Held

EXTENSION = "extension"
PAGE_PARAMETER = "page"


@dataclass(frozen=True)
class _Step:
    title: str
    slug: str
    html: str | None
    at: int


def session_page(held: Held, slug: str, portal_name: str, index_url: str, now: datetime) -> SessionPage:
    """Return the page of the step called `slug`, or of the first step when there is none of that name."""
    session, environment = held.session, held.environment
    contents, base = contents_of(held), session_path(session.name)
    step = _step(contents, slug, variables(session, environment, portal_name), base, environment)
    links = tuple(
        Link(page.title, _address(base, page.slug), current=at == step.at) for at, page in enumerate(contents.pages)
    )
    clock = schedule(session, environment.terms, now)
    leave = contents.pages[step.at].exit_sign if contents.pages else ""
    extension = f"{session_path(session.name, EXTENSION)}?{PAGE_PARAMETER}={quote(step.slug)}"
    return SessionPage(
        title=step.title,
        workshop_title=environment.workshop.title,
        pages=links,
        content_html=step.html,
        written=bool(contents.pages),
        elsewhere_url=None if contents.pages else parse_http_url(environment.workshop.url),
        previous=_turn(links, step.at - 1, say("Previous")),
        next=_turn(links, step.at + 1, leave or say("Next")),
        clock=clock_of(clock),
        extend_url=extension if clock.extendable else None,
        finish_url=session_path(session.name, "delete"),
        finish_label=leave or say("Finish"),
        schedule_url=session_path(session.name, "schedule"),
        index_url=index_url,
        watch_seconds=math.ceil(watch_every(environment.terms).total_seconds()),
    )


def contents_of(held: Held) -> Outline:
    """Return the outline of the session's workshop, along the pathway its request or its environment chose."""
    chosen = {**held.environment.env, **held.session.parameters}.get("PATHWAY_NAME", "")
    return outline(held.environment.workshop.content, chosen)


def viewed(held: Held, slug: str) -> dict[str, object]:
    """Return what is told of the step called `slug` being read, by the field's names; nothing without instructions."""
    contents = contents_of(held)
    names = [page.slug for page in contents.pages]
    if not names:
        return {}
    at = contents.place(slug) or 0
    return {"current": names[at], "next": next(iter(names[at + 1 :]), None), "step": at + 1, "steps": len(names)}


def variables(session: Session, environment: Environment, portal_name: str) -> Mapping[str, str]:
    """Return the values instructions may mention; what names the session itself cannot be overridden."""
    shell = {f"ENV_{name}": value for name, value in environment.env.items()}
    return {
        **shell,
        **environment.env,
        **session.parameters,
        "session_id": session.name.rpartition("-")[2],
        "session_name": session.name,
        "session_namespace": session.name,
        "environment_name": environment.name,
        "workshop_name": environment.workshop.name,
        "workshop_namespace": environment.name,
        "training_portal": portal_name,
    }


def _step(contents: Outline, slug: str, values: Mapping[str, str], base: str, environment: Environment) -> _Step:
    if not contents.pages:
        return _Step(environment.workshop.title, "", _introduction(environment), 0)
    at = contents.place(slug) or 0
    page = contents.pages[at]
    return _Step(page.title, page.slug, page_html(contents, page, values, base), at)


def _introduction(environment: Environment) -> str:
    """Return what is known of a workshop whose instructions are not on this machine."""
    workshop = environment.workshop
    return text_html(workshop.description) if workshop.description else ""


def _turn(links: tuple[Link, ...], at: int, label: str) -> Link | None:
    return Link(links[at].title, links[at].url, label) if 0 <= at < len(links) else None


def _address(base: str, slug: str) -> str:
    return f"{base}?{PAGE_PARAMETER}={quote(slug)}"
