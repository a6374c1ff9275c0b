"""The context in which an explanation evaluates expressions: a case, its bound rows, the scores at the time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from steelyard.diagnostics import msg
from steelyard.explain.terms import Text
from steelyard.explain.words import Words
from steelyard.ir.expressions import Expr, TableCall
from steelyard.semantics.bound_row import BoundRow
from steelyard.semantics.evaluation import Evaluation
from steelyard.semantics.outcome import Fixed
from steelyard.semantics.records import Result
from steelyard.semantics.values import Missing, Rejected, Truth, Value, missing


@dataclass(frozen=True, slots=True)
class EvaluationPlace:
    """What an expression may read.

    Attributes:
        evaluation: the evaluation of the case.
        words: the labels of the ruleset.
        rows: the bound rows, each with its relation's id.
        result: the indicator that the expression belongs to; None outside an indicator.
        scores: the scores at the time, by id; None for the final ones.
    """

    evaluation: Evaluation
    words: Words
    rows: tuple[tuple[str, BoundRow], ...] = ()
    result: Result | None = None
    scores: Mapping[str, Fixed] | None = field(default=None)

    def value(self, expr: Expr) -> Value:
        """Return the value of an expression here. Where evaluating it would reject the case, it counts as missing."""
        scores = None if self.scores is None else dict(self.scores)
        try:
            return self.evaluation.value(expr, self.rows, self.result, scores=scores)
        except Rejected as rejected:
            return missing(rejected.where)

    def truth(self, expr: Expr) -> Truth:
        """Return the truth of a condition here."""
        value = self.value(expr)
        return value if isinstance(value, Missing) else value is True

    def shown(self, expr: Expr) -> Text:
        """Return the value of an expression as text for a reader, or “missing”."""
        value = self.value(expr)
        if isinstance(value, Missing):
            return msg("missing")
        return self.words.value(value, expr.type) if not isinstance(expr, TableCall) else self._answer(value, expr)

    def _answer(self, value: Value, expr: TableCall) -> Text:
        if isinstance(value, tuple):
            return msg("{count} {count:hit|hits}", count=len(value))
        return msg("missing") if isinstance(value, Missing) else self.words.value(value, expr.type)

    def within(self, relation: str, row: BoundRow) -> EvaluationPlace:
        """Return the same context with a row of the relation bound."""
        others = tuple((name, bound) for name, bound in self.rows if name != relation)
        return replace(self, rows=(*others, (relation, row)))

    def row(self, relation: str) -> BoundRow | None:
        """Return the bound row of a relation; None where none is bound."""
        return next((bound for name, bound in self.rows if name == relation), None)

    def single(self, relation: str) -> BoundRow | None:
        """Return the row of a one_row relation; None where there is none, or it is unknown."""
        row = self.evaluation.env.single[self.evaluation.scope.relations[relation]]
        return None if isinstance(row, Missing) else row

    def members(self, relation: str) -> list[BoundRow]:
        """Return the rows of a relation that belong, or may belong, to the case."""
        return self.evaluation.env.rows[self.evaluation.scope.relations[relation]]
