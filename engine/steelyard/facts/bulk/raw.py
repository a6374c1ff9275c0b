"""Gives single rows of a source as its Python reader reads them, to describe the faults that SQL found."""
# pyarrow ships no types
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# ruff: noqa: ANN401 - as above

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, cast

import pyarrow as pa
import pyarrow.parquet as pq

from steelyard.facts.bulk.sources import FIRST_TEXT, Source
from steelyard.facts.bulk.staging import delimiter_of
from steelyard.facts.cells import Cell
from steelyard.facts.readers import BadLine, Line, ReadOptions, Wanted, open_table
from steelyard.ir.notation import AS_THE_GRAMMAR
from steelyard.temporary import TemporaryFolder


def raw_lines(source: Source, places: Sequence[int]) -> list[Line | BadLine]:
    """Return single rows of a source.

    Args:
        source: the file.
        places: the positions of the rows, from 0, ascending.

    Returns:
        A line for each position, with the cells of the columns that were opened.
    """
    source = source.raw or source
    taken = _taken(source, places)
    return _staged(source, taken) if source.staged else _parquet(source, taken, places)


def _taken(source: Source, places: Sequence[int]) -> Any:
    """Return the rows as a table; only row groups that contain one of them are read."""
    found: list[Any] = []
    with pq.ParquetFile(source.table.absolute()) as file:
        names = file.schema_arrow.names
        wanted = sorted({int(column.cell[1:]) for column in source.columns.values()})
        columns = [names[place] for place in (*(range(FIRST_TEXT) if source.staged else ()), *wanted)]
        start, position = 0, 0
        for group in range(file.metadata.num_row_groups):
            end = start + file.metadata.row_group(group).num_rows
            inside: list[int] = []
            while position < len(places) and places[position] < end:
                inside.append(places[position] - start)
                position += 1
            if inside:
                found.append(file.read_row_group(group, columns=columns).take(pa.array(inside, pa.int64())))
            start = end
        return pa.concat_tables(found) if found else file.schema_arrow.empty_table()


def _parquet(source: Source, taken: Any, places: Sequence[int]) -> list[Line | BadLine]:
    """Read the rows with the Parquet reader, from a temporary file that contains only them."""
    wanted = Wanted(frozenset(one[0] for one in source.columns))
    with TemporaryFolder() as folder:
        path = folder.path / "rows.parquet"
        pq.write_table(taken, path)
        with open_table(path, source.options, wanted) as table:
            return [replace(line, number=place + 1) for place, line in zip(places, table.rows, strict=True)]


def _staged(source: Source, taken: Any) -> list[Line | BadLine]:
    columns: dict[str, list[str | None]] = {}
    names = sorted({int(column.cell[1:]) for column in source.columns.values()})
    for (name, _, notation), column in source.columns.items():
        if notation != AS_THE_GRAMMAR:
            continue
        columns[name] = taken.column(FIRST_TEXT + names.index(int(column.cell[1:]))).to_pylist()
    numbers, ragged, pickled = (taken.column(place).to_pylist() for place in range(FIRST_TEXT))
    told = _ragged(source, [line for line in ragged if line is not None])
    lines: list[Line | BadLine] = []
    for place, number in enumerate(numbers):
        if pickled[place] is not None:
            lines.append(cast("Line | BadLine", pickle.loads(pickled[place])))  # noqa: S301 - written by ourselves
        elif ragged[place] is not None:
            lines.append(replace(next(told), number=number))
        else:
            cells: dict[str, Cell] = {name: cells[place] for name, cells in columns.items()}
            lines.append(Line(number, cells))
    return lines


def _ragged(source: Source, lines: Sequence[str]) -> Iterator[Line | BadLine]:
    """Let the reader of CSV say what is wrong with lines, from a file that holds nothing else beside the header."""
    if not lines:
        return
    given = delimiter_of(source.path, source.options)
    with TemporaryFolder() as folder:
        path = folder.path / "rows.csv"
        text = "\n".join((given.join(source.header), *lines))
        path.write_text(text + "\n", "utf-8", newline="")
        with open_table(path, ReadOptions(delimiter=given, header=1), Wanted()) as table:
            yield from table.rows
