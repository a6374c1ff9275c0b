"""Rows of results as lines of CSV and JSON, in DuckDB's SQL: the only writer of these formats.

DuckDB's own writers quote more fields and omit blanks.
"""

from __future__ import annotations

from collections.abc import Sequence
from json import dumps

from steelyard.calendars.zones import Zone
from steelyard.engines.sql.texts import plain_text
from steelyard.facts.bulk import sql
from steelyard.ir.result_columns import PARQUET_DIGITS, ResultColumn
from steelyard.ir.types import Boolean, Date, DateTime, Days, Duration, Number, Region, Regions, Text, Type
from steelyard.source import csv_lines

_NULL, _END = "'null'", "'}'"
_CONTROLS = "".join(map(chr, range(32)))


def csv_head(targets: Sequence[ResultColumn]) -> str:
    """The header line of a CSV file."""
    return csv_lines.csv_line((one.name for one in targets), end="")


def csv_line(targets: Sequence[ResultColumn], here: Zone, *, safe: bool = False) -> str:
    """A CSV line of a row's published values.

    Args:
        targets: the columns, by name.
        here: the time zone in which instants are written.
        safe: an apostrophe stands before texts that a spreadsheet may take for formulas.
    """
    fields = ", ',', ".join(_csv(one, here, safe=safe and one.is_text) for one in targets)
    return f"concat({fields})"


def json_line(targets: Sequence[ResultColumn], here: Zone) -> str:
    """A JSON line of a row's published values; decimals are text. `targets` and `here` are as in `csv_line`."""
    return _object([(one.name, _json(sql.name(one.name), one, here)) for one in targets])


def sheet_value(target: ResultColumn, here: Zone) -> str:
    """A value for a cell of a workbook: an instant in microseconds, a list as its text in CSV, others as they are."""
    value = sql.name(target.name)
    if target.many or isinstance(target.type, Regions):
        return _unquoted(target, here)
    return f"epoch_us({value})" if isinstance(target.type, DateTime) and not target.textual else value


def _csv(target: ResultColumn, here: Zone, *, safe: bool) -> str:
    text = _unquoted(target, here)
    return _quoted(text, safe=safe) if target.many or isinstance(target.type, Text | Region | Regions) else text


def _unquoted(target: ResultColumn, here: Zone) -> str:
    """The text of a value; items of lists are separated by `;`."""
    value = sql.name(target.name)
    if target.fields:
        score = next(one for one in target.fields if one.name == "score")
        item = f"_e.\"row\" || '=' || coalesce({_text('_e.score', score.type, here)}, '')"
    elif target.many:
        item = f"coalesce({_text('_e', _held(target), here)}, '')"
    else:
        return _text(value, _held(target), here)
    return sql.joined(value, ";", item)


def _quoted(text: str, *, safe: bool) -> str:
    """A text that may hold what separates fields, or (`safe`) begin as a formula."""
    if safe:
        formula = f"regexp_matches({text}, {sql.literal(csv_lines.FORMULA)})"
        text = f"({sql.when(formula, f'{sql.literal(csv_lines.MARK)} || {text}', text)})"
    special = f"regexp_matches({text}, {sql.literal(csv_lines.QUOTED)})"
    return sql.when(special, f"""'"' || replace({text}, '"', '""') || '"'""", text)


def _json(value: str, target: ResultColumn, here: Zone) -> str:
    if target.fields:
        item = _object([(one.name, _json(f"_e.{sql.name(one.name)}", one, here)) for one in target.fields])
        return _array(value, item)
    if target.many:
        return _array(value, f"coalesce({_scalar('_e', _held(target), here)}, {_NULL})")
    return f"coalesce({_scalar(value, _held(target), here)}, {_NULL})"


def _held(target: ResultColumn) -> Type:
    """The type of the values in the file. The text of a number is cast as the number would be."""
    return Text() if target.textual and not isinstance(target.type, Number) else target.type


def _scalar(value: str, type_: Type, here: Zone) -> str:
    match type_:
        case Number(scale=0) | Boolean():
            return f"CAST({value} AS VARCHAR)"
        case Text() | Region():
            return _escaped(value)
        case Regions():
            return f"'[' || {sql.joined(value, ', ', _escaped('_e'))} || ']'"
        case Number() | Date() | DateTime() | Duration() | Days():
            return f"""'"' || {_text(value, type_, here)} || '"'"""


def _array(value: str, item: str) -> str:
    return f"coalesce('[' || {sql.joined(value, ', ', item)} || ']', {_NULL})"


def _object(fields: Sequence[tuple[str, str]]) -> str:
    parts: list[str] = []
    for name, value in fields:
        before = ", " if parts else "{"
        parts += [sql.literal(f"{before}{dumps(name, ensure_ascii=False)}: "), value]
    return f"concat({sql.listed((*parts, _END))})"


def _escaped(text: str) -> str:
    """A JSON string, with escapes where JSON requires them."""
    escaped = text
    for sign in ("\\", '"', *_CONTROLS):
        escaped = f"replace({escaped}, chr({ord(sign)}), {sql.literal(dumps(sign)[1:-1])})"
    special = f"regexp_matches({text}, '[\\x00-\\x1f\"\\\\]')"
    return f"""'"' || {sql.when(special, escaped, text)} || '"'"""


def _text(value: str, type_: Type, here: Zone) -> str:
    """The text of a published value."""
    match type_:
        case Number(scale) if scale > PARQUET_DIGITS:
            return value
        case Number() | Date():
            return f"CAST({value} AS VARCHAR)"
        case DateTime():
            return plain_text(f"epoch_us({value})", type_, here)
        case Text() | Boolean() | Duration() | Days() | Region() | Regions():
            return plain_text(value, type_, here)
