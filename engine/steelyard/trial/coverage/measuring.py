"""Evaluates cases by the reference semantics, and marks what they tried."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from steelyard.explain.tables import deciding_rows
from steelyard.facts.case import Case, Reject
from steelyard.ir.ruleset import OnMissing, Ruleset, WaiveGrant
from steelyard.ir.versions import Versions
from steelyard.semantics import Evaluation, Result, Status, prepare, run
from steelyard.semantics.tables import Conflict, TableAnswer
from steelyard.trial.coverage.conditions import Condition, Known, decides
from steelyard.trial.coverage.points import points
from steelyard.trial.coverage.records import Coverage, Key, Kind
from steelyard.trial.coverage.watching import watched
from steelyard.trial.records import Verdict


def coverage(rules: Versions, verdicts: Sequence[Verdict]) -> Coverage:
    """Measure what cases tried of a ruleset.

    A case that is rejected tries its status, and a missing value that rejects it, and nothing else.

    Args:
        rules: its versions; parameters need no value.
        verdicts: the cases, each with the version under which it was judged.
    """
    tried: set[Key] = set()
    trials: dict[int, _Tries] = {}
    for verdict in verdicts:
        bound = verdict.version
        if id(bound) not in trials:
            trials[id(bound)] = _Tries(bound)
        tried |= trials[id(bound)].of(verdict.case)
    return Coverage(
        tuple(replace(one, covered=one.key in tried) for version in rules.rulesets for one in points(version))
    )


class _Tries:
    """What cases try of one version with the same values of parameters."""

    def __init__(self, ruleset: Ruleset) -> None:
        self._ruleset = ruleset
        self._tables = {one.id: one for one in ruleset.tables}
        self._found: set[Key] = set()
        self._asked = prepare(ruleset, self._hear)
        self._watched = watched(ruleset, self._see)

    def of(self, case: Case | Reject) -> set[Key]:
        """What a case tries."""
        if isinstance(case, Reject):
            return {self._key(Kind.STATUS, Status.REJECTED.value)}
        self._found = set()
        evaluation = run(self._asked, case)
        if evaluation.outcome.status is Status.REJECTED:
            return {self._key(Kind.STATUS, Status.REJECTED.value), *self._rejected(evaluation)}
        run(self._watched, case)
        return self._found | set(self._evaluated(evaluation))

    def _key(self, kind: Kind, of: str, place: int = 0, member: str = "") -> Key:
        return Key(self._ruleset.version, kind, of, place, member)

    def _hear(self, table: str, answer: TableAnswer) -> None:
        if answer.missing is not None or isinstance(answer.result, Conflict):
            return
        rule = self._tables[table]
        for place in deciding_rows(rule, answer.hits, answer.arguments):
            self._found.add(self._key(Kind.ROW, table, place))
        if not answer.hits:
            self._found.add(self._key(Kind.DEFAULT, table))

    def _see(self, condition: Condition, truth: Known, truths: Sequence[Known]) -> None:
        of, member = condition.of, condition.member
        if truth is not None:
            self._found.add(self._key(Kind.CONDITION_TRUE if truth else Kind.CONDITION_FALSE, of, member=member))
        for place in condition.deciding:
            if decides(condition.tree, truths, place):
                self._found.add(self._key(Kind.ATOM_TRUE if truths[place] else Kind.ATOM_FALSE, of, place, member))

    def _rejected(self, evaluation: Evaluation) -> Iterator[Key]:
        """The missing value of an indicator that rejects the case."""
        reject = evaluation.outcome.rejection
        for one in self._ruleset.indicators:
            rejects = one.missing is not None and one.missing.action is OnMissing.REJECT
            if rejects and reject is not None and reject.where == one.id and "missing" in reject.expected.values:
                yield self._key(Kind.MISSING, one.id)

    def _evaluated(self, evaluation: Evaluation) -> Iterator[Key]:
        yield self._key(Kind.STATUS, evaluation.outcome.status.value)
        yield from self._rules(evaluation)
        for result in evaluation.results:
            yield from self._result(result)
        for score, outcome in zip(self._ruleset.scores, evaluation.outcome.scores, strict=False):
            for place, grade in enumerate(score.grades):
                if grade.id == outcome.grade:
                    yield self._key(Kind.GRADE, score.id, place)

    def _rules(self, evaluation: Evaluation) -> Iterator[Key]:
        ruleset = evaluation.ruleset
        judged = (*evaluation.exemptions, *evaluation.adjustments, *evaluation.unscored)
        fired = {one.rule for one in judged if one.truth is True}
        fired |= {one.rule for one in evaluation.points if one.fired}
        reached = {(scored.id, stage) for scored in evaluation.scores for stage, _, _ in scored.stages}
        rules = [one.id for one in (*ruleset.exemptions, *ruleset.weights.adjustments, *ruleset.unscored)]
        rules += [
            one.id for one in ruleset.points if (one.on, one.stage) in reached and one.id not in evaluation.lifted
        ]
        for rule in fired:
            yield self._key(Kind.FIRED, rule)
        for rule in rules:
            if rule not in fired:
                yield self._key(Kind.NOT_FIRED, rule)

    def _result(self, result: Result) -> Iterator[Key]:
        if result.only_if is not True:
            return
        name = result.indicator.id
        for granted in result.grants:
            kind = Kind.GRANTED if granted.refused is None else Kind.REFUSED
            yield self._key(kind, granted.exemption, member=name)
        if result.scoring is not None and result.scoring.band is not None:
            yield self._key(Kind.BAND, name, result.scoring.band)
        by_grant = any(isinstance(one.grant, WaiveGrant) for one in result.grants)
        if result.missing_score or (result.waived is not None and not by_grant):
            yield self._key(Kind.MISSING, name)
