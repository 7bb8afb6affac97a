"""The JSON Schema of `site.yaml`, made from the model, so that editors complete and check while an owner types.

It follows what loading does: a value is taken as it is written, so text may look like a number, and a key without a
value counts as left out. What needs more than a shape to judge stays with `workshop-index check`.
"""

import json
from pathlib import Path
from typing import Any

import click
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from frontend.site.model import Site

FILE = "site.schema.json"
MODELINE = f"# yaml-language-server: $schema={FILE}"
_AS_WRITTEN = ["string", "number", "boolean"]
_DRAFT = "https://json-schema.org/draft/2020-12/schema"


class _AsWritten(GenerateJsonSchema):
    """Takes every scalar where text is expected, as reading the file does."""

    schema_dialect = _DRAFT

    def str_schema(self, schema: core_schema.StringSchema) -> dict[str, Any]:
        """Return the schema of text."""
        return {**super().str_schema(schema), "type": _AS_WRITTEN}

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> dict[str, Any]:
        """Return the schema of a value that may be left out, with its default where that fits on a line."""
        made = super().default_schema(schema)
        if isinstance(made.get("default"), dict | list) or made.get("default") in ("", None):
            made.pop("default", None)
        return made

    def encode_default(self, dft: Any) -> Any:
        """Return a default as JSON has it; words that can be told in any language, in English."""
        return super().encode_default(str(dft) if isinstance(dft, str) else dft)


def site_schema() -> dict[str, Any]:
    """Return the schema of `site.yaml`."""
    made = Site.model_json_schema(by_alias=True, schema_generator=_AsWritten)
    parts = made.pop("$defs", {})
    top = {"$schema": _DRAFT, "title": "site.yaml of workshop-index", **_part(made)}
    return {**top, "$defs": {name: _part(part) for name, part in sorted(parts.items())}}


def schema_text() -> str:
    """Return the schema as the text of a file, always the same for the same model."""
    return json.dumps(site_schema(), indent=2, ensure_ascii=False) + "\n"


def is_current(file: Path) -> bool:
    """Whether a file holds this version's schema."""
    try:
        return file.read_text(encoding="utf-8") == schema_text()
    except (OSError, UnicodeDecodeError):
        return False


def _part(part: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of one mapping: a key that may be left out may also have no value."""
    required = part.get("required", [])
    keys = part.get("properties", {})
    made = {name: value for name, value in part.items() if name not in ("title", "$schema")}
    made["type"] = ["object", "null"]
    made["properties"] = {key: _plain(inner, nullable=key not in required) for key, inner in keys.items()}
    return made


def _plain(value: dict[str, Any], nullable: bool) -> dict[str, Any]:
    """Return the schema of one value without the names the model has for it."""
    made = {name: inner for name, inner in value.items() if name != "title"}
    arms = [arm for arm in made.pop("anyOf", []) if arm.get("type") != "null"]
    if arms:
        made = {**_plain(arms[0], nullable=False), **made}
        made.pop("default", None)
    for name in ("items", "additionalProperties"):
        if isinstance(made.get(name), dict):
            made[name] = _plain(made[name], nullable=False)
    if nullable and "enum" in made:
        made["enum"] = [*made["enum"], None]
    if nullable and "type" in made:
        types = made["type"] if isinstance(made["type"], list) else [made["type"]]
        made["type"] = [*types, "null"]
    return made


@click.command(epilog="Exit codes: 0 done; 1 the file could not be written; 2 the command was not understood.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="a file to write instead of printing")
def schema(output: Path | None) -> None:
    """Print the JSON Schema of site.yaml, by which editors complete and check while you type.

    Editors find it by the first line of site.yaml, which names a file beside it: config/site.schema.json.
    """
    if output is None:
        click.echo(schema_text(), nl=False)
        return
    try:
        output.write_text(schema_text(), encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{output} cannot be written: {error.strerror}") from None
