"""Small constant tables of a statement in a DuckDB session: made, and listed as their situations occur."""

# duckdb and pyarrow have no usable type hints
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import duckdb
import pyarrow as pa

from steelyard.engines.sql.intervals import NARROW
from steelyard.engines.sql.scope import SmallTable
from steelyard.engines.sql.situations import Situations
from steelyard.engines.sql.statement import Statement
from steelyard.facts.bulk import sql


def situations_that_occur(
    connection: duckdb.DuckDBPyConnection, statement: Statement, situations: Situations, small: Mapping[str, SmallTable]
) -> dict[str, SmallTable]:
    """The small tables of those of one score's situations that occur in the session."""
    text = statement.program.dialect.sql(statement.keys(situations, small), pretty=False)
    return situations.resolve_texts(row[0] for row in connection.execute(text).fetchall())


def filled(connection: duckdb.DuckDBPyConnection, name: str, table: SmallTable) -> None:
    """Create a small table as a table of the session."""
    columns: list[str] = []
    arrays: list[pa.Array] = []
    for place, column in enumerate(table.columns):
        cells = [row[place] for row in table.rows]
        wide = any(isinstance(cell, int) and abs(cell) > NARROW for cell in cells)
        text = any(isinstance(cell, str) for cell in cells)
        kind = pa.string() if text else pa.decimal128(38) if wide else pa.int64()
        held = [None if cell is None else Decimal(cell) for cell in cells] if wide else cells
        arrays.append(pa.array(held, type=kind))
        columns.append(f'CAST("{column}" AS HUGEINT) AS "{column}"' if wide else f'"{column}"')
    connection.register("_filling", pa.Table.from_arrays(arrays, names=list(table.columns)))
    made = sql.words("CREATE OR REPLACE TABLE", sql.name(name), "AS SELECT", sql.listed(columns), "FROM _filling")
    connection.execute(made)
    connection.unregister("_filling")
