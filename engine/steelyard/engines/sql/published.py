"""From stored values to a file's: what a Parquet file holds, and its text for CSV and JSON lines, in DuckDB's SQL.

Numbers are DECIMAL(18, s), INT64 in the file; durations BIGINT microseconds; nothing is a double or 128 bits wide. The
texts are those of `facts.format`; instants have no text here, since that depends on a zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from steelyard.engines.sql import build
from steelyard.engines.sql.dialects import dialect
from steelyard.facts.bulk import sql
from steelyard.ir.types import Boolean, Date, DateTime, Days, Duration, Number, Region, Regions, Text, Type

DIGITS = 18
"""What a DECIMAL of 64 bits holds."""
_HOUR, _MINUTE, _SECOND = 3_600_000_000, 60_000_000, 1_000_000


@dataclass(frozen=True, slots=True)
class Target:
    """A column of a result file.

    Attributes:
        type: of its value, or of each item.
        many: whether it holds a list.
        fields: of a family: what each item holds.
    """

    name: str
    type: Type
    many: bool = False
    fields: tuple[Target, ...] = ()


def published(value: str, own: Target, target: Target) -> str:
    """A stored value as a Parquet file holds it.

    Args:
        value: SQL of the stored value.
        own: what it is in its version.
        target: the column of the file; a number of a version with fewer digits takes its scale.
    """
    if own.fields:
        by_name = {one.name: one for one in own.fields}
        items = [
            f"{sql.name(one.name)} := {published(f'_e.{sql.name(one.name)}', by_name[one.name], one)}"
            if one.name in by_name
            else f"{sql.name(one.name)} := CAST(NULL AS {kind(one)})"
            for one in target.fields
        ]
        return f"list_transform({value}, lambda _e : struct_pack({sql.listed(items)}))"
    if own.many and not target.many:
        return text(_list(value, own.type, own.type), own)
    if own.many:
        return _list(value, own.type, target.type)
    return _plain(value, own.type, target.type)


def kind(target: Target) -> str:
    """The SQL type of a column."""
    if target.fields:
        return f"STRUCT({sql.listed(f'{sql.name(one.name)} {kind(one)}' for one in target.fields)})[]"
    one = _kind(target.type)
    return f"{one}[]" if target.many else one


def can_write(target: Target) -> bool:
    """Whether `text` can write the column."""
    if target.fields:
        return all(can_write(one) for one in target.fields)
    return not isinstance(target.type, DateTime)


def text(value: str, target: Target) -> str:
    """A published value as a CSV file holds it: text, NULL where empty."""
    if target.fields:
        shown = _text("_e.score", next(one.type for one in target.fields if one.name == "score"))
        item = f"_e.\"row\" || '=' || coalesce({shown}, '')"
        return f"nullif(array_to_string(list_transform({value}, lambda _e : {item}), ';'), '')"
    if target.many:
        item = _text("_e", target.type)
        return f"nullif(array_to_string(list_transform({value}, lambda _e : coalesce({item}, '')), ';'), '')"
    return (
        f"nullif({_text(value, target.type)}, '')"
        if isinstance(target.type, Text | Region)
        else _text(value, target.type)
    )


def json(value: str, target: Target) -> str:
    """A published value as a JSON line holds it: text with exactly its digits, counts and truths as they are."""
    if target.fields:
        items = [f"{sql.name(one.name)} := {json(f'_e.{sql.name(one.name)}', one)}" for one in target.fields]
        return f"list_transform({value}, lambda _e : struct_pack({sql.listed(items)}))"
    if target.many:
        return f"list_transform({value}, lambda _e : {_json('_e', target.type)})"
    return _json(value, target.type)


def _json(value: str, type_: Type) -> str:
    match type_:
        case Number(scale=0) | Boolean() | Text() | Region() | Regions():
            return value
        case _:
            return _text(value, type_)


def _list(value: str, own: Type, target: Type) -> str:
    item = _plain("_e", own, target)
    return value if item == "_e" else f"list_transform({value}, lambda _e : {item})"


def _plain(value: str, own: Type, target: Type) -> str:
    match own, target:
        case Number(scale), Number(further):
            return _decimal(value if further == scale else f"({value}) * {10 ** (further - scale)}", further)
        case (Date(), Date()):
            return f"DATE '1970-01-01' + CAST({value} AS INTEGER)"
        case (DateTime(), DateTime()):
            return f"CAST(make_timestamp({value}) AS TIMESTAMPTZ)"
        case _ if type(own) is not type(target):
            return _text(_plain(value, own, own), own)
        case _:
            return value


def _decimal(value: str, scale: int) -> str:
    if scale == 0:
        return value
    if scale > DIGITS:
        digits = f"lpad(CAST(abs({value}) AS VARCHAR), {scale + 1}, '0')"
        whole = f"left({digits}, length({digits}) - {scale}) || '.' || right({digits}, {scale})"
        return sql.when(f"{value} IS NOT NULL", f"{sql.when(f'{value} < 0', _dash(), _empty())} || {whole}")
    return _units(scale).replace('"_units"', f"({value})")


@cache
def _units(scale: int) -> str:
    here = dialect("duckdb")
    return here.sql(here.decimal(build.column("_units"), scale), pretty=False)


def _dash() -> str:
    return "'-'"


def _empty() -> str:
    return "''"


def _kind(type_: Type) -> str:
    match type_:
        case Number(scale) if 0 < scale <= DIGITS:
            return f"DECIMAL({DIGITS}, {scale})"
        case Number(scale) if scale > DIGITS:
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


def _text(value: str, type_: Type) -> str:
    match type_:
        case Duration():
            return _duration(value)
        case Regions():
            return f"array_to_string({value}, ';')"
        case _:
            return f"CAST({value} AS VARCHAR)"


def _duration(value: str) -> str:
    """ISO 8601: hours, minutes and seconds, each where it is not 0."""
    length = f"abs({value})"
    hours, minutes = f"{length} // {_HOUR}", f"{length} // {_MINUTE} % 60"
    seconds, parts = f"{length} // {_SECOND} % 60", f"{length} % {_SECOND}"
    fraction = f"'.' || rtrim(lpad(CAST({parts} AS VARCHAR), 6, '0'), '0')"
    written = (
        sql.when(f"{hours} > 0", f"CAST({hours} AS VARCHAR) || 'H'", "''"),
        sql.when(f"{minutes} > 0", f"CAST({minutes} AS VARCHAR) || 'M'", "''"),
        sql.when(
            f"{length} % {_MINUTE} > 0",
            f"CAST({seconds} AS VARCHAR) || {sql.when(f'{parts} > 0', fraction, _empty())} || 'S'",
            "''",
        ),
    )
    some = " || ".join(f"({one})" for one in ("CASE WHEN " + value + " < 0 THEN '-PT' ELSE 'PT' END", *written))
    return sql.when(f"{value} IS NOT NULL", sql.when(f"{value} = 0", "'PT0S'", some))


def columns_of(targets: Sequence[Target]) -> dict[str, Target]:
    """Columns by name."""
    return {one.name: one for one in targets}
