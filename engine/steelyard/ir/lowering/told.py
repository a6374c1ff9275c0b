"""Reason codes and names of rules: written as they are, or, after `:=`, computed for each case or row."""

from __future__ import annotations

from dataclasses import replace

from steelyard.diagnostics import Diagnostics, Message, msg
from steelyard.ir.describe import describe
from steelyard.ir.expressions import Expr
from steelyard.ir.lowering.context import Context
from steelyard.ir.scope import NameScope
from steelyard.ir.types import Text
from steelyard.ir.typing.unary import formula_text
from steelyard.language.parser import parse_expression
from steelyard.language.syntax import Call, Name
from steelyard.model.scalars import COMPUTED, is_computed
from steelyard.model.section import Label
from steelyard.source import Text as Written


def reason(
    context: Context, key: Written, written: Written | None, scope: NameScope, when: Expr | None = None
) -> str | Expr | None:
    """The reason code of a rule; None where it has none, or after an error.

    Args:
        context: of the ruleset.
        key: the rule's id.
        written: the code as written.
        scope: where a computed code is read.
        when: what holds wherever the code is asked for.
    """
    if written is None:
        return None
    if not is_computed(written):
        return as_written(context, written)
    found = _text(context, written, scope, msg("a reason code"))
    if found is not None and context.knows.missing(found, when=when):
        context.diagnostics.add(
            "T113",
            written.span,
            msg("{what} of `{name}` can be missing", what=msg("the reason code"), name=key),
            help=msg('say what stands then: `coalesce(…, "R0")`'),
        )
        return None
    return found


def as_written(context: Context, written: Written) -> str:
    """A code that is not computed; one that reads like a part or a call of something is an error."""
    tree = None if written.quoted else parse_expression(written, Diagnostics())
    named = tree.parts if isinstance(tree, Name) and len(tree.parts) > 1 else ()
    named = (tree.function,) if isinstance(tree, Call) else named
    if named and context.kind(named[0]) is not None:
        context.diagnostics.add(
            "H134",
            written.span,
            msg("`{text}` reads like an expression, but would be the code itself", text=written),
            help=msg("write `{computed}`, or quote the code", computed=f"{COMPUTED} {written}"),
        )
    return str(written)


def naming(context: Context, written: Label | None, scope: NameScope) -> Expr | None:
    """The text after `:=` that names a rule to readers; None where its label is written as it is."""
    text = None if written is None else written.zh or written.en
    if text is None or not is_computed(text):
        return None
    return _text(context, text, scope, msg("a label"))


def _text(context: Context, written: Written, scope: NameScope, place: Message) -> Expr | None:
    found = context.expression(formula_text(written), replace(scope, place=place))
    if found is None or isinstance(found.type, Text):
        return found
    context.diagnostics.add(
        "T107", written.span, msg("{place} is a text, not {kind}", place=place, kind=describe(found.type))
    )
    return None
