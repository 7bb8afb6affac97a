"""Authorization codes over both stores: exchanged by one, once, and forgotten in time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from storing import House

from portal_backend.services import accounts, codes, sweeper
from portal_backend.services.codes import Consent, Exchange

BACK = "https://lab.example.test/oauth_callback"
CONSENT = Consent("lab-w01-s001", "ann", BACK, "user:info")


def offer(code: str, client: str = CONSENT.client) -> Exchange:
    """Return what a client sends to exchange a code."""
    return Exchange(code, client, BACK)


def test_a_code_becomes_the_users_tokens(house: House) -> None:
    pair = codes.exchange(house.context, offer(codes.give(house.context, CONSENT)))
    assert pair is not None
    holder = accounts.holder(house.context, pair.access)
    assert holder is not None
    assert (holder.username, holder.client, holder.scope) == ("ann", CONSENT.client, "user:info")


def test_of_many_that_come_with_one_code_none_keeps_what_it_got_but_one_got_it(house: House) -> None:
    code = codes.give(house.context, CONSENT)
    with ThreadPoolExecutor(8) as threads:
        pairs = list(threads.map(lambda _: codes.exchange(house.context, offer(code)), range(8)))
    given = [pair for pair in pairs if pair is not None]
    assert len(given) == 1
    assert accounts.holder(house.context, given[0].access) is None


def test_another_client_neither_gets_tokens_nor_takes_them_back(house: House) -> None:
    code = codes.give(house.context, CONSENT)
    pair = codes.exchange(house.context, offer(code))
    assert pair is not None
    assert codes.exchange(house.context, offer(code, client="lab-w01-s002")) is None
    assert accounts.holder(house.context, pair.access) is not None


def test_codes_are_forgotten_once_nobody_can_misuse_them(house: House) -> None:
    house.offer()
    codes.give(house.context, CONSENT)
    sweeper.sweep(house.context)
    assert house.rows("codes") == 1
    house.clock.moment += timedelta(days=2)
    sweeper.sweep(house.context)
    assert house.rows("codes") == 0
