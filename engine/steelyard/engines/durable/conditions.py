"""Translates a condition to what durable can match: branches of atoms for its truth, and others for its falsehood.

durable is given only `field comparator constant` and `row field = case field`. Everything else in a condition
(arithmetic, aggregates, dates, tables, covers, missing, comparisons of two values) is computed exactly beforehand and
asserted as a named field. A missing value is left out, and an atom on an absent field never matches. So for the
branches of c and of not c, in negation normal form, at most one side matches; neither matches where c is unknown
(Kleene's logic).

Disjunctions are written out as branches, because `or` in durable fires once per true branch and fails on joined missing
fields. Where a condition would need too many branches, it is computed beforehand as a whole or in part.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from itertools import product
from json import dumps
from typing import assert_never

from steelyard.diagnostics import InternalError
from steelyard.ir.expressions import (
    Add,
    Aggregate,
    And,
    Apply,
    Argument,
    Bounded,
    Coalesce,
    Comparator,
    Compare,
    Define,
    Divide,
    Expr,
    Field,
    If,
    IndicatorPart,
    Input,
    IsMissing,
    Literal,
    Multiply,
    Negate,
    Not,
    OneOf,
    OneRow,
    OpenEnd,
    Or,
    OwnMeasure,
    OwnTarget,
    Parameter,
    Rank,
    Scale,
    ScoreValue,
    Stored,
    Subtract,
    TableAggregate,
    TableCall,
    Within,
)
from steelyard.ir.reading import is_constant, reads_row
from steelyard.ir.types import Boolean, Regions

MAX_BRANCHES = 12
"""Where one side would have more branches than this, parts of the condition are computed beforehand."""
MAX_ATOMS = 40
"""A condition with more atoms than this, both sides together, is computed beforehand as a whole."""
SAFE = (1 << 62) + 1
"""Integers beyond ±SAFE are clamped to it before they are asserted, because durable saturates at 64 bits. Constants are
smaller, so no comparison changes.
"""

Constant = Callable[[Expr], Stored | None]
"""Evaluates a constant expression; None where it is missing."""

_OPPOSITE = {
    Comparator.EQ: Comparator.NE,
    Comparator.NE: Comparator.EQ,
    Comparator.LT: Comparator.GE,
    Comparator.LE: Comparator.GT,
    Comparator.GT: Comparator.LE,
    Comparator.GE: Comparator.LT,
}
_MIRRORED = {
    Comparator.EQ: Comparator.EQ,
    Comparator.NE: Comparator.NE,
    Comparator.LT: Comparator.GT,
    Comparator.LE: Comparator.GE,
    Comparator.GT: Comparator.LT,
    Comparator.GE: Comparator.LE,
}


@dataclass(frozen=True, slots=True)
class Atom:
    """A test `value comparator constant`; the constant is an int or text in its asserted form (`encode`)."""

    value: Expr
    comparator: Comparator
    constant: int | str


@dataclass(frozen=True, slots=True)
class Join:
    """A test that a value of the row equals, or does not equal, a value of the case."""

    row: Expr
    case: Expr
    equal: bool


Branch = tuple[Atom | Join, ...]
"""A conjunction of tests; an empty one always holds."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition as branches: those that make it true and those that make it false."""

    true: tuple[Branch, ...]
    false: tuple[Branch, ...]


def compile_condition(expr: Expr, relation: str | None, constant: Constant) -> Condition:
    """Write a condition as branches.

    Args:
        expr: a boolean expression.
        relation: the relation whose row the condition reads; None for a condition on the case.
        constant: evaluates expressions that are the same for every case.
    """
    writer = _Writer(relation, constant)
    sides = (writer.branches(expr, truth=True), writer.branches(expr, truth=False))
    atoms = {atom for side in sides for branch in side for atom in branch}
    if len(atoms) > MAX_ATOMS:
        sides = (lifted(expr, truth=True), lifted(expr, truth=False))
    return Condition(*sides)


def lifted(expr: Expr, *, truth: bool) -> tuple[Branch, ...]:
    """Return one side of a condition that is computed beforehand as a whole."""
    return ((Atom(expr, Comparator.EQ, int(truth)),),)


@dataclass(frozen=True, slots=True)
class _Writer:
    relation: str | None
    constant: Constant

    def branches(self, expr: Expr, *, truth: bool) -> tuple[Branch, ...]:
        """Return the branches for `expr` being true (`truth`), or being false."""
        match expr:
            case Literal(value=bool() as value):
                return ((),) if value is truth else ()
            case Literal():
                return ()
            case Not():
                return self.branches(expr.operand, truth=not truth)
            case And() | Or():
                sides = tuple(self.branches(item, truth=truth) for item in expr.items)
                if isinstance(expr, Or) is truth:
                    written = sum(sides, ())
                    return written if len(written) <= MAX_BRANCHES else lifted(expr, truth=truth)
                return self._conjunction(expr.items, sides, truth=truth)
            case Compare():
                return self._compare(expr, truth=truth)
            case OneOf():
                tests = tuple(_test(expr, Comparator.EQ, expr.operand, item) for item in expr.items)
                return self._tests(expr, tests, Comparator.EQ, truth=truth)
            case Within():
                return self._within(expr, truth=truth)
            case Input() | Parameter() | Define() | Field() | OneRow() | IndicatorPart() | ScoreValue():
                return lifted(expr, truth=truth)
            case OwnTarget() | OwnMeasure() | Argument() | TableCall() | TableAggregate() | Aggregate():
                return lifted(expr, truth=truth)
            case If() | Coalesce() | IsMissing() | Apply():
                return lifted(expr, truth=truth)
            case Negate() | Add() | Subtract() | Multiply() | Scale() | Divide() | Bounded() | Rank() | OpenEnd():
                raise InternalError(f"no condition: {expr}")
            case _:
                assert_never(expr)

    def _conjunction(
        self, items: tuple[Expr, ...], sides: tuple[tuple[Branch, ...], ...], *, truth: bool
    ) -> tuple[Branch, ...]:
        count = 1
        for side in sides:
            count *= len(side)
        if count > MAX_BRANCHES:
            sides = tuple(
                lifted(item, truth=truth) if len(side) > 1 else side for item, side in zip(items, sides, strict=True)
            )
        return tuple(tuple(atom for part in choice for atom in part) for choice in product(*sides))

    def _within(self, expr: Within, *, truth: bool) -> tuple[Branch, ...]:
        tests: list[Compare] = []
        if expr.low is not None:
            above = Comparator.GE if expr.low_closed else Comparator.GT
            tests.append(_test(expr, above, expr.operand, expr.low))
        if expr.high is not None:
            below = Comparator.LE if expr.high_closed else Comparator.LT
            tests.append(_test(expr, below, expr.operand, expr.high))
        return self._tests(expr, tuple(tests), None, truth=truth)

    def _tests(
        self, expr: Expr, tests: tuple[Compare, ...], one_of: Comparator | None, *, truth: bool
    ) -> tuple[Branch, ...]:
        """Return the branches for several tests of one value: all of them, or any of them (`one_of`).

        No constant may be missing: the node is strict, so a missing bound makes it unknown even where another test
        decides.
        """
        atoms = [self._atom(test, truth=truth) for test in tests]
        written = tuple(atom for atom in atoms if atom is not None)
        if not tests or len(written) < len(tests):
            return lifted(expr, truth=truth)
        if (one_of is not None) is not truth:
            return (written,)
        return tuple((atom,) for atom in written) if len(written) <= MAX_BRANCHES else lifted(expr, truth=truth)

    def _compare(self, expr: Compare, *, truth: bool) -> tuple[Branch, ...]:
        atom = self._atom(expr, truth=truth) or self._join(expr, truth=truth)
        return ((atom,),) if atom else lifted(expr, truth=truth)

    def _atom(self, expr: Compare, *, truth: bool) -> Atom | None:
        left, right, comparator = expr.left, expr.right, expr.comparator
        if is_constant(left) and not is_constant(right):
            left, right, comparator = right, left, _MIRRORED[comparator]
        if is_constant(left) or not is_constant(right) or isinstance(left.type, Regions):
            return None
        value = self.constant(right)
        if value is None or isinstance(value, tuple):
            return None
        encoded = encode(value)
        if isinstance(encoded, int) and abs(encoded) >= SAFE:
            return None
        return Atom(left, comparator if truth else _OPPOSITE[comparator], encoded)

    def _join(self, expr: Compare, *, truth: bool) -> Join | None:
        """Return a join of two plain fields; None for any other comparison, which is computed beforehand."""
        relation, equality = self.relation, expr.comparator in (Comparator.EQ, Comparator.NE)
        left, right = expr.left, expr.right
        if relation is None or not equality or isinstance(left.type, Boolean | Regions):
            return None
        if reads_row(right, relation):
            left, right = right, left
        if not (_is_plain(left) and _is_plain(right) and reads_row(left, relation)) or reads_row(right, relation):
            return None
        return Join(left, right, (expr.comparator is Comparator.EQ) is truth)


def _test(node: Expr, comparator: Comparator, operand: Expr, bound: Expr) -> Compare:
    return Compare(comparator, operand, bound, type=node.type, span=node.span)


LONGEST = 200
"""A text that is longer than this as JSON is asserted as its digest, because a fact has at most 64 KiB."""


def encode(value: Stored) -> int | str:
    """Return a value in its asserted form: an integer within 64 bits, or text.

    Raises:
        TypeError: the value is a list, which durable cannot hold.
    """
    if isinstance(value, int):
        return int(value) if -SAFE <= value <= SAFE else SAFE if value > 0 else -SAFE
    if isinstance(value, tuple):
        raise TypeError("a list is no value of a fact")
    # JSON needs at most 12 characters for one, plus two quotes: only longer texts are measured
    return value if 12 * len(value) + 2 <= LONGEST or len(dumps(value)) <= LONGEST else _digest(value)


def encode_joined(value: Stored) -> str:
    """Return a value that is compared with another fact as text, so that no integer is too large.

    Raises:
        TypeError: the value is a list.
    """
    return f"={value:d}" if isinstance(value, int) else str(encode(value))


def _digest(text: str) -> str:
    return "\0" + sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _is_plain(node: Expr) -> bool:
    """Return whether the node is an input or field as it was read, a parameter, or a literal."""
    return isinstance(node, Input | Field | Parameter | Literal)
