"""The example that ships with the product is without a fault, and shows what it is meant to show."""

from datetime import timedelta
from pathlib import Path

import pytest

from frontend.site.colour import palette
from frontend.site.loading import load as load_site
from frontend.site.model import Site
from portal_backend.content.outline import outline
from portal_backend.content.rendering import page_html
from portal_backend.contract.packaged import packaged
from portal_backend.domain.environment import ANONYMOUS
from portal_backend.resources.loading import Resources
from portal_backend.resources.loading import load as load_portal
from portal_backend.resources.model import EnvironmentSpec

CONFIG = packaged("config")
WORKSHOPS = ("git-history", "shell-history-drill", "http-exchange")
PAGES = sorted((CONFIG / "workshops").glob("*/workshop/content/*.md"))
VALUES = {"session_name": "workshops-w01-s001"}


@pytest.fixture(scope="module")
def resources() -> Resources:
    return load_portal(CONFIG / "portal.yaml", CONFIG / "workshops")


@pytest.fixture(scope="module")
def site() -> Site:
    loaded = load_site(CONFIG / "site.yaml")
    assert loaded.problems == ()
    assert loaded.site is not None
    return loaded.site


def _offer(resources: Resources, name: str) -> EnvironmentSpec:
    return next(offer for offer in resources.environments if offer.workshop.name == name)


def test_the_portal_reads_without_a_single_remark(resources: Resources) -> None:
    assert [str(problem) for problem in resources.problems] == []
    assert tuple(offer.workshop.name for offer in resources.environments) == WORKSHOPS


def test_the_portal_takes_plain_links_and_holds_no_secret(resources: Resources) -> None:
    assert resources.portal is not None
    assert resources.portal.portal.registration == ANONYMOUS
    assert resources.portal.portal.password == ""
    accounts = resources.portal.credentials
    assert not any(one.secret for one in (accounts.admin, accounts.robot, accounts.robot_client))


def test_one_workshop_is_over_quickly(resources: Resources) -> None:
    assert _offer(resources, "shell-history-drill").terms.duration == timedelta(minutes=2)


def test_one_workshop_has_a_single_seat_that_no_spare_takes(resources: Resources) -> None:
    offer = _offer(resources, "http-exchange")
    assert (offer.capacity, offer.reserved) == (1, 0)


def test_one_workshop_can_be_extended_twice(resources: Resources) -> None:
    terms = _offer(resources, "git-history").terms
    assert terms.duration + 2 * terms.step == terms.deadline


@pytest.mark.parametrize("name", WORKSHOPS)
def test_each_workshop_tells_what_a_card_needs(resources: Resources, name: str) -> None:
    workshop = _offer(resources, name).workshop
    assert workshop.content == str((CONFIG / "workshops" / name / "workshop" / "content").resolve())
    assert workshop.title != name
    assert 80 < len(workshop.description) <= 300
    assert workshop.difficulty
    assert workshop.duration
    assert workshop.tags


@pytest.mark.parametrize("name", WORKSHOPS)
def test_each_workshop_shows_every_page_it_has(name: str) -> None:
    folder = CONFIG / "workshops" / name
    shown = [page.file for page in outline(str(folder)).pages]
    assert sorted(shown) == sorted(page.name for page in PAGES if page.is_relative_to(folder))
    assert 3 <= len(shown) <= 6


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parts[-4]}/{path.stem}")
def test_each_page_has_a_title_and_renders_to_the_end(path: Path) -> None:
    contents = outline(str(path.parents[2]))
    page = next(page for page in contents.pages if page.file == path.name)
    html = page_html(contents, page, VALUES, "/workshops/session/s/")
    assert page.title
    assert page.title != path.stem
    assert len(html) > 300
    assert "{{" not in html
    assert "```" not in html


def test_a_page_shows_the_name_of_its_session() -> None:
    contents = outline(str(CONFIG / "workshops" / "git-history"))
    assert VALUES["session_name"] in page_html(contents, contents.pages[0], VALUES, "/workshops/session/s/")


def test_the_site_names_each_workshop_the_portal_offers_and_no_other(site: Site, resources: Resources) -> None:
    named = sorted(name for section in site.catalog.sections for name in section.workshops)
    assert named == sorted(offer.workshop.name for offer in resources.environments)
    assert set(site.catalog.workshops) <= set(named)


def test_the_site_shows_what_an_owner_can_say(site: Site) -> None:
    assert len(site.catalog.sections) == 2
    assert all(section.description for section in site.catalog.sections)
    assert site.announcements
    assert site.notifications.session_unavailable.text


def test_the_accent_is_readable_as_it_is(site: Site) -> None:
    assert site.brand.accent is not None
    assert not palette(site.brand.accent).adjusted
