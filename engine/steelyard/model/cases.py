"""The file of worked cases beside a ruleset: what is given, and what shall come out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field
from pydantic_core import PydanticCustomError

from steelyard.model.reading import Reading
from steelyard.model.scalars import NOT_TEXT, NameText, PlainText, Scalar
from steelyard.model.section import Label, Section
from steelyard.source import Map, Node, Seq, Text

MAY_BE_EMPTY = ("set", "given", "rows")
"""Keys of a case below which nothing need be written."""

_ANY = ("string", "number", "boolean", "null")


@dataclass(frozen=True, slots=True)
class TextOrTexts(Scalar):
    """One text, which may be empty, or a list of texts."""

    def check(self, value: object) -> Any:  # noqa: ANN401 - a node
        """Refuse mappings, and lists of anything but texts."""
        items = value if isinstance(value, Seq) else (value,)
        if not all(isinstance(one, Text) for one in items):
            raise PydanticCustomError(NOT_TEXT, "not one text", {"formula": self.formula})
        return value

    def shape(self) -> dict[str, Any]:
        """A scalar of any type, or a list of such."""
        one = Scalar.shape(self)
        return {"anyOf": [one, {"type": "array", "items": one}]}


Setting = Annotated[Text, Scalar("A value of a parameter, as `--set` takes it.", ("string", "number", "boolean"))]
Given = Annotated[Node, TextOrTexts("A value as a file has it; left out or empty it is missing.", _ANY)]
Expected = Annotated[Node, TextOrTexts("What shall come out: a value, or a list; empty for nothing.", _ANY)]


class CaseSection(Section):
    """A worked case."""

    case: PlainText
    """Its name, which no other case of the file has."""
    why: Label | None = None
    """What it shows, in a sentence."""
    settings: Mapping[NameText, Setting] = Field(default={}, alias="set")
    """The values of parameters."""
    given: Mapping[NameText, Given] = {}
    """The inputs of the case, by name. The key may be left out."""
    rows: Mapping[NameText, tuple[Mapping[NameText, Given], ...]] = {}
    """The rows of each relation, by name; the key of the case may be left out of them."""
    expect: Mapping[PlainText, Expected] = Field(min_length=1)
    """What shall come out: `score`, `grade`, `status`, `fired`, `survey.score` …; what is not named is not compared."""

    @classmethod
    def _checked(cls, node: Map, reading: Reading) -> Map:
        named = super()._checked(node, reading)
        return Map(
            {key: value for key, value in named.items() if not (key in MAY_BE_EMPTY and _nothing(value))}, node.span
        )


def _nothing(value: Node) -> bool:
    return isinstance(value, Text) and not value and not value.quoted


class CasesFile(Section):
    """A file of worked cases."""

    cases: tuple[CaseSection, ...]
    """The cases."""
