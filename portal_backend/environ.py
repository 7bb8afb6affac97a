"""Reads environment variables as the portal needs them, beyond what both programs read alike."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from limits import parse_many
from limits.errors import ConfigurationError
from limits.storage import storage_from_string

from portal_backend.contract import variables
from portal_backend.contract.urls import origin_of, parse_http_url
from portal_backend.variables import VARIABLES

_E = TypeVar("_E", bound=StrEnum)


class Reader(variables.Reader):
    """The environment, and what is wrong with it so far."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        """Take the environment."""
        super().__init__(environ, VARIABLES)

    def path(self, name: str, default: Path) -> Path:
        """Return the value of `name` as an absolute path."""
        return Path(self.given(name) or default).expanduser().absolute()

    def choice(self, name: str, words: type[_E]) -> _E:
        """Return the value of `name` as one of `words`."""
        text = self.text(name).lower()
        if text in list(words):
            return words(text)
        self.problems.append(f"{name} is {text!r}; set it to {' or '.join(words)}")
        return next(iter(words))

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
        if value == self._known[name].default:
            return value
        try:
            if not value.startswith(("redis://", "rediss://", "redis+unix://")):
                raise ValueError
            storage_from_string(value)
        except ConfigurationError:
            self.problems.append(f"{name} needs the extra: pip install 'workshop-index[redis]'")
        except ValueError:
            self.problems.append(variables.no_redis(name))
        return value

    def database(self, name: str, default: Path) -> str:
        """Return the URL of a store this program knows."""
        value = self.given(name)
        if value is None:
            return f"sqlite:///{default}"
        # It takes as long as everything else that reads settings, and most installations give none.
        from sqlalchemy.engine import make_url
        from sqlalchemy.exc import ArgumentError

        try:
            url = make_url(value)
        except (ArgumentError, ValueError):
            url = None
        if url is None or url.get_backend_name() not in ("sqlite", "postgresql"):
            self.problems.append(
                f"{name} is not a store this portal knows; set it to sqlite:///… or postgresql+psycopg://…"
            )
        return value
