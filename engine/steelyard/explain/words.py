"""The names and expressions of one ruleset in words for a reader, with labels in place of ids."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import assert_never

from steelyard.calendars.zones import zone
from steelyard.diagnostics import Message, msg
from steelyard.explain.records import Clause, Fact, RowReference
from steelyard.explain.terms import Name, Text, TypedValue, percentage_points, value_text
from steelyard.facts.case import Row
from steelyard.ir.contents import expressions
from steelyard.ir.expressions import Define, Expr, Field, Input, OneRow, Parameter, Part, Stored
from steelyard.ir.ruleset import CASES, Definition, InputField, Label, Relation, Ruleset, Source
from steelyard.ir.text_labels import text_labels
from steelyard.ir.types import DateTime, Type, difference
from steelyard.ir.types import Text as TextType
from steelyard.ir.typing.percent import is_percent, percent
from steelyard.ir.walk import nodes
from steelyard.semantics.values import LEFT_EMPTY

_DIVISION = "division by zero"
_PARTS = {str(part.value): part for part in Part}
_FEED_FIELDS = {
    "event_id": Label("编号", "Number"),
    "declaration_id": Label("编号", "Number"),
    "kind": Label("种类", "Kind"),
    "level": Label("级别", "Level"),
    "areas": Label("地区", "Areas"),
    "starts": Label("开始时间", "Start"),
    "ends": Label("结束时间", "End"),
    "headline": Label("标题", "Headline"),
    "source": Label("来源", "Source"),
    "authority": Label("发布单位", "Authority"),
    "reference": Label("文号", "Reference"),
}
_FEEDS = {"warnings": Label("预警", "Warning"), "declarations": Label("灾害公告", "Declaration")}


class Words:
    """Looks up labels. Built once per ruleset.

    Attributes:
        ruleset: the ruleset.
        zone: the time zone in which instants are written.
        definitions: the defines of the case, by id.
        row_definitions: the defines of rows, by relation and id.
        relations: the relations, by id.
        tables: the decision tables, by id.
    """

    def __init__(self, ruleset: Ruleset) -> None:
        self.ruleset = ruleset
        self.zone = zone(ruleset.timezone)
        self.definitions = {define.id: define for define in ruleset.defines}
        self.relations = {relation.id: relation for relation in ruleset.relations}
        self.tables = {table.id: table for table in ruleset.tables}
        self.row_definitions: dict[tuple[str, str], Definition] = {
            (relation.id, define.id): define for relation in ruleset.relations for define in relation.defines
        }
        self._indicators = frozenset(one.id for one in ruleset.indicators)
        self._names: dict[str, Name] = {}
        self._names[CASES] = Name(CASES, Label("案件", "cases"))
        for relation in ruleset.relations:
            self._names[relation.id] = Name(relation.id, _relation_label(relation))
            for member in (*relation.fields, *relation.defines):
                self._names[f"{relation.id}.{member.id}"] = Name(member.id, _field_label(relation, member))
        sections = (
            *(ruleset.inputs, ruleset.parameters, ruleset.defines, ruleset.tables, ruleset.indicators),
            *(ruleset.exemptions, ruleset.weights.adjustments, ruleset.unscored, ruleset.points, ruleset.outputs),
        )
        for section in sections:
            self._names.update({one.id: Name(one.id, one.label) for one in section})
        self._names.update({group.id: Name(group.id, group.label) for group in ruleset.groups})
        self._formulas = {one.id: Name(one.id, one.label) for one in ruleset.formulas}
        self._text_words = {value: Name("", label) for value, label in text_labels(ruleset).items()}
        self._calendars = {one.id: Name(one.id, one.label) for one in ruleset.calendars}
        self._percentages = frozenset(
            _id(one) for expr in expressions(ruleset) for one in nodes(expr) if is_percent(one.type)
        )
        self._scores = {score.id: Name(score.id, _score_label(score.id, score.label)) for score in ruleset.scores}

    def name(self, id: str) -> Name:  # noqa: A002 - the word
        """Return the label of something in the ruleset; a field is written `relation.field`."""
        return self._names.get(id) or Name(id, Label(id, id))

    def inner(self, expr: Expr) -> Expr:
        """Return what an input of a table asks, where it was made a define of its own; else the expression itself."""
        match expr:
            case Define(name=name, formula=None) if "." in name:
                return self.definitions[name].value
            case Field(relation=relation, name=name, formula=None) if "." in name:
                return self.row_definitions[relation, name].value
            case _:  # every other expression is as the author wrote it
                return expr

    def is_computed(self, expr: Expr) -> bool:
        """Return whether an expression reads a named value that the ruleset computes."""
        match expr:
            case Define():
                return True
            case Field(relation=relation, name=name) | OneRow(relation=relation, name=name):
                return (relation, name) in self.row_definitions
            case _:  # every other expression is no name of a computed value
                return False

    def computed(self, expr: Define | Field | OneRow) -> Expr:
        """Return the expression behind the name of a computed value."""
        if isinstance(expr, Define):
            return self.definitions[expr.name].value
        return self.row_definitions[expr.relation, expr.name].value

    def formula(self, id: str) -> Name:  # noqa: A002 - the word
        """Return the label of a formula."""
        return self._formulas[id]

    def score(self, id: str) -> Name:  # noqa: A002 - the word
        """Return the label of a score."""
        return self._scores[id]

    def calendar(self, id: str) -> Name:  # noqa: A002 - the word
        """Return the name of a calendar. Calendars have a namespace of their own."""
        return self._calendars[id]

    def value(self, value: Stored, type: Type) -> TypedValue:  # noqa: A002 - the word
        """Convert a stored value to text for a reader."""
        shown = value_text(value, type, self.zone)
        if isinstance(type, TextType) and isinstance(value, str) and value in self._text_words:
            return replace(shown, reader=msg("{value}", value=self._text_words[value]))
        return shown

    def distance(self, size: int, type: Type) -> TypedValue:  # noqa: A002 - the word
        """Convert the difference of two values to text: of percentages it is a number of percentage points."""
        kind = difference(type)
        shown = self.value(size, kind)
        if not is_percent(kind):
            return shown
        return replace(shown, reader=percentage_points(str(shown).removesuffix("%")))

    def named(self, value: Stored, id: str, type: Type) -> TypedValue:  # noqa: A002 - the words
        """Convert the value of a name, as a percentage where the ruleset compares the name with percentages."""
        return self.value(value, percent(type) if id in self._percentages else type)

    def part(self, indicator: str, part: Part) -> Message:
        """Describe a result of an indicator."""
        return msg("{part} of {indicator}", part=_part_name(part), indicator=self.name(indicator))

    def missing(self, reasons: Iterable[str]) -> tuple[Text, ...]:
        """Describe what was missing, sorted by code point; what a rule left empty only where nothing else was."""
        found = tuple(self.reason(reason) for reason in sorted(reasons) if reason not in LEFT_EMPTY.reasons)
        return found or (msg("a value"),)

    def reason(self, reason: str) -> Text:
        """Describe one of the things that were missing."""
        if reason.startswith(_DIVISION):
            culprit = reason.removeprefix(_DIVISION).removeprefix(" in ")
            return msg("division by zero in {name}", name=self.name(culprit)) if culprit else msg("division by zero")
        relation, dot, part = reason.partition(".")
        if relation in self._indicators and part in _PARTS:
            return self.part(relation, _PARTS[part])
        if dot and relation in self.relations:
            return msg("{field} of {relation}", field=self.name(reason), relation=self.name(relation))
        if reason in self.relations:
            return msg("a row of {relation}", relation=self.name(reason))
        return self.name(reason)

    def clause(self, source: Source | None) -> Clause | None:
        """Convert the source of a rule to a printable clause."""
        if source is None:
            return None
        title = None if source.title is None else Name("", source.title)
        clause = None if source.clause is None else Name("", source.clause)
        return Clause(title, clause, source.url)

    def row(self, relation: str, row: Row) -> RowReference:
        """Return a reference to a row: its relation, id and title."""
        rule = self.relations[relation]
        facts = tuple(
            Fact(self.name(f"{relation}.{field.id}"), self._field(relation, field, row))
            for field in rule.fields
            if field.id in row.values or _is_open(field.type)
        )
        return RowReference(self.name(relation), row.id, self._title(rule, row), facts)

    def row_name(self, relation: str, row: Row) -> Message:
        """Describe a row within a sentence."""
        title = self._title(self.relations[relation], row)
        if title is None:
            return msg("{relation} {row}", relation=self.name(relation), row=row.id)
        return msg("{relation} {row} ({title})", relation=self.name(relation), row=row.id, title=title)

    def _field(self, relation: str, field: InputField, row: Row) -> Text | None:
        value = row.values.get(field.id)
        if value is None:
            return msg("not ended yet") if _is_open(field.type) else None
        return self.named(value, f"{relation}.{field.id}", field.type)

    def _title(self, relation: Relation, row: Row) -> Text | None:
        if relation.feed is None:
            return None
        headline = row.values.get("headline")
        if isinstance(headline, str) and headline:
            return headline
        found = [str(row.values[key]) for key in ("kind", "level") if key in row.values]
        return msg("{items}", items=tuple(self._text_words.get(one, one) for one in found))


def _id(expr: Expr) -> str | None:
    """The name that an expression is, of a field `relation.field`; None where it is none."""
    match expr:
        case Input(name=name) | Parameter(name=name):
            return name
        case Field(relation=relation, name=name) | OneRow(relation=relation, name=name):
            return f"{relation}.{name}"
        case _:  # no name of a value that is given
            return None


def _is_open(type: Type) -> bool:  # noqa: A002 - the word
    return isinstance(type, DateTime) and type.open


def _relation_label(relation: Relation) -> Label:
    written = relation.label != Label(relation.id, relation.id)
    return relation.label if written or relation.feed is None else _FEEDS.get(relation.feed, relation.label)


def _field_label(relation: Relation, member: InputField | Definition) -> Label:
    plain = member.label == Label(member.id, member.id)
    told = relation.feed is not None or relation.recurring is not None
    return _FEED_FIELDS.get(member.id, member.label) if plain and told else member.label


def _score_label(id: str, label: Label) -> Label:  # noqa: A002 - the word
    return Label("得分", "Score") if id == "score" and label == Label(id, id) else label


def _part_name(part: Part) -> Message:
    match part:
        case Part.MEASURE:
            return msg("the measure")
        case Part.TARGET:
            return msg("the target")
        case Part.SCORE:
            return msg("the score")
        case Part.SHARE:
            return msg("the share")
        case Part.STATUS:
            return msg("the status")
        case _:
            assert_never(part)
