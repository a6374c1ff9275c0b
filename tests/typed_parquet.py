"""Facts as Parquet files of the types that a statement of `steelyard compile` reads, named by the columns of files."""

# pyarrow ships no types
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from steelyard.facts import Portfolio
from steelyard.ir.expressions import Stored
from steelyard.ir.ruleset import InputField, Ruleset
from steelyard.ir.types import Boolean, Date, DateTime, Days, Duration, Number, Regions, Type


def write_typed(portfolio: Portfolio, ruleset: Ruleset, folder: Path) -> dict[str, Path]:
    """Write the facts that were read: a file of cases, one of each relation."""
    cases = portfolio.cases
    found = {"cases": _write(folder / "cases.parquet", ruleset.inputs, [case.values for case in cases])}
    for relation in ruleset.relations:
        of = cases[:1] if relation.of_case is None else cases
        rows = [row.values for case in of for row in case.rows.get(relation.id, ())]
        found[relation.id] = _write(folder / f"{relation.id}.parquet", relation.fields, rows)
    return found


def _write(path: Path, fields: Sequence[InputField], rows: Sequence[Mapping[str, Stored]]) -> Path:
    columns = [pa.array([_cell(row.get(one.id), one.type) for row in rows], kind(one.type)) for one in fields]
    pq.write_table(pa.Table.from_arrays(columns, names=[one.column for one in fields]), path)
    return path


def kind(type_: Type) -> Any:
    """The Arrow type of a column."""
    match type_:
        case Number(scale) if scale > 0:
            return pa.decimal128(18, scale)
        case Number() | Duration() | Days():
            return pa.int64()
        case Date():
            return pa.date32()
        case DateTime():
            return pa.timestamp("us", "UTC")
        case Boolean():
            return pa.bool_()
        case Regions():
            return pa.list_(pa.string())
        case _:
            return pa.string()


def _cell(value: Stored | None, type_: Type) -> object:
    if isinstance(type_, Number) and type_.scale and isinstance(value, int):
        return Decimal(value).scaleb(-type_.scale)
    return list(value) if isinstance(value, tuple) else value
