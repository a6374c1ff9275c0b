"""Small rulesets by hand: everything has a default, a test says what it is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from steelyard.facts.case import Case, Row
from steelyard.ir.expressions import (
    Add,
    Comparator,
    Compare,
    Define,
    Expr,
    Field,
    IndicatorPart,
    Input,
    Literal,
    OneRow,
    OpenEnd,
    OwnMeasure,
    OwnTarget,
    Parameter,
    Part,
    ScoreValue,
    Stored,
)
from steelyard.ir.ruleset import (
    Adjustment,
    AsMeasure,
    Better,
    Bounds,
    Definition,
    Effect,
    Exemption,
    Group,
    Indicator,
    InputField,
    Label,
    Limit,
    Method,
    Output,
    ParameterDeclaration,
    PointsRule,
    Range,
    Relation,
    Ruleset,
    Score,
    Table,
    TableInput,
    TableOutput,
    TableRow,
    Unscored,
    Waived,
    Weights,
)
from steelyard.ir.types import Boolean, DateTime, Duration, Number, Text, Type
from steelyard.semantics import Evaluation, Outcome, evaluate, prepare, run

BOOLEAN, TEXT, DURATION, INTEGER, POINTS = Boolean(), Text(), Duration(), Number(0), Number(2)
INSTANT, OPEN_INSTANT = DateTime(), DateTime(open=True)
HOUR = 3_600_000_000
TRUE = Literal(True, type=BOOLEAN)
FALSE = Literal(False, type=BOOLEAN)


def number(value: int | None, scale: int = 0) -> Literal:
    return Literal(value, type=Number(scale))


def lit(value: Stored | None, type_: Type) -> Literal:
    return Literal(value, type=type_)


def read(name: str, type_: Type = INTEGER) -> Input:
    return Input(name, type=type_)


def flag(name: str) -> Input:
    return Input(name, type=BOOLEAN)


def field(relation: str, name: str, type_: Type = INTEGER) -> Field:
    return Field(relation, name, type=type_)


def one_row(relation: str, name: str, type_: Type = INTEGER) -> OneRow:
    return OneRow(relation, name, type=type_)


def define(name: str, type_: Type = INTEGER) -> Define:
    return Define(name, type=type_)


def parameter(name: str, type_: Type = INTEGER) -> Parameter:
    return Parameter(name, type=type_)


def part(indicator_: str, which: Part, type_: Type = POINTS) -> IndicatorPart:
    return IndicatorPart(indicator_, which, type=type_)


def score_value(name: str = "score", scale: int = 2) -> ScoreValue:
    return ScoreValue(name, type=Number(scale))


def compare(left: Expr, comparator: str, right: Expr) -> Compare:
    return Compare(Comparator(comparator), left, right, type=BOOLEAN)


def plus(left: Expr, right: Expr) -> Add:
    return Add(left, right, type=left.type)


def open_end(operand: Expr) -> OpenEnd:
    return OpenEnd(operand, type=INSTANT)


def own_target(type_: Type = INTEGER) -> OwnTarget:
    return OwnTarget(type=type_)


def own_measure(type_: Type = INTEGER) -> OwnMeasure:
    return OwnMeasure(type=type_)


def label(text: str) -> Label:
    return Label(text, text)


def input_field(name: str, type_: Type = INTEGER) -> InputField:
    return InputField(id=name, label=label(name), type=type_, column=name, optional=True)


def relation(name: str, fields: Mapping[str, Type], **changes: Any) -> Relation:
    return Relation(id=name, label=label(name), fields=tuple(input_field(f, t) for f, t in fields.items()), **changes)


def definition(name: str, value: Expr) -> Definition:
    return Definition(id=name, label=label(name), value=value)


def table(name: str, hit: Any, inputs: int, outputs: int, rows: Any, **changes: Any) -> Table:
    """A table of integers: rows are pairs of cells and outputs."""
    priorities = changes.pop("priorities", ((),) * outputs)
    return Table(
        id=name,
        label=label(name),
        hit=hit,
        inputs=tuple(TableInput(f"in{i}", INTEGER, label(f"in{i}")) for i in range(inputs)),
        outputs=tuple(TableOutput(f"out{i}", INTEGER, label(f"out{i}"), priorities[i]) for i in range(outputs)),
        rows=tuple(TableRow(tuple(cells), tuple(out)) for cells, out in rows),
        **changes,
    )


def indicator(name: str, measure: Any = None, **changes: Any) -> Indicator:
    """An indicator that scores its measure as it is, clamped to 0..100, unless told otherwise."""
    measure = read(name, POINTS) if measure is None else measure
    values: dict[str, Any] = {
        "id": name,
        "label": label(name),
        "group": None,
        "family": None,
        "only_if": None,
        "measure": measure,
        "measure_type": getattr(measure, "type", DURATION),
        "target": None,
        "better": Better.HIGHER,
        "way": AsMeasure(),
        "weight": number(1),
        "missing": None,
        "clamp": Bounds(0, 10000),
        "stack": False,
        "baseline": 10000,
        "reason": None,
    }
    return Indicator(**(values | changes))


def exemption(name: str, when: Expr = TRUE, *grants: Any, for_each: str | None = None, lifts: Any = ()) -> Exemption:
    return Exemption(id=name, label=label(name), for_each=for_each, when=when, grants=grants, lifts=tuple(lifts))


def adjustment(name: str, when: Expr = TRUE, multiply: Any = None, sets: Any = None) -> Adjustment:
    return Adjustment(id=name, label=label(name), when=when, multiply=multiply or {}, set=sets or {}, exclusive=None)


def percent(value: int) -> Literal:
    return number(value, 2)


def limit(group: str, at_least: int | None = None, at_most: int | None = None) -> Limit:
    return Limit(group, None if at_least is None else percent(at_least), None if at_most is None else percent(at_most))


def score(*members: str, **changes: Any) -> Score:
    values: dict[str, Any] = {
        "id": "score",
        "label": label("score"),
        "members": members,
        "method": Method.WEIGHTED_MEAN,
        "value": None,
        "digits": 2,
        "clamp": Bounds(0, 10000),
        "better": Better.HIGHER,
        "minimum_present": None,
        "reasons": None,
        "grades": (),
    }
    return Score(**(values | changes))


def start(value: Expr | None = None, **changes: Any) -> Score:
    """A score of points only, from 100."""
    return score(method=Method.START, value=number(100) if value is None else value, **changes)


def points(name: str, effect: Effect, amount: Expr, when: Expr = TRUE, **changes: Any) -> PointsRule:
    values: dict[str, Any] = {
        "id": name,
        "label": label(name),
        "effect": effect,
        "for_each": None,
        "when": when,
        "amount": amount,
        "cap": None,
        "stage": 1,
        "on": "score",
        "unknown": None,
        "reason": None,
    }
    return PointsRule(**(values | changes))


def unscored(name: str, when: Expr, reason: str = "U") -> Unscored:
    return Unscored(id=name, label=label(name), when=when, reason=reason)


def output(name: str, value: Expr) -> Output:
    return Output(id=name, label=label(name), value=value)


def parameters(**values: tuple[Type, Stored | None]) -> tuple[ParameterDeclaration, ...]:
    return tuple(ParameterDeclaration(id=n, label=label(n), type=t, value=v) for n, (t, v) in values.items())


def ruleset(**changes: Any) -> Ruleset:
    """A ruleset; groups are made of what indicators say, scores of all indicators, unless given."""
    indicators = changes.get("indicators", ())
    names = dict.fromkeys(i.group for i in indicators if i.group is not None)
    groups = tuple(Group(n, label(n), tuple(i.id for i in indicators if i.group == n)) for n in names)
    scores = (score(*(i.id for i in indicators)),) if indicators else (start(),)
    values: dict[str, Any] = {
        "id": "test",
        "version": "1",
        "title": label("test"),
        "source": None,
        "timezone": "Asia/Shanghai",
        "effective": Range(None, None),
        "key": "key",
        "reference_date": None,
        "inputs": (),
        "parameters": (),
        "groups": groups,
        "relations": (),
        "defines": (),
        "tables": (),
        "indicators": (),
        "exemptions": (),
        "weights": Weights(),
        "scores": scores,
        "unscored": (),
        "points": (),
        "outputs": (),
    }
    return Ruleset(**(values | changes))


def weights(*adjustments: Any, limits: Any = (), waived: Waived = Waived.REDISTRIBUTE) -> Weights:
    return Weights(waived=waived, adjustments=adjustments, limits=tuple(limits))


def rows(*values: Mapping[str, Stored], id_field: str | None = None) -> tuple[Row, ...]:
    return tuple(
        Row(str(number_) if id_field is None else str(row[id_field]), row) for number_, row in enumerate(values, 1)
    )


def case(values: Mapping[str, Stored] | None = None, **relations: Any) -> Case:
    return Case("K1", values or {}, relations)


def outcome(rules: Ruleset, values: Mapping[str, Stored] | None = None, **relations: Any) -> Outcome:
    return evaluate(prepare(rules), case(values, **relations))


def evaluation(rules: Ruleset, values: Mapping[str, Stored] | None = None, **relations: Any) -> Evaluation:
    return run(prepare(rules), case(values, **relations))


def value(
    expr: Expr, values: Mapping[str, Stored] | None = None, rules: Ruleset | None = None, **relations: Any
) -> Any:
    """What an expression means in a case."""
    return evaluation(rules or ruleset(), values, **relations).value(expr)
