"""Parameters and defines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steelyard.diagnostics import msg
from steelyard.ir.lowering.fields import declared_range, declared_type, parse_type
from steelyard.ir.lowering.people import label, maybe_label, source
from steelyard.ir.ruleset import Definition, ParameterDeclaration
from steelyard.ir.scope import Scope
from steelyard.ir.strata import Level
from steelyard.ir.types import Text, Type
from steelyard.ir.typing.literals import LiteralSyntax, expected_literal, literal
from steelyard.language.parser import parse_literal
from steelyard.model import case as model

if TYPE_CHECKING:
    from steelyard.ir.lowering.context import Context


def parameter(context: Context, name: str) -> ParameterDeclaration | None:
    """A constant of the policy, with its value where one is written."""
    key, written = next((k, w) for k, w in context.file.parameters.items() if k == name)
    kind = _parameter_type(context, written)
    kind = declared_type(kind, written, context.diagnostics)
    if kind is None:
        return None
    value = None
    if written.value is not None:
        parsed = parse_literal(written.value, context.diagnostics)
        value = expected_literal(
            parsed, str(written.value), written.value.span, kind, context.zone, context.diagnostics
        )
        if value is None:
            return None
    bounds = declared_range(written.range, kind, context.zone, context.diagnostics)
    if isinstance(value, int) and bounds is not None and not bounds.holds(value) and written.value is not None:
        context.diagnostics.add("T109", written.value.span, msg("`{text}` is out of its range", text=written.value))
    return ParameterDeclaration(
        id=name,
        label=label(written.label, name),
        source=source(written.source),
        notes=maybe_label(written.notes),
        span=getattr(key, "span", None),
        type=kind,
        value=value,
        range=bounds,
    )


def _parameter_type(context: Context, written: model.Parameter) -> Type | None:
    if written.type is not None:
        return parse_type(written.type, context.diagnostics)
    if written.value is None:
        return None
    parsed = parse_literal(written.value, context.diagnostics)
    if not isinstance(parsed, LiteralSyntax):
        return Text()
    typed = literal(parsed, context.zone, context.diagnostics)
    return None if typed is None else typed.type


def definition(context: Context, name: str) -> Definition | None:
    """A named expression of the case: it may read inputs, parameters, relations, tables, other defines."""
    key, written = next((k, w) for k, w in context.file.define.items() if k == name)
    scope = Scope(context, Level.ROWS, msg("a define"))
    return _definition(context, name, written, scope, key)


def row_definition(context: Context, relation: str, name: str) -> Definition | None:
    """A named expression of a relation's row."""
    written = context.file.relations[relation].define  # pyright: ignore[reportArgumentType] - a Text is a str
    key, one = next((k, w) for k, w in written.items() if k == name)
    scope = Scope(context, Level.ROWS, msg("a define of a relation"), row=relation)
    return _definition(context, name, one, scope, key)


def _definition(context: Context, name: str, written: model.Definition, scope: Scope, key: str) -> Definition | None:
    value = context.expression(written.value, scope)
    if value is None:
        return None
    return Definition(
        id=name,
        label=label(written.label, name),
        source=source(written.source),
        notes=maybe_label(written.notes),
        span=getattr(key, "span", None),
        value=value,
    )
