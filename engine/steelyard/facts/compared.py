"""Reports texts that rules compare an input or a field with and that never occur: a typo in a rule, or in the data."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from steelyard.diagnostics import Diagnostics, Message, Span, msg
from steelyard.diagnostics.diagnostic import Label
from steelyard.diagnostics.suggestions import listed
from steelyard.facts.near_misses import MOST_KNOWN, NAMED, Known, near_values, quote_of
from steelyard.ir.contents import expressions
from steelyard.ir.expressions import (
    Argument,
    Coalesce,
    Comparator,
    Compare,
    Expr,
    Field,
    Input,
    Literal,
    OneOf,
    OneRow,
    Parameter,
    TableCall,
)
from steelyard.ir.reading import DefineKey, Reading, define_of
from steelyard.ir.ruleset import InputField, Ruleset, Table
from steelyard.ir.types import Region, Text
from steelyard.ir.walk import nodes

_MOST_EDITED = 20
"""Of more texts than this none is looked for that is one edit away, if others of their list occur."""

Constant = Literal | Parameter


@dataclass(frozen=True, slots=True)
class Comparison:
    """Where a rule compares with a text.

    Attributes:
        span: the place of the text.
        beside: the texts that the same list, or the same column of a table, names, itself among them.
    """

    span: Span | None
    beside: frozenset[str]


Texts = dict[str, Comparison]
"""By text, the comparison that names the fewest others."""


@dataclass(frozen=True, slots=True)
class Compared:
    """An input, or a field of a relation, that rules compare with texts. It has no declared list of values.

    Attributes:
        relation: None for an input.
        field: the input or field.
        texts: what it is compared with.
    """

    relation: str | None
    field: InputField
    texts: Texts

    @property
    def name(self) -> str:
        """The input's id, or `relation.field`."""
        return self.field.id if self.relation is None else f"{self.relation}.{self.field.id}"


@dataclass(frozen=True, slots=True)
class Occurring:
    """The values of an input or field in the data of a run.

    Attributes:
        met: those of the texts compared that occur.
        distinct: how many distinct values there are.
        first: the first of them by code point.
        known: all of them, or none where there are too many to look for a similar one.
    """

    met: Collection[str]
    distinct: int
    first: Sequence[str]
    known: Known


def compared(ruleset: Ruleset) -> list[Compared]:
    """Return what a ruleset compares with texts: by `=`, `!=` or `in`, in rules, joins and cells of tables.

    Defines are followed, and so is `coalesce(x, "text")`, whose own text needs not occur.
    """
    fields: dict[tuple[str | None, str], InputField] = {(None, field.id): field for field in ruleset.inputs}
    fields |= {(relation.id, field.id): field for relation in ruleset.relations for field in relation.fields}
    known: dict[tuple[str | None, str], set[str]] = {
        (relation.id, "kind"): {kind for _, kind in relation.kinds} for relation in ruleset.relations
    }
    parameters = {one.id: one.value for one in ruleset.parameters}
    found: dict[tuple[str | None, str], Texts] = {}
    defines = Reading(ruleset).defines
    for operand, constants in _comparisons(ruleset):
        read, defaults = _origin(operand, defines)
        match read:
            case Input(name=name):
                key = None, name
            case Field(relation=relation, name=name) | OneRow(relation=relation, name=name):
                key = relation, name
            case _:  # no value as it stands in a file
                continue
        if key not in fields or not _is_open(fields[key]):
            continue
        values = [
            (parameters.get(one.name) if isinstance(one, Parameter) else one.value, one.span) for one in constants
        ]
        beside = frozenset(value for value, _ in values if isinstance(value, str))
        texts = found.setdefault(key, {})
        for value, span in values:
            if isinstance(value, str) and value not in known.get(key, ()) and value not in defaults:
                before = texts.get(value)
                if before is None or len(beside) < len(before.beside):
                    texts[value] = Comparison(span, beside)
    return [Compared(relation, fields[relation, name], texts) for (relation, name), texts in found.items() if texts]


def _origin(operand: Expr, defines: Mapping[DefineKey, Expr]) -> tuple[Expr, frozenset[str]]:
    """Follow defines and `coalesce` to what is read from a file; and the texts that stand for a missing value."""
    defaults: set[str] = set()
    while True:
        key = define_of(operand)
        if key is not None and key in defines:
            operand = defines[key]
        elif isinstance(operand, Coalesce):
            first, *others = operand.items
            defaults |= {one.value for one in others if isinstance(one, Literal) and isinstance(one.value, str)}
            if any(not isinstance(one, Literal) for one in others):
                return operand, frozenset(defaults)
            operand = first
        else:
            return operand, frozenset(defaults)


def _is_open(field: InputField) -> bool:
    """Whether the declaration leaves open which texts there are."""
    return isinstance(field.type, Region) or (isinstance(field.type, Text) and not field.type.values)


def _comparisons(ruleset: Ruleset) -> Iterator[tuple[Expr, Sequence[Constant]]]:
    """What is compared for equality with constants: one, those of a list, those of a column of a table."""
    columns = {table.id: _columns(table) for table in ruleset.tables}
    for expr in expressions(ruleset):
        for node in nodes(expr):
            yield from _constants(node)
            if isinstance(node, TableCall):
                yield from ((node.arguments[place], found) for place, found in columns[node.table].items())


def _columns(table: Table) -> dict[int, list[Constant]]:
    """By the position of a column, the constants of its cells."""
    found: dict[int, list[Constant]] = {}
    for cell in (cell for row in table.rows for cell in row.cells if cell is not None):
        for operand, constants in (pair for part in nodes(cell) for pair in _constants(part)):
            if isinstance(operand, Argument):
                found.setdefault(operand.position, []).extend(constants)
    return found


def _constants(node: Expr) -> Iterator[tuple[Expr, Sequence[Constant]]]:
    match node:
        case Compare(comparator=Comparator.EQ | Comparator.NE, left=left, right=right):
            sides = ((left, (right,)), (right, (left,)))
        case OneOf(operand=operand, items=items):
            sides = ((operand, items),)
        case _:  # compares for no equality
            return
    for operand, others in sides:
        if constants := [one for one in others if isinstance(one, Literal | Parameter)]:
            yield operand, constants


def occurring(asked: Compared, values: Iterable[object]) -> Occurring:
    """Return what occurs among some values; None is passed over."""
    found = {value for value in values if isinstance(value, str)}
    return occurring_of(asked, asked.texts.keys() & found, len(found), sorted(found))


def occurring_of(asked: Compared, met: Collection[str], distinct: int, known: Sequence[str]) -> Occurring:
    """Return what occurs. `known`: the distinct values by code point, or the first of too many of them."""
    some = known if distinct <= MOST_KNOWN else ()
    return Occurring(met, distinct, known[:NAMED], Known({(one,) for one in some}, quote_of(asked.field)))


def report_never_met(asked: Compared, found: Occurring, diagnostics: Diagnostics) -> None:
    """Report E127 for texts that never occur.

    In a list, or a column of a table, of which another text occurs, one that does not is usual: then it is reported
    only where it is almost a text that occurs. Where there is no value at all, nothing is reported.
    """
    absent = [text for text in asked.texts if text not in found.met]
    near = found.known.near if len(absent) <= _MOST_EDITED else found.known.spelt_otherwise
    idle = [text for text in absent if asked.texts[text].beside.isdisjoint(found.met) or near((text,)) is not None]
    if not idle or not found.distinct:
        return
    places = [span for text in idle if (span := asked.texts[text].span) is not None]
    diagnostics.add(
        "E127",
        places[0] if places else None,
        msg(
            "{count} {count:value|values} that rules compare `{name}` with never {count:occurs|occur}: {values}",
            **_values(asked, idle),
        ),
        labels=tuple(Label(span, msg("so does this")) for span in places[1:NAMED]),
        notes=(*near_values([(one,) for one in idle], found.known), _there(asked, found)),
    )


def _values(asked: Compared, idle: Sequence[str]) -> Mapping[str, object]:
    return {"count": len(idle), "name": asked.name, "values": some_of(idle, len(idle))}


def _there(asked: Compared, found: Occurring) -> Message:
    quote = quote_of(asked.field)
    return msg(
        "the values that did occur: {values}", values=some_of([quote(one) for one in found.first], found.distinct)
    )


def some_of(values: Sequence[str], count: int) -> Message:
    """Name the first of so many values."""
    more = count - NAMED
    shown = listed(values[:NAMED])
    return msg("{values}, … and {more} more", values=shown, more=more) if more > 0 else msg("{values}", values=shown)
