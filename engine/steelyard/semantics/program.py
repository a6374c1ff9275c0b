"""A ruleset prepared for evaluation: every meaning is built once, resolved situations are cached."""

from __future__ import annotations

from dataclasses import dataclass

from steelyard.ir.expressions import Expr
from steelyard.ir.personal import quoting
from steelyard.ir.ruleset import Ruleset
from steelyard.semantics import meaning as compiler
from steelyard.semantics.env import Meaning
from steelyard.semantics.exemptions import PreparedRule, prepare_grants
from steelyard.semantics.indicators import PreparedIndicator, prepare_indicator
from steelyard.semantics.points import PreparedPoints, prepare_points, working_scale
from steelyard.semantics.relations import PreparedRelation, prepare_relation
from steelyard.semantics.scope import Hears, RulesetScope
from steelyard.semantics.scores import PreparedScore, prepare_score


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """A prepared ruleset. Fields follow the order of the ruleset.

    Attributes:
        ruleset: the ruleset, with every parameter bound.
        scope: resolves the names in its expressions.
        stages: the points rules by stage, ascending.
        scales: by score id, the score's scale while points rules are applied.
        outputs: id and meaning of each output.
        quoting: the relations and rules whose rejections would quote what tells of a person.
    """

    ruleset: Ruleset
    scope: RulesetScope
    relations: tuple[PreparedRelation, ...]
    exemptions: tuple[PreparedRule, ...]
    adjustments: tuple[PreparedRule, ...]
    indicators: tuple[PreparedIndicator, ...]
    unscored: tuple[PreparedRule, ...]
    scores: tuple[PreparedScore, ...]
    stages: tuple[tuple[int, list[PreparedPoints]], ...]
    scales: dict[str, int]
    outputs: tuple[tuple[str, Meaning], ...]
    quoting: frozenset[str]

    def meaning(self, expr: Expr) -> Meaning:
        """Build the meaning of any expression in this ruleset's scope."""
        return compiler.meaning(expr, self.scope)


def prepare(ruleset: Ruleset, hears: Hears | None = None) -> Program:
    """Prepare a ruleset whose parameters all have a value.

    Args:
        ruleset: the ruleset.
        hears: is told each answer of a decision table; None: nobody is.

    Raises:
        InternalError: the IR breaks one of its invariants, or a parameter that is read has no value.
    """
    scope = RulesetScope(ruleset, hears)

    def meaning(expr: Expr) -> Meaning:
        return compiler.meaning(expr, scope)

    exemptions = tuple(
        PreparedRule(e.id, None if e.for_each is None else scope.relations[e.for_each], meaning(e.when))
        for e in ruleset.exemptions
    )
    grants = prepare_grants(ruleset, exemptions, meaning)
    points = tuple(prepare_points(rule, meaning, scope) for rule in ruleset.points)
    stages = sorted({rule.stage for rule in ruleset.points})
    return Program(
        ruleset=ruleset,
        scope=scope,
        relations=tuple(prepare_relation(relation, meaning) for relation in ruleset.relations),
        exemptions=exemptions,
        adjustments=tuple(PreparedRule(a.id, None, meaning(a.when)) for a in ruleset.weights.adjustments),
        indicators=tuple(prepare_indicator(i, grants.get(i.id, []), meaning, scope) for i in ruleset.indicators),
        unscored=tuple(PreparedRule(u.id, None, meaning(u.when)) for u in ruleset.unscored),
        scores=tuple(prepare_score(ruleset, score, meaning, scope) for score in ruleset.scores),
        stages=tuple((stage, [p for p in points if p.rule.stage == stage]) for stage in stages),
        scales={score.id: working_scale(score, points) for score in ruleset.scores},
        outputs=tuple((output.id, meaning(output.value)) for output in ruleset.outputs),
        quoting=quoting(ruleset),
    )
