"""Declared ranges of values that are computed, and of the number of rows a case (LANGUAGE.md section 3).

What is known of a value without its declared range decides whether the range is ever checked: it is not where no value
can lie outside, and an error where all do.
"""

from __future__ import annotations

from dataclasses import replace

from steelyard.diagnostics import msg
from steelyard.ir.describe import describe
from steelyard.ir.expressions import Argument, Bounded, Expr, TableCall
from steelyard.ir.lowering.context import Context
from steelyard.ir.lowering.fields import written_range
from steelyard.ir.ranges import holds_all, holds_none
from steelyard.ir.ruleset import Clock, HitPolicy, Table
from steelyard.ir.types import Boolean, Duration, Number, Range, default_range
from steelyard.ir.types import Text as TextType
from steelyard.ir.typing.percent import in_percent, percent_where_written
from steelyard.source import Text

_ONE_ANSWER = frozenset({HitPolicy.UNIQUE, HitPolicy.ANY, HitPolicy.FIRST, HitPolicy.PRIORITY})
"""Hit policies by which the answer is one output of a row, or of the default."""


def bounded(context: Context, value: Expr, written: Text | None, name: str, relation: str | None = None) -> Expr:
    """Return a value with the range that is written for it; the value itself where none is."""
    if written is None:
        return value
    if default_range(value.type) is None or context.gives_list(value):
        context.diagnostics.add("T107", written.span, msg("{kind} has no range", kind=describe(value.type)))
        return value
    if percent_where_written(value.type, (written,)) is not value.type:
        value = in_percent(value)
    declared = written_range(written, value.type, context.zone, context.diagnostics)
    if declared is None:
        return value
    _check_possible(context, declared, context.knows.value_range(value), written)
    return _node(context, value, declared, name, relation)


def bounded_clock(context: Context, clock: Clock, written: Text | None) -> Clock:
    """Return a clock with the range that is written for the time it shows."""
    if written is None:
        return clock
    declared = written_range(written, Duration(), context.zone, context.diagnostics)
    if declared is None:
        return clock
    _check_possible(context, declared, Range(0, None), written)
    return replace(clock, range=declared)


def bounded_answer(context: Context, call: TableCall) -> Expr:
    """Return the call of a table with the range of the output that it asks for, where cells of it are computed.

    What is computed must be one of the values that the output lists, if any.
    """
    table = context.table(call.table, None)
    if table is None:
        return call
    place = next(i for i, one in enumerate(table.outputs) if one.id == call.output)
    _check_listed(context, call, table, place)
    declared = context.computed_ranges.get((call.table, call.output))
    if declared is None:
        return call
    if table.hit in _ONE_ANSWER:
        return _node(context, call, declared, f"{call.table}.{call.output}", None)
    said = [row.outputs[place] for row in table.rows] + ([] if table.default is None else [table.default[place]])
    for one in said:
        if isinstance(one, Argument) and not holds_all(
            declared, context.knows.widest_range(call.arguments[one.position])
        ):
            context.diagnostics.add(
                "B101",
                table.span,
                msg(
                    "the range of `{output}` cannot be checked: `{table}` combines or lists what its cells compute",
                    output=call.output,
                    table=call.table,
                ),
                help=msg("give what the cells compute a `define` with this `range`, and name it in them"),
            )
            break
    return call


def _check_listed(context: Context, call: TableCall, table: Table, place: int) -> None:
    """Report a row that may compute a value that the output does not list; of texts the type tells."""
    output = table.outputs[place]
    listed = frozenset(output.priority)
    both = isinstance(output.type, Boolean) and len(listed) == 2
    if not listed or isinstance(output.type, TextType) or both:
        return
    for row in table.rows:
        said = row.outputs[place]
        values = context.knows.values(call.arguments[said.position]) if isinstance(said, Argument) else frozenset(())
        if values is None or not values <= listed:
            context.diagnostics.add(
                "B101",
                table.span,
                msg(
                    "a cell of `{output}` in `{table}` may compute a value that is not one of those listed",
                    output=call.output,
                    table=call.table,
                ),
                help=msg(
                    "let it compute one of them, e.g. by `if` or from a table that lists them; or remove `values`"
                ),
            )
            break


def declared_rows(context: Context, written: Text | None, *, one_row: bool) -> Range | None:
    """Return the range of the number of rows a case; None where none is written, or it says nothing."""
    found = None if written is None else written_range(written, Number(0), context.zone, context.diagnostics)
    if found is None or written is None:
        return None
    _check_possible(context, found, Range(0, 1 if one_row else None), written)
    low = found.low if found.low is not None and found.low > 0 else None
    high = None if found.high is not None and one_row and found.high > 0 else found.high
    return None if low is None and high is None else Range(low, high)


def _node(context: Context, value: Expr, declared: Range, name: str, relation: str | None) -> Expr:
    proved = holds_all(declared, context.knows.widest_range(value))
    inner = value if value.formula is None else replace(value, formula=None)
    return Bounded(inner, declared, name, relation, proved, type=value.type, span=value.span, formula=value.formula)


def _check_possible(context: Context, declared: Range, found: Range, written: Text) -> None:
    """Report a range in which the value can never lie, under the current values of parameters."""
    if holds_none(declared, found):
        context.diagnostics.add(
            "H141",
            written.span,
            msg(
                "no value that is possible here lies in the range `{text}`: every case would be rejected", text=written
            ),
            help=msg("check the unit of its ends, and what the value is computed from"),
        )
