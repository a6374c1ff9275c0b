"""Relations derived from the cases of a run: their keys and the values of each group (LANGUAGE.md section 9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from steelyard.diagnostics import Span, msg
from steelyard.ir.expressions import Aggregate, Bounded, Expr, OneRow, TableCall
from steelyard.ir.lowering.context import Context
from steelyard.ir.lowering.fields import parse_type
from steelyard.ir.lowering.people import label, maybe_label, source
from steelyard.ir.reading import DefineKey, asks_calendar, define_of
from steelyard.ir.ruleset import CASES, Definition, Derived, InputField
from steelyard.ir.scope import NameScope
from steelyard.ir.strata import Level
from steelyard.ir.types import Range, Regions, Type, default_range
from steelyard.ir.typing.names import closed
from steelyard.ir.walk import nodes
from steelyard.model import case, relations
from steelyard.model.scalars import is_true
from steelyard.source import Text


def derived(context: Context, name: str, written: relations.Relation) -> tuple[Derived, tuple[InputField, ...]] | None:
    """Lower the keys and values of a derived relation, which are its fields; None where `derived` is not written."""
    said = written.derived
    if said is None:
        for key, one in written.fields.items():
            if one.value is not None:
                context.diagnostics.add(
                    "M109",
                    key.span,
                    msg("only a derived relation has values: `{name}` is read from files", name=key),
                    help=msg("write its type, or `derived: {{from: cases, by: …}}` beside `fields`"),
                )
        return None
    _check_keys(context, written, said.span)
    for key, one in written.fields.items():
        if (one.value is None) == (key not in said.by):
            context.diagnostics.add(
                "M109",
                key.span,
                msg("`{name}` is a key of the group and has a value already", name=key)
                if key in said.by
                else msg("`{name}` has no value: what is it of a group of cases?", name=key),
                help=msg("leave `value` out") if key in said.by else msg("write e.g. `value: count(cases)`"),
            )
    scope = NameScope(context, Level.CASE, msg("a key of a derived relation"))
    by = _definitions(context, {key: (one.value, key) for key, one in said.by.items()}, written.fields, scope)
    scope = NameScope(context, Level.ROWS, msg("a value of a derived relation"), grouped=True)
    values = {key: (one.value, key) for key, one in written.fields.items() if one.value and key not in said.by}
    found = Derived(by, _definitions(context, values, written.fields, scope))
    for one in by:
        if isinstance(one.value.type, Regions):
            context.diagnostics.add("T107", one.span, msg("a list cannot be the key of a group"))
    for one in (*by, *found.values):
        _check_reads(context, name, one.value)
    return found, tuple(_field(context, one, written.fields, key=one in by) for one in (*by, *found.values))


def _check_keys(context: Context, written: relations.Relation, place: Span) -> None:
    """Check that nothing beside `derived` says where rows come from, and that cases find their row by `joins`."""
    for said in (written.feed, written.of_case, written.id):
        if said is not None:
            context.diagnostics.add(
                "M109", said.span, msg("a derived relation is not read from files"), help=msg("leave this out")
            )
    if written.window is not None:
        context.diagnostics.add("M109", written.window.span, msg("a derived relation is not read from files"))
    if written.derived is not None and not written.derived.by:
        context.diagnostics.add(
            "M102", place, msg("a derived relation needs a key"), help=msg("write e.g. `by: {{branch: branch}}`")
        )
    if not is_true(written.one_row) or written.joins is None:
        context.diagnostics.add(
            "M102",
            place,
            msg("a derived relation has one row for each group, which cases find by `joins`"),
            help=msg("write `one_row: true`, and in `joins` that each key equals what it is of the case"),
        )


def _definitions(
    context: Context,
    written: Mapping[Text, tuple[Text | None, Text]],
    fields: Mapping[Text, case.RowField],
    scope: NameScope,
) -> tuple[Definition, ...]:
    found: list[Definition] = []
    for key, (text, place) in written.items():
        told = fields.get(key)
        kind: Type | None = None
        if told is not None and told.type is not None:
            kind = parse_type(told.type, context.diagnostics)
        value = None if text is None else context.expression(text, scope, kind)
        if value is not None:
            name = str(key)
            said = None if told is None else told.label
            column = name if told is None or told.column is None else str(told.column)
            found.append(Definition(id=name, label=label(said, column), span=place.span, value=value))
    return tuple(found)


def _field(context: Context, one: Definition, fields: Mapping[Text, case.RowField], *, key: bool) -> InputField:
    """A key or value as a field of the relation's rows."""
    told = fields.get(Text(one.id, one.span)) if one.span is not None else None
    kind = closed(one.value.type)
    return InputField(
        id=one.id,
        label=one.label,
        source=source(None if told is None else told.source, context.file.source),
        notes=maybe_label(None if told is None else told.notes),
        span=one.span,
        type=kind,
        column=one.id if told is None or told.column is None else str(told.column),
        range=_within(context.knows.widest_range(one.value), default_range(kind)),
        optional=not key and context.knows.missing(one.value),
        personal=told is not None and is_true(told.personal),
    )


def _within(found: Range, widest: Range | None) -> Range | None:
    """The part of a range that the type allows by default."""
    if widest is None or widest.low is None or widest.high is None:
        return widest
    low = widest.low if found.low is None else min(max(found.low, widest.low), widest.high)
    high = widest.high if found.high is None else max(min(found.high, widest.high), widest.low)
    return replace(widest, low=low, high=high)


def _check_reads(context: Context, relation: str, expr: Expr) -> None:
    """Check what a key or value reads, also through defines: rows that name their case, and nothing that is judged."""
    for node in _all_nodes(context, expr, set()):
        match node:
            case Bounded(proved=False):
                _refuse_range(context, node, expr, node.where)
            case Aggregate(relation=owner) if owner != CASES:
                _, written = context.entry(context.file.relations, owner)
                if written.rows is not None:
                    _refuse_range(context, node, expr, owner)
                if written.of_case is None or written.joins is not None or owner == relation:
                    _refuse(context, node, expr, owner)
            case OneRow(relation=owner):
                _refuse(context, node, expr, owner)
            case TableCall(table=table):
                context.diagnostics.add(
                    "N105",
                    node.span or expr.span,
                    msg("a derived relation asks no table, here `{name}`", name=table),
                    help=msg("rows are derived before anything is judged: ask the table of the case"),
                )
            case _ if asks_calendar(node):
                context.diagnostics.add(
                    "N105",
                    node.span or expr.span,
                    msg("a derived relation asks no calendar, for it may reject the case"),
                    help=msg("count elapsed time"),
                )
            case _:  # anything else reads the case, its rows or a constant
                pass
        if isinstance(node, Aggregate) and node.argument is not None and node.where is None:
            _check_argument(context, node)


def _refuse_range(context: Context, node: Expr, expr: Expr, name: str) -> None:
    context.diagnostics.add(
        "N105",
        node.span or expr.span,
        msg("a derived relation cannot read `{name}`: its range may reject the case", name=name),
        help=msg("rows are derived before anything is judged: read the same without a range"),
    )


def _refuse(context: Context, node: Expr, expr: Expr, owner: str) -> None:
    context.diagnostics.add(
        "N105",
        node.span or expr.span,
        msg("a derived relation cannot read `{name}`", name=owner),
        help=msg("it may aggregate `cases`, and relations whose rows name their case by `of_case` alone"),
    )


def _check_argument(context: Context, node: Aggregate) -> None:
    if node.argument is not None and context.knows.missing(node.argument):
        context.diagnostics.add(
            "T120",
            node.span,
            msg("of a case without this value the whole group has none"),
            help=msg("say which cases count, e.g. `where not is_missing(…)`, or give the others a value by `coalesce`"),
        )


def _all_nodes(context: Context, expr: Expr, seen: set[DefineKey]) -> Iterator[Expr]:
    """The nodes of an expression, and of the defines that it reads."""
    for node in nodes(expr):
        yield node
        key = define_of(node)
        if key is None or key in seen:
            continue
        seen.add(key)
        relation, name = key
        value = context.defined(name) if relation is None else context.row_value(relation, name)
        if value is not None and not isinstance(value, InputField):
            yield from _all_nodes(context, value, seen)
