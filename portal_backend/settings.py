"""What the environment says about this installation: one table of variables, one frozen object, all problems at once.

Everything about *what* is offered comes from the resource files instead. The names are in `variables`. An empty value
means "not given".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from portal_backend.contract.packaged import packaged
from portal_backend.contract.urls import LOOPBACK
from portal_backend.contract.variables import Network
from portal_backend.domain.allocation import UnknownUsers
from portal_backend.environ import Reader
from portal_backend.variables import CREDENTIALS


class SettingsError(Exception):
    """The environment is not safe or not clear to start with; the text is one line for each problem."""


class CreateMode(StrEnum):
    """What opening an anonymous create URL does."""

    DIRECT = "direct"
    CONFIRM = "confirm"


@dataclass(frozen=True)
class Webhooks:
    """How events are posted: signed with `secrets`, of which the first is empty when it is made on first run.

    `origins` are those a session's own target may have, `private` the networks that may be posted to although they are
    not public.
    """

    secrets: tuple[str, ...] = field(default=(), repr=False)
    origins: tuple[str, ...] = ()
    private: tuple[Network, ...] = ()


@dataclass(frozen=True)
class Settings:
    """What the environment says, read once at start-up."""

    instance: Path
    config: Path
    config_file: Path
    workshops_dir: Path
    host: str
    port: int
    url: str
    site_url: str
    database_url: str = field(repr=False)
    stylesheet: str = ""
    proxies: int = 0
    secret_key: str | None = field(default=None, repr=False)
    secret_key_fallbacks: tuple[str, ...] = field(default=(), repr=False)
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    robot_password_fallbacks: tuple[str, ...] = field(default=(), repr=False)
    robot_client_secret_fallbacks: tuple[str, ...] = field(default=(), repr=False)
    admin_networks: tuple[Network, ...] = ()
    unknown_users: UnknownUsers = UnknownUsers.REISSUE
    create_mode: CreateMode = CreateMode.DIRECT
    index_origins: tuple[str, ...] = ()
    frame_origins: tuple[str, ...] = ()
    start_delay: timedelta = timedelta(0)
    hosts: tuple[str, ...] = ()
    limit_token: str = ""
    limit_access: str = ""
    limit_login: str = ""
    limit_create: str = ""
    limits_url: str = field(default="memory://", repr=False)
    keep: timedelta = timedelta(hours=36)
    webhooks: Webhooks = field(default_factory=Webhooks)

    @cached_property
    def trusted_hosts(self) -> frozenset[str]:
        """Return the host names the portal answers to: its own, those added, and this machine's for health checks."""
        own = urlsplit(self.url).hostname or ""
        return frozenset({f"[{own}]" if ":" in own else own, *self.hosts, "localhost", "127.0.0.1", "[::1]"})

    @property
    def loopback(self) -> bool:
        """Whether only this machine reaches the portal."""
        return self.host in LOOPBACK

    @property
    def https(self) -> bool:
        """Whether browsers reach the portal over https."""
        return urlsplit(self.url).scheme == "https"

    @property
    def own_machine(self) -> bool:
        """Whether browsers are on this machine, so that they trust the way to the portal without https."""
        return urlsplit(self.url).hostname in LOOPBACK


def load(environ: Mapping[str, str]) -> Settings:
    """Return the settings `environ` holds; raises SettingsError with every problem, one a line."""
    reader = Reader(environ)
    instance, config = _folders(reader)
    host, port = reader.host("PORTAL_HOST"), reader.number("PORTAL_PORT", 65535)
    settings = Settings(
        instance=instance,
        config=config,
        config_file=reader.path("PORTAL_CONFIG_FILE", config / "portal.yaml"),
        workshops_dir=reader.path("PORTAL_WORKSHOPS_DIR", config / "workshops"),
        host=host,
        port=port,
        url=reader.root("PORTAL_URL", host, port),
        site_url=reader.address("SITE_URL", reader.host("SITE_HOST"), reader.number("SITE_PORT", 65535)),
        stylesheet=reader.stylesheet("PORTAL_STYLESHEET", host in LOOPBACK),
        database_url=reader.database("PORTAL_DATABASE_URL", instance / "portal.sqlite3"),
        proxies=reader.number("PORTAL_PROXIES", 10),
        secret_key=reader.key("PORTAL_SECRET_KEY"),
        secret_key_fallbacks=reader.words("PORTAL_SECRET_KEY_FALLBACKS"),
        credentials={name: value for name in CREDENTIALS if (value := reader.given(name))},
        robot_password_fallbacks=reader.words("PORTAL_ROBOT_PASSWORD_FALLBACKS"),
        robot_client_secret_fallbacks=reader.words("PORTAL_ROBOT_CLIENT_SECRET_FALLBACKS"),
        admin_networks=reader.networks("PORTAL_ADMIN_NETWORKS"),
        unknown_users=reader.choice("PORTAL_UNKNOWN_USERS", UnknownUsers),
        create_mode=reader.choice("PORTAL_CREATE_MODE", CreateMode),
        index_origins=reader.origins("PORTAL_INDEX_ORIGINS"),
        frame_origins=reader.origins("PORTAL_FRAME_ORIGINS"),
        start_delay=timedelta(seconds=reader.number("PORTAL_START_DELAY", 86400)),
        hosts=reader.hosts("PORTAL_HOSTS"),
        limit_token=reader.limit("PORTAL_LIMIT_TOKEN"),
        limit_access=reader.limit("PORTAL_LIMIT_ACCESS"),
        limit_login=reader.limit("PORTAL_LIMIT_LOGIN"),
        limit_create=reader.limit("PORTAL_LIMIT_CREATE"),
        limits_url=reader.counting("PORTAL_LIMITS_URL"),
        keep=timedelta(hours=reader.number("PORTAL_KEEP_HOURS", 87600)),
        webhooks=_webhooks(reader),
    )
    if reader.problems:
        raise SettingsError("\n".join(reader.problems))
    return settings


def _folders(reader: Reader) -> tuple[Path, Path]:
    """Return the folder of the store and the secrets, and the owner's."""
    instance = reader.path("WORKSHOP_INDEX_INSTANCE", Path("instance"))
    usual = Path("config") if Path("config").is_dir() else packaged("config")
    return instance, reader.path("WORKSHOP_INDEX_CONFIG", usual)


def _webhooks(reader: Reader) -> Webhooks:
    secret = reader.key("PORTAL_WEBHOOK_SECRET")
    older = reader.words("PORTAL_WEBHOOK_SECRET_FALLBACKS")
    origins, private = reader.origins("PORTAL_WEBHOOK_ORIGINS"), reader.networks("PORTAL_WEBHOOK_PRIVATE")
    return Webhooks((secret or "", *older), origins, private)
