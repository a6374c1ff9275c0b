"""How the statement, and DuckDB's time to plan it, grow with the ruleset: sizes n, 2n and 4n of each shape."""

# duckdb ships no types that help here
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

import duckdb
from tests.bench.report import Measured
from tests.bench.timing import interleave
from tests.growth import SHAPES
from tests.sql_memory import InMemory

from steelyard.analysis.check import load_text
from steelyard.ir.ruleset import Ruleset

MOST = 2.3
"""So many times as long, or as slow to plan, a statement may be where the ruleset is twice as large."""
TIMES = (1, 2, 4)


def measure(rounds: int, names: tuple[str, ...] = ()) -> list[Measured]:
    """Measure every shape, or those that are named."""
    return [one for name in names or SHAPES for one in _shape(name, rounds)]


def _shape(name: str, rounds: int) -> list[Measured]:
    shape, size = SHAPES[name]
    while load_text(shape(4 * size), {}, lint=False).errors:  # the largest would be refused: too long a chain
        size //= 2
    with ExitStack() as stack:
        texts: dict[str, str] = {}
        works: dict[str, Callable[[], object]] = {}
        for times in TIMES:
            connection = stack.enter_context(duckdb.connect(config={"threads": 1}))
            scorer = InMemory(_ruleset(shape(times * size)))
            texts[str(times)] = text = scorer.prepare(connection)
            works[str(times)] = lambda connection=connection, text=text: connection.execute(
                f"PREPARE growing AS {text}"
            )
        seconds = interleave(works, rounds)
    lengths = {times: float(len(text)) for times, text in texts.items()}
    return [
        *_ratios(f"{name}, length", lengths),
        *_ratios(f"{name}, plan", seconds),
        Measured(f"{name}, length at n = {4 * size}", lengths["4"] / 1000, "kB"),
        Measured(f"{name}, plan at n = {4 * size}", seconds["4"], "s"),
    ]


def _ratios(name: str, found: dict[str, float]) -> list[Measured]:
    return [
        Measured(f"{name} 2n : n", found["2"] / found["1"], "x", MOST),
        Measured(f"{name} 4n : 2n", found["4"] / found["2"], "x", MOST),
    ]


def _ruleset(text: str) -> Ruleset:
    found = load_text(text, {}, lint=False)
    if found.ruleset is None:
        raise ValueError([str(one.headline) for one in found.diagnostics][:3])
    return found.ruleset
