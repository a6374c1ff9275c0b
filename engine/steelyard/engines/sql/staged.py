"""Divides a statement into steps, for an engine that recomputes a common table expression wherever it is read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlglot import exp

from steelyard.engines.sql.build import E
from steelyard.engines.sql.dialects import Dialect

HIGH = 12
"""Up to this many steps are computed twice rather than stored."""


@dataclass(frozen=True, slots=True)
class Step:
    """A query whose result is stored as a table."""

    table: str
    sql: str


@dataclass(frozen=True, slots=True)
class Staged:
    """The steps to store, in order; and the final query, which reads them."""

    kept: tuple[Step, ...]
    last: str


def staged(query: exp.Query, dialect: Dialect) -> Staged:
    """Divide a statement: steps that are read more than once and depend on many others are stored.

    Args:
        query: a query with its common table expressions, as `Statement.query` gives it; it is modified.
        dialect: what to write.
    """
    with_ = query.args.pop("with_", None)
    ctes: list[exp.CTE] = [] if with_ is None else with_.expressions
    names = {cte.alias for cte in ctes}
    reads = {cte.alias: _read(cte.this, names) for cte in ctes}
    last = _read(query, names)
    times = sum(reads.values(), last)
    heights: dict[str, int] = {}
    kept: list[str] = []
    for name, below in reads.items():
        heights[name] = 1 + sum(heights[one] * count for one, count in below.items())
        if times[name] > 1 and heights[name] >= HIGH:
            heights[name] = 1
            kept.append(name)
    texts = {cte.alias: dialect.sql(cte, pretty=False) for cte in ctes}
    bodies = {cte.alias: dialect.sql(cte.this, pretty=False) for cte in ctes if cte.alias in kept}

    def written(body: str, below: Counter[str]) -> str:
        needed: set[str] = set()
        open_ = [*below]
        while open_:
            name = open_.pop()
            if name not in needed and name not in kept:
                needed.add(name)
                open_ += reads[name]
        first = ", ".join(text for name, text in texts.items() if name in needed)
        return f"WITH {first} {body}" if first else body

    return Staged(
        tuple(Step(name, written(bodies[name], reads[name])) for name in kept),
        written(dialect.sql(query, pretty=False), last),
    )


def _read(query: E, names: set[str]) -> Counter[str]:
    """Count how often each CTE is read in a query."""
    return Counter(table.name for table in query.find_all(exp.Table) if table.name in names)
