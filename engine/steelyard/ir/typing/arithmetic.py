"""+ - * and the rounded division (LANGUAGE.md sections 3 and 6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from steelyard.diagnostics import Message, Span, msg
from steelyard.ir.describe import describe
from steelyard.ir.expressions import Add, Divide, Expr, Literal, Multiply, Negate, Rounding, Subtract
from steelyard.ir.scope import NameScope
from steelyard.ir.types import Date, DateTime, Days, Duration, Number, Type
from steelyard.ir.typing.numbers import adopt, unit_hint
from steelyard.ir.typing.percent import is_percent
from steelyard.ir.typing.working import shifted, working_days
from steelyard.language import syntax

Lower = Callable[[syntax.Expression, NameScope], Expr | None]
_QUANTITIES = (Number, Duration, Days)


def negative(node: syntax.Negative, scope: NameScope, lower: Lower) -> Expr | None:
    """-x, of a number, a duration or days."""
    operand = lower(node.operand, scope)
    if operand is None:
        return None
    if not isinstance(operand.type, _QUANTITIES):
        return _mismatch(msg("{kind} has no negative", kind=describe(operand.type)), node.span, scope)
    if isinstance(operand, Literal) and isinstance(operand.value, int):
        return Literal(-operand.value, type=operand.type, span=node.span)
    return Negate(operand, type=operand.type, span=node.span)


def arithmetic(node: syntax.Arithmetic, scope: NameScope, lower: Lower) -> Expr | None:
    """Lower a sum, a difference or a product; `/` is reported, for it must be rounded."""
    if working_days(node.left) is not None or working_days(node.right) is not None:
        return shifted(node, scope, lower)
    left, right = lower(node.left, scope), lower(node.right, scope)
    if node.operator == "/":
        scope.diagnostics.add(
            "T104",
            node.span,
            msg("a division that is not rounded"),
            help=msg(
                "`/` must be the outermost operator inside round, round_to, floor or ceiling: `round(a / b, 2)`; "
                "to divide twice, multiply the divisors"
            ),
        )
        return None
    if left is None or right is None:
        return None
    if node.operator == "*":
        return _multiply(left, right, node.span, scope)
    return _add(node.operator, left, right, node.span, scope)


def _add(operator: str, left: Expr, right: Expr, span: Span, scope: NameScope) -> Expr | None:
    kind = _sum_type(operator, left.type, right.type)
    if kind is None:
        template = msg("{right} cannot be added to {left}", left=describe(left.type), right=describe(right.type))
        if operator == "-":
            template = msg("{right} cannot be taken from {left}", left=describe(left.type), right=describe(right.type))
        return _mismatch(template, span, scope, _sum_hint(left.type, right.type))
    if isinstance(kind, Number):
        left, right = adopt(left, kind), adopt(right, kind)
    return (Add if operator == "+" else Subtract)(left, right, type=kind, span=span)


def _sum_type(operator: str, left: Type, right: Type) -> Type | None:
    match operator, left, right:
        case _, Number(scale=one), Number(scale=other):
            return Number(max(one, other), percent=is_percent(left) or is_percent(right))
        case _, Duration(), Duration():
            return Duration()
        case _, Days(), Days():
            return Days()
        case _, Date(), Days():
            return Date()
        case _, DateTime(), Duration():
            return DateTime()
        case "+", Days(), Date():
            return Date()
        case "+", Duration(), DateTime():
            return DateTime()
        case "-", Date(), Date():
            return Days()
        case "-", DateTime(), DateTime():
            return Duration()
        case _:  # types that cannot be added
            return None


def _sum_hint(left: Type, right: Type) -> Message | None:
    if {type(left), type(right)} == {DateTime, Days}:
        return msg("an instant and days do not mix: write elapsed time (`360h`), or `date(x) + 15d`")
    if {type(left), type(right)} == {Date, Duration}:
        return msg("a date and elapsed time do not mix: write days (`15d`)")
    return unit_hint(left, right)


def _multiply(left: Expr, right: Expr, span: Span, scope: NameScope) -> Expr | None:
    match left.type, right.type:
        case Number(scale=one), Number(scale=other):
            both = is_percent(left.type) and is_percent(right.type)
            return Multiply(left, right, type=Number(one + other, percent=both), span=span)
        case Duration(), Number(scale=scale):
            return _times(left, right, scale, span)
        case Number(scale=scale), Duration():
            return _times(right, left, scale, span)
        case (Days(), Number(scale=0)) | (Number(scale=0), Days()):
            return Multiply(left, right, type=Days(), span=span)
        case one, other:
            template = msg("{left} cannot be multiplied by {right}", left=describe(one), right=describe(other))
            hint = (
                msg("days are whole: multiply them by an integer")
                if {type(one), type(other)} == {Days, Number}
                else None
            )
            return _mismatch(template, span, scope, hint)


def _times(duration: Expr, number: Expr, scale: int, span: Span) -> Expr:
    product = Multiply(duration, number, type=Duration(), span=span)
    return product if scale == 0 else _quotient((product, one()), 0, scale, Rounding.HALF_UP, (Duration(), span))


def one() -> Literal:
    """The literal 1: rounding without a division divides by it."""
    return Literal(1, type=Number(0))


def _quotient(parts: tuple[Expr, Expr], up: int, down: int, rounding: Rounding, typed: tuple[Type, Span]) -> Divide:
    common, (kind, span) = min(up, down), typed
    return Divide(*parts, up - common, down - common, rounding, type=kind, span=span)


@dataclass(frozen=True, slots=True)
class WrittenRounding:
    """A rounding as written: what is rounded, how, and the place of the whole."""

    operand: syntax.Expression
    rounding: Rounding
    span: Span


def rounded(asked: WrittenRounding, digits: int, scope: NameScope, lower: Lower) -> Expr | None:
    """round(x, digits), floor(x), ceiling(x): of a number or of a quotient of like quantities."""
    parts = _parts(asked.operand, scope, lower)
    if parts is None:
        return None
    typed = (Number(digits), asked.span)
    match parts[0].type, parts[1].type:
        case Number(scale=up), Number(scale=down):
            return _quotient(parts, digits + down, up, asked.rounding, typed)
        case (Duration(), Duration()) | (Days(), Days()):
            return _quotient(parts, digits, 0, asked.rounding, typed)
        case Duration() | Days() as kind, Number():
            headline = msg("{kind} is rounded to a step, not to digits", kind=describe(kind))
            return _mismatch(headline, asked.span, scope, msg("write e.g. `round_to(x, 1min)`"))
        case kind, other:
            return _indivisible(kind, other, asked, scope)


def rounded_to(asked: WrittenRounding, step: Expr, scope: NameScope, lower: Lower) -> Expr | None:
    """round_to(x, step): the multiple of `step` nearest to x; missing where the step is 0."""
    parts = _parts(asked.operand, scope, lower)
    if parts is None:
        return None
    numerator, denominator = parts
    match numerator.type, denominator.type, step.type:
        case Number(scale=up), Number(scale=down), Number(scale=stepped):
            divisor: Type = Number(down + stepped)
            powers = (down + stepped, up)
        case (Duration(), Number(scale=down), Duration()) | (Days(), Number(scale=down), Days()):
            divisor, powers = step.type, (down, 0)
        case (Duration(), Duration(), Number(scale=stepped)) | (Days(), Days(), Number(scale=stepped)):
            divisor, powers = denominator.type, (stepped, 0)
        case (kind, Number(), stepped) if isinstance(kind, Number | Duration | Days):
            headline = msg(
                "{kind} cannot be rounded to a step that is {step}", kind=describe(kind), step=describe(stepped)
            )
            return _mismatch(headline, asked.span, scope, unit_hint(kind, stepped))
        case kind, other, _:
            return _indivisible(kind, other, asked, scope)
    below = Multiply(denominator, step, type=divisor, span=asked.span)
    count = _quotient((numerator, below), *powers, asked.rounding, (Number(0), asked.span))
    return Multiply(count, step, type=step.type, span=asked.span)


def _indivisible(kind: Type, other: Type, asked: WrittenRounding, scope: NameScope) -> None:
    if isinstance(asked.operand, syntax.Arithmetic) and asked.operand.operator == "/":
        headline = msg("{left} cannot be divided by {right}", left=describe(kind), right=describe(other))
        return _mismatch(headline, asked.span, scope, unit_hint(kind, other))
    return _mismatch(msg("{kind} cannot be rounded", kind=describe(kind)), asked.span, scope)


def _parts(node: syntax.Expression, scope: NameScope, lower: Lower) -> tuple[Expr, Expr] | None:
    match node:
        case syntax.Arithmetic(operator="/", left=left, right=right):
            numerator, denominator = lower(left, scope), lower(right, scope)
        case _:  # no division
            numerator, denominator = lower(node, scope), one()
    return None if numerator is None or denominator is None else (numerator, denominator)


def _mismatch(headline: Message, span: Span, scope: NameScope, hint: Message | None = None) -> None:
    scope.diagnostics.add("T101", span, headline, help=hint)
