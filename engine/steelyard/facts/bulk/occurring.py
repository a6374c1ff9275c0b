"""Finds which texts occur in a column of any length."""
# duckdb ships no types that help here
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import duckdb

from steelyard.facts.bulk import sql
from steelyard.facts.compared import Compared, Occurring, occurring_of
from steelyard.facts.near_misses import MOST_KNOWN, NAMED


def occurring_in(connection: duckdb.DuckDBPyConnection, asked: Compared, source: str) -> Occurring:
    """Find what `compared.occurring` finds. The other values are looked at only where one of the texts never occurs.

    Args:
        connection: the database.
        asked: what rules compare.
        source: FROM clause of the rows, with the input or field as a column.
    """
    column = sql.name(asked.field.id)
    among = f"WHERE {column} IN (SELECT unnest(?)) GROUP BY v"
    rows = connection.execute(sql.select({"v": column}, source, among), [list(asked.texts)]).fetchall()
    met = {row[0] for row in rows}
    if len(met) == len(asked.texts):
        return occurring_of(asked, met, 1, ())
    distinct = sql.within(sql.select({"v": column}, source, f"WHERE {column} IS NOT NULL GROUP BY v"), "d")
    (count,) = connection.execute(sql.select({"n": "count(*)"}, distinct)).fetchone() or (0,)
    order = f"ORDER BY v LIMIT {MOST_KNOWN if count <= MOST_KNOWN else NAMED}"
    first = [row[0] for row in connection.execute(sql.select({"v": "v"}, distinct, order)).fetchall()]
    return occurring_of(asked, met, count, first)
