"""Converts stored values to the columns of a Parquet file of results, in DuckDB's SQL.

Numbers are DECIMAL(18, s), INT64 in the file; durations BIGINT microseconds; nothing is a double or 128 bits wide.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from steelyard.calendars.zones import Zone
from steelyard.engines.sql import build
from steelyard.engines.sql.dialects import dialect
from steelyard.engines.sql.texts import plain_text, units_text
from steelyard.facts.bulk import sql
from steelyard.ir.result_columns import PARQUET_DIGITS, ResultColumn
from steelyard.ir.types import Boolean, Date, DateTime, Days, Duration, Number, Region, Regions, Text, Type


def published(value: str, own: ResultColumn, target: ResultColumn, here: Zone) -> str:
    """A stored value in the type of its file column; DuckDB raises an error where it does not fit.

    Args:
        value: SQL of the stored value.
        own: the column of its version.
        target: the column of the file; a number with fewer digits in its version is rescaled to it.
        here: the time zone in which texts of instants are written.
    """
    return f"CAST({_adapted(value, own, target, here)} AS {kind(target)})"


def kind(target: ResultColumn) -> str:
    """The SQL type of a column."""
    if target.fields:
        return f"STRUCT({sql.listed(f'{sql.name(one.name)} {kind(one)}' for one in target.fields)})[]"
    one = _kind(target.type)
    return f"{one}[]" if target.many else one


def columns_of(targets: Sequence[ResultColumn]) -> dict[str, ResultColumn]:
    """Columns by name."""
    return {one.name: one for one in targets}


def _adapted(value: str, own: ResultColumn, target: ResultColumn, here: Zone) -> str:
    if own.fields and target.fields:
        by_name = columns_of(own.fields)
        items = [
            f"{sql.name(one.name)} := {published(f'_e.{sql.name(one.name)}', by_name[one.name], one, here)}"
            if one.name in by_name
            else f"{sql.name(one.name)} := CAST(NULL AS {kind(one)})"
            for one in target.fields
        ]
        return f"list_transform({value}, lambda _e : struct_pack({sql.listed(items)}))"
    if own.fields:
        shown = plain_text("_e.score", next(one.type for one in own.fields if one.name == "score"), here)
        return sql.joined(value, ";", f"_e.\"row\" || '=' || coalesce({shown}, '')")
    if own.many and not target.many:
        return sql.joined(value, ";", f"coalesce({plain_text('_e', own.type, here)}, '')")
    if own.many:
        item = _plain("_e", own.type, target.type, here)
        return value if item == "_e" else f"list_transform({value}, lambda _e : {item})"
    return _plain(value, own.type, target.type, here)


def _plain(value: str, own: Type, target: Type, here: Zone) -> str:
    match own, target:
        case Number(scale), Number(further):
            return _decimal(value if further == scale else f"({value}) * {10 ** (further - scale)}", further)
        case (Date(), Date()):
            return f"DATE '1970-01-01' + CAST({value} AS INTEGER)"
        case (DateTime(), DateTime()):
            return f"CAST(make_timestamp({value}) AS TIMESTAMPTZ)"
        case _ if type(own) is not type(target):
            return plain_text(value, own, here)
        case _:  # stored as it is published
            return value


def _decimal(value: str, scale: int) -> str:
    if scale == 0:
        return value
    return units_text(value, scale) if scale > PARQUET_DIGITS else _units(scale).replace('"_units"', f"({value})")


@cache
def _units(scale: int) -> str:
    spelled = dialect("duckdb")
    return spelled.sql(spelled.decimal(build.column("_units"), scale), pretty=False)


def _kind(type_: Type) -> str:
    match type_:
        case Number(scale) if 0 < scale <= PARQUET_DIGITS:
            return f"DECIMAL({PARQUET_DIGITS}, {scale})"
        case Number(scale) if scale > PARQUET_DIGITS:
            return "VARCHAR"
        case Number() | Duration() | Days():
            return "BIGINT"
        case Boolean():
            return "BOOLEAN"
        case Date():
            return "DATE"
        case DateTime():
            return "TIMESTAMPTZ"
        case Regions():
            return "VARCHAR[]"
        case Text() | Region():
            return "VARCHAR"
