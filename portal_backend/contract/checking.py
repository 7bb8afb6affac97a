"""What a check of an owner's files is asked and what it answers, so that one command can join several of them.

A package offers its check under the entry-point group `workshop_index.checks`: a function from a Task to Findings.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from portal_backend.contract.problems import Problem
from portal_backend.contract.urls import AllowedOrigins

GROUP = "workshop_index.checks"


@dataclass(frozen=True)
class Task:
    """Where the owner's files are, and the environment the programs would be started with."""

    config: Path
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Finding:
    """A problem and the rule it belongs to: a short name for the kind of file or agreement it is about."""

    rule: str
    problem: Problem


@dataclass(frozen=True)
class Offers:
    """What a portal's files make it offer; `workshops` maps each name and alias to the parameters it declares.

    `returns` are the addresses a browser may be sent back to from the portal at `url`.
    """

    url: str
    workshops: Mapping[str, frozenset[str]]
    returns: AllowedOrigins


@dataclass(frozen=True)
class Findings:
    """What a check found, how many files it read, and what their portal offers, where that could be told."""

    found: tuple[Finding, ...] = ()
    files: int = 0
    offers: Offers | None = None
