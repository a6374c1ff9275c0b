"""Decision tables: inputs, cells, outputs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from steelyard.diagnostics import Span, msg
from steelyard.diagnostics.suggestions import closest
from steelyard.ir.expressions import Argument, Expr, Stored
from steelyard.ir.lowering.fields import declared_type, parse_type
from steelyard.ir.lowering.people import label, maybe_label, source
from steelyard.ir.ruleset import HitPolicy, Table, TableInput, TableOutput, TableRow
from steelyard.ir.scope import Scope
from steelyard.ir.strata import Level
from steelyard.ir.types import DateTime, Type
from steelyard.ir.typing.calls import fit
from steelyard.ir.typing.expression import expression
from steelyard.ir.typing.literals import expected_literal
from steelyard.ir.typing.unary import unary_test
from steelyard.language.parser import parse_expression, parse_literal, parse_test
from steelyard.language.syntax import AnyValue, Name, children
from steelyard.model import tables as model
from steelyard.source import Text

if TYPE_CHECKING:
    from steelyard.ir.lowering.context import Context


def table(context: Context, name: str) -> Table | None:
    """A whole table; None where a column is wrong, for then no cell can be read."""
    key, written = next((k, w) for k, w in context.file.tables.items() if k == name)
    inputs = tuple(_input(context, column, one) for column, one in written.inputs.items())
    outputs = tuple(_output(context, column, one) for column, one in written.outputs.items())
    if any(one is None for one in (*inputs, *outputs)):
        return None
    columns = tuple(one for one in inputs if one is not None)
    results = tuple(one for one in outputs if one is not None)
    hit = HitPolicy(written.hit_policy.replace(" ", "_"))
    _check_policy(context, hit, results, written)
    rows = tuple(_row(context, name, row, columns, results, number) for number, row in enumerate(written.rows, 1))
    return Table(
        id=name,
        label=label(written.label, name),
        source=source(written.source),
        notes=maybe_label(written.notes),
        span=getattr(key, "span", None),
        hit=hit,
        inputs=columns,
        outputs=results,
        rows=tuple(row for row in rows if row is not None),
        default=_default(context, written, results),
    )


def arguments(context: Context, name: str, scope: Scope) -> tuple[Expr, ...] | None:
    """The table's own input expressions, typed where its name stands."""
    lowered = context.table(name, None)
    written = next(w for k, w in context.file.tables.items() if k == name)
    if lowered is None:
        return None
    found: list[Expr] = []
    for column, one in zip(lowered.inputs, written.inputs.values(), strict=True):
        tree = parse_expression(one.value, context.diagnostics)
        expr = None if tree is None else expression(tree, scope)
        fitted = None if expr is None else fit(expr, column.type, scope)
        if fitted is None:
            return None
        found.append(fitted)
    return tuple(found)


def _input(context: Context, column: str, written: model.TableInput) -> TableInput | None:
    if written.type is not None:
        kind: Type | None = parse_type(written.type, context.diagnostics)
    else:
        tree = parse_expression(written.value, context.diagnostics)
        if tree is None:
            return None
        scope = Scope(context, Level.ROWS, msg("a table's input"), row=_row_relation(context, tree))
        expr = expression(tree, scope)
        kind = None if expr is None else expr.type
    if kind is None:
        return None
    kind = DateTime() if isinstance(kind, DateTime) else kind
    return TableInput(str(column), kind, label(written.label, str(column)))


def _row_relation(context: Context, tree: object) -> str | None:
    """The relation whose row a table's input reads, `measures.kind`; None where it reads the case."""
    stack = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, Name) and len(node.parts) > 1:
            row = context.relation(node.parts[0])
            if row is not None and not row.one_row:
                return row.id
        stack.extend(children(node))  # pyright: ignore[reportArgumentType] - what children gives are trees
    return None


def _output(context: Context, column: str, written: model.InputField) -> TableOutput | None:
    kind = declared_type(parse_type(written.type, context.diagnostics), written, context.diagnostics)
    if kind is None:
        return None
    priority: list[Stored] = []
    for value in written.values or ():
        found = _literal(context, value, kind)
        if found is not None:
            priority.append(found)
    return TableOutput(str(column), kind, label(written.label, str(column)), tuple(priority))


def _check_policy(context: Context, hit: HitPolicy, outputs: tuple[TableOutput, ...], written: model.Table) -> None:
    if hit in {HitPolicy.PRIORITY, HitPolicy.OUTPUT_ORDER}:
        for output in outputs:
            if not output.priority:
                context.diagnostics.add(
                    "H104",
                    written.hit.span,
                    msg("the output `{name}` has no order of importance", name=output.id),
                    help=msg(
                        "list its values, most important first: `{name}: {{type: …, values: […]}}`", name=output.id
                    ),
                )
    if hit.value.startswith("collect_") and len(outputs) > 1:
        context.diagnostics.add("H104", written.hit.span, msg("`{hit}` needs a table with one output", hit=hit.value))


def _literal(context: Context, text: Text, kind: Type) -> Stored | None:
    parsed = None if text.quoted else parse_literal(text, context.diagnostics)
    return expected_literal(parsed, str(text), text.span, kind, context.zone, context.diagnostics)


def _row(
    context: Context,
    name: str,
    written: model.Row,
    inputs: tuple[TableInput, ...],
    outputs: tuple[TableOutput, ...],
    number: int,
) -> TableRow | None:
    cells = {str(key): cell for key, cell in written.cells.items()}
    known = (*(i.id for i in inputs), *(o.id for o in outputs))
    for key in written.cells:
        if key not in known:
            near = closest(key, known)
            context.diagnostics.add(
                "H105",
                getattr(key, "span", written.span),
                msg("the table `{table}` has no column `{column}`", table=name, column=key),
                help=msg("did you mean `{near}`?", near=near) if near else None,
            )
    tests: list[Expr | None] = []
    good = True
    for position, column in enumerate(inputs):
        cell = cells.get(column.id)
        if cell is None:
            tests.append(None)
            continue
        found = cell_test(context, cell, Argument(position, type=column.type), cell.span)
        good = good and found is not None
        tests.append(None if isinstance(found, AnyValue) else found)
    results: list[Stored | None] = []
    for output in outputs:
        cell = cells.get(output.id)
        if cell is None:
            context.diagnostics.add(
                "H106",
                written.span,
                msg(
                    "row {number} of `{table}` says nothing of `{column}`", number=number, table=name, column=output.id
                ),
                help=msg("write a value, or `missing`"),
            )
            good = False
            continue
        if cell == "missing" and not cell.quoted:
            results.append(None)
            continue
        value = _literal(context, cell, output.type)
        good = good and value is not None
        if output.priority and value is not None and value not in output.priority:
            context.diagnostics.add("T103", cell.span, msg("`{text}` is not one of the values listed", text=cell))
            good = False
        results.append(value)
    if not good:
        return None
    return TableRow(tuple(tests), tuple(results), written.span, maybe_label(written.note))


def cell_test(context: Context, cell: Text, tested: Expr, span: Span) -> Expr | AnyValue | None:
    """A condition on a value. A quoted YAML text without inner quotes is a word where text is tested."""
    scope = Scope(context, Level.CASE, msg("a condition on a value"))
    tree = parse_test(cell, context.diagnostics)
    found = None if tree is None else unary_test(tree, tested, scope)
    if found is None or isinstance(found, AnyValue):
        return found
    return replace(found, span=span)


def _default(
    context: Context, written: model.Table, outputs: tuple[TableOutput, ...]
) -> tuple[Stored | None, ...] | None:
    if written.default is None:
        return None
    given = {str(key): value for key, value in written.default.items()}
    for key in written.default:
        if key not in {o.id for o in outputs}:
            context.diagnostics.add(
                "H105", getattr(key, "span", written.span), msg("there is no output `{column}`", column=key)
            )
    values: list[Stored | None] = []
    for output in outputs:
        text = given.get(output.id)
        if text is None:
            context.diagnostics.add(
                "H106", written.span, msg("the default says nothing of `{column}`", column=output.id)
            )
        values.append(None if text is None or text == "missing" else _literal(context, text, output.type))
    return tuple(values)
