"""Assembles the explanation of a case from its parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from steelyard.diagnostics import Message, msg
from steelyard.explain.counterfactual import Without, counterfactuals, near_miss, next_grades
from steelyard.explain.derived import made_of
from steelyard.explain.events import bars, milestones, windows
from steelyard.explain.head import head_of
from steelyard.explain.indicators import indicator_stories
from steelyard.explain.ledger import reason_text, score_stories
from steelyard.explain.place import EvaluationPlace
from steelyard.explain.records import Explanation, Fact, Node, OutputStory, Provenance, RowReference
from steelyard.explain.recurring import in_time_of_case
from steelyard.explain.regains import regains
from steelyard.explain.rules import rule_stories
from steelyard.explain.terms import Name, Text, TypedValue, together
from steelyard.explain.tree import worked
from steelyard.explain.words import Words
from steelyard.facts.case import Reject, Row
from steelyard.facts.near_misses import Known, joined_by, known_of, near_row
from steelyard.ir.expressions import Stored
from steelyard.ir.ruleset import Output, Relation, Ruleset
from steelyard.ir.types import Regions
from steelyard.semantics.evaluation import Evaluation
from steelyard.semantics.outcome import Outcome, Status
from steelyard.semantics.values import LEFT_EMPTY

ROWS_PER_RELATION = 20
"""How many rows of a relation are listed among the facts at most."""


class Explainer:
    """Explains cases under one ruleset. What all cases share is prepared once."""

    def __init__(self, ruleset: Ruleset, provenance: Provenance | None = None) -> None:
        self._words = Words(ruleset)
        self._without = Without(ruleset)
        self._provenance = provenance or Provenance()
        self._known: dict[str, tuple[Sequence[Row], Known]] = {}
        """By relation, the values of the rows that were last looked at."""

    def explain(self, evaluation: Evaluation) -> Explanation:
        """Explain one evaluation, which must have been made with this ruleset."""
        words, outcome = self._words, evaluation.outcome
        ruleset = evaluation.ruleset
        rejection = outcome.rejection
        rules = rule_stories(evaluation, words)
        rows, left_out = _rows(evaluation, words)
        inputs, parameters = _inputs(evaluation, words), _parameters(evaluation, words)
        return Explanation(
            ruleset=Name(ruleset.id, ruleset.title),
            version=ruleset.version,
            source=words.clause(ruleset.source),
            timezone=ruleset.timezone,
            key=outcome.key,
            outcome=outcome,
            headline=_headline(outcome, words),
            rejection=None if rejection is None else _rejection(rejection, words),
            head=head_of(ruleset, inputs, parameters),
            scores=score_stories(evaluation, self._without, words),
            indicators=indicator_stories(evaluation, words),
            rules=rules,
            counterfactuals=() if rejection is not None else counterfactuals(evaluation, self._without, words),
            next_grades=tuple(next_grades(evaluation, words)),
            regains=tuple(regains(evaluation, self._without, words)),
            near_miss=None if rejection is not None else near_miss(rules),
            milestones=milestones(evaluation, words),
            bars=bars(evaluation, words),
            windows=windows(evaluation, words),
            facts=inputs,
            parameters=parameters,
            rows=rows,
            rows_left_out=left_out,
            outputs=_outputs(evaluation, words) if outcome.status in {Status.SCORED, Status.DECIDED} else (),
            missing=tuple(
                self._missing(reason, evaluation) for reason in sorted({*outcome.missing} - LEFT_EMPTY.reasons)
            ),
            provenance=self._provenance,
        )

    def _missing(self, reason: str, evaluation: Evaluation) -> Text:
        """Describe what was missing; of a row, what would make the most similar one that of the case."""
        what = self._words.reason(reason)
        relation = next((one for one in evaluation.ruleset.relations if one.id == reason), None)
        if relation is None or not joined_by(relation):
            return what
        rows = evaluation.case.rows.get(reason, ())
        if reason not in self._known or self._known[reason][0] is not rows:
            self._known[reason] = rows, known_of(relation, rows)
        near = near_row(relation, self._known[reason][1], evaluation.case)
        return what if near is None else msg("{what} ({near})", what=what, near=near)


def explain(evaluation: Evaluation, provenance: Provenance | None = None) -> Explanation:
    """Explain one evaluation. To explain many cases under one ruleset, use one `Explainer`."""
    return Explainer(evaluation.ruleset, provenance).explain(evaluation)


def _headline(outcome: Outcome, words: Words) -> Text:
    match outcome.status:
        case Status.DECIDED:
            return msg("decided")
        case Status.SCORED:
            return msg("scored")
        case Status.REJECTED:
            return msg("rejected: the facts contradict the ruleset")
        case Status.UNSCORED:
            rule = next((one for one in words.ruleset.unscored if one.reason == outcome.reason), None)
            if rule is not None:
                return msg("not scored: {rule} ({code})", rule=words.name(rule.id), code=rule.reason)
            return msg("not scored: {reason}", reason=reason_text(outcome.reason or ""))


def _inputs(evaluation: Evaluation, words: Words) -> tuple[Fact, ...]:
    values = evaluation.case.values
    return tuple(
        Fact(
            words.name(field.id),
            None if field.id not in values else words.named(values[field.id], field.id, field.type),
        )
        for field in evaluation.ruleset.inputs
    )


def _parameters(evaluation: Evaluation, words: Words) -> tuple[Fact, ...]:
    return tuple(
        Fact(words.name(one.id), None if one.value is None else words.named(one.value, one.id, one.type))
        for one in evaluation.ruleset.parameters
    )


def _rejection(reject: Reject, words: Words) -> Text:
    """Say what was expected and where, of each bad cell."""
    return together([_expected(one, words) for one in reject.all])


def _expected(one: Reject, words: Words) -> Text:
    """What one cell or rule lacked, names in the place of ids; without what was found, where there was nothing."""
    where, expected = words.name(one.where), one.expected
    lacking, calendar = expected.values.get("missing"), expected.values.get("calendar")
    if isinstance(calendar, str) and calendar == one.where:
        where = words.calendar(calendar)
        expected = Message(expected.template, {**expected.values, "calendar": where})
    if isinstance(lacking, str) and not one.value:
        return msg("{where}: {missing} is missing", where=where, missing=words.missing(lacking.split(", ")))
    if not one.value:
        return msg("{where}: expected {expected}", where=where, expected=expected)
    return msg("{where}: expected {expected}, found “{value}”", where=where, expected=expected, value=one.value)


def _rows(evaluation: Evaluation, words: Words) -> tuple[tuple[RowReference, ...], int]:
    """Return the rows that belong to the case, relation by relation, and how many were left out."""
    at = EvaluationPlace(evaluation, words)
    found: list[RowReference] = []
    left_out = 0
    for relation in evaluation.ruleset.relations:
        members = [one for one in at.members(relation.id) if in_time_of_case(relation, one, evaluation)]
        found += [_row(relation, bound.row, words) for bound in members[:ROWS_PER_RELATION]]
        left_out += len(at.members(relation.id)) - len(members[:ROWS_PER_RELATION])
    return tuple(found), left_out


def _row(relation: Relation, row: Row, words: Words) -> RowReference:
    shown, made = words.row(relation.id, row), made_of(relation, row, words)
    return (
        replace(shown, facts=tuple(replace(one, made=made.get(one.name.id)) for one in shown.facts)) if made else shown
    )


def _outputs(evaluation: Evaluation, words: Words) -> tuple[OutputStory, ...]:
    by_id = {output.id: output.value for output in evaluation.outcome.outputs}
    at = EvaluationPlace(evaluation, words)
    stories: list[OutputStory] = []
    for output in evaluation.ruleset.outputs:
        name, value = words.name(output.id), _output(output, by_id.get(output.id), words)
        stories.append(OutputStory(name, value, words.clause(output.source), _worked_out(name, output, at)))
    return tuple(stories)


def _worked_out(name: Name, output: Output, at: EvaluationPlace) -> tuple[Node, ...]:
    """The tree of an output; of one that only gives a define of the same name, that of the define."""
    tree = worked(msg("value"), output.value, at)
    match tree:
        case (Node(formula=Name(label=label), children=(inner,)),) if label == name.label:
            return (inner,)
        case _:  # any other output is computed under its own name
            return tree


def _output(output: Output, value: Stored | tuple[Stored | None, ...] | None, words: Words) -> Text | None:
    kind = output.value.type
    match value:
        case None:
            return None
        case tuple() if not isinstance(kind, Regions):
            items = tuple(msg("missing") if item is None else words.value(item, kind) for item in value)
            return TypedValue(value, kind, words.zone, msg("{items}", items=items))
        case tuple():
            return words.value(tuple(str(item) for item in value), kind)
        case _:  # a single value
            return words.value(value, kind)
