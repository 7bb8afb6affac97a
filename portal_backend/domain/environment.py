"""What a portal offers: a workshop, the environment it is offered in, and the portal itself.

A workshop is what is taught; an environment is one offer of it, with its own numbers and terms; a portal has many
environments. An empty string, an empty tuple and a number of 0 mean "not set" unless a field says otherwise.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from portal_backend.contract.wire import EnvironmentState
from portal_backend.domain.schedule import Terms

ONE_STEP = "one-step"
ANONYMOUS = "anonymous"
PUBLIC = "public"
PRIVATE = "private"


@dataclass(frozen=True)
class Parameter:
    """Something a workshop lets a request fill in."""

    name: str
    """The name a request gives its value under."""
    value: str = ""
    """What it is when a request does not give it."""
    generate: str = ""
    """`expression` when the default is made up for each session instead of `value`."""
    pattern: str = ""
    """What a made-up default looks like, such as `[A-Z0-9]{8}`."""


@dataclass(frozen=True)
class Workshop:
    """What is taught, as its author describes it."""

    name: str
    """The name of the Workshop resource, unique in a portal."""
    title: str = ""
    """One line for people; never empty once read."""
    description: str = ""
    """A sentence or a few, plain text or light Markdown."""
    vendor: str = ""
    """Who publishes it."""
    authors: tuple[str, ...] = ()
    """Who wrote it."""
    difficulty: str = ""
    """`beginner`, `intermediate`, `advanced`, `extreme`, or the author's own word."""
    duration: str = ""
    """How long it is said to take, as written (`30m`, `2h30m`); it limits nothing."""
    tags: tuple[str, ...] = ()
    """Words to find it by."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """The labels the author gave it."""
    logo: str = ""
    """A picture as a URL or a `data:` URL."""
    url: str = ""
    """Where more is told about it."""
    parameters: tuple[Parameter, ...] = ()
    """What a request may fill in."""
    content: str = ""
    """The absolute path of the folder with its instructions, or empty when there are none on this machine."""


@dataclass(frozen=True)
class Environment:
    """One offer of a workshop in a portal, as it stands."""

    name: str
    """`<portal>-wNN`, unique in a portal and never used again."""
    workshop: Workshop
    """What is taught in it, as it was when the environment was made."""
    state: EnvironmentState = EnvironmentState.RUNNING
    """Where it is in its life; only a RUNNING one gives out sessions."""
    position: int = 0
    """Its place in the catalog, from 0."""
    alias: str = ""
    """A second name under which it may be asked for."""
    capacity: int = 1
    """How many sessions it may have at once; here 0 means none."""
    reserved: int = 1
    """How many spares are kept ready; here 0 means none."""
    initial: int = 1
    """How many spares are made before the first request; 0 waits for that request."""
    terms: Terms = field(default_factory=Terms)
    """How long its sessions last."""
    env: Mapping[str, str] = field(default_factory=dict)
    """Environment variables its sessions are given."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """The portal's default labels, overridden by the workshop's, overridden by this offer's own."""


@dataclass(frozen=True)
class Portal:
    """The portal as a whole."""

    name: str
    """The name of the TrainingPortal resource; environment and session names begin with it."""
    uid: str = ""
    """Tells this portal from another of the same name; made once by the store."""
    generation: int = 0
    """Counts the changes of its configuration; kept by the store."""
    title: str = ""
    """One line for people; never empty once read."""
    logo: str = ""
    """A picture as a URL or a `data:` URL."""
    index: str = ""
    """Where visitors come from and are sent back to."""
    password: str = field(default="", repr=False)
    """The access code everybody must give before the portal's pages open, once stored its hash; empty for none."""
    registration: str = ONE_STEP
    """`anonymous` makes visitors users without asking; `one-step` asks them to register."""
    registration_enabled: bool = True
    """Whether `one-step` registration is open; when not, only the admin may use the portal's pages."""
    visibility: str = PRIVATE
    """`public` shows the catalog to everybody, `private` only to those who are logged in."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """The labels of the portal itself."""
    maximum: int = 0
    """How many sessions there may be at once over all environments; 0 is no limit."""
    registered: int = 0
    """How many sessions somebody with an account of this portal may hold at once; 0 is no limit."""
    anonymous: int = 0
    """How many sessions anybody else may hold at once, users named by an API client included; 0 is no limit."""
    frame_ancestors: tuple[str, ...] = ()
    """The origins whose pages may show the portal's pages in a frame."""
    cookie_domain: str = ""
    """The domain cookies are set for, when it is not the portal's own host."""
    update_workshops: bool = False
    """Whether a changed Workshop resource replaces the environment that offers it."""
    webhook: str = ""
    """Where events are posted to."""
