"""Parameters and defines."""

from __future__ import annotations

from steelyard.diagnostics import msg
from steelyard.ir.lowering.context import Context
from steelyard.ir.lowering.declared_ranges import bounded
from steelyard.ir.lowering.fields import declared_range, declared_type, parse_type
from steelyard.ir.lowering.people import label, maybe_label, source
from steelyard.ir.ruleset import Definition, ParameterDeclaration
from steelyard.ir.scope import NameScope
from steelyard.ir.strata import Level
from steelyard.ir.types import Number, Text, Type
from steelyard.ir.typing.literals import is_literal, literal, literal_value
from steelyard.ir.typing.percent import percent_where_written
from steelyard.language import syntax
from steelyard.language.parser import parse_literal
from steelyard.model import case as model
from steelyard.source import Text as Written


def parameter(context: Context, name: str) -> ParameterDeclaration | None:
    """A constant of the policy, with its value where one is written."""
    key, written = context.entry(context.file.parameters, name)
    kind = declared_type(_parameter_type(context, written), written, context.diagnostics)
    if kind is None:
        return None
    kind = percent_where_written(kind, (written.value, written.range))
    value = None
    if written.value is not None:
        value = literal_value(written.value, kind, context.zone, context.diagnostics)
        if value is None:
            return None
    bounds = declared_range(written.range, kind, context.zone, context.diagnostics)
    if isinstance(value, int) and bounds is not None and not bounds.holds(value) and written.value is not None:
        context.diagnostics.add("T109", written.value.span, msg("`{text}` is out of its range", text=written.value))
    return ParameterDeclaration(
        id=name,
        label=label(written.label, name),
        source=source(written.source, context.file.source),
        notes=maybe_label(written.notes),
        span=key.span,
        type=kind,
        value=value,
        range=bounds,
        default=value,
    )


def _parameter_type(context: Context, written: model.Parameter) -> Type | None:
    """Return the declared type, else that of the value; for a percentage it allows any whole percentage."""
    if written.type is not None:
        return parse_type(written.type, context.diagnostics)
    if written.value is None or written.values is not None or written.ordered is not None:
        return Text()
    before = context.diagnostics.errors
    parsed = parse_literal(written.value, context.diagnostics)
    if not is_literal(parsed):
        return Text() if context.diagnostics.errors == before else None
    typed = literal(parsed, context.zone, context.diagnostics)
    bare = parsed.operand if isinstance(parsed, syntax.Negative) else parsed
    if isinstance(bare, syntax.Number) and bare.percent:
        return Number(bare.scale)
    return None if typed is None else typed.type


def definition(context: Context, name: str) -> Definition | None:
    """A named expression of the case: it may read inputs, parameters, relations, tables, other defines."""
    key, written = context.entry(context.file.define, name)
    scope = NameScope(context, Level.INDICATORS, msg("a define"))
    return _definition(context, name, written, scope, key)


def row_definition(context: Context, relation: str, name: str) -> Definition | None:
    """A named expression of a relation's row."""
    key, one = context.entry(context.entry(context.file.relations, relation)[1].define, name)
    scope = NameScope(context, Level.ROWS, msg("a define of a relation"), row=relation)
    return _definition(context, name, one, scope, key)


def _definition(
    context: Context, name: str, written: model.Define, scope: NameScope, key: Written
) -> Definition | None:
    value = context.expression(written.value, scope)
    if value is None:
        return None
    return Definition(
        id=name,
        label=label(written.label, name),
        source=source(written.source, context.file.source),
        notes=maybe_label(written.notes),
        span=key.span,
        value=bounded(context, value, written.range, name, scope.row),
    )
