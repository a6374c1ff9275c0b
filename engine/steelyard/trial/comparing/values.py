"""Values of a ruleset, and its decision tables' rows, in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import cast

from steelyard.analysis.pretty import part
from steelyard.calendars import hours_text
from steelyard.calendars.hours import Hours
from steelyard.calendars.zones import day_of
from steelyard.diagnostics import InternalError, Message, msg
from steelyard.explain.phrases import phrase
from steelyard.explain.rules import grant_text
from steelyard.explain.terms import Name, Text, decimal_text, duration_text
from steelyard.explain.words import Words
from steelyard.facts.format import format_units
from steelyard.ir import types
from steelyard.ir.describe import describe
from steelyard.ir.expressions import Argument, Expr, Literal, Node, Parameter, Scale
from steelyard.ir.indicators import (
    AsMeasure,
    AtLeastGrant,
    Bands,
    Bounds,
    Clock,
    Curve,
    Grant,
    Met,
    MissingRule,
    OnMissing,
    PauseGrant,
    PointsExpression,
    Proportion,
    Steps,
    TargetGrant,
    WaiveGrant,
)
from steelyard.ir.ruleset import (
    SCORE_DIGITS,
    Grade,
    Group,
    Indicator,
    InputField,
    Label,
    Named,
    ParameterDeclaration,
    Recurring,
    Ruleset,
    Score,
    Table,
    TableRow,
)
from steelyard.ir.ruleset import Source as Origin
from steelyard.ir.types import DateTime, Duration, Number
from steelyard.ir.types import Text as TextType
from steelyard.model.scalars import WEEKDAYS
from steelyard.semantics.scope import RulesetScope
from steelyard.semantics.situations import Circumstances, Situation
from steelyard.semantics.weights import Weighing
from steelyard.trial.comparing.readers import Readers
from steelyard.trial.comparing.walk import conditions
from steelyard.trial.comparing.ways import way_text

_HUNDREDTHS = frozenset({"baseline", "points", "score"})
"""Whole numbers of this name are hundredths of points."""
_INPUTS = frozenset({"key", "not_before", "reference_date"})
"""Attributes that name an input."""


@dataclass(frozen=True)
class Side:
    """One of the two rulesets."""

    ruleset: Ruleset

    @cached_property
    def words(self) -> Words:
        """Its labels."""
        return Words(self.ruleset)

    @cached_property
    def readers(self) -> Readers:
        """What reads what in it."""
        return Readers(self.ruleset)

    @cached_property
    def indicators(self) -> Mapping[str, Indicator]:
        """Its indicators by id."""
        return {one.id: one for one in self.ruleset.indicators}

    def constant(self, expr: object) -> Fraction | None:
        """The value of a constant, or of a parameter; None where it depends on the case or has no value."""
        match expr:
            case Literal(value=int() as value):
                stored, kind = value, expr.type
            case Scale(operand=operand):
                return self.constant(operand)
            case Parameter(name=name):
                own = next((one for one in self.ruleset.parameters if one.id == name), None)
                if own is None or not isinstance(own.value, int):
                    return None
                stored, kind = own.value, own.type
            case _:  # it may depend on the case
                return None
        return Fraction(stored, 10**kind.scale) if isinstance(kind, Number) else Fraction(stored)

    def base_shares(self, score: Score) -> dict[str, Fraction]:
        """The shares in the base situation; none where they cannot be resolved without a case."""
        members = [self.indicators[one] for one in score.members]
        if not all(one.family is None and self.constant(one.weight) is not None for one in members):
            return {}
        try:
            situation = Weighing(self.ruleset, score, RulesetScope(self.ruleset)).resolve(Circumstances())
        except InternalError:  # a constant reads a parameter without a value
            return {}
        if not isinstance(situation, Situation):
            return {}
        return {unit: Fraction(n, situation.denominator) for (unit, _), n in situation.by_member.items()}


class TableWords(Words):
    """The words of a ruleset, with the columns of a table by `TABLE.COLUMN`."""

    def __init__(self, ruleset: Ruleset, table: Table) -> None:
        super().__init__(ruleset)
        columns = (*table.inputs, *table.carried)
        self._columns = {f"{table.id}.{one.id}": Name(one.id, one.label) for one in columns}

    def name(self, id: str) -> Name:  # noqa: A002 - the word
        """Return the label of a column, or of something in the ruleset."""
        return self._columns.get(id) or super().name(id)


def row_in_words(table: Table, row: TableRow, ruleset: Ruleset) -> Text:
    """The conditions of a table's row."""
    words = TableWords(ruleset, table)
    cells = tuple(phrase(one, words) for one in conditions(table, row))
    return msg("row {items}", items=cells) if cells else msg("row for any other case")


def _outputs(table: Table, values: tuple[object, ...], side: Side) -> Text:
    columns = (*table.inputs, *table.carried)
    said: list[Text] = []
    for output, value in zip(table.outputs, values, strict=True):
        match value:
            case None:
                shown: Text = msg("nothing")
            case Argument(position=position):
                shown = Name(columns[position].id, columns[position].label)
            case _:  # a value that is written
                shown = side.words.value(cast("int | str | bool | tuple[str, ...]", value), output.type)
        said.append(
            shown if len(table.outputs) == 1 else msg("{name} {value}", name=Name("", output.label), value=shown)
        )
    return msg("{items}", items=tuple(said))


def value_in_words(value: object, parent: object, attribute: str, side: Side) -> Text:  # noqa: C901 - a case a kind
    """A value in words, as a property of its parent."""
    words = side.words
    match value:
        case None:
            return msg("nothing")
        case bool():
            return msg("yes") if value else msg("no")
        case Node():
            return phrase(cast("Expr", value), words)
        case Clock():
            return _clock(value, words)
        case Label() if value.zh == value.en:
            return value.en
        case Label():
            return Name("", value)
        case Origin(title=title, clause=clause, url=url):
            parts = [Name("", one) for one in (title, clause) if one is not None]
            return msg("{items}", items=(*parts, *(() if url is None else (url,))))
        case Named() | Group():
            return Name(value.id, value.label)
        case Met() | Proportion() | Steps() | Bands() | Curve() | AsMeasure() | PointsExpression() if isinstance(
            parent, Indicator
        ):
            return way_text(value, parent.measure_type, words)
        case TargetGrant() | PauseGrant() | AtLeastGrant() | WaiveGrant():
            return grant_text(value, words)
        case TableRow(outputs=outputs) if isinstance(parent, Table):
            return _outputs(parent, outputs, side)
        case tuple() if isinstance(parent, Table) and attribute == "default":
            return _outputs(parent, cast("tuple[object, ...]", value), side)
        case TextType(values=values) if values:
            listed = tuple(words.value(one, value) for one in values)
            return msg("one of {items}", items=listed)
        case types.Number() | TextType() | types.Boolean() | types.Date() | DateTime() | Duration():
            return describe(value)
        case types.Days() | types.Region() | types.Regions():
            return describe(value)
        case types.Range(low=low, high=high):
            return _interval(low, high, parent, attribute, side)
        case Bounds(low=low, high=high) | Grade(low=low, high=high):
            scale = parent.digits if isinstance(parent, Score) else SCORE_DIGITS
            ends = [None if end is None else format_units(end, scale) for end in (low, high)]
            return f"[{ends[0] or ''}..{ends[1] or ''}]"
        case int():
            return _number(value, parent, attribute, side)
        case str() if attribute in _INPUTS:
            return words.name(value)
        case str():
            return words.value(value, parent.type) if isinstance(parent, ParameterDeclaration) else value
        case tuple() if attribute in {"closed", "open"}:
            return _list(tuple(str(day_of(cast("int", one))) for one in cast("tuple[object, ...]", value)))
        case tuple() if attribute == "years":
            return _list(tuple(str(one) for one in cast("tuple[object, ...]", value)))
        case tuple() if attribute == "weekend":
            return _list(tuple(WEEKDAYS[one] for one in cast("tuple[int, ...]", value)))
        case tuple() if attribute in {"weekday_hours", "half_days"}:
            days = cast("tuple[tuple[int, Hours], ...]", value)
            names = [WEEKDAYS[day] if attribute == "weekday_hours" else str(day_of(day)) for day, _ in days]
            return _list(
                tuple(
                    msg("{name} {value}", name=name, value=hours_text(hours) or msg("nothing"))
                    for name, (_, hours) in zip(names, days, strict=True)
                )
            )
        case tuple() if attribute == "hours":
            return hours_text(cast("tuple[tuple[int, int], ...]", value)) or msg("nothing")
        case tuple() if all(isinstance(one, str) for one in cast("tuple[object, ...]", value)):
            return _list(tuple(words.name(one) for one in cast("tuple[str, ...]", value)))
        case tuple() if all(isinstance(one, Named | Group) for one in cast("tuple[object, ...]", value)):
            named = cast("tuple[Named | Group, ...]", value)
            return _list(tuple(Name(one.id, one.label) for one in named))
        case MissingRule(action=OnMissing.WAIVE):
            return msg("not scored")
        case MissingRule(action=OnMissing.REJECT):
            return msg("the case is rejected")
        case MissingRule(score=score):
            return msg("{points} points", points=decimal_text(Fraction(score or 0, 10**SCORE_DIGITS)))
        case tuple() if isinstance(parent, Table) and attribute in {"inputs", "outputs"}:
            columns = parent.inputs if attribute == "inputs" else parent.outputs
            return _list(tuple(Name(one.id, one.label) for one in columns))
        case tuple() if isinstance(parent, Table) and attribute == "rows":
            return msg("{count} {count:row|rows}", count=len(cast("tuple[object, ...]", value)))
        case tuple() if attribute == "grants":
            return _list(tuple(grant_text(one, words) for one in cast("tuple[Grant, ...]", value)))
        case Mapping():
            items = cast("Mapping[str, object]", value)
            shown = ((words.name(key), value_in_words(one, items, key, side)) for key, one in items.items())
            return _list(tuple(msg("{name} {value}", name=name, value=one) for name, one in shown))
        case _:  # as the language writes it
            return part(value, side.ruleset)


def _list(items: tuple[Text, ...]) -> Text:
    return msg("{items}", items=items) if items else msg("nothing")


def _clock(clock: Clock, words: Words) -> Message:
    start, stop = phrase(clock.start, words), phrase(clock.stop, words)
    if clock.until is None:
        return msg("the time from {start} to {stop}", start=start, stop=stop)
    until = phrase(clock.until, words)
    return msg(
        "the time from {start} to {stop}, or to {until} where it is missing", start=start, stop=stop, until=until
    )


def _number(value: int, parent: object, attribute: str, side: Side) -> Text:
    match parent:
        case ParameterDeclaration(type=kind) if attribute == "default":
            return side.words.value(value, kind)
        case Grade():
            digits = next((each.digits for each in side.ruleset.scores if parent in each.grades), SCORE_DIGITS)
            return format_units(value, digits)
        case Recurring() if attribute == "duration":
            return duration_text(value)
        case _ if attribute == "open_at_most":
            return duration_text(value)
        case _ if attribute in _HUNDREDTHS or isinstance(parent, Bounds):
            return decimal_text(Fraction(value, 10**SCORE_DIGITS))
        case _:  # a count
            return str(value)


def _interval(low: int | None, high: int | None, parent: object, attribute: str, side: Side) -> Text:
    if attribute == "effective":
        ends: list[Text | None] = [None if end is None else str(day_of(end)) for end in (low, high)]
    elif isinstance(parent, InputField | ParameterDeclaration):
        ends = [None if end is None else side.words.value(end, parent.type) for end in (low, high)]
    elif isinstance(parent, Clock):
        ends = [None if end is None else duration_text(end) for end in (low, high)]
    else:
        ends = [None if end is None else str(end) for end in (low, high)]
    return msg("[{low} to {high}]", low=ends[0] or "…", high=ends[1] or "…")
