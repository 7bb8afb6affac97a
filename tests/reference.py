"""Makes the parts of the repository that follow from the code: the reference pages, and the schema of `site.yaml`."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from frontend.cli import main
from frontend.schema import FILE, schema_text, site_schema

ROOT = Path(__file__).resolve().parents[1]
_KINDS = {"object": "keys and values", "array": "a list", "integer": "a whole number", "boolean": "`true` or `false`"}
_AGAIN = "Made from the code by `make reference`; edit the words there."


def pages() -> dict[Path, str]:
    """Return each generated file and what it is to hold."""
    return {
        ROOT / "docs" / "site-reference.md": site_page(),
        ROOT / "docs" / "commands.md": commands_page(),
        ROOT / "config" / FILE: schema_text(),
    }


def site_page() -> str:
    """Return the page that explains every key of `site.yaml`."""
    schema = site_schema()
    parts = {name: part for name, part in _reached(schema, schema)}
    lines = [
        "# Every key of site.yaml",
        "",
        f"{_AGAIN} [Configuration](configuration.md) tells how the keys work together.",
        "",
        "Editors that know the YAML language server complete and check the file while you type, without a network: its",
        f"first line names `config/{FILE}`. After an update of the product, write that file anew:",
        f"`workshop-index schema --output config/{FILE}`.",
        "",
        *_table("site.yaml", schema),
    ]
    for name, part in parts.items():
        lines += ["", *_table(_heading(name), part)]
    return "\n".join(lines) + "\n"


def _reached(part: dict[str, Any], schema: dict[str, Any], seen: set[str] | None = None) -> Iterator[tuple[str, Any]]:
    """Yield the parts of the file in the order in which reading it comes upon them."""
    seen = set() if seen is None else seen
    for name in re.findall(r"#/\$defs/(\w+)", str(part.get("properties"))):
        if name not in seen:
            seen.add(name)
            yield name, schema["$defs"][name]
            yield from _reached(schema["$defs"][name], schema, seen)


def _heading(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).capitalize()


def _table(title: str, part: dict[str, Any]) -> list[str]:
    rows = [
        f"| `{key}` | {_kind(value)} | {_described(value)} | {_default(key, value, part)} |"
        for key, value in part["properties"].items()
    ]
    head = ["| Key | Value | Meaning | Without it |", "|---|---|---|---|"]
    return [f"## {title}", "", part.get("description", ""), "", *head, *rows]


def _described(value: dict[str, Any]) -> str:
    return str(value.get("description", "")).replace("|", "\\|").rstrip(".")


def _kind(value: dict[str, Any]) -> str:
    if "$ref" in value:
        name = _heading(value["$ref"].rpartition("/")[2])
        return f"[{name}](#{name.lower().replace(' ', '-')})"
    if "enum" in value:
        return ", ".join(f"`{word}`" for word in value["enum"] if word is not None)
    types = value.get("type", [])
    types = [types] if isinstance(types, str) else types
    if "items" in value:
        return f"a list: {_kind(value['items'])}"
    if isinstance(value.get("additionalProperties"), dict):
        return f"by name: {_kind(value['additionalProperties'])}"
    known = "text" if "string" in types else next(words for kind, words in _KINDS.items() if kind in types)
    if "string" in types and "\\d{4}" in value.get("pattern", ""):
        return "a date or time"
    if "minimum" in value:
        return f"{known} from {value['minimum']} to {value['maximum']}"
    return known


def _default(key: str, value: dict[str, Any], part: dict[str, Any]) -> str:
    if key in part.get("required", []):
        return "required"
    default = value.get("default")
    return "" if default is None else f"`{str(default).lower() if isinstance(default, bool) else default}`"


def commands_page() -> str:
    """Return the page that lists every command with its options."""
    lines = ["# Every command", "", f"{_AGAIN} Each command tells the same with `--help`.", ""]
    for words, command in _commands():
        lines += _command(words, command)
    return "\n".join(lines).rstrip() + "\n"


def _commands() -> Iterator[tuple[str, click.Command]]:
    context = click.Context(main, info_name="workshop-index")
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None
        yield f"workshop-index {name}", command
        if isinstance(command, click.Group):
            inner = click.Context(command, info_name=name, parent=context)
            for below in command.list_commands(inner):
                found = command.get_command(inner, below)
                assert found is not None
                yield f"workshop-index {name} {below}", found


def _command(words: str, command: click.Command) -> list[str]:
    paragraphs = re.sub(r"[ \t]*\n[ \t]*", "\n", (command.help or "").strip()).split("\n\n")
    lines = [f"## {words}", "", "\n\n".join(" ".join(each.split()) for each in paragraphs), ""]
    arguments = [
        each.make_metavar(click.Context(command)) for each in command.params if isinstance(each, click.Argument)
    ]
    options = [each for each in command.params if isinstance(each, click.Option) and not each.hidden]
    if arguments:
        lines += [f"Takes `{' '.join(arguments)}`.", ""]
    if options:
        lines += ["| Option | Meaning |", "|---|---|", *(_option(each, command) for each in options), ""]
    if command.epilog:
        lines += [command.epilog, ""]
    return lines


def _option(option: click.Option, command: click.Command) -> str:
    record = option.get_help_record(click.Context(command))
    assert record is not None
    left, right = (" ".join(text.split()).replace("|", "\\|") for text in record)
    return f"| `{left}` | {right} |"


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
