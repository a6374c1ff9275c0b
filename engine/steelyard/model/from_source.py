"""Converts nodes to the file as written. Each error of pydantic becomes a diagnostic with a place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from steelyard.diagnostics import Diagnostics, InternalError, Message, Span, msg
from steelyard.diagnostics.suggestions import alternatives, closest, listed
from steelyard.model import scalars
from steelyard.model.cases import CaseSection, CasesFile
from steelyard.model.intake import IntakeFile
from steelyard.model.reading import Reading, head, is_remainder
from steelyard.model.ruleset import RulesetFile
from steelyard.model.section import Section
from steelyard.source import Keys, Map, Node, Seq, Text
from steelyard.source.accidents import wide_colon

S = TypeVar("S", bound=Section)
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
    return _validated(RulesetFile, node, diagnostics) if _known_format("steelyard", node, diagnostics) else None


def intake_from_source(node: Node, diagnostics: Diagnostics) -> IntakeFile | None:
    """Read the root of a file as an intake file; the arguments and the result are those of `from_source`."""
    if not isinstance(node, Map):
        diagnostics.add("M103", node.span, msg("an intake file is a mapping"))
        return None
    return _validated(IntakeFile, node, diagnostics) if _known_format("intake", node, diagnostics) else None


def cases_from_source(node: Node, diagnostics: Diagnostics) -> tuple[CaseSection, ...] | None:
    """Read the list of worked cases; the arguments are those of `from_source`, None where there is an error."""
    if not isinstance(node, Seq) or not node:
        help_ = msg("begin each case with `- case: NAME`")
        diagnostics.add("M103", node.span, msg("a file of cases is a list of cases"), help=help_)
        return None
    before = diagnostics.errors
    found = _validated(CasesFile, Map({Text("cases", node.span): node}, node.span), diagnostics)
    return None if found is None or diagnostics.errors > before else found.cases


def _validated(kind: type[S], node: Node, diagnostics: Diagnostics) -> S | None:
    reading = Reading(diagnostics)
    try:
        found = kind.model_validate(node, context=reading)
    except ValidationError as errors:
        keys = Keys()
        for error in errors.errors(include_url=False):
            _translate(error, _find(node, error["loc"], reading, keys), reading)
        return None
    return found if reading.usable else None


def _known_format(key: str, node: Node, diagnostics: Diagnostics) -> bool:
    written = node.get(Text(key, node.span)) if isinstance(node, Map) else None
    if not isinstance(written, Text) or written in ("", FORMAT):
        return True
    diagnostics.add(
        "M110",
        written.span,
        msg("unsupported format version `{version}`", version=written),
        help=msg("this program reads `{key}: {version}`", key=key, version=FORMAT),
    )
    return False


@dataclass(frozen=True, slots=True)
class _Place:
    """The place of an error in the tree.

    Attributes:
        path: the keys down to it, for a reader; empty at the root.
        node: what is there, or the mapping that lacks it.
        key: the key under which the node stands, if it has one.
        lacking: the key that is missing; None where none is.
    """

    path: str
    node: Node
    key: Text | None
    lacking: str | None = None

    @property
    def span(self) -> Span:
        """A short place: the text, the key of a mapping or a list, or the first key."""
        if isinstance(self.node, Text) and (self.node or self.node.quoted):
            return self.node.span
        if self.key is not None:
            return self.key.span
        return head(self.node) if isinstance(self.node, Map) else self.node.span


def _find(root: Node, loc: tuple[int | str, ...], reading: Reading, keys: Keys) -> _Place:
    place = _Place("", root, None)
    for step in loc:
        if isinstance(step, str) and step.startswith(scalars.MARK):
            continue
        match place.node, step:
            case _, "[key]" if place.key is not None and not (isinstance(place.node, Map) and step in place.node):
                return _Place(place.path, place.key, place.key)
            case Map() as node, str():
                written = reading.respelt.get((node.span, step), step)
                if Text(written, node.span) not in node:
                    return _Place(place.path, node, place.key, step)
                key, found = keys.entry(node, written)
                place = _Place(f"{place.path}.{key}" if place.path else key, found, key)
            case Seq() as node, int():
                place = _Place(f"{place.path}[{step + 1}]", node[step], None)
            case _:  # the rest of the path names nothing of the file
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
        case scalars.EMPTY:
            _empty(place, reading)
        case scalars.NOT_TEXT if context["formula"]:
            add(
                "M105",
                place.span,
                msg("`{path}` holds {found} where one text is read", path=place.path, found=_kind(place.node)),
                help=msg("quote the expression or put it on its own line"),
            )
        case scalars.NOT_TEXT:
            _wrong_kind(place, msg("one text"), reading)
        case scalars.NOT_LISTED:
            _not_listed(place, context["words"], reading)
        case scalars.NOT_WHOLE:
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
    if place.key is not None and is_remainder(place.key, place.node):
        reading.cut_expression(place.key)
    elif place.node is place.key:
        reading.diagnostics.add(
            "M104", place.span, msg("a key in `{path}` is empty", path=place.path.rpartition(".")[0])
        )
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
    wide = wide_colon(place.node) if isinstance(place.node, Text) else None
    if wide is not None and wide.span is not None:
        reading.diagnostics.add(wide.code, wide.span, wide.headline, help=wide.help)
        return
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
    """Report a list that is too short or too long; pydantic leaves out entries that have findings of their own."""
    found = len(place.node)
    least, most = context.get("min_length", 0), context.get("max_length", found)
    if found < least:
        headline = msg("`{path}` is too short: {found} of at least {least}", path=place.path, found=found, least=least)
    elif found > most:
        headline = msg("`{path}` is too long: {found} of at most {most}", path=place.path, found=found, most=most)
    else:
        return
    reading.diagnostics.add("M111", place.span, headline)


def _kind(node: Node) -> Message:
    match node:
        case Text():
            return msg("a text")
        case Map():
            return msg("a mapping")
        case Seq():
            return msg("a list")
