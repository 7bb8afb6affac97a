"""Counting the uses of signed links: the same rules in a file and in Redis, and never one too many."""

import json
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest
import redis
from counted import REDIS, a_link, stores

from frontend.link_uses import KEPT_AFTER, Claim, LinkUses, UncountedError, UsesInFile, uses_of
from frontend.link_uses_redis import UsesInRedis
from frontend.settings import load
from frontend.site.signed_links import Standing

TESTS = Path(__file__).resolve().parents[1]
KINDS = pytest.mark.parametrize("kind", ["file", "redis"])


@pytest.fixture(params=["file", "redis"])
def two(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[LinkUses]]:
    """The stores of two processes that count in one place."""
    with stores(request.param, tmp_path) as found:
        yield found


def test_a_use_is_claimed_kept_and_seen_by_every_process(two: list[LinkUses]) -> None:
    one, other = two
    link = a_link(uses=2)
    assert one.look(link, "ann") == Standing(0, False, "")
    assert one.take(link, "ann", "") is Claim.TAKEN
    assert other.look(link).spent == 1
    assert one.keep(link, "ann", "main/s1")
    assert other.look(link, "ann") == Standing(1, False, "main/s1")
    assert other.look(link, "bob") == Standing(1, False, "")
    assert other.look(a_link()) == Standing()


def test_what_a_failed_start_gives_back_is_anybodys(two: list[LinkUses]) -> None:
    one, other = two
    link = a_link(uses=1)
    assert one.take(link, "ann", "") is Claim.TAKEN
    assert other.take(link, "bob", "") is Claim.USED_UP
    one.give_back(link, "ann")
    one.give_back(link, "ann")  # once too often is nothing
    assert other.take(link, "bob", "") is Claim.TAKEN
    assert one.look(link).spent == 1


def test_two_clicks_of_one_visitor_are_one_use_whichever_ends_first(two: list[LinkUses]) -> None:
    one, other = two
    link = a_link(uses=1)
    assert [store.take(link, "ann", "") for store in two] == [Claim.TAKEN, Claim.TAKEN]
    one.give_back(link, "ann")
    assert one.take(link, "bob", "") is Claim.USED_UP
    assert other.keep(link, "ann", "main/s1")
    assert one.keep(link, "ann", "main/s1")
    other.give_back(link, "ann")
    assert one.look(link, "ann") == Standing(1, False, "main/s1")
    assert other.take(link, "ann", "") is Claim.HOLDS


def test_a_session_that_is_over_makes_room_for_a_further_use_only(two: list[LinkUses]) -> None:
    one, other = two
    link = a_link(uses=2)
    for number in (1, 2):
        over = f"main/s{number - 1}" if number > 1 else ""
        assert one.take(link, "ann", over) is Claim.TAKEN
        assert one.keep(link, "ann", f"main/s{number}")
        assert other.take(link, "ann", over) is Claim.HOLDS  # a click of the same form, come late
    assert other.take(link, "ann", "main/s2") is Claim.USED_UP
    assert one.look(link, "ann") == Standing(2, False, "main/s2")


def test_the_same_session_again_spends_nothing(two: list[LinkUses]) -> None:
    one, other = two
    link = a_link(uses=2)
    assert one.take(link, "ann", "") is Claim.TAKEN
    assert one.keep(link, "ann", "main/s1")
    assert other.take(link, "ann", "main/s1") is Claim.TAKEN
    assert other.keep(link, "ann", "main/s1")
    assert one.look(link).spent == 1


def test_a_session_without_a_claim_counts_while_there_is_room(two: list[LinkUses]) -> None:
    one, other = two
    link = a_link(uses=1)
    assert one.keep(link, "ann", "main/s1")
    assert not other.keep(link, "ann", "main/s2")
    assert one.look(link, "ann") == Standing(1, False, "main/s1")


def test_a_link_without_a_limit_is_never_used_up(two: list[LinkUses]) -> None:
    link = a_link(uses=None)
    assert {two[at % 2].take(link, str(at), "") for at in range(20)} == {Claim.TAKEN}
    assert two[0].look(link).spent == 20


def test_an_ended_link_starts_nothing_for_anybody(two: list[LinkUses]) -> None:
    one, other = two
    link = a_link(uses=5)
    assert one.take(link, "ann", "") is Claim.TAKEN
    other.end(link)
    assert one.look(link).ended
    assert one.take(link, "bob", "") is Claim.ENDED
    assert one.keep(link, "ann", "main/s1")  # was claimed before
    assert not one.keep(link, "bob", "main/s2")
    one.end(link)
    assert other.look(link) == Standing(1, True, "")


def test_the_last_uses_are_fought_for_by_many_threads(two: list[LinkUses]) -> None:
    link, together = a_link(uses=5), Barrier(24)

    def click(at: int) -> tuple[Claim, int]:
        together.wait(30)
        return two[at % 2].take(link, f"visitor-{at}", ""), two[at % 2].look(link).spent

    with ThreadPoolExecutor(24) as pool:
        found = list(pool.map(click, range(24)))
    assert Counter(claim for claim, _ in found) == {Claim.TAKEN: 5, Claim.USED_UP: 19}
    assert max(spent for _, spent in found) == 5


@KINDS
def test_the_last_uses_are_fought_for_by_many_processes(kind: str, tmp_path: Path) -> None:
    link = a_link(uses=7)
    with stores(kind, tmp_path, 1) as (uses,):
        place = str(tmp_path / "uses.sqlite3") if kind == "file" else REDIS
        command = [sys.executable, str(TESTS / "claimer.py"), kind, place, json.dumps(link.claims()), "12"]
        environ = {**os.environ, "PYTHONPATH": str(TESTS.parent)}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        racers = [subprocess.Popen(command, env=environ, **pipes) for _ in range(4)]  # type: ignore[call-overload]
        try:
            assert [each.stdout.readline() for each in racers] == ["ready\n"] * 4
            for at, each in enumerate(racers):
                each.stdin.write(f"racer-{at}\n")
                each.stdin.flush()
            winners = [holder for each in racers for holder in json.loads(each.communicate(timeout=120)[0])]
        finally:
            for each in racers:
                each.kill()
                each.communicate()
        assert [each.returncode for each in racers] == [0] * 4
        assert len(winners) == len(set(winners)) == uses.look(link).spent
        assert len(winners) <= 7
        assert [uses.take(link, f"late-{at}", "") for at in range(8)].count(Claim.TAKEN) == 7 - len(winners)


def test_looking_at_a_link_writes_nothing(tmp_path: Path) -> None:
    assert UsesInFile(tmp_path / "uses.sqlite3").look(a_link(), "ann") == Standing()
    assert list(tmp_path.iterdir()) == []


def test_the_file_is_its_owners_and_forgets_links_that_are_over(tmp_path: Path) -> None:
    file = tmp_path / "instance" / "uses.sqlite3"
    uses = UsesInFile(file)
    over, lasting = a_link(), a_link()
    uses.take(over, "ann", "")
    uses.keep(over, "ann", "main/s1")
    uses.take(over, "bob", "")
    assert uses.look(over).spent == 2
    with closing(sqlite3.connect(file)) as db:
        db.execute("UPDATE links SET ends = ends - 2 * 86400")
        db.commit()
    uses.take(lasting, "ann", "")
    assert file.stat().st_mode & 0o777 == 0o600
    assert uses.look(over, "ann") == Standing()
    assert uses.look(lasting).spent == 1


def test_redis_forgets_links_that_are_over(tmp_path: Path) -> None:
    link = a_link()
    with stores("redis", tmp_path, 1) as (uses,):
        uses.take(link, "ann", "")
        uses.keep(link, "ann", "main/s1")
        uses.take(link, "bob", "")
        uses.end(link)
        with redis.Redis.from_url(REDIS) as server:
            keys = list(server.scan_iter(f"workshop-index:link:{{{link.id}}}:*", count=1000))
            assert len(keys) == 4
            assert {server.expiretime(key) for key in keys} == {int((link.ends + KEPT_AFTER).timestamp())}


def test_a_store_that_cannot_be_used_counts_nothing_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "rubbish").write_text("this is no database, and long enough to be looked at as one " * 20)
    for path in (tmp_path / "folder", tmp_path / "rubbish", Path("/proc/nowhere/uses.sqlite3")):
        with pytest.raises(UncountedError, match=str(path)):
            UsesInFile(path).take(a_link(), "ann", "")
    silent = UsesInRedis("redis://127.0.0.1:1/0")
    with pytest.raises(UncountedError, match="SITE_CACHE_URL"):
        silent.look(a_link())
    silent.close()


def test_a_step_that_fails_midway_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    uses, link = UsesInFile(tmp_path / "uses.sqlite3"), a_link(uses=1)
    uses.take(link, "ann", "")
    with closing(sqlite3.connect(tmp_path / "uses.sqlite3")) as db:
        db.execute("CREATE TRIGGER full BEFORE INSERT ON sessions BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    with pytest.raises(UncountedError, match="disk full"):
        uses.keep(link, "ann", "main/s1")
    assert uses.look(link, "ann") == Standing(1, False, "")
    assert uses.take(link, "bob", "") is Claim.USED_UP


def test_the_settings_choose_the_store(tmp_path: Path) -> None:
    settings = load({"WORKSHOP_INDEX_INSTANCE": str(tmp_path)})
    assert isinstance(uses_of(settings), UsesInFile)
    shared = uses_of(replace(settings, cache_url=REDIS))
    assert isinstance(shared, UsesInRedis)
    shared.close()
