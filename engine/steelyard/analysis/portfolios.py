"""Checks whether SQL can run the ruleset: reports numbers that may need more than 128 bits."""

from __future__ import annotations

from collections.abc import Iterator

from steelyard.analysis.subject import Subject
from steelyard.diagnostics import Diagnostics, Message, msg
from steelyard.ir.contents import expressions
from steelyard.ir.declared import MOST_ROWS
from steelyard.ir.expressions import Aggregate, Aggregation, Define, Expr, Field, Input, Multiply
from steelyard.ir.ranges import UNBOUNDED
from steelyard.ir.types import Range, default_range
from steelyard.ir.walk import nodes

MOST = 10**38 - 1
"""The largest magnitude that the widest integer type of every database holds."""
_NAMED = 5


def check_portfolios(subject: Subject, diagnostics: Diagnostics) -> None:
    """Report the first number that SQL may not hold, with the inputs and fields without a declared range.

    The check uses declared ranges and does not compile: the engine (B201) may refuse slightly smaller numbers, because
    it needs room for rounding.
    """
    for expr in expressions(subject.ruleset):
        for node in nodes(expr):
            if _too_wide(node, subject):
                names = list(dict.fromkeys(_without_range(node, subject)))[:_NAMED]
                diagnostics.add(
                    "L126",
                    node.span or expr.span,
                    msg("a number here may need more than 128 bits: `--engine sql` and `--engine spark` refuse it"),
                    help=_help(node, names),
                    notes=(msg("single cases, on the engines reference and durable, are not affected"),),
                )
                return


def _help(node: Expr, names: list[str]) -> Message:
    shown = ", ".join(f"`{name}`" for name in names)
    if isinstance(node, Aggregate):
        if names:
            return msg(
                "declare a `range` for {names}, and `rows` for `{relation}`", names=shown, relation=node.relation
            )
        return msg("declare a `range` for what is summed up, and `rows` for `{relation}`", relation=node.relation)
    if names:
        return msg("declare a `range` for {names}", names=shown)
    return msg("declare a `range` for what it is computed from: inputs, fields, defines")


def _too_wide(node: Expr, subject: Subject) -> bool:
    match node:
        case Multiply(left=left, right=right):
            return _largest(left, subject) * _largest(right, subject) > MOST
        case Aggregate(aggregation=Aggregation.SUM, argument=argument) if argument is not None:
            relation = next((one for one in subject.ruleset.relations if one.id == node.relation), None)
            return _largest(argument, subject) * (MOST_ROWS if relation is None else relation.most_rows) > MOST
        case _:  # sums and differences of numbers that fit are far below the limit
            return False


def _largest(expr: Expr, subject: Subject) -> int:
    """Return the largest magnitude of a number; 0 where it has no bound, which this check does not report."""
    found = subject.knower.value_range(expr)
    return max(abs(end) for end in (found.low or 0, found.high or 0))


def _without_range(expr: Expr, subject: Subject) -> Iterator[str]:
    """The inputs and fields that an expression reads, through definitions, whose range is that of their type."""
    ruleset = subject.ruleset
    inputs = {one.id: one for one in ruleset.inputs}
    fields = {(relation.id, one.id): one for relation in ruleset.relations for one in relation.fields}
    defines = {(None, one.id): one.value for one in ruleset.defines}
    row_defines = {(relation.id, one.id): one.value for relation in ruleset.relations for one in relation.defines}
    open_, seen = [expr], set[tuple[str | None, str]]()
    while open_:
        for node in nodes(open_.pop()):
            match node:
                case Input(name=name):
                    if _default(inputs[name].range, node):
                        yield name
                case Define(name=name):
                    key = None, name
                    if key not in seen:
                        seen.add(key)
                        open_.append(defines[key])
                case Field(relation=relation, name=name):
                    row = relation, name
                    if row in fields and _default(fields[row].range, node):
                        yield f"{relation}.{name}"
                    elif row in row_defines and row not in seen:
                        seen.add(row)
                        open_.append(row_defines[row])
                case _:  # everything else reads nothing by itself
                    pass


def _default(declared: Range | None, node: Expr) -> bool:
    default = default_range(node.type) or UNBOUNDED
    return default != UNBOUNDED and declared in {None, UNBOUNDED, default}
