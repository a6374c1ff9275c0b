"""The ids of relation rows in results, as SQL; the same as in facts/relations.py."""

from __future__ import annotations

from collections.abc import Sequence

from steelyard.facts.bulk import sql
from steelyard.facts.bulk.rows import ROW, Rows
from steelyard.facts.bulk.sources import FILE
from steelyard.ir.ruleset import Relation
from steelyard.ir.types import Boolean, Date, Days, Number, Region, Text, Type


def writable(relation: Relation) -> bool:
    """Return whether SQL can compute the relation's ids."""
    kind = next((one.type for one in relation.fields if one.id == relation.row_id), None)
    return kind is None or isinstance(kind, Text | Region | Number | Days | Date | Boolean)


def row_id(relation: Relation, read: Rows, starts: Sequence[int]) -> str:
    """Return the SQL for a row's id: the text of its id field, else its number among all rows, from 1."""
    offsets = sql.listed(map(str, starts))
    first = str(starts[0]) if len(starts) <= 2 else f"[{offsets}][{ROW} // {FILE} + 1]"
    number = f"CAST({first} + {ROW} % {FILE} + 1 AS VARCHAR)"
    field = next((one for one in relation.fields if one.id == relation.row_id), None)
    return number if field is None else f"coalesce({_text(read.value(field.id), field.type)}, {number})"


def _text(value: str, kind: Type) -> str:
    match kind:
        case Text() | Region():
            return value
        case Boolean():
            return f"CASE WHEN {value} THEN 'true' WHEN NOT {value} THEN 'false' END"
        case Date():
            return f"CAST(DATE '1970-01-01' + CAST({value} AS INTEGER) AS VARCHAR)"
        case Number(scale) if scale > 0:
            one, size = 10**scale, f"abs({value})"
            fraction = f"lpad(CAST({size} % {one} AS VARCHAR), {scale}, '0')"
            return f"CASE WHEN {value} < 0 THEN '-' ELSE '' END || {size} // {one} || '.' || {fraction}"
        case _:  # its text is that of the stored value
            return f"CAST({value} AS VARCHAR)"
