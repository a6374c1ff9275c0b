"""The number of arguments of a call."""

from __future__ import annotations

from steelyard.diagnostics import Message, msg
from steelyard.ir.scope import NameScope
from steelyard.language import syntax


def fits(
    node: syntax.Call, wanted: tuple[int, int], scope: NameScope, hint: Message | None, *, where: bool = False
) -> bool:
    """Whether a call has as many arguments as wanted, and a `where` only if it may; else the fault is reported.

    Args:
        node: the call.
        wanted: the least and the largest number.
        scope: where it stands.
        hint: what to write.
        where: whether the rows can be chosen by `where`.
    """
    if node.where is not None and not where:
        scope.diagnostics.add(
            "T105",
            node.where.span,
            msg("`where` cannot be asked of `{name}`", name=node.function),
            help=msg("`where` belongs to aggregates: count sum min max mean any all"),
        )
        return False
    low, high = wanted
    count = len(node.arguments)
    if low <= count <= high:
        return True
    number = msg("{low} or more", low=low)
    if high == low:
        number = msg("{low}", low=low)
    elif high == low + 1:
        number = msg("{low} or {high}", low=low, high=high)
    scope.diagnostics.add(
        "T105",
        node.span,
        msg(
            "`{name}` takes {wanted} {wanted:argument|arguments}, not {count}",
            name=node.function,
            wanted=number,
            count=count,
        ),
        help=hint,
    )
    return False
