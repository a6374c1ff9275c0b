"""Functions (LANGUAGE.md section 4)."""

from __future__ import annotations

from collections.abc import Callable

from steelyard.diagnostics import msg
from steelyard.diagnostics.suggestions import closest, listed
from steelyard.ir.describe import describe
from steelyard.ir.expressions import (
    Apply,
    Coalesce,
    Expr,
    Function,
    IsMissing,
    Literal,
    OpenEnd,
    Rounding,
    Subtract,
)
from steelyard.ir.scope import Scope
from steelyard.ir.types import Boolean, Date, DateTime, Days, Duration, Number, Region, Regions, Text, Type
from steelyard.ir.typing import arithmetic
from steelyard.ir.typing.arithmetic import Asked
from steelyard.ir.typing.literals import is_literal, literal
from steelyard.ir.typing.names import several_outputs, table_call
from steelyard.ir.typing.numbers import adopt, unify, unit_hint
from steelyard.ir.typing.working import WORKING_FUNCTIONS, working
from steelyard.language import syntax

Lower = Callable[[syntax.Expression, Scope], Expr | None]

ARITIES: dict[str, tuple[int, int]] = {
    "abs": (1, 1),
    "min": (2, 99),
    "max": (2, 99),
    "clamp": (3, 3),
    "floor": (1, 1),
    "ceiling": (1, 1),
    "round": (2, 3),
    "round_to": (2, 3),
    "coalesce": (2, 99),
    "is_missing": (1, 1),
    "date": (1, 1),
    "year": (1, 1),
    "month": (1, 1),
    "year_month": (1, 1),
    "days": (1, 1),
    "starts_with": (2, 2),
    "covers": (2, 2),
    "overlaps": (4, 4),
    "overlap_time": (4, 4),
    "elapsed": (2, 2),
    **WORKING_FUNCTIONS,
}
AGGREGATES = ("count", "sum", "mean", "any", "all")
FUNCTIONS = frozenset({*ARITIES, *AGGREGATES})


def call(node: syntax.Call, scope: Scope, lower: Lower) -> Expr | None:
    """function(arguments), or a table called by name. Aggregates are handled before."""
    name = node.function
    if scope.lookup.kind(name) == "table":
        return _call_table(node, scope, lower)
    if name not in ARITIES:
        tables = tuple(one for one in scope.lookup.names() if scope.lookup.kind(one) == "table")
        near = closest(name, (*ARITIES, *AGGREGATES, *tables))
        scope.diagnostics.add(
            "N110",
            node.function_span or node.span,
            msg("unknown function `{name}`", name=name),
            help=msg("did you mean `{near}`?", near=near) if near else None,
        )
        return None
    low, high = ARITIES[name]
    if not low <= len(node.arguments) <= high or node.where is not None:
        wanted = msg("{low}", low=low) if low == high else msg("{low} or more", low=low)
        if high == low + 1:
            wanted = msg("{low} or {high}", low=low, high=high)
        scope.diagnostics.add(
            "T105",
            node.span,
            msg("`{name}` takes {wanted} arguments, not {count}", name=name, wanted=wanted, count=len(node.arguments)),
            help=msg("`where` belongs to aggregates: count sum min max mean any all")
            if node.where is not None
            else None,
        )
        return None
    match name:
        case "floor" | "ceiling":
            return arithmetic.rounded(Asked(node.arguments[0], Rounding(name), node.span), 0, scope, lower)
        case "round" | "round_to":
            return _round(node, scope, lower)
        case "covers":
            return _covers(node, scope, lower)
        case _ if name in WORKING_FUNCTIONS:
            return working(node, scope, lower)
        case _:
            arguments = tuple(lower(argument, scope) for argument in node.arguments)
            good = tuple(argument for argument in arguments if argument is not None)
            return _apply(name, good, node, scope) if len(good) == len(arguments) else None


def _round(node: syntax.Call, scope: Scope, lower: Lower) -> Expr | None:
    rounding = Rounding.HALF_UP
    if len(node.arguments) == 3:
        mode = node.arguments[2]
        word = mode.parts[0] if isinstance(mode, syntax.Name) and len(mode.parts) == 1 else None
        word = mode.text if isinstance(mode, syntax.Quoted) else word
        if word not in {r.value for r in Rounding}:
            near = closest(word or "", (r.value for r in Rounding))
            scope.diagnostics.add(
                "T106",
                mode.span,
                msg("unknown way to round"),
                help=msg("did you mean `{near}`?", near=near)
                if near
                else msg("write one of {modes}", modes=listed(r.value for r in Rounding)),
            )
            return None
        rounding = Rounding(word)
    asked = Asked(node.arguments[0], rounding, node.span)
    if node.function == "round_to":
        step = lower(node.arguments[1], scope)
        return None if step is None else arithmetic.rounded_to(asked, step, scope, lower)
    digits = node.arguments[1]
    if not isinstance(digits, syntax.Number) or digits.scale or digits.percent or digits.units > 15:
        scope.diagnostics.add("T106", digits.span, msg("the digits of `round` are a whole number from 0 to 15"))
        return None
    return arithmetic.rounded(asked, digits.units, scope, lower)


def _call_table(node: syntax.Call, scope: Scope, lower: Lower) -> Expr | None:
    table = scope.lookup.table(node.function, node.span)
    if table is None:
        return None
    if len(node.arguments) != len(table.inputs):
        scope.diagnostics.add(
            "T105",
            node.span,
            msg(
                "`{name}` takes {wanted} arguments, not {count}",
                name=table.id,
                wanted=len(table.inputs),
                count=len(node.arguments),
            ),
            help=msg("its inputs are {names}", names=listed(i.id for i in table.inputs)),
        )
        return None
    output, *others = table.outputs
    if others:
        return several_outputs(table, node.span, scope)
    if node.where is not None:
        scope.diagnostics.add(
            "T105",
            node.where.span,
            msg("`where` cannot be asked of a table"),
            help=msg("`where` belongs to aggregates: count sum min max mean any all"),
        )
        return None
    arguments: list[Expr] = []
    for argument, column in zip(node.arguments, table.inputs, strict=True):
        expr = (
            literal(argument, scope.lookup.zone, scope.diagnostics, column.type)
            if is_literal(argument)
            else lower(argument, scope)
        )
        fitted = None if expr is None else fit(expr, column.type, scope)
        if fitted is None:
            return None
        arguments.append(fitted)
    return table_call(table, output.id, node.span, scope, tuple(arguments))


def fit(expr: Expr, kind: Type, scope: Scope) -> Expr | None:
    """The expression as a value of `kind`: numbers are brought to its scale where nothing is lost."""
    match expr.type, kind:
        case _ if isinstance(expr, Literal) and expr.value is None:
            return adopt(expr, kind)
        case Number(scale=have), Number(scale=want) if have <= want:
            return adopt(expr, kind)
        case Number(scale=have), Number(scale=want):
            if isinstance(expr, Literal) and isinstance(expr.value, int) and expr.value % 10 ** (have - want) == 0:
                return Literal(expr.value // 10 ** (have - want), type=kind, span=expr.span)
            scope.diagnostics.add(
                "T107",
                expr.span,
                msg("this has {have} digits after the point, {want} are wanted", have=have, want=want),
                help=msg("round it: `round(x, {want})`", want=want),
            )
            return None
        case Text(values=have), Text(values=want) if not want or (have and set(have) <= set(want)):
            return expr
        case Text(), Text(values=want):
            if isinstance(expr, Literal) and expr.value in want:
                return adopt(expr, kind)
            scope.diagnostics.add(
                "T107",
                expr.span,
                msg("this text may be other than the values listed"),
                help=msg("declare the same values for it: {values}", values=listed(want[:5])),
            )
            return None
        case DateTime(), DateTime():
            return expr
        case have, want if have == want:
            return expr
        case have, want:
            scope.diagnostics.add(
                "T107",
                expr.span,
                msg("{want} is wanted here, this is {have}", want=describe(want), have=describe(have)),
                help=unit_hint(want, have),
            )
            return None


def _apply(name: str, arguments: tuple[Expr, ...], node: syntax.Call, scope: Scope) -> Expr | None:
    match name:
        case "coalesce":
            unified = unify(arguments, scope)
            return None if unified is None else Coalesce(unified[0], type=unified[1], span=node.span)
        case "is_missing":
            return IsMissing(arguments[0], type=Boolean(), span=node.span)
        case "elapsed":
            return _elapsed(arguments, node, scope)
        case "min" | "max" | "clamp" | "abs":
            return _extreme(Function(name), arguments, node, scope)
        case "overlaps" | "overlap_time":
            return _overlap(Function(name), arguments, node, scope)
        case _:
            return _calendar(Function(name), arguments, node, scope)


def _wrong(argument: Expr, wanted: Type, node: syntax.Call, scope: Scope) -> None:
    scope.diagnostics.add(
        "T106",
        argument.span or node.span,
        msg(
            "`{name}` takes {wanted} here, not {kind}",
            name=node.function,
            wanted=describe(wanted),
            kind=describe(argument.type),
        ),
        help=unit_hint(wanted, argument.type),
    )


def _elapsed(arguments: tuple[Expr, ...], node: syntax.Call, scope: Scope) -> Expr | None:
    for argument in arguments:
        if not isinstance(argument.type, DateTime):
            return _wrong(argument, DateTime(), node, scope)
    start, end = arguments
    return Subtract(end, start, type=Duration(), span=node.span)


def _extreme(function: Function, arguments: tuple[Expr, ...], node: syntax.Call, scope: Scope) -> Expr | None:
    for argument in arguments:
        if isinstance(argument.type, Boolean | Region | Regions) or (
            isinstance(argument.type, Text) or (function is Function.ABS and isinstance(argument.type, Date | DateTime))
        ):
            return _wrong(argument, Number(0), node, scope)
    unified = unify(arguments, scope)
    return None if unified is None else Apply(function, unified[0], type=unified[1], span=node.span)


def _overlap(function: Function, arguments: tuple[Expr, ...], node: syntax.Call, scope: Scope) -> Expr | None:
    for argument in arguments:
        if not isinstance(argument.type, DateTime | Date) or type(argument.type) is not type(arguments[0].type):
            return _wrong(argument, DateTime(), node, scope)
    closed = tuple(
        OpenEnd(argument, type=DateTime(), span=argument.span) if argument.type == DateTime(open=True) else argument
        for argument in arguments
    )
    if function is Function.OVERLAPS:
        return Apply(function, closed, type=Boolean(), span=node.span)
    kind = Days() if isinstance(arguments[0].type, Date) else Duration()
    return Apply(function, closed, type=kind, span=node.span)


def _covers(node: syntax.Call, scope: Scope, lower: Lower) -> Expr | None:
    """covers(larger, smaller): a quoted text is a region of the other one's scheme."""
    (left, right) = node.arguments
    larger = None if is_literal(left) else lower(left, scope)
    smaller = None if is_literal(right) else lower(right, scope)
    scheme = next((e.type.scheme for e in (larger, smaller) if e and isinstance(e.type, Region | Regions)), None)
    expected = None if scheme is None else Region(scheme)
    if is_literal(left) and (smaller is not None or is_literal(right)):
        larger = literal(left, scope.lookup.zone, scope.diagnostics, expected)
    if is_literal(right) and larger is not None:
        smaller = literal(right, scope.lookup.zone, scope.diagnostics, expected)
    return None if larger is None or smaller is None else _covering(larger, smaller, node, scope)


def _covering(larger: Expr, smaller: Expr, node: syntax.Call, scope: Scope) -> Expr | None:
    if not isinstance(smaller.type, Region):
        return _wrong(smaller, Region("name"), node, scope)
    if not isinstance(larger.type, Region | Regions):
        return _wrong(larger, Regions(smaller.type.scheme), node, scope)
    if larger.type.scheme != smaller.type.scheme:
        scope.diagnostics.add(
            "T106",
            node.span,
            msg(
                "regions of {one} and of {other} cannot be compared", one=larger.type.scheme, other=smaller.type.scheme
            ),
        )
        return None
    return Apply(Function.COVERS, (larger, smaller), type=Boolean(), span=node.span)


def _calendar(function: Function, arguments: tuple[Expr, ...], node: syntax.Call, scope: Scope) -> Expr | None:
    (first, *rest) = arguments
    match function, first.type:
        case Function.DATE, DateTime():
            return Apply(function, arguments, type=Date(), span=node.span)
        case Function.DATE, Date():
            return first
        case Function.YEAR | Function.MONTH | Function.YEAR_MONTH, DateTime() | Date():
            day = (
                first if isinstance(first.type, Date) else Apply(Function.DATE, (first,), type=Date(), span=first.span)
            )
            kind: Type = Text() if function is Function.YEAR_MONTH else Number(0)
            return Apply(function, (day,), type=kind, span=node.span)
        case Function.DAYS, Number(scale=0):
            return Apply(function, arguments, type=Days(), span=node.span)
        case Function.DAYS, Days():
            return Apply(function, arguments, type=Number(0), span=node.span)
        case Function.STARTS_WITH, Text():
            if isinstance(rest[0].type, Text):
                return Apply(function, arguments, type=Boolean(), span=node.span)
            return _wrong(rest[0], Text(), node, scope)
        case Function.STARTS_WITH, _:
            return _wrong(first, Text(), node, scope)
        case Function.DAYS, _:
            return _wrong(first, Number(0), node, scope)
        case _:
            return _wrong(first, DateTime(), node, scope)
