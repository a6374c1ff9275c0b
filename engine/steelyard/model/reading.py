"""Findings about the keys of a mapping: they need the keys' own places, which pydantic's errors do not keep."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import assert_never

from steelyard.diagnostics import Diagnostics, Label, Span, msg
from steelyard.diagnostics.suggestions import alternatives, closest, listed
from steelyard.model.keys import AnyOf, KeyRule, Needs, OneOf
from steelyard.source import Map, Text

_NAME = re.compile(r"[\w.-]+")


@dataclass(slots=True)
class Reading:
    """One reading of a file.

    Attributes:
        diagnostics: where findings go.
        usable: whether a later pass can still work on what was read; an unknown key alone does no harm.
    """

    diagnostics: Diagnostics
    usable: bool = field(default=True)

    def unknown_key(self, node: Map, key: Text, known: tuple[str, ...]) -> None:
        """Report a key that this mapping does not have."""
        meant = closest(key, (k for k in known if k not in node))
        if meant is None and is_remainder(node, key):
            self.cut_expression(key)
            return
        if meant is None:
            advice = msg("the keys here include {keys}", keys=listed(alternatives(key, known)))
        else:
            advice = msg("did you mean `{key}`?", key=meant)
        self.diagnostics.add("M101", key.span, msg("unknown key `{key}`", key=key), help=advice)

    def cut_expression(self, key: Text) -> None:
        """Report a key which is the remainder of an expression that a comma has ended."""
        self.usable = False
        self.diagnostics.add(
            "M105",
            key.span,
            msg("a comma inside `{{}}` cut an expression: `{rest}` was read as a key", rest=key),
            help=msg("quote the expression or put it on its own line"),
        )

    def check_keys(self, node: Map, rules: tuple[KeyRule, ...]) -> None:
        """Report keys that exclude each other or lack a companion."""
        for rule in rules:
            match rule:
                case OneOf(keys, required):
                    self._exclusive(node, keys)
                    if required:
                        self._present(node, keys)
                case AnyOf(keys):
                    self._present(node, keys)
                case Needs(key, companion):
                    self._companion(node, key, companion)
                case _:
                    assert_never(rule)

    def _exclusive(self, node: Map, keys: tuple[str, ...]) -> None:
        first, *others = [key for key in node if key in keys] or [None]
        if first is None or not others:
            return
        self.usable = False
        for other in others:
            self.diagnostics.add(
                "M108",
                other.span if other is not None else None,
                msg("`{second}` is written beside `{first}`", second=other, first=first),
                help=msg("write one of {keys}", keys=listed(keys)),
                labels=(Label(first.span, msg("the other one")),),
            )

    def _present(self, node: Map, keys: tuple[str, ...]) -> None:
        if any(key in node for key in keys):
            return
        self.usable = False
        if len(keys) == 1:
            self.diagnostics.add("M102", head(node), msg("missing key `{key}`", key=keys[0]))
            return
        self.diagnostics.add("M102", head(node), msg("none of the keys {keys} is written", keys=listed(keys)))

    def _companion(self, node: Map, key: str, companion: str) -> None:
        place = next((k.span for k in node if k == key), None)
        if place is None or companion in node:
            return
        self.usable = False
        self.diagnostics.add(
            "M109",
            place,
            msg("`{key}` without `{companion}`", key=key, companion=companion),
            help=msg("write both keys, or neither"),
        )


def head(node: Map) -> Span:
    """A short place for a mapping as a whole: its first key, or all of it where it has none."""
    return next((key.span for key in node), node.span)


def is_remainder(node: Map, key: Text) -> bool:
    """Whether a key looks like the rest of an expression: no value, in a `{}` or with signs that no name has."""
    value = node[key]
    if not isinstance(value, Text) or value or value.quoted:
        return False
    return is_flow(node) or _NAME.fullmatch(key) is None


def is_flow(node: Map) -> bool:
    """Whether a mapping was written inside `{}`: it then starts before its first key."""
    start = (node.span.line, node.span.column)
    return any((key.span.line, key.span.column) > start for key in list(node)[:1])
