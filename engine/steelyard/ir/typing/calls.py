"""Functions (LANGUAGE.md section 4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from steelyard.diagnostics import InternalError, msg
from steelyard.diagnostics.suggestions import closest, listed
from steelyard.ir.describe import describe
from steelyard.ir.expressions import (
    Apply,
    Coalesce,
    Expr,
    Function,
    If,
    IsMissing,
    Literal,
    OpenEnd,
    Rounding,
    Subtract,
)
from steelyard.ir.functions import FUNCTIONS, MOST_ARGUMENTS
from steelyard.ir.scope import NameScope
from steelyard.ir.types import Boolean, Date, DateTime, Duration, Number, Region, Regions, Text, Type
from steelyard.ir.typing import arithmetic
from steelyard.ir.typing.arithmetic import WrittenRounding
from steelyard.ir.typing.counts import fits
from steelyard.ir.typing.literals import is_literal, literal, not_listed
from steelyard.ir.typing.names import several_outputs, table_call
from steelyard.ir.typing.numbers import adopt, unify, wanted_hint
from steelyard.ir.typing.working import working
from steelyard.language import syntax

Lower = Callable[[syntax.Expression, NameScope], Expr | None]

FORMS: dict[str, tuple[int, int]] = {
    "floor": (1, 1),
    "ceiling": (1, 1),
    "round": (2, 3),
    "round_to": (2, 3),
    "coalesce": (2, MOST_ARGUMENTS),
    "is_missing": (1, 1),
    "elapsed": (2, 2),
}
"""Functions that become nodes of their own, with their least and largest number of arguments."""
ARITIES = {**FORMS, **{function.value: entry.arity for function, entry in FUNCTIONS.items()}}
del ARITIES[Function.DATE_OF.value]  # written `date`, as the function of one argument
AGGREGATES = ("count", "sum", "mean", "any", "all")
FUNCTION_NAMES = frozenset({*ARITIES, *AGGREGATES})


def call(node: syntax.Call, scope: NameScope, lower: Lower) -> Expr | None:
    """function(arguments), or a table called by name. Aggregates are handled before."""
    name = node.function
    if scope.lookup.kind(name) == "table":
        return _call_table(node, scope, lower)
    if scope.lookup.kind(name) == "formula":
        return scope.lookup.call_formula(node, scope)
    if name not in ARITIES:
        callable_ = tuple(one for one in scope.lookup.names() if scope.lookup.kind(one) in {"table", "formula"})
        near = closest(name, (*ARITIES, *AGGREGATES, *callable_))
        scope.diagnostics.add(
            "N110",
            node.function_span or node.span,
            msg("unknown function `{name}`", name=name),
            help=msg("did you mean `{near}`?", near=near) if near else None,
        )
        return None
    if name == Function.DATE.value and len(node.arguments) == FUNCTIONS[Function.DATE_OF].most and node.where is None:
        parts = _lowered(node, scope, lower)
        return None if parts is None else _apply(Function.DATE_OF, parts, node, scope)
    if not fits(node, ARITIES[name], scope, None):
        return None
    if name in FORMS:
        return _form(node, scope, lower)
    function = Function(name)
    if FUNCTIONS[function].calendar:
        return working(node, scope, lower)
    arguments = _regions(node, scope, lower) if function is Function.COVERS else _lowered(node, scope, lower)
    return None if arguments is None else _apply(function, arguments, node, scope)


def _form(node: syntax.Call, scope: NameScope, lower: Lower) -> Expr | None:
    """One of FORMS."""
    match node.function:
        case "floor" | "ceiling" as mode:
            return arithmetic.rounded(WrittenRounding(node.arguments[0], Rounding(mode), node.span), 0, scope, lower)
        case "round" | "round_to":
            return _round(node, scope, lower)
        case "coalesce":
            arguments = _lowered(node, scope, lower)
            unified = None if arguments is None else unify(arguments, scope)
            return None if unified is None else Coalesce(unified[0], type=unified[1], span=node.span)
        case "is_missing":
            arguments = _lowered(node, scope, lower)
            return None if arguments is None else IsMissing(arguments[0], type=Boolean(), span=node.span)
        case "elapsed":
            arguments = _lowered(node, scope, lower)
            return None if arguments is None else _elapsed(arguments, node, scope)
        case name:
            raise InternalError(f"`{name}` is no form")


def _lowered(node: syntax.Call, scope: NameScope, lower: Lower) -> tuple[Expr, ...] | None:
    """The arguments; None where one of them is wrong."""
    arguments = tuple(lower(argument, scope) for argument in node.arguments)
    good = tuple(argument for argument in arguments if argument is not None)
    return good if len(good) == len(arguments) else None


def _round(node: syntax.Call, scope: NameScope, lower: Lower) -> Expr | None:
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
    asked = WrittenRounding(node.arguments[0], rounding, node.span)
    if node.function == "round_to":
        step = lower(node.arguments[1], scope)
        return None if step is None else arithmetic.rounded_to(asked, step, scope, lower)
    digits = node.arguments[1]
    if not isinstance(digits, syntax.Number) or digits.scale or digits.percent or digits.units > 15:
        scope.diagnostics.add("T106", digits.span, msg("the digits of `round` are a whole number from 0 to 15"))
        return None
    return arithmetic.rounded(asked, digits.units, scope, lower)


def _call_table(node: syntax.Call, scope: NameScope, lower: Lower) -> Expr | None:
    table = scope.lookup.table(node.function, node.span)
    if table is None:
        return None
    number = len(table.inputs)
    if not fits(node, (number, number), scope, msg("its inputs are {names}", names=listed(i.id for i in table.inputs))):
        return None
    output, *others = table.outputs
    if others:
        return several_outputs(table, node.span, scope)
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
    carried = scope.lookup.carried_arguments(table.id, scope)
    if carried is None:
        return None
    return table_call(table, output.id, node.span, scope, (*arguments, *carried))


def fit(expr: Expr, kind: Type, scope: NameScope) -> Expr | None:
    """Convert an expression to `kind`; numbers are rescaled where no digits are lost."""
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
        case Text(), Text(values=want):  # `kind`, of which the values are listed
            texts = _texts(expr)
            if texts is not None and texts <= frozenset(want):
                return _closed(expr, kind)
            wrong = next((one for one in _constants(expr) if one.value not in {None, *want}), None)
            if wrong is not None and wrong.span is not None and not isinstance(expr, Literal):
                not_listed(str(wrong.value), want, wrong.span, scope.diagnostics)
                return None
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
                help=wanted_hint(want, have),
            )
            return None


def _texts(expr: Expr) -> frozenset[object] | None:
    """The texts that constants, and choices between them, give; None of any other expression."""
    match expr:
        case Literal(value=value):
            return frozenset() if value is None else frozenset((value,))
        case If(yes=yes, no=no):
            parts = (_texts(yes), _texts(no))
        case Coalesce(items=items):
            parts = tuple(map(_texts, items))
        case _:  # known only by its type
            return frozenset(expr.type.values) if isinstance(expr.type, Text) and expr.type.values else None
    known = [part for part in parts if part is not None]
    return frozenset[object]().union(*known) if len(known) == len(parts) else None


def _constants(expr: Expr) -> Iterator[Literal]:
    """The constants between which an expression chooses."""
    match expr:
        case Literal():
            yield expr
        case If(yes=yes, no=no):
            yield from (*_constants(yes), *_constants(no))
        case Coalesce(items=items):
            for item in items:
                yield from _constants(item)
        case _:  # no choice
            pass


def _closed(expr: Expr, kind: Text) -> Expr:
    """A choice between texts of which each is listed, as a text of these values."""
    match expr:
        case If(yes=yes, no=no):
            return replace(expr, yes=_closed(yes, kind), no=_closed(no, kind), type=kind)
        case Coalesce(items=items):
            return replace(expr, items=tuple(_closed(one, kind) for one in items), type=kind)
        case _:  # a constant, or a closed text
            return adopt(expr, kind)


def _apply(function: Function, arguments: tuple[Expr, ...], node: syntax.Call, scope: NameScope) -> Expr | None:
    """A function of the table applied to arguments whose number fits."""
    entry = FUNCTIONS[function]
    if entry.alike:
        return _of_one_type(function, arguments, node, scope)
    if function is Function.DATE and isinstance(arguments[0].type, Date):
        return arguments[0]
    if entry.day_of_instant:
        arguments = tuple(_day(argument) for argument in arguments)
    wrong = entry.wanted([argument.type for argument in arguments])
    if wrong is not None:
        place, kind = wrong
        return _wrong(arguments[place], kind, node, scope)
    signature = entry.signature([argument.type for argument in arguments])
    if signature is None:
        raise InternalError(f"{function.value}() of {len(arguments)} arguments")
    if entry.open_ends:
        arguments = tuple(_open_end(argument) for argument in arguments)
    return Apply(function, arguments, type=signature.result, span=node.span)


def _of_one_type(function: Function, arguments: tuple[Expr, ...], node: syntax.Call, scope: NameScope) -> Expr | None:
    """A function whose arguments are brought to one type and scale."""
    for argument in arguments:
        wrong = FUNCTIONS[function].wanted([argument.type])
        if wrong is not None:
            return _wrong(argument, wrong[1], node, scope)
    unified = unify(arguments, scope)
    return None if unified is None else Apply(function, unified[0], type=unified[1], span=node.span)


def _day(argument: Expr) -> Expr:
    if not isinstance(argument.type, DateTime):
        return argument
    return Apply(Function.DATE, (argument,), type=Date(), span=argument.span)


def _open_end(argument: Expr) -> Expr:
    return OpenEnd(argument, type=DateTime(), span=argument.span) if argument.type == DateTime(open=True) else argument


def _wrong(argument: Expr, wanted: Type, node: syntax.Call, scope: NameScope) -> None:
    scope.diagnostics.add(
        "T106",
        argument.span or node.span,
        msg(
            "`{name}` takes {wanted} here, not {kind}",
            name=node.function,
            wanted=describe(wanted),
            kind=describe(argument.type),
        ),
        help=wanted_hint(wanted, argument.type),
    )


def _elapsed(arguments: tuple[Expr, ...], node: syntax.Call, scope: NameScope) -> Expr | None:
    for argument in arguments:
        if not isinstance(argument.type, DateTime):
            return _wrong(argument, DateTime(), node, scope)
    start, end = arguments
    return Subtract(end, start, type=Duration(), span=node.span)


def _regions(node: syntax.Call, scope: NameScope, lower: Lower) -> tuple[Expr, ...] | None:
    """The arguments of covers(larger, smaller): a quoted text is a region of the other one's scheme."""
    (left, right) = node.arguments
    larger = None if is_literal(left) else lower(left, scope)
    smaller = None if is_literal(right) else lower(right, scope)
    scheme = next((e.type.scheme for e in (larger, smaller) if e and isinstance(e.type, Region | Regions)), None)
    expected = None if scheme is None else Region(scheme)
    if is_literal(left) and (smaller is not None or is_literal(right)):
        larger = literal(left, scope.lookup.zone, scope.diagnostics, expected)
    if is_literal(right) and larger is not None:
        smaller = literal(right, scope.lookup.zone, scope.diagnostics, expected)
    return (
        None
        if larger is None or smaller is None or not _one_scheme(larger, smaller, node, scope)
        else (larger, smaller)
    )


def _one_scheme(larger: Expr, smaller: Expr, node: syntax.Call, scope: NameScope) -> bool:
    """Whether two arguments are regions of one scheme; reports what is wrong."""
    if not isinstance(smaller.type, Region):
        _wrong(smaller, Region("name"), node, scope)
        return False
    if not isinstance(larger.type, Region | Regions):
        _wrong(larger, Regions(smaller.type.scheme), node, scope)
        return False
    if larger.type.scheme != smaller.type.scheme:
        scope.diagnostics.add(
            "T106",
            node.span,
            msg(
                "regions of {one} and of {other} cannot be compared", one=larger.type.scheme, other=smaller.type.scheme
            ),
        )
        return False
    return True
