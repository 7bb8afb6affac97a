"""Stores to test with: a SQLite file, and PostgreSQL where this machine has one."""

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from doubles import HandClock, InstantProvider
from sqlalchemy import make_url

from portal_backend.domain.environment import Portal, Workshop
from portal_backend.domain.schedule import Terms
from portal_backend.domain.session import Session
from portal_backend.providers.base import Provider
from portal_backend.resources.model import EnvironmentSpec, PortalSpec, Resources
from portal_backend.services import configuration
from portal_backend.services.allocation import Allocated, Ask, Refused, UnknownUsers, request_session
from portal_backend.services.context import Context
from portal_backend.store.engine import Store, open_store
from portal_backend.store.queries import sessions
from portal_backend.store.tables import metadata

POSTGRESQL = os.environ.get("WORKSHOP_INDEX_TEST_POSTGRESQL") or "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
HOUR = timedelta(hours=1)
TERMS = Terms(duration=HOUR, overtime=timedelta(minutes=15), deadline=2 * HOUR)


def offer(workshop: str = "basics", **numbers: object) -> EnvironmentSpec:
    """Return what a portal entry asks for; without spares unless they are asked for."""
    wanted = {"capacity": 5, "reserved": 0, "initial": 0, "terms": TERMS} | numbers
    return EnvironmentSpec(Workshop(workshop, title=workshop.title()), **wanted)  # type: ignore[arg-type]


def resources(*offers: EnvironmentSpec, name: str = "lab", **settings: object) -> Resources:
    """Return a whole configuration."""
    return Resources(PortalSpec(Portal(name, **{"title": "The lab"} | settings)), offers)  # type: ignore[arg-type]


@dataclass
class House:
    """A portal over one store, with its clock in hand."""

    store: Store
    clock: HandClock = field(default_factory=HandClock)
    provider: Provider = field(default_factory=InstantProvider)

    @property
    def context(self) -> Context:
        """What the use cases take."""
        return Context(self.store, self.provider, self.clock)

    def offer(self, *offers: EnvironmentSpec, **settings: object) -> list[str]:
        """Apply a configuration and return what changed."""
        return configuration.apply(self.context, resources(*offers, **settings))

    def ask(self, workshop: str = "basics", policy: UnknownUsers = UnknownUsers.ADOPT, **more: object) -> Allocated:
        """Return the session asked for; a refusal is a fault."""
        answer = request_session(self.context, Ask(workshop, **more), policy)  # type: ignore[arg-type]
        assert isinstance(answer, Allocated), answer
        return answer

    def refusal(self, workshop: str = "basics", **more: object) -> Refused:
        """Return why there is no session; getting one is a fault."""
        answer = request_session(self.context, Ask(workshop, **more), UnknownUsers.ADOPT)  # type: ignore[arg-type]
        assert isinstance(answer, Refused), answer
        return answer

    def stored(self, name: str) -> Session:
        """Return a session as it is stored."""
        with self.store.reading() as connection:
            found = sessions.find(connection, name)
        assert found is not None, f"{name} is gone"
        return found[0]

    def rows(self, table: str) -> int:
        """Return how many rows a table has."""
        with self.store.reading() as connection:
            return connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()


@contextmanager
def postgresql_schema() -> Iterator[str]:
    """Give the URL of an empty PostgreSQL schema, dropped again afterwards; skip the test where there is no server."""
    server = make_url(POSTGRESQL).set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        connection = psycopg.connect(server, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as fault:
        pytest.skip(f"no PostgreSQL, name one in WORKSHOP_INDEX_TEST_POSTGRESQL: {str(fault).splitlines()[0]}")
    schema = f"test_{uuid.uuid4().hex}"
    with connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        yield f"{server}?options=-csearch_path%3D{schema}%20-csynchronous_commit%3Doff"
        connection.execute(f"DROP SCHEMA {schema} CASCADE")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'portal.sqlite3'}"
        return
    with postgresql_schema() as url:
        yield url


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file at the newest schema, to be copied."""
    file = tmp_path_factory.mktemp("migrated") / "portal.sqlite3"
    _upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def migrated_schema() -> Iterator[str]:
    """The URL of a PostgreSQL schema at its newest, to be emptied after each test."""
    with postgresql_schema() as url:
        _upgrade(url)
        yield url


def _upgrade(url: str) -> None:
    opened = open_store(url)
    opened.upgrade()
    opened.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a store at its newest schema, with nothing in it."""
    if request.param == "sqlite":
        yield f"sqlite:///{shutil.copy(request.getfixturevalue('migrated_file'), tmp_path)}"
        return
    url = request.getfixturevalue("migrated_schema")
    yield url
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"TRUNCATE {', '.join(metadata.tables)}")


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """A store with nothing in it."""
    opened = open_store(store_url)
    yield opened
    opened.close()


@pytest.fixture
def house(store: Store) -> House:
    """A portal that offers nothing yet."""
    return House(store)
