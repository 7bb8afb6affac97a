"""The reference pages are complete and current: each key, setting, code and command in the code has its words."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from markdown_it import MarkdownIt
from pydantic import BaseModel

from frontend import settings as site_settings
from frontend.site.model import Site
from portal_backend import variables as portal_variables
from portal_backend.contract.wire import Notification

DOCS = Path(__file__).parents[2] / "docs"
_PREFIXES = r"\b(?:SITE|PORTAL|WORKSHOP_INDEX)_[A-Z_]+\b"
_VARIABLES = [*site_settings.VARIABLES, *portal_variables.VARIABLES]
_NAMES = {variable.name for variable in _VARIABLES}


def _read(page: str) -> str:
    return (DOCS / page).read_text("utf-8")


def _models(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """Yield (model, key as written) for every key `site.yaml` may have, from the top down."""
    for name, field in model.model_fields.items():
        yield model.__name__, field.alias or name
        for inner in _inner(field.annotation):
            yield from _models(inner)


def _inner(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _inner(argument)


@pytest.mark.parametrize(("model", "key"), sorted(set(_models(Site))), ids=lambda text: text)
def test_each_key_of_the_site_is_explained(model: str, key: str) -> None:
    text = _read("configuration.md")
    assert f"`{key}`" in text or f"### {key}\n" in text


@pytest.mark.parametrize("name", sorted(_NAMES))
def test_each_setting_is_explained(name: str) -> None:
    assert f"`{name}`" in _read("operating.md").partition("\n## Settings\n")[2]


@pytest.mark.parametrize("page", sorted(path.name for path in DOCS.glob("*.md")))
def test_no_page_names_a_setting_that_does_not_exist(page: str) -> None:
    named = set(re.findall(_PREFIXES, _read(page)))
    assert {name.removesuffix("_FILE") for name in named} - {name.removesuffix("_FILE") for name in _NAMES} == set()


@pytest.mark.parametrize("variable", _VARIABLES, ids=lambda variable: variable.name)
def test_a_setting_that_may_come_from_a_file_is_marked(variable: Any) -> None:
    assert (f"`{variable.name}` *" in _read("operating.md")) == variable.file


@pytest.mark.parametrize("code", list(Notification))
def test_each_notification_has_its_cause(code: Notification) -> None:
    assert f"| `{code}` |" in _read("embedding.md")


@pytest.mark.parametrize("page", sorted(path.name for path in DOCS.glob("*.md")))
def test_each_piece_of_yaml_is_yaml(page: str) -> None:
    fences = [token for token in MarkdownIt().parse(_read(page)) if token.type == "fence" and token.info == "yaml"]
    for fence in fences:
        yaml.safe_load(fence.content)
