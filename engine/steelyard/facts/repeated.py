"""Tells rows of one key that are one case, and says why others are none. Both intakes use it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from steelyard.diagnostics import Message, msg
from steelyard.facts.assembly import key_field
from steelyard.facts.fields import Fault, quoted
from steelyard.facts.problem import Problem
from steelyard.facts.reading import Place
from steelyard.ir.expressions import Stored
from steelyard.ir.ruleset import InputField
from steelyard.ir.types import Number, Text
from steelyard.ir.versions import Versions

_NAMED = 5
"""How many lines of one key are named at most."""


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row of a case file: its place, its values, and its fault if it has one."""

    place: Place
    values: Mapping[str, Stored]
    fault: Fault | None


def differing_column(versions: Versions, one: ReadRow, other: ReadRow) -> str | None:
    """Return the first column in which two rows of a key differ.

    Returns:
        The column, as declared; None where the rows agree in every input. A row that is at fault agrees only with
        others that are, and each of them is rejected for its own fault.
    """
    for ruleset in reversed(versions.rulesets):
        for field in ruleset.inputs:
            if one.values.get(field.id) != other.values.get(field.id):
                return field.column
    fault = one.fault or other.fault
    return None if fault is None or (one.fault and other.fault) else fault.where


def stands_twice(versions: Versions, key: str, count: int, lines: Sequence[int], *, agree: bool) -> Fault:
    """Return the fault of rows whose key stands on several lines.

    Args:
        versions: the versions of the ruleset.
        key: the key.
        count: the number of lines.
        lines: the first of them.
        agree: whether the rows agree in every input.
    """
    field = key_field(versions.newest)
    named, more = ", ".join(map(str, lines[:_NAMED])), count - _NAMED
    expected = (
        msg("a key that stands once, but it stands on lines {lines}", lines=named)
        if more <= 0
        else msg("a key that stands once, but it stands on lines {lines} and {more} more", lines=named, more=more)
    )
    hint = _ONE_CASE if agree else _own_cases(versions, field)
    return Fault(field.column, quoted(field, key), Problem(expected, hint))


_ONE_CASE = msg(
    "the rows agree in every input: if they are one case, write `{line}` under `cases` in a file of `--intake`",
    line="rows: distinct",
)


def _own_cases(versions: Versions, field: InputField) -> Message | None:
    """Say how rows that differ get keys of their own; a number is one only where no rows of relations name the key."""
    if isinstance(field.type, Text):
        return msg(
            "if each row is a case of its own, let several columns be the key: write `{line}` under `cases` in a file "
            "of `--intake`",
            line="key: {columns: [A, B]}",
        )
    named = any(one.of_case is not None for each in versions.rulesets for one in each.relations)
    if named or not isinstance(field.type, Number):
        return None
    return msg(
        "if each row is a case of its own, let its number be the key: write `{line}` under `cases` in a file of "
        "`--intake`",
        line="key: row_number",
    )


def rows_differ(versions: Versions, field: InputField, key: str, one: ReadRow, other: ReadRow) -> Fault:
    """Return the fault of the rows of a key that are not one case, as two of them show."""
    expected = msg(
        "rows of one case that agree, but {first} and {other} differ in `{column}`",
        first=f"{one.place.file}:{one.place.line}",
        other=f"{other.place.file}:{other.place.line}",
        column=differing_column(versions, one, other) or "",
    )
    return Fault(field.column, quoted(field, key), Problem(expected))


def counted_once(rows: int, repeated: int) -> Message:
    """Say how many cases the rows of the case files gave, rejected ones among them."""
    return msg(
        "{rows} {rows:row|rows} of the files of cases gave {cases} {cases:case|cases}: {repeated} "
        "{repeated:repeats|repeat} an earlier row in every input",
        rows=rows,
        cases=rows - repeated,
        repeated=repeated,
    )
