"""The description of the REST API is valid, complete both ways, and what the portal itself answers."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from endpoints import table
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from passerby import checked
from peer import Peer, start_portal

from portal_backend.api.openapi import METHODS, OPERATIONS, described, openapi_path
from portal_backend.contract.schemas import PLACE, SCHEMAS, rooted

# What browsers are shown is no REST: pages, pictures, forms. Of these only what links lead to is described.
PAGES = {"account_pages", "catalog_pages", "entry_pages", "session_pages", "reference"}
GENERATED = re.compile("<!-- endpoints -->\n(.*)<!-- /endpoints -->\n", re.DOTALL)
REFERENCE = Path(__file__).parents[3] / "docs" / "rest-api.md"


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A portal in process."""
    started = start_portal(tmp_path_factory.mktemp("described"))
    yield started
    started.app.extensions["portal"].store.close()


@pytest.fixture(scope="module")
def document(portal: Peer) -> dict[str, Any]:
    """The description as the portal serves it."""
    reply = portal.get("/openapi.json", token=None)
    assert reply.status == 200
    return dict(reply.body)


def test_it_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert [str(error) for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_it_names_the_portal_as_browsers_see_it(portal: Peer, document: dict[str, Any]) -> None:
    assert document["servers"] == [{"url": portal.settings.url}]


def test_every_route_of_the_api_is_described(portal: Peer, document: dict[str, Any]) -> None:
    rules = [
        rule
        for rule in portal.app.url_map.iter_rules()
        if rule.endpoint.partition(".")[0] not in PAGES or rule.endpoint in OPERATIONS
    ]
    wanted = {
        (openapi_path(rule), method.lower())
        for rule in rules
        if rule.endpoint != "stylesheet"
        for method in rule.methods or ()
        if method in METHODS
    }
    assert wanted == {(path, method) for path, item in document["paths"].items() for method in item}


def test_nothing_is_described_that_is_not_there(portal: Peer) -> None:
    assert set(OPERATIONS) == set(OPERATIONS) & {rule.endpoint for rule in portal.app.url_map.iter_rules()}


def _operations() -> list[Any]:
    return [pytest.param(operation, id=name) for name, operation in OPERATIONS.items()]


@pytest.mark.parametrize("operation", _operations())
def test_each_operation_says_who_may_ask_and_what_is_refused(operation: Any) -> None:
    assert {200, 303} & set(operation.answers)
    if any("bearer" in way for way in operation.security):
        assert 401 in operation.answers
    for status, answer in operation.answers.items():
        assert answer["description"].endswith("."), status


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_shape_is_a_schema_and_refers_to_what_is_there(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])
    assert set(re.findall(f'"{PLACE}(.*?)"', json.dumps(SCHEMAS[name]))) <= set(SCHEMAS)


def _examples() -> list[Any]:
    found = []
    for name, operation in OPERATIONS.items():
        answers = [*operation.answers.values(), *([operation.body] if operation.body else [])]
        for answer in answers:
            for media in answer.get("content", {}).values():
                if "example" in media and "$ref" in media["schema"]:
                    shape = media["schema"]["$ref"].removeprefix(PLACE)
                    found.append(pytest.param(shape, media["example"], id=f"{name}-{shape}-{len(found)}"))
    return found


@pytest.mark.parametrize(("shape", "example"), _examples())
def test_each_example_is_of_the_shape_it_stands_for(shape: str, example: object) -> None:
    assert list(Draft202012Validator(rooted(shape)).iter_errors(example)) == []


def test_the_page_shows_every_operation_and_every_shape(portal: Peer, document: dict[str, Any]) -> None:
    page = checked(portal.app.test_client().get("/reference/"))
    shown = {heading.get_text(" ", strip=True) for heading in page.find_all("h3")}
    wanted = {f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item}
    assert wanted | set(document["components"]["schemas"]) == shown
    for link in page.select("main a[href^='#']"):
        assert page.find(id=str(link["href"])[1:]) is not None, link
    assert not page.select("main script")
    assert not [words for words in page.select("main p, main dd") if "`" in words.get_text()]


def test_the_page_leads_to_the_document(portal: Peer) -> None:
    page = checked(portal.app.test_client().get("/reference/"))
    assert page.select_one("a[href='/openapi.json']") is not None


def test_the_committed_reference_is_current(portal: Peer) -> None:
    committed = GENERATED.search(REFERENCE.read_text("utf-8"))
    assert committed is not None
    assert committed[1] == table(described(portal.app, "")), "run: .venv/bin/python tests/endpoints.py"
