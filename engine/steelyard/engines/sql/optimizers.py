"""The optimizers of DuckDB that are switched off, and why."""

# duckdb has no usable type hints
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Iterable

import duckdb

ORDERING = ("join_order", "build_side_probe_side")
"""They swap the sides of joins, which changes the order of the rows."""
REPEATING = ("partial_aggregate_pushdown",)
"""Moving an aggregate below a projection, they write the projection's columns out wherever they are read: the plan of
a chain of columns, each of which reads the one before several times, grows exponentially."""
PROPAGATING = ("statistics_propagation",)
"""It finds columns that are never NULL, which then are required columns of a Parquet file: files that are joined must
not differ in that."""

_FAULTY = {"2.0.0": ("statistics_propagation",)}
"""By version of DuckDB. In 2.0.0 it raises an error where a text is compared with a CASE that is NULL in every row."""


def switch_off(connection: duckdb.DuckDBPyConnection, names: Iterable[str]) -> None:
    """Switch off those of the optimizers that this version of DuckDB has, and those that are faulty in it."""
    names = (*names, *_FAULTY.get(duckdb.__version__, ()))
    known = {name for (name,) in connection.execute("SELECT name FROM duckdb_optimizers()").fetchall()}
    off = ",".join(name for name in names if name in known)
    connection.execute(f"SET disabled_optimizers = '{off}'")
