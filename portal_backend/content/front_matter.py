"""Splits an instruction page into its front matter and its body, forgivingly: a faulty head is no head."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

_FENCES = {"---": "yaml", "+++": "toml"}
_MAX_HEAD = 20_000


@dataclass(frozen=True)
class Source:
    """One page as written: what its head declares, and its body."""

    body: str
    head: Mapping[str, Any] = field(default_factory=dict)

    def text(self, key: str) -> str:
        """Return the head's `key` as one line of text, or an empty string when it is no plain value."""
        value = self.head.get(key)
        return " ".join(str(value).split()) if isinstance(value, (str, int, float)) else ""

    @property
    def weight(self) -> int:
        """The place its author gave it among its neighbours; 0 when none."""
        value = self.head.get("weight")
        return value if isinstance(value, int) and not isinstance(value, bool) else 0

    @property
    def draft(self) -> bool:
        """Whether its author keeps it back."""
        return self.head.get("draft") is True


def split(text: str) -> Source:
    """Return the front matter (YAML between `---`, TOML between `+++`) and the body of `text`."""
    lines = text.lstrip("\ufeff").splitlines(keepends=True)
    fence = lines[0].rstrip() if lines else ""
    if fence not in _FENCES:
        return Source("".join(lines))
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() == fence:
            head = _parse("".join(lines[1:number]), _FENCES[fence])
            return Source("".join(lines)) if head is None else Source("".join(lines[number + 1 :]), head)
    return Source("".join(lines))


def _parse(text: str, language: str) -> dict[str, Any] | None:
    if len(text) > _MAX_HEAD:
        return None
    try:
        found = yaml.safe_load(text) if language == "yaml" else tomllib.loads(text)
    except (yaml.YAMLError, tomllib.TOMLDecodeError, ValueError, RecursionError):
        return None
    if found is None:
        return {}
    return found if isinstance(found, dict) else None
