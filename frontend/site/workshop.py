"""The pages about one workshop: all there is to know about it, and the question before it starts."""

from urllib.parse import quote

from frontend.site.catalog import Candidate, full_description
from frontend.site.index import Shop
from frontend.site.links import create_url, links_of
from frontend.site.model import Parameter, Site, WorkshopOverride
from frontend.site.pages import AskPage, Field, ShareLink, WorkshopPage
from frontend.site.parameters import Answers, fields
from frontend.site.text import page_html
from portal_backend.contract.components import Card, Notice
from portal_backend.contract.words import say

_SAYS_NOTHING = WorkshopOverride()
_FULL = say("Seats come free as soon as somebody finishes. Look again in a few minutes, or choose another workshop.")
_CLOSED = say("It takes nobody new at the moment. Choose another workshop.")
_SILENT = say("The portal does not answer, so this may no longer be so. When a start fails, try again in a minute.")


def asked_of(site: Site, workshop: str) -> tuple[Parameter, ...]:
    """Return what a visitor is asked before `workshop` starts."""
    return site.catalog.workshops.get(workshop, _SAYS_NOTHING).parameters


def workshop_page(shop: Shop, workshop: str, notices: tuple[Notice, ...]) -> WorkshopPage | None:
    """Return the page of one workshop, or None when this site does not offer it."""
    shown = shop.card(workshop)
    if shown is None:
        return None
    choices = shop.choices[workshop]
    return WorkshopPage(
        title=shown.title,
        notices=notices,
        card=shown,
        description_html=page_html(full_description(shop.site.catalog, choices[0].offer)),
        authors=", ".join(choices[0].offer.authors),
        needs=shop.site.catalog.workshops.get(workshop, _SAYS_NOTHING).needs,
        fields=fields_of(shop, shown),
        share=_share(shop, workshop, choices),
        paste=_paste(shop, shown),
        qr_url=f"{shop.addresses.home}qr/{quote(workshop, safe='')}.svg",
        wait=_wait_words(shop, shown),
    )


def ask_page(shop: Shop, workshop: str, notices: tuple[Notice, ...], answers: Answers | None = None) -> AskPage | None:
    """Return the question before `workshop` starts, or None when this site does not offer it."""
    shown = shop.card(workshop)
    if shown is None:
        return None
    asked, wait = fields_of(shop, shown, answers), _wait_words(shop, shown)
    return AskPage(_question(shop, shown), notices, shown, shown.start_url, shop.addresses.home, asked, wait=wait)


def fields_of(shop: Shop, shown: Card, answers: Answers | None = None) -> tuple[Field, ...]:
    """Return what is asked before the start; nothing where it cannot start, or has been started already."""
    asked = shown.startable and not shop.resumes(shown.name)
    return fields(asked_of(shop.site, shown.name), answers) if asked else ()


def _question(shop: Shop, shown: Card) -> str:
    if not shown.startable:
        return shown.title
    again = shop.resumes(shown.name)
    return say("Resume “{title}”", title=shown.title) if again else say("Start “{title}”", title=shown.title)


def _wait_words(shop: Shop, shown: Card) -> str:
    if shown.startable:
        return _SILENT if shown.portal in shop.silent else ""
    return _FULL if shown.availability.state == "full" else _CLOSED


def _share(shop: Shop, workshop: str, choices: list[Candidate]) -> tuple[ShareLink, ...]:
    at = shop.addresses
    links = [
        ShareLink("share-page", say("This page"), say("Tells about the workshop."), at.origin + at.workshop(workshop)),
        ShareLink(
            "share-start", say("Start"), say("Asks once, then starts the workshop."), at.origin + at.start(workshop)
        ),
    ]
    url = create_url(shop.site, choices, f"{at.origin}{at.home}")
    if url:
        text = say("Starts the workshop at once, without this site in between.")
        links.append(ShareLink("share-create", say("Start at once"), text, url))
    return tuple(links)


def _paste(shop: Shop, shown: Card) -> tuple[ShareLink, ...]:
    """Return what to paste into pages elsewhere; a frame only where some page may have one."""
    found = links_of(shown.name, shown.title, f"{shop.addresses.origin}{shop.addresses.home}", None)
    texts = [
        ShareLink("paste-html", "HTML", say("A button that asks once, then starts the workshop."), found.html),
        ShareLink("paste-markdown", "Markdown", say("A badge that tells whether a seat is free."), found.markdown),
        ShareLink("paste-rst", "reStructuredText", say("The same badge."), found.restructuredtext),
    ]
    if shop.site.embedding.origins:
        text = say("The start button inside a page the owner has allowed.")
        texts.append(ShareLink("paste-frame", say("Frame"), text, found.iframe))
    return tuple(texts)
