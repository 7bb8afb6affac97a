"""Whether work that must not be drawn out is done in time, on a machine that may be busy with other things too.

Processor time alone does not tell: beside other work the same instructions take up to twice as long. So a bound holds
for a machine at rest, and is stretched by how much longer a fixed load takes at this moment.
"""

import time
from collections.abc import Callable

RUNS = 3
_ROUNDS = 1_000_000
_AT_REST = 0.045  # seconds the load takes where nothing else runs


def done_within(seconds: float, work: Callable[[], object]) -> bool:
    """Whether one of three runs of `work` takes less of this process's time than it may at this moment."""
    return any((took := _took(work)) < seconds or took < seconds * _stretch() for _ in range(RUNS))


def _stretch() -> float:
    return max(1.0, _took(_load) / _AT_REST)


def _load() -> int:
    total = 0
    for number in range(_ROUNDS):
        total += number & 7
    return total


def _took(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started
