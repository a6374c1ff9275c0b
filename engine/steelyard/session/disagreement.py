"""What two engines say of a case where they do not agree, in words that a reader can compare."""

# pyarrow ships no types
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from steelyard.diagnostics import Message, msg

if TYPE_CHECKING:
    from steelyard.facts import Case
    from steelyard.ir.result_columns import ResultColumn
    from steelyard.ir.types import Type
    from steelyard.ir.versions import Versions
    from steelyard.report.columns import CellValue
    from steelyard.report.results import Results
    from steelyard.semantics import Outcome

STATUS, REJECTED, NOTHING = "status", "rejected", "–"
SHOWN = 20
"""So many columns are shown of a case."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A case, and by column what the portfolio engine says of it and what a checker says."""

    case: Case
    checker: str
    columns: tuple[tuple[str, str, str], ...]

    def messages(self, versions: Versions, engine: str) -> Iterator[Message]:
        """What to tell; `engine` is the name of the portfolio engine."""
        yield msg("the engines disagree about the case `{key}`", key=self.case.key)
        for column, said, other in self.columns[:SHOWN]:
            yield msg(
                "`{column}`: {engine} says {said}, {checker} says {other}",
                column=column,
                engine=engine,
                said=said,
                checker=self.checker,
                other=other,
            )
        if len(self.columns) > SHOWN:
            yield msg("and {count} more {count:column|columns}", count=len(self.columns) - SHOWN)
        yield msg("the case: {case}", case="; ".join(_facts(self.case, versions)))


def compared(  # noqa: PLR0917 - both sides of a comparison
    results: Results,
    columns: Sequence[ResultColumn],
    case: Case,
    row: Mapping[str, object] | None,
    checker: str,
    outcome: Outcome,
    said: Outcome | None = None,
) -> Disagreement | None:
    """What differs, by column; of a rejected case only that it is. None where nothing does.

    Args:
        results: the columns of the versions that the case was scored under.
        columns: of the row, as its file has them.
        case: what was scored.
        row: the result that was written, as Arrow gives it; None where the case was rejected.
        checker: the name of the other engine.
        outcome: what it says.
        said: what the engine that scored says, where it gave an outcome. Where it differs from `outcome` in nothing
            that a column shows, both are shown as they are.
    """
    expected = results.row(case, outcome)
    status = str(expected[STATUS])
    if row is None or status == REJECTED:
        told = REJECTED if row is None else str(row[STATUS])
        found = () if told == status else ((STATUS, told, status),)
    else:
        found = _different(columns, row, expected)
    if not found and said is not None and said != outcome:
        found = (("outcome", repr(said), repr(outcome)),)
    return Disagreement(case, checker, found) if found else None


def _different(
    columns: Sequence[ResultColumn], row: Mapping[str, object], expected: Mapping[str, CellValue]
) -> tuple[tuple[str, str, str], ...]:
    """The columns in which two results differ."""
    from steelyard.report.arrow import UnfitError, arrow_table

    types = {column.name: column.type for column in columns}
    try:
        (other,) = arrow_table(columns, [expected]).to_pylist()
    except UnfitError as error:
        name = error.path[0]
        return ((name, _shown(row.get(name), types[name]), str(error.message)),)
    return tuple(
        (name, _shown(row.get(name), types[name]), _shown(value, types[name]))
        for name, value in other.items()
        if value != row.get(name)
    )


def _shown(value: object, type_: Type) -> str:
    from steelyard.calendars.zones import zone
    from steelyard.facts.format import Style, format_value
    from steelyard.ir.types import Duration

    match value:
        case None:
            return NOTHING
        case bool():
            return "true" if value else "false"
        case list():
            return f"[{', '.join(_shown(one, type_) for one in value)}]"
        case dict():
            return f"({', '.join(f'{name} {_shown(one, type_)}' for name, one in value.items())})"
        case int() if isinstance(type_, Duration):
            return format_value(value, type_, zone("UTC"), Style.READER)
        case datetime():
            return value.isoformat()
        case _:
            return str(value)


def _facts(case: Case, versions: Versions) -> Iterator[str]:
    """The inputs as a file holds them, and the rows that may belong to the case."""
    from steelyard.calendars.zones import zone
    from steelyard.facts.format import format_value

    version = versions.of(case.values) or versions.newest
    here = zone(version.timezone)
    for field in version.inputs:
        if field.id in case.values:
            yield f"{field.id} = {format_value(case.values[field.id], field.type, here)}"
    for relation in version.relations:
        rows = case.rows.get(relation.id, ())
        if rows and relation.of_case is not None:
            yield f"{relation.id}: {', '.join(row.id for row in rows)}"
