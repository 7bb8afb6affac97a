"""What a configuration asks for, ready to be applied into the store.

The portal and the workshops are the domain's own values. Here are only the accounts, which live outside the domain, and
an environment before it has a name and a state.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from portal_backend.contract.problems import Problem, Severity
from portal_backend.domain.environment import Portal, Workshop
from portal_backend.domain.schedule import Terms

__all__ = ["Account", "Credentials", "EnvironmentSpec", "PortalSpec", "Problem", "Resources", "Severity"]


@dataclass(frozen=True)
class Account:
    """A name and its secret, for a login or an OAuth2 client; both empty when the configuration gives none."""

    name: str = ""
    secret: str = field(default="", repr=False)


@dataclass(frozen=True)
class Credentials:
    """The accounts a configuration sets; what it leaves empty is made up on first run."""

    admin: Account = Account()
    robot: Account = Account()
    robot_client: Account = Account()


@dataclass(frozen=True)
class PortalSpec:
    """A TrainingPortal resource: the portal without what the store adds (`uid`, `generation`), and its accounts."""

    portal: Portal
    credentials: Credentials = Credentials()


@dataclass(frozen=True)
class EnvironmentSpec:
    """One entry of `spec.workshops` with every default filled in and its workshop found."""

    workshop: Workshop
    """What is taught in it."""
    alias: str = ""
    """A second name under which it may be asked for."""
    capacity: int = 1
    """How many sessions it may have at once."""
    reserved: int = 1
    """How many spares are kept ready."""
    initial: int = 1
    """How many spares are made before the first request."""
    terms: Terms = field(default_factory=Terms)
    """How long its sessions last."""
    refresh: timedelta = timedelta(0)
    """After how long the environment is replaced by a new one; zero for never."""
    env: Mapping[str, str] = field(default_factory=dict)
    """Environment variables its sessions are given."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Labels of portal defaults, workshop and entry, merged."""

    @property
    def readable(self) -> bool:
        """Whether its workshop could be read; otherwise only the workshop's name is known, and it has no title."""
        return bool(self.workshop.title)


@dataclass(frozen=True)
class Resources:
    """Everything read: the portal, its environments in the order written, and every problem found.

    `portal` is None when there is no usable TrainingPortal; then there is an error among the problems.
    """

    portal: PortalSpec | None
    environments: tuple[EnvironmentSpec, ...] = ()
    problems: tuple[Problem, ...] = ()
