"""Decision tables: inputs, cells, outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import starmap

from steelyard.diagnostics import Diagnostics, InternalError, msg
from steelyard.diagnostics.suggestions import closest, listed
from steelyard.ir.describe import describe
from steelyard.ir.expressions import And, Argument, Expr, IsMissing
from steelyard.ir.lowering import nested
from steelyard.ir.lowering.cells import Carried, constant, scope_of
from steelyard.ir.lowering.context import Context
from steelyard.ir.lowering.fields import declared_range, declared_type, parse_type, written_range
from steelyard.ir.lowering.people import label, maybe_label, source
from steelyard.ir.ruleset import HitPolicy, Said, Table, TableInput, TableOutput, TableRow
from steelyard.ir.scope import NameScope
from steelyard.ir.strata import Level
from steelyard.ir.table_cells import at_missing, speaks_of_missing
from steelyard.ir.types import Boolean, Date, DateTime, Days, Duration, Number, Range, Type
from steelyard.ir.types import Text as TextType
from steelyard.ir.typing.calls import fit
from steelyard.ir.typing.expression import expression
from steelyard.ir.typing.literals import literal_value
from steelyard.ir.typing.names import closed
from steelyard.ir.typing.percent import percent_where_written
from steelyard.ir.typing.unary import Names, is_computed, read_test
from steelyard.language.syntax import AnyValue
from steelyard.model import case
from steelyard.model import tables as model
from steelyard.source import Text

OTHERWISE = "otherwise"
"""In the last row of a table, and as the last band: where nothing before holds."""


@dataclass(frozen=True, slots=True)
class _Columns:
    """The columns of a table, in the order written."""

    table: str
    inputs: tuple[TableInput, ...]
    outputs: tuple[TableOutput, ...]
    ranges: tuple[Range | None, ...]
    carried: Carried

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all columns."""
        return (*(i.id for i in self.inputs), *(o.id for o in self.outputs))


def table(context: Context, name: str) -> Table | None:
    """Lower a table; None where a column has an error, because then its cells cannot be read."""
    key, written = context.entry(context.file.tables, name)
    if written.file is not None:
        raise InternalError(f"the rows of {name} were not read from their file")
    cells = _cells(written)
    inputs = tuple(_input(context, column, one, cells) for column, one in written.inputs.items())
    hit = HitPolicy(written.hit_policy.replace(" ", "_"))
    outputs = tuple(_output(context, column, one, cells, hit) for column, one in written.outputs.items())
    good_inputs = tuple(one for one in inputs if one is not None)
    good_outputs = tuple(one for one in outputs if one is not None)
    if len(good_inputs) < len(inputs) or len(good_outputs) < len(outputs):
        return None
    ranges = tuple(
        declared_range(one.range, column.type, context.zone, context.diagnostics)
        for one, column in zip(written.outputs.values(), good_outputs, strict=True)
    )
    carried = Carried(context, len(inputs))
    columns = _Columns(name, good_inputs, good_outputs, ranges, carried)
    good = _check_policy(context, hit, columns, written)
    rows = tuple(_row(context, row, columns, number) for number, row in enumerate(written.rows, 1))
    default = _default(context, written, columns, hit)
    if not good:
        return None
    if _ends_with_otherwise(context, written, columns, hit):
        rows, default = rows[:-1], None if rows[-1] is None else rows[-1].outputs
    context.carried[name] = tuple(carried.trees)
    _keep_ranges(context, written, columns, [row.outputs for row in rows if row is not None], default)
    return Table(
        id=name,
        label=label(written.label, name),
        source=source(written.source, context.file.source),
        notes=maybe_label(written.notes),
        span=key.span,
        hit=HitPolicy.PRIORITY if any(_picked(hit, one.type) for one in columns.outputs) else hit,
        inputs=columns.inputs,
        outputs=columns.outputs,
        rows=_aware(tuple(row for row in rows if row is not None), columns.inputs),
        default=default,
        carried=tuple(carried.columns),
    )


def _keep_ranges(
    context: Context,
    written: model.Table,
    columns: _Columns,
    rows: list[tuple[Said, ...]],
    default: tuple[Said, ...] | None,
) -> None:
    """Keep the ranges written for outputs with computed cells, which are checked where they are computed."""
    for place, (column, one) in enumerate(zip(columns.outputs, written.outputs.values(), strict=True)):
        computed = any(isinstance(said[place], Argument) for said in (*rows, *(() if default is None else (default,))))
        found = None
        if computed and one.range is not None:
            found = written_range(one.range, column.type, context.zone, Diagnostics())
        if found is not None:
            context.computed_ranges[columns.table, column.id] = found


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
    carried = carried_arguments(context, name, scope)
    if carried is None:
        return None
    found += carried
    return tuple(found) if nested.small_enough(name, found, lowered.span, context.diagnostics) else None


def carried_arguments(context: Context, name: str, scope: NameScope) -> tuple[Expr, ...] | None:
    """Type what the cells of a table name in the scope where the table is asked."""
    lowered = context.table(name, None)
    if lowered is None:
        return None
    found: list[Expr] = []
    for column, tree in zip(lowered.carried, context.carried[name], strict=True):
        expr = expression(tree, scope)
        fitted = None if expr is None else fit(expr, column.type, scope)
        if fitted is None:
            return None
        found.append(nested.by_name(context, name, column, fitted, scope))
    return tuple(found)


def _cells(written: model.Table) -> Mapping[str, list[Text]]:
    """The cells of each column, defaults among them."""
    found: dict[str, list[Text]] = {}
    for cells in (*(row.cells for row in written.rows), written.default or {}):
        for column, cell in cells.items():
            found.setdefault(str(column), []).append(cell)
    return found


def _input(
    context: Context, column: Text, written: model.TableInput, cells: Mapping[str, list[Text]]
) -> TableInput | None:
    if written.type is not None:
        kind: Type | None = parse_type(written.type, context.diagnostics)
    else:
        tree = context.trees.of(written.value, context.diagnostics)
        if tree is None:
            return None
        expr = expression(tree, scope_of(context, tree, msg("a table's input")))
        kind = None if expr is None else expr.type
    if kind is None:
        return None
    kind = percent_where_written(kind, cells.get(str(column), ()))
    return TableInput(str(column), closed(kind), label(written.label, str(column)))


def _output(
    context: Context, column: Text, written: case.DeclaredField, cells: Mapping[str, list[Text]], hit: HitPolicy
) -> TableOutput | None:
    kind = declared_type(parse_type(written.type, context.diagnostics), written, context.diagnostics, any_values=True)
    if kind is None:
        return None
    kind = percent_where_written(kind, (written.range, *(written.values or ()), *cells.get(str(column), ())))
    if picked := _picked(hit, kind):
        return TableOutput(str(column), kind, label(written.label, str(column)), picked)
    listed_values = written.values or ()
    if hit in {HitPolicy.PRIORITY, HitPolicy.OUTPUT_ORDER} and written.ordered is not None:
        listed_values = written.ordered[::-1]  # the highest level is the most important
    priority = tuple(literal_value(value, kind, context.zone, context.diagnostics) for value in listed_values)
    known = tuple(value for value in priority if value is not None)
    return TableOutput(str(column), kind, label(written.label, str(column)), known)


def _picked(hit: HitPolicy, kind: Type) -> tuple[str | None, ...]:
    """The order of importance where the lowest or highest level is wanted, a missing output first; else none."""
    if not isinstance(kind, TextType) or not kind.ordered or hit not in {HitPolicy.COLLECT_MIN, HitPolicy.COLLECT_MAX}:
        return ()
    return (None, *(kind.values if hit is HitPolicy.COLLECT_MIN else kind.values[::-1]))


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
        if wanted is not None and not isinstance(output.type, wanted) and not _picked(hit, output.type):
            context.diagnostics.add(
                "T107",
                context.entry(written.outputs, output.id)[0].span,
                msg("`{hit}` cannot be taken of {kind}", hit=written.hit, kind=describe(output.type)),
                help=msg("declare the values lowest first: `ordered: [low, high]`")
                if isinstance(output.type, TextType) and hit is not HitPolicy.COLLECT_SUM
                else msg("use `collect` or `collect count`, or an output that is a number"),
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
        tested = Argument(position, type=column.type)
        found = None if cell is None or _is_otherwise(cell) else cell_test(context, cell, tested, columns.carried)
        tests.append(None if isinstance(found, AnyValue) else found)
    results = tuple(
        _result(context, cells.get(output.id), output, bounds, (columns, number, written))
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
    row: tuple[_Columns, int, model.Row],
) -> Said:
    """The value of an output cell; None is `missing`, or an error that was reported."""
    columns, number, written = row
    if cell is None:
        context.diagnostics.add(
            "H106",
            written.span,
            msg(
                "row {number} of `{table}` says nothing of `{column}`",
                number=number,
                table=columns.table,
                column=output.id,
            ),
            help=msg(
                "write a value, or `{nothing}`",
                nothing=":= missing" if isinstance(output.type, TextType) else "missing",
            ),
        )
        return None
    value = _said(context, cell, output, columns.carried)
    if value is None:
        return None
    if isinstance(value, Argument):
        return value
    _check_within(context, cell, value, bounds)
    if output.priority and value not in output.priority:
        context.diagnostics.add(
            "T103",
            cell.span,
            msg("`{text}` is not one of the values listed", text=cell),
            help=msg("add it to `values` of `{column}` by its importance", column=output.id),
        )
    return value


def _check_within(context: Context, cell: Text, value: Said, bounds: Range | None) -> None:
    if isinstance(value, int) and bounds is not None and not bounds.holds(value):
        context.diagnostics.add("T109", cell.span, msg("`{text}` is out of its range", text=cell))


def _said(context: Context, cell: Text, output: TableOutput, carried: Carried) -> Said:
    """What an output cell says; None is `missing`, or an error that was reported."""
    if is_computed(cell):
        return carried.said(cell, output)
    if cell == "missing" and not cell.quoted:
        if isinstance(output.type, TextType):
            context.diagnostics.add(
                "H132",
                cell.span,
                msg("`missing` in a column of texts may be the text, or no value"),
                help=msg("write `:= missing` for no value, `{text}` for the text", text="'\"missing\"'"),
            )
        return None
    return constant(context, cell, output.type, carried)


def _is_otherwise(cell: Text) -> bool:
    return cell.strip() == OTHERWISE


def _ends_with_otherwise(context: Context, written: model.Table, columns: _Columns, hit: HitPolicy) -> bool:
    """Whether the last row is `otherwise`, which holds where no other row hits: its outputs are the default."""
    inputs = {one.id for one in columns.inputs}
    for place, row in enumerate(written.rows):
        cells = [cell for name, cell in row.cells.items() if str(name) in inputs]
        words = [cell for cell in cells if _is_otherwise(cell)]
        if not words:
            continue
        if place < len(written.rows) - 1 or any(cell.strip() != "-" for cell in cells if not _is_otherwise(cell)):
            headline = msg("`otherwise` stands in the last row, in every column of its conditions")
            help_ = msg("write `{text}` for the text", text="'\"otherwise\"'")
        elif written.default is not None or hit is HitPolicy.COLLECT_COUNT:
            headline = msg("a last row of `otherwise` is the default of `{table}`, which has one", table=columns.table)
            help_ = msg("remove one of them")
        else:
            return True
        context.diagnostics.add("H108", words[0].span, headline, help=help_)
    return False


def _aware(rows: tuple[TableRow, ...], inputs: tuple[TableInput, ...]) -> tuple[TableRow, ...]:
    """Let no cell be unknown for a missing value in a column of which a cell names it: the others do not hold then."""
    places = {place for place in range(len(inputs)) if any(speaks_of_missing(row.cells[place]) for row in rows)}
    if not places:
        return rows

    def known(place: int, cell: Expr | None) -> Expr | None:
        if place not in places or cell is None or at_missing(cell) is not None:
            return cell
        there = IsMissing(Argument(place, type=inputs[place].type), negated=True, type=Boolean())
        return And((there, cell), type=Boolean(), span=cell.span)

    return tuple(replace(row, cells=tuple(starmap(known, enumerate(row.cells)))) for row in rows)


def cell_test(context: Context, cell: Text, tested: Expr, names: Names | None = None) -> Expr | AnyValue | None:
    """A condition on a value, at its place; None after an error."""
    found = read_test(cell, tested, NameScope(context, Level.CASE, msg("a condition on a value")), names)
    return found if found is None or isinstance(found, AnyValue) else replace(found, span=cell.span)


def _default(context: Context, written: model.Table, columns: _Columns, hit: HitPolicy) -> tuple[Said, ...] | None:
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
    values: list[Said] = []
    for output, bounds in zip(columns.outputs, columns.ranges, strict=True):
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
        value = None if silent or text is None else _said(context, text, replace(output, type=kind), columns.carried)
        if text is not None and hit is not HitPolicy.COLLECT_COUNT:
            _check_within(context, text, value, bounds)
        values.append(value)
    return tuple(values)
