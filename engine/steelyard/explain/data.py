"""Converts an explanation to data for programs: plain JSON values under stable English keys (see explain.schema.json).

Numbers are text with exactly their digits, durations are ISO 8601 (`PT26H24M`), dates `2024-05-01`, instants carry
their offset. Sentences (`text`, `label`, `how` and similar) are meant for people and are in one language; programs
need not parse them. Fields may be added; renaming or removing one requires a new `format`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, assert_never

from steelyard.calendars.zones import Zone, zone
from steelyard.explain.records import (
    Bar,
    Clause,
    EventWindow,
    Explanation,
    Fact,
    GrantStory,
    IndicatorStory,
    Judgement,
    LedgerLine,
    Node,
    Provenance,
    Regain,
    RowReference,
    RuleStory,
    ScoreStory,
    TableRowReference,
    TableStory,
    WeightStory,
)
from steelyard.explain.terms import Name, Text, TypedValue, decimal_text, show
from steelyard.facts.format import format_value
from steelyard.ir.expressions import Stored
from steelyard.ir.types import Boolean, Date, DateTime, Days, Duration, Number, Region, Regions, Type
from steelyard.ir.types import Text as TextType
from steelyard.semantics.outcome import Fixed, Outcome

FORMAT = 1
"""Version number of the data format."""

Json = str | int | bool | None | Sequence["Json"] | Mapping[str, "Json"]
JsonObject = dict[str, Json]


def explanation_data(explanation: Explanation, lang: str = "en") -> JsonObject:
    """Convert an explanation to JSON values, with sentences and labels in `lang` (`zh` or `en`)."""
    return _Writer(lang, zone(explanation.timezone)).explanation(explanation)


def explanation_schema() -> dict[str, Any]:
    """Return the JSON Schema of the data."""
    return json.loads(Path(__file__).with_name("explain.schema.json").read_text("utf-8"))


class _Writer:
    """Converts the parts of an explanation: sentences in one language, instants in one time zone."""

    def __init__(self, lang: str, here: Zone) -> None:
        self._lang = lang
        self._zone = here

    def explanation(self, found: Explanation) -> JsonObject:
        """Convert the whole explanation."""
        return {
            "format": FORMAT,
            "lang": self._lang,
            "ruleset": {**self._named(found.ruleset), "version": found.version, "source": self._clause(found.source)},
            "timezone": found.timezone,
            "case": found.key,
            "status": found.outcome.status.value,
            "headline": self._text(found.headline),
            "rejection": self._rejection(found.outcome),
            "head": [{"role": one.role.value, **self._fact(one.fact)} for one in found.head],
            "scores": [self._score(one) for one in found.scores],
            "indicators": [self._indicator(one) for one in found.indicators],
            "rules": [self._rule(one) for one in found.rules],
            "without_exemptions": [
                {
                    "exemption": None if one.exemption is None else one.exemption.id,
                    "score": one.score.id,
                    "with": _number(one.with_it),
                    "without": _number(one.without_it),
                    "grade_with": _id(one.grade_with),
                    "grade_without": _id(one.grade_without),
                }
                for one in found.counterfactuals
            ],
            "next_grades": [
                {
                    "score": one.score.id,
                    "grade": one.grade.id,
                    "bound": _number(one.bound),
                    "points": _number(one.points),
                }
                for one in found.next_grades
            ],
            "regains": [self._regain(one) for one in found.regains],
            "near_miss": None
            if found.near_miss is None
            else {"exemption": found.near_miss.exemption.id, "why_not": self._texts(found.near_miss.why_not)},
            "timeline": {
                "milestones": [{**self._named(one.name), "at": self._instant(one.at)} for one in found.milestones],
                "clocks": [self._bar(one) for one in found.bars],
                "events": [self._event(one) for one in found.windows],
            },
            "inputs": [self._fact(one) for one in found.facts],
            "parameters": [self._fact(one) for one in found.parameters],
            "rows": [self._row(one) for one in found.rows],
            "rows_left_out": found.rows_left_out,
            "outputs": [
                {
                    **self._named(one.name),
                    "value": self._value(one.value),
                    "source": self._clause(one.clause),
                    "working": self._nodes(one.working),
                }
                for one in found.outputs
            ],
            "missing": self._texts(found.missing),
            "provenance": self._provenance(found.provenance),
        }

    # texts and values

    def _text(self, text: Text) -> str:
        return show(text, self._lang)

    def _maybe(self, text: Text | None) -> str | None:
        return None if text is None else self._text(text)

    def _texts(self, texts: Iterable[Text]) -> list[str]:
        return [self._text(text) for text in texts]

    def _named(self, name: Name) -> JsonObject:
        return {"id": name.id, "label": self._text(name)}

    def _clause(self, clause: Clause | None) -> Json:
        if clause is None:
            return None
        return {"title": self._maybe(clause.title), "clause": self._maybe(clause.clause), "url": clause.url}

    def _instant(self, at: int) -> str:
        return self._zone.text(at)

    def _value(self, text: Text | None) -> Json:
        """Convert a value together with its type. The value is null where it is missing or an end is still open."""
        if not isinstance(text, TypedValue):
            return None
        stored, kind = text.stored, text.type
        if isinstance(stored, tuple) and not isinstance(kind, Regions):
            return {"type": _type(kind), "value": [self._plain(item, kind) for item in stored]}
        return {"type": _type(kind), "value": self._plain(stored, kind)}

    def _plain(self, stored: Stored | tuple[Stored | None, ...] | None, kind: Type) -> Json:
        match stored:
            case None:
                return None
            case bool():
                return stored
            case tuple():
                return [str(item) for item in stored]
            case int() | str():
                return format_value(stored, kind, self._zone)

    # parts

    def _rejection(self, outcome: Outcome) -> Json:
        found = outcome.rejection
        if found is None:
            return None
        first, *others = (
            {"where": one.where, "value": one.value, "expected": self._text(one.expected)} for one in found.all
        )
        return {**first, "others": others}

    def _fact(self, fact: Fact) -> JsonObject:
        made: JsonObject = {} if fact.made is None else {"made": self._text(fact.made)}
        return {**self._named(fact.name), "value": self._value(fact.value), **made}

    def _row(self, row: RowReference) -> JsonObject:
        return {
            "relation": row.relation.id,
            "id": row.id,
            "title": self._maybe(row.title),
            "fields": [self._fact(fact) for fact in row.facts],
        }

    def _row_id(self, row: RowReference | None) -> Json:
        return None if row is None else {"relation": row.relation.id, "id": row.id}

    def _regain(self, found: Regain) -> JsonObject:
        return {
            "score": found.score.id,
            "id": found.cause.id,
            "row": found.row,
            "lost": _number(found.lost),
            "changes": [
                {
                    "input": one.field.id,
                    "relation": one.relation,
                    "row": None if one.row is None else one.row.id,
                    "before": self._value(one.before),
                    "after": self._value(one.after),
                    "difference": self._value(one.difference),
                    "method": one.method.value,
                    "final": _number(one.final),
                    "grade": _id(one.grade),
                    "still_lost": None if one.still_lost is None else _number(one.still_lost),
                }
                for one in found.changes
            ],
            "reads_values": found.reads_values,
            "complete": found.complete,
            "rows": found.rows,
            "rows_tried": found.rows_tried,
        }

    def _score(self, score: ScoreStory) -> JsonObject:
        return {
            **self._named(score.name),
            "score": _number(score.final),
            "base": _number(score.base),
            "better": score.better.value,
            "grade": None if score.grade is None else score.grade.id,
            "grades": [{**self._named(name), "covers": self._text(text)} for name, text in score.grades],
            "unscored": self._maybe(score.unscored),
            "weights": None if score.weights is None else self._weights(score.weights),
            "ledger": [self._line(line) for line in score.ledger],
            "summands": [
                {"id": one.name.id, "row": one.row, "share": one.share, "points": _number(one.points)}
                for one in score.summands
            ],
            "computation": self._texts(score.base_text),
            "reasons": [one.code for one in score.reasons],
            "reason_meanings": [self._text(one.meaning) for one in score.reasons],
            "left_out": [
                {**self._named(one.name), "why": self._texts(one.why), "score_if_counted": _number(one.if_counted)}
                for one in score.left_out
            ],
            "working": self._nodes(score.working),
        }

    def _weights(self, weights: WeightStory) -> JsonObject:
        return {
            "members": [
                {**self._named(name), "row": row} for name, row in zip(weights.members, weights.rows, strict=True)
            ],
            "stages": [
                {
                    "text": self._text(one.reason),
                    "source": self._clause(one.clause),
                    "amounts": [None if amount is None else decimal_text(amount) for amount in one.amounts],
                }
                for one in weights.stages
            ],
            "shares": list(weights.shares),
            "denominator": weights.denominator,
            "notes": self._texts(weights.notes),
        }

    def _line(self, line: LedgerLine) -> JsonObject:
        return {
            "kind": line.kind.value,
            "id": None if line.name is None else line.name.id,
            "row": line.row,
            "text": self._text(line.text),
            "amount": _number(line.amount),
            "running": _number(line.running),
            "is_sum": line.is_sum,
            "source": self._clause(line.clause),
        }

    def _indicator(self, found: IndicatorStory) -> JsonObject:
        clock = found.clock
        return {
            **self._named(found.name),
            "row": self._row_id(found.row),
            "row_id": found.row_id,
            "group": None if found.group is None else found.group.id,
            "status": "scored" if found.waived is None else "waived",
            "waived": self._maybe(found.waived),
            "measured_by": self._text(found.measured_by),
            "measure": self._value(found.measure),
            "base_target": self._value(found.base_target),
            "target": self._value(found.target),
            "clock": None
            if clock is None
            else {
                "start": self._value(clock.start),
                "end": self._value(clock.end),
                "still_running": clock.still_running,
                "paused": self._value(clock.paused),
                "hours": self._texts(clock.hours),
            },
            "grants": [self._grant(one) for one in found.grants],
            "how": self._texts(found.how),
            "score": _number(found.score),
            "baseline": _number(found.baseline),
            "only_if": None if found.only_if is None else self._node(found.only_if),
            "shares": [
                {
                    "score": one.score.id,
                    "share": one.share,
                    "denominator": one.denominator,
                    "lost": _number(one.lost),
                }
                for one in found.shares
            ],
            "reason": found.reason,
            "source": self._clause(found.clause),
            "working": self._nodes(found.working),
        }

    def _grant(self, grant: GrantStory) -> JsonObject:
        return {
            "exemption": grant.exemption.id,
            "row": self._row_id(grant.row),
            "text": self._text(grant.text),
            "counted": grant.counted,
        }

    def _rule(self, rule: RuleStory) -> JsonObject:
        return {
            **self._named(rule.name),
            "kind": rule.kind.value,
            "fired": rule.fired,
            "does": self._texts(rule.does),
            "judgements": [self._judgement(one) for one in rule.judgements],
            "judgements_left_out": rule.more,
            "why_not": [
                {"text": self._text(text), "distance": self._value(distance)}
                for text, distance in zip(rule.why_not, rule.distances, strict=True)
            ],
            "lifted_by": None if rule.lifted_by is None else rule.lifted_by.id,
            "reason": rule.reason,
            "source": self._clause(rule.clause),
        }

    def _judgement(self, found: Judgement) -> JsonObject:
        return {
            "row": self._row_id(found.row),
            "truth": found.truth,
            "fired": found.fired,
            "points": _number(found.points),
            "text": self._maybe(found.amount),
            "name": self._maybe(found.name),
            "reason": found.reason,
            "condition": self._node(found.tree),
            "working": self._nodes(found.working),
        }

    def _nodes(self, nodes: Iterable[Node]) -> list[JsonObject]:
        return [self._node(node) for node in nodes]

    def _node(self, node: Node) -> JsonObject:
        return {
            "text": self._text(node.text),
            "is_condition": node.condition,
            "truth": node.truth,
            "value": self._value(node.value),
            "missing": self._texts(node.missing),
            "row": node.row,
            "formula": self._maybe(node.formula),
            "table": None if node.table is None else self._table(node.table),
            "parts": self._nodes(node.children),
        }

    def _table(self, found: TableStory) -> JsonObject:
        return {
            "id": found.table.id,
            "hit": found.hit,
            "rows": [self._table_row(row) for row in found.rows],
            "also": [self._table_row(row) for row in found.also],
            "unknown": [self._table_row(row) for row in found.unknown],
            "default": found.default,
            "nearest": None if found.nearest is None else self._table_row(found.nearest),
            "why_not": self._texts(found.why_not),
        }

    def _table_row(self, row: TableRowReference) -> JsonObject:
        return {"number": row.number, "cell": row.cell or None, "note": self._maybe(row.note)}

    def _bar(self, bar: Bar) -> JsonObject:
        return {
            **self._named(bar.name),
            "start": self._instant(bar.start),
            "end": self._instant(bar.end),
            "still_running": bar.still_running,
            "time": self._duration(bar.time),
            "spare": None if bar.spare is None else self._duration(bar.spare),
            "due": None if bar.due is None else self._instant(bar.due),
            "base_due": None if bar.base_due is None else self._instant(bar.base_due),
            "pauses": [{"start": self._instant(low), "end": self._instant(high)} for low, high in bar.pauses],
        }

    def _duration(self, length: int) -> str:
        return format_value(length, Duration(), self._zone)

    def _event(self, event: EventWindow) -> JsonObject:
        return {
            "row": self._row_id(event.row),
            "start": self._instant(event.start),
            "end": None if event.end is None else self._instant(event.end),
            "level": event.level,
            "levels": event.levels,
        }

    def _provenance(self, found: Provenance) -> JsonObject:
        return {
            "digests": dict(found.digests.named()),
            "engine": found.engine,
            "engine_version": found.engine_version,
            "evaluated_on": found.evaluated_on,
            "files": list(found.files),
            "empty": list(found.empty),
            "left_out": self._texts(found.left_out),
            "warnings": self._texts(found.warnings),
        }


def _id(name: Name | None) -> str | None:
    return None if name is None else name.id


def _number(value: Fixed | None) -> str | None:
    return None if value is None else str(value)


def _type(kind: Type) -> str:
    match kind:
        case Number(scale):
            return "decimal" if scale else "integer"
        case TextType():
            return "text"
        case Boolean():
            return "boolean"
        case Date():
            return "date"
        case DateTime():
            return "datetime"
        case Duration():
            return "duration"
        case Days():
            return "days"
        case Region():
            return "region"
        case Regions():
            return "regions"
        case _:
            assert_never(kind)
