"""Walking over expressions: children, all nodes, rebuilding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from functools import cache
from typing import Any, cast

from steelyard.ir.expressions import Expr, Node


@cache
def _expression_fields(kind: type[Node]) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind) if f.name not in {"type", "span", "formula"})


def _operands(value: object) -> tuple[Expr, ...]:
    """The expressions in one field of a node: itself, those of a tuple, or none."""
    if isinstance(value, Node):
        return (cast("Expr", value),)  # every concrete Node is an Expr
    if isinstance(value, tuple):
        items = cast("tuple[object, ...]", value)
        return tuple(cast("Expr", item) for item in items if isinstance(item, Node))
    return ()


def children(expr: Expr) -> tuple[Expr, ...]:
    """The operands of a node, in the order written."""
    return tuple(child for name in _expression_fields(type(expr)) for child in _operands(getattr(expr, name)))


def nodes(expr: Expr) -> Iterator[Expr]:
    """Give the node and all nodes below it, parents first."""
    stack = [expr]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(children(node)))


def rebuild(expr: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """The node with `change` applied to each operand; the node itself where nothing changes."""
    changed: dict[str, Any] = {}
    for name in _expression_fields(type(expr)):
        value: object = getattr(expr, name)
        before = _operands(value)
        after = tuple(change(operand) for operand in before)
        if any(new is not old for new, old in zip(after, before, strict=True)):
            changed[name] = after if isinstance(value, tuple) else after[0]
    return replace(expr, **changed) if changed else expr
