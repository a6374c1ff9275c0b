"""Reports texts that an input or field never has: `normalise` makes them other ones, or they mean missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from steelyard.analysis.subject import Subject, expressions
from steelyard.diagnostics import Diagnostics, Span, msg
from steelyard.diagnostics.suggestions import spelled
from steelyard.facts.spelling import folded
from steelyard.ir.expressions import Argument, Compare, Define, Expr, Field, Input, Literal, OneOf, OneRow, TableCall
from steelyard.ir.ruleset import InputField, Ruleset, Table
from steelyard.ir.types import Text
from steelyard.ir.walk import nodes

Place = Span | None
Unread = tuple[Place, str, str | None]
"""A text with its place, and what it becomes; None: missing."""
FieldOf = Callable[[Expr], InputField | None]


def check_unread(subject: Subject, diagnostics: Diagnostics) -> None:
    """Report values that are declared for, or compared with, a text whose notation never gives them."""
    report_unread(subject.ruleset, diagnostics)


def report_unread(ruleset: Ruleset, diagnostics: Diagnostics) -> None:
    """Report the same; the fields may be written in the notation of one run."""
    fields = _changing(ruleset)
    if not fields:
        return
    found = [*_declared(fields), *_compared(ruleset, fields)]
    for place, text, made in dict.fromkeys(found):
        if made is None:
            headline = msg("`{text}` never occurs: it is declared to mean missing", text=text)
            diagnostics.add("T103", place, headline, help=msg("take it out, or test with `is_missing`"))
        else:
            headline = msg("`{text}` never occurs: `normalise` makes it `{made}`", text=text, made=made)
            diagnostics.add("T103", place, headline, help=msg("write `{text}`", text=spelled(made, text, place)))


def _changing(ruleset: Ruleset) -> dict[tuple[str | None, str], InputField]:
    """Return the fields whose notation changes texts, by relation (None: the case) and id."""
    every: list[tuple[str | None, InputField]] = [(None, one) for one in ruleset.inputs]
    every += [(relation.id, one) for relation in ruleset.relations for one in relation.fields]
    return {(owner, one.id): one for owner, one in every if one.written.normalise or one.written.missing}


def _declared(fields: Mapping[tuple[str | None, str], InputField]) -> Iterator[Unread]:
    for one in fields.values():
        values = one.type.values if isinstance(one.type, Text) else ()
        yield from _changed(one, ((one.span, value) for value in values))


def _compared(ruleset: Ruleset, fields: Mapping[tuple[str | None, str], InputField]) -> Iterator[Unread]:
    defines = {(None, one.id): one.value for one in ruleset.defines}
    defines |= {(relation.id, one.id): one.value for relation in ruleset.relations for one in relation.defines}
    tables = {table.id: table for table in ruleset.tables}

    def field_of(node: Expr) -> InputField | None:
        """Return the field whose value a node is, also by way of defines."""
        match node:
            case Input(name=name) | Define(name=name):
                key = None, name
            case Field(relation=relation, name=name) | OneRow(relation=relation, name=name):
                key = relation, name
            case _:  # a value of its own
                return None
        return fields.get(key) or (field_of(defines[key]) if key in defines else None)

    for expr in expressions(ruleset):
        for node in nodes(expr):
            if isinstance(node, TableCall):
                yield from _in_cells(tables[node.table], [field_of(one) for one in node.arguments])
            else:
                yield from _in_comparison(node, field_of)


def _in_cells(table: Table, asked: list[InputField | None]) -> Iterator[Unread]:
    def field_of(node: Expr) -> InputField | None:
        return asked[node.position] if isinstance(node, Argument) else None

    if not any(asked):
        return
    for row in table.rows:
        for cell in row.cells:
            for node in nodes(cell) if cell is not None else ():
                for place, text, made in _in_comparison(node, field_of):
                    yield place or row.span, text, made


def _in_comparison(node: Expr, field_of: FieldOf) -> Iterator[Unread]:
    match node:
        case Compare(left=left, right=right):
            pairs = [(left, right), (right, left)]
        case OneOf(operand=operand, items=items):
            pairs = [(operand, item) for item in items]
        case _:  # nothing is compared with a text
            return
    for one, other in pairs:
        if isinstance(other, Literal) and isinstance(other.value, str) and (field := field_of(one)) is not None:
            yield from _changed(field, [(other.span, other.value)])


def _changed(field: InputField, texts: Iterable[tuple[Place, str]]) -> Iterator[Unread]:
    """Give the texts that the field never has, with what they become; None: missing."""
    notation = field.written
    marks = {folded(mark, notation.normalise).strip() for mark in notation.missing or ()}
    for place, text in texts:
        made = folded(text, notation.normalise)
        if made.strip() in marks:
            yield place, text, None
        elif made != text:
            yield place, text, made
