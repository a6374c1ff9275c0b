"""Converts expressions to a common type and scale."""

from __future__ import annotations

from collections.abc import Mapping

from steelyard.diagnostics import Message, msg
from steelyard.ir.describe import describe
from steelyard.ir.expressions import Expr, Literal, Scale
from steelyard.ir.scope import NameScope
from steelyard.ir.types import Boolean, Date, DateTime, Days, Duration, Number, Region, Regions, Text, Type
from steelyard.ir.typing.percent import in_percent, is_percent


def scaled(expr: Expr, scale: int) -> Expr:
    """Convert a number to a larger scale; a literal is converted directly."""
    have = expr.type.scale if isinstance(expr.type, Number) else scale
    if have == scale:
        return expr
    if isinstance(expr, Literal):
        value = expr.value * 10 ** (scale - have) if isinstance(expr.value, int) else None
        return Literal(value, type=Number(scale, percent=is_percent(expr.type)), span=expr.span)
    return Scale(expr, scale - have, type=Number(scale, percent=is_percent(expr.type)), span=expr.span)


def common_type(types: tuple[Type, ...]) -> Type | None:
    """The one type that values of these types can share; None where there is none."""
    first = types[0]
    if all(isinstance(kind, Number) for kind in types):
        scale = max(kind.scale for kind in types if isinstance(kind, Number))
        return Number(scale, percent=any(map(is_percent, types)))
    if all(isinstance(kind, DateTime) for kind in types):
        return DateTime()
    if all(kind == first for kind in types):
        return first
    return Text() if all(isinstance(kind, Text) for kind in types) else None


def _text_type(items: tuple[Expr, ...]) -> Text | None:
    """The type with values that texts share where literals are among the values of the others."""
    kinds = {item.type for item in items if not isinstance(item, Literal)}
    if len(kinds) != 1:
        return None
    (kind,) = kinds
    words = [item.value for item in items if isinstance(item, Literal) and isinstance(item.value, str)]
    return kind if isinstance(kind, Text) and all(word in kind.values for word in words) else None


def adopt(expr: Expr, kind: Type) -> Expr:
    """An expression whose type may be shared, brought to it (`missing` takes any type)."""
    if isinstance(expr, Literal) and expr.value is None:
        return Literal(None, type=kind, span=expr.span)
    if isinstance(kind, Number):
        return scaled(in_percent(expr) if kind.percent else expr, kind.scale)
    if isinstance(expr, Literal) and isinstance(kind, Text):
        return Literal(expr.value, type=kind, span=expr.span)
    return expr


def unify(items: tuple[Expr, ...], scope: NameScope) -> tuple[tuple[Expr, ...], Type] | None:
    """Bring several expressions to one type, or report the first that differs."""
    typed = tuple(item.type for item in items if not (isinstance(item, Literal) and item.value is None))
    if not typed:
        return items, items[0].type
    kind = _text_type(items) or common_type(typed)
    if kind is not None:
        return tuple(adopt(item, kind) for item in items), kind
    odd = next(item for item in items if common_type((typed[0], item.type)) is None)
    scope.diagnostics.add(
        "T102",
        odd.span,
        msg("{one} and {other} do not go together here", one=describe(typed[0]), other=describe(odd.type)),
        help=unit_hint(typed[0], odd.type),
    )
    return None


def wanted_hint(wanted: Type, have: Type) -> Message | None:
    """Return a hint for a value that is not of the type wanted; None where there is none."""
    match wanted, have:
        case Boolean(), _ if type(have) in _COMPARED:
            return msg("compare it with something, e.g. `{example}`", example=_COMPARED[type(have)])
        case Number(), Boolean():
            return msg("write e.g. `if x then 1 else 0`")
        case Number(scale=scale), Duration():
            return msg("divide it by a unit, e.g. `{example}`", example=f"round(x / 1h, {scale})")
        case Number(scale=scale), Days():
            return msg("divide it by a unit, e.g. `{example}`", example=f"round(x / 1d, {scale})")
        case Date(), DateTime():
            return msg("take its day: `date(x)`")
        case (Boolean(), _) | (_, Boolean()) | (DateTime(), Date()):
            return None
        case _:  # pairs for which the order does not matter
            return unit_hint(wanted, have)


_COMPARED: Mapping[type[Type], str] = {
    Number: "x > 0",
    Duration: "x > 0h",
    Days: "x > 0d",
    Text: 'x = "…"',
    Date: "x > @2024-05-01",
    DateTime: "x > @2024-05-01T10:00:00+08:00",
}
"""By type a comparison of such a value `x`."""


def unit_hint(left: Type, right: Type) -> Message | None:
    """Return a hint for two types that do not match; None where there is none."""
    pair = {type(left), type(right)}
    if pair == {Duration, Number}:
        return msg("write the number with its unit, e.g. `24h`")
    if pair == {Days, Number}:
        return msg("write the number with its unit, e.g. `15d`")
    if pair == {Duration, Days}:
        return msg("elapsed time is a duration (`360h`), days are for dates (`15d`)")
    if pair == {Date, DateTime}:
        return msg("compare days: `date(x)`, or write the instant with its time")
    if pair == {Text, Number}:
        return msg("text stands in double quotes, numbers do not")
    if Boolean in pair:
        return msg("a truth value stands alone: write `upheld` or `not upheld`")
    if pair & {Region, Regions}:
        return msg("regions are compared with `covers(larger, smaller)`")
    return None
