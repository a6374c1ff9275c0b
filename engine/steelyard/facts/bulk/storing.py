"""Converts staged texts to stored values once, since every query would otherwise convert them again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from steelyard.calendars.zones import Zone
from steelyard.facts.bulk import sql
from steelyard.facts.bulk.cells import Column, Kind
from steelyard.facts.bulk.rows import ROW, rows
from steelyard.facts.bulk.sources import Source
from steelyard.facts.readers.notations import Asked, asked_of
from steelyard.ir.ruleset import InputField
from steelyard.ir.types import Range, default_range


def stored_source(
    connection: duckdb.DuckDBPyConnection, source: Source, table: Path, fields: Sequence[InputField], zone: Zone
) -> Source:
    """Convert a staged file of texts to a Parquet file of stored values.

    Args:
        connection: the database that reads and writes.
        source: the staged file.
        table: the file to write: the line, the position, then for each column its value and whether the cell was empty.
        fields: the fields of all versions. Their ranges may differ, and are checked later.
        zone: the time zone of local times.
    """
    written = source.options.notations.fields(fields)
    named = [
        (one, [field for field, own in zip(fields, written, strict=True) if asked_of(own) == one])
        for one in source.columns
    ]
    asked = [one for one, some in named if some]
    widest = [_widest(some) for _, some in named if some]
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
