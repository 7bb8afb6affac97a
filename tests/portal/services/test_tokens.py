"""Accounts and OAuth2 tokens: who matches, what a token is good for, and that only hashes are stored."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from storing import House

from portal_backend.resources.model import Account
from portal_backend.services import accounts
from portal_backend.services.accounts import Role


@dataclass(frozen=True)
class Known:
    robot: Account
    admin: Account


KNOWN = Known(Account("robot@lab", "r-secret"), Account("admin", "a-secret"))


@pytest.mark.parametrize(
    ("name", "secret", "role"),
    [
        ("robot@lab", "r-secret", Role.ROBOT),
        ("admin", "a-secret", Role.ADMIN),
        ("robot@lab", "a-secret", None),
        ("admin", "", None),
        ("", "", None),
        ("Robot@lab", "r-secret", None),
        ("ann", "r-secret", None),
    ],
)
def test_a_login_is_a_name_with_its_password(name: str, secret: str, role: Role | None) -> None:
    assert accounts.login(KNOWN, name, secret) is role


def test_an_account_without_a_password_is_nobodys() -> None:
    assert accounts.login(replace(KNOWN, admin=Account()), "", "") is None


def test_no_visitor_has_the_name_of_an_account() -> None:
    assert accounts.reserved_names(KNOWN) == {"robot@lab", "admin"}


def test_a_token_tells_its_holder_until_it_expires(house: House) -> None:
    pair = accounts.issue(house.context, "robot@lab", "client", "user:info")
    holder = accounts.holder(house.context, pair.access)
    assert holder is not None
    assert (holder.username, holder.client, holder.scope) == ("robot@lab", "client", "user:info")
    house.clock.moment += timedelta(seconds=pair.expires_in)
    assert accounts.holder(house.context, pair.access) is None


def test_neither_a_refresh_token_nor_an_unknown_one_has_a_holder(house: House) -> None:
    pair = accounts.issue(house.context, "robot@lab", "client", "")
    for token in (pair.refresh, "unknown", "", "\ud800"):
        assert accounts.holder(house.context, token) is None


def test_a_renewal_kills_both_old_tokens(house: House) -> None:
    old = accounts.issue(house.context, "robot@lab", "client", "user:info")
    new = accounts.renew(house.context, old.refresh, "client")
    assert new is not None
    assert (new.username, new.scope) == ("robot@lab", "user:info")
    assert accounts.holder(house.context, new.access) is not None
    assert accounts.holder(house.context, old.access) is None
    assert accounts.renew(house.context, old.refresh, "client") is None


def test_a_refresh_token_is_good_for_its_client_and_its_time_only(house: House) -> None:
    pair = accounts.issue(house.context, "robot@lab", "client", "")
    assert accounts.renew(house.context, pair.refresh, "other") is None
    assert accounts.renew(house.context, pair.access, "client") is None
    house.clock.forward(days=30)
    assert accounts.renew(house.context, pair.refresh, "client") is None


@pytest.mark.parametrize("which", ["access", "refresh"])
def test_revoking_either_token_kills_both(house: House, which: str) -> None:
    pair = accounts.issue(house.context, "robot@lab", "client", "")
    assert not accounts.revoke(house.context, getattr(pair, which), "other")
    assert accounts.revoke(house.context, getattr(pair, which), "client")
    assert not accounts.revoke(house.context, getattr(pair, which), "client")
    assert accounts.holder(house.context, pair.access) is None
    assert accounts.renew(house.context, pair.refresh, "client") is None


def test_only_hashes_are_stored(house: House) -> None:
    pair = accounts.issue(house.context, "robot@lab", "client", "")
    with house.store.reading() as connection:
        stored = str(connection.exec_driver_sql("SELECT * FROM tokens").all())
    assert "robot@lab" in stored
    assert pair.access not in stored
    assert pair.refresh not in stored
