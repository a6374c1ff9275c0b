"""What indicators, rules and their rows are called where their label is computed, and what reason codes mean."""

from __future__ import annotations

from collections.abc import Iterator

from steelyard.diagnostics import msg
from steelyard.explain.place import EvaluationPlace
from steelyard.explain.records import Reason
from steelyard.explain.terms import Name, Text
from steelyard.ir.expressions import Expr
from steelyard.ir.ruleset import Indicator, Label, PointsRule
from steelyard.semantics.bound_row import BoundRow
from steelyard.semantics.outcome import Line, LineKind, ScoreOutcome
from steelyard.semantics.records import Result

_MEANINGS = 3
"""So many meanings of one code are told."""


def called(rule: Indicator | PointsRule, row: BoundRow | None, at: EvaluationPlace) -> Name:
    """The name of a rule, or of one of its rows: the text that its label computes, else the label itself."""
    relation = rule.for_each if isinstance(rule, PointsRule) else None if rule.family is None else rule.family.relation
    if rule.naming is None or (relation is None) is not (row is None):
        return at.words.name(rule.id)
    there = at if relation is None or row is None else at.within(relation, row)
    text = there.value(rule.naming)
    return Name(rule.id, Label(text, text)) if isinstance(text, str) and text else at.words.name(rule.id)


def result_name(result: Result, at: EvaluationPlace) -> Name:
    """The name of an indicator, or of the row of a family."""
    return called(result.indicator, result.row, at)


def line_name(line: Line, at: EvaluationPlace) -> Name | None:
    """The name of what a line of the ledger comes from; None where it comes from no rule."""
    if line.rule is None:
        return None
    for result in at.evaluation.results if line.kind is LineKind.LOST else ():
        if result.indicator.id == line.rule and result.row_id == line.row:
            return result_name(result, at)
    rule = next((one for one in at.evaluation.ruleset.points if one.id == line.rule), None)
    for one in at.evaluation.points if rule is not None and rule.naming is not None else ():
        if rule is not None and one.rule == rule.id and line.row == (None if one.row is None else one.row.row.id):
            return called(rule, one.row, at)
    return at.words.name(line.rule)


def reasons(score: ScoreOutcome, at: EvaluationPlace) -> tuple[Reason, ...]:
    """The reason codes of a score, each with what it stands for."""
    found: dict[str, dict[str, Text]] = {code: {} for code in score.reasons}
    for code, name in _causes(score, at):
        if code in found:
            found[code].setdefault(f"{name.id} {name}", name)
    return tuple(Reason(code, meaning(tuple(names.values()))) for code, names in found.items())


def meaning(names: tuple[Text, ...]) -> Text:
    """What a code stands for that several rules may have."""
    if len(names) == 1:
        return names[0]
    if len(names) <= _MEANINGS:
        return msg("{items}", items=names)
    return msg("{items} and {count} more", items=names[:_MEANINGS], count=len(names) - _MEANINGS)


def _causes(score: ScoreOutcome, at: EvaluationPlace) -> Iterator[tuple[str, Name]]:
    """The codes under which points were lost, each with the name of what lost them."""
    ruleset = at.evaluation.ruleset
    lost = {(line.rule, line.row) for line in score.ledger if line.kind is LineKind.LOST}
    for result in at.evaluation.results:
        if result.reason is not None and (result.indicator.id, result.row_id) in lost:
            yield result.reason, result_name(result, at)
    moved = {line.rule for line in score.ledger}
    for rule in ruleset.points:
        if rule.id in moved and isinstance(rule.reason, str):
            yield rule.reason, at.words.name(rule.id)
        elif rule.id in moved and isinstance(rule.reason, Expr):
            for one in at.evaluation.points:
                if one.rule == rule.id and one.reason is not None:
                    yield one.reason, called(rule, one.row, at)
