"""The graph of definitions (`define`, of the case and of rows): what each reads, and the order to compile them in.

Definitions are compiled one after the other, each after those that it reads, because recursion along a long chain would
exceed Python's limit. For the same reason everything here is iterative.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from steelyard.engines.sql.scope import Program
from steelyard.ir.expressions import Aggregate, Expr, Field
from steelyard.ir.reading import DefineKey, define_of
from steelyard.ir.walk import children, nodes

Reads = Callable[[DefineKey, Program], Iterator[DefineKey]]
"""Gives the definitions that a definition reads."""


def of_case(name: str, program: Program) -> list[str]:
    """Return a definition of the case and all definitions of the case that it reads, in dependency order."""
    return [found for relation, found in _in_order((None, name), program, _read) if relation is None]


def of_row(relation: str, name: str, program: Program) -> list[str]:
    """Return a definition of a row and all definitions of the same row that it reads, in dependency order."""

    def read(key: DefineKey, program: Program) -> Iterator[DefineKey]:
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


def _read(key: DefineKey, program: Program) -> Iterator[DefineKey]:
    """Give the definitions that a definition reads, inside aggregates as well."""
    for node in nodes(program.expressions[key]):
        found = define_of(node)
        if found is not None and found in program.expressions:
            yield found


def _in_order(key: DefineKey, program: Program, read: Reads) -> list[DefineKey]:
    """Return a definition and all definitions that it reads, each once, in dependency order."""
    found: dict[DefineKey, None] = {}
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
