"""Spreads much work over many short transactions, so that requests get their turn however much there is.

Each batch is as large as lately took a few milliseconds, and is followed by a rest several times as long: whoever wants
to write in between finds the store free most of the time. On SQLite a waiting writer looks again only now and then,
which is why the rests are longer than the work.
"""

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

_T = TypeVar("_T")

SMALLEST, FIRST, LARGEST = 10, 10, 200
_AIM = 0.005
_REST = 4
_LONGEST_REST = 0.25


def batches(batch: Callable[[int], int]) -> int:
    """Do batches of at most so many until one is not full, and return how many there were in all."""
    done, size = 0, FIRST
    while True:
        began = time.monotonic()
        number = batch(size)
        lasted = time.monotonic() - began
        done += number
        if number < size:
            return done
        size = fitting(size, lasted)
        rest(lasted)


def slices(items: Sequence[_T], work: Callable[[Sequence[_T]], int]) -> int:
    """Do `work` on a few of `items` at a time, and return the sum of what it returned."""
    done, at, size = 0, 0, FIRST
    while at < len(items):
        began = time.monotonic()
        done += work(items[at : at + size])
        at += size
        lasted = time.monotonic() - began
        size = fitting(size, lasted)
        if at < len(items):
            rest(lasted)
    return done


def fitting(size: int, lasted: float) -> int:
    """Return how large the next batch may be when one of `size` took so many seconds; at most twice as large."""
    return max(SMALLEST, min(LARGEST, 2 * size, round(size * _AIM / max(lasted, 1e-6))))


def rest(lasted: float) -> None:
    """Leave the store to others, for some times as long as the last batch had it."""
    time.sleep(min(_REST * lasted, _LONGEST_REST))
