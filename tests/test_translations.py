"""The catalogs are complete: every word a page may show is in each, with the same values in it, and nothing else is."""

import ast
import re
import string
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

from portal_backend.contract.languages import CATALOGS, built_in

ROOT = Path(__file__).resolve().parents[1]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
KEYWORDS = DEFAULT_KEYWORDS | parse_keywords(["say", "counted:1,2", "plurals:1,2"])
# Describes the REST interface to those who write programs; like the interface, it is in English.
ENGLISH_ONLY = {"portal/reference.html"}
SPOKEN_ATTRIBUTES = re.compile(r'\b(?:aria-label|placeholder|alt|title)="([^"{]*[^\W\d_][^"{]*)"')
LANGUAGES = [code for code in built_in() if code != "en"]


@cache
def extracted() -> frozenset[str | tuple[str, ...]]:
    """Return every message in the code and the templates."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["babel"]["mappings"]
    patterns = [(entry["pattern"], entry) for entry in config]
    methods = [
        (pattern, entry["method"])
        for given, entry in patterns
        for pattern in ([given] if isinstance(given, str) else given)
    ]
    options = {
        pattern: {key: value for key, value in entry.items() if key not in ("method", "pattern")}
        for given, entry in patterns
        for pattern in ([given] if isinstance(given, str) else given)
    }
    found = extract_from_dir(ROOT, methods, options, KEYWORDS)
    return frozenset(message for _, _, message, _, _ in found)


@cache
def catalog(language: str) -> Catalog:
    """Return the catalog of a language as its file has it."""
    with (CATALOGS / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def messages(language: str) -> Iterator[Message]:
    """Yield the messages of a catalog without its head."""
    return (message for message in catalog(language) if message.id)


def fields(text: str) -> set[str]:
    """Return the names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_there_is_much_to_say() -> None:
    assert len(extracted()) > 100


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalog_has_every_message_and_no_other(language: str) -> None:
    known = {message.id for message in messages(language)}
    assert {"untranslated": extracted() - known, "no longer said": known - extracted()} == {
        "untranslated": set(),
        "no longer said": set(),
    }
    assert not catalog(language).obsolete


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalog_leaves_nothing_open(language: str) -> None:
    texts = {message.id: message.string for message in messages(language)}
    open_ = [key for key, text in texts.items() if not all(text if isinstance(text, tuple) else [text])]
    assert open_ == []
    assert [message.id for message in messages(language) if message.fuzzy] == []
    assert not catalog(language).fuzzy


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_values_of_its_message(language: str) -> None:
    for message in messages(language):
        if isinstance(message.id, tuple):
            one, many = message.id
            assert len(message.string) == catalog(language).num_plurals, message.id
            for text in message.string:
                assert fields(one) - {"n"} <= fields(text) <= fields(many), text
            assert fields(message.string[-1]) == fields(many), message.string
        else:
            assert fields(message.string) == fields(message.id), message.string


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(ROOT / "templates").as_posix())
def test_a_template_shows_no_words_that_cannot_be_translated(path: Path) -> None:
    if path.relative_to(ROOT / "templates").as_posix() in ENGLISH_ONLY:
        return
    written = "".join(
        part.data if isinstance(part, nodes.TemplateData) else "\0"
        for output in Environment().parse(path.read_text("utf-8")).find_all(nodes.Output)
        for part in output.nodes
    )
    assert SPOKEN_ATTRIBUTES.findall(written) == []
    shown = re.sub(r"<code>.*?</code>|<[^>]*>?|^[^<]*>", " ", written.replace("\0", ""))
    assert re.findall(r"[^\W\d_]{2,}", shown) == []


def shown_by(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the texts of a module that look like a sentence for people and are not said."""
    tree = ast.parse(path.read_text("utf-8"))
    known = {
        id(argument)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for argument in node.args
        if _is_said(node)
    }
    documents = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    documents |= {id(part) for node in ast.walk(tree) if _describes(node) for part in ast.walk(node)}
    raised = {id(part) for node in ast.walk(tree) if isinstance(node, ast.Raise) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        if id(node) not in known | documents | raised and re.match(r"[A-Z][a-z]+( [a-z“{]|$|[.:])", node.value):
            yield node.lineno, node.value


def _describes(node: ast.AST) -> bool:
    """Whether it tells an owner what a key of site.yaml is for."""
    return isinstance(node, ast.keyword) and node.arg == "description"


def _is_said(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id in ("say", "counted")


# Modules that speak to owners, to machines or to other modules, never on a visitor's page.
FOR_OTHERS = {"badges.py", "embedding.py", "leaving_out.py", "loading.py", "model.py", "status.py", "values.py"}
# Names that other programs gave.
NAMES = {"Fonts", "Purpose", "Location", "Parts", "Markdown", "Allow"}
SPEAKING = [
    path
    for folder in ("frontend/site", "frontend/views", "portal_backend/pages", "portal_backend/content")
    for path in sorted((ROOT / folder).glob("*.py"))
    if path.name not in FOR_OTHERS and path != ROOT / "frontend" / "site" / "sign_in.py"
]


@pytest.mark.parametrize("path", SPEAKING, ids=lambda path: path.stem)
def test_a_module_says_what_it_shows(path: Path) -> None:
    assert [(line, text) for line, text in shown_by(path) if text not in NAMES] == []
