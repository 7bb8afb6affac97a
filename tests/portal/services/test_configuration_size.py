"""A large portal is applied by a few statements, whatever its size, and other writers wait for none of the rest."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event
from storing import House, offer, resources

from portal_backend.contract.wire import EnvironmentState
from portal_backend.domain import moves
from portal_backend.domain.activation import Tokens
from portal_backend.domain.moves import Claim
from portal_backend.resources.model import EnvironmentSpec, Resources
from portal_backend.services import catalog, configuration, reserves
from portal_backend.store.engine import open_store
from portal_backend.store.queries import sessions, users
from portal_backend.store.queries.users import User

MANY, HELD_EACH = 500, 10
EVERY = list(EnvironmentState)


def offers(title: str = "", count: int = MANY, **numbers: object) -> list[EnvironmentSpec]:
    """Return offers of many workshops."""
    wanted = [offer(f"lab-{n}", **{"capacity": 20, "reserved": 1, "initial": 1} | numbers) for n in range(count)]
    return [replace(each, workshop=replace(each.workshop, title=title or each.workshop.title)) for each in wanted]


def occupy(house: House) -> None:
    """Give every environment sessions with owners."""
    now, rows = house.context.now(), []
    with house.store.writing() as connection:
        for each in catalog.environments(house.context):
            name = each.environment.name
            for number in range(HELD_EACH):
                user = User(f"user of {name} {number}")
                users.add(connection, user, now)
                spare = moves.create(f"{name}-s{100 + number}", name, True, now)
                rows.append((moves.hand_over(spare, Claim(user.id, timedelta(0)), now), Tokens()))
        sessions.add(connection, rows)


@contextmanager
def counted(house: House) -> Iterator[list[int]]:
    """Give the number of statements of each transaction."""
    transactions = [0]

    def executed(*_: object) -> None:
        transactions[-1] += 1

    def committed(_: object) -> None:
        transactions.append(0)

    event.listen(house.store.engine, "after_cursor_execute", executed)
    event.listen(house.store.engine, "commit", committed)
    try:
        yield transactions
    finally:
        event.remove(house.store.engine, "after_cursor_execute", executed)
        event.remove(house.store.engine, "commit", committed)


@pytest.fixture
def large(migrated_file: Path, tmp_path: Path) -> Iterator[House]:
    """A portal of many environments with many sessions."""
    store = open_store(f"sqlite:///{shutil.copy(migrated_file, tmp_path)}")
    house = House(store)
    house.offer(*offers())
    occupy(house)
    yield house
    store.close()


EDITS: dict[str, Resources] = {
    "the same": resources(*offers()),
    "every capacity": resources(*offers(capacity=21)),
    "every capacity below what is live": resources(*offers(capacity=1)),
    "a low maximum": resources(*offers(), maximum=100),
    "every reserve": resources(*offers(reserved=2, initial=2)),
    "every workshop": resources(*offers("New"), update_workshops=True),
    "all but one gone": resources(*offers(count=1)),
}


def test_an_edit_of_everything_is_a_few_statements(large: House) -> None:
    for name, edit in EDITS.items():
        with counted(large) as transactions:
            configuration.apply(large.context, edit)
        planning, *writing, _ = transactions
        assert planning <= 6, name
        assert max(writing, default=0) <= 16, name
        assert len(writing) <= 2 + 2 * MANY // reserves.BATCH, name
        assert sum(each.allocated for each in catalog.environments(large.context, EVERY)) == MANY * HELD_EACH, name
        assert configuration.apply(large.context, edit) == [], name
