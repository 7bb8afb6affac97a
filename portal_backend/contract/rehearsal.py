"""What an owner can rehearse on a live site, as both programs and their panels say it.

Only the programs of a live `workshop-index serve` know it. The portal has a door, at `DOOR`, through which the site
passes on what the owner presses; it is opened by a token that `serve` makes for one run. The portal writes down what is
on, in a file of the instance folder, for its own processes and for the panels; what another run wrote does not count.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

REHEARSAL_FILE = "rehearsal.json"
DOOR = "/live/rehearsal"
TOKEN_VARIABLE = "WORKSHOP_INDEX_LIVE_TOKEN"
ACT_FIELD = "do"
EXPIRE = "expire"
NORMAL = "normal"
_ON, _OFF = " on", " off"


class Switch(StrEnum):
    """What can be switched on until it is switched off."""

    FULL = "full"
    """No environment has a seat."""
    SLOW = "slow"
    """Sessions that are asked for go on starting."""
    FAILING = "failing"
    """Sessions that are asked for fail to start."""
    DOWN = "down"
    """The portal answers nobody."""


NAMES = {
    Switch.FULL: "Be full",
    Switch.SLOW: "Start slowly",
    Switch.FAILING: "Fail to start",
    Switch.DOWN: "Portal down",
}
_EITHER = frozenset({Switch.SLOW, Switch.FAILING})


@dataclass(frozen=True)
class Rehearsal:
    """What is on now; `version` is another one after each press."""

    on: frozenset[Switch] = frozenset()
    version: str = ""


def after(on: frozenset[Switch], act: str) -> frozenset[Switch]:
    """Return what is on after an act (`full on`, `full off`, `expire`, `normal`); raises ValueError for any other."""
    if act == NORMAL:
        return frozenset()
    if act == EXPIRE:
        return on
    if act.endswith(_OFF):
        return on - {Switch(act.removesuffix(_OFF))}
    if not act.endswith(_ON):
        raise ValueError(f"{act!r} is nothing that can be rehearsed")
    switched = Switch(act.removesuffix(_ON))
    return (on - _EITHER if switched in _EITHER else on) | {switched}


def turn(switch: Switch, on: frozenset[Switch]) -> str:
    """Return the act that turns `switch` the other way."""
    return switch.value + (_OFF if switch in on else _ON)


def run_of(token: str) -> str:
    """Return the name of the run that `token` is for, which tells nothing of the token."""
    return _digest("run", token)


def form_key(token: str) -> str:
    """Return what the panel's form carries, so that no page of another site can press its buttons."""
    return _digest("form", token)


def _digest(use: str, token: str) -> str:
    return hashlib.sha256(f"{use} {token}".encode()).hexdigest()


def as_text(rehearsal: Rehearsal, token: str) -> str:
    """Return what the file holds."""
    return json.dumps({"run": run_of(token), "on": sorted(rehearsal.on), "version": rehearsal.version})


def read_rehearsal(file: Path, token: str) -> Rehearsal:
    """Return what the file says of this run, or that nothing is on."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return _of_run(found, token)
    except (OSError, ValueError, KeyError, TypeError):
        return Rehearsal()


def _of_run(found: Mapping[str, object], token: str) -> Rehearsal:
    on = found["on"]
    if not token or found["run"] != run_of(token) or not isinstance(on, list):
        return Rehearsal()
    return Rehearsal(frozenset(map(Switch, on)), str(found["version"]))
