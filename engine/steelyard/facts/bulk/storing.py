"""Staged texts read once: a file of stored values beside them, for the texts would be read anew by every query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from steelyard.calendars.zones import Zone
from steelyard.facts.bulk import sql
from steelyard.facts.bulk.cells import Column, Kind
from steelyard.facts.bulk.rows import ROW, rows
from steelyard.facts.bulk.sources import Asked, Source
from steelyard.ir.ruleset import InputField
from steelyard.ir.types import Range, default_range


def stored_source(
    connection: duckdb.DuckDBPyConnection, source: Source, table: Path, fields: Sequence[InputField], zone: Zone
) -> Source:
    """Read the texts of a staged file.

    Args:
        connection: reads and writes.
        source: the staged file.
        table: where to write: the line, the place, then for each column that is asked its value and whether the
            cell was empty.
        fields: of all versions; they may have other ranges, which are asked later.
        zone: of local times.
    """
    asked = list(source.columns)
    widest = [_widest([field for field in fields if (field.column, field.type) == one]) for one in asked]
    read = rows([source], widest, zone)
    columns = {"line": "_line", "place": ROW}
    found: dict[Asked, Column] = {}
    for place, one in enumerate(asked):
        columns |= {f"v{place}": f"v{place}", f"e{place}": f"e{place}"}
        found[one] = Column(f"c{2 * place + 2}", Kind.STORED, emptiness=f"c{2 * place + 3}")
    query = sql.select(columns, sql.within(read.query, "r"))
    connection.execute(f"COPY ({query}) TO {sql.target(table)} (FORMAT parquet, COMPRESSION lz4)")
    return replace(source, table=table, width=2 + 2 * len(asked), columns=found, raw=source)


def _widest(fields: Sequence[InputField]) -> InputField:
    ranges = [field.range or default_range(field.type) or Range(None, None) for field in fields]
    low = min((one.low for one in ranges if one.low is not None), default=None)
    high = max((one.high for one in ranges if one.high is not None), default=None)
    return replace(fields[0], range=Range(low, high), not_before=None)
