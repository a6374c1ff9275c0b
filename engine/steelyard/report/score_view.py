"""A score for the reader: ledger, exact computation, what cost points and what brought them."""

from __future__ import annotations

from steelyard.diagnostics import msg
from steelyard.explain.records import Explanation, IndicatorStory, LedgerLine, ScoreStory, WeightStory
from steelyard.explain.terms import together
from steelyard.ir.ruleset import Better
from steelyard.report.tells import Tells, grade_code, signed, signed_amount
from steelyard.report.views import CostView, GradeView, LineView, MemberView, ScoreView, StageView, Term, WeightsView
from steelyard.semantics.outcome import Fixed, LineKind

_MOVES = frozenset(
    {LineKind.LOST, LineKind.DEDUCTION, LineKind.BONUS, LineKind.CORRECTION, LineKind.CAP, LineKind.GATE}
)


def score_view(score: ScoreStory, explanation: Explanation, told: Tells) -> ScoreView:
    """Put a score into words."""
    worse = -1 if score.better is Better.HIGHER else 1
    moves = [(_moved(lines), lines) for lines in _by_cause(score)]
    costs = sorted((one for one in moves if one[0] * worse > 0), key=lambda one: -abs(one[0]))
    gains = sorted((one for one in moves if one[0] * worse < 0), key=lambda one: -abs(one[0]))
    return ScoreView(
        name=told.term(score.name),
        final="" if score.final is None else str(score.final),
        grade=told.maybe(score.grade),
        grade_id=grade_code(score.grade, told),
        grades=tuple(
            GradeView(
                told(name), grade_code(name, told), told(bound), score.grade is not None and name.id == score.grade.id
            )
            for name, bound in score.grades
        ),
        unscored=told.maybe(score.unscored),
        base="" if score.base is None else str(score.base),
        ledger=tuple(_line(line, worse, told) for line in score.ledger),
        exact=tuple(told(text) for text in score.base_text),
        costs=tuple(_cost(lines, explanation, told) for _, lines in costs),
        gains=tuple(_cost(lines, explanation, told) for _, lines in gains),
        weights=None if score.weights is None else _weights(score.weights, told),
        reasons=tuple(told(msg("{meaning} ({code})", meaning=one.meaning, code=one.code)) for one in score.reasons),
        left_out=tuple(
            told(msg("{name} does not count in this score: {why}", name=one.name, why=together(one.why)))
            for one in score.left_out
        ),
        has_members=bool(score.summands),
    )


def _by_cause(score: ScoreStory) -> list[tuple[LedgerLine, ...]]:
    """The lines that moved the score, those of one points rule with the line of its limit together."""
    found: dict[tuple[str, str | None], list[LedgerLine]] = {}
    for line in score.ledger:
        if line.kind in _MOVES and line.name is not None and line.amount.value:
            row = line.row if line.kind is LineKind.LOST else None
            found.setdefault((line.name.id, row), []).append(line)
    return [tuple(lines) for lines in found.values()]


def _moved(lines: tuple[LedgerLine, ...]) -> int:
    return sum(line.amount.value for line in lines)


def _line(line: LedgerLine, worse: int, told: Tells) -> LineView:
    value = line.amount.value
    plain = line.is_sum or line.kind is LineKind.OPENING
    sign = "none" if plain or not value else "minus" if value < 0 else "plus"
    tone = "none" if sign == "none" else "minus" if value * worse > 0 else "plus"
    return LineView(
        kind=line.kind.value,
        text=told(line.text),
        id=told.other_id(line.name),
        clause=told.clause(line.clause),
        amount=signed(str(line.amount), sign),
        tone=tone,
        running=signed(str(line.running), "none"),
        is_sum=line.is_sum,
    )


def _cost(lines: tuple[LedgerLine, ...], explanation: Explanation, told: Tells) -> CostView:
    """What one indicator or rule moved; where it is several lines of the ledger, each of them as well."""
    first, total = lines[0], _moved(lines)
    indicator = _indicator(first, explanation)
    rule = next((one for one in explanation.rules if first.name is not None and one.name == first.name), None)
    computed = () if rule is None else (one.reason for one in rule.judgements if one.reason is not None)
    written = (indicator.reason if indicator is not None else None) or (None if rule is None else rule.reason)
    reason = written or told(msg("{items}", items=tuple(dict.fromkeys(computed))))
    name = Term("", "") if first.name is None else told.term(first.name, first.text if len(lines) == 1 else None)
    if rule is not None and len(lines) > 1:
        name = told.term(rule.name)
    told_how = tuple(told(text) for text in (indicator.how if indicator is not None else ()))
    each = (
        tuple(f"{signed_amount(line.amount)} {_beside(line, name, told)}" for line in lines) if len(lines) > 1 else ()
    )
    return CostView(
        name=name,
        points=signed_amount(Fixed(total, first.amount.scale)),
        clause=told.clause(first.clause),
        reason=reason,
        sentences=(*told_how, *each),
    )


def _beside(line: LedgerLine, name: Term, told: Tells) -> str:
    """What a line says under the name of its rule; with its own name where that is computed for the row."""
    same = line.detail is not None and line.name is not None and told(line.name) == name.text
    return told(line.detail if same and line.detail is not None else line.text)


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
            amounts=tuple(told(stage.shown(position)) for stage in weights.stages),
            share="–" if share is None else str(share),
        )
        for position, (name, row, share) in enumerate(zip(weights.members, weights.rows, weights.shares, strict=True))
    )
    stages = tuple(StageView(told(stage.reason), told.clause(stage.clause)) for stage in weights.stages)
    return WeightsView(stages, members, str(weights.denominator), tuple(told(note) for note in weights.notes))
