"""Finds what a decision table was asked that has no answer: the inputs and fields, with their values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from steelyard.calendars.zones import zone
from steelyard.diagnostics import Message, msg
from steelyard.facts.case import Case
from steelyard.facts.format import format_value
from steelyard.ir.expressions import Define, Expr, Field, Input, Stored, TableCall
from steelyard.ir.ruleset import PointsRule, Ruleset
from steelyard.ir.walk import nodes
from steelyard.semantics.bound_row import BoundRow
from steelyard.semantics.values import Missing, Rejected, names


def unknown_condition(rule: PointsRule, truth: Missing, ruleset: Ruleset, case: Case, row: BoundRow | None) -> Rejected:
    """Return the rejection by a rule whose condition is unknown.

    Where a decision table alone has no answer, the values that it was asked with are named.

    Args:
        rule: says `unknown: reject`.
        truth: what is missing.
        ruleset: the version.
        case: the case.
        row: the row of the relation that the rule is judged for; None where it is judged once.
    """
    at = None if row is None else row.row
    for table in ruleset.tables:
        if truth.reasons == frozenset((table.id,)):
            asked = dict(_asked(ruleset, case, row, rule.when, table.id))
            if asked:
                value = next(iter(asked.values())) if len(asked) == 1 else ", ".join(map("=".join, asked.items()))
                return Rejected(rule.id, value, _no_answer(table.id, asked), at)
    expected = msg("a condition that is true or false; `{missing}` is missing", missing=names(truth.reasons))
    return Rejected(rule.id, "", expected, at)


def _no_answer(table: str, asked: Mapping[str, str]) -> Message:
    shown = "`, `".join(asked)
    return msg("values of `{fields}` for which the table `{table}` has an answer", fields=shown, table=table)


def _asked(ruleset: Ruleset, case: Case, row: BoundRow | None, expr: Expr, table: str) -> Iterator[tuple[str, str]]:
    """Give the names and values of the inputs and fields that calls of a table read."""
    here = zone(ruleset.timezone)
    inputs = {one.id: one for one in ruleset.inputs}
    fields = {(each.id, one.id): one for each in ruleset.relations for one in each.fields}
    for call in _reached(ruleset, expr):
        for argument in call.arguments if isinstance(call, TableCall) and call.table == table else ():
            for leaf in _reached(ruleset, argument):
                value: Stored | None = None
                match leaf:
                    case Input(name=name) if name in inputs:
                        field, shown, value = inputs[name], inputs[name].column, case.values.get(name)
                    case Field(relation=relation, name=name) if row is not None and (relation, name) in fields:
                        field = fields[relation, name]
                        shown, value = f"{relation}.{field.column}", row.values.get(name)
                    case _:  # what stands above the leaves, and constants
                        continue
                if value is not None:
                    yield shown, format_value(value, field.type, here)


def _reached(ruleset: Ruleset, expr: Expr) -> Iterator[Expr]:
    """Give the nodes of an expression, and of the defines that it reads."""
    for node in nodes(expr):
        yield node
        match node:
            case Define(name=name):
                found = next((one for one in ruleset.defines if one.id == name), None)
            case Field(relation=relation, name=name):
                owner = next(one for one in ruleset.relations if one.id == relation)
                found = next((one for one in owner.defines if one.id == name), None)
            case _:  # reads no define
                continue
        if found is not None:
            yield from _reached(ruleset, found.value)
