"""Signed links for tests, and the stores their uses are counted in: as one process has them, or several at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import redis

from frontend.link_uses import LinkUses, UsesInFile
from frontend.link_uses_redis import UsesInRedis
from frontend.site.signed_links import SignedLink

REDIS = "redis://127.0.0.1:6379/0"


def a_link(workshop: str = "twenty", **changes: object) -> SignedLink:
    """Return a link of its own that works for an hour."""
    ends = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    return replace(SignedLink(f"test-{uuid4().hex}", workshop, ends), **changes)  # type: ignore[arg-type]


@contextmanager
def stores(kind: str, folder: Path, number: int = 2) -> Iterator[list[LinkUses]]:
    """Give as many stores of one kind as there are processes, all counting in one place; skips without a Redis."""
    if kind == "file":
        yield [UsesInFile(folder / "uses.sqlite3") for _ in range(number)]
        return
    server = redis.Redis.from_url(REDIS, socket_connect_timeout=1)
    try:
        server.ping()
    except redis.ConnectionError:
        server.close()
        pytest.skip("no Redis at 127.0.0.1:6379")
    found = [UsesInRedis(REDIS) for _ in range(number)]
    try:
        yield list(found)
    finally:
        for store in found:
            store.close()
        for key in server.scan_iter("workshop-index:link:{test-*", count=1000):
            server.delete(key)
        server.close()
