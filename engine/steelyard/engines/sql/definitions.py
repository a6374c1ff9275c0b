"""Definitions (`define`, of the case and of rows) as a graph: what each reads, in which order, which read a score.

Definitions are compiled after those that they read, one after the other: a chain of them may be longer than calls may
nest. Everything here is a loop for the same reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from steelyard.engines.sql.scope import Program
from steelyard.ir.expressions import Aggregate, Define, Expr, Field, OneRow, ScoreValue
from steelyard.ir.walk import children, nodes

Key = tuple[str | None, str]
"""A definition: its relation, None for one of the case, and its name."""
Reads = Callable[[Key, Program], Iterator[Key]]
"""Gives the definitions that one reads."""


def of_case(name: str, program: Program) -> list[str]:
    """A definition of the case and all those of the case that it reads, each after what it reads."""
    return [found for relation, found in _in_order((None, name), program, _read) if relation is None]


def of_row(relation: str, name: str, program: Program) -> list[str]:
    """A definition of a row and all those of the same row that it reads, each after what it reads."""

    def read(key: Key, program: Program) -> Iterator[Key]:
        for node in outside_aggregates(program.expressions[key]):
            if isinstance(node, Field) and node.relation == relation and (relation, node.name) in program.expressions:
                yield relation, node.name

    return [found for _, found in _in_order((relation, name), program, read)]


def outside_aggregates(expr: Expr) -> Iterator[Expr]:
    """The node and all below it, without what stands in an aggregate: that is about rows of its own."""
    open_ = [expr]
    while open_:
        node = open_.pop()
        yield node
        if not isinstance(node, Aggregate):
            open_ += reversed(children(node))


def reads_score(expr: Expr, program: Program) -> bool:
    """Whether an expression reads a score, through definitions too."""
    readers = _score_readers(program)
    return any(isinstance(node, ScoreValue) or _key(node) in readers for node in nodes(expr))


def _score_readers(program: Program) -> frozenset[Key]:
    """The definitions that read a score, computed once."""
    found = program.cached.get("score readers")
    if isinstance(found, frozenset):
        return found  # pyright: ignore[reportUnknownVariableType] - put there below
    readers: set[Key] = set()
    read_by: dict[Key, list[Key]] = {}
    open_: list[Key] = []
    for key, expr in program.expressions.items():
        for read in _read(key, program):
            read_by.setdefault(read, []).append(key)
        if any(isinstance(node, ScoreValue) for node in nodes(expr)):
            open_.append(key)
    while open_:
        key = open_.pop()
        if key not in readers:
            readers.add(key)
            open_ += read_by.get(key, ())
    program.cached["score readers"] = frozenset(readers)
    return frozenset(readers)


def _key(node: Expr) -> Key | None:
    """The definition that a node may name."""
    match node:
        case Define(name=name):
            return None, name
        case Field(relation=relation, name=name) | OneRow(relation=relation, name=name):
            return relation, name
        case _:  # all other nodes name none
            return None


def _read(key: Key, program: Program) -> Iterator[Key]:
    """The definitions that one reads, in aggregates too."""
    for node in nodes(program.expressions[key]):
        found = _key(node)
        if found is not None and found in program.expressions:
            yield found


def _in_order(key: Key, program: Program, read: Reads) -> list[Key]:
    """A definition and all that it reads, each once, after what it reads itself."""
    found: dict[Key, None] = {}
    seen = {key}
    open_ = [(key, read(key, program))]
    while open_:
        here, rest = open_[-1]
        following = next((one for one in rest if one not in seen), None)
        if following is None:
            found[here] = None
            open_.pop()
        else:
            seen.add(following)
            open_.append((following, read(following, program)))
    return list(found)
