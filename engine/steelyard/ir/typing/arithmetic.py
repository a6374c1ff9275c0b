"""+ - * and the rounded division (LANGUAGE.md sections 3 and 6)."""

from __future__ import annotations

from collections.abc import Callable

from steelyard.diagnostics import Message, Span, msg
from steelyard.ir.describe import describe
from steelyard.ir.expressions import Add, Divide, Expr, Literal, Multiply, Negate, Rounding, Subtract
from steelyard.ir.scope import Scope
from steelyard.ir.types import Date, DateTime, Days, Duration, Number, Type
from steelyard.ir.typing.numbers import scaled, unit_hint
from steelyard.language import syntax

Lower = Callable[[syntax.Expression, Scope], Expr | None]
_QUANTITIES = (Number, Duration, Days)


def negative(node: syntax.Negative, scope: Scope, lower: Lower) -> Expr | None:
    """-x, of a number, a duration or days."""
    operand = lower(node.operand, scope)
    if operand is None:
        return None
    if not isinstance(operand.type, _QUANTITIES):
        return _mismatch(msg("{kind} has no negative", kind=describe(operand.type)), node.span, scope)
    if isinstance(operand, Literal) and isinstance(operand.value, int):
        return Literal(-operand.value, type=operand.type, span=node.span)
    return Negate(operand, type=operand.type, span=node.span)


def arithmetic(node: syntax.Arithmetic, scope: Scope, lower: Lower) -> Expr | None:
    """Left + - * right; `/` is reported, for it must be rounded."""
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
    left, right = lower(node.left, scope), lower(node.right, scope)
    if left is None or right is None:
        return None
    if node.operator == "*":
        return _multiply(left, right, node.span, scope)
    return _add(node.operator, left, right, node.span, scope)


def _add(operator: str, left: Expr, right: Expr, span: Span, scope: Scope) -> Expr | None:
    kind = _sum_type(operator, left.type, right.type)
    if kind is None:
        template = msg("{right} cannot be added to {left}", left=describe(left.type), right=describe(right.type))
        if operator == "-":
            template = msg("{right} cannot be taken from {left}", left=describe(left.type), right=describe(right.type))
        return _mismatch(template, span, scope, _sum_hint(left.type, right.type))
    if isinstance(kind, Number):
        left, right = scaled(left, kind.scale), scaled(right, kind.scale)
    return (Add if operator == "+" else Subtract)(left, right, type=kind, span=span)


def _sum_type(operator: str, left: Type, right: Type) -> Type | None:
    match operator, left, right:
        case _, Number(scale=one), Number(scale=other):
            return Number(max(one, other))
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
        case _:
            return None


def _sum_hint(left: Type, right: Type) -> Message | None:
    if {type(left), type(right)} == {DateTime, Days}:
        return msg("an instant and days do not mix: write elapsed time (`360h`), or `date(x) + 15d`")
    if {type(left), type(right)} == {Date, Duration}:
        return msg("a date and elapsed time do not mix: write days (`15d`)")
    return unit_hint(left, right)


def _multiply(left: Expr, right: Expr, span: Span, scope: Scope) -> Expr | None:
    match left.type, right.type:
        case Number(scale=one), Number(scale=other):
            return Multiply(left, right, type=Number(one + other), span=span)
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
    return product if scale == 0 else _quotient(product, one(), 0, scale, Rounding.HALF_UP, Duration(), span)


def one() -> Literal:
    """The literal 1: rounding without a division divides by it."""
    return Literal(1, type=Number(0))


def _quotient(
    numerator: Expr, denominator: Expr, up: int, down: int, rounding: Rounding, kind: Type, span: Span
) -> Divide:
    common = min(up, down)
    return Divide(numerator, denominator, up - common, down - common, rounding, type=kind, span=span)


def rounded(
    node: syntax.Expression, digits: int, rounding: Rounding, span: Span, scope: Scope, lower: Lower
) -> Expr | None:
    """round(x, digits), floor(x), ceiling(x): of a number or of a quotient of like quantities."""
    parts = _parts(node, scope, lower)
    if parts is None:
        return None
    numerator, denominator = parts
    match numerator.type, denominator.type:
        case Number(scale=up), Number(scale=down):
            return _quotient(numerator, denominator, digits + down, up, rounding, Number(digits), span)
        case (Duration(), Duration()) | (Days(), Days()):
            return _quotient(numerator, denominator, digits, 0, rounding, Number(digits), span)
        case Duration() | Days() as kind, Number():
            template = msg("{kind} is rounded to a step, not to digits", kind=describe(kind))
            return _mismatch(template, span, scope, msg("write e.g. `round_to(x, 1min)`"))
        case kind, other:
            return _mismatch(
                msg("{left} cannot be divided by {right}", left=describe(kind), right=describe(other)), span, scope
            )


def rounded_to(
    node: syntax.Expression, step: Expr, rounding: Rounding, span: Span, scope: Scope, lower: Lower
) -> Expr | None:
    """round_to(x, step): the multiple of `step` nearest to x; missing where the step is 0."""
    parts = _parts(node, scope, lower)
    if parts is None:
        return None
    numerator, denominator = parts
    match numerator.type, denominator.type, step.type:
        case Number(scale=up), Number(scale=down), Number(scale=stepped):
            divisor = Multiply(denominator, step, type=Number(down + stepped), span=span)
            count = _quotient(numerator, divisor, down + stepped, up, rounding, Number(0), span)
            return Multiply(count, step, type=step.type, span=span)
        case (Duration(), Number(scale=down), Duration()) | (Days(), Number(scale=down), Days()):
            divisor = Multiply(denominator, step, type=step.type, span=span)
            count = _quotient(numerator, divisor, down, 0, rounding, Number(0), span)
            return Multiply(count, step, type=step.type, span=span)
        case kind, _, stepped:
            template = msg(
                "{kind} cannot be rounded to a step that is {step}", kind=describe(kind), step=describe(stepped)
            )
            return _mismatch(template, span, scope, unit_hint(kind, stepped))


def _parts(node: syntax.Expression, scope: Scope, lower: Lower) -> tuple[Expr, Expr] | None:
    match node:
        case syntax.Arithmetic(operator="/", left=left, right=right):
            numerator, denominator = lower(left, scope), lower(right, scope)
        case _:
            numerator, denominator = lower(node, scope), one()
    return None if numerator is None or denominator is None else (numerator, denominator)


def _mismatch(headline: Message, span: Span, scope: Scope, hint: Message | None = None) -> None:
    scope.diagnostics.add("T101", span, headline, help=hint)
