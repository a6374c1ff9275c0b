"""Finds the cases whose values no row of a relation has, of a portfolio of any size."""
# duckdb ships no types that help here
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from steelyard.facts.bulk import sql
from steelyard.facts.near_misses import EXAMINED, MOST_KNOWN, Known, Unmatched, joined_by, quote_of
from steelyard.ir.ruleset import Relation


def unmatched_cases(
    connection: duckdb.DuckDBPyConnection, relation: Relation, table: str, sources: Sequence[str]
) -> Unmatched:
    """Find what `near_misses.unmatched` finds. Only distinct values are kept; those of the rows are hashed once.

    Args:
        connection: the database.
        relation: its `joins` wants fields equal to inputs.
        table: its rows.
        sources: FROM clauses of the cases, each with the inputs as columns.
    """
    pairs = joined_by(relation)
    names = [f"v{place}" for place in range(len(pairs))]
    given = sql.both(f"{name} IS NOT NULL" for name in names)

    def read(source: str, columns: Sequence[str]) -> str:
        values = dict(zip(names, map(sql.name, columns), strict=True))
        return sql.select({name: name for name in names}, sql.within(sql.select(values, source), "s"), "WHERE", given)

    cases = sql.within(sql.union(read(one, [name for _, name in pairs]) for one in sources), "c")
    rows = read(table, [field for field, _ in pairs])
    anti = f"ANTI JOIN {sql.within(rows, 'r')} USING ({sql.listed(names)})"
    idle = "intake_unmatched"
    counted = sql.select({**{name: name for name in names}, "n": "count(*)"}, cases, anti, "GROUP BY ALL")
    connection.execute(f"CREATE OR REPLACE TABLE {idle} AS {counted}")
    total, distinct = connection.execute(
        sql.select({"n": "coalesce(sum(n), 0)", "d": "count(*)"}, idle)
    ).fetchone() or (0, 0)
    if not total:
        return Unmatched(0, True, (), 0, Known(()))
    (every,) = connection.execute(sql.select({"n": "count(*)"}, cases)).fetchone() or (0,)
    quote = quote_of(*(field for field in relation.fields if field.id in dict(pairs)))
    order = f"ORDER BY {sql.listed(names)} LIMIT {EXAMINED}"
    values = connection.execute(sql.select({name: name for name in names}, idle, order)).fetchall()
    known = connection.execute(sql.words("SELECT DISTINCT * FROM", f"({rows})", f"LIMIT {MOST_KNOWN + 1}")).fetchall()
    return Unmatched(int(total), every > total, values, distinct, Known(known, quote))
