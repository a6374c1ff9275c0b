"""All results of one evaluation, kept for the explanation.

The strata of `evaluate` fill an `Evaluation` one after the other. Where a case is rejected, the results up to that
point stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from steelyard.facts.case import Case
from steelyard.ir.expressions import Expr
from steelyard.ir.ruleset import Ruleset
from steelyard.semantics.bound_row import BoundRow
from steelyard.semantics.env import Env, Meaning
from steelyard.semantics.meaning import meaning
from steelyard.semantics.outcome import Fixed, Outcome, OutputOutcome, output_outcome
from steelyard.semantics.records import Applied, Judged, Result, Scored
from steelyard.semantics.scope import RulesetScope
from steelyard.semantics.values import Missing, Value


@dataclass(slots=True, eq=False)
class Evaluation:
    """One case under one ruleset: the outcome and every intermediate result.

    Attributes:
        ruleset: the ruleset, with every parameter bound.
        scope: resolves the names in its expressions.
        case: the case.
        env: the values read; `value` evaluates further expressions in it.
        exemptions, adjustments, unscored: every condition's result, in the order written; rows in their own order.
        stopped: by score, the reason of the first rule that leaves that one unscored.
        lifted: ids of points rules that do not apply, each with the id of the exemption that lifted it.
        results: indicators in the order written, rows of a family by id.
        scores: in the order written.
        points: every application of a points rule, by stage, in the order written.
        outcome: the outcome; set last.
    """

    ruleset: Ruleset
    scope: RulesetScope
    case: Case
    env: Env
    exemptions: list[Judged] = field(default_factory=lambda: [])
    adjustments: list[Judged] = field(default_factory=lambda: [])
    unscored: list[Judged] = field(default_factory=lambda: [])
    stopped: dict[str, str] = field(default_factory=lambda: {})
    lifted: dict[str, str] = field(default_factory=lambda: {})
    results: list[Result] = field(default_factory=lambda: [])
    scores: list[Scored] = field(default_factory=lambda: [])
    points: list[Applied] = field(default_factory=lambda: [])
    missing: set[str] = field(default_factory=set[str])
    outcome: Outcome = field(init=False)

    def note(self, value: Value | None) -> None:
        """Record what was missing in a value that was evaluated."""
        if isinstance(value, Missing):
            self.missing |= value.reasons

    def outputs(self, outputs: Sequence[tuple[str, Meaning]]) -> tuple[OutputOutcome, ...]:
        """Evaluate outputs, each by its id, from the final scores, and note what is missing in them."""
        env = self.env
        env.scores = {scored.id: scored.final for scored in self.scores if scored.final is not None}
        found: list[OutputOutcome] = []
        for name, meaning_of_output in outputs:
            value: Value = meaning_of_output(env)
            self.note(value)
            found.append(output_outcome(name, value))
        return tuple(found)

    def value(
        self,
        expr: Expr,
        rows: Sequence[tuple[str, BoundRow]] = (),
        result: Result | None = None,
        arguments: tuple[Value, ...] = (),
        scores: dict[str, Fixed] | None = None,
    ) -> Value:
        """Evaluate any expression of the ruleset as it stood in this case.

        Args:
            expr: the expression, or a part of one.
            rows: the rows to bind, each with its relation's id.
            result: the indicator whose `measure` and resolved `target` are read.
            arguments: the arguments of a table call, where the expression is a cell.
            scores: the scores to read, by id; None for the final ones.

        Raises:
            Rejected: if the evaluation rejects the case.
        """
        env = self.env
        kept = list(env.bound), env.own_measure, env.own_target, env.arguments, env.scores
        try:
            for relation, row in rows:
                env.bound[self.scope.relations[relation]] = row
            if result is not None:
                env.own_measure, env.own_target = result.measure, result.target
            env.arguments = arguments
            if scores is not None:
                env.scores = scores
            return meaning(expr, self.scope)(env)
        finally:
            env.bound[:], env.own_measure, env.own_target, env.arguments, env.scores = kept
