"""Side by side: each contender in turn, round after round, medians in the end."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from statistics import median
from time import perf_counter, process_time

Work = Callable[[], object]


def interleave(works: Mapping[str, Work], rounds: int, *, elapsed: bool = False) -> dict[str, float]:
    """The median seconds of each piece of work: A B C A B C, so that a slow moment of the machine slows all.

    Args:
        works: by name; each is done once before, unmeasured.
        rounds: how often.
        elapsed: time on the wall, for other processes; else this process's own time, which other load
            on the machine moves least.
    """
    clock = perf_counter if elapsed else process_time
    for work in works.values():
        work()
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            gc.collect()
            since = clock()
            work()
            taken[name].append(clock() - since)
    return {name: median(times) for name, times in taken.items()}


def calibrate() -> int:
    """A fixed piece of pure Python, to compare machines and moments by: a million small steps."""
    total = 0
    for number in range(1_000_000):
        total += number * number & 7
    return total
