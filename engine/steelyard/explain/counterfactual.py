"""Says what would have changed the score: the next grade, exemptions (run again without each), the nearest of these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from steelyard.explain.records import Counterfactual, NearMiss, NextGrade, RuleKind, RuleStory
from steelyard.explain.terms import Name
from steelyard.explain.trials import Marks
from steelyard.explain.words import Words
from steelyard.facts.case import Case
from steelyard.ir.ruleset import Better, Ruleset, Score
from steelyard.semantics.evaluate import run
from steelyard.semantics.evaluation import Evaluation
from steelyard.semantics.outcome import Fixed, Outcome
from steelyard.semantics.program import Program, prepare


class Without:
    """Evaluates cases under a ruleset with some exemptions removed. Each such ruleset is prepared once and kept."""

    def __init__(self, ruleset: Ruleset) -> None:
        self._ruleset = ruleset
        self._prepared: dict[frozenset[str], Program] = {}
        self._counting: dict[tuple[str, str], Program] = {}
        self.marks = Marks(ruleset)

    def program(self, exemptions: frozenset[str]) -> Program:
        """Return the ruleset without the exemptions of these ids, prepared."""
        if exemptions not in self._prepared:
            kept = tuple(one for one in self._ruleset.exemptions if one.id not in exemptions)
            self._prepared[exemptions] = prepare(replace(self._ruleset, exemptions=kept))
        return self._prepared[exemptions]

    def outcome(self, case: Case, exemptions: frozenset[str]) -> Outcome:
        """Return the outcome of a case without the exemptions of these ids."""
        return run(self.program(exemptions), case).outcome

    def counting(self, case: Case, score: str, member: str) -> Outcome:
        """Return the outcome of a case with a member that counts in a score whatever its condition there."""
        key = score, member
        if key not in self._counting:
            scores = tuple(
                replace(one, only_if={name: when for name, when in (one.only_if or {}).items() if name != member})
                if one.id == score
                else one
                for one in self._ruleset.scores
            )
            self._counting[key] = prepare(replace(self._ruleset, scores=scores))
        return run(self._counting[key], case).outcome


def counterfactuals(evaluation: Evaluation, without: Without, words: Words) -> tuple[Counterfactual, ...]:
    """Compare every score with and without each exemption that fired, then without all of them together.

    An exemption that did not fire changes nothing and is left out. The comparison without all of them is added only
    where at least two fired; its exemption is None.
    """
    fired = [
        exemption.id
        for exemption in evaluation.ruleset.exemptions
        if any(judged.rule == exemption.id and judged.truth is True for judged in evaluation.exemptions)
    ]
    sets: list[tuple[str | None, frozenset[str]]] = [(one, frozenset({one})) for one in fired]
    if len(fired) > 1:
        sets.append((None, frozenset(fired)))
    found: list[Counterfactual] = []
    now = _scores(evaluation.outcome, evaluation.ruleset)
    for name, removed in sets:
        other = _scores(without.outcome(evaluation.case, removed), evaluation.ruleset)
        for scored in evaluation.scores:
            label = None if name is None else words.name(name)
            (with_it, grade), (without_it, other_grade) = now[scored.id], other.get(scored.id, (None, None))
            found.append(Counterfactual(label, words.score(scored.id), with_it, without_it, grade, other_grade))
    return tuple(found)


def _scores(outcome: Outcome, ruleset: Ruleset) -> dict[str, tuple[Fixed | None, Name | None]]:
    """The final of each score, and its grade."""
    rules = {score.id: score for score in ruleset.scores}
    return {score.id: (score.final, grade_name(rules[score.id], score.grade)) for score in outcome.scores}


def grade_name(rule: Score, grade: str | None) -> Name | None:
    """The name of a grade of a score; None where there is none."""
    return next((Name(one.id, one.label) for one in rule.grades if one.id == grade), None)


def next_grades(evaluation: Evaluation, words: Words) -> Iterator[NextGrade]:
    """Say how far each score is from the nearest better grade."""
    rules = {score.id: score for score in evaluation.ruleset.scores}
    for outcome in evaluation.outcome.scores:
        rule, final = rules[outcome.id], outcome.final
        if final is None:
            continue
        if rule.better is Better.HIGHER:
            bounds = [(grade.low, grade) for grade in rule.grades if grade.low is not None and grade.low > final.value]
            bound, grade = min(bounds, key=lambda one: one[0], default=(None, None))
        else:
            bounds = [
                (grade.high, grade) for grade in rule.grades if grade.high is not None and grade.high < final.value
            ]
            bound, grade = max(bounds, key=lambda one: one[0], default=(None, None))
        if bound is not None and grade is not None:
            points = Fixed(abs(bound - final.value), final.scale)
            name = Name(grade.id, grade.label)
            yield NextGrade(words.score(rule.id), name, Fixed(bound, final.scale), points, rule.better)


def near_miss(rules: Iterable[RuleStory]) -> NearMiss | None:
    """Return the exemption that came nearest to applying among those that did not."""
    missed = [one for one in rules if one.kind is RuleKind.EXEMPTION and not one.fired and one.why_not]
    nearest = min(missed, key=lambda one: one.nearness, default=None)
    return None if nearest is None else NearMiss(nearest.name, nearest.clause, nearest.why_not[:1])
