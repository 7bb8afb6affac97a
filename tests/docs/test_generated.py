"""The parts of the repository that follow from the code are what the code says now."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from reference import ROOT, pages

from frontend.cli import main
from frontend.schema import MODELINE, schema_text, site_schema
from frontend.site.loading import load
from portal_backend.contract.documents import read_document

SCHEMA = Draft202012Validator(site_schema())


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.name)
def test_what_is_generated_is_current(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == pages()[path], "run: make reference"


def test_the_schema_is_one_of_its_draft_and_every_key_is_described() -> None:
    schema = site_schema()
    Draft202012Validator.check_schema(schema)
    for name, part in [("site.yaml", schema), *schema["$defs"].items()]:
        for key, value in part["properties"].items():
            assert value.get("description") or "$ref" in value, f"{name}: {key}"


def test_the_example_names_the_schema_beside_it() -> None:
    example = ROOT / "config" / "site.yaml"
    assert example.read_text(encoding="utf-8").splitlines()[0] == MODELINE
    named = example.parent / MODELINE.partition("=")[2]
    assert json.loads(named.read_text(encoding="utf-8")) == site_schema()
    assert fits(example) == []


def test_the_command_prints_and_writes_the_schema(tmp_path: Path) -> None:
    assert CliRunner().invoke(main, ["schema"]).output == schema_text()
    assert CliRunner().invoke(main, ["schema", "--output", str(tmp_path / "a.json")]).exit_code == 0
    assert (tmp_path / "a.json").read_text(encoding="utf-8") == schema_text()
    refused = CliRunner().invoke(main, ["schema", "--output", str(tmp_path / "nowhere" / "a.json")])
    assert (refused.exit_code, "cannot be written: No such file" in refused.output) == (1, True)


def fits(source: Path | str) -> list[Any]:
    """Return what the schema says of a file's values."""
    return list(SCHEMA.iter_errors(read_document(source, "site.yaml").value))


@pytest.mark.parametrize(
    ("text", "sound"),
    [
        ("", True),
        ("brand:\n", True),
        ("brand: {name: 1.10, tagline: no, accent: '#fff'}", True),
        ("catalog: {search: never, rest: {hidden: true}, workshops: {a: {order: 3}, b: }}", True),
        ("catalog: {sections: [{id: a, title: b, workshops: [c, d]}]}", True),
        ("announcements: [{id: a, text: b, from: 2026-03-01, until: '2026-03-02 09:00+01:00'}]", True),
        ("notifications: {session-deleted: {title: a}}", True),
        ("brand: {nam: a}", False),
        ("brand: []", False),
        ("catalog: {search: sometimes}", False),
        ("catalog: {sections: [{id: a}]}", False),
        ("catalog: {sections: {id: a}}", False),
        ("catalog: {workshops: {a: {order: first}}}", False),
        ("announcements: [{id: 'A b', text: b}]", False),
        ("announcements: [{id: a, text: b, starts: 2026-03-01}]", False),
        ("announcements: [{id: a, text: b, from: tomorrow}]", False),
        ("notifications: {session_deleted: {title: a}}", False),
    ],
)
def test_an_editor_and_the_site_agree(text: str, sound: bool) -> None:
    assert (fits(text) == []) == sound
    assert (load(text).site is not None) == sound
