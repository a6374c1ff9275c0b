"""Typed expressions: what every engine evaluates.

Invariants: operands of `Add`, `Subtract` and `Compare` have one scale; `/` exists only as `Divide`,
which rounds; every node has its type; spans are not compared. A missing operand makes any node missing (strict), except
for the nodes that say otherwise, such as `And`, `Or`, `If`, `Coalesce`, `IsMissing` and `OpenEnd`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from steelyard.diagnostics import Span
from steelyard.ir.operators import Aggregation, Comparator, Function, Part, Rounding
from steelyard.ir.types import Range, Type

__all__ = [
    "Add",
    "Aggregate",
    "Aggregation",
    "And",
    "Apply",
    "Argument",
    "Bounded",
    "Coalesce",
    "Comparator",
    "Compare",
    "Define",
    "Divide",
    "Expr",
    "Field",
    "FormulaCall",
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
"""A value in stored form: types.py says how each type is stored."""


@dataclass(frozen=True, slots=True)
class FormulaCall:
    """The call of a formula that an expression was put in the place of: its name, its arguments by parameter."""

    name: str = field(compare=False)
    arguments: tuple[tuple[str, Expr], ...] = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Base of all nodes: the type, the place (None for nodes made by the compiler), the formula's call that it was."""

    type: Type
    span: Span | None = field(default=None, compare=False, repr=False)
    formula: FormulaCall | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A constant; None is the literal `missing`."""

    value: Stored | None


# Nodes that read a value


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
    """A field, or a define, of the bound row of a relation."""

    relation: str
    name: str


@dataclass(frozen=True, slots=True)
class OneRow(Node):
    """A field, or a define, of the single row of a one_row relation; missing where there is no row."""

    relation: str
    name: str


@dataclass(frozen=True, slots=True)
class IndicatorPart(Node):
    """A result of an indicator, `survey.score`; missing where it was waived, except measure and status.

    `share` is Number(6), rounded half_up; `status` is text, "scored" or "waived".
    """

    indicator: str
    part: Part


@dataclass(frozen=True, slots=True)
class OwnTarget(Node):
    """`target` in an indicator's points (the resolved target) or in a grant (the base target)."""


@dataclass(frozen=True, slots=True)
class OwnMeasure(Node):
    """`measure` in an indicator's points, and the value that a band tests."""


@dataclass(frozen=True, slots=True)
class ScoreValue(Node):
    """`score`, or a named score: in a points rule the value before its stage, in an output the final value."""

    name: str


@dataclass(frozen=True, slots=True)
class Argument(Node):
    """The value that a table's cell tests: the table's input at this position."""

    position: int


@dataclass(frozen=True, slots=True)
class TableCall(Node):
    """One output of a decision table, asked with these arguments in the order of its inputs.

    Under the hit policies rule_order, output_order and collect the result is a list, which is allowed only inside a
    `TableAggregate` or as an output of the ruleset.
    """

    table: str
    output: str
    arguments: tuple[Expr, ...]


# Arithmetic on stored integers


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
    """The rounded quotient (numerator * 10^up) / (denominator * 10^down), the only division.

    half_up rounds away from zero. With a denominator of 0 the result is missing, with that as the reason. Rounding
    without a division has the literal 1 as the denominator.
    """

    numerator: Expr
    denominator: Expr
    up: int
    down: int
    rounding: Rounding


@dataclass(frozen=True, slots=True)
class Bounded(Node):
    """The operand, whose values lie in a declared range: any other rejects the case; a missing one does not.

    Attributes:
        operand: of a type with an order.
        range: what was declared; an end of None is open.
        name: of the define, indicator or output that declares it, which is named in the reject.
        relation: of a define of a row, the relation.
        proved: whether no value of the operand can lie outside; then nothing is checked. In no digest.
    """

    operand: Expr
    range: Range
    name: str
    relation: str | None = None
    proved: bool = field(default=False, compare=False)

    @property
    def where(self) -> str:
        """The name in the reject."""
        return self.name if self.relation is None else f"{self.relation}.{self.name}"


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
    """An open datetime in a comparison: `OPEN` where missing; but missing where its one_row relation has no row."""

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

    Its operand is never And, Or, Not, Compare, IsMissing, true, false, or any/all over rows.
    """

    operand: Expr


@dataclass(frozen=True, slots=True)
class If(Node):
    """A conditional: missing where the condition is unknown; only the branch taken is evaluated."""

    condition: Expr
    yes: Expr
    no: Expr


@dataclass(frozen=True, slots=True)
class Coalesce(Node):
    """The first item that is not missing; missing where all are."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class IsMissing(Node):
    """Whether the operand is missing (for an open datetime: has not ended); never missing itself.

    `negated` stands for `not is_missing(x)`.
    """

    operand: Expr
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Apply(Node):
    """function(arguments).

    Open datetimes in the arguments of overlaps and overlap_time are wrapped in `OpenEnd`; year, month and year_month
    take a date (a datetime argument is wrapped in DATE). `calendar` is the id of the calendar for
    working_time(datetime, datetime), add_business_days(date, whole number) and business_days_between(date, date); None
    for every other function.
    """

    function: Function
    arguments: tuple[Expr, ...]
    calendar: str | None = None


# Rows and tables


@dataclass(frozen=True, slots=True)
class Aggregate(Node):
    """An aggregate over the rows of one relation. For missing values see LANGUAGE.md section 5.

    count: argument None. any, all: argument None, `where` is the condition (of all: the claim itself).
    mean: rounded half_up to the type's scale.
    """

    aggregation: Aggregation
    relation: str
    argument: Expr | None
    where: Expr | None


@dataclass(frozen=True, slots=True)
class TableAggregate(Node):
    """An aggregate over the list of a table's hits; without hits it is an aggregate over no rows."""

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
    | Bounded
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
