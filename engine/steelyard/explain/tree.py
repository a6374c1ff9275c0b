"""Shows conditions and values as trees, down to what was given.

A condition has its truth in the case, its parts, and the values that it used; a value has its formula and the values
that it was computed from; the answer of a decision table has the cells of the row that hit, with the values asked. In
one tree each named value is taken apart once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import assert_never

from steelyard.diagnostics import msg
from steelyard.explain.distance import joined
from steelyard.explain.phrases import bare, phrase
from steelyard.explain.place import EvaluationPlace
from steelyard.explain.records import Node, TableRowReference, TableStory
from steelyard.explain.tables import Asked, Precedence, asked
from steelyard.explain.terms import Text
from steelyard.explain.words import Words
from steelyard.ir.expressions import (
    Add,
    Aggregate,
    And,
    Apply,
    Argument,
    Bounded,
    Coalesce,
    Compare,
    Define,
    Divide,
    Expr,
    Field,
    If,
    IndicatorPart,
    Input,
    IsMissing,
    Literal,
    Multiply,
    Negate,
    Not,
    OneOf,
    OneRow,
    OpenEnd,
    Or,
    OwnMeasure,
    OwnTarget,
    Parameter,
    Rank,
    Scale,
    ScoreValue,
    Subtract,
    TableAggregate,
    TableCall,
    Within,
)
from steelyard.ir.types import Boolean
from steelyard.ir.walk import children
from steelyard.semantics.values import LEFT_EMPTY, Missing, Value

ROWS = 8
"""How many rows are shown below an aggregate or a rule at most."""

_LEAVES = Literal | Input | Parameter | Field | OneRow | IndicatorPart | OwnTarget | OwnMeasure | ScoreValue | Argument
"""What is read as it is: it was given, or has a tree of its own elsewhere."""


def grow(expr: Expr, at: EvaluationPlace, row: str | None = None) -> Node:
    """Build the tree of a condition as evaluated in a context.

    Args:
        expr: the condition.
        at: the context.
        row: the row's id, where the node stands for one of several rows; else None.
    """
    return _Tree(at).condition(expr, row)


def worked(name: Text, expr: Expr, at: EvaluationPlace) -> tuple[Node, ...]:
    """Build the tree of a value called `name`; nothing where it is read as it was given."""
    inner = at.words.inner(bare(expr))
    if isinstance(inner, _LEAVES) and not at.words.is_computed(inner):
        return ()
    return (_Tree(at).value(expr, name, of=inner),)


def spoken(expr: Expr, at: EvaluationPlace) -> Text:
    """Describe an expression in words; the call of a formula with the values of its arguments."""
    call = bare(expr).formula
    if call is None:
        return phrase(expr, at.words)
    arguments = tuple(
        msg("{parameter} = {value}", parameter=name, value=at.shown(argument)) for name, argument in call.arguments
    )
    return msg("{formula}({arguments})", formula=at.words.formula(call.name), arguments=arguments)


def uncalled(expr: Expr, words: Words) -> Expr:
    """Return what the call of a formula stands for: the formula's expression with the arguments put in."""
    if expr.formula is None:
        return expr
    return words.computed(expr) if isinstance(expr, Define | Field) else replace(expr, formula=None)


class _Tree:
    """Grows one tree. `seen`: the named values that were taken apart already, with the row of a row's."""

    def __init__(self, at: EvaluationPlace, seen: set[tuple[Expr, str | None]] | None = None) -> None:
        self._at = at
        self._words = at.words
        self._seen: set[tuple[Expr, str | None]] = set() if seen is None else seen

    def condition(self, expr: Expr, row: str | None = None) -> Node:
        """Build the node of a condition."""
        truth, always = self._at.truth(expr), isinstance(expr, Literal) and expr.value is True
        unknown = self._lacking(truth)
        return Node(
            text=msg("without a condition") if always else spoken(expr, self._at),
            value=None,
            truth=None if isinstance(truth, Missing) else truth,
            condition=True,
            missing=unknown,
            children=self._parts(expr),
            row=row,
        )

    def _lacking(self, value: Value) -> tuple[Text, ...]:
        """What was missing; nothing where the value is given, or a rule leaves it empty."""
        return self._words.missing(value.reasons) if isinstance(value, Missing) and value != LEFT_EMPTY else ()

    def value(self, expr: Expr, text: Text, *, of: Expr) -> Node:
        """Build the node of a value that is computed as the expression `of`."""
        answer = self._at.value(expr)
        missing = isinstance(answer, Missing)
        table = asked(of, self._at) if isinstance(of, TableCall) else None
        return Node(
            text=text,
            value=None if missing else self._at.shown(expr),
            truth=None,
            condition=False,
            missing=self._lacking(answer),
            children=self._below(of) if table is None else self._rows_of_table(of, table),
            formula=self._formula(of, table),
            table=None if table is None else table.story,
        )

    def _below(self, expr: Expr) -> tuple[Node, ...]:
        """Return the parts of a value's expression."""
        match expr:
            case Aggregate():
                return self._rows(expr)
            case TableAggregate(call=call):
                return self.sources(call)
            case _ if isinstance(expr.type, Boolean):
                return self._parts(expr)
            case _:  # every other expression is made of the values that it reads
                return self.sources(expr)

    def _parts(self, expr: Expr) -> tuple[Node, ...]:
        match expr:
            case _ if expr.formula is not None and not isinstance(expr, Define | Field):
                return (self.condition(uncalled(expr, self._words)),)
            case And(items=items) | Or(items=items):
                return tuple(self.condition(item) for item in items)
            case Not(operand=operand):
                return (self.condition(operand),)
            case Define() | Field() if isinstance(expr.type, Boolean) and self._words.is_computed(expr):
                return (self.condition(self._words.computed(expr)),) if self._first(expr) else ()
            case Input() | Field() | OneRow() | Literal():
                return ()
            case Aggregate():
                return self._rows(expr)
            case Define() | Parameter() | IndicatorPart() | OwnTarget() | OwnMeasure() | ScoreValue() | Argument():
                return self.sources(expr)
            case (
                Compare()
                | Within()
                | OneOf()
                | If()
                | Coalesce()
                | IsMissing()
                | Apply()
                | TableCall()
                | TableAggregate()
            ):
                return self.sources(expr)
            case Negate() | Add() | Subtract() | Multiply() | Scale() | Divide() | Bounded() | Rank() | OpenEnd():
                return self.sources(expr)
            case _:
                assert_never(expr)

    def _first(self, named: Expr) -> bool:
        """Note that a named value is taken apart; return whether this is the first time, in a row for a row's."""
        row = self._at.row(named.relation) if isinstance(named, Field) else None
        key = named, None if row is None else row.row.id
        if key in self._seen:
            return False
        self._seen.add(key)
        return True

    def sources(self, *exprs: Expr) -> tuple[Node, ...]:
        """Return the values that expressions read, each once, in the order written; of aggregates row by row."""
        found: dict[Expr, Node] = {}
        self._collect(exprs, found)
        return tuple(found.values())

    def _collect(self, exprs: Iterable[Expr], found: dict[Expr, Node]) -> None:
        for written in exprs:
            expr = self._words.inner(written)
            if expr in found:
                continue
            match expr:
                case _ if expr.formula is not None and not isinstance(expr, Define | Field):
                    found[expr] = self.value(expr, spoken(expr, self._at), of=uncalled(expr, self._words))
                case Literal() | Argument():
                    pass
                case Define() | Field() | OneRow() if self._words.is_computed(expr):
                    found[expr] = self._named(expr)
                case Input() | Parameter() | Define() | Field() | OneRow():
                    found[expr] = self._leaf(expr)
                case IndicatorPart() | OwnTarget() | OwnMeasure() | ScoreValue():
                    found[expr] = self._leaf(expr)
                case Aggregate():
                    found[expr] = replace(self._leaf(expr), children=self._rows(expr))
                case TableCall():
                    found[expr] = self.value(expr, phrase(expr, self._words), of=expr)
                case TableAggregate(call=call):
                    found[expr] = self._leaf(expr)
                    self._collect((call,), found)
                case If():
                    self._branches(expr, found)
                case Coalesce(items=items):
                    self._collect(self._given(items), found)
                case Negate() | Add() | Subtract() | Multiply() | Scale() | Divide() | Rank() | OpenEnd() | Apply():
                    self._collect(children(expr), found)
                case Compare() | Within() | OneOf() | And() | Or() | Not() | IsMissing() | Bounded():
                    self._collect(children(expr), found)
                case _:
                    assert_never(expr)

    def _named(self, expr: Define | Field | OneRow) -> Node:
        """Build the node of a named value, taken apart where it stands first."""
        place, value = self._at, self._words.computed(expr)
        if isinstance(expr, OneRow):
            row = place.single(expr.relation)
            if row is None:
                return self._leaf(expr)
            place = place.within(expr.relation, row)
        if not self._first(expr):
            return self._leaf(expr)
        inside = _Tree(place, self._seen)
        return inside.value(expr, spoken(expr, self._at), of=self._words.inner(bare(value)))

    def _branches(self, expr: If, found: dict[Expr, Node]) -> None:
        """Add the conditions that were asked, up to the one that decided, and what the branch taken read."""
        found[expr.condition] = self.condition(expr.condition)
        truth = self._at.truth(expr.condition)
        if not isinstance(truth, Missing):
            self._collect((expr.yes if truth else expr.no,), found)

    def _given(self, items: tuple[Expr, ...]) -> Iterator[Expr]:
        """The items up to the first that is given."""
        for item in items:
            yield item
            if not isinstance(self._at.value(item), Missing):
                return

    def _leaf(self, expr: Expr) -> Node:
        value = self._at.value(expr)
        shown: Text | None = None if isinstance(value, Missing) else self._at.shown(expr)
        unknown = self._lacking(value)
        return Node(spoken(bare(expr), self._at), shown, None, condition=False, missing=unknown)

    def _rows(self, expr: Aggregate) -> tuple[Node, ...]:
        rows: list[Node] = []
        for bound in self._at.members(expr.relation)[:ROWS]:
            inside = _Tree(self._at.within(expr.relation, bound), self._seen)
            if expr.where is not None:
                rows.append(inside.condition(expr.where, bound.row.id))
            elif expr.argument is not None:
                rows += inside.sources(expr.argument)
        return tuple(rows)

    # decision tables

    def _formula(self, expr: Expr, table: Asked | None) -> Text | None:
        if table is not None:
            return _answer(table.story)
        return None if isinstance(expr, _LEAVES) and not self._words.is_computed(expr) else phrase(expr, self._words)

    def _rows_of_table(self, call: Expr, table: Asked) -> tuple[Node, ...]:
        """The values asked; the cells of the rows that decided; the other hits; the nearest row that missed."""
        found = list(self.sources(*children(call)))
        for place, cells in zip(table.story.rows, table.deciding[:ROWS], strict=False):
            number = None if len(table.deciding) == 1 else str(place.number)
            found += (self._cell(cell, number) for cell in cells)
        for one, why in zip(table.story.also, table.precedences, strict=True):
            found.append(_line(_also(_place(one), why), truth=True))
        for one, misses in zip(table.story.unknown, table.doubts, strict=True):
            found.append(_line(msg("row {row} may hit: {why}", row=_place(one), why=joined(misses)), truth=None))
        if table.story.nearest is not None:
            row, why = _place(table.story.nearest), joined(table.nearest)
            found.append(_line(msg("the nearest other row, {row}, does not: {why}", row=row, why=why), truth=False))
        return tuple(found)

    def _cell(self, cell: Expr, number: str | None) -> Node:
        return replace(_line(phrase(cell, self._words), truth=True), row=number)


def _line(text: Text, *, truth: bool | None) -> Node:
    return Node(text, None, truth, condition=True)


def _place(row: TableRowReference) -> Text:
    """A row by its number, with its cell in a workbook and its note."""
    shown: Text = str(row.number) if not row.cell else msg("{row} ({cell})", row=row.number, cell=row.cell)
    return shown if row.note is None else msg("{row} “{note}”", row=shown, note=row.note)


def _also(row: Text, why: Precedence | None) -> Text:
    """A further row that hit, and why it does not decide."""
    if why is None:
        return msg("row {row} hits as well", row=row)
    if why.output is None:
        return msg("row {row} hits as well and says the same", row=row)
    if why.other is None:
        return msg(
            "row {row} hits, but {output} is missing there, so that it may take precedence", row=row, output=why.output
        )
    return msg(
        "row {row} hits as well: {output} is {own} there, {other} takes precedence",
        row=row,
        output=why.output,
        own=why.own,
        other=why.other,
    )


def _answer(story: TableStory) -> Text:
    rows, table = tuple(_place(row) for row in story.rows), story.table
    match rows:
        case ():
            if story.default:
                return msg("the default of the table {table}: no row hits", table=table)
            if story.undecided:
                return msg("no answer of the table {table}: it is not known which row takes precedence", table=table)
            if story.also:
                return msg("no answer of the table {table}: the rows that hit differ", table=table)
            return msg("no answer of the table {table}: no row hits", table=table)
        case (row,):
            return msg("row {row} of the table {table}", row=row, table=table)
        case _:  # every further hit counts as well
            return msg("rows {rows} of the table {table}", rows=rows, table=table)
