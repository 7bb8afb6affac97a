"""What tests with many clients at once share: a portal of a few workshops on either store, and kept-alive clients."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from programs import House
from storing import postgresql_schema

INDEX = "http://127.0.0.1:8000/"
REQUEST = "/workshops/environment/{}/request/"
CATALOG = "/workshops/catalog/environments/"


@dataclass(frozen=True)
class Place:
    """A running portal, the folder its configuration is in, and where its store is."""

    house: House
    config: Path
    url: str


def write(config: Path, **capacities: int) -> None:
    """Write the configuration of workshops with these capacities, three spares each, in one step."""
    items: list[object] = [
        {
            "apiVersion": "training.educates.dev/v1beta1",
            "kind": "TrainingPortal",
            "metadata": {"name": "crowd"},
            "spec": {
                "portal": {"workshop": {"defaults": {"reserved": 3, "expires": "10m", "overtime": "10m"}}},
                "workshops": [{"name": name, "capacity": capacity} for name, capacity in capacities.items()],
            },
        },
        *(
            {
                "apiVersion": "training.educates.dev/v1beta1",
                "kind": "Workshop",
                "metadata": {"name": name},
                "spec": {"title": name.title()},
            }
            for name in capacities
        ),
    ]
    new = config / "portal.yaml.new"
    new.write_text(json.dumps({"apiVersion": "training.educates.dev/v1beta1", "kind": "List", "items": items}))
    os.replace(new, config / "portal.yaml")


@contextmanager
def crowded(folder: Path, store: str, **capacities: int) -> Iterator[Place]:
    """Run a portal and its sweeper over a SQLite file or a PostgreSQL schema of their own."""
    config = folder / "config"
    config.mkdir()
    write(config, **capacities)
    if store == "postgresql":
        with postgresql_schema() as url, _running(folder, config, url) as place:
            yield place
    else:
        with _running(folder, config, f"sqlite:///{folder / 'portal.sqlite3'}") as place:
            yield place


@contextmanager
def _running(folder: Path, config: Path, url: str) -> Iterator[Place]:
    house = House(folder, WORKSHOP_INDEX_CONFIG=config, PORTAL_DATABASE_URL=url)
    try:
        house.start("portal")
        yield Place(house.start("sweeper"), config, url)
    finally:
        house.stop()


def client(headers: dict[str, str]) -> requests.Session:
    """Return a client that keeps its connection and is nobody's browser."""
    session = requests.Session()
    session.trust_env = False
    session.headers.update(headers)
    return session
