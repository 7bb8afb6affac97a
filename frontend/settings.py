"""What the environment says about this site: one table of variables, one frozen object, all problems at once.

What the site shows comes from `site.yaml` instead. `VARIABLES` is the only list of names.

Unsafe is refused: a short key, a secret file that others may read. A site that listens everywhere still answers only
under the host of `SITE_URL` and this machine's own names. A public `SITE_URL` over plain http is the owner's choice on
a closed network: the site starts with a warning, and its cookies are not `Secure` then.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from portal_backend.contract.frame_cookies import frame_cookie
from portal_backend.contract.packaged import packaged
from portal_backend.contract.urls import LOOPBACK
from portal_backend.contract.variables import Network, Reader, Variable, no_redis


class SettingsError(Exception):
    """The environment or the configuration is not fit to start with; the text is one line for each problem."""


VARIABLES = (
    Variable("WORKSHOP_INDEX_INSTANCE", "instance", "Folder of the secrets, made with mode 0700."),
    Variable("WORKSHOP_INDEX_CONFIG", "config", "Folder of the files an owner writes; without one, the example's."),
    Variable("SITE_HOST", "127.0.0.1", "Address the site listens on."),
    Variable("SITE_PORT", "8000", "Port the site listens on."),
    Variable("SITE_URL", "http://<SITE_HOST>:<SITE_PORT>", "The site's address as browsers see it, without a path."),
    Variable("SITE_PATIENCE", "30", "Milliseconds a page waits for a portal before it shows what was known last."),
    Variable("SITE_PROXIES", "0", "How many trusted proxies in front of the site set X-Forwarded headers."),
    Variable(
        "SITE_CACHE_URL",
        "",
        "redis://… to share between processes what is known of the portals, and to count the uses of signed links.",
        file=True,
    ),
    Variable("SITE_SECRET_KEY", "made on first run", "Key that signs the site's cookies.", file=True),
    Variable(
        "SITE_SECRET_KEY_FALLBACKS", "", "Earlier keys whose cookies still count, separated by spaces.", file=True
    ),
    Variable("SITE_IDENTITY_PROXIES", "", "Addresses or networks of the proxies whose header says who somebody is."),
    Variable("SITE_OIDC_CLIENT_SECRET", "", "Secret of this site at the OpenID Connect provider.", file=True),
    Variable("SITE_USER_ID_KEY", "made on first run", "Key of the hashes that stand for user ids.", file=True),
    Variable("PORTAL_HOST", "127.0.0.1", "Address the portal listens on; used for the default of PORTAL_URL."),
    Variable("PORTAL_PORT", "8080", "Port the portal listens on; used for the default of PORTAL_URL."),
    Variable(
        "PORTAL_URL", "http://<PORTAL_HOST>:<PORTAL_PORT>", "The portal's address when site.yaml lists no portals."
    ),
    Variable("PORTAL_ROBOT_USERNAME", "<instance>/portal-credentials.json", "Account at the portal.", file=True),
    Variable("PORTAL_ROBOT_PASSWORD", "<instance>/portal-credentials.json", "Password of that account.", file=True),
    Variable("PORTAL_ROBOT_CLIENT_ID", "<instance>/portal-credentials.json", "OAuth2 client at the portal.", file=True),
    Variable("PORTAL_ROBOT_CLIENT_SECRET", "<instance>/portal-credentials.json", "Secret of that client.", file=True),
)


@dataclass(frozen=True)
class Settings:
    """What the environment says, read once at start-up; `environ` is kept for logins that are read when needed.

    `patience` is in seconds.
    """

    instance: Path
    config: Path
    host: str
    port: int
    url: str
    portal_url: str
    proxies: int = 0
    patience: float = 0.03
    cache_url: str | None = field(default=None, repr=False)
    secret_keys: tuple[str, ...] = field(default=(), repr=False)
    identity_proxies: tuple[Network, ...] = ()
    user_id_key: str | None = field(default=None, repr=False)
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def https(self) -> bool:
        """Whether browsers reach the site over https."""
        return urlsplit(self.url).scheme == "https"

    @property
    def trusted_hosts(self) -> tuple[str, ...]:
        """Return the host names the site answers to: its own, and this machine's for health checks."""
        own = urlsplit(self.url).hostname or ""
        return tuple(dict.fromkeys((f"[{own}]" if ":" in own else own, "localhost", "127.0.0.1", "[::1]")))

    @property
    def own_machine(self) -> bool:
        """Whether browsers are on this machine, so that they trust the way to the site without https."""
        return urlsplit(self.url).hostname in LOOPBACK

    @property
    def public_without_https(self) -> bool:
        """Whether others than this machine reach the site, over plain http."""
        return not self.https and not self.own_machine

    @property
    def cookie_name(self) -> str:
        """Return the cookie's name; with its prefix browsers keep it to this very host, over https."""
        return "__Host-workshop-index" if self.https else "workshop-index"

    @property
    def frame_cookie_name(self) -> str:
        """Return the name of the cookie for pages in frames; empty where browsers would keep none."""
        return frame_cookie(self.cookie_name, self.https or self.own_machine)


def load(environ: Mapping[str, str]) -> Settings:
    """Return the settings `environ` holds; raises SettingsError with every problem, one a line."""
    reader = _Reader(environ, VARIABLES)
    host, port = reader.host("SITE_HOST"), reader.number("SITE_PORT", 65535, lowest=1)
    portal_host, portal_port = reader.host("PORTAL_HOST"), reader.number("PORTAL_PORT", 65535, lowest=1)
    settings = Settings(
        instance=Path(reader.text("WORKSHOP_INDEX_INSTANCE")).expanduser().absolute(),
        config=reader.config(),
        host=host,
        port=port,
        url=reader.root("SITE_URL", host, port),
        portal_url=reader.root("PORTAL_URL", portal_host, portal_port),
        proxies=reader.number("SITE_PROXIES", 10),
        patience=reader.number("SITE_PATIENCE", 10_000, lowest=1) / 1000,
        cache_url=reader.cache(),
        secret_keys=reader.keys(),
        identity_proxies=reader.networks("SITE_IDENTITY_PROXIES"),
        user_id_key=reader.key("SITE_USER_ID_KEY"),
        environ=dict(environ),
    )
    reader.given("SITE_OIDC_CLIENT_SECRET")  # read at each sign-in, and told of now
    if reader.problems:
        raise SettingsError("\n".join(reader.problems))
    return settings


class _Reader(Reader):
    """Reads what only this site needs, too."""

    def config(self) -> Path:
        """Return the owner's folder: the one named, else `config` here, else the example that ships."""
        named = self.given("WORKSHOP_INDEX_CONFIG")
        folder = Path(named or "config").expanduser().absolute()
        if not folder.is_dir() and named:
            self.problems.append(f"WORKSHOP_INDEX_CONFIG names {folder}, which is not a folder; create it or fix it")
        return folder if folder.is_dir() else packaged("config")

    def cache(self) -> str | None:
        """Return the address of a shared cache, or None for this process's memory."""
        value = self.given("SITE_CACHE_URL")
        if value is not None and not value.startswith(("redis://", "rediss://", "unix://")):
            self.problems.append(no_redis("SITE_CACHE_URL"))
        return value

    def keys(self) -> tuple[str, ...]:
        """Return the cookie keys given, newest first; none means the instance folder's."""
        newest, earlier = self.key("SITE_SECRET_KEY"), self.words("SITE_SECRET_KEY_FALLBACKS")
        if earlier and newest is None:
            self.problems.append("SITE_SECRET_KEY_FALLBACKS is set without SITE_SECRET_KEY; set the newest key there")
        return (newest, *earlier) if newest else ()
