"""Nodes -> the file as written. pydantic checks the shape; each of its errors becomes a diagnostic with a place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from steelyard.diagnostics import Diagnostics, InternalError, Message, Span, msg
from steelyard.diagnostics.suggestions import alternatives, closest, listed
from steelyard.model.reading import Reading, head, is_remainder
from steelyard.model.ruleset import RulesetFile
from steelyard.model.scalars import EMPTY, MARK, NOT_LISTED, NOT_TEXT, NOT_WHOLE
from steelyard.source import Map, Node, Seq, Text

FORMAT = "1"
"""The version of the file format that is read."""


def from_source(node: Node, diagnostics: Diagnostics) -> RulesetFile | None:
    """Read the root of a file as a ruleset.

    Args:
        node: the root.
        diagnostics: takes every finding of this pass; none hides another.

    Returns:
        The ruleset; None where it cannot be used by a later pass. Unknown keys are reported and left out.
    """
    if not _known_format(node, diagnostics):
        return None
    reading = Reading(diagnostics)
    try:
        ruleset = RulesetFile.model_validate(node, context=reading)
    except ValidationError as errors:
        for error in errors.errors(include_url=False):
            _translate(error, _find(node, error["loc"]), reading)
        return None
    return ruleset if reading.usable else None


def _known_format(node: Node, diagnostics: Diagnostics) -> bool:
    written = node.get(Text("steelyard", node.span)) if isinstance(node, Map) else None
    if not isinstance(written, Text) or written in ("", FORMAT):
        return True
    diagnostics.add(
        "M110",
        written.span,
        msg("unsupported format version `{version}`", version=written),
        help=msg("this program reads `steelyard: {version}`", version=FORMAT),
    )
    return False


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an error is in the tree.

    Attributes:
        path: the keys down to it, for a reader; empty at the root.
        node: what is there, or the mapping that lacks it.
        key: the key under which the node stands, if it has one.
        parent: the mapping that holds the key.
        lacking: the key that is not there.
    """

    path: str
    node: Node
    key: Text | None
    parent: Map | None
    lacking: str | None = None

    @property
    def span(self) -> Span:
        """A short place: the text, the key of a mapping or a list, or the first key."""
        if isinstance(self.node, Text) and self.node:
            return self.node.span
        if self.key is not None:
            return self.key.span
        return head(self.node) if isinstance(self.node, Map) else self.node.span


def _find(root: Node, loc: tuple[int | str, ...]) -> _Place:
    place = _Place("", root, None, None)
    for step in loc:
        if isinstance(step, str) and step.startswith(MARK):
            continue
        match place.node, step:
            case Map() as node, str():
                key = next((k for k in node if k == step), None)
                if key is None:
                    return _Place(place.path, node, place.key, place.parent, step)
                place = _Place(f"{place.path}.{key}".lstrip("."), node[key], key, node)
            case Seq() as node, int() if step < len(node):
                place = _Place(f"{place.path}[{step + 1}]", node[step], None, None)
            case _:
                return place
    return place


def _translate(error: ErrorDetails, place: _Place, reading: Reading) -> None:
    """Report one of pydantic's errors; its type decides, never its text."""
    context: dict[str, Any] = error.get("ctx", {})
    add = reading.diagnostics.add
    match error["type"]:
        case "missing":
            _missing(place, reading)
        case _ if isinstance(place.node, Text) and not place.node.strip() and not place.node.quoted:
            _empty(place, reading)
        case "steelyard_empty":
            _empty(place, reading)
        case "steelyard_not_text" if context["formula"]:
            add(
                "M105",
                place.span,
                msg("`{path}` holds {found} where one text is read", path=place.path, found=_kind(place.node)),
                help=msg("quote the expression or put it on its own line"),
            )
        case "steelyard_not_text":
            _wrong_kind(place, msg("one text"), reading)
        case "steelyard_not_listed":
            _not_listed(place, context["words"], reading)
        case "steelyard_not_whole":
            add(
                "M107",
                place.span,
                msg("`{text}` is not a whole number", text=place.node),
                help=msg("write digits only, at most nine"),
            )
        case "model_type" | "model_attributes_type" | "dict_type" | "mapping_type":
            _wrong_kind(place, msg("a mapping"), reading)
        case "tuple_type":
            _wrong_kind(place, msg("a list"), reading)
        case "union_tag_invalid" | "union_tag_not_found":
            _wrong_kind(place, msg("a text or a mapping"), reading)
        case "too_short" | "too_long":
            _wrong_length(place, context, reading)
        case other:
            raise InternalError(f"pydantic error {other} at {place.path} has no diagnostic")


def _missing(place: _Place, reading: Reading) -> None:
    if place.path:
        headline = msg("missing key `{key}` in `{path}`", key=place.lacking, path=place.path)
    else:
        headline = msg("missing key `{key}`", key=place.lacking)
    reading.diagnostics.add("M102", place.span, headline)


def _empty(place: _Place, reading: Reading) -> None:
    if place.key is not None and place.parent is not None and is_remainder(place.parent, place.key):
        reading.cut_expression(place.key)
    elif place.path:
        reading.diagnostics.add("M104", place.span, msg("`{path}` is empty", path=place.path))
    else:
        reading.diagnostics.add("M104", place.span, msg("the file is empty"))


def _wrong_kind(place: _Place, expected: Message, reading: Reading) -> None:
    found = _kind(place.node)
    if place.path:
        headline = msg("`{path}` needs {expected}, not {found}", path=place.path, expected=expected, found=found)
    else:
        headline = msg("a ruleset is {expected}, not {found}", expected=expected, found=found)
    reading.diagnostics.add("M103", place.span, headline)


def _not_listed(place: _Place, words: tuple[str, ...], reading: Reading) -> None:
    written = str(place.node)
    meant = closest(written, words)
    if meant is None:
        advice = msg("the words here include {words}", words=listed(alternatives(written, words)))
    else:
        advice = msg("did you mean `{word}`?", word=meant)
    headline = msg("`{path}` cannot be `{word}`", path=place.path, word=written)
    reading.diagnostics.add("M106", place.span, headline, help=advice)


def _wrong_length(place: _Place, context: dict[str, Any], reading: Reading) -> None:
    found = context["actual_length"]
    if "min_length" in context:
        headline = msg("`{path}` has {found} entries, fewer than {least}", path=place.path, found=found,
                       least=context["min_length"])
    else:
        headline = msg("`{path}` has {found} entries, more than {most}", path=place.path, found=found,
                       most=context["max_length"])
    reading.diagnostics.add("M111", place.span, headline)


def _kind(node: Node) -> Message:
    match node:
        case Text():
            return msg("a text")
        case Map():
            return msg("a mapping")
        case Seq():
            return msg("a list")
