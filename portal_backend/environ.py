"""Reads environment variables one at a time, by the table in `variables`, and gathers what is wrong with them.

What a reader gives back once it has a problem is never used.
"""

from collections.abc import Mapping
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from limits import parse_many
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from portal_backend.contract.instance import InstanceError, read_private
from portal_backend.contract.urls import origin_of, parse_http_url
from portal_backend.variables import VARIABLES

Network = IPv4Network | IPv6Network
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}
_SHORTEST_KEY = 32
_E = TypeVar("_E", bound=StrEnum)


class Reader:
    """The environment, and what is wrong with it so far."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        """Take the environment."""
        self._environ = environ
        self._known = {variable.name: variable for variable in VARIABLES}
        self.problems: list[str] = []

    def given(self, name: str) -> str | None:
        """Return the value given for `name`, directly or by file, or None."""
        direct, path = self._environ.get(name, "").strip(), self._environ.get(f"{name}_FILE", "").strip()
        if not path or not self._known[name].file:
            return direct or None
        if direct:
            self.problems.append(f"{name} and {name}_FILE are both set; unset one of them")
            return None
        try:
            return read_private(Path(path), f"{name}_FILE") or None
        except InstanceError as error:
            self.problems.append(str(error))
            return None

    def text(self, name: str) -> str:
        """Return the value of `name` or its default as written in the table."""
        return self.given(name) or self._known[name].default

    def path(self, name: str, default: Path) -> Path:
        """Return the value of `name` as an absolute path."""
        return Path(self.given(name) or default).expanduser().absolute()

    def number(self, name: str, highest: int) -> int:
        """Return the value of `name` as a whole number from 0 to `highest`."""
        text = self.text(name)
        if text.isascii() and text.isdigit() and len(text) < 10 and int(text) <= highest:
            return int(text)
        self.problems.append(f"{name} is {text!r}; set it to a whole number from 0 to {highest}")
        return int(self._known[name].default)

    def choice(self, name: str, words: type[_E]) -> _E:
        """Return the value of `name` as one of `words`."""
        text = self.text(name).lower()
        if text in list(words):
            return words(text)
        self.problems.append(f"{name} is {text!r}; set it to {' or '.join(words)}")
        return next(iter(words))

    def key(self, name: str) -> str | None:
        """Return the value of `name` when it is long enough to sign with."""
        value = self.given(name)
        if value is not None and len(value) < _SHORTEST_KEY:
            self.problems.append(f"{name} is shorter than {_SHORTEST_KEY} characters; set a longer random one")
        return value

    def words(self, name: str) -> tuple[str, ...]:
        """Return what `name` lists, separated by spaces."""
        return tuple((self.given(name) or "").split())

    def address(self, name: str, host: str, port: int) -> str:
        """Return a public address without its final slash; when not given, where this machine finds the program."""
        value = self.given(name)
        host = _EVERYWHERE.get(host, host)
        clean = parse_http_url(value or f"http://{f'[{host}]' if ':' in host else host}:{port}")
        if clean is None or urlsplit(clean).query or urlsplit(clean).fragment:
            self.problems.append(f"{name} is {value or host!r}; set it to an address such as https://labs.example.com")
            return ""
        return clean.rstrip("/")

    def root(self, name: str, host: str, port: int) -> str:
        """Return a public address that is a whole origin: the portal's paths are fixed from its root on."""
        value = self.address(name, host, port)
        if urlsplit(value).path:
            self.problems.append(f"{name} is {value!r}; leave the path out, the portal needs a host of its own")
        return value

    def stylesheet(self, name: str, loopback: bool) -> str:
        """Return the address of the index's style sheet, or nothing when no index is known of."""
        value = self.given(name)
        if value is not None:
            return self.address(name, "", 0)
        site = self.given("SITE_URL") or (
            f"http://{self.text('SITE_HOST')}:{self.text('SITE_PORT')}" if loopback else ""
        )
        clean = parse_http_url(site) if site else None
        return f"{clean.rstrip('/')}/brand.css" if clean else ""

    def origins(self, name: str) -> tuple[str, ...]:
        """Return the origins listed in `name`."""
        found = []
        for text in self.words(name):
            origin = origin_of(text)
            if origin is None:
                self.problems.append(f"{name} holds {text!r}; write origins such as https://www.example.com")
            else:
                found.append(origin)
        return tuple(found)

    def networks(self, name: str) -> tuple[Network, ...]:
        """Return the addresses and networks listed in `name`."""
        found = []
        for text in self.words(name):
            try:
                found.append(ip_network(text))
            except ValueError:
                self.problems.append(f"{name} holds {text!r}; write addresses or networks such as 10.0.0.0/8")
        return tuple(found)

    def hosts(self, name: str) -> tuple[str, ...]:
        """Return the host names listed in `name`."""
        found = tuple(text.lower() for text in self.words(name))
        for text in found:
            if origin_of(f"http://{text}/") != f"http://{text}":
                self.problems.append(f"{name} holds {text!r}; write host names such as portal.internal")
        return tuple(text.partition(":")[0] for text in found)

    def limit(self, name: str) -> str:
        """Return how often something may be done, as `<number> per <time>`, or empty for no limit."""
        text = self.text(name)
        if text.lower() == "off":
            return ""
        try:
            parse_many(text)
        except ValueError:
            self.problems.append(f"{name} is {text!r}; write it as in `60 per minute`, or `off`")
        return text

    def counting(self, name: str) -> str:
        """Return where attempts are counted."""
        value = self.text(name)
        if not value.startswith(("memory://", "redis://", "rediss://", "redis+unix://")):
            self.problems.append(f"{name} is no address of a Redis; set it to redis://host:6379/0, or unset it")
        return value

    def database(self, name: str, default: Path) -> str:
        """Return the URL of a store this program knows."""
        value = self.given(name) or f"sqlite:///{default}"
        try:
            url = make_url(value)
        except (ArgumentError, ValueError):
            url = None
        if url is None or url.get_backend_name() not in ("sqlite", "postgresql"):
            self.problems.append(
                f"{name} is not a store this portal knows; set it to sqlite:///… or postgresql+psycopg://…"
            )
        return value
