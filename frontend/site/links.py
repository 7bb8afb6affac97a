"""The addresses by which a workshop is passed on, and what to paste for each place they are passed on in."""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import quote, urlencode

from frontend.site.catalog import Candidate
from frontend.site.model import Site
from portal_backend.contract.wire import INDEX_URL_PARAMETER, environment_path
from portal_backend.contract.words import Message, Said, Speaker, say

_MARKDOWN_SIGNS = re.compile(r"([\\\[\]!*_`<>])")


@dataclass(frozen=True)
class Links:
    """Everything there is to pass on of one workshop; an empty text stands for what this site does not have."""

    workshop: str
    title: str
    page: str
    start: str
    create: str
    embed: str
    badge: str
    html: str
    markdown: str
    restructuredtext: str
    iframe: str


def links_of(workshop: str, title: str, url: str, create: str | None) -> Links:
    """Return the links of a workshop on the running site at `url`, which ends with a slash."""
    name = quote(workshop, safe="")
    start, embed, badge = f"{url}start/{name}/", f"{url}embed/{name}/", f"{url}badge/{name}.svg"
    return Links(
        workshop=workshop,
        title=title,
        page=f"{url}workshop/{name}/",
        start=start,
        create=create or "",
        embed=embed,
        badge=badge,
        html=_button(title, start),
        markdown=f"[![{_plain_markdown(title)}]({badge})]({start})",
        restructuredtext=f".. image:: {badge}\n   :target: {start}\n   :alt: {_one_line(title)}",
        iframe=f'<iframe src="{html.escape(embed)}" title="{html.escape(_one_line(title))}" width="720" height="600" '
        'loading="lazy"></iframe>',
    )


def create_url(site: Site, choices: Iterable[Candidate], index_url: str) -> str | None:
    """Return the link of the first portal that lets anybody in; people return to `index_url`."""
    portals = {portal.name: portal for portal in site.portals if portal.anonymous}
    for choice in choices:
        portal = portals.get(choice.offer.portal)
        if portal:
            named = choice.offer.workshop if portal.create_by == "workshop" else choice.offer.environment
            query = urlencode({INDEX_URL_PARAMETER: index_url}, quote_via=quote)
            return f"{portal.url.rstrip('/')}{environment_path(named, 'create')}?{query}"
    return None


class _Button(Said):
    """A form, because that is a button on every page, whatever its style sheet; the site asks, then starts."""

    start: str
    label: Message

    def __new__(cls, start: str, label: Message) -> Self:
        made = super().__new__(cls, _form(start, label))
        made.start, made.label = start, label
        return made

    def __getnewargs__(self) -> tuple[Any, ...]:
        return self.start, self.label

    def told(self, speaker: Speaker) -> str:
        """Return the form with its button in words of `speaker`."""
        return _form(self.start, self.label.told(speaker))


def _form(start: str, label: str) -> str:
    return f'<form action="{html.escape(start)}"><button>{html.escape(label)}</button></form>'


def _button(title: str, start: str) -> str:
    return _Button(start, say("Start “{title}”", title=_one_line(title)))


def _plain_markdown(text: str) -> str:
    return _MARKDOWN_SIGNS.sub(r"\\\1", _one_line(text))


def _one_line(text: str) -> str:
    return " ".join(text.split())
