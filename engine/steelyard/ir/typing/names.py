"""What a name in an expression means (LANGUAGE.md section 4)."""

from __future__ import annotations

from dataclasses import replace

from steelyard.diagnostics import Message, Span, msg
from steelyard.diagnostics.suggestions import MOST_ERRORS, closest, listed
from steelyard.ir.describe import called
from steelyard.ir.expressions import (
    Define,
    Expr,
    Field,
    IndicatorPart,
    Input,
    OneRow,
    OwnMeasure,
    OwnTarget,
    Parameter,
    Part,
    ScoreValue,
    TableCall,
)
from steelyard.ir.ruleset import CASES, HitPolicy, Table
from steelyard.ir.scope import NameScope, RelationShape, written
from steelyard.ir.types import DateTime, Number, Text, Type
from steelyard.ir.walk import nodes
from steelyard.language import syntax

MOST_CANDIDATES = 500
"""Among so many names a similar one is looked for: each unknown name is compared with all of them."""
SHARE_TYPE = Number(6, percent=True)
STATUS_TYPE = Text(("scored", "waived"))


def name(node: syntax.Name, scope: NameScope) -> Expr | None:
    """Resolve a bare or a dotted name."""
    match node.parts:
        case (bare,):
            return _bare(bare, node, scope)
        case ("case", rest):
            return _of_case(rest, node, scope)
        case (owner, rest) if owner == CASES and scope.row == CASES:
            return _of_case(rest, node, scope)
        case (owner, part):
            return _dotted(owner, part, node, scope)
        case _:  # every other form or kind of name
            return _unknown(node, scope)


def _bare(bare: str, node: syntax.Name, scope: NameScope) -> Expr | None:
    row = scope.lookup.relation(scope.row) if scope.row and scope.bare_row else None
    in_row = row is not None and row.has(bare)
    special = _bound(bare, node.span, scope) or _special(bare, node.span, scope)
    kind = scope.lookup.kind(bare)
    in_case = special is not None or kind in {"input", "parameter", "define", "table"} or bare in dict(scope.scores)
    if in_row and in_case and row is not None:
        scope.diagnostics.add(
            "N102",
            node.span,
            msg("`{name}` is both a field of `{relation}` and a name of the case", name=bare, relation=row.id),
            help=msg("write `{relation}.{name}` or `case.{name}`", relation=row.id, name=bare),
        )
        return None
    if in_row and row is not None:
        return _field(row, bare, node.span, scope)
    return special if special is not None else _of_case(bare, node, scope)


def _bound(bare: str, span: Span, scope: NameScope) -> Expr | None:
    """The argument of a formula's parameter."""
    found = dict(scope.bound).get(bare)
    if found is not None and scope.row is not None and any(isinstance(one, Field) for one in nodes(found)):
        scope.diagnostics.add(
            "N109",
            span,
            msg(
                "`{name}` is given from a row, and is read inside an aggregate over `{relation}`",
                name=bare,
                relation=scope.row,
            ),
            help=msg("pass a value of the case, or write the aggregate as an argument of the formula"),
        )
    return None if found is None else replace(found, span=span)


def _special(bare: str, span: Span, scope: NameScope) -> Expr | None:
    if bare == "target" and scope.target is not None:
        return OwnTarget(type=scope.target, span=span)
    if bare == "measure" and scope.measure is not None:
        return OwnMeasure(type=scope.measure, span=span)
    if bare == "score" and scope.own_score is not None:
        return ScoreValue(scope.own_score, type=dict(scope.scores)[scope.own_score], span=span)
    return None


def _of_case(bare: str, node: syntax.Name, scope: NameScope) -> Expr | None:
    lookup, span = scope.lookup, node.span
    if scope.grouped and lookup.kind(bare) in {"input", "define", "table"}:
        return _of_one_case(bare, span, scope)
    match lookup.kind(bare):
        case "input":
            found = lookup.input(bare)
            return None if found is None else Input(bare, type=found.type, span=span)
        case "parameter":
            parameter = lookup.parameter(bare)
            return None if parameter is None else Parameter(bare, type=parameter.type, span=span)
        case "define":
            define = lookup.define(bare, span)
            return None if define is None else Define(bare, type=closed(define.value.type), span=span)
        case "table":
            table = lookup.table(bare, span)
            if table is None:
                return None
            output, *others = table.outputs
            if others:
                return several_outputs(table, span, scope)
            return table_call(table, output.id, span, scope)
        case "score" if bare in dict(scope.scores):
            return ScoreValue(bare, type=dict(scope.scores)[bare], span=span)
        case None:
            return _unknown(node, scope)
        case kind:
            return _not_a_value(bare, kind, span, scope)


def _of_one_case(bare: str, span: Span, scope: NameScope) -> None:
    scope.diagnostics.add(
        "N107",
        span,
        msg("a group has many cases: `{name}` needs an aggregate over `cases`", name=bare),
        help=msg("write e.g. `count(cases where {name} = …)` or `sum(cases.{name})`", name=bare),
    )


def _not_a_value(bare: str, kind: str, span: Span, scope: NameScope) -> None:
    hints = {
        "indicator": msg("write `{name}.score`, `.measure`, `.target`, `.share` or `.status`", name=bare),
        "relation": msg("write e.g. `count({name})`, or name a field: `{name}.FIELD`", name=bare),
        "group": msg("a group has no value of its own"),
        "score": msg("a score can be read by its own points rules and by outputs"),
        "formula": msg("call it: `{name}(…)`", name=bare),
    }
    scope.diagnostics.add(
        "N104",
        span,
        msg("`{name}` is the name of {kind} and has no value here", name=bare, kind=called(kind)),
        help=hints.get(kind),
    )


def several_outputs(table: Table, span: Span, scope: NameScope) -> None:
    """Report a table that is asked without saying for which output."""
    scope.diagnostics.add(
        "N104",
        span,
        msg("the table `{name}` has several outputs", name=table.id),
        help=msg("write one of {outputs}", outputs=listed(f"{table.id}.{output.id}" for output in table.outputs[:5])),
    )


def _dotted(owner: str, part: str, node: syntax.Name, scope: NameScope) -> Expr | None:
    lookup, span = scope.lookup, node.span
    match lookup.kind(owner):
        case "relation":
            row = lookup.relation(owner)
            return None if row is None else _of_relation(row, part, span, scope)
        case "table":
            table = lookup.table(owner, span)
            if table is None:
                return None
            if all(output.id != part for output in table.outputs):
                return _no_part(owner, part, tuple(output.id for output in table.outputs), span, scope)
            return table_call(table, part, span, scope)
        case "indicator":
            return _indicator_part(owner, part, span, scope)
        case _:  # every other form or kind of name
            return _unknown(node, scope)


def _of_relation(row: RelationShape, part: str, span: Span, scope: NameScope) -> Expr | None:
    if not row.has(part):
        return _no_part(row.id, part, (*row.fields, *sorted(row.defines)), span, scope)
    if scope.row == row.id or row.one_row:
        return _field(row, part, span, scope)
    scope.diagnostics.add(
        "N107",
        span,
        msg("`{relation}` may have many rows for a case: `{name}` needs an aggregate", relation=row.id, name=part),
        help=msg(
            "write e.g. `sum({relation}.{name})`, `max({relation}.{name})`, `any({relation} where …)`, "
            "or make the rule `for_each: {relation}`; "
            "to ask a table about each row, aggregate a `define` of the relation",
            relation=row.id,
            name=part,
        ),
    )
    return None


def _field(row: RelationShape, part: str, span: Span, scope: NameScope) -> Expr | None:
    if part in row.fields:
        kind: Type = row.fields[part].type
    else:
        define = scope.lookup.row_define(row.id, part, span)
        if define is None:
            return None
        kind = closed(define.value.type)
    if scope.row == row.id:
        return Field(row.id, part, type=kind, span=span)
    return OneRow(row.id, part, type=kind, span=span)


def _indicator_part(owner: str, part: str, span: Span, scope: NameScope) -> Expr | None:
    if part not in {p.value for p in Part}:
        return _no_part(owner, part, tuple(p.value for p in Part), span, scope)
    if scope.lookup.is_family(owner):
        scope.diagnostics.add(
            "N104",
            span,
            msg("`{name}` is an indicator of each row and has no single `{part}`", name=owner, part=part),
            help=msg("aggregate the rows of its relation instead, e.g. `mean(R.x, 2)`"),
        )
        return None
    which = Part(part)
    match which:
        case Part.SCORE:
            kind: Type | None = Number(2)
        case Part.SHARE:
            kind = SHARE_TYPE
        case Part.STATUS:
            kind = STATUS_TYPE
        case Part.MEASURE | Part.TARGET:
            types = scope.lookup.indicator_types(owner, span)
            if types is None:
                return None
            kind = types[0] if which is Part.MEASURE else types[1]
    if kind is None:
        scope.diagnostics.add("N111", span, msg("the indicator `{name}` has no target", name=owner))
        return None
    return IndicatorPart(owner, which, type=kind, span=span)


def _no_part(owner: str, part: str, parts: tuple[str, ...], span: Span, scope: NameScope) -> None:
    near = closest(part, parts)
    scope.diagnostics.add(
        "N111",
        span,
        msg("`{owner}` has no `{part}`", owner=owner, part=part),
        help=msg("did you mean `{owner}.{near}`?", owner=owner, near=near)
        if near
        else msg("it has {parts}", parts=listed(parts[:5]))
        if parts
        else None,
    )


def _unknown(node: syntax.Name, scope: NameScope) -> None:
    scope.diagnostics.add(
        "N101", node.span, msg("unknown name `{name}`", name=written(node)), help=_unknown_hint(node, scope)
    )


def _unknown_hint(node: syntax.Name, scope: NameScope) -> Message:
    first = node.parts[0] if node.parts[0] != "case" else node.parts[-1]
    row = scope.lookup.relation(scope.row) if scope.row else None
    if len(node.parts) == 1 and row is not None and not scope.bare_row and row.has(first):
        return msg("write `{relation}.{name}`", relation=row.id, name=first)
    match first:
        case "target":
            return msg("`target` can be read in a grant, in a measure and in the points of an indicator that has one")
        case "measure":
            return msg("`measure` can be read in the points of an indicator")
        case "score":
            return msg("`score` can be read in points rules and outputs; of several scores write the name")
        case _:  # any other name
            pass
    candidates = list(scope.lookup.names())
    if row is not None and scope.bare_row and node.parts[0] != "case":
        candidates += [*row.fields, *sorted(row.defines)]
    searched = len(candidates) <= MOST_CANDIDATES and scope.diagnostics.errors < MOST_ERRORS
    near = closest(first, tuple(candidates)) if searched else None
    if near is not None and near != first:
        whole = ".".join(near if part == first else part for part in node.parts)
        return msg("did you mean `{near}`?", near=whole)
    return msg("text stands in double quotes; names are inputs, parameters, defines, tables, relations, indicators")


def table_call(
    table: Table, output: str, span: Span, scope: NameScope, arguments: tuple[Expr, ...] | None = None
) -> Expr | None:
    """Ask a table in the scope where its name stands, or with the arguments given."""
    if arguments is None:
        arguments = () if scope.types_only else scope.lookup.table_arguments(table.id, scope)
    if arguments is None:
        return None
    column = next(o for o in table.outputs if o.id == output)
    kind = Number(0) if table.hit is HitPolicy.COLLECT_COUNT else column.type
    call = TableCall(table.id, output, arguments, type=kind, span=span)
    return call if scope.types_only else scope.lookup.bounded_answer(call)


def closed(kind: Type) -> Type:
    """Return the type of a computed value: an open datetime becomes a plain one."""
    return DateTime() if isinstance(kind, DateTime) else kind
