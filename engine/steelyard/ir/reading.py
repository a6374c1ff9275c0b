"""Determines what an expression reads, and whether it can reject a case; used by the semantics and all engines.

The functions examine one expression; `Reading` also follows the defines of a ruleset.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import assert_never

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
from steelyard.ir.ruleset import HitPolicy, Ruleset
from steelyard.ir.walk import children, nodes

DefineKey = tuple[str | None, str]
"""A define of a relation's row, or (None) of the case."""


def varies(node: Expr) -> bool:
    """Return whether the node itself reads a value that can differ between cases or rows."""
    match node:
        case Input() | Define() | Field() | OneRow() | IndicatorPart() | OwnTarget() | OwnMeasure() | ScoreValue():
            return True
        case Argument() | Aggregate() | TableCall() | TableAggregate():
            return True
        case Literal() | Parameter():
            return False
        case Negate() | Add() | Subtract() | Multiply() | Scale() | Divide() | Rank() | OpenEnd() | Apply():
            return False
        case Compare() | Within() | OneOf() | And() | Or() | Not() | If() | Coalesce() | IsMissing() | Bounded():
            return False
        case _:
            assert_never(node)


def is_constant(expr: Expr) -> bool:
    """Whether the value is the same for every case of a ruleset whose parameters are bound."""
    return not any(varies(node) for node in nodes(expr))


def reads_arguments_alone(cell: Expr) -> bool:
    """Whether a table's cell reads nothing but the table's inputs and constants."""
    return not any(varies(node) and not isinstance(node, Argument) for node in nodes(cell))


def asks_calendar(node: Expr) -> bool:
    """Return whether the node itself uses a calendar, which rejects the case for a year that it does not cover."""
    return isinstance(node, Apply) and node.calendar is not None


def reads_row(expr: Expr, relation: str) -> bool:
    """Return whether the value depends on the bound row of this relation; an aggregate over the relation does not."""
    if isinstance(expr, Field):
        return expr.relation == relation
    if isinstance(expr, Aggregate) and expr.relation == relation:
        return False
    return any(reads_row(child, relation) for child in children(expr))


class Reading:
    """Analyses the expressions of one ruleset, following its defines; each define is analysed once."""

    def __init__(self, ruleset: Ruleset) -> None:
        self.defines: dict[DefineKey, Expr] = {(None, define.id): define.value for define in ruleset.defines}
        self.defines |= {(r.id, define.id): define.value for r in ruleset.relations for define in r.defines}
        self._unambiguous = {table.id for table in ruleset.tables if table.hit in {HitPolicy.UNIQUE, HitPolicy.ANY}}
        self._rejecting = _Search(self.defines, self._rejects)
        self._score = _Search(self.defines, lambda node: isinstance(node, ScoreValue))
        self._results = _Search(self.defines, lambda node: isinstance(node, ScoreValue | IndicatorPart))

    def followed(self, exprs: Iterable[Expr], closed: Callable[[Expr], bool] = lambda _: False) -> Iterator[Expr]:
        """Give the nodes of expressions and of the defines that they name, each define once.

        Args:
            exprs: the expressions.
            closed: of a node: what stands in it is not given.
        """
        open_ = list(exprs)
        seen: set[DefineKey] = set()
        while open_:
            node = open_.pop()
            yield node
            if closed(node):
                continue
            open_ += children(node)
            key = define_of(node)
            if key is not None and key in self.defines and key not in seen:
                seen.add(key)
                open_.append(self.defines[key])

    def may_reject(self, expr: Expr) -> bool:
        """Whether evaluating the expression can reject the case.

        It can where it asks a table of hit policy unique or any, or a calendar, which may not cover a year, and where
        it reads a value with a declared range that is not proved to hold.
        """
        return self._rejecting.found_in(expr)

    def reads_score(self, expr: Expr) -> bool:
        """Whether the expression reads a score, which changes from stage to stage."""
        return self._score.found_in(expr)

    def reads_results(self, expr: Expr) -> bool:
        """Whether the expression reads a result of an indicator, or a score."""
        return self._results.found_in(expr)

    def _rejects(self, node: Expr) -> bool:
        if isinstance(node, Bounded):
            return not node.proved
        return asks_calendar(node) or (isinstance(node, TableCall) and node.table in self._unambiguous)


class _Search:
    """Searches expressions for a kind of node, following defines."""

    def __init__(self, defines: dict[DefineKey, Expr], wanted: Callable[[Expr], bool]) -> None:
        self._defines = defines
        self._wanted = wanted

    def found_in(self, expr: Expr) -> bool:
        """Whether the expression has such a node."""
        return any(self._wanted(node) or define_of(node) in self._readers for node in nodes(expr))

    @cached_property
    def _readers(self) -> set[DefineKey | None]:
        """The defines that have such a node, or read a define that has; a loop, for chains of defines can be long."""
        found: set[DefineKey | None] = set()
        read_by: dict[DefineKey, list[DefineKey]] = {}
        open_: list[DefineKey] = []
        for key, expr in self._defines.items():
            for node in nodes(expr):
                read = define_of(node)
                if read is not None:
                    read_by.setdefault(read, []).append(key)
                if self._wanted(node):
                    open_.append(key)
        while open_:
            key = open_.pop()
            if key not in found:
                found.add(key)
                open_ += read_by.get(key, ())
        return found


def define_of(node: Expr) -> DefineKey | None:
    """The define that a node names, or (a field of a row) may name."""
    match node:
        case Define(name=name):
            return None, name
        case Field(relation=relation, name=name) | OneRow(relation=relation, name=name):
            return relation, name
        case _:  # every other node names none
            return None
