"""Work that comes at once shares a transaction, and still each piece has an outcome of its own."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from programs import until
from sqlalchemy import Connection, text
from storing import House, offer

from portal_backend.store.engine import StoreBusy
from portal_backend.store.together import LONGEST_TURN, Together, Work

LONG = 20
NOTHING = cast(Connection, None)


@dataclass
class Ledger:
    """Transactions on paper: what each of them did, and whether it was kept."""

    kept: list[list[str]] = field(default_factory=list)
    undone: list[list[str]] = field(default_factory=list)
    page: list[str] = field(default_factory=list)
    at_begin: BaseException | None = None
    at_commit: BaseException | None = None

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Begin a page, keep it on the way out; fails when it is told to."""
        if self.at_begin:
            raise self.at_begin
        self.page = []
        try:
            yield NOTHING
            if self.at_commit:
                raise self.at_commit
        except BaseException:
            self.undone.append(self.page)
            raise
        self.kept.append(self.page)

    def does(self, what: str) -> Work[str]:
        """Return work that writes `what`."""

        def work(_: Connection) -> str:
            self.page.append(what)
            return what.upper()

        return work

    def fails(self, what: str) -> Work[str]:
        """Return work that writes `what` and then fails."""

        def work(_: Connection) -> str:
            self.page.append(what)
            raise ValueError(what)

        return work


def in_company(together: Together, ledger: Ledger, *others: Work[Any]) -> list[Future[Any]]:
    """Begin a piece of work that ends when all the others wait for it; return what comes of it and of them."""
    entered, enough = threading.Event(), threading.Event()

    def first(connection: Connection) -> object:
        entered.set()
        assert enough.wait(LONG)
        return ledger.does("first")(connection)

    with ThreadPoolExecutor(len(others) + 1) as pool:
        outcomes = [pool.submit(together.write, first)]
        assert entered.wait(LONG)
        for number, work in enumerate(others, 1):
            outcomes.append(pool.submit(together.write, work))
            until(lambda number=number: len(together._waiting) >= number, LONG, every=0.001)
        enough.set()
    return outcomes


def told(outcomes: list[Future[Any]]) -> list[object]:
    """Return what each was told: a value, or a fault as text."""
    return [(outcome.exception() and repr(outcome.exception())) or outcome.result() for outcome in outcomes]


def test_what_comes_meanwhile_shares_the_transaction_in_the_order_it_came() -> None:
    ledger = Ledger()
    outcomes = in_company(Together(ledger.transaction), ledger, ledger.does("a"), ledger.does("b"))
    assert told(outcomes) == ["FIRST", "A", "B"]
    assert ledger.kept == [["first", "a", "b"]]


def test_what_comes_one_by_one_has_a_transaction_each() -> None:
    ledger = Ledger()
    together = Together(ledger.transaction)
    assert [together.write(ledger.does(each)) for each in "ab"] == ["A", "B"]
    assert ledger.kept == [["a"], ["b"]]


def test_a_turn_comes_to_an_end_however_many_wait() -> None:
    ledger = Ledger()
    many = [ledger.does(str(number)) for number in range(LONGEST_TURN + 3)]
    outcomes = in_company(Together(ledger.transaction), ledger, *many)
    assert told(outcomes) == ["FIRST", *(str(number) for number in range(LONGEST_TURN + 3))]
    assert [len(page) for page in ledger.kept] == [LONGEST_TURN, 4]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_that_fails_fails_alone(place: int) -> None:
    ledger = Ledger()
    others = [ledger.does("a"), ledger.does("b")]
    others.insert(place, ledger.fails("bad"))
    expected: list[object] = ["A", "B"]
    expected.insert(place, "ValueError('bad')")
    together = Together(ledger.transaction)
    assert told(in_company(together, ledger, *others)) == ["FIRST", *expected]
    assert [each for page in ledger.kept for each in page] == ["first", "a", "b"]
    assert together.write(ledger.does("later")) == "LATER"


def test_one_that_fails_without_company_is_not_tried_again() -> None:
    ledger = Ledger()
    together = Together(ledger.transaction)
    with pytest.raises(ValueError, match="bad"):
        together.write(ledger.fails("bad"))
    assert (ledger.kept, ledger.undone) == ([], [["bad"]])
    assert together.write(ledger.does("later")) == "LATER"


def test_a_commit_that_fails_is_told_to_all_and_not_tried_again() -> None:
    ledger = Ledger(at_commit=StoreBusy("full"))
    together = Together(ledger.transaction)
    outcomes = in_company(together, ledger, ledger.does("a"), ledger.does("b"))
    assert told(outcomes) == ["StoreBusy('full')"] * 3
    assert (ledger.kept, ledger.undone) == ([], [["first", "a", "b"]])
    ledger.at_commit = None
    assert together.write(ledger.does("later")) == "LATER"


def test_a_turn_that_never_came_is_told_to_all_who_wait_for_it() -> None:
    ledger = Ledger()
    entered, enough = threading.Event(), threading.Event()

    @contextmanager
    def slow() -> Iterator[Connection]:
        entered.set()
        assert enough.wait(LONG)
        with ledger.transaction() as connection:
            yield connection

    together = Together(slow)
    with ThreadPoolExecutor(3) as pool:
        outcomes = [pool.submit(together.write, ledger.does(each)) for each in "abc"]
        assert entered.wait(LONG)
        until(lambda: len(together._waiting) == 3, LONG, every=0.001)
        ledger.at_begin = StoreBusy("locked")
        enough.set()
    assert told(outcomes) == ["StoreBusy('locked')"] * 3
    ledger.at_begin = None
    assert together.write(ledger.does("later")) == "LATER"


def test_nobody_is_told_before_the_commit() -> None:
    ledger = Ledger()
    commits, commit = threading.Event(), threading.Event()

    @contextmanager
    def slow() -> Iterator[Connection]:
        with ledger.transaction() as connection:
            yield connection
            commits.set()
            assert commit.wait(LONG)

    with ThreadPoolExecutor(1) as pool:
        outcome = pool.submit(Together(slow).write, ledger.does("a"))
        assert commits.wait(LONG)
        assert (ledger.page, outcome.done()) == (["a"], False)
        commit.set()
    assert outcome.result() == "A"


def test_on_a_store_a_failure_in_company_leaves_nothing_of_its_own(house: House) -> None:
    house.offer(offer(), offer("other"))

    def rename(old: str, new: str, fails: bool = False) -> Work[int]:
        def work(connection: Connection) -> int:
            changed = connection.execute(
                text("UPDATE environments SET alias = :new WHERE workshop_name = :old"), {"old": old, "new": new}
            ).rowcount
            if fails:
                connection.execute(text("INSERT INTO nowhere VALUES (1)"))
            return changed

        return work

    together = Together(house.store.writing)
    outcomes = in_company(together, Ledger(), rename("basics", "kept"), rename("other", "gone", fails=True))
    assert told(outcomes)[:2] == ["FIRST", 1]
    assert outcomes[2].exception() is not None
    with house.store.reading() as connection:
        found = connection.execute(text("SELECT workshop_name, alias FROM environments")).all()
    assert sorted(map(tuple, found)) == [("basics", "kept"), ("other", "")]
