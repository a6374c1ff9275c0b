"""Walking over expressions: children, all nodes, rebuilding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from functools import cache

from steelyard.ir.expressions import Expr, Node


@cache
def _expression_fields(kind: type[Node]) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind) if f.name not in {"type", "span"})


def children(expr: Expr) -> tuple[Expr, ...]:
    """The operands of a node, in the order written."""
    found: list[Expr] = []
    for name in _expression_fields(type(expr)):
        value: object = getattr(expr, name)
        if isinstance(value, Node):
            found.append(value)  # pyright: ignore[reportArgumentType] - every concrete Node is an Expr
        elif isinstance(value, tuple):
            found.extend(item for item in value if isinstance(item, Node))  # pyright: ignore
    return tuple(found)


def nodes(expr: Expr) -> Iterator[Expr]:
    """The node and all below it, parents first."""
    stack = [expr]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(children(node)))


def rebuild(expr: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """The node with `change` applied to each operand."""
    changed: dict[str, object] = {}
    for name in _expression_fields(type(expr)):
        value: object = getattr(expr, name)
        if isinstance(value, Node):
            changed[name] = change(value)  # pyright: ignore
        elif isinstance(value, tuple) and any(isinstance(item, Node) for item in value):  # pyright: ignore
            changed[name] = tuple(change(item) for item in value)  # pyright: ignore
    return replace(expr, **changed) if changed else expr  # pyright: ignore
