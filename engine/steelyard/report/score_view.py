"""A score for the reader: ledger, exact computation, what cost points and what brought them."""

from __future__ import annotations

from typing import Protocol

from steelyard.explain.records import Clause, Explanation, IndicatorStory, LedgerLine, ScoreStory, WeightStory
from steelyard.explain.terms import Name, Text
from steelyard.report.views import CostView, GradeView, LineView, MemberView, ScoreView, StageView, Term, WeightsView
from steelyard.semantics.outcome import LineKind

_MOVES = frozenset({LineKind.LOST, LineKind.DEDUCTION, LineKind.BONUS, LineKind.CAP, LineKind.GATE})


class Tells(Protocol):
    """What says parts of an explanation in one language (see view.Teller)."""

    def __call__(self, text: Text) -> str:
        """Say a text."""
        ...

    def maybe(self, text: Text | None) -> str:
        """Say a text, or nothing."""
        ...

    def term(self, name: Name, text: Text | None = None) -> Term:
        """Say a name, with its id."""
        ...

    def other_id(self, name: Name | None) -> str:
        """Give the id of what has another name."""
        ...

    def clause(self, clause: Clause | None) -> str:
        """Say where a rule comes from."""
        ...


def score_view(score: ScoreStory, explanation: Explanation, told: Tells) -> ScoreView:
    """Put a score into words."""
    moves = [line for line in score.ledger if line.kind in _MOVES and line.amount.value]
    costs = sorted((line for line in moves if line.amount.value < 0), key=lambda line: line.amount.value)
    gains = sorted((line for line in moves if line.amount.value > 0), key=lambda line: -line.amount.value)
    return ScoreView(
        name=told.term(score.name),
        final="" if score.final is None else str(score.final),
        grade=told.maybe(score.grade),
        grade_id="" if score.grade is None else score.grade.id,
        grades=tuple(
            GradeView(
                told(name), told.other_id(name), told(bound), score.grade is not None and name.id == score.grade.id
            )
            for name, bound in score.grades
        ),
        unscored=told.maybe(score.unscored),
        base="" if score.base is None else str(score.base),
        ledger=tuple(_line(line, told) for line in score.ledger),
        exact=tuple(told(text) for text in score.base_text),
        costs=tuple(_cost(line, explanation, told) for line in costs),
        gains=tuple(_cost(line, explanation, told) for line in gains),
        weights=None if score.weights is None else _weights(score.weights, told),
        reasons=score.reasons,
    )


def _line(line: LedgerLine, told: Tells) -> LineView:
    value = line.amount.value
    plain = line.is_sum or line.kind is LineKind.OPENING
    sign = "none" if plain or not value else "minus" if value < 0 else "plus"
    amount = str(line.amount)
    return LineView(
        kind=line.kind.value,
        text=told(line.text),
        id=told.other_id(line.name),
        clause=told.clause(line.clause),
        amount=_signed(amount, sign),
        sign=sign,
        running=_signed(str(line.running), "none"),
        is_sum=line.is_sum,
    )


def _signed(amount: str, sign: str) -> str:
    """A summand with its sign, a true minus for the eye."""
    return f"+{amount}" if sign == "plus" else amount.replace("-", "−")


def _cost(line: LedgerLine, explanation: Explanation, told: Tells) -> CostView:
    indicator = _indicator(line, explanation)
    rule = next((one for one in explanation.rules if line.name is not None and one.name == line.name), None)
    reason = (indicator.reason if indicator is not None else None) or (None if rule is None else rule.reason)
    name = Term("", "") if line.name is None else told.term(line.name, line.text)
    amount = str(line.amount)
    return CostView(
        name=name,
        points=_signed(amount, "plus" if line.amount.value > 0 else "minus"),
        clause=told.clause(line.clause),
        reason=reason or "",
        sentences=tuple(told(text) for text in (indicator.how if indicator is not None else ())),
    )


def _indicator(line: LedgerLine, explanation: Explanation) -> IndicatorStory | None:
    if line.kind is not LineKind.LOST or line.name is None:
        return None
    for one in explanation.indicators:
        if one.name == line.name and line.row in {None, one.row_id}:
            return one
    return None


def _weights(weights: WeightStory, told: Tells) -> WeightsView:
    members = tuple(
        MemberView(
            name=Term(told(name) if row is None else f"{told(name)} {row}", told.other_id(name)),
            amounts=tuple(stage.amounts[position] or "–" for stage in weights.stages),
            share="–" if share is None else str(share),
        )
        for position, (name, row, share) in enumerate(zip(weights.members, weights.rows, weights.shares, strict=True))
    )
    stages = tuple(StageView(told(stage.reason), told.clause(stage.clause)) for stage in weights.stages)
    return WeightsView(stages, members, str(weights.denominator), tuple(told(note) for note in weights.notes))
