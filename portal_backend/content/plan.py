"""Reads which pages a workshop shows and in what order, from the platform's own files beside the content folder.

The older layout is `workshop.yaml` (`modules.activate`) with `modules.yaml` (`modules: {path: {name, exit_sign}}`,
`config.vars`); the newer `config.yaml` (`pathways.default`, `pathways.paths.<name>.steps`, `modules`, `params`). A file
that cannot be read counts as absent: a slip in it must not keep people from their instructions.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

PLAN_FILES = ("config.yaml", "modules.yaml", "workshop.yaml")
_MAX_FILE = 200_000


@dataclass(frozen=True)
class Plan:
    """The paths to show in order (none: every page, sorted), titles and button words by path, default variables."""

    steps: tuple[str, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    exit_signs: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)


def read_plan(folder: Path, pathway: str = "") -> Plan:
    """Return the plan of the workshop whose content folder lies in `folder`; `pathway` picks one of several paths."""
    config = _load(folder / "config.yaml")
    if config:
        return _newer(config, pathway)
    return _older(_load(folder / "modules.yaml"), _load(folder / "workshop.yaml"))


def _newer(config: Mapping[str, Any], pathway: str) -> Plan:
    pathways = _mapping(config.get("pathways"))
    paths = _mapping(pathways.get("paths"))
    chosen = _mapping(paths.get(pathway) or paths.get(_word(pathways.get("default"))))
    modules = {**_by_name(config.get("modules")), **_by_name(pathways.get("modules"))}
    renamed = {name: _clean(_word(module.get("path")) or name) for name, module in modules.items()}
    listed = [_clean(_word(step)) for step in _sequence(chosen.get("steps"))] or list(_by_name(config.get("modules")))
    return Plan(
        steps=_unique(renamed.get(name, name) for name in listed),
        titles={renamed[name]: _word(module.get("title")) for name, module in modules.items()},
        variables={**_variables(config.get("params")), **_variables(chosen.get("params"))},
    )


def _older(modules_file: Mapping[str, Any], workshop_file: Mapping[str, Any]) -> Plan:
    modules = _by_name(modules_file.get("modules"))
    active = _sequence(_mapping(workshop_file.get("modules")).get("activate"))
    steps = [_clean(_word(step)) for step in active] or list(modules)
    return Plan(
        steps=_unique(steps),
        titles={name: _word(module.get("name")) for name, module in modules.items()},
        exit_signs={name: _word(module.get("exit_sign")) for name, module in modules.items()},
        variables=_variables(_mapping(modules_file.get("config")).get("vars")),
    )


def _load(path: Path) -> Mapping[str, Any]:
    try:
        if path.is_symlink() or path.stat().st_size > _MAX_FILE:
            return {}
        return _mapping(yaml.safe_load(path.read_text("utf-8-sig", errors="replace")))
    except (OSError, yaml.YAMLError, ValueError, RecursionError):
        return {}


def _by_name(modules: Any) -> dict[str, Mapping[str, Any]]:
    if isinstance(modules, Mapping):
        return {_clean(str(name)): _mapping(module) for name, module in modules.items()}
    named = ((_clean(_word(_mapping(module).get("name"))), _mapping(module)) for module in _sequence(modules))
    return {name: module for name, module in named if name}


def _variables(declared: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in map(_mapping, _sequence(declared)):
        names = [entry.get("name"), *_sequence(entry.get("aliases"))]
        if entry.get("value") is not None:
            found |= {_word(name): _word(entry["value"]) for name in names if _word(name)}
    return found


def _clean(name: str) -> str:
    return name.strip().strip("/").removesuffix(".md")


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))


def _word(value: Any) -> str:
    return " ".join(str(value).split()) if isinstance(value, (str, int, float)) else ""


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _sequence(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
