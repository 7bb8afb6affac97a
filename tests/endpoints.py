"""Writes the table of endpoints of docs/rest-api.md anew, from the description the portal itself serves."""

import re
import tempfile
from pathlib import Path
from typing import Any

from peer import start_portal

from portal_backend.api.openapi import described

REFERENCE = Path(__file__).parents[1] / "docs" / "rest-api.md"


def table(document: dict[str, Any]) -> str:
    """Return one Markdown table a tag: method, path, what it does, and the statuses of its own."""
    lines: list[str] = []
    for tag in document["tags"]:
        lines += [f"### {tag['name']}", "", tag["description"], "", "| Method | Path | What it does | Answers |"]
        lines += ["|---|---|---|---|", *_rows(document, tag["name"]), ""]
    return "\n".join(lines) + "\n"


def _rows(document: dict[str, Any], tag: str) -> list[str]:
    return [
        f"| `{method.upper()}` | `{path}` | {operation['summary']} | {', '.join(sorted(operation['responses']))} |"
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if tag in operation["tags"]
    ]


def write() -> None:
    """Put the table between its marks."""
    with tempfile.TemporaryDirectory() as folder:
        portal = start_portal(Path(folder))
        made = table(described(portal.app, ""))
        portal.app.extensions["portal"].store.close()
    text = REFERENCE.read_text("utf-8")
    marks = re.compile("(<!-- endpoints -->\n).*(<!-- /endpoints -->\n)", re.DOTALL)
    REFERENCE.write_text(marks.sub(lambda match: match[1] + made + match[2], text), "utf-8")


if __name__ == "__main__":
    write()
