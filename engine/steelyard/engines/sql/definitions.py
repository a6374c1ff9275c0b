"""The graph of definitions (`define`, of the case and of rows): what each reads, their order, which read a score.

Definitions are compiled one after the other, each after those that it reads, because recursion along a long chain would
exceed Python's limit. For the same reason everything here is iterative.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from steelyard.engines.sql.scope import Program
from steelyard.ir.expressions import Aggregate, Define, Expr, Field, OneRow, ScoreValue
from steelyard.ir.walk import children, nodes

Key = tuple[str | None, str]
"""A definition: its relation, None for one of the case, and its name."""
Reads = Callable[[Key, Program], Iterator[Key]]
"""Gives the definitions that a definition reads."""


def of_case(name: str, program: Program) -> list[str]:
    """Return a definition of the case and all definitions of the case that it reads, in dependency order."""
    return [found for relation, found in _in_order((None, name), program, _read) if relation is None]


def of_row(relation: str, name: str, program: Program) -> list[str]:
    """Return a definition of a row and all definitions of the same row that it reads, in dependency order."""

    def read(key: Key, program: Program) -> Iterator[Key]:
        for node in outside_aggregates(program.expressions[key]):
            if isinstance(node, Field) and node.relation == relation and (relation, node.name) in program.expressions:
                yield relation, node.name

    return [found for _, found in _in_order((relation, name), program, read)]


def outside_aggregates(expr: Expr) -> Iterator[Expr]:
    """Give the node and all nodes below it, except those inside aggregates, which concern other rows."""
    open_ = [expr]
    while open_:
        node = open_.pop()
        yield node
        if not isinstance(node, Aggregate):
            open_ += reversed(children(node))


def reads_score(expr: Expr, program: Program) -> bool:
    """Return whether an expression reads a score, directly or through definitions."""
    readers = _score_readers(program)
    return any(isinstance(node, ScoreValue) or _key(node) in readers for node in nodes(expr))


def _score_readers(program: Program) -> frozenset[Key]:
    """Return the definitions that read a score; computed once."""
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
    """Return the definition that a node names; None for other nodes."""
    match node:
        case Define(name=name):
            return None, name
        case Field(relation=relation, name=name) | OneRow(relation=relation, name=name):
            return relation, name
        case _:  # no other node names a definition
            return None


def _read(key: Key, program: Program) -> Iterator[Key]:
    """Give the definitions that a definition reads, inside aggregates as well."""
    for node in nodes(program.expressions[key]):
        found = _key(node)
        if found is not None and found in program.expressions:
            yield found


def _in_order(key: Key, program: Program, read: Reads) -> list[Key]:
    """Return a definition and all definitions that it reads, each once, in dependency order."""
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
