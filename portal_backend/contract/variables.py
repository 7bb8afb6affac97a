"""The environment variables of either program: what is said of each, and how the values that both read are read.

Each program reads its variables one at a time, by a table of them, and gathers what is wrong; what a reader gives back
once it has a problem is never used. An empty value means "not given".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from portal_backend.contract.instance import InstanceError, read_private
from portal_backend.contract.urls import parse_http_url

Network = IPv4Network | IPv6Network
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}
_SHORTEST_KEY = 32


@dataclass(frozen=True)
class Variable:
    """One environment variable: its name, what holds when it is not set, and what it is for.

    One whose `file` is true may also be given as `<name>_FILE`, a private file that holds the value.
    """

    name: str
    default: str
    help: str
    file: bool = False


def given(environ: Mapping[str, str], name: str) -> str | None:
    """Return the value of `name`, direct or from the file `<name>_FILE` names, or None; raises InstanceError."""
    direct, path = environ.get(name, "").strip(), environ.get(f"{name}_FILE", "").strip()
    if direct and path:
        raise InstanceError(f"{name} and {name}_FILE are both set; unset one of them")
    return (read_private(Path(path), f"{name}_FILE") if path else direct) or None


def no_redis(name: str) -> str:
    """Return what is said of an address that is none of a Redis; the address itself may hold a password."""
    return f"{name} is no address of a Redis; set it to redis://host:6379/0, or unset it"


class Reader:
    """The environment by a table of variables, and what is wrong with it so far."""

    def __init__(self, environ: Mapping[str, str], variables: Iterable[Variable]) -> None:
        """Take the environment, and every variable that may be asked for."""
        self._environ = environ
        self._known = {variable.name: variable for variable in variables}
        self.problems: list[str] = []

    def given(self, name: str) -> str | None:
        """Return the value given for `name`, directly or by file, or None."""
        if not self._known[name].file:
            return self._environ.get(name, "").strip() or None
        try:
            return given(self._environ, name)
        except InstanceError as error:
            self.problems.append(str(error))
            return None

    def text(self, name: str) -> str:
        """Return the value of `name` or its default as written in the table."""
        return self.given(name) or self._known[name].default

    def words(self, name: str) -> tuple[str, ...]:
        """Return what `name` lists, separated by spaces."""
        return tuple((self.given(name) or "").split())

    def number(self, name: str, highest: int, lowest: int = 0) -> int:
        """Return the value of `name` as a whole number within bounds."""
        text = self.text(name)
        if text.isascii() and text.isdigit() and len(text) < 10 and lowest <= int(text) <= highest:
            return int(text)
        self.problems.append(f"{name} is {text!r}; set it to a whole number from {lowest} to {highest}")
        return int(self._known[name].default)

    def key(self, name: str) -> str | None:
        """Return the value of `name` when it is long enough to sign with."""
        value = self.given(name)
        if value is not None and len(value) < _SHORTEST_KEY:
            self.problems.append(f"{name} is shorter than {_SHORTEST_KEY} characters; set a longer random one")
        return value

    def networks(self, name: str) -> tuple[Network, ...]:
        """Return the networks `name` lists; an address is a network of one."""
        found = []
        for text in self.words(name):
            try:
                found.append(ip_network(text))
            except ValueError:
                self.problems.append(
                    f"{name} holds {text!r}; write addresses such as 127.0.0.1 or 10.0.0.0/24, separated by spaces"
                )
        return tuple(found)

    def host(self, name: str) -> str:
        """Return where a program listens, an address of IPv6 without its brackets."""
        return self.text(name).strip("[]")

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
        """Return a public address that is a whole origin: the paths of a program are fixed from its root on."""
        value = self.address(name, host, port)
        if urlsplit(value).path:
            self.problems.append(
                f"{name} is {value!r}; set it to an address without a path, such as https://labs.example.com"
            )
        return value
