"""The kinds of scalars that places in the file allow. Every scalar stays the `Text` that was written.

The names below (`Expression`, `Test`, ...) say what a later pass reads the text as; here only its outer form is
checked: that it is one text, not empty, and one of the words where the place has words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, Discriminator, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from steelyard.source import Map, Text

COMPUTED = ":="
"""Begins what is computed where a text could stand: a cell, a reason code, a label."""

MARK = "\0"
"""Starts each name that pydantic adds to an error's place; no key of a file can hold it."""

NOT_TEXT = "steelyard_not_text"
EMPTY = "steelyard_empty"
NOT_LISTED = "steelyard_not_listed"
NOT_WHOLE = "steelyard_not_whole"

_WHOLE = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Scalar:
    """How one kind of scalar is checked, and shown in the JSON Schema.

    Attributes:
        description: the hover text of an editor.
        types: the JSON types under which YAML may show it to an editor.
        formula: whether YAML can eat its signs (`{`, `[`, a comma).
        blank: whether a quoted empty text is a value.
    """

    description: str
    types: tuple[str, ...] = ("string",)
    formula: bool = False
    blank: bool = False

    def check(self, value: object) -> Text:
        """Return the text itself; refuse a mapping, a list and an empty text."""
        if not isinstance(value, Text):
            raise PydanticCustomError(NOT_TEXT, "not one text", {"formula": self.formula})
        if not value.strip() and not (self.blank and value.quoted):
            raise PydanticCustomError(EMPTY, "empty")
        return value

    def shape(self) -> dict[str, Any]:
        """The JSON Schema of the text."""
        return {"type": self.types[0] if len(self.types) == 1 else list(self.types)}

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return self.shape() | {"description": self.description}


@dataclass(frozen=True, slots=True)
class Word(Scalar):
    """One of some words.

    Attributes:
        words: the words.
        blanks: whether an underscore may stand for a blank.
    """

    words: tuple[str, ...] = ()
    blanks: bool = False

    def check(self, value: object) -> Text:
        """Refuse what is not one of the words."""
        text = Scalar.check(self, value)
        if (text.replace("_", " ") if self.blanks else text) not in self.words:
            raise PydanticCustomError(NOT_LISTED, "not one of the words", {"words": self.words})
        return text

    def shape(self) -> dict[str, Any]:
        """The words in each spelling; `true` and `false` as YAML shows them."""
        if self.words == ("true", "false"):
            return {"type": "boolean"}
        spelt = [word.replace(" ", "_") for word in self.words if self.blanks and " " in word]
        return {"enum": [*self.words, *spelt]}


class OneOrMore:
    """Beside a tuple's type: one text stands for a list of it alone."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(_in_list, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        whole = handler(schema)
        return {"anyOf": [whole["items"], whole]}


def _in_list(value: object) -> object:
    return [value] if isinstance(value, Text) else value


@dataclass(frozen=True, slots=True)
class Whole(Scalar):
    """A whole number, 0 or more, of at most nine digits."""

    def check(self, value: object) -> Text:
        """Refuse signs, fractions and other letters."""
        text = Scalar.check(self, value)
        if _WHOLE.fullmatch(text) is None:
            raise PydanticCustomError(NOT_WHOLE, "not a whole number")
        return text

    def shape(self) -> dict[str, Any]:
        """An integer that is not negative."""
        return {"type": "integer", "minimum": 0, "maximum": 999_999_999}


_ANY = ("string", "number", "boolean")

FOLDINGS = ("trim", "nfc", "width", "case")
"""As they are written in an input's `normalise`."""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""As they are written in a calendar's `weekend`."""

Expression = Annotated[Text, Scalar("An expression, e.g. `decided_at - accepted_at`.", _ANY, formula=True)]
Test = Annotated[Text, Scalar("A condition on a value, e.g. `>= 90` or `[60..75)`.", _ANY, formula=True)]
Literal = Annotated[Text, Scalar("A value as it is, e.g. `24h`, `98%`, `motor`.", _ANY, formula=True, blank=True)]
Cell = Annotated[Text, Scalar("A table's cell: a condition or a value.", _ANY, formula=True, blank=True)]
Interval = Annotated[Text, Scalar('An interval in quotes, e.g. "[0..100]".', formula=True)]
Clamp = Annotated[Text, Scalar('An interval in quotes, e.g. "[0..100]", or `none`.', formula=True)]
Step = Annotated[Text, Scalar("The size of a step: `10% of target`, or absolute, e.g. `1h`.", _ANY, formula=True)]
NameText = Annotated[Text, Scalar("A name of this ruleset.")]
WayName = Annotated[Text, Scalar("`met`, `proportion`, `measure`, a name under `scoring`; in a family an expression.")]
PlainText = Annotated[Text, Scalar("Text for people.", _ANY, blank=True)]
Code = Annotated[Text, Scalar("A code, kept as written, or `:=` and an expression.", _ANY)]
TypeText = Annotated[Text, Scalar("A type, e.g. `text`, `decimal(4)`, `region(gb2260)`, `list of region(fips)`.")]
PropertyText = Annotated[Text, Scalar("A claim about every possible case.", formula=True)]
Count = Annotated[Text, Whole("A whole number.")]
TimeForm = Annotated[Text, Scalar("A written form of dates, e.g. `%d/%m/%Y %H:%M`.")]
FoldingWord = Annotated[Text, Word("A difference of spelling that does not count.", words=FOLDINGS)]
Flag = Annotated[Text, Word("`true` or `false`.", words=("true", "false"))]
Weekday = Annotated[Text, Word("A day of the week.", words=WEEKDAYS)]
UnitWord = Annotated[Text, Word("A unit of time.", words=("days", "hours", "minutes", "seconds"))]
Point = Annotated[Text, Word("The sign before a fraction.", words=(".", ","))]
Grouping = Annotated[Text, Word("The sign between groups of digits.", words=(",", ".", " ", "'"), blank=True)]
TwiceWord = Annotated[Text, Word("Which of two instants.", words=("first", "second", "reject"))]
Direction = Annotated[Text, Word("Which end is the better one.", words=("lower", "higher"))]


TEXT = MARK + "text"
MAPPING = MARK + "mapping"
"""The tags of the two kinds of node that one place may hold."""


def kind_of(value: object) -> str | None:
    """The tag of a node's kind, for places that hold either a text or a mapping."""
    match value:
        case Text():
            return TEXT
        case Map() | BaseModel():  # as it is read, and as it is dumped
            return MAPPING
        case _:  # any other value of pydantic
            return None


BY_KIND = Discriminator(kind_of)


def is_computed(text: Text) -> bool:
    """Whether a text begins with `:=`."""
    return text.lstrip().startswith(COMPUTED)


def is_true(flag: Text | None) -> bool:
    """Whether a flag is written and true."""
    return flag == "true"
