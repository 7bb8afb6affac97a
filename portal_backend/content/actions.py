"""Shows the platform's clickable actions as what they are here: a label, and something to copy.

An action is a fenced block whose info names it (```terminal:execute); its body is text, or YAML with known fields.
"""

import html
from collections.abc import Mapping
from typing import Any

import yaml

from portal_backend.content.labels import FAMILIES, FIELDS, MORE, PLAIN


def action_of(info: str) -> str | None:
    """Return the name of the action a fence's `info` calls for, or None when it is ordinary code."""
    name = info.split()[0].strip("{}").lower() if info.split() else ""
    if name in PLAIN or name in FIELDS or (":" in name and name.partition(":")[0] in FAMILIES):
        return name
    return "execute" if name.startswith("execute-") and name[8:].isdigit() else None


def is_section(info: str) -> bool:
    """Whether the fence opens or closes a collapsible section."""
    return info.split()[:1] in (["section:begin"], ["section:end"])


def section_html(info: str, body: str) -> str:
    """Return the opening of a collapsible section with its title, or its closing."""
    if info.split()[0] == "section:end":
        return "</details>\n"
    fields = _parse(body) or {}
    opened = " open" if fields.get("open") is True else ""
    return f"<details{opened}><summary>{html.escape(_text(fields.get('title')) or MORE)}</summary>\n"


def action_html(name: str, body: str) -> str:
    """Return the action `name` as a labelled block; what it would do is shown as code, ready to copy."""
    if name in PLAIN:
        return _block(PLAIN[name], body.rstrip("\n"))
    family, _, verb = name.partition(":")
    label: str
    label, shown = FIELDS.get(name) or (f"{FAMILIES[family]}: {verb}", ())
    fields = _parse(body)
    if fields is None:
        return _block(label, body.rstrip("\n"))
    lines = [_text(fields[key]).rstrip("\n") for key in shown if _text(fields.get(key))]
    custom = " ".join(_text(fields.get("title")).split()) if "title" not in shown else ""
    return _block(custom or label, "\n".join(lines))


def _block(label: str, code: str) -> str:
    shown = f"<pre><code>{html.escape(code)}\n</code></pre>\n" if code else ""
    return (
        f'<figure class="action"><figcaption class="action-label">{html.escape(label)}</figcaption>\n{shown}</figure>\n'
    )


def _parse(body: str) -> Mapping[str, Any] | None:
    try:
        found = yaml.safe_load(body)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    if found is None:
        return {}
    return found if isinstance(found, Mapping) else None


def _text(value: Any) -> str:
    return str(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""
