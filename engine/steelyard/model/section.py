"""What every mapping of the file has in common: known keys only, a place, short forms, rules about its keys."""

from __future__ import annotations

import ast
import inspect
import textwrap
from itertools import pairwise
from typing import Any, ClassVar, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    GetJsonSchemaHandler,
    ModelWrapValidatorHandler,
    PrivateAttr,
    ValidationInfo,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from steelyard.diagnostics import Span
from steelyard.model.keys import AnyOf, KeyRule
from steelyard.model.reading import Reading
from steelyard.model.scalars import MARK, PlainText, is_computed
from steelyard.source import Map, Node, Text

REST = MARK + "rest"
"""The alias of the field that takes the keys which no other field claims (a table row's columns)."""


class Section(BaseModel):
    """A mapping of the file. `span` is its place (the text's, where the short form was written)."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    short_form: ClassVar[tuple[str, ...]] = ()
    """The keys that one bare text fills; none where only a mapping may be written."""
    key_rules: ClassVar[tuple[KeyRule, ...]] = ()
    """Which keys exclude or need each other."""

    _span: Span = PrivateAttr()

    @property
    def span(self) -> Span:
        """The place of the mapping in the file."""
        return self._span

    @classmethod
    def known_keys(cls) -> tuple[str, ...]:
        """The keys that may be written, in the order of the class."""
        return tuple(f.alias or name for name, f in cls.model_fields.items() if f.alias != REST)

    @classmethod
    def takes_rest(cls) -> bool:
        """Whether keys other than the known ones are names chosen by the writer."""
        return any(f.alias == REST for f in cls.model_fields.values())

    @model_validator(mode="wrap")
    @classmethod
    def _read(cls, value: object, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        reading = info.context
        if not isinstance(reading, Reading):
            raise TypeError("a section is read by from_source only")
        node = cls._unfold(value)
        if not isinstance(node, Map):
            return handler(node)  # which refuses it
        model = handler(cls._checked(node, reading))
        model._span = node.span  # noqa: SLF001 - its own class
        return model

    @classmethod
    def _unfold(cls, value: object) -> object:
        if isinstance(value, Text) and cls.short_form:
            return Map({Text(key, value.span): value for key in cls.short_form}, value.span)
        return value

    @classmethod
    def _checked(cls, node: Map, reading: Reading) -> Map:
        known = cls.known_keys()
        named = Map({key: value for key, value in node.items() if key in known}, node.span)
        others: dict[Text, Node] = {key: value for key, value in node.items() if key not in known}
        if cls.takes_rest():
            named[Text(REST, node.span)] = Map(others, node.span)
        else:
            for key, value in others.items():
                meant = reading.unknown_key(named, key, value, known)
                if meant is not None:
                    named[meant] = value
        reading.check_keys(named, cls.key_rules)
        return named

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        reference = handler(schema)
        whole = handler.resolve_ref_schema(reference)
        properties: dict[str, Any] = whole.get("properties", {})
        described = _descriptions(cls)
        for name, each in cls.model_fields.items():
            if name in described:
                properties[each.alias or name]["description"] = described[name]
        rest = properties.pop(REST, None)
        if rest is not None:
            whole["additionalProperties"] = rest.get("additionalProperties", True)
            whole["required"] = [key for key in whole.get("required", []) if key != REST]
        if cls.key_rules:
            whole["allOf"] = [rule.shape() for rule in cls.key_rules]
        if cls.short_form:
            body = dict(whole)
            whole.clear()
            whole.update({"description": body.get("description", ""), "anyOf": [properties[cls.short_form[0]], body]})
        return reference


def _descriptions(section: type[Section]) -> dict[str, str]:
    """The sentences below the fields of a section and of those that it inherits from, by field.

    pydantic can read them too, but does so when the class is made, which every start of the program would pay for.
    """
    found: dict[str, str] = {}
    for base in reversed(section.__mro__):
        if issubclass(base, Section):
            (definition,) = ast.parse(textwrap.dedent(inspect.getsource(base))).body
            for field, text in pairwise(definition.body if isinstance(definition, ast.ClassDef) else ()):
                match field, text:
                    case (
                        ast.AnnAssign(target=ast.Name(id=name)),
                        ast.Expr(value=ast.Constant(value=str(sentence))),
                    ):
                        found[name] = inspect.cleandoc(sentence)
                    case _:  # any two other statements
                        pass
    return found


class Label(Section):
    """Text for people: one text for all languages, or one for each."""

    short_form: ClassVar[tuple[str, ...]] = ("zh", "en")
    key_rules: ClassVar[tuple[KeyRule, ...]] = (AnyOf(("zh", "en")),)

    zh: PlainText | None = None
    """In Chinese."""
    en: PlainText | None = None
    """In English."""


class Source(Section):
    """The clause behind a rule, printed beside every line that it causes."""

    key_rules: ClassVar[tuple[KeyRule, ...]] = (AnyOf(("title", "clause", "url")),)

    title: Label | None = None
    """The document."""
    clause: Label | None = None
    """Where in the document."""
    url: PlainText | None = None
    """Where the document can be read."""


class Sourced(Section):
    """A mapping that may name the clause behind it."""

    source: Source | None = None
    """The clause behind it."""


class Described(Sourced):
    """A mapping with a label and notes of its own."""

    computes_label: ClassVar[bool] = False
    """Whether its label may be an expression after `:=`."""

    label: Label | None = None
    """Its name for people."""
    notes: Label | None = None
    """Remarks for people."""

    @classmethod
    def _checked(cls, node: Map, reading: Reading) -> Map:
        named = super()._checked(node, reading)
        written = named.get(Text("label", node.span))
        texts = [one for one in written.values() if isinstance(one, Text)] if isinstance(written, Map) else [written]
        for one in texts:
            if isinstance(one, Text) and is_computed(one) and not (one is written and cls.computes_label):
                reading.computed_label(one)
        return named
