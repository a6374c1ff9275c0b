"""Decision tables: inputs, cells, outputs."""

from __future__ import annotations

from dataclasses import dataclass, replace

from steelyard.diagnostics import InternalError, msg
from steelyard.diagnostics.suggestions import closest, listed
from steelyard.ir.describe import describe
from steelyard.ir.expressions import Argument, Expr, Stored
from steelyard.ir.lowering import nested
from steelyard.ir.lowering.context import Context
from steelyard.ir.lowering.demands import score_types
from steelyard.ir.lowering.fields import declared_range, declared_type, parse_type
from steelyard.ir.lowering.people import label, maybe_label, source
from steelyard.ir.ruleset import HitPolicy, Table, TableInput, TableOutput, TableRow
from steelyard.ir.scope import NameScope
from steelyard.ir.strata import Level
from steelyard.ir.types import Date, DateTime, Days, Duration, Number, Range, Type
from steelyard.ir.typing.aggregates import NAMES as AGGREGATE_NAMES
from steelyard.ir.typing.calls import fit
from steelyard.ir.typing.expression import expression
from steelyard.ir.typing.literals import literal_value
from steelyard.ir.typing.names import closed
from steelyard.ir.typing.unary import read_test
from steelyard.language.syntax import AnyValue, Call, Name, Tree, children
from steelyard.model import case
from steelyard.model import tables as model
from steelyard.source import Text


@dataclass(frozen=True, slots=True)
class _Columns:
    """The columns of a table, in the order written."""

    table: str
    inputs: tuple[TableInput, ...]
    outputs: tuple[TableOutput, ...]
    ranges: tuple[Range | None, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all columns."""
        return (*(i.id for i in self.inputs), *(o.id for o in self.outputs))


def table(context: Context, name: str) -> Table | None:
    """Lower a table; None where a column has an error, because then its cells cannot be read."""
    key, written = context.entry(context.file.tables, name)
    if written.file is not None:
        raise InternalError(f"the rows of {name} were not read from their file")
    inputs = tuple(_input(context, column, one) for column, one in written.inputs.items())
    outputs = tuple(_output(context, column, one) for column, one in written.outputs.items())
    good_inputs = tuple(one for one in inputs if one is not None)
    good_outputs = tuple(one for one in outputs if one is not None)
    if len(good_inputs) < len(inputs) or len(good_outputs) < len(outputs):
        return None
    ranges = tuple(
        declared_range(one.range, column.type, context.zone, context.diagnostics)
        for one, column in zip(written.outputs.values(), good_outputs, strict=True)
    )
    columns = _Columns(name, good_inputs, good_outputs, ranges)
    hit = HitPolicy(written.hit_policy.replace(" ", "_"))
    good = _check_policy(context, hit, columns, written)
    rows = tuple(_row(context, row, columns, number) for number, row in enumerate(written.rows, 1))
    default = _default(context, written, columns, hit)
    if not good:
        return None
    return Table(
        id=name,
        label=label(written.label, name),
        source=source(written.source, context.file.source),
        notes=maybe_label(written.notes),
        span=key.span,
        hit=hit,
        inputs=columns.inputs,
        outputs=columns.outputs,
        rows=tuple(row for row in rows if row is not None),
        default=default,
    )


def arguments(context: Context, name: str, scope: NameScope) -> tuple[Expr, ...] | None:
    """Type the table's own input expressions in the scope where its name is used."""
    lowered = context.table(name, None)
    _, written = context.entry(context.file.tables, name)
    if lowered is None:
        return None
    found: list[Expr] = []
    for column, one in zip(lowered.inputs, written.inputs.values(), strict=True):
        tree = context.trees.of(one.value, context.diagnostics)
        expr = None if tree is None else expression(tree, scope)
        fitted = None if expr is None else fit(expr, column.type, scope)
        if fitted is None:
            return None
        found.append(nested.by_name(context, name, column, fitted, scope))
    return tuple(found) if nested.small_enough(name, found, lowered.span, context.diagnostics) else None


def _input(context: Context, column: Text, written: model.TableInput) -> TableInput | None:
    if written.type is not None:
        kind: Type | None = parse_type(written.type, context.diagnostics)
    else:
        tree = context.trees.of(written.value, context.diagnostics)
        if tree is None:
            return None
        scores = score_types(context.file)
        single = scores[0][0] if len(scores) == 1 else None
        row = _row_relation(context, tree)
        place = msg("a table's input")
        scope = NameScope(context, Level.ALL, place, row=row, scores=scores, own_score=single, types_only=True)
        expr = expression(tree, scope)
        kind = None if expr is None else expr.type
    return None if kind is None else TableInput(str(column), closed(kind), label(written.label, str(column)))


def _row_relation(context: Context, tree: Tree) -> str | None:
    """The relation whose row a table's input reads, `measures.kind`; None where it reads the case.

    A bare name that is not a name of the case is a field of the only relation that has it; only its type is used.
    """
    stack = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, Name):
            first = node.parts[0]
            if len(node.parts) > 1:
                row = context.relation(first)
                if row is not None and not row.one_row:
                    return row.id
            elif context.kind(first) is None:
                shapes = (context.relation(str(one)) for one in context.file.relations)
                owners = [shape.id for shape in shapes if shape is not None and shape.has(first)]
                if len(owners) == 1:
                    return owners[0]
        elif not (isinstance(node, Call) and node.function in AGGREGATE_NAMES):
            stack.extend(children(node))
    return None


def _output(context: Context, column: Text, written: case.DeclaredField) -> TableOutput | None:
    kind = declared_type(parse_type(written.type, context.diagnostics), written, context.diagnostics, any_values=True)
    if kind is None:
        return None
    priority = tuple(literal_value(value, kind, context.zone, context.diagnostics) for value in written.values or ())
    known = tuple(value for value in priority if value is not None)
    return TableOutput(str(column), kind, label(written.label, str(column)), known)


def _check_policy(context: Context, hit: HitPolicy, columns: _Columns, written: model.Table) -> bool:
    good = True
    if hit in {HitPolicy.PRIORITY, HitPolicy.OUTPUT_ORDER}:
        for output in columns.outputs:
            if not output.priority:
                context.diagnostics.add(
                    "H104",
                    written.hit.span,
                    msg("the output `{name}` has no order of importance", name=output.id),
                    help=msg(
                        "list its values, most important first: `{name}: {{type: …, values: […]}}`", name=output.id
                    ),
                )
                good = False
    if hit.value.startswith("collect_") and len(columns.outputs) > 1:
        context.diagnostics.add(
            "H104",
            written.hit.span,
            msg("`{hit}` needs a table with one output", hit=written.hit),
            help=msg("write a table for each output"),
        )
        good = False
    addable = Number | Duration | Days
    ordered = Number | Duration | Days | Date | DateTime
    for output in columns.outputs:
        wanted = {HitPolicy.COLLECT_SUM: addable, HitPolicy.COLLECT_MIN: ordered, HitPolicy.COLLECT_MAX: ordered}.get(
            hit
        )
        if wanted is not None and not isinstance(output.type, wanted):
            context.diagnostics.add(
                "T107",
                context.entry(written.outputs, output.id)[0].span,
                msg("`{hit}` cannot be taken of {kind}", hit=written.hit, kind=describe(output.type)),
                help=msg("use `collect` or `collect count`, or an output that is a number"),
            )
            good = False
    return good


def _row(context: Context, written: model.Row, columns: _Columns, number: int) -> TableRow | None:
    before = context.diagnostics.errors
    for key in written.cells:
        if key not in columns.names:
            near = closest(key, columns.names)
            context.diagnostics.add(
                "H105",
                key.span,
                msg("the table `{table}` has no column `{column}`", table=columns.table, column=key),
                help=msg("did you mean `{near}`?", near=near)
                if near
                else msg("its columns are {names}", names=listed(columns.names[:5])),
            )
    cells = {str(key): cell for key, cell in written.cells.items()}
    tests: list[Expr | None] = []
    for position, column in enumerate(columns.inputs):
        cell = cells.get(column.id)
        found = None if cell is None else cell_test(context, cell, Argument(position, type=column.type))
        tests.append(None if isinstance(found, AnyValue) else found)
    results = tuple(
        _result(context, cells.get(output.id), output, bounds, (columns.table, number, written))
        for output, bounds in zip(columns.outputs, columns.ranges, strict=True)
    )
    if context.diagnostics.errors > before:
        return None
    return TableRow(tuple(tests), results, written.span, maybe_label(written.note))


def _result(
    context: Context,
    cell: Text | None,
    output: TableOutput,
    bounds: Range | None,
    row: tuple[str, int, model.Row],
) -> Stored | None:
    """The value of an output cell; None is `missing`, or an error that was reported."""
    if cell is None:
        name, number, written = row
        context.diagnostics.add(
            "H106",
            written.span,
            msg("row {number} of `{table}` says nothing of `{column}`", number=number, table=name, column=output.id),
            help=msg("write a value, or `missing`"),
        )
        return None
    if cell == "missing" and not cell.quoted:
        return None
    value = literal_value(cell, output.type, context.zone, context.diagnostics)
    if value is None:
        return None
    if isinstance(value, int) and bounds is not None and not bounds.holds(value):
        context.diagnostics.add("T109", cell.span, msg("`{text}` is out of its range", text=cell))
    if output.priority and value not in output.priority:
        context.diagnostics.add(
            "T103",
            cell.span,
            msg("`{text}` is not one of the values listed", text=cell),
            help=msg("add it to `values` of `{column}` by its importance", column=output.id),
        )
    return value


def cell_test(context: Context, cell: Text, tested: Expr) -> Expr | AnyValue | None:
    """A condition on a value, at its place; None after an error."""
    found = read_test(cell, tested, NameScope(context, Level.CASE, msg("a condition on a value")))
    return found if found is None or isinstance(found, AnyValue) else replace(found, span=cell.span)


def _default(
    context: Context, written: model.Table, columns: _Columns, hit: HitPolicy
) -> tuple[Stored | None, ...] | None:
    """What holds where no row hits; of a count without another default it is 0, as DMN counts no rows."""
    if written.default is None:
        return (0,) * len(columns.outputs) if hit is HitPolicy.COLLECT_COUNT else None
    given = {str(key): value for key, value in written.default.items()}
    names = tuple(o.id for o in columns.outputs)
    for key in written.default:
        if key not in names:
            near = closest(key, names)
            context.diagnostics.add(
                "H105",
                key.span,
                msg("the table `{table}` has no output `{column}`", table=columns.table, column=key),
                help=msg("did you mean `{near}`?", near=near)
                if near
                else msg("its outputs are {names}", names=listed(names[:5])),
            )
    values: list[Stored | None] = []
    for output in columns.outputs:
        text = given.get(output.id)
        kind = Number(0) if hit is HitPolicy.COLLECT_COUNT else output.type
        if text is None:
            context.diagnostics.add(
                "H106",
                context.entry(context.file.tables, columns.table)[0].span,
                msg("the default says nothing of `{column}`", column=output.id),
                help=msg("write a value, or `missing`"),
            )
        silent = text is None or (text == "missing" and not text.quoted)
        values.append(None if silent or text is None else literal_value(text, kind, context.zone, context.diagnostics))
    return tuple(values)
