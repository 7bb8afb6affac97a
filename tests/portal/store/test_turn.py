"""Processes take turns to write by a lock on a file, which orders them and never stands in their way."""

import errno
import stat
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import text
from storing import House

from portal_backend.store import turn
from portal_backend.store.engine import open_store
from portal_backend.store.turn import Turn

LONG = 20
SHORT = 0.05


def soon() -> float:
    """Return a moment a turn is waited for until."""
    return time.monotonic() + SHORT


def test_one_waits_until_the_other_has_had_its_turn(tmp_path: Path) -> None:
    here, elsewhere = (Turn(str(tmp_path / "turn")) for _ in range(2))
    asks, happened = threading.Event(), []

    def other() -> None:
        asks.set()
        with elsewhere.taken(time.monotonic() + LONG):
            happened.append("other")

    with here.taken(soon()):
        thread = threading.Thread(target=other)
        thread.start()
        assert asks.wait(LONG)
        thread.join(SHORT)
        happened.append("one")
    thread.join(LONG)
    assert happened == ["one", "other"]
    here.close()
    elsewhere.close()


def test_a_turn_that_never_comes_is_done_without(tmp_path: Path) -> None:
    here, elsewhere = (Turn(str(tmp_path / "turn")) for _ in range(2))
    with here.taken(soon()):
        began = time.monotonic()
        with elsewhere.taken(began + SHORT):
            assert SHORT <= time.monotonic() - began < LONG
        began = time.monotonic()
        with elsewhere.taken(began + LONG):
            assert turn.LONGEST_WAIT <= time.monotonic() - began < LONG
    with elsewhere.taken(soon()), here.taken(soon()):
        pass
    here.close()
    elsewhere.close()


@pytest.mark.parametrize("refused", [errno.ENOLCK, errno.ENOSYS, errno.EACCES])
def test_a_system_that_does_not_lock_files_is_asked_once(tmp_path: Path, refused: int) -> None:
    asked = []

    def lock(_descriptor: int, take: bool) -> None:
        asked.append(take)
        raise OSError(refused, "no locks")

    here = Turn(str(tmp_path / "turn"), lock)
    for _ in range(3):
        with here.taken(soon()):
            pass
    assert asked == [True]
    here.close()


def test_a_file_that_cannot_be_made_is_done_without_until_it_is_opened_anew(tmp_path: Path) -> None:
    file = tmp_path / "nowhere" / "turn"
    here = Turn(str(file))
    with here.taken(soon()):
        assert not file.exists()
    file.parent.mkdir()
    here.close()
    with here.taken(soon()):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    here.close()


def test_what_fails_gives_its_turn_back(tmp_path: Path) -> None:
    here, elsewhere = (Turn(str(tmp_path / "turn")) for _ in range(2))
    with pytest.raises(ZeroDivisionError), here.taken(soon()):
        raise ZeroDivisionError
    began = time.monotonic()
    with elsewhere.taken(began + LONG):
        assert time.monotonic() - began < turn.LONGEST_WAIT
    here.close()
    elsewhere.close()


def test_whoever_keeps_the_turn_keeps_nobody_from_writing(migrated_file: Path) -> None:
    house = House(open_store(f"sqlite:///{migrated_file}", wait=SHORT))
    hoarder = Turn(f"{migrated_file}-turn")
    with hoarder.taken(soon()), house.store.writing() as connection:
        connection.execute(text("DELETE FROM tokens"))
    hoarder.close()
    house.store.close()
