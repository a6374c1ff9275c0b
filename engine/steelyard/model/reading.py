"""Reports findings about keys of mappings with the keys' own places, which pydantic's errors do not have."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import assert_never

from steelyard.diagnostics import Diagnostics, Label, Span, msg
from steelyard.diagnostics.suggestions import MOST_ERRORS, alternatives, closest, listed
from steelyard.model.keys import AnyOf, KeyRule, Needs, OneOf
from steelyard.source import Map, Node, Text


@dataclass(slots=True)
class Reading:
    """One reading of a file.

    Attributes:
        diagnostics: where findings go.
        usable: whether a later pass can still work on what was read; an unknown key alone does no harm.
        respelt: for misspelt keys: by the place of the mapping and the intended key, the key as written.
    """

    diagnostics: Diagnostics
    usable: bool = True
    respelt: dict[tuple[Span, str], Text] = field(default_factory=dict[tuple[Span, str], Text])

    def unknown_key(self, node: Map, key: Text, value: Node, known: tuple[str, ...]) -> Text | None:
        """Report a key that a mapping does not have.

        Args:
            node: the mapping, as far as its keys are known.
            key: the key.
            value: what stands under it.
            known: the keys that the mapping may have.

        Returns:
            The key that was probably meant: reading goes on with it, so that one slip is one finding.
        """
        if is_remainder(key, value):
            self.cut_expression(key)
            return None
        free = [k for k in known if k not in node] if self.diagnostics.errors < MOST_ERRORS else []
        meant = closest(key, free)
        if meant is None:
            advice = msg("keys that can still be written here: {keys}", keys=listed(alternatives(key, free)))
        else:
            advice = msg("did you mean `{key}`?", key=meant)
            self.respelt[node.span, meant] = key
        self.diagnostics.add("M101", key.span, msg("unknown key `{key}`", key=key), help=advice if free else None)
        return None if meant is None else Text(meant, key.span)

    def cut_expression(self, key: Text) -> None:
        """Report a key which is the remainder of an expression that a comma has ended."""
        self.usable = False
        self.diagnostics.add(
            "M105",
            key.span,
            msg("a comma inside `{{}}` cut an expression: `{rest}` was read as a key", rest=key),
            help=msg("quote the expression or put it on its own line"),
        )

    def computed_label(self, text: Text) -> None:
        """Report a label after `:=` where labels are not computed."""
        self.diagnostics.add(
            "H134",
            text.span,
            msg("a label is not computed here"),
            help=msg(
                "write `label: := …`, one text for all languages, for an indicator or a rule that moves the score"
            ),
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
        written = [key for key in node if key in keys]
        for other in written[1:]:
            self.usable = False
            self.diagnostics.add(
                "M108",
                other.span,
                msg("`{second}` is written beside `{first}`", second=other, first=written[0]),
                help=msg("write one of {keys}", keys=listed(keys)),
                labels=(Label(written[0].span, msg("the other one")),),
            )

    def _present(self, node: Map, keys: tuple[str, ...]) -> None:
        if all(key not in node for key in keys):
            self.usable = False
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
    """Return a short place for a whole mapping: its first key, or the whole mapping where it has none."""
    return next((key.span for key in node), node.span)


def is_remainder(key: Text, value: Node) -> bool:
    """Whether a key is the rest of an expression: in a `{}` a comma stands where its colon should be."""
    if not isinstance(value, Text) or value:
        return False
    return (value.span.line, value.span.column) == (key.span.end_line, key.span.end_column)
