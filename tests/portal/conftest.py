"""Portals in process, closed again after the test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from peer import RESOURCES, Peer, Starter, start_portal


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Starter]:
    """Start portals of one's own; the options are environment variables."""
    started: list[Peer] = []

    def begin(resources: Path = RESOURCES, **environ: str) -> Peer:
        started.append(start_portal(tmp_path, resources, **environ))
        return started[-1]

    yield begin
    for each in started:
        each.app.extensions["portal"].store.close()


@pytest.fixture
def peer(start: Starter) -> Peer:
    """A portal with the robot logged in."""
    portal = start()
    portal.log_in()
    return portal
