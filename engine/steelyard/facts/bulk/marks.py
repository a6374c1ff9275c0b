"""Counts marks of what is missing in columns of text with SQL: the same as facts/marks.py."""
# duckdb ships no types that help here
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import duckdb

from steelyard.facts.bulk import grammar, sql
from steelyard.facts.bulk.cells import Kind
from steelyard.facts.bulk.sources import Source
from steelyard.facts.marks import LONGEST
from steelyard.facts.repair import MARKS
from steelyard.ir.notation import AS_THE_GRAMMAR


def count_marks(connection: duckdb.DuckDBPyConnection, sources: Sequence[Source], column: str) -> Counter[str]:
    """Return how often each mark stands in a column of text."""
    found: Counter[str] = Counter()
    marks = sql.listed(map(sql.literal, sorted(MARKS)))
    for source in (one.raw or one for one in sources):
        if column in source.options.notations.marked:
            continue
        cell = next(
            (
                one.cell
                for (name, _, notation), one in source.columns.items()
                if name == column and notation == AS_THE_GRAMMAR and one.kind is Kind.TEXT
            ),
            None,
        )
        if cell is None:
            continue
        columns = sql.listed(f"c{place}" for place in range(source.width))
        mark = grammar.stripped(cell)
        alike = f"length({cell}) <= {LONGEST} AND lower({mark}) IN ({marks})"
        query = sql.select(
            {"mark": mark, "n": "count(*)"},
            f"{sql.parquet(source.table)} AS t({columns})",
            "WHERE",
            alike,
            "GROUP BY ALL",
        )
        found.update(dict(connection.execute(query).fetchall()))
    return found
