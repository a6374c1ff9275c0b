"""The values of a case by result column (ir/result_columns.py), and how files write them.

Values are as stored (ir/types.py): integers of a fixed scale, microseconds, text. `csv_text` and
`json_value` write them: numbers with exactly their scale, durations in ISO 8601, lists joined by `;` in
CSV and as arrays elsewhere. Of a family CSV has `ROW=SCORE` for each row.

The reason of an unscored case stands in `reasons`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import assert_never

from steelyard.calendars.zones import Zone
from steelyard.diagnostics import InternalError
from steelyard.facts.format import format_value
from steelyard.ir.expressions import Stored
from steelyard.ir.result_columns import Content, Origin, ResultColumn, result_columns
from steelyard.ir.ruleset import SCORE_DIGITS, Ruleset
from steelyard.ir.types import Number, Regions, Type
from steelyard.semantics.outcome import IndicatorOutcome, IndicatorShare, Outcome

CellValue = Stored | tuple[object, ...] | None
"""A stored value, None where empty, a tuple for a list; a family's item is a tuple in the order of its fields."""


def columns(
    ruleset: Ruleset,
    outcome: Outcome,
    digest: str,
    head: Sequence[ResultColumn] | None = None,
    inputs: Mapping[str, Stored] | None = None,
) -> dict[str, CellValue]:
    """A case's values by column.

    Args:
        ruleset: the case was scored under.
        outcome: of the case.
        digest: of the ruleset.
        head: `result_columns(ruleset)`, where it is at hand; with inputs that a run adds.
        inputs: the values of the case, for such columns.
    """
    case = _Case(ruleset, outcome, digest, inputs or {})
    return {column.name: case.value(column) for column in (result_columns(ruleset) if head is None else head)}


class _Case:
    """A case's outcome, indexed by what columns ask of it."""

    def __init__(self, ruleset: Ruleset, outcome: Outcome, digest: str, inputs: Mapping[str, Stored]) -> None:
        self._ruleset = ruleset
        self._inputs = inputs
        self._outcome = outcome
        self._digest = digest
        self._scores = {score.id: score for score in outcome.scores}
        self._shares = {(score.id, share.id, share.row): share for score in outcome.scores for share in score.shares}
        self._outputs = {output.id: output.value for output in outcome.outputs}
        self._indicators: dict[str, list[IndicatorOutcome]] = {}
        for one in outcome.indicators:
            self._indicators.setdefault(one.id, []).append(one)

    def value(self, column: ResultColumn) -> CellValue:
        """The value of a column."""
        outcome, origin = self._outcome, _origin(column)
        match origin.content:
            case Content.KEY:
                return outcome.key
            case Content.RULESET:
                return self._ruleset.id
            case Content.VERSION:
                return self._ruleset.version
            case Content.DIGEST:
                return self._digest
            case Content.STATUS:
                return outcome.status.value
            case Content.SCORE | Content.GRADE | Content.SHARES:
                return self._of_score(origin)
            case Content.FAMILY:
                rows = self._indicators.get(origin.id, ())
                return tuple(tuple(self._of_indicator(field, one) for field in column.fields) for one in rows)
            case (
                Content.ROW | Content.MEASURE | Content.TARGET | Content.INDICATOR_SCORE | Content.SHARE | Content.LOST
            ):
                found = self._indicators.get(origin.id)
                return None if found is None else self._of_indicator(column, found[0])
            case Content.OUTPUT:
                return self._outputs.get(origin.id)
            case Content.INPUT:
                return self._inputs.get(origin.id)
            case Content.FIRED:
                return tuple(sorted(fired.rule for fired in outcome.fired))
            case Content.REASONS:
                return _reasons(outcome)
            case Content.MISSING:
                return outcome.missing
            case _:
                assert_never(origin.content)

    def _of_score(self, origin: Origin) -> CellValue:
        """A value of a score; None where the case does not have it."""
        score = self._scores.get(origin.score)
        if score is None or origin.content is Content.GRADE:
            return None if score is None else score.grade
        if origin.content is Content.SHARES:
            return score.denominator
        return None if score.final is None else score.final.value

    def _of_indicator(self, column: ResultColumn, result: IndicatorOutcome) -> CellValue:
        """A value of an indicator, or of one row of a family."""
        origin = _origin(column)
        match origin.content:
            case Content.ROW:
                return result.row
            case Content.MEASURE:
                return result.measure
            case Content.TARGET:
                return result.target
            case Content.INDICATOR_SCORE:
                return result.score
            case Content.SHARE:
                share = self._share(origin, result)
                return None if share is None else share.share
            case Content.LOST:
                share = self._share(origin, result)
                return None if share is None else share.lost.value
            case content:
                raise InternalError(f"{content} is nothing of an indicator")

    def _share(self, origin: Origin, result: IndicatorOutcome) -> IndicatorShare | None:
        return self._shares.get((origin.score, result.id, result.row))


def _origin(column: ResultColumn) -> Origin:
    if column.origin is None:
        raise InternalError(f"`{column.name}` is no column of a ruleset's results")
    return column.origin


def csv_text(column: ResultColumn, value: CellValue, here: Zone) -> str:
    """A value for a CSV file; empty for None."""
    if value is None:
        return ""
    if not column.many:
        return format_value(_stored(value), column.type, here)
    items = value if isinstance(value, tuple) else (value,)
    return ";".join(_item_text(column, item, here) for item in items)


def json_value(column: ResultColumn, value: CellValue, here: Zone) -> object:
    """A value for a JSON line: text with exactly its digits, counts and booleans as they are, lists as arrays."""
    if value is None:
        return None
    if not column.many:
        return _scalar(column.type, _stored(value), here)
    items = value if isinstance(value, tuple) else (value,)
    return [_json_item(column, item, here) for item in items]


def _json_item(column: ResultColumn, item: object, here: Zone) -> object:
    if column.fields and isinstance(item, tuple):
        parts: tuple[CellValue, ...] = item  # pyright: ignore[reportUnknownVariableType] - of columns()
        return {field.name: json_value(field, part, here) for field, part in zip(column.fields, parts, strict=True)}
    return None if item is None else _scalar(column.type, _stored(item), here)


def _scalar(type: Type, value: Stored, here: Zone) -> object:  # noqa: A002 - the word
    if isinstance(value, bool):
        return value
    if isinstance(type, Regions) and isinstance(value, tuple):
        return list(value)
    if isinstance(type, Number) and type.scale == 0:
        return value
    return format_value(value, type, here)


def _item_text(column: ResultColumn, item: object, here: Zone) -> str:
    if column.fields and isinstance(item, tuple):
        parts: tuple[CellValue, ...] = item  # pyright: ignore[reportUnknownVariableType] - of columns()
        by_name = dict(zip((field.name for field in column.fields), parts, strict=True))
        score = by_name["score"]
        shown = "" if score is None else format_value(_stored(score), Number(SCORE_DIGITS), here)
        return f"{by_name['row']}={shown}"
    return "" if item is None else format_value(_stored(item), column.type, here)


def _stored(value: object) -> Stored:
    if isinstance(value, int | str):
        return value
    if isinstance(value, tuple):
        return tuple(str(part) for part in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    raise TypeError(f"{value!r} is no stored value")


def _reasons(outcome: Outcome) -> tuple[str, ...]:
    """Reason codes of every score, in order, each once; of an unscored case why it is."""
    if outcome.reason is not None:
        return (outcome.reason,)
    return tuple(dict.fromkeys(code for score in outcome.scores for code in score.reasons))
