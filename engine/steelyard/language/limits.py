"""Limits the size of expressions, so that later passes can use recursion safely."""

from __future__ import annotations

from steelyard.diagnostics import msg
from steelyard.language.refusal import Refusal
from steelyard.language.syntax import Arithmetic, Tree, children
from steelyard.language.tokens import MAX_NESTING
from steelyard.source.nodes import Text

MAX_CHARACTERS = 10_000
"""The longest text of one expression. `and` and `or` chains are flat, so nothing else limits them."""

MAX_HEIGHT = 200
"""The greatest height of a tree; a chain of + - * / is as high as it has operators."""


def check_length(text: Text) -> None:
    """Refuse a text longer than MAX_CHARACTERS.

    Raises:
        Refusal: Y202.
    """
    if len(text) > MAX_CHARACTERS:
        raise Refusal(
            "Y202",
            text.span,
            msg("expression has {count} {count:character|characters}", count=len(text)),
            msg("an expression has at most {limit}: give parts of it names under `define`", limit=MAX_CHARACTERS),
        )


def check_height(tree: Tree) -> None:
    """Refuse a tree that is too high. Uses an explicit stack, because the tree can have any height.

    Raises:
        Refusal: Y202, at the first node beyond the limit.
    """
    stack: list[tuple[Tree, int, int]] = [(tree, 1, 1)]
    while stack:
        node, nesting, height = stack.pop()
        if nesting > MAX_NESTING:
            raise Refusal(
                "Y202",
                node.span,
                msg("expression is nested deeper than {limit} levels", limit=MAX_NESTING),
                msg("give parts of the expression names under `define`"),
            )
        if height > MAX_HEIGHT:
            raise Refusal(
                "Y202",
                node.span,
                msg("expression has a chain of more than {limit} terms", limit=MAX_HEIGHT),
                msg("give parts of the expression names under `define`"),
            )
        for position, child in enumerate(children(node)):
            in_chain = position == 0 and isinstance(node, Arithmetic) and isinstance(child, Arithmetic)
            stack.append((child, nesting if in_chain else nesting + 1, height + 1))
