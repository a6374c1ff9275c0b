"""Typed expressions: what every engine evaluates.

Invariants: operands of `Add`, `Subtract` and `Compare` have one scale; `/` exists only as `Divide`,
which rounds; every node knows its type; spans take no part in equality. Missing operands make any
node missing (strict), save `And Or Not If Coalesce IsMissing OpenEnd Covers...` as each says.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from steelyard.diagnostics import Span
from steelyard.ir.operators import Aggregation, Comparator, Function, Part, Rounding
from steelyard.ir.types import Type

__all__ = [
    "Add",
    "Aggregate",
    "Aggregation",
    "And",
    "Apply",
    "Argument",
    "Coalesce",
    "Comparator",
    "Compare",
    "Define",
    "Divide",
    "Expr",
    "Field",
    "Function",
    "If",
    "IndicatorPart",
    "Input",
    "IsMissing",
    "Literal",
    "Multiply",
    "Negate",
    "Node",
    "Not",
    "OneOf",
    "OneRow",
    "OpenEnd",
    "Or",
    "OwnMeasure",
    "OwnTarget",
    "Parameter",
    "Part",
    "Rank",
    "Rounding",
    "Scale",
    "ScoreValue",
    "Stored",
    "Subtract",
    "TableAggregate",
    "TableCall",
    "Within",
]

Stored = int | str | bool | tuple[str, ...]
"""A value at rest: see types.py for how each type is stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What every node has: its type, and its place (None for what the compiler made)."""

    type: Type
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A constant; None is the word `missing`."""

    value: Stored | None


# What an expression may read


@dataclass(frozen=True, slots=True)
class Input(Node):
    """An input of the case."""

    name: str


@dataclass(frozen=True, slots=True)
class Parameter(Node):
    """A constant of the policy."""

    name: str


@dataclass(frozen=True, slots=True)
class Define(Node):
    """A named expression of the case; its value is computed once."""

    name: str


@dataclass(frozen=True, slots=True)
class Field(Node):
    """A field, or a define, of the relation row at hand."""

    relation: str
    name: str


@dataclass(frozen=True, slots=True)
class OneRow(Node):
    """A field, or a define, of the single row of a one_row relation; missing where there is no row."""

    relation: str
    name: str


@dataclass(frozen=True, slots=True)
class IndicatorPart(Node):
    """`survey.score`: missing where the indicator was waived, save measure and status.

    `share` is Number(6), rounded half_up; `status` is text, "scored" or "waived".
    """

    indicator: str
    part: Part


@dataclass(frozen=True, slots=True)
class OwnTarget(Node):
    """`target` inside an indicator's points or a grant: in a grant the base target, else the resolved one."""


@dataclass(frozen=True, slots=True)
class OwnMeasure(Node):
    """`measure` inside an indicator's points, and the value that a band tests."""


@dataclass(frozen=True, slots=True)
class ScoreValue(Node):
    """`score`, or a named score: in a points rule as the stage before left it, in an output the final one."""

    name: str


@dataclass(frozen=True, slots=True)
class Argument(Node):
    """The value that a table's cell tests: the table's input at this position."""

    position: int


@dataclass(frozen=True, slots=True)
class TableCall(Node):
    """One output of a decision table, asked with these arguments in the order of its inputs.

    Under the hit policies rule_order, output_order and collect the result is a list: it stands only
    inside a `TableAggregate`, or as an output that is shown.
    """

    table: str
    output: str
    arguments: tuple[Expr, ...]


# Arithmetic: integers of stored units


@dataclass(frozen=True, slots=True)
class Negate(Node):
    """-x."""

    operand: Expr


@dataclass(frozen=True, slots=True)
class Add(Node):
    """left + right; numbers of one scale, date + days, datetime + duration, ..."""

    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Subtract(Node):
    """left - right; date - date gives days, datetime - datetime a duration."""

    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Multiply(Node):
    """left * right: the scales add up; a duration times a number is a `Divide` of this."""

    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Scale(Node):
    """operand * 10^digits, exact: brings a number to a larger scale without changing it."""

    operand: Expr
    digits: int


@dataclass(frozen=True, slots=True)
class Divide(Node):
    """The rounded quotient (numerator * 10^up) / (denominator * 10^down): the only division there is.

    half_up goes away from zero. A denominator of 0 makes it missing, with that reason. Rounding without
    division has the literal 1 below.
    """

    numerator: Expr
    denominator: Expr
    up: int
    down: int
    rounding: Rounding


# Comparison and logic


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """left comparator right, of one type and scale. Text and regions know only = and !=."""

    comparator: Comparator
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Rank(Node):
    """The position (from 0) of an ordered text among its levels; ordered text is compared by it."""

    operand: Expr
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenEnd(Node):
    """An open datetime where it is compared: `OPEN` where missing; missing where its one_row relation has no row."""

    operand: Expr


@dataclass(frozen=True, slots=True)
class Within(Node):
    """operand in an interval; an end is None where it is left open. Strict."""

    operand: Expr
    low: Expr | None
    low_closed: bool
    high: Expr | None
    high_closed: bool


@dataclass(frozen=True, slots=True)
class OneOf(Node):
    """operand in (items). Strict."""

    operand: Expr
    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class And(Node):
    """Three-valued: false if any is false, else unknown if any is unknown. Two or more items."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Or(Node):
    """Three-valued: true if any is true, else unknown if any is unknown. Two or more items."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Not(Node):
    """Three-valued, in negation normal form.

    It stands above no And, Or, Not, Compare or IsMissing, above no truth value and no any/all over rows.
    """

    operand: Expr


@dataclass(frozen=True, slots=True)
class If(Node):
    """An unknown condition makes it missing; only the branch taken counts."""

    condition: Expr
    yes: Expr
    no: Expr


@dataclass(frozen=True, slots=True)
class Coalesce(Node):
    """The first item that is not missing; missing where all are."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class IsMissing(Node):
    """Never missing itself. Of an open datetime: whether it has not ended. `negated` for `not is_missing(x)`."""

    operand: Expr
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Apply(Node):
    """function(arguments).

    Open datetimes among the arguments of overlaps and overlap_time stand in `OpenEnd`; year, month and
    year_month take a date (a datetime argument is wrapped in DATE). `calendar` is the id of the one that
    counts working_time(datetime, datetime), add_business_days(date, whole number) and
    business_days_between(date, date); None for every other function.
    """

    function: Function
    arguments: tuple[Expr, ...]
    calendar: str | None = None


# Rows and tables


@dataclass(frozen=True, slots=True)
class Aggregate(Node):
    """Over the rows of one relation of the case. Missing rules: LANGUAGE.md section 5.

    count: argument None. any, all: argument None, `where` is the condition (of all: the claim itself).
    mean: rounded half_up to the type's scale.
    """

    aggregation: Aggregation
    relation: str
    argument: Expr | None
    where: Expr | None


@dataclass(frozen=True, slots=True)
class TableAggregate(Node):
    """Over the list of a table's hits; over no hits as an aggregate over no rows."""

    aggregation: Aggregation
    call: TableCall


Expr = (
    Literal
    | Input
    | Parameter
    | Define
    | Field
    | OneRow
    | IndicatorPart
    | OwnTarget
    | OwnMeasure
    | ScoreValue
    | Argument
    | TableCall
    | Negate
    | Add
    | Subtract
    | Multiply
    | Scale
    | Divide
    | Compare
    | Rank
    | OpenEnd
    | Within
    | OneOf
    | And
    | Or
    | Not
    | If
    | Coalesce
    | IsMissing
    | Apply
    | Aggregate
    | TableAggregate
)
