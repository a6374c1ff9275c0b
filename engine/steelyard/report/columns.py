"""The columns of a result (LANGUAGE.md section 11): which there are, of which type, and a case's values.

Values are as stored (ir/types.py): integers of a fixed scale, microseconds, text. `csv_text` and
`json_value` write them: numbers with exactly their scale, durations in ISO 8601, lists joined by `;` in
CSV and as arrays elsewhere. A family is one column: a list of its rows, each with measure, target, score,
share and points lost; in CSV `ROW=SCORE`.

The reason of an unscored case stands in `reasons`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from steelyard.calendars.zones import Zone, zone
from steelyard.facts.format import format_value
from steelyard.ir.expressions import Stored, TableCall
from steelyard.ir.ruleset import LEDGER_DIGITS, SCORE_DIGITS, HitPolicy, Indicator, Method, Output, Ruleset, Score
from steelyard.ir.types import Number, Regions, Text, Type
from steelyard.semantics.outcome import IndicatorOutcome, IndicatorShare, Outcome

LISTS = frozenset({HitPolicy.RULE_ORDER, HitPolicy.OUTPUT_ORDER, HitPolicy.COLLECT})
_SHARED = frozenset({Method.WEIGHTED_MEAN, Method.SUM, Method.LOWEST, Method.HIGHEST})
_TEXT, _COUNT = Text(), Number(0)


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    Attributes:
        type: of its value, or of each item.
        many: whether it holds a list.
        fields: of a family: what each item holds; the first is the row's id.
    """

    name: str
    type: Type
    many: bool = False
    fields: tuple[Column, ...] = ()


CellValue = Stored | tuple[object, ...] | None
"""A stored value, None where empty, a tuple for a list; a family's item is a tuple in the order of its fields."""


def schema(ruleset: Ruleset) -> tuple[Column, ...]:
    """The columns of a ruleset's results, in their order."""
    found = [Column(ruleset.key, _TEXT)]
    found += [Column(name, _TEXT) for name in ("ruleset", "version", "digest", "status")]
    for score in ruleset.scores:
        found.append(Column(_of(ruleset, "score", score), Number(score.digits)))
        found.append(Column(_of(ruleset, "grade", score), _TEXT))
    found += [Column(_of(ruleset, "shares", score), _COUNT) for score in ruleset.scores]
    for indicator in ruleset.indicators:
        parts = _parts(ruleset, indicator)
        if indicator.family is None:
            found += [Column(f"{indicator.id}.{part.name}", part.type) for part in parts]
        else:
            found.append(Column(indicator.id, _TEXT, many=True, fields=(Column("row", _TEXT), *parts)))
    found += [_output_column(ruleset, output) for output in ruleset.outputs]
    return (*found, *(Column(name, _TEXT, many=True) for name in ("fired", "reasons", "missing")))


Shares = Mapping[str, Mapping[tuple[str, str | None], IndicatorShare]]
"""What each member has of each score: by score, then by indicator and row."""


def columns(ruleset: Ruleset, outcome: Outcome, digest: str) -> dict[str, CellValue]:
    """A case's values by column, in the order of `schema`."""
    scores = {score.id: score for score in outcome.scores}
    shares = {score.id: {(share.id, share.row): share for share in score.shares} for score in outcome.scores}
    results: dict[str, list[IndicatorOutcome]] = {}
    for one in outcome.indicators:
        results.setdefault(one.id, []).append(one)
    found: dict[str, CellValue] = {
        ruleset.key: outcome.key,
        "ruleset": ruleset.id,
        "version": ruleset.version,
        "digest": digest,
        "status": outcome.status.value,
    }
    for score in ruleset.scores:
        result = scores.get(score.id)
        final = None if result is None else result.final
        found[_of(ruleset, "score", score)] = None if final is None else final.value
        found[_of(ruleset, "grade", score)] = None if result is None else result.grade
    for score in ruleset.scores:
        result = scores.get(score.id)
        found[_of(ruleset, "shares", score)] = None if result is None else result.denominator
    for indicator in ruleset.indicators:
        own = results.get(indicator.id, [])
        names = [part.name for part in _parts(ruleset, indicator)]
        if indicator.family is not None:
            found[indicator.id] = tuple((one.row, *_values(ruleset, indicator, one, shares)) for one in own)
        else:
            values = _values(ruleset, indicator, own[0], shares) if own else (None,) * len(names)
            found.update({f"{indicator.id}.{name}": value for name, value in zip(names, values, strict=True)})
    outputs = {output.id: output.value for output in outcome.outputs}
    for output in ruleset.outputs:
        found[output.id] = outputs.get(output.id)
    found["fired"] = tuple(sorted(fired.rule for fired in outcome.fired))
    found["reasons"] = _reasons(outcome)
    found["missing"] = outcome.missing
    return found


def texts(ruleset: Ruleset, outcome: Outcome, digest: str) -> dict[str, str]:
    """A case's values as a CSV file holds them."""
    here = zone(ruleset.timezone)
    values = columns(ruleset, outcome, digest)
    return {column.name: csv_text(column, values[column.name], here) for column in schema(ruleset)}


def csv_text(column: Column, value: CellValue, here: Zone) -> str:
    """A value for a CSV file; empty for None."""
    if value is None:
        return ""
    if not column.many:
        return format_value(_stored(value), column.type, here)
    items = value if isinstance(value, tuple) else (value,)
    return ";".join(_item_text(column, item, here) for item in items)


def json_value(column: Column, value: CellValue, here: Zone) -> object:
    """A value for a JSON line: text with exactly its digits, counts and booleans as they are, lists as arrays."""
    if value is None:
        return None
    if not column.many:
        return _scalar(column.type, _stored(value), here)
    items = value if isinstance(value, tuple) else (value,)
    return [_json_item(column, item, here) for item in items]


def _json_item(column: Column, item: object, here: Zone) -> object:
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


def _item_text(column: Column, item: object, here: Zone) -> str:
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


def _of(ruleset: Ruleset, name: str, score: Score) -> str:
    """`score`, or `score.NAME` where scores have names."""
    return name if _single(ruleset) else f"{name}.{score.id}"


def _single(ruleset: Ruleset) -> bool:
    return len(ruleset.scores) == 1 and ruleset.scores[0].id == "score"


def _parts(ruleset: Ruleset, indicator: Indicator) -> tuple[Column, ...]:
    """The columns of an indicator without its id: measure, target, score, then share and lost per score."""
    target = indicator.measure_type if indicator.target is None else indicator.target.type
    found = [Column("measure", indicator.measure_type), Column("target", target), Column("score", Number(SCORE_DIGITS))]
    for score in _scores_of(ruleset, indicator):
        found.append(Column(_of(ruleset, "share", score), _COUNT))
        found.append(Column(_of(ruleset, "lost", score), Number(LEDGER_DIGITS)))
    return tuple(found)


def _scores_of(ruleset: Ruleset, indicator: Indicator) -> list[Score]:
    """The scores that the indicator belongs to; with a single score that one, always."""
    if _single(ruleset):
        return list(ruleset.scores)
    return [score for score in ruleset.scores if indicator.id in score.members and score.method in _SHARED]


def _values(ruleset: Ruleset, indicator: Indicator, result: IndicatorOutcome, shares: Shares) -> tuple[CellValue, ...]:
    found: list[CellValue] = [result.measure, result.target, result.score]
    for score in _scores_of(ruleset, indicator):
        own = shares.get(score.id, {}).get((result.id, result.row))
        found += (None, None) if own is None else (own.share, own.lost.value)
    return tuple(found)


def _reasons(outcome: Outcome) -> tuple[str, ...]:
    """Reason codes of every score, in order, each once; of an unscored case why it is."""
    if outcome.reason is not None:
        return (outcome.reason,)
    return tuple(dict.fromkeys(code for score in outcome.scores for code in score.reasons))


def _output_column(ruleset: Ruleset, output: Output) -> Column:
    tables = {table.id: table for table in ruleset.tables}
    call = output.value
    return Column(output.id, call.type, many=isinstance(call, TableCall) and tables[call.table].hit in LISTS)
