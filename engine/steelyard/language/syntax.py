"""The syntax tree of an expression: what was written, before names and types are known.

Spans are not compared, so that printing and parsing again gives an equal tree.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import assert_never

from steelyard.diagnostics import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Base of all nodes: its place."""

    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Number(Node):
    """`4.50` is units 450 at scale 2; `98%` is units 98 at scale 2 with percent set; never negative."""

    units: int
    scale: int
    percent: bool = False


@dataclass(frozen=True, slots=True)
class Quoted(Node):
    """Text in double quotes (ASCII or Chinese)."""

    text: str


@dataclass(frozen=True, slots=True)
class Truth(Node):
    """`true` or `false`."""

    value: bool


@dataclass(frozen=True, slots=True)
class DurationLiteral(Node):
    """`1h30min`, in microseconds."""

    microseconds: int


@dataclass(frozen=True, slots=True)
class DaysLiteral(Node):
    """`15d`, or `15bd` where business is set."""

    days: int
    business: bool = False


@dataclass(frozen=True, slots=True)
class DateLiteral(Node):
    """`@2024-05-01`: the text after the sign, a date or a datetime; read by the type checker."""

    text: str


@dataclass(frozen=True, slots=True)
class MissingLiteral(Node):
    """`missing`."""


@dataclass(frozen=True, slots=True)
class Name(Node):
    """`rating` is ("rating",); `weather.level` is ("weather", "level")."""

    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Negative(Node):
    """`-x`."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """`left operator right` with + - * /."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """`left operator right` with = != < <= > >=."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class And(Node):
    """`a and b and c`: two or more, flat."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Or(Node):
    """`a or b or c`: two or more, flat."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Not(Node):
    """`not x`."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Interval(Node):
    """`[a..b)`: an end is None where it is left open, as in `[2024-01-01..)`."""

    low: Expression | None
    low_closed: bool
    high: Expression | None
    high_closed: bool


@dataclass(frozen=True, slots=True)
class InInterval(Node):
    """`x in [a..b)`, and `x between a and b` (both ends closed)."""

    operand: Expression
    interval: Interval


@dataclass(frozen=True, slots=True)
class InList(Node):
    """`x in ("a", "b")`."""

    operand: Expression
    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class If(Node):
    """`if condition then yes else no`."""

    condition: Expression
    yes: Expression
    no: Expression


@dataclass(frozen=True, slots=True)
class Call(Node):
    """`function(a, b)`; an aggregate may carry `where`: `sum(x * y where c)`."""

    function: str
    arguments: tuple[Expression, ...]
    where: Expression | None = None
    function_span: Span | None = field(default=None, compare=False, repr=False, kw_only=True)


Expression = (
    Number
    | Quoted
    | Truth
    | DurationLiteral
    | DaysLiteral
    | DateLiteral
    | MissingLiteral
    | Name
    | Negative
    | Arithmetic
    | Comparison
    | And
    | Or
    | Not
    | InInterval
    | InList
    | If
    | Call
)


# Conditions on a value (FEEL's unary tests): a table's input cell, a band's `when`, a grade's bounds.


@dataclass(frozen=True, slots=True)
class AnyValue(Node):
    """`-`: every value, a missing one too."""


@dataclass(frozen=True, slots=True)
class CompareTest(Node):
    """`>= 90`; a bare value is `=`."""

    operator: str
    value: Expression


@dataclass(frozen=True, slots=True)
class BareWord(Node):
    """A word without quotes where a value is tested, `motor`: text on a text value, else an error."""

    text: str


@dataclass(frozen=True, slots=True)
class IntervalTest(Node):
    """`[60..75)`."""

    interval: Interval


@dataclass(frozen=True, slots=True)
class OneOfTests(Node):
    """`a, b`: any of several tests."""

    tests: tuple[UnaryTest, ...]


@dataclass(frozen=True, slots=True)
class AllOfTests(Node):
    """`> 2 and < 5`: all of several tests; binds closer than a comma."""

    tests: tuple[UnaryTest, ...]


@dataclass(frozen=True, slots=True)
class NotTest(Node):
    """`not(a, b)`."""

    test: UnaryTest


UnaryTest = AnyValue | CompareTest | BareWord | IntervalTest | OneOfTests | AllOfTests | NotTest


@dataclass(frozen=True, slots=True)
class RelativeStep(Node):
    """`10% of target`, the width of a step."""

    percent: Number


Tree = Expression | UnaryTest | Interval


def children(tree: Tree) -> tuple[Tree, ...]:
    """List the nodes directly below a node, in the order written."""
    match tree:
        case Number() | Quoted() | Truth() | DurationLiteral() | DaysLiteral() | DateLiteral() | MissingLiteral():
            return ()
        case Name() | AnyValue() | BareWord():
            return ()
        case Negative(operand=operand) | Not(operand=operand):
            return (operand,)
        case Arithmetic(left=left, right=right) | Comparison(left=left, right=right):
            return (left, right)
        case And(items=items) | Or(items=items):
            return items
        case Interval(low=low, high=high):
            return tuple(end for end in (low, high) if end is not None)
        case InInterval(operand=operand, interval=interval):
            return (operand, interval)
        case InList(operand=operand, items=items):
            return (operand, *items)
        case If(condition=condition, yes=yes, no=no):
            return (condition, yes, no)
        case Call(arguments=arguments, where=where):
            return arguments if where is None else (*arguments, where)
        case CompareTest(value=value):
            return (value,)
        case IntervalTest(interval=interval):
            return (interval,)
        case OneOfTests(tests=tests) | AllOfTests(tests=tests):
            return tests
        case NotTest(test=test):
            return (test,)
        case _:
            assert_never(tree)
